"""Decisions with their reasons. The audit log holds that something happened; the words stand here."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import About, AsciiJson, CleanText, UtcDateTime


class Review(About, db.Model):  # type: ignore[name-defined,misc]
    """One decision about a submission or a posting, at one revision, by one person. `action` is the name of a move.

    `items` of a return: a list of `{"path", "rule", "message"}`, one per marked field. `written`: somebody typed a word of it (None for what is no return).
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_subject_subject_id_id", "subject", "subject_id", "id"),
        Index("ix_review_subject_created_at", "subject", "created_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(24))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(CleanText(80), default="")
    reason: Mapped[str] = mapped_column(CleanText(), default="")
    items: Mapped[list[dict[str, Any]]] = mapped_column(AsciiJson, default=list)
    written: Mapped[bool | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    actor: Mapped[Account | None] = relationship()
