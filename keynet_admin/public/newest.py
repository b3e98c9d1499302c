"""The visitors' search for alerts: how a query reads, and what was listed within a time. The same `read` and statements as the list's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from keynet_admin.public import queries
from keynet_admin.public.query import Position, Search
from keynet_admin.public.query import read as read_search
from keynet_admin.public.search.listed import seconds
from keynet_admin.public.source import connected
from keynet_admin.services.alert.searching import AlertSearch, NewPostings

EVERYTHING = "すべての募集"
TYPED = "入力したことば"
LONGEST = 8000


def read(query: str) -> AlertSearch:
    """A query string as an alert keeps and shows it."""
    return _as_kept(_search(query))


def listed_between(query: str, since: datetime, until: datetime, most: int) -> NewPostings:
    """The open postings of a search that were first listed from `since` on and before `until`, newest first."""
    search = _search(query)
    begin = Position("new", seconds(until), 0)
    # The worker remembers up to when it looked: what a replica shows late would be missed for ever.
    with connected(replica=False) as connection:
        page = queries.page(connection, replace(search, after=begin), most)
        rows = queries.rows(connection, page.numbers, ("posting_no", "content", "listed_at"))
    found: list[tuple[str, Mapping[str, Any]]] = [(row.posting_no, row.content) for row in rows if row.listed_at >= since]
    return NewPostings(_as_kept(search), found, more=len(found) == len(rows) and page.following is not None)


def _search(query: str) -> Search:
    pairs = parse_qsl(query[:LONGEST], errors="replace")
    return replace(read_search(MultiDict(pairs)), sort="new", after=None)


def _as_kept(search: Search) -> AlertSearch:
    choices = replace(search, q="", words=()).words_for_people()
    typed = TYPED if search.q else ""
    return AlertSearch(
        search.query().removeprefix("?"),
        search.words_for_people() or EVERYTHING,
        "・".join(filter(None, (choices, typed))) or EVERYTHING,
        search.problems,
    )
