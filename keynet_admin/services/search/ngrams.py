"""Tokens of folded texts for an index of substrings: SQLite's own tokenisers find no two-letter Japanese word, so texts are cut here.

予防接種 → 予防 防接 接種 種: each two neighbouring letters, and the last letter alone, so that a search for one letter is a prefix search.
Runs of ASCII letters and digits (telephone and receipt numbers, mail addresses) are cut into fours as well: pairs of digits stand in
every text and would narrow nothing. A hit of the index is only a candidate: the caller looks the word up in the text again.
"""

import re
from collections.abc import Iterable

_ASCII = re.compile(r"[0-9a-z]{4,}")


def runs_of(folded: str) -> list[str]:
    """The runs of letters and digits of a folded text."""
    return "".join(c if c.isalnum() else " " for c in folded).split()


def tokens_of(folded: str) -> list[str]:
    """The tokens under which a folded text is found, each once."""
    tokens: dict[str, None] = {}
    for run in runs_of(folded):
        tokens.update(dict.fromkeys(_cut(run, 2)))
        for part in _ASCII.findall(run):
            tokens.update(dict.fromkeys(_cut(part, 4)))
        tokens[run[-1]] = None
    return list(tokens)


def tokens_for(word: str) -> list[str]:
    """The tokens that a text with this folded word must have; a single letter stands for itself. Empty without letters and digits."""
    tokens: dict[str, None] = {}
    for run in runs_of(word):
        end = 0
        for part in _ASCII.finditer(run):
            # The pairs around a long ASCII part; inside it the fours say more.
            tokens.update(dict.fromkeys(_cut(run[end : part.start() + 1], 2)))
            tokens.update(dict.fromkeys(_cut(part[0], 4)))
            end = part.end() - 1
        tokens.update(dict.fromkeys(_cut(run[end:], 2)) if len(run) > 1 else {run: None})
    return list(tokens)


def sqlite_match(words: Iterable[str]) -> str:
    """The FTS5 expression for texts that may hold all the words. The tokens are letters and digits only: nothing to escape."""
    parts = (f'"{token}"' + ("*" if len(token) == 1 else "") for word in words for token in tokens_for(word))
    return " AND ".join(dict.fromkeys(parts))


def postgres_tokens(words: Iterable[str]) -> list[str]:
    """The tokens that an indexed text must have (PostgreSQL's index also holds every single letter)."""
    return list(dict.fromkeys(token for word in words for token in tokens_for(word)))


def _cut(run: str, width: int) -> list[str]:
    return [run[at : at + width] for at in range(len(run) - width + 1)]
