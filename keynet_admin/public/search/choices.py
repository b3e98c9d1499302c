"""How many postings each choice of the search form would find within the other conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pyroaring import BitMap

from keynet_admin.catalogue import posting_field, reference
from keynet_admin.public.query import FLAGS, Search
from keynet_admin.public.search import near
from keynet_admin.public.search.listed import ListedSets, all_of
from keynet_admin.public.search.words import Matches
from keynet_admin.services.listing.card import PARTS, WEEK


@dataclass(frozen=True)
class Choices:
    """`counts`: name of a condition → its value → how many there are when it is chosen beside the other conditions. None = not counted.

    `total`: how many the search itself finds, at least so many when `at_least` is true.
    """

    total: int
    at_least: bool
    counts: Mapping[str, Mapping[str, int | None]]


def of(here: ListedSets, search: Search, found: Matches) -> Choices:
    """The counts beside this search, made once for each state of the sets. To be called inside `ListedSets.at`."""
    key = replace(search, sort="new", after=None)
    return here.kept_or(("choices", key), lambda: Choices(found.count, not found.sure, _counts(here, search, found)))


def _counts(here: ListedSets, search: Search, found: Matches) -> dict[str, dict[str, int | None]]:
    values: dict[str, tuple[str, ...]] = {
        "prefecture": tuple(place.code for place in reference.prefectures()),
        "job_type": tuple(choice.slug for choice in posting_field("job_type").choices),
        "engagement": tuple(choice.slug for choice in posting_field("engagement").choices),
        "weekday": WEEK,
        "part": tuple(PARTS),
        **dict.fromkeys(FLAGS, ("1",)),
    }
    if found.hits is None:
        return {name: dict.fromkeys(of_it) for name, of_it in values.items()}
    conditions = near.conditions(here, search)
    if search.words:
        conditions["words"] = found.hits
    made: dict[str, dict[str, int | None]] = {}
    for name, of_it in values.items():
        own = "slot" if name in ("weekday", "part") else name
        others = all_of(here, {other: ids for other, ids in conditions.items() if other != own})
        made[name] = {value: others.intersection_cardinality(_chosen(here, search, name, value)) for value in of_it}
    return made


def _chosen(here: ListedSets, search: Search, name: str, value: str) -> BitMap:
    if name == "weekday":
        return here.slot((value,), search.part)
    if name == "part":
        return here.slot(search.weekday, (value,))
    return here.sets[name, "" if name in FLAGS else value]
