"""The outbox: a mail is a row written with the change that causes it; only the mailer delivers it, after commit."""

import re
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import About, AsciiJson, CleanText, StaffOnly, UtcDateTime, Versioned, words
from keynet_admin.vocabulary import MailStatus

# What the other server's refusal means: enhanced status codes of RFC 3463.
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.[0-36]\b|unknown user|user unknown|no such user", re.IGNORECASE)
_MAILBOX_REFUSES = re.compile(r"\b[45]\.[237]\.\d|\b552\b|mailbox|quota", re.IGNORECASE)


class OutboxMail(About, StaffOnly, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One message. `sealed` holds link and code for the body's placeholders until delivery and is emptied then: nobody reads them here.

    `account_id` is whom it goes to, when that is an account; what it is about may be something else. `answer` is the other
    server's; `note` says how an operator settled a mail that did not arrive.
    `lane` 1 goes first: decisions and links; 2 are receipts, of which a stranger can cause many; 3 go to many at once.
    `sender_name` and `reply_to` say in whose name it is sent and who gets the answer, where that is not the service center.
    `next_try_at` and `lease_until` are real time (the queue engine's), not the movable clock's.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_status_lane_next_try_at", "status", "lane", "next_try_at"),
        Index("ix_outbox_mail_template_created_at", "template", "created_at"),
        Index("ix_outbox_mail_subject_subject_id_id", "subject", "subject_id", "id"),
        Index("ix_outbox_mail_account_id_id", "account_id", "id"),
        Index("ix_outbox_mail_recipient_id", "recipient", "id"),
        Index("ix_outbox_mail_created_at", "created_at", "status", "recipient"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    template: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(CleanText(254))
    title: Mapped[str] = mapped_column(CleanText(200))
    body: Mapped[str] = mapped_column(CleanText())
    sealed: Mapped[dict[str, str] | None] = mapped_column(AsciiJson)
    status: Mapped[MailStatus] = mapped_column(words(MailStatus), default=MailStatus.waiting)
    lane: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sender_name: Mapped[str] = mapped_column(CleanText(60), default="", server_default="")
    reply_to: Mapped[str] = mapped_column(CleanText(254), default="", server_default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(CleanText(), default="")
    note: Mapped[str] = mapped_column(CleanText(), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @property
    def delivery(self) -> str:
        """How far it came, in plain words: handed over, no such address, a mailbox that refuses, a fault on our side."""
        if self.status is MailStatus.sent:
            return "相手のメールサーバーに渡しました"
        if self.status is MailStatus.failed:
            return "送信の技術的な失敗です"
        if self.status is MailStatus.refused and _NO_SUCH_ADDRESS.search(self.answer):
            return "宛先のアドレスがありません"
        if self.status is MailStatus.refused and _MAILBOX_REFUSES.search(self.answer):
            return "受信箱が受け取りません"
        return self.status.label
