"""The vocabulary: folded words, each with what it means to the search."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from keynet_admin.services.listing.search_index import fold
from keynet_admin.services.listing.words import jobs, marks, places, subject, times

Conditions = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of conditions of the search with their values; a flag has none."""


@dataclass(frozen=True)
class Meaning:
    """What a word means. One with neither conditions nor places holds of every posting; a `literal` one is looked for as it is written.

    `places` are the codes of a municipality's name: one, or several of the same name.
    """

    conditions: Conditions = ()
    places: tuple[str, ...] = ()
    literal: bool = False


@lru_cache(maxsize=1)
def table() -> Mapping[str, Meaning]:
    """All words that may also stand inside of a longer one (奈良の看護師, 千代田区夜勤)."""
    found: dict[str, Meaning] = {}

    def put(words: str, conditions: Conditions = (), *, literal: bool = False) -> None:
        for word in words.split():
            found.setdefault(fold(word).replace(" ", ""), Meaning(conditions, literal=literal))

    put(subject.PLAIN, literal=True)
    put(marks.POTENTIAL_NURSE, (("job_type", ("nurse",)), ("blank_ok", ())))
    for slug, words in jobs.JOBS.items():
        put(words, (("job_type", (slug,)),))
    for slugs, words in jobs.GROUPS.items():
        put(words, (("job_type", tuple(slugs.split())),))
    for days, words in times.WEEKDAYS.items():
        put(words, (("weekday", tuple(days.split())),))
    for parts, words in times.PARTS.items():
        put(words, (("part", tuple(parts.split())),))
    put(times.SINGLE_DAY, (("single_day", ()),))
    for flag, words in marks.FLAGS.items():
        put(words, ((flag, ()),))
    for slugs, words in marks.ENGAGEMENTS.items():
        put(words, (("engagement", tuple(slugs.split())),))
    for codes, words in places.REGIONS.items():
        put(words, (("prefecture", tuple(codes.split())),))
    for word, code in places.prefectures().items():
        found.setdefault(word, Meaning((("prefecture", (code,)),)))
    put(subject.SATISFIED)
    for words in marks.OFFERS.values():
        put(words, literal=True)
    for word, towns in places.municipalities().items():
        found.setdefault(word, Meaning(places=towns))
    return found


@lru_cache(maxsize=1)
def between() -> frozenset[str]:
    """Folded particles and fillers: they stand beside words and ask nothing."""
    return frozenset(fold(word) for word in (*subject.PARTICLES.split(), *subject.FILLERS.split()))


def whole(word: str) -> Meaning | None:
    """What a word that stands alone means, None when it is not in the vocabulary."""
    found = table().get(word)
    if found is None and (codes := places.stems().get(word)):
        found = Meaning(places=codes)
    return found
