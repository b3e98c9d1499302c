"""The statements of the visitors' pages: SQLAlchemy Core over `listing`, built once and bound each time, and a page of a search.

Which postings a search finds, and in which order, the sets in memory tell (`search.listed`); the database is asked for rows by their ids, and
for the words of a search (`search.words`). No COUNT, no OFFSET: a page begins after the last row of the page before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, Row, Select, bindparam, func, select

from keynet_admin import clock
from keynet_admin.models import Listing, Setting
from keynet_admin.public.query import Position, Search
from keynet_admin.public.search import choices, listed, near, words
from keynet_admin.public.search.choices import Choices
from keynet_admin.public.search.listed import ListedSets, SetsState
from keynet_admin.public.search.near import Around

PAGE = 20
# Pages count no further.
MOST = 1000
L = Listing.__table__.c


@dataclass(frozen=True)
class Page:
    """A page of a search: the postings' ids with the numbers of their last changes, and where the next page begins.

    `count` is how many there are in all, at least so many when `at_least` is true (what a frequent word finds is not counted to its end).
    """

    numbers: dict[int, int]
    count: int
    at_least: bool
    following: Position | None
    previous: Position | None
    choices: Choices
    state: SetsState
    around: Around | None = None


NOTICE = select(Setting.value).where(Setting.key == "notice")
_ONE = (
    *("posting_id", "state", "title", "listed_at", "changed_at", "open_until", "closed_at", "ended_by"),
    *("job_type", "prefecture_code", "municipality_code", "places", "content"),
)
ONE = select(Listing.listed(bindparam("now")).label("is_open"), *(L[name] for name in _ONE)).where(L.posting_no == bindparam("no"))
HIGHEST = select(func.max(L.posting_id)).where(Listing.listed(bindparam("now")))
BETWEEN = (
    select(L.posting_no, L.changed_at, L.open_until)
    .where(L.posting_id >= bindparam("low"), L.posting_id < bindparam("high"), Listing.listed(bindparam("now")))
    .order_by(L.posting_id)
)


@lru_cache(maxsize=16)
def by_ids(columns: tuple[str, ...]) -> Select[Any]:
    """These columns of the postings `ids` that are listed."""
    wanted = L.posting_id.in_(bindparam("ids", expanding=True))
    return select(L.posting_id, *(L[name] for name in columns)).where(wanted, Listing.listed(bindparam("now")))


def rows(connection: Connection, ids: Iterable[int], columns: tuple[str, ...]) -> list[Row[Any]]:
    """These columns of the postings, in the order of `ids`; what is no longer listed is left out."""
    wanted = list(ids)
    found = {row.posting_id: row for row in connection.execute(by_ids(columns), {"ids": wanted, "now": clock.now()})} if wanted else {}
    return [found[number] for number in wanted if number in found]


def state(connection: Connection) -> SetsState:
    """Of which moment the listed postings are, and how many there are."""
    with listed.of_app().at(connection) as now:
        return now


def count(connection: Connection, search: Search) -> int:
    """How many a search finds, at least so many where a frequent word is not counted to its end."""
    here = listed.of_app()
    with here.at(connection):
        return words.found(connection, here, search).count


def page(connection: Connection, search: Search, limit: int = PAGE, *, back: bool = False) -> Page:
    """One page of a search and how many each other choice would find; with `back` also the way to the page before."""
    here = listed.of_app()
    with here.at(connection) as state:
        whole = words.found(connection, here, search)
        after = search.after
        left = _beyond(here, search, whole.ids, after) if after else whole.ids
        ids = words.first(connection, here, search, whole, left, limit + 1)
        more, ids = len(ids) > limit, ids[:limit]
        seen = after.shown + len(ids) if after and after.shown else 0 if after else len(ids)
        following = Position(search.sort, *_place(here, search, ids[-1]), seen) if more else None
        previous = None
        if back and after:
            before = words.first(connection, here, search, whole, whole.ids - left, limit + 1, backwards=True)
            if len(before) > limit:
                previous = Position(search.sort, *_place(here, search, before[limit]), max(after.shown - limit, 0))
        numbers = {number: here.sequences[number] for number in ids}
        made = choices.of(here, search, whole)
        around = near.around(here, search, ids, whole.hits) if search.near else None
    return Page(numbers, max(whole.count, len(ids) + more), not whole.sure, following, previous, made, state, around)


def _beyond(here: ListedSets, search: Search, found: BitMap, after: Position) -> BitMap:
    if search.sort == "near":
        return near.beyond(here, search, found, after.key, after.id)
    return here.beyond(search.sort, found, after.key, after.id)


def _place(here: ListedSets, search: Search, number: int) -> tuple[int, int]:
    return near.place(here, search, number) if search.sort == "near" else here.place(search.sort, number)
