"""The public table: what visitors may see, and nothing else. Visitors' pages read only this. Beside it how often each posting was read."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, ForeignKey, Index, Integer, String, and_, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, CleanText, UtcDateTime, words
from keynet_admin.vocabulary import ListingEnd, ListingState, ViewSource

# Written out, not bound: a partial index serves only a query that names its condition.
_LISTED: ColumnElement[Any] = literal_column("'listed'")


def _listed_index(name: str, *columns: str) -> Index:
    """A partial index of the shown rows, ending in the key that makes the order total."""
    shown = text("state = 'listed'")
    return Index(f"ix_listing_{name}", *columns, "posting_id", sqlite_where=shown, postgresql_where=shown)


class Listing(db.Model):  # type: ignore[name-defined,misc]
    """One posting that is or was public, written in the transaction that moves it. Rows are never deleted.

    `state`: a withdrawn row keeps its number, a closed one also title, job, place, closed date and why it ended; the content of both is
    gone. `sequence` is the number of the change that touched the row last, in the order of commits (NULL until then, see `services.listing.publish`).
    `open_until` is the first moment (UTC) at which the posting is over: 24:00 JST of its deadline or of its last day of publication,
    whichever is earlier. `slots` has a bit for each weekday and part of the day of a shift (`services.listing.card.slot_bits`), `also_junior`
    tells that assistant nurses may apply as well. `content` holds the public fields of the posting (already masked), `places` how many
    people it still needs (`services.listing.places`): that changes without a change of the content, and is no 更新.
    """

    __tablename__ = "listing"
    __table_args__ = (
        _listed_index("ending", "open_until"),
        _listed_index("prefecture", "prefecture_code", "listed_at"),
        _listed_index("job", "job_type", "listed_at"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True, autoincrement=False)
    sequence: Mapped[int | None] = mapped_column(Integer, unique=True)
    posting_no: Mapped[str] = mapped_column(CleanText(16), unique=True)
    state: Mapped[ListingState] = mapped_column(words(ListingState))
    title: Mapped[str] = mapped_column(CleanText(100))
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    open_until: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job_type: Mapped[str | None] = mapped_column(String(40))
    prefecture_code: Mapped[str | None] = mapped_column(String(2))
    municipality_code: Mapped[str | None] = mapped_column(String(6))
    engagement: Mapped[str | None] = mapped_column(String(40))
    org_name: Mapped[str | None] = mapped_column(CleanText(100))
    masked: Mapped[bool] = mapped_column(Boolean, default=False)
    headcount: Mapped[int | None] = mapped_column(Integer)
    pay_hour: Mapped[int | None] = mapped_column(Integer)
    slots: Mapped[int] = mapped_column(BigInteger, default=0)
    term_start: Mapped[date | None] = mapped_column(Date)
    term_end: Mapped[date | None] = mapped_column(Date)
    also_junior: Mapped[bool] = mapped_column(Boolean, default=False)
    single_day: Mapped[bool] = mapped_column(Boolean, default=False)
    blank_ok: Mapped[bool] = mapped_column(Boolean, default=False)
    training: Mapped[bool] = mapped_column(Boolean, default=False)
    car: Mapped[bool] = mapped_column(Boolean, default=False)
    online: Mapped[bool] = mapped_column(Boolean, default=False)
    deadline: Mapped[date | None] = mapped_column(Date)
    ended_by: Mapped[ListingEnd | None] = mapped_column(words(ListingEnd))
    places: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)
    # The long ones last, and the longest at the very end: SQLite reads a row from its beginning.
    search_text: Mapped[str | None] = mapped_column(CleanText())
    content: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)

    @classmethod
    def listed(cls, now: Any, ends: Any = None) -> Any:
        """Where-clause: visitors may read it at this moment (an aware datetime or a bound parameter). The one judgement of expiry.

        `ends` is `open_until` in another dress for the planner's sake.
        """
        return and_(cls.state == _LISTED, (cls.open_until if ends is None else ends) > now)

    @classmethod
    def over(cls, now: Any) -> Any:
        """Where-clause: still marked as listed, but its end has come; the sweep tidies it up."""
        return and_(cls.state == _LISTED, cls.open_until <= now)


KEPT = timedelta(days=30)


def end_of(row: Any, now: datetime) -> tuple[datetime, bool]:
    """When a listing that is over ended, as pages print it, and whether that is so long ago that only its number is told (CONTRACT)."""
    closed = row.closed_at or row.open_until
    return (closed - timedelta(microseconds=1) if closed == row.open_until else closed), now >= closed + KEPT


# The columns of a public row that its page is made of.
SHOWN = ("state", "title", "listed_at", "changed_at", "open_until", "closed_at", "places", "content")


class PublishedVersion(db.Model):  # type: ignore[name-defined,misc]
    """A public row as it stood from `begins_at` on, until the next version of the same posting begins or the posting is over.

    Written with the change itself and never changed, but for questions whose asker is forgotten (`services/listing/history.py`).
    """

    __tablename__ = "published_version"
    __table_args__ = (Index("ix_published_version_posting_id_id", "posting_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ListingState] = mapped_column(words(ListingState))
    title: Mapped[str] = mapped_column(CleanText(100))
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    open_until: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    places: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)
    content: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)


class ListingVersion(db.Model):  # type: ignore[name-defined,misc]
    """One row: the number of the newest change of the public table and its moment, for caches and for the partners' feed."""

    __tablename__ = "listing_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ViewCount(db.Model):  # type: ignore[name-defined,misc]
    """`count` looks at one posting's public page on one day (in Japan) from one source. Numbers only, nothing about anybody."""

    __tablename__ = "posting_view"

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    source: Mapped[ViewSource] = mapped_column(words(ViewSource), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
