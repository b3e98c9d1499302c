"""Reading the public table at driver level: the only place of this package that touches the database, and only `listing` and its index."""

import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.public import statements
from keynet_admin.public.query import Position, Search, municipality_codes
from keynet_admin.public.statements import MOST, PAGE, Shape
from keynet_admin.services.listing import search_index
from keynet_admin.services.listing.card import DAY_BITS

log = logging.getLogger(__name__)
_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
# From this many open postings on, the counts of the front page may be this many seconds old.
_MANY, _HOLD = 5000, 5.0
_KEPT_COUNTS = 1000


@dataclass
class Totals:
    """Open postings by prefecture and job type, of one version of the table and one moment."""

    version: int
    at: datetime
    until: datetime
    read_at: float
    cells: Mapping[tuple[str, str], int] = field(default_factory=dict)
    prefectures: Mapping[str, int] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    counts: dict[Search, int] = field(default_factory=dict)
    """Counts of other searches, as old as these."""

    def of(self, prefectures: Sequence[str], jobs: Sequence[str]) -> int:
        """How many of these prefectures (all when none) and job types (all when none)."""
        if not prefectures:
            return sum(self.jobs.get(job, 0) for job in jobs) if jobs else self.total
        if not jobs:
            return sum(self.prefectures.get(code, 0) for code in prefectures)
        return sum(self.cells.get((code, job), 0) for code in prefectures for job in jobs)


@dataclass(frozen=True)
class Page:
    """Rows of a page in the asked columns after `posting_id` and the sort key, how many there are in all, and where the next begins."""

    rows: Sequence[Sequence[Any]]
    count: int
    following: Position | None


