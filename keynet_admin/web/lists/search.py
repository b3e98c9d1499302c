"""The search box of a list whose words stand in columns: each word, in any width, hiragana also as katakana."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_

from keynet_admin.services import counter

MOST_WORDS = 8
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def words_of(text: str) -> list[str]:
    """Search words: NFKC, split at any space (the ideographic one, too), NUL and other controls left out; numbers as they are stored."""
    folded = unicodedata.normalize("NFKC", text)
    clean = "".join(c if c.isprintable() else " " for c in folded)
    return [counter.typed(word) or word for word in clean.split()[:MOST_WORDS]]


def apply_search(query: Any, columns: Sequence[Any], text: str) -> Any:
    """Every word must stand in one of the columns, hiragana also as katakana; `%` and `_` mean themselves.

    A column is a text column, or a function from a word to a condition (for a related table).
    """
    for word in words_of(text):
        spellings = dict.fromkeys((word, word.translate(_KATAKANA)))
        query = query.where(or_(*(_holds(column, spelling) for column in columns for spelling in spellings)))
    return query


def _holds(column: Any, word: str) -> Any:
    return column.icontains(word, autoescape=True) if hasattr(column, "icontains") else column(word)
