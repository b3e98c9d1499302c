"""Indexes of substrings over folded texts: SQLite's own tokenisers find no two-letter Japanese word, so texts are cut into tokens here.

予防接種 → 予防 防接 接種 種: each two neighbouring letters, and the last letter alone, so that a search for one letter is a prefix search.
A hit of an index is only a candidate: the caller looks the word up in the text again (`holds`). Both databases keep the tokens in a
table made by hand in a migration: SQLite in a contentless FTS5 table, PostgreSQL as a text array with GIN.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, TextualSelect, column, func, text

_ASCII = re.compile(r"[0-9a-z]{4,}")


@dataclass(frozen=True)
class Index:
    """One table of tokens, its key on PostgreSQL (SQLite: rowid), and whether ASCII runs are cut into fours as well.

    Fours are for telephone and receipt numbers and mail addresses: pairs of digits stand in every such text and would narrow nothing.
    """

    table: str
    key: str
    fours: bool = False

    def tokens_of(self, folded: str) -> list[str]:
        """The tokens under which a folded text is found, each once."""
        tokens: dict[str, None] = {}
        for run in runs_of(folded):
            tokens.update(dict.fromkeys(_cut(run, 2)))
            for part in _ASCII.findall(run) if self.fours else ():
                tokens.update(dict.fromkeys(_cut(part, 4)))
            tokens[run[-1]] = None
        return list(tokens)

    def tokens_for(self, word: str) -> list[str]:
        """The tokens that a text with this folded word must have; a single letter stands for itself. Empty without letters and digits."""
        tokens: dict[str, None] = {}
        for run in runs_of(word):
            end = 0
            for part in _ASCII.finditer(run) if self.fours else ():
                # The pairs around a long ASCII part; inside it the fours say more.
                tokens.update(dict.fromkeys(_cut(run[end : part.start() + 1], 2)))
                tokens.update(dict.fromkeys(_cut(part[0], 4)))
                end = part.end() - 1
            tokens.update(dict.fromkeys(_cut(run[end:], 2)) if len(run) > 1 else {run: None})
        return list(tokens)

    def candidates(self, dialect: str) -> TextualSelect:
        """The ids that the index finds for the bound parameter `match`."""
        sqlite = dialect == "sqlite"
        where = (
            f"rowid AS id FROM {self.table} WHERE {self.table} MATCH" if sqlite else f"{self.key} AS id FROM {self.table} WHERE tokens @>"
        )
        return text(f"SELECT {where} :match").columns(column("id", Integer))

    def ids(self, dialect: str) -> TextualSelect:
        """The ids of all entries."""
        key = "rowid" if dialect == "sqlite" else self.key
        return text(f"SELECT {key} AS id FROM {self.table}").columns(column("id", Integer))  # noqa: S608

    def matching(self, dialect: str, words: Iterable[str]) -> str | list[str]:
        """The value of `match` for texts that may hold all these words. The tokens are letters and digits only: nothing to escape."""
        tokens = dict.fromkeys(token for word in words for token in self.tokens_for(word))
        if dialect == "sqlite":
            return " AND ".join(f'"{token}"' + ("*" if len(token) == 1 else "") for token in tokens)
        # PostgreSQL's index also holds every single letter.
        return list(tokens)

    def put(self, connection: Connection, number: int, old: str | None, new: str | None) -> None:
        """Replace an entry, in the caller's transaction. `old` and `new` are folded texts, None = not indexed.

        The contentless table of SQLite forgets a row only when it is told the very tokens that were put in: `old` has to be the text
        as stored.
        """
        sqlite = connection.dialect.name == "sqlite"
        key, values = "rowid" if sqlite else self.key, ":id, :tokens"
        if old is not None and sqlite:
            forget = f"INSERT INTO {self.table}({self.table}, rowid, tokens) VALUES ('delete', {values})"  # noqa: S608
            connection.execute(text(forget), {"id": number, "tokens": " ".join(self.tokens_of(old))})
        elif not sqlite:
            connection.execute(text(f"DELETE FROM {self.table} WHERE {key} = :id"), {"id": number})  # noqa: S608
        if new is not None:
            tokens = self.tokens_of(new)
            stored = " ".join(tokens) if sqlite else list(dict.fromkeys((*tokens, *"".join(runs_of(new)))))
            connection.execute(text(f"INSERT INTO {self.table}({key}, tokens) VALUES ({values})"), {"id": number, "tokens": stored})  # noqa: S608


def holds(dialect: str, column: ColumnElement[Any], word: ColumnElement[Any]) -> ColumnElement[bool]:
    """Where-clause: the folded text holds the word."""
    return (func.instr if dialect == "sqlite" else func.strpos)(column, word) > 0


def runs_of(folded: str) -> list[str]:
    """The runs of letters and digits of a folded text."""
    return "".join(c if c.isalnum() else " " for c in folded).split()


def _cut(run: str, width: int) -> list[str]:
    return [run[at : at + width] for at in range(len(run) - width + 1)]
