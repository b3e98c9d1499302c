"""The listed postings in the memory of a process: for every choice of the search the set of their ids, as compressed bitmaps.

A search is an intersection of a few sets, whatever it combines. Numbers (moment, pay, day) are kept bit by bit, a set for each bit ("bit-sliced
index"): comparing and finding the first rows of an order are intersections, too. Who asks brings the sets up to date first, from the rows whose
`sequence` is newer; a row leaves all sets and enters those of its new values. Rows whose end has come leave by the clock.
"""

import logging
import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask, current_app
from pyroaring import BitMap
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ServiceUnavailable

from keynet_admin import clock
from keynet_admin.extensions import reading
from keynet_admin.models import Listing, ListingVersion
from keynet_admin.public.query import FLAGS, Search, municipality_codes
from keynet_admin.public.source import connected
from keynet_admin.services.listing import version
from keynet_admin.services.listing.card import PARTS, WEEK
from keynet_admin.vocabulary import ListingState

log = logging.getLogger(__name__)

Key = tuple[str, Any]

L = Listing.__table__.c
VERSION = select(ListingVersion.number, ListingVersion.changed_at).where(ListingVersion.id == 1)
# What the sets are made of: a column by itself, the first and the last day of work together.
_CHOSEN: Final = {"prefecture_code": "prefecture", "job_type": "job_type", "municipality_code": "municipality", "engagement": "engagement"}
_PLAIN: Final = (*_CHOSEN, "also_junior", *FLAGS, "slots", "pay_hour", "listed_at", "open_until", "deadline")
_ROWS = select(*(L[name] for name in ("posting_id", "sequence", "state", "term_start", "term_end", *_PLAIN)))
CHANGED = _ROWS.where(L.sequence > bindparam("seen"))
# In the order of the table: by an index SQLite would fetch each long row from another place. What is over is dropped afterwards.
ALL = _ROWS.where(L.state == ListingState.listed).order_by(L.posting_id).execution_options(yield_per=10_000)
# The orders: whether the highest comes first. Equal ones follow their ids in the same direction.
DESCENDING: Final = {"new": True, "ending": False, "pay": True}
MOST_KEPT = 300
NEVER = datetime.max.replace(tzinfo=UTC)
_BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)
# Bits of a moment in seconds; one more in the order of ends: postings without a deadline come last.
_MOMENT: Final = 32
# Moments are nearly all different: they are gathered by two halves of their bits.
_HALF: Final = 1 << 16
_BITS: Final = {"new": _MOMENT, "ending": _MOMENT + 1, "pay": 31, "term_start": 22, "term_end": 22}


@dataclass(frozen=True)
class SetsState:
    """Of which moment an answer is. `mark` differs when anything has changed, `until` is the first end among the listed postings."""

    mark: tuple[int, int]
    at: datetime
    until: datetime
    total: int


