"""What a search finds: the sets of its conditions, and the words looked up in the database. To be called inside `ListedSets.at`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, Select, bindparam, select, text

from keynet_admin.models import Listing
from keynet_admin.public.query import Search
from keynet_admin.public.search import near
from keynet_admin.public.search.listed import ListedSets, all_of
from keynet_admin.services.listing import search_index
from keynet_admin.services.search import ngrams

# So many rows are read to be sure of a word: to find all that hold it, or to say how many there are at least.
READ = 1000
# So many candidates of the words' index make a set; a more frequent word is looked for in the rows, in their order.
CANDIDATES = 10_000
L = Listing.__table__.c
# PostgreSQL prices a row of the search index without unpacking its tokens, which is nearly all that reading it costs: it would rather read them all.
BY_INDEX = text("SET LOCAL enable_seqscan = off")


@dataclass(frozen=True)
class Matches:
    """The postings that a search finds. `sure`: just these; otherwise among these, at least `count` of them.

    `hits`: the postings with the words wherever they are, None when they are too many to be known. Without words all.
    """

    ids: BitMap
    sure: bool
    count: int
    hits: BitMap | None


def found(connection: Connection, here: ListedSets, search: Search) -> Matches:
    """What a search finds, whatever its order and place."""
    key = replace(search, sort="new", after=None)
    return here.kept_or(("found", key), lambda: _found(connection, here, search))


def _found(connection: Connection, here: ListedSets, search: Search) -> Matches:
    ids = all_of(here, near.conditions(here, search))
    if not search.words:
        return Matches(ids, True, len(ids), here.all)
    candidates, sure = here.kept_or(("words", search.words), lambda: _candidates(connection, search.words))
    if candidates is not None:
        ids = ids & candidates
    if sure:
        return Matches(ids, True, len(ids), candidates)
    if len(ids) <= READ:
        ids = BitMap(_holding(connection, ids, search.words))
        return Matches(ids, True, len(ids), None)
    return Matches(ids, False, len(_holding(connection, ids[len(ids) - READ :], search.words)), None)


def first(
    connection: Connection, here: ListedSets, search: Search, whole: Matches, among: BitMap, count: int, *, backwards: bool = False
) -> list[int]:
    """The first of these among what a search found, in its order or backwards. What is not sure yet is read until there are enough."""
    if whole.sure:
        return _first(here, search, among, count, backwards=backwards)
    made: list[int] = []
    size = 2 * count
    while len(made) < count and among:
        ids = _first(here, search, among, size, backwards=backwards)
        holding = _holding(connection, ids, search.words)
        made += [number for number in ids if number in holding]
        among, size = among - BitMap(ids), min(READ, 2 * size)
    return made[:count]


def _first(here: ListedSets, search: Search, among: BitMap, count: int, *, backwards: bool) -> list[int]:
    if search.sort == "near":
        return near.first(here, search, among, count, backwards=backwards)
    return here.first(search.sort, among, count, backwards=backwards)


def _candidates(connection: Connection, words: tuple[str, ...]) -> tuple[BitMap | None, bool]:
    """The postings that may hold the words by their index, None when they are too many; and whether they surely do."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(BY_INDEX)
    values = {"match": search_index.INDEX.matching(dialect, words), "most": CANDIDATES + 1}
    ids = connection.execute(_matching(dialect), values).scalars().all()
    if len(ids) > CANDIDATES:
        return None, False
    # A token of the index is two letters long: it says all about such a word.
    if all(len(word) <= 2 for word in words):
        return BitMap(ids), True
    if len(ids) <= READ:
        return BitMap(_holding(connection, ids, words)), True
    return BitMap(ids), False


def _holding(connection: Connection, ids: Iterable[int], words: tuple[str, ...]) -> set[int]:
    """Those whose text holds the words."""
    values: dict[str, Any] = {f"word{at}": word for at, word in enumerate(words)} | {"ids": list(ids)}
    return set(connection.execute(_texts(connection.dialect.name, len(words)), values).scalars())


@lru_cache(maxsize=2)
def _matching(dialect: str) -> Select[Any]:
    found = search_index.INDEX.candidates(dialect).subquery()
    return select(found.c.id).limit(bindparam("most"))


@lru_cache(maxsize=32)
def _texts(dialect: str, count: int) -> Select[Any]:
    held = [ngrams.holds(dialect, L.search_text, bindparam(f"word{at}")) for at in range(count)]
    return select(L.posting_id).where(L.posting_id.in_(bindparam("ids", expanding=True)), *held)
