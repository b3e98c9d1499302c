"""A stop of the sending of mails: of all, of one lane or of one domain. What waits stays in the outbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import CleanText, StaffOnly, UtcDateTime, Versioned


class MailPause(StaffOnly, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """Without `lane` and `domain` it holds all mails. It ends at `until`, or when somebody resumes (`ended_at`)."""

    __tablename__ = "mail_pause"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lane: Mapped[int | None] = mapped_column(Integer)
    domain: Mapped[str] = mapped_column(String(190), default="")
    reason: Mapped[str] = mapped_column(CleanText(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
