"""One page of a list: tabs with counts, filters, search, sort and pager, all of it in the address.

Counts stop at 1,000, so that a page costs the same whatever the table holds; an exact count is made only for a page number beyond them.
A page asks the database at most four times: for the choices (filters and saved views), for all counts, for its rows and, where a list
has an index of words, for the hits of a search.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import g
from sqlalchemy import Select, String, false, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from keynet_admin.extensions import db
from keynet_admin.models import ChosenColumns, SavedView
from keynet_admin.permissions import Actor
from keynet_admin.services import overview

CAP = 1000
MOST_PAGES = 99_999
MOST_SEARCH = 100
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Order:
    """One expression of a sort. `never_null`: no row of the list is without it, so that an index serves the order as it is."""

    column: Any
    down: bool = False
    never_null: bool = False


@dataclass(frozen=True)
class SortPart:
    """One expression of the sort of a page: by the text's code points and with empty values last, on both databases."""

    of: Order
    down: bool

    @property
    def column(self) -> Any:
        """The column or expression."""
        return self.of.column

    @property
    def compared(self) -> Any:
        """The column as it is compared."""
        if isinstance(getattr(self.column, "type", None), String) and db.engine.dialect.name == "postgresql":
            return self.column.collate("C")
        return self.column

    @property
    def nullable(self) -> bool:
        """Whether a row of the list may be without a value."""
        return isinstance(self.column, InstrumentedAttribute) and bool(self.column.expression.nullable) and not self.of.never_null

    def order(self) -> Any:
        """For ORDER BY."""
        column = self.compared.desc() if self.down else self.compared.asc()
        return column.nulls_last() if self.nullable else column

    def turned(self) -> Any:
        """The same the other way round."""
        column = self.compared.asc() if self.down else self.compared.desc()
        return column.nulls_first() if self.nullable else column


@dataclass(frozen=True)
class Tab:
    """One tab of a list: its rows (None: all), their order, what an empty one says (title, text), and its columns if they are its own.

    One that is not `shown` is reached by its address alone.
    """

    name: str
    label: str
    where: Callable[[Actor], Any] | None = None
    order: tuple[Order, ...] = ()
    empty: tuple[str, str] = ("", "")
    caption: str = ""
    columns: tuple[str, ...] = ()
    shown: bool = True


@dataclass(frozen=True)
class ListFilter:
    """One filter of a list: (value, label) pairs and what a chosen value does.

    `stored` gives further options from the database, as a select of two columns. A filter with `many` may be repeated in the address,
    and `apply` gets a tuple; one that is not `shown` lives in the address alone.
    """

    name: str
    label: str
    options: Callable[[], Sequence[tuple[str, str]]]
    apply: Callable[[Any, Any], Any]
    stored: Callable[[], Select[Any]] | None = None
    many: bool = False
    shown: bool = True
    every: str = "すべて"


@dataclass(frozen=True)
class ChosenFilter:
    """A filter as the page draws it."""

    name: str
    label: str
    every: str
    options: Sequence[tuple[str, str]]
    values: Sequence[str]
    many: bool

    @property
    def value(self) -> str:
        """The chosen value of a filter that takes one."""
        return next(iter(self.values), "")


@dataclass(frozen=True)
class Column:
    """A column of the list; `order` is ascending, descending, none (sortable) or "" (not sortable)."""

    name: str
    label: str
    order: str
    url: str


@dataclass(frozen=True)
class ShownTab:
    """A tab as the page draws it. `hits` is how many of its rows meet the conditions, None without conditions."""

    name: str
    label: str
    url: str
    total: int
    hits: int | None
    current: bool


@dataclass(frozen=True)
class SavedConditions:
    """A saved view of the reader's; `at_start`: its tab opens with it. `hits`: how many rows it shows now."""

    id: int
    name: str
    query: str
    at_start: bool
    hits: int = 0

    @property
    def tab(self) -> str:
        """The tab it is of, empty for the first."""
        return dict(parse_qsl(self.query)).get("tab", "")


