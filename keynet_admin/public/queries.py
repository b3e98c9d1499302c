"""The statements of the visitors' pages: SQLAlchemy Core over `listing`, built once per combination of conditions and bound each time.

No COUNT over everything, no OFFSET: a page begins after the last row of the page before.
"""

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exc, func, select, text, true, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from werkzeug.exceptions import ServiceUnavailable

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Listing, ListingVersion, Setting
from keynet_admin.public.query import FLAGS, Position, Search, municipality_codes
from keynet_admin.services.listing import search_index
from keynet_admin.services.listing.card import PARTS, WEEK, slot_bits
from keynet_admin.services.search import ngrams

log = logging.getLogger(__name__)
PAGE = 20
MOST = 1000
# From this many open postings on, the counts may be this old: they are read from all of them.
MANY, HOLD = 5000, timedelta(seconds=5)
# Column and direction of each order.
ORDERS = {"new": ("listed_at", True), "ending": ("open_until", False), "pay": ("pay_hour", True)}
NEVER = datetime.max.replace(tzinfo=UTC)
L = Listing.__table__.c


class unindexed(FunctionElement[Any]):
    """A column that the planner shall not look up in an index. SQLite knows no LIMIT when it plans and would rather sort everything;
    PostgreSQL has its statistics and gets the column as it is."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        """The column, with its type."""
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _with_plus(element: Any, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses.clauses[0], **options)}"


@dataclass(frozen=True)
class Shape:
    """Which conditions a statement has and how it finds its rows; not their values.

    `by`: `order` walks the order's index, `prefecture` and `job_type` that of one value (newest first), `narrow` lets the database use
    what it likes and sort, `hits` starts from the search index.
    """

    columns: tuple[str, ...]
    sort: str
    by: str
    conditions: tuple[str, ...]
    words: int
    after: bool
    dialect: str


@dataclass
class Totals:
    """Open postings by prefecture and job type, of one version of the table. `at` is the version's moment, the same on all workers."""

    version: int
    at: datetime
    read_at: datetime
    cells: dict[tuple[str, str], int] = field(default_factory=dict)
    prefectures: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, int] = field(default_factory=dict)
    total: int = 0
    counts: dict[Search, int] = field(default_factory=dict)
    """Counts of other searches, as old as these."""
    ends: datetime = NEVER
    """Until when these counts may be shown: the first end among the postings, or the time that old ones are kept."""

    def of(self, prefectures: Sequence[str], jobs: Sequence[str]) -> int:
        """How many of these prefectures (all when none) and job types (all when none)."""
        if not prefectures and not jobs:
            return self.total
        return sum(self.cells.get((code, job), 0) for code in prefectures or self.prefectures for job in jobs or self.jobs)


@dataclass(frozen=True)
class Page:
    """Rows of a page, how many there are in all, where the next begins, and (when asked for) where the one before, None for the first."""

    rows: Sequence[Row[Any]]
    count: int
    following: Position | None
    previous: Position | None = None


@contextmanager
def connected() -> Iterator[Connection]:
    """A connection for the block. A database that does not answer gives a 503, not a 500."""
    try:
        with db.engine.connect() as connection:
            yield connection
    except (exc.DBAPIError, exc.TimeoutError) as error:
        log.exception("the database did not answer")
        raise ServiceUnavailable from error


NOTICE = select(Setting.value).where(Setting.key == "notice")
VERSION = select(ListingVersion.number, ListingVersion.changed_at).where(ListingVersion.id == 1)
TOTALS = (
    select(L.prefecture_code, L.job_type, L.also_junior, func.count(), func.min(L.open_until))
    .where(Listing.listed(bindparam("now")))
    .group_by(L.prefecture_code, L.job_type, L.also_junior)
)
_ONE = ("posting_id", "state", "title", "listed_at", "changed_at", "open_until", "closed_at", "content")
ONE = select(Listing.listed(bindparam("now")).label("is_open"), *(L[name] for name in _ONE)).where(L.posting_no == bindparam("no"))
CARDS = select(L.posting_id, L.posting_no, L.changed_at, L.content).where(
    L.posting_id.in_(bindparam("ids", expanding=True)), Listing.listed(bindparam("now"), unindexed(L.open_until))
)
HIGHEST = select(func.max(L.posting_id)).where(Listing.listed(bindparam("now")))
BETWEEN = (
    select(L.posting_no, L.changed_at, L.open_until)
    .where(L.posting_id >= bindparam("low"), L.posting_id < bindparam("high"), Listing.listed(bindparam("now")))
    .order_by(L.posting_id)
)

