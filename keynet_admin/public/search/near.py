"""Near a postal code: how far a search looks, and its order by distance. To be called inside `ListedSets.at`.

The distance is that between the offices of two municipalities. It grows until a page is full, up to 50 km; beyond that only until something is
found. A posting whose municipality is not public lies nowhere: how many there are in the prefecture is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pyroaring import BitMap

from keynet_admin.catalogue import display, reference
from keynet_admin.catalogue.places import points, postal
from keynet_admin.public.query import Search
from keynet_admin.public.search.listed import ListedSets, all_of

RINGS = (10, 25, 50)
FULL = 20


@dataclass(frozen=True)
class Around:
    """What a page says of the place: its name, how far was looked, the distance of each posting shown, and how many have no public place."""

    place: str
    km: int
    away: Mapping[int, int]
    hidden: int
    hidden_in: str
    hidden_url: str


@lru_cache(maxsize=1024)
def _groups(code: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Kilometres and the municipalities so far away, nearest first."""
    groups: dict[int, list[str]] = {}
    for code6, km in points.around(postal.municipalities_of(code)).items():
        groups.setdefault(km, []).append(code6)
    return tuple((km, tuple(codes)) for km, codes in groups.items())


def conditions(here: ListedSets, search: Search) -> dict[str, BitMap]:
    """The postings that each condition of a search lets through, the distance among them; the words are none of these."""
    found = here.conditions(search)
    if search.near:
        found["near"] = _within(here, search.near, reach(here, search, found))
    return found


def reach(here: ListedSets, search: Search, others: Mapping[str, BitMap]) -> int:
    """Kilometres that the search looks. Words are not counted beforehand: with them it looks as far as one drives."""
    rest = all_of(here, others)
    for km in RINGS:
        found = rest.intersection_cardinality(_within(here, search.near, km))
        if (found >= FULL and not search.words) or (found and km == RINGS[-1]):
            return km
    return points.FARTHEST


def _within(here: ListedSets, code: str, km: int) -> BitMap:
    codes = [code6 for away, group in _groups(code) if away <= km for code6 in group]
    return here.kept_or(("near", code, km), lambda: here.any_of("municipality", codes))


def _groups_of(here: ListedSets, search: Search, found: BitMap) -> list[tuple[int, BitMap]]:
    return [(km, part) for km, codes in _groups(search.near) if (part := found & here.any_of("municipality", codes))]


def first(here: ListedSets, search: Search, found: BitMap, count: int, *, backwards: bool = False) -> list[int]:
    """The ids of the nearest of these postings, of equally near ones the newest first; or of the farthest, the farthest first."""
    ids: list[int] = []
    groups = _groups_of(here, search, found)
    for _, part in reversed(groups) if backwards else groups:
        ids += list(part) if backwards else list(reversed(part))
        if len(ids) >= count:
            break
    return ids[:count]


def place(here: ListedSets, search: Search, number: int) -> tuple[int, int]:
    """Where a posting stands in the order: its distance and its id."""
    return next((km for km, part in _groups_of(here, search, BitMap([number]))), points.FARTHEST), number


def beyond(here: ListedSets, search: Search, found: BitMap, value: int, number: int) -> BitMap:
    """Those of these postings that come after a place of the order."""
    after = BitMap()
    for km, part in _groups_of(here, search, found):
        after |= part if km > value else part[: part.rank(max(number - 1, 0))] if km == value else BitMap()
    return after


def around(here: ListedSets, search: Search, ids: list[int], hits: BitMap | None) -> Around:
    """What the page of a search near a postal code says; `hits`: the postings with its words, None when these are not known."""
    others = here.conditions(search)
    codes = postal.municipalities_of(search.near)
    areas = tuple(dict.fromkeys(code6[:2] for code6 in codes))
    nowhere = all_of(here, {**others, "where": here.any_of("prefecture", areas), "nowhere": here.sets["municipality", None]})
    hidden = len(nowhere if hits is None else nowhere & hits) if not search.words or hits is not None else 0
    return Around(
        place="・".join(display.municipality(code6) for code6 in codes),
        km=reach(here, search, others),
        away={number: place(here, search, number)[0] for number in ids},
        hidden=hidden,
        hidden_in="・".join(area.name for code in areas if (area := reference.prefecture(code))),
        hidden_url="/postings/" + search.without("near", "").within(areas).query(),
    )