class Reading:
    """A `with` block over a pooled connection's cursor. A database that does not answer gives a 503, not a 500."""

    __slots__ = ("connection", "store")

    def __init__(self, base: "Store") -> None:
        """Nothing is opened yet."""
        self.store = base
        self.connection: Any = None

    def __enter__(self) -> Any:
        """The cursor."""
        try:
            self.connection = self.store.engine.raw_connection()
        except Exception as error:
            log.exception("no connection to the database")
            raise ServiceUnavailable from error
        return self.connection.cursor()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give the connection back."""
        self.connection.close()
        if isinstance(error, self.store.errors):
            log.error("the database did not answer", exc_info=error)
            raise ServiceUnavailable from error


class Store:
    """Statements and the counts kept between requests, one object per application."""

    def __init__(self, app: Flask) -> None:
        """Remember which database this is."""
        with app.app_context():
            self.engine = db.engine
        self.errors: type[Exception] = self.engine.dialect.dbapi.Error  # type: ignore[union-attr]
        self.sqlite = self.engine.dialect.name == "sqlite"
        # The card as bytes: it goes out as it is.
        self.card = "CAST(card AS BLOB)" if self.sqlite else "convert_to(card, 'UTF8') AS card"
        self._totals: Totals | None = None

    def cursor(self) -> "Reading":
        """A driver cursor on a pooled connection, for a `with` block."""
        return Reading(self)

    def moment(self, value: datetime) -> Any:
        """A moment as the driver compares it."""
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") if self.sqlite else value

    def aware(self, value: Any) -> datetime:
        """A moment as the driver gives it."""
        return datetime.strptime(value, _MOMENT).replace(tzinfo=UTC) if isinstance(value, str) else value.astimezone(UTC)

    def version(self, cursor: Any) -> int:
        """The number that grows with each change of the table."""
        cursor.execute("SELECT number FROM listing_version WHERE id = 1")
        row = cursor.fetchone()
        return row[0] if row else 0

    def totals(self, cursor: Any) -> Totals:
        """The counts: of this very moment for a small table, at most five seconds old for a large one."""
        now, number = clock.now(), self.version(cursor)
        kept = self._totals
        if kept is not None and kept.at <= now < kept.until:
            fresh = kept.version == number
            held = kept.total > _MANY and time.monotonic() - kept.read_at < _HOLD
            if fresh or held:
                return kept
        cursor.execute(statements.totals(self.sqlite), {"now": self.moment(now)})
        rows = cursor.fetchall()
        made = Totals(number, now, datetime.max.replace(tzinfo=UTC), time.monotonic())
        cells: dict[tuple[str, str], int] = {}
        prefectures: dict[str, int] = {}
        jobs: dict[str, int] = {}
        for code, job, count, ends in rows:
            cells[code, job] = count
            prefectures[code] = prefectures.get(code, 0) + count
            jobs[job] = jobs.get(job, 0) + count
            made.total += count
            made.until = min(made.until, self.aware(ends))
        made.cells, made.prefectures, made.jobs = cells, prefectures, jobs
        self._totals = made
        return made

    def page(self, cursor: Any, search: Search, columns: str, totals: Totals, limit: int = PAGE) -> Page:
        """One page of a search. `columns` are SQL names of `listing`, fixed by the caller."""
        values = self._values(search)
        values["now"], values["limit"] = self.moment(clock.now()), limit + 1
        expected = totals.of(search.prefecture, search.job_type)
        by = self._way(cursor, search, values, expected, totals.total)
        shape = self._shape(search, f"posting_id, {statements.ORDERS[search.sort][0]}, {columns}", by)
        cursor.execute(statements.page(shape), values)
        rows = cursor.fetchall()
        more = len(rows) > limit
        rows = rows[:limit]
        count = len(rows) if not more and search.after is None else self._count(cursor, search, shape, values, expected, totals)
        following = self._position(search.sort, rows[-1]) if more else None
        # Kept counts may be older than the rows.
        return Page(rows, max(count, len(rows) + more), following)

    def notice(self, cursor: Any) -> str:
        """The text of the notice that an administrator set for the front page, empty when there is none."""
        cursor.execute("SELECT value FROM setting WHERE key = 'notice'")
        row = cursor.fetchone()
        value = json.loads(row[0]) if row and row[0] else ""
        return value if isinstance(value, str) else ""

    def one(self, cursor: Any, posting_no: str, columns: str) -> Sequence[Any] | None:
        """The row of a posting number in any state, or None."""
        cursor.execute(statements.one(self.sqlite, columns), {"no": posting_no})
        return cursor.fetchone()  # type: ignore[no-any-return]

    def content(self, value: str | None) -> dict[str, Any]:
        """The public content of a row."""
        return json.loads(value) if value else {}

    def _way(self, cursor: Any, search: Search, values: dict[str, Any], expected: int, total: int) -> str:
        """How to find the rows: from the search index when it has few candidates, else along an index."""
        if search.words:
            values["match"] = search_index.sqlite_match(search.words) if self.sqlite else search_index.postgres_tokens(search.words)
            cursor.execute(statements.hits(self.sqlite), {"match": values["match"]})
            if cursor.fetchone()[0] <= MOST:
                return "hits"
            del values["match"]
        if search.municipality:
            return "narrow"
        if search.sort == "new" and search.prefecture:
            return "prefecture"
        if search.sort == "new" and search.job_type:
            return "job"
        # Walking an order costs total/expected rows for each one found; sorting costs all that are expected.
        if search.prefecture and expected < math.sqrt((PAGE + 1) * max(total, 1)):
            return "narrow"
        return "order"

    def _shape(self, search: Search, columns: str, by: str) -> Shape:
        return Shape(
            sqlite=self.sqlite,
            columns=columns,
            sort=search.sort,
            by=by,
            prefectures=len(search.prefecture) or (1 if search.municipality and by == "narrow" else 0),
            jobs=len(search.job_type),
            engagements=len(search.engagement),
            municipalities=len(municipality_codes(search.municipality)) if search.municipality else 0,
            weekday=bool(search.weekday),
            pay_min=bool(search.pay_min),
            flags=tuple(name for name in ("single_day", "blank_ok", "training") if getattr(search, name)),
            words=len(search.words),
            after=search.after is not None,
        )

    def _values(self, search: Search) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for letter, items in (("p", search.prefecture), ("j", search.job_type), ("e", search.engagement), ("w", search.words)):
            values.update({f"{letter}{at}": item for at, item in enumerate(items)})
        if search.municipality:
            values.update({f"m{at}": item for at, item in enumerate(municipality_codes(search.municipality))})
            values.setdefault("p0", search.municipality[:2])
        if search.weekday:
            values["days"] = sum(DAY_BITS[day] for day in search.weekday)
        if search.pay_min:
            values["pay"] = search.pay_min
        if search.after is not None:
            key: Any = search.after.key
            if search.sort == "pay":
                key = int(key)
            elif not self.sqlite:
                key = self.aware(key)
            values["key"], values["id"] = key, search.after.id
        return values

    def _count(self, cursor: Any, search: Search, shape: Shape, values: dict[str, Any], expected: int, totals: Totals) -> int:
        plain = not (search.words or shape.municipalities or shape.engagements or shape.weekday or shape.pay_min or shape.flags)
        if plain:
            return expected
        key = replace(search, sort="new", after=None)
        number = totals.counts.get(key)
        if number is None:
            cursor.execute(statements.count(replace(shape, columns="", after=False)), values)
            number = cursor.fetchone()[0]
            if len(totals.counts) < _KEPT_COUNTS:
                totals.counts[key] = number
        return number

    def _position(self, sort: str, row: Sequence[Any]) -> Position:
        key = row[1]
        if isinstance(key, datetime):
            key = key.astimezone(UTC).strftime(_MOMENT)
        return Position(sort, str(key), int(row[0]))


def store() -> Store:
    """The store of the present application."""
    found: Store = current_app.extensions["keynet_public"]
    return found
