"""Japanese search without a dictionary: folded text, cut into own two-letter tokens, and the index of each database.

SQLite's own tokenisers find no two-letter Japanese word, so we cut ourselves: 予防接種 → 予防 防接 接種 種. The last letter stands
alone, so that a search for one letter is a prefix search. A hit of the index is only a candidate: the caller looks the folded words
up in `listing.search_text` again, so that 看護 … 護師 never passes for 看護師.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, TextualSelect, column, func, text

MAX_WORDS = 12
MAX_LETTERS = 60

# Katakana to hiragana, with the small ヵ and ヶ as large ones (霞ヶ関 = 霞ケ関); two name variants that NFKC keeps apart.
_KANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x30F5: 0x304B, 0x30F6: 0x3051, 0x30FD: 0x309D, 0x30FE: 0x309E}
_SAME = str.maketrans("髙﨑", "高崎")
# Marks that are no letters of their own (variation selectors, loose accents, joiners) vanish without a gap.
_MARKS = frozenset({"Mn", "Me", "Cf"})


def fold(value: str) -> str:
    """The text as it is compared: NFKC, small letters, hiragana for katakana; everything but letters and digits becomes one space.

    NUL, lone surrogates and control characters vanish with the rest, so the result can be stored and bound anywhere.
    """
    plain = unicodedata.normalize("NFKC", value).casefold().translate(_KANA).translate(_SAME)
    # A second pass: casefold can undo a composition.
    plain = unicodedata.normalize("NFKC", plain)
    kept = (c if c.isalnum() else "" if unicodedata.category(c) in _MARKS else " " for c in plain)
    return " ".join("".join(kept).split())


def words_of(query: str) -> tuple[str, ...]:
    """The folded words of a search, each of which must occur; at most 12 words of 60 letters. Empty when nothing can be searched."""
    seen = dict.fromkeys(word[:MAX_LETTERS] for word in fold(query).split())
    return tuple(seen)[:MAX_WORDS]


def tokens_of(folded: str) -> list[str]:
    """The index's tokens of a folded text: each two neighbouring letters of a run, and its last letter alone."""
    tokens: dict[str, None] = {}
    for run in folded.split():
        for at in range(len(run) - 1):
            tokens[run[at : at + 2]] = None
        tokens[run[-1]] = None
    return list(tokens)


def pairs_of(word: str) -> list[str]:
    """The tokens that a text with this folded word must have (the word itself when it is a single letter)."""
    return list(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1))) or [word]


# The databases search differently in the three functions that follow, and nowhere else.
def candidates(dialect: str) -> TextualSelect:
    """The ids that the index finds for the bound parameter `match`."""
    where = (
        "rowid AS id FROM listing_search WHERE listing_search MATCH"
        if dialect == "sqlite"
        else "posting_id AS id FROM listing_search WHERE tokens @>"
    )
    return text(f"SELECT {where} :match").columns(column("id", Integer))


def matching(dialect: str, words: Iterable[str]) -> str | list[str]:
    """The value of `match` for texts that may hold all these words. The tokens are letters and digits only: nothing to escape."""
    tokens = dict.fromkeys((token, len(word) == 1) for word in words for token in pairs_of(word))
    if dialect == "sqlite":
        return " AND ".join(f'"{token}"' + ("*" if prefix else "") for token, prefix in tokens)
    # PostgreSQL's index also holds every single letter.
    return [token for token, _ in tokens]


def holds(dialect: str, column: ColumnElement[Any], word: ColumnElement[Any]) -> ColumnElement[bool]:
    """Where-clause: the folded text holds the word. A hit of the index is only a candidate."""
    return (func.instr if dialect == "sqlite" else func.strpos)(column, word) > 0


def put(connection: Connection, posting_id: int, old: str | None, new: str | None) -> None:
    """Replace a listing's entry of the index, in the caller's transaction. `old` and `new` are folded texts, None = not indexed.

    The contentless table of SQLite forgets a row only when it is told the very tokens that were put in: `old` has to be the text
    as stored.
    """
    if connection.dialect.name == "sqlite":
        if old is not None:
            sql = "INSERT INTO listing_search(listing_search, rowid, tokens) VALUES ('delete', :id, :tokens)"
            connection.execute(text(sql), {"id": posting_id, "tokens": " ".join(tokens_of(old))})
        if new is not None:
            sql = "INSERT INTO listing_search(rowid, tokens) VALUES (:id, :tokens)"
            connection.execute(text(sql), {"id": posting_id, "tokens": " ".join(tokens_of(new))})
        return
    connection.execute(text("DELETE FROM listing_search WHERE posting_id = :id"), {"id": posting_id})
    if new is not None:
        letters = dict.fromkeys((*tokens_of(new), *new.replace(" ", "")))
        values: dict[str, Any] = {"id": posting_id, "tokens": list(letters)}
        connection.execute(text("INSERT INTO listing_search(posting_id, tokens) VALUES (:id, :tokens)"), values)
