"""One page of a guarded list: filters, search, sort and pager from the query string, with addresses that can be kept.

No count and no large OFFSET: one row more than the page tells whether there is a next one, and page numbers are bounded.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import or_
from sqlalchemy.orm import Query

MOST_PAGES = 400
MOST_SEARCH = 100
MOST_WORDS = 8


@dataclass(frozen=True)
class ListFilter:
    """One filter of a list. `options` gives (value, label) pairs; `apply` narrows the query for a chosen value."""

    name: str
    label: str
    options: Callable[[], Sequence[tuple[str, str]]]
    apply: Callable[[Query[Any], str], Query[Any]]


@dataclass(frozen=True)
class Column:
    """A column of the list; `order` is ascending, descending, none (sortable) or "" (not sortable)."""

    name: str
    label: str
    order: str
    url: str


@dataclass(frozen=True)
class ChosenFilter:
    """A filter as the page draws it."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True)
class Listed:
    """A page of rows and everything around it."""

    rows: Sequence[Any]
    columns: Sequence[Column]
    filters: Sequence[ChosenFilter]
    search: str
    sort: str
    descending: bool
    first: int
    previous_url: str | None
    next_url: str | None
    clear_url: str | None

    @property
    def summary(self) -> str:
        """1～25件目."""
        return f"{self.first}～{self.first + len(self.rows) - 1}件目" if self.rows else ""


def words_of(text: str) -> list[str]:
    """Search words: NFKC, split at any space (the ideographic one, too), NUL and other controls left out."""
    folded = unicodedata.normalize("NFKC", text)
    clean = "".join(c if c.isprintable() else " " for c in folded)
    return clean.split()[:MOST_WORDS]


def apply_search(query: Query[Any], columns: Sequence[Any], text: str) -> Query[Any]:
    """Every word must stand in one of the columns; `%` and `_` mean themselves."""
    for word in words_of(text):
        query = query.filter(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return query


def list_page(view: Any, args: Mapping[str, str], path: str) -> Listed:
    """The page of a `GuardedModelView` that the query string asks for. Unknown values are ignored."""
    number = _page_number(args.get("page", ""))
    search = _clean(args.get("q", ""))[:MOST_SEARCH] if view.search_columns else ""
    sort = args.get("sort", "")
    sort = sort if sort in view.sort_columns else ""
    descending = bool(sort) and args.get("desc") == "1"
    chosen = _chosen(view.list_filters, args)
    kept = {f.name: f.value for f in chosen if f.value} | ({"q": search} if search else {})

    query = view.get_query()
    for rule, state in zip(view.list_filters, chosen, strict=True):
        if state.value:
            query = rule.apply(query, state.value)
    if search:
        query = apply_search(query, view.search_columns, search)
    query = _ordered(query, view, sort, descending)
    rows = query.limit(view.page_size + 1).offset(number * view.page_size).all()
    order = ({"sort": sort} if sort else {}) | ({"desc": "1"} if descending else {})

    def url(**changed: str) -> str:
        pairs = {key: value for key, value in (kept | order | changed).items() if value}
        return f"{path}?{urlencode(pairs)}" if pairs else path

    more = len(rows) > view.page_size and number + 1 < MOST_PAGES
    return Listed(
        rows=rows[: view.page_size],
        columns=[_column(view, name, sort, descending, url) for name in view.column_list],
        filters=chosen,
        search=search,
        sort=sort,
        descending=descending,
        first=number * view.page_size + 1,
        previous_url=url(page=str(number) if number > 1 else "") if number else None,
        next_url=url(page=str(number + 2)) if more else None,
        clear_url=path if kept else None,
    )


def _ordered(query: Query[Any], view: Any, sort: str, descending: bool) -> Query[Any]:
    key = view.model.id
    if sort:
        column = view.sort_columns[sort]
        return query.order_by(column.desc() if descending else column.asc(), key.desc() if descending else key.asc())
    name, down = view.column_default_sort
    column = getattr(view.model, name)
    query = query.order_by(column.desc() if down else column.asc())
    return query if name == "id" else query.order_by(key.desc() if down else key.asc())


def _column(view: Any, name: str, sort: str, descending: bool, url: Callable[..., str]) -> Column:
    if name not in view.sort_columns:
        return Column(name, view.label(name), "", "")
    if name != sort:
        return Column(name, view.label(name), "none", url(sort=name, desc=""))
    order = "descending" if descending else "ascending"
    return Column(name, view.label(name), order, url(sort=name, desc="" if descending else "1"))


def _chosen(rules: Sequence[ListFilter], args: Mapping[str, str]) -> list[ChosenFilter]:
    chosen = []
    for rule in rules:
        options = rule.options()
        value = args.get(rule.name, "")
        chosen.append(ChosenFilter(rule.name, rule.label, options, value if value in {v for v, _ in options} else ""))
    return chosen


def _page_number(text: str) -> int:
    """The page in the address counts from 1."""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return 0
    return min(max(int(text) - 1, 0), MOST_PAGES - 1)


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()
