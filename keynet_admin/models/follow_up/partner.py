"""Partners who pass postings on, their keys, and the ledger: where each posting stands at each of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Select, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import AsciiJson, CleanText, StaffOnly, UtcDateTime, Versioned, words
from keynet_admin.models.posting import Posting
from keynet_admin.models.reference import MasterData, NurseCenterRecord
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import (
    KeyStatus,
    PartnerChange,
    PartnerChannel,
    PartnerEncoding,
    PartnerItemStatus,
    PartnerKind,
    PartnerStatus,
)


class Partner(MasterData, db.Model):  # type: ignore[name-defined,misc]
    """A body that receives postings. `code` names it in `load-reference`; a partner that an administrator adds has none.

    `prefecture_code`: postings whose workplace lies there; empty = the whole country. `job_types`: slugs, for partners of the kind `other`
    (empty = all). A Nurse Center's contact is that of its `NurseCenterRecord`; `email` and `phone` are those of all others.
    `verified_at`: when an administrator made sure of the contact (who did is in the log). `days_most`, `title_most`: how long a posting may stand there (days)
    and how long its title may be (characters); None = no limit. `last_seen_at`: when it last took or answered something.
    `late_since`: since when a closing waits there for longer than promised; None again once nothing was late for a day.
    """

    __tablename__ = "partner"

    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(CleanText(60))
    kind: Mapped[PartnerKind] = mapped_column(words(PartnerKind))
    status: Mapped[PartnerStatus] = mapped_column(words(PartnerStatus), default=PartnerStatus.preparing, server_default="preparing")
    prefecture_code: Mapped[str] = mapped_column(String(2), default="", server_default="")
    job_types: Mapped[list[str]] = mapped_column(AsciiJson, default=list, server_default="[]")
    channel: Mapped[PartnerChannel] = mapped_column(words(PartnerChannel), default=PartnerChannel.csv, server_default="csv")
    encoding: Mapped[PartnerEncoding] = mapped_column(words(PartnerEncoding), default=PartnerEncoding.utf8, server_default="utf8")
    email: Mapped[str] = mapped_column(CleanText(254), default="", server_default="")
    phone: Mapped[str] = mapped_column(CleanText(20), default="", server_default="")
    days_most: Mapped[int | None] = mapped_column(Integer)
    title_most: Mapped[int | None] = mapped_column(Integer)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    keys: Mapped[list["PartnerKey"]] = relationship(back_populates="partner", order_by="PartnerKey.id")
    center: Mapped[NurseCenterRecord | None] = relationship(
        primaryjoin=lambda: foreign(Partner.prefecture_code) == NurseCenterRecord.prefecture_code, viewonly=True
    )

    @property
    def contact_email(self) -> str:
        """The address that mails for the partner go to; empty while none is known."""
        return self.center.email if self.kind is PartnerKind.nurse_center and self.center is not None else self.email

    @property
    def contact_phone(self) -> str:
        """The number that operators call; empty while none is known."""
        return self.center.phone if self.kind is PartnerKind.nurse_center and self.center is not None else self.phone


class PartnerKey(Versioned, StaffOnly, db.Model):  # type: ignore[name-defined,misc]
    """A bearer key, shown once and kept as a hash. `prefix`: its first letters, by which people speak of it. `ends_at`: None = no end."""

    __tablename__ = "partner_key"
    __table_args__ = (Index("ix_partner_key_partner_id_id", "partner_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    prefix: Mapped[str] = mapped_column(String(24))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[KeyStatus] = mapped_column(words(KeyStatus), default=KeyStatus.active)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    partner: Mapped[Partner] = relationship(back_populates="keys")
    created_by: Mapped[Account | None] = relationship()


class PartnerItem(Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One posting at one partner, at the newest change that concerns it.

    `sequence`: the number of that change, from the same series as `Listing.sequence` and given in the order of commits (NULL until then).
    `issue`: 1, or more when the posting was issued anew under a further key (`key`). `changed_at`: when our side changed; `sent_at`
    and `attempts`: when it was taken last, and how often since the change; `issued_at`: when it was first taken under its present key; `answered_at`: when the partner (or an operator on the
    telephone) said what became of it; `reason`: the partner's words of a refusal.
    """

    __tablename__ = "partner_item"
    __table_args__ = (
        UniqueConstraint("partner_id", "posting_id"),
        Index("ix_partner_item_partner_id_sequence", "partner_id", "sequence"),
        Index("ix_partner_item_status_changed_at_id", "status", "changed_at", "id"),
        Index("ix_partner_item_posting_id", "posting_id"),
        Index("ix_partner_item_partner_id_issued_at", "partner_id", "issued_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    status: Mapped[PartnerItemStatus] = mapped_column(words(PartnerItemStatus), default=PartnerItemStatus.waiting)
    change: Mapped[PartnerChange] = mapped_column(words(PartnerChange), default=PartnerChange.new)
    sequence: Mapped[int | None] = mapped_column(Integer)
    issue: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(CleanText(400), default="", server_default="")

    partner: Mapped[Partner] = relationship()
    posting: Mapped[Posting] = relationship()

    @classmethod
    def visible_to(cls, actor: Actor) -> Select[Any]:
        """The rows that this actor may see: all for staff, its own for a partner, none otherwise."""
        query = select(cls)
        if actor.is_staff:
            return query
        return query.where(cls.partner_id == actor.partner_id) if actor.partner_id is not None else query.where(false())

    @property
    def key(self) -> str:
        """The name under which the partner keeps it: the posting's number, with the issue when it was issued anew."""
        return self.posting.posting_no if self.issue == 1 else f"{self.posting.posting_no}-{self.issue}"