_kept: dict[Any, Totals] = {}


# PostgreSQL prices a row of the search index without unpacking its tokens, which is nearly all that reading it costs: it would rather read them all.
BY_INDEX = text("SET LOCAL enable_seqscan = off")


def totals(connection: Connection) -> Totals:
    """The counts: of this very moment for a small table, at most five seconds old for a large one."""
    now = clock.now()
    number, changed = connection.execute(VERSION).one()
    kept = _kept.get(connection.engine)
    if kept is not None and kept.read_at <= now < kept.ends:
        if kept.version == number:
            return kept
        if kept.total > MANY and now < kept.read_at + HOLD:
            return replace(kept, ends=kept.read_at + HOLD)
    made = Totals(number, changed, now)
    for code, job, also_junior, count, ends in connection.execute(TOTALS, {"now": now}):
        made.cells[code, job] = made.cells.get((code, job), 0) + count
        made.prefectures[code] = made.prefectures.get(code, 0) + count
        made.jobs[job] = made.jobs.get(job, 0) + count
        if also_junior:
            made.jobs["assistant_nurse"] = made.jobs.get("assistant_nurse", 0) + count
        made.total += count
        made.ends = min(made.ends, ends)
    _kept.clear()
    _kept[connection.engine] = made
    return made


def page(
    connection: Connection, search: Search, columns: tuple[str, ...], counts: Totals, limit: int = PAGE, *, back: bool = False
) -> Page:
    """One page of a search: `posting_id`, the sort key and these columns of each row; with `back` also the way to the page before."""
    values = _values(search) | {"now": clock.now(), "limit": limit + 1}
    dialect = connection.dialect.name
    expected = counts.of(search.prefecture, search.job_type)
    by = "order"
    if search.words:
        if dialect == "postgresql":
            connection.execute(BY_INDEX)
        values["match"] = search_index.INDEX.matching(dialect, search.words)
        by = "hits" if connection.execute(_hits(dialect), values).scalar_one() <= MOST else by
    juniors = "assistant_nurse" in search.job_type
    single = next((name for name in ("prefecture", "job_type") if len(values[name]) == 1 and not (name == "job_type" and juniors)), "")
    if by == "order" and search.sort == "new" and single:
        by = single
    # Walking an order costs total/expected rows for each one found; sorting costs all that are expected.
    elif by == "order" and (search.municipality or expected < math.sqrt((PAGE + 1) * max(counts.total, 1))):
        by = "narrow"
    conditions = tuple(name for name in (*CONDITIONS, *FLAGS) if values.get(name) or getattr(search, name, None))
    if juniors:
        conditions = tuple("open_to" if name == "job_type" else name for name in conditions)
    shape = Shape(columns, search.sort, by, conditions, len(search.words), search.after is not None, dialect)
    rows = connection.execute(statement(shape), values).all()
    more, rows = len(rows) > limit, rows[:limit]
    if not set(conditions) - {"prefecture", "job_type"} and not search.words:
        count = expected
    elif not more and search.after is None:
        count = len(rows)
    else:
        key = replace(search, sort="new", after=None)
        if key not in counts.counts:
            if len(counts.counts) >= MOST:
                counts.counts.clear()
            counts.counts[key] = connection.execute(count_of(shape), values).scalar_one()
        count = counts.counts[key]
    # Counts may be older than the rows.
    after, previous = search.after, None
    seen = after.shown + len(rows) if after and after.shown else 0 if after else len(rows)
    if back and after:
        before = connection.execute(backwards(shape), values).all()
        previous = _position(search.sort, before[limit], max(after.shown - limit, 0)) if len(before) > limit else None
    return Page(rows, max(count, len(rows) + more), _position(search.sort, rows[-1], seen) if more else None, previous)


