"""What an alert knows of searches: how one reads in words, and which postings are new to it.

The visitors' pages read and answer searches; at the start they say here how (`answered_by`), so that an alert finds just what their list
shows and no second reading of a query exists.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class AlertSearch:
    """A search as understood: `query` in its one writing (`q=…&prefecture=29`, without order and position), its words, what is not understood.

    `choices`: its words without those that somebody typed.
    """

    query: str
    words: str
    choices: str
    problems: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Address of the list."""
        return "/postings/" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True)
class NewPostings:
    """Postings listed within a time, newest first: number and public content of each. `more`: there are others."""

    search: AlertSearch
    found: Sequence[tuple[str, Mapping[str, Any]]]
    more: bool


Reader = Callable[[str], AlertSearch]
Finder = Callable[[str, datetime, datetime, int], NewPostings]
_answers: list[tuple[Reader, Finder]] = []


def answered_by(read: Reader, find: Finder) -> None:
    """Who reads and answers searches: `read(query)`, `find(query, since, until, most)`. The latest one counts."""
    _answers[:] = [(read, find)]


def read(query: str) -> AlertSearch:
    """The search of a query string, whatever stands in it."""
    return _answers[0][0](query)


def listed_between(query: str, since: datetime, until: datetime, most: int) -> NewPostings:
    """The open postings of a search that were first listed from `since` on and before `until`."""
    return _answers[0][1](query, since, until, most)
