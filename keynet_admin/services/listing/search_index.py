"""The visitors' search: folded text and folded words, so that width, case, kana and accents do not matter.

A hit of the index is only a candidate: the words are looked up in `listing.search_text` again, so that 看護 … 護師 never passes for 看護師.
"""

import re
import unicodedata
from typing import Final

from keynet_admin.catalogue.folding import TO_HIRAGANA, unify_ideographs, unify_spellings
from keynet_admin.services.search.ngrams import Index

INDEX: Final = Index("listing_search", "posting_id")

MAX_WORDS = 12
MAX_LETTERS = 60

_KANA = TO_HIRAGANA | {0x30FD: 0x309D, 0x30FE: 0x309E}
# Whoever types センタ- or センタ− means センター.
_LONG_VOWEL = re.compile("(?<=[\u3041-\u3096])[-\u2010-\u2015\u2212\u2500\ufe63]")
# Marks that are no letters of their own (variation selectors, loose accents, joiners) vanish without a gap.
_MARKS = frozenset({"Mn", "Me", "Cf"})


def fold(value: str) -> str:
    """The text as it is compared: NFKC, small letters, hiragana for katakana, a dash behind kana is a long vowel, one letter for the spellings of a name; everything but letters and digits becomes one space.

    NUL, lone surrogates and control characters vanish with the rest, so the result can be stored and bound anywhere.
    """
    plain = unicodedata.normalize("NFKC", unify_ideographs(value)).casefold().translate(_KANA)
    # A second pass: casefold can undo a composition.
    plain = _LONG_VOWEL.sub("ー", unicodedata.normalize("NFKC", plain))
    kept = (c if c.isalnum() else "" if unicodedata.category(c) in _MARKS else " " for c in plain)
    return " ".join(unify_spellings("".join(kept)).split())


def words_of(query: str) -> tuple[str, ...]:
    """The folded words of a search, each of which must occur; at most 12 words of 60 letters. Empty when nothing can be searched."""
    seen = dict.fromkeys(word[:MAX_LETTERS] for word in fold(query).split())
    return tuple(seen)[:MAX_WORDS]