class ListedSets:
    """The sets of one application, safe between threads: everything is asked inside `at`."""

    def __init__(self) -> None:
        """Nothing is read until somebody asks."""
        self.lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self.sets: defaultdict[Key, BitMap] = defaultdict(BitMap)
        self.all = BitMap()
        self.sequences = array("q")
        self.seen, self.ended, self.changed = -1, 0, _BEGIN
        self.dropped, self.first_end = datetime.min.replace(tzinfo=UTC), NEVER
        self.kept: dict[Hashable, Any] = {}

    @contextmanager
    def at(self, connection: Connection) -> Iterator[SetsState]:
        """Bring the sets up to date and hold them. They may be newer than what the connection's transaction sees, never older."""
        with self.lock:
            number, changed = connection.execute(VERSION).one()
            now = clock.now()
            restored = 0 <= self.seen <= number - version.RESTORED
            if restored or now < self.dropped:  # all numbers are new, or the clock was set back
                self._forget()
            if number > self.seen:
                self._read(connection)
                self.seen, self.changed = number, changed
                self.kept.clear()
            if now >= self.first_end:
                self._drop_what_is_over(now)
            yield SetsState((self.seen, self.ended), self.changed, self.first_end, len(self.all))

    def _read(self, connection: Connection) -> None:
        """Rows of one value are gathered first: the bits of a day or a place are looked up once, not for each of a million postings."""
        gathered: dict[str, defaultdict[Any, array[int]]] = {
            name: defaultdict(lambda: array("I")) for name in (*_PLAIN, "term", "new_rest")
        }
        groups = [gathered[name] for name in _PLAIN]
        moment = _PLAIN.index("listed_at")
        touched, shown = array("I"), array("I")
        for number, sequence, state, start, end, *values in connection.execute(
            CHANGED if self.seen >= 0 else ALL, {} if self.seen < 0 else {"seen": self.seen}
        ):
            touched.append(number)
            if state is not ListingState.listed:
                continue
            shown.append(number)
            if number >= len(self.sequences):
                self.sequences.extend([0] * (number - len(self.sequences) + 1024))
            self.sequences[number] = sequence
            values[moment], rest = divmod(seconds(values[moment]), _HALF)
            gathered["new_rest"][rest].append(number)
            gathered["term"][start, end].append(number)
            for group, value in zip(groups, values, strict=True):
                group[value].append(number)
        self._remove(BitMap(touched) & self.all)
        for name, group in gathered.items():
            for value, ids in group.items():
                for key in _keys(name, value):
                    self.sets[key].update(ids)
        self.first_end = min((self.first_end, *gathered["open_until"]))
        self.all.update(shown)

    def _remove(self, gone: BitMap) -> None:
        if gone:
            for ids in self.sets.values():
                ids -= gone
            self.all -= gone

    def _drop_what_is_over(self, now: datetime) -> None:
        over = self.all - self._above("ending", self.all, seconds(now), _MOMENT)
        if latest := self.first("ending", over, 1, _MOMENT, backwards=True):
            self.dropped = max(self.dropped, _BEGIN + timedelta(seconds=self._value("ending", latest[0], _MOMENT)))
        self._remove(over)
        self.kept.clear()
        self.ended += len(over)
        last = self.first("ending", self.all, 1, width=_MOMENT)
        self.first_end = _BEGIN + timedelta(seconds=self._value("ending", last[0], _MOMENT)) if last else NEVER

    def kept_or(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What was made before under this key, as long as no posting has changed; else it is made now."""
        if key not in self.kept:
            made = make()
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = made
        return self.kept[key]

    def any_of(self, name: str, values: Collection[Any]) -> BitMap:
        """The postings with one of these values."""
        return BitMap.union(*(self.sets[name, value] for value in values)) if values else BitMap()

    def conditions(self, search: Search) -> dict[str, BitMap]:
        """The postings that each condition of a search lets through; the words are none of these, nor is the distance (`near.conditions`)."""
        found: dict[str, BitMap] = {}
        for name in ("prefecture", "job_type", "engagement"):
            if values := getattr(search, name):
                found[name] = self.any_of(name, values)
        if search.municipality:
            found["municipality"] = self.any_of("municipality", municipality_codes(search.municipality))
        if search.weekday or search.part:
            found["slot"] = self.slot(search.weekday, search.part)
        if search.begin:
            found["begin"] = self._above("term_end", self.all, search.begin.toordinal() - 1)
        if search.end:
            found["end"] = self.all - self._above("term_start", self.all, search.end.toordinal())
            found["end"] &= self.sets["period", ""]
        if search.pay_min:
            found["pay_min"] = self._above("pay", self.all, search.pay_min - 1)
        return found | {name: self.sets[name, ""] for name in FLAGS if getattr(search, name)}

    def slot(self, weekdays: Collection[str], parts: Collection[str]) -> BitMap:
        """The postings with a shift on one of these weekdays (any when none) in one of these parts of the day (any when none)."""
        if weekdays and parts:
            return self.any_of("slot", [(day, part) for day in weekdays for part in parts])
        return self.any_of("weekday", weekdays) if weekdays else self.any_of("part", parts)

    def first(self, sort: str, found: BitMap, count: int, width: int = 0, *, backwards: bool = False) -> list[int]:
        """The ids of the first `count` of these postings in an order, or of the last ones, the last first."""
        width = width or _BITS[sort]
        sure, open_, descending = BitMap(), found, DESCENDING[sort] is not backwards
        for bit in range(width - 1, -1, -1):
            if len(sure) + len(open_) <= count:
                break
            ones = self.sets.get((sort, bit))
            better = (open_ & ones if descending else open_ - ones) if ones else (BitMap() if descending else open_)
            if len(sure) + len(better) >= count:
                open_ = better
            elif better:
                sure |= better
                open_ = open_ - better
        left = count - len(sure)
        ties = open_ if len(open_) <= left else open_[len(open_) - left :] if descending else open_[:left]
        ids = sorted(((self._value(sort, number), number) for number in (*sure, *ties)), reverse=descending)
        return [number for _, number in ids]

    def place(self, sort: str, number: int) -> tuple[int, int]:
        """Where a posting stands in an order."""
        return self._value(sort, number), number

    def beyond(self, sort: str, found: BitMap, value: int, number: int) -> BitMap:
        """Those of these postings that come after a place of an order."""
        above, equal = self._compared(sort, found, value)
        if DESCENDING[sort]:
            return (found - above - equal) | equal[: equal.rank(max(number - 1, 0))]
        return above | equal[equal.rank(number) :]

    def _above(self, name: str, found: BitMap, value: int, width: int = 0) -> BitMap:
        """Those whose number is greater than this one."""
        return self._compared(name, found, value, width)[0]

    def _compared(self, name: str, found: BitMap, value: int, width: int = 0) -> tuple[BitMap, BitMap]:
        """Those whose number is greater than this one, and those who have it."""
        width = width or _BITS[name]
        if value >> width:
            return BitMap(), BitMap()
        above, equal = BitMap(), found
        for bit in range(width - 1, -1, -1):
            ones = self.sets.get((name, bit))
            if value >> bit & 1:
                equal = equal & ones if ones else BitMap()
            elif ones:
                above |= equal & ones
                equal = equal - ones
            if not equal:
                break
        return above, equal

    def _value(self, name: str, number: int, width: int = 0) -> int:
        return sum(1 << bit for bit in range(width or _BITS[name]) if number in self.sets.get((name, bit), ()))


def all_of(here: ListedSets, conditions: Mapping[str, BitMap]) -> BitMap:
    """The postings that all these conditions let through. Not to be changed: without any it is the set of all."""
    if not conditions:
        return here.all
    first, *others = sorted(conditions.values(), key=len)
    return BitMap.intersection(first, *others) if others else first


def of_app() -> ListedSets:
    """The sets of the current application."""
    listed: ListedSets = current_app.extensions.setdefault("keynet_listed", ListedSets())
    return listed


def seconds(moment: datetime) -> int:
    """A moment as a number of the orders; what lies before the first one or after the last one is that one."""
    return min(max(int((moment - _BEGIN).total_seconds()), 0), (1 << _MOMENT) - 1)


def _keys(name: str, value: Any) -> Iterator[Key]:
    """The sets to which the listed rows with this value of a column belong."""
    if name in _CHOSEN:
        yield _CHOSEN[name], value
    elif name in FLAGS and value:
        yield name, ""
    elif name == "also_junior" and value:
        yield "job_type", "assistant_nurse"
    elif name == "slots":
        yield from _slots(value)
    elif name == "pay_hour":
        yield from _bits("pay", value or 0)
    elif name == "listed_at":
        yield from _bits("new", value * _HALF)
    elif name == "new_rest":
        yield from _bits("new", value)
    elif name == "open_until":
        yield from _bits("ending", seconds(value))
    elif name == "deadline" and value is None:
        yield "ending", _MOMENT
    elif name == "term" and all(value):
        yield "period", ""
        yield from _bits("term_start", value[0].toordinal())
        yield from _bits("term_end", value[1].toordinal())


def _bits(name: str, value: int) -> Iterator[Key]:
    return ((name, bit) for bit in range(value.bit_length()) if value >> bit & 1)


def _slots(slots: int) -> Iterator[Key]:
    row = 0
    for at, day in enumerate(WEEK):
        if found := slots >> 4 * at & 15:
            row |= found
            yield "weekday", day
            for place, part in enumerate(PARTS):
                if found >> place & 1:
                    yield "slot", (day, part)
    for place, part in enumerate(PARTS):
        if row >> place & 1:
            yield "part", part


def read_ahead(app: Flask) -> None:
    """Read the table in the background, so that no visitor waits for it. What fails here is read at the first request."""

    def read() -> None:
        with app.app_context(), reading():
            try:
                with connected() as connection, of_app().at(connection):
                    pass
            except (SQLAlchemyError, ServiceUnavailable) as error:
                log.warning("the listed postings are read at the first request: %s", type(error).__name__)

    threading.Thread(target=read, daemon=True).start()
