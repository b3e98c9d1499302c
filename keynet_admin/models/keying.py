"""Cases that operators key in from a telephone call or a paper form: what was keyed first, the second key fields, who and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import AsciiJson, CleanText, StaffOnly, UtcDateTime, Versioned, words
from keynet_admin.models.submission import Submission
from keynet_admin.vocabulary import KeyingStatus, KeyingWay


class Keying(StaffOnly, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One case on its way from the paper into the queue, or (`corrects`) the correction of a returned one, said by telephone.

    `typed` is the first keying (a whole document), `second` the key fields keyed again (path -> text), `chosen` what was settled
    where the two differ (path -> the two texts, the pick and the value). All three are emptied when the case is sent or discarded:
    the submission then is the only place of the people named in them. `differences` and `errors` are what the list shows.
    A correction begins with the revision `base` of its case; only what it changes is keyed again.
    """

    __tablename__ = "keying"
    __table_args__ = (Index("ix_keying_status_id", "status", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    way: Mapped[KeyingWay] = mapped_column(words(KeyingWay))
    status: Mapped[KeyingStatus] = mapped_column(words(KeyingStatus), default=KeyingStatus.first)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson, default=dict)
    second: Mapped[dict[str, str]] = mapped_column(AsciiJson, default=dict)
    chosen: Mapped[dict[str, Any]] = mapped_column(AsciiJson, default=dict)
    org_name: Mapped[str] = mapped_column(CleanText(100), default="")
    differences: Mapped[int] = mapped_column(Integer, default=0)
    errors: Mapped[int] = mapped_column(Integer, default=0)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    second_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), unique=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    base: Mapped[int | None] = mapped_column(Integer)

    first_by: Mapped[Account | None] = relationship(foreign_keys=[first_by_id])
    second_by: Mapped[Account | None] = relationship(foreign_keys=[second_by_id])
    saved_by: Mapped[Account | None] = relationship(foreign_keys=[saved_by_id])
    submission: Mapped[Submission | None] = relationship(foreign_keys=[submission_id])
    corrects: Mapped[Submission | None] = relationship(foreign_keys=[corrects_id])

    @property
    def case_id(self) -> int | None:
        """The case that came of it; None while it is not sent."""
        return self.corrects_id if self.corrects_id is not None and self.status is KeyingStatus.sent else self.submission_id
