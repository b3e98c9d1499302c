"""What somebody is offered whose search finds nothing or little: only searches that find something, each with its count."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from keynet_admin.public.query import Search, prefecture_label
from keynet_admin.public.search import listed, words
from keynet_admin.services.listing.neighbours import beside

# Up to so many hits are few.
FEW = 3


@dataclass(frozen=True)
class SearchOffer:
    """Another search: what it says, how many it finds (at least so many when `at_least` is true), its address."""

    label: str
    count: int
    at_least: bool
    url: str


@dataclass(frozen=True)
class Offers:
    """`removals`: the search without one of its conditions. `neighbours`: the same in the prefectures beside, `together` in all of these.
    `place`: all that there is in the place that was asked for."""

    removals: tuple[SearchOffer, ...]
    neighbours: tuple[SearchOffer, ...]
    together: SearchOffer | None
    place: SearchOffer | None


def beside_of(connection: Connection, search: Search) -> Offers:
    """The offers beside a search. The wider ones find more than the search itself, none finds nothing."""
    here = listed.of_app()
    with here.at(connection):
        least = words.found(connection, here, search).count

        def offer(label: str, other: Search, more_than: int = 0) -> SearchOffer | None:
            whole = words.found(connection, here, other)
            return SearchOffer(label, whole.count, not whole.sure, "/postings/" + other.query()) if whole.count > more_than else None

        conditions = list(search.conditions())
        removals = (
            _made(offer(label, search.without(name, value), least) for name, value, label in conditions) if len(conditions) > 1 else ()
        )
        asked = set(search.prefecture) | ({search.municipality[:2]} if search.municipality else set())
        codes = sorted({code for own in asked for code in beside(own)} - asked)
        near = {code: replace(search, prefecture=(code,), municipality="", after=None) for code in codes}
        found = {code: made for code, other in near.items() if (made := offer(prefecture_label(code), other))}
        together = None
        if len(found) > 1:
            together = offer(
                f"{len(found)}つの都道府県をまとめて見る", replace(search, prefecture=tuple(found), municipality="", after=None)
            )
        place = Search(prefecture=search.prefecture, municipality=search.municipality)
        whole = offer(f"{place.words_for_people()}のすべての募集", place, least) if asked and len(conditions) > 1 else None
    if whole and any(offer.url == whole.url for offer in removals):
        whole = None
    return Offers(removals, tuple(found.values()), together, whole)


def _made(offers: Iterable[SearchOffer | None]) -> tuple[SearchOffer, ...]:
    return tuple(offer for offer in offers if offer)