CONDITIONS = {
    "prefecture": (L.prefecture_code, lambda column: column.in_(bindparam("prefecture", expanding=True))),
    "job_type": (L.job_type, lambda column: column.in_(bindparam("job_type", expanding=True))),
    "municipality": (L.municipality_code, lambda column: column.in_(bindparam("municipality", expanding=True))),
    "engagement": (L.engagement, lambda column: column.in_(bindparam("engagement", expanding=True))),
    "slots": (L.slots, lambda column: column.bitwise_and(bindparam("slots")) != 0),
    "begin": (L.term_end, lambda column: column >= bindparam("begin")),
    "end": (L.term_start, lambda column: column <= bindparam("end")),
    "pay_min": (L.pay_hour, lambda column: column >= bindparam("pay_min")),
}


@lru_cache(maxsize=1024)
def statement(shape: Shape) -> Select[Any]:
    """One page: `limit` rows in their order, after `key` and `id` when the shape says so."""
    name, descending = ORDERS[shape.sort]
    keys = (L[name], L.posting_id)
    query = select(L.posting_id, L[name], *(L[column] for column in shape.columns)).where(*_where(shape))
    if shape.after:
        begin = tuple_(bindparam("key", type_=L[name].type), bindparam("id"))
        query = query.where(tuple_(*keys) < begin if descending else tuple_(*keys) > begin)
    return query.order_by(*(key.desc() if descending else key.asc() for key in keys)).limit(bindparam("limit"))


@lru_cache(maxsize=1024)
def backwards(shape: Shape) -> Select[Any]:
    """The rows before a page, the nearest first, and one more: the last of the page before that."""
    name, descending = ORDERS[shape.sort]
    keys = (L[name], L.posting_id)
    end = tuple_(bindparam("key", type_=L[name].type), bindparam("id"))
    query = select(*reversed(keys)).where(*_where(shape), tuple_(*keys) >= end if descending else tuple_(*keys) <= end)
    return query.order_by(*(key.asc() if descending else key.desc() for key in keys)).limit(bindparam("limit"))


@lru_cache(maxsize=1024)
def count_of(shape: Shape) -> Select[Any]:
    """How many rows, up to one more than 1,000."""
    found = select(L.posting_id).where(*_where(shape)).limit(MOST + 1).subquery()
    return select(func.count()).select_from(found)


@lru_cache(maxsize=2)
def _hits(dialect: str) -> Select[Any]:
    """How many candidates the search index has, up to one more than 1,000."""
    found = search_index.INDEX.candidates(dialect).subquery()
    return select(func.count()).select_from(select(found).limit(MOST + 1).subquery())


def _where(shape: Shape) -> list[Any]:
    free = shape.by == "narrow"
    # Several values of an indexed column would all have to be sorted.
    ends = L.open_until if shape.sort == "ending" or free else unindexed(L.open_until)
    parts = [Listing.listed(bindparam("now"), ends)]
    for name in shape.conditions:
        if name == "open_to":
            parts.append(L.job_type.in_(bindparam("job_type", expanding=True)) | L.also_junior.is_(true()))
        elif name in FLAGS:
            parts.append(L[name].is_(true()))
        else:
            column, condition = CONDITIONS[name]
            parts.append(condition(column if free or name == shape.by else unindexed(column)))
    if shape.by == "hits":
        parts.append(L.posting_id.in_(search_index.INDEX.candidates(shape.dialect)))
    parts += [ngrams.holds(shape.dialect, L.search_text, bindparam(f"word{at}")) for at in range(shape.words)]
    return parts


def _values(search: Search) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(search, name) for name in ("prefecture", "job_type", "engagement", "pay_min", "begin", "end")}
    values |= {f"word{at}": word for at, word in enumerate(search.words)}
    if search.municipality:
        values["municipality"] = municipality_codes(search.municipality)
        values["prefecture"] = search.prefecture or (search.municipality[:2],)
    if search.weekday or search.part:
        values["slots"] = slot_bits(search.weekday or WEEK, search.part or PARTS)
    if search.after is not None:
        text = search.after.key
        values["key"] = int(text) if search.sort == "pay" else datetime.fromisoformat(text).replace(tzinfo=UTC)
        values["id"] = search.after.id
    return values


def _position(sort: str, row: Row[Any], shown: int) -> Position:
    key = row[1]
    return Position(sort, key.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(key, datetime) else str(key), row[0], shown)
