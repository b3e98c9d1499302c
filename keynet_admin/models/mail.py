"""The outbox: a mail is a row written with the change that causes it; only the mailer delivers it, after commit."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, CleanText, UtcDateTime, Versioned, words
from keynet_admin.vocabulary import MailStatus


class OutboxMail(Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One message. `sealed` holds link and code for the body's placeholders until delivery and is emptied then: nobody reads them here.

    `next_try_at` and `lease_until` are real time (the queue engine's), not the movable clock's.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_status_next_try_at", "status", "next_try_at"),
        Index("ix_outbox_mail_submission_id_id", "submission_id", "id"),
        Index("ix_outbox_mail_posting_id_id", "posting_id", "id"),
        Index("ix_outbox_mail_account_id_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    template: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(CleanText(254))
    subject: Mapped[str] = mapped_column(CleanText(200))
    body: Mapped[str] = mapped_column(CleanText())
    sealed: Mapped[dict[str, str] | None] = mapped_column(AsciiJson)
    status: Mapped[MailStatus] = mapped_column(words(MailStatus), default=MailStatus.waiting)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(CleanText(), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
