"""Words of the vocabulary that are near to one that finds nothing: a slip of the key, of the conversion, of the reading."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from keynet_admin.services.listing.search_index import fold
from keynet_admin.services.listing.words import jobs, marks, places, subject, times
from keynet_admin.services.listing.words.vocabulary import table

MOST: Final = 24
# So many letters may be wrong in a word of at least so many; of a word of two letters none.
_SLIPS: Final = ((9, 3), (6, 2), (2, 1))


def near(word: str) -> list[str]:
    """Words as people write them, the nearest first; of equally near ones jobs and times before places. Empty for a word of the vocabulary."""
    folded = fold(word).replace(" ", "")
    most = next((slips for letters, slips in _SLIPS if len(folded) >= letters), 0)
    if not most or folded in table():
        return []
    known = _known()
    found = [
        (distance, at, key) for key, distance, at in process.extract(folded, _keys(), scorer=OSA.distance, score_cutoff=most, limit=MOST)
    ]
    # Of two letters one may be wrong, but not the first: 医氏, 奈艮.
    short = len(folded) == 2
    return list(dict.fromkeys(known[key] for _, _, key in sorted(found) if not short or (len(key) == 2 and key[0] == folded[0])))


@lru_cache(maxsize=1)
def _keys() -> list[str]:
    return list(_known())


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """Folded word → the word to offer for it, jobs first, then times and marks, then places: each job by its own name."""
    found: dict[str, str] = {}
    for shown, word in _offered():
        found.setdefault(fold(word).replace(" ", ""), shown)
    for word, code in places.prefectures().items():
        found.setdefault(word, places.prefecture_name(code))
    for word, codes in (*places.municipalities().items(), *places.stems().items()):
        found.setdefault(word, places.name_of(codes[0]))
    return found


def _offered() -> Iterator[tuple[str, str]]:
    for words in jobs.JOBS.values():
        yield from ((words.split()[0], word) for word in words.split())
    for group in (times.WEEKDAYS, times.PARTS, marks.FLAGS, marks.OFFERS, places.REGIONS):
        for words in group.values():
            yield from ((words.split()[0], word) for word in words.split())
    yield from ((times.SINGLE_DAY.split()[0], word) for word in times.SINGLE_DAY.split())
    yield from ((word, word) for word in subject.SATISFIED.split())