@dataclass(frozen=True)
class StoredOptions:
    """What the database adds to a list: the options of its filters, and what the reader keeps of it (columns by tab)."""

    options: Mapping[str, Pairs]
    saved: Sequence[SavedConditions] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """What the address asks for. Values that are not understood are already dropped."""

    tab: str = ""
    search: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    number: int = 1

    @property
    def conditions(self) -> Pairs:
        """Filters and search: what narrows a tab."""
        found = [(name, value) for name, values in self.chosen.items() for value in values]
        return [*found, ("q", self.search)] if self.search else found

    def pairs(self, first_tab: str) -> Pairs:
        """The address's query. The first tab, the first page and the ordinary sort are left out."""
        found = [("tab", self.tab)] if self.tab != first_tab else []
        found += self.conditions
        if self.sort:
            found.append(("sort", self.sort))
        if self.descending:
            found.append(("desc", "1"))
        return [*found, ("page", str(self.number))] if self.number > 1 else found


@dataclass(frozen=True)
class Listed:
    """A page of rows and everything around it."""

    rows: Sequence[Any]
    columns: Sequence[Column]
    tabs: Sequence[ShownTab]
    tab: Tab
    filters: Sequence[ChosenFilter]
    saved: Sequence[SavedConditions]
    own_columns: bool
    plain_url: str
    state: State
    total: int
    first: int
    previous_url: str | None
    next_url: str | None
    clear_url: str | None
    hidden: Pairs
    query: str

    @property
    def search(self) -> str:
        """The words searched for."""
        return self.state.search

    @property
    def summary(self) -> str:
        """全37件のうち 1～25件目."""
        return f"全{counted(self.total, '件')}のうち {self.first}～{self.first + len(self.rows) - 1}件目" if self.rows else ""

    @property
    def elsewhere(self) -> list[ShownTab]:
        """Other tabs in which the conditions find something."""
        return [tab for tab in self.tabs if not tab.current and tab.hits]


def counted(number: int, unit: str = "") -> str:
    """A count for people: 37件, beyond the cap 1,000件以上."""
    return f"{CAP:,}{unit}以上" if number > CAP else f"{number:,}{unit}"


