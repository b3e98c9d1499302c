"""The public table: what visitors may see, and nothing else. Visitors' pages read only this."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, CleanText, UtcDateTime, words
from keynet_admin.vocabulary import ListingState


def _listed_index(name: str, *columns: str) -> Index:
    """A partial index of the shown rows, ending in the key that makes the order total."""
    shown = text("state = 'listed'")
    return Index(f"ix_listing_{name}", *columns, "posting_id", sqlite_where=shown, postgresql_where=shown)


class Listing(db.Model):  # type: ignore[name-defined,misc]
    """One published posting, written in the transaction that publishes it; a tombstone (number, title, closed date) afterwards.

    `posting_id` is the key and the newest-first tie-breaker. `listed_until` = 24:00 JST of the last day (exclusive moment in UTC);
    every query compares it with now, so an expired row needs no sweep to vanish. `content` holds the public fields of the posting
    (already masked), `place` their venue; `card` the list's ready HTML.
    """

    __tablename__ = "listing"
    __table_args__ = (
        _listed_index("new", "listed_at"),
        _listed_index("ending", "listed_until"),
        _listed_index("pay", "pay_hour"),
        _listed_index("prefecture", "prefecture_code", "listed_at"),
        _listed_index("job", "job_type", "listed_at"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True, autoincrement=False)
    posting_no: Mapped[str] = mapped_column(CleanText(16), unique=True)
    state: Mapped[ListingState] = mapped_column(words(ListingState))
    title: Mapped[str] = mapped_column(CleanText(100))
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    listed_until: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job_type: Mapped[str | None] = mapped_column(String(40))
    prefecture_code: Mapped[str | None] = mapped_column(String(2))
    municipality_code: Mapped[str | None] = mapped_column(String(6))
    engagement: Mapped[str | None] = mapped_column(String(40))
    org_name: Mapped[str | None] = mapped_column(CleanText(100))
    masked: Mapped[bool] = mapped_column(Boolean, default=False)
    headcount: Mapped[int | None] = mapped_column(Integer)
    pay_hour: Mapped[int | None] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer, default=0)
    single_day: Mapped[bool] = mapped_column(Boolean, default=False)
    blank_ok: Mapped[bool] = mapped_column(Boolean, default=False)
    training: Mapped[bool] = mapped_column(Boolean, default=False)
    deadline: Mapped[date | None] = mapped_column(Date)
    # The long ones last, and the longest at the very end: SQLite reads a row from its beginning.
    search_text: Mapped[str | None] = mapped_column(CleanText())
    card: Mapped[str | None] = mapped_column(CleanText())
    content: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)


class ListingVersion(db.Model):  # type: ignore[name-defined,misc]
    """One row that counts changes of the public table, for caches and ETags."""

    __tablename__ = "listing_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, default=0)