def list_page(view: Any, args: Any, path: str, actor: Actor) -> Listed:
    """The page of a `GuardedModelView` that the query string asks for. `args` is the request's MultiDict."""
    stored = _stored(view, actor)
    state = state_of(view, args, stored.options)
    narrowed = narrow(view, state)
    tabs, total, hits = _tabs(view, state, narrowed, path, actor, [_saved_rows(view, row, stored.options, actor) for row in stored.saved])
    stored = replace(stored, saved=[replace(row, hits=number) for row, number in zip(stored.saved, hits, strict=True)])
    size = view.page_size
    if total <= CAP:
        state = replace(state, number=min(state.number, max(1, -(-total // size))))
    rows = _rows(view, state, narrowed, actor)
    if not rows and state.number > 1:
        # Beyond the capped count: the one case in which everything is counted, to find the last page.
        exact = db.session.execute(select(func.count()).select_from(_keys(view, _within(view, state, narrowed, actor)))).scalar_one()
        state = replace(state, number=max(1, -(-exact // size)))
        rows = _rows(view, state, narrowed, actor)
    return page_made(view, state, rows, total, tabs, stored, path)


def page_made(
    view: Any,
    state: State,
    rows: Sequence[Any],
    total: int,
    tabs: Sequence[ShownTab],
    stored: StoredOptions,
    path: str,
) -> Listed:
    """The page around its rows (one more than it shows when another page follows)."""
    first_tab, size = view.tabs[0].name, view.page_size
    unpaged = replace(state, number=1)

    def url(changed: State) -> str:
        return address(path, changed.pairs(first_tab))

    filters = [
        ChosenFilter(f.name, f.label, f.every, stored.options[f.name], state.chosen.get(f.name, ()), f.many)
        for f in view.list_filters
        if f.shown
    ]
    shown = {f.name for f in filters} | {"q"}
    bare = State(tab=state.tab).pairs(first_tab)
    # Where the tab opens with conditions of the reader's own, the address without them has to say that none are wanted.
    plain = address(
        path, [*bare, ("view", "0")] if any((row.tab or first_tab) == state.tab and row.at_start for row in stored.saved) else bare
    )
    own = stored.columns.get(state.tab, ())
    return Listed(
        rows=rows[:size],
        columns=[_column(view, name, unpaged, url) for name in columns_of(view, tab_of(view, state), own)],
        tabs=tabs,
        tab=tab_of(view, state),
        filters=filters,
        saved=stored.saved,
        own_columns=bool(own),
        plain_url=plain,
        state=state,
        total=total,
        first=(state.number - 1) * size + 1,
        previous_url=url(replace(state, number=state.number - 1)) if state.number > 1 else None,
        next_url=url(replace(state, number=state.number + 1)) if len(rows) > size else None,
        clear_url=plain if state.conditions else None,
        hidden=[pair for pair in unpaged.pairs(first_tab) if pair[0] not in shown],
        query=urlencode(unpaged.pairs(first_tab)),
    )


def address(path: str, pairs: Pairs) -> str:
    """A path with its query."""
    return f"{path}?{urlencode(pairs)}" if pairs else path


def columns_of(view: Any, tab: Tab, own: Sequence[str] = ()) -> list[str]:
    """The columns of a tab: its first one, then those that the reader chose, if any, in the list's own order."""
    ordinary = list(tab.columns or view.column_list)
    if not own:
        return ordinary
    ranked = [*ordinary[1:], *(name for name in view.choosable_columns if name not in ordinary)]
    return [ordinary[0], *(name for name in ranked if name in own and name in view.choosable_columns)]


def state_of(view: Any, args: Any, options: Mapping[str, Pairs]) -> State:
    """What the address asks for; unknown tabs, filters, values, sorts and pages fall back to the ordinary ones."""
    chosen: dict[str, tuple[str, ...]] = {}
    for rule in view.list_filters:
        known = {value for value, _label in options[rule.name] if value}
        values = tuple(dict.fromkeys(value for value in args.getlist(rule.name) if value in known))
        if values:
            chosen[rule.name] = values if rule.many else values[:1]
    tabs = [tab.name for tab in view.tabs]
    sort, page = args.get("sort", ""), args.get("page", "")
    sort = sort if sort in view.sort_columns and sort != view.ordinary_sort else ""
    return State(
        tab=args.get("tab", "") if args.get("tab") in tabs else tabs[0],
        search=_clean(args.get("q", ""))[:MOST_SEARCH] if view.has_search else "",
        chosen=chosen,
        sort=sort,
        descending=args.get("desc") == "1" and bool(sort or view.ordinary_sort),
        number=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def options_of(view: Any) -> dict[str, Pairs]:
    """The fixed options of each filter."""
    return {rule.name: list(rule.options()) for rule in view.list_filters}


def tab_of(view: Any, state: State) -> Tab:
    """The tab that is open."""
    found: Tab = next(tab for tab in view.tabs if tab.name == state.tab)
    return found


def narrow(view: Any, state: State) -> Any:
    """The rows of all tabs that meet the conditions."""
    query = view.get_query()
    for rule in view.list_filters:
        values = state.chosen.get(rule.name)
        if values:
            query = rule.apply(query, values if rule.many else values[0])
    return view.search(query, state.search) if state.search else query


def listed_rows(view: Any, state: State, actor: Actor) -> Any:
    """The statement of all rows that the address asks for, in no order."""
    return _within(view, state, narrow(view, state), actor)


def ordered_rows(view: Any, state: State, actor: Actor) -> Any:
    """The same in the list's order: what an export writes."""
    return _ordered(view, state, listed_rows(view, state, actor))


def _within(view: Any, state: State, query: Any, actor: Actor) -> Any:
    where = tab_of(view, state).where
    return query if where is None else query.where(where(actor))


def _rows(view: Any, state: State, narrowed: Any, actor: Actor) -> list[Any]:
    query = _ordered(view, state, _within(view, state, narrowed, actor))
    query = query.limit(view.page_size + 1).offset((state.number - 1) * view.page_size)
    return list(db.session.execute(query).scalars().unique())


def _ordered(view: Any, state: State, query: Any) -> Any:
    return query.options(*view.list_options).order_by(*(part.order() for part in parts_of(view, state)))


def parts_of(view: Any, state: State) -> list[SortPart]:
    """The sort of a list: what was chosen, then the tab's own order, ending in the key."""
    tab = tab_of(view, state)
    ordinary = tab.order or view.default_order
    sort = view.sort_columns.get(state.sort, ()) if state.sort else ordinary
    chosen = [part if isinstance(part, Order) else Order(part) for part in (sort if isinstance(sort, tuple) else (sort,))]
    orders = chosen + [part for part in ordinary if state.sort and all(part.column is not other.column for other in chosen)]
    if all(part.column is not view.model.id for part in orders):
        orders.append(Order(view.model.id, down=orders[-1].down if orders else True))
    return [SortPart(order, order.down != state.descending) for order in orders]


def _keys(view: Any, query: Any) -> Any:
    return query.with_only_columns(view.model.id).order_by(None).subquery()


def _capped(view: Any, query: Any) -> Any:
    return select(func.count()).select_from(_keys(view, query.limit(CAP + 1))).scalar_subquery()


def _saved_rows(view: Any, row: SavedConditions, options: Mapping[str, Pairs], actor: Actor) -> Any:
    """The rows that a saved view shows."""
    return listed_rows(view, state_of(view, MultiDict(parse_qsl(row.query)), options), actor)


def _tabs(
    view: Any, state: State, narrowed: Any, path: str, actor: Actor, more: Sequence[Any]
) -> tuple[list[ShownTab], int, Sequence[int]]:
    """The tabs with their counts, the rows in the open one, and those of `more` queries, all asked for at once with the menu's numbers."""
    base, counts = view.get_query(), []
    drawn = [tab for tab in view.tabs if tab.shown or tab.name == state.tab]
    for tab in drawn:
        where = tab.where(actor) if tab.where is not None else True
        counts.append(_capped(view, base if where is True else base.where(where)))
        if state.conditions:
            counts.append(_capped(view, narrowed if where is True else narrowed.where(where)))
    badges = overview.badge_counts(actor) if actor.is_staff and "nav_counts" not in g else {}
    found = list(db.session.execute(select(*counts, *(_capped(view, query) for query in more), *badges.values())).one())
    others, numbers = found[len(counts) : len(counts) + len(more)], found[len(counts) + len(more) :]
    if badges:
        g.nav_counts = dict(zip(badges, numbers, strict=True))
    step = 2 if state.conditions else 1
    shown = []
    for index, tab in enumerate(drawn):
        hits = found[index * step + 1] if state.conditions else None
        url = address(path, State(tab=tab.name, search=state.search, chosen=state.chosen).pairs(view.tabs[0].name))
        shown.append(ShownTab(tab.name, tab.label, url, found[index * step], hits, tab.name == state.tab))
    here = next(tab for tab in shown if tab.current)
    return shown, here.total if here.hits is None else here.hits, others


def _stored(view: Any, actor: Actor) -> StoredOptions:
    """Options of each filter and what the reader keeps of this list, whatever of them is stored in one statement."""
    options = options_of(view)
    parts = []
    for rule in view.list_filters:
        if rule.stored is not None:
            wanted = rule.stored().subquery()
            value, label = list(wanted.columns)
            parts.append(select(literal(rule.name), type_coerce(value.cast(String), String), label.cast(String), literal(""), false()))
    if view.saved_views:
        parts.append(
            select(literal("/saved"), SavedView.id.cast(String), SavedView.name, SavedView.query, SavedView.at_start).where(
                SavedView.account_id == (actor.account_id or 0), SavedView.place == view.endpoint
            )
        )
    if view.choosable_columns:
        parts.append(
            select(literal("/columns"), ChosenColumns.id.cast(String), ChosenColumns.tab, ChosenColumns.names, false()).where(
                ChosenColumns.account_id == (actor.account_id or 0), ChosenColumns.place == view.endpoint
            )
        )
    saved, columns = [], {}
    if parts:
        statement = union_all(*parts) if len(parts) > 1 else parts[0]
        for kind, value, label, query, at_start in sorted(map(tuple, db.session.execute(statement)), key=lambda row: (row[2], int(row[1]))):
            if kind == "/saved":
                saved.append(SavedConditions(int(value), label, query, bool(at_start)))
            elif kind == "/columns":
                columns[label] = tuple(query.split(","))
            else:
                options[kind].append((value, label))
    return StoredOptions(options, saved, columns)


def _column(view: Any, name: str, state: State, url: Callable[[State], str]) -> Column:
    if name not in view.sort_columns:
        return Column(name, view.label(name), "", "")
    if name != (state.sort or view.ordinary_sort):
        return Column(
            name, view.label(name), "none", url(replace(state, sort=name if name != view.ordinary_sort else "", descending=False))
        )
    order = "descending" if state.descending != _falls(view.sort_columns[name]) else "ascending"
    return Column(name, view.label(name), order, url(replace(state, descending=not state.descending)))


def _falls(sort: Any) -> bool:
    """Whether a column's own order begins with its greatest value."""
    first = next(iter(sort), None) if isinstance(sort, tuple) else sort
    return isinstance(first, Order) and first.down


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()
