"""The one list: a guarded Flask-Admin model view. Queue, postings, accounts, organizations, mails, log, rules and master data are made of it.

A list is declared by data (columns, tabs, filters, sorts, search) on a subclass; flows are further methods of that class. Rows are those of
`Model.visible_to(actor)`, by list and by id alike; only what is named is shown, searched, sorted, filtered, exported or saved.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import Form

from keynet_admin.clock import TOKYO
from keynet_admin.errors import BadVersion, KeynetError, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import SavedView
from keynet_admin.permissions import Actor, Permission
from keynet_admin.services import audit, saved_view
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import version_of
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import current_actor
from keynet_admin.web.guard import Guard
from keynet_admin.web.lists import export as list_export
from keynet_admin.web.lists import walk
from keynet_admin.web.lists.editing import Editing
from keynet_admin.web.lists.page import (
    Listed,
    ListFilter,
    Order,
    State,
    Tab,
    list_page,
    options_of,
    ordered_rows,
    state_of,
    tab_of,
)
from keynet_admin.web.lists.search import apply_search

WHOLE = Tab("", "")
MOST_AT_ONCE = 300  # rows of a bulk move
UNCOUNTED = 30  # beyond, their number has to be typed
NAMED = 15  # rows that a message names: it travels in a cookie, and a browser drops one over 4 KB
# Headings of columns that mean the same in every list; a list's own `column_labels` come first.
LABELS = {
    "organization.name": "団体",
    "title": "見出し",
    "posting_no": "番号",
    "job_type": "職種",
    "headcount": "人数",
    "status": "状態",
    "findings": "指摘",
    "errors": "要修正",
    "warnings": "要確認",
    "prefecture_code": "都道府県",
    "lg_code": "団体コード",
    "publish_until": "公開終了予定",
    "changed_at": "更新",
}


@dataclass(frozen=True)
class BulkMove:
    """A move for many rows at once. `why_not(row, actor)` says why a row is left out ("": it is not); `act(row, actor, version)` does it.

    With `reason_help` one reason is asked for all of them, with `choices` (value and label each; `choice_label`) one choice; `act` gets
    what was given as a fourth argument. `tabs`: those in whose rows it can apply, all unless named.
    """

    name: str
    label: str
    permission: Permission
    question: str
    done: str
    why_not: Callable[[Any, Actor], str]
    act: Callable[..., object]
    reason_help: str = ""
    choice_label: str = ""
    choices: Callable[[], Sequence[tuple[str, str]]] = tuple
    tabs: tuple[str, ...] = ()

    def given(self, form: Mapping[str, str]) -> list[str]:
        """What `act` gets besides row, actor and version."""
        return [form.get("choice", "")] if self.choice_label else [form.get("reason", "")] if self.reason_help else []

    def missing(self, given: list[str]) -> str:
        """What is to be said while it is not complete."""
        if self.choice_label and given[0] not in dict(self.choices()):
            return f"{self.choice_label}を選んでください。"
        return f"理由を入力してください。{self.reason_help}" if self.reason_help and not given[0].strip() else ""


class GuardedModelView(Guard, Editing, ModelView):
    """Lists, details and, for master data only (`MasterDataView`), forms of one table."""

    can_create = can_edit = can_delete = can_export = can_view_details = False
    column_list: Sequence[str] = ()
    column_details_list: Sequence[str] = ()
    column_sortable_list: Sequence[str] = ()
    column_default_sort = ("id", True)
    form_columns: Sequence[str] = ()
    checks_token = frozenset({"create_view", "edit_view"})
    page_size = 25
    list_template = "web/list.html"
    details_template = "web/details.html"

    tabs: Sequence[Tab] = (WHOLE,)
    search_columns: Sequence[Any] = ()
    sort_columns: dict[str, Any] = {}
    ordinary_sort = ""  # the column that shows the ordinary order
    list_filters: Sequence[ListFilter] = ()
    list_options: Sequence[Any] = ()  # loader options: what the rows need, and no more
    bulk_moves: Sequence[BulkMove] = ()
    bulk_at_foot = False  # the bar of the ticked rows stays at the foot of the window instead of standing above the list
    picks_rows = False  # the rows can be ticked for something else than a bulk move
    exports = False
    exports_persons = False  # the file holds people's data: asked for by a post, after a fresh proof, and told in the log
    saved_views = False
    choosable_columns: Sequence[str] = ()  # what a reader may show or hide, by tab
    cells_template = "web/cell.html"  # macros `cell_<column>(row)` for columns that are more than a word
    search_label = "ことばで探す"
    search_hint = ""
    list_hint = ""
    noun = "もの"
    form_hint = ""
    number_columns: Sequence[str] = ()
    row_column = ""  # the column that heads a row; the first one unless named
    empty_title = "まだありません"
    empty_text = ""

    # Which right opens which address; all other addresses of the stock view stay closed.
    _OPENED_BY: dict[str, str | None] = {
        "index_view": None,
        "details": "can_view_details",
        "create_view": "can_create",
        "edit_view": "can_edit",
        "export_rows": "exports",
        "export_persons": "exports_persons",
        "save_view": "saved_views",
        "drop_view": "saved_views",
        "choose_columns": "choosable_columns",
        "bulk": "bulk_moves",
    }

    def __init__(self, model: Any, **kwargs: Any) -> None:
        """Bind to a table. Raises ValueError when a whitelist that the opened rights need is missing."""
        plain_details = self.can_view_details and type(self).details is GuardedModelView.details
        if not self.column_list or (plain_details and not self.column_details_list):
            raise ValueError(f"{type(self).__name__}: name the columns to show")
        if (self.can_create or self.can_edit) and not self.form_columns:
            raise ValueError(f"{type(self).__name__}: name the form's columns")
        if self.can_delete or self.can_export or self.column_editable_list:
            raise ValueError(f"{type(self).__name__}: deleting, exporting and editing in lists are no stock actions here")
        if self.permission is not None:
            # A saved view is the reader's own; each bulk move asks for its own right.
            self.method_permissions = (
                dict.fromkeys(("save_view", "drop_view", "choose_columns", "bulk", "export_persons"), self.permission)
                | self.method_permissions
            )
        self.asks_proof = {"export_persons": list_export.asked} | dict(self.asks_proof)
        super().__init__(model, db, **kwargs)
        # Only opened addresses exist at all; Flask-Admin would answer the others with a redirect.
        self._urls = [rule for rule in type(self)._urls if self._is_open(rule[-2])]

    def _is_open(self, method: str) -> bool:
        if method in self._OPENED_BY:
            right = self._OPENED_BY[method]
            return right is None or bool(getattr(self, right))
        return method not in _STOCK

    # ---- rows ----

    def scope(self, query: Any) -> Any:
        """Only the rows that the reader may see."""
        seen = self.model.visible_to(current_actor()).whereclause
        return query if seen is None else query.where(seen)

    def get_query(self) -> Select[Any]:
        """The rows of the list, scoped."""
        query: Select[Any] = self.scope(select(self.model))
        return query

    def get_count_query(self) -> None:
        """Counts are made by `list_page`."""
        return

    def get_one(self, id: Any) -> Any:
        """The row of that id inside the scope, else None."""
        if not (isinstance(id, str) and id.isascii() and id.isdigit() and len(id) < 10):
            return None
        return db.session.execute(self.get_query().where(self.model.id == int(id))).scalar_one_or_none()

    def row(self, id: int) -> Any:
        """The row of an address, as far as the reader may see it; else 404."""
        row = self.get_one(str(id))
        if row is None:
            if current_actor().organization_id is not None and db.session.get(self.model, id) is not None:
                security_log.write("foreign_row")
            abort(404)
        return row

    @property
    def default_order(self) -> tuple[Order, ...]:
        """The order of tabs that name none."""
        name, down = self.column_default_sort
        return (Order(getattr(self.model, name), down),)

    @property
    def has_search(self) -> bool:
        """Whether the list has a search box."""
        return bool(self.search_columns)

    def search(self, query: Any, text: str) -> Any:
        """The rows in which all words are found."""
        return apply_search(query, self.search_columns, text)

    def prepare(self, rows: Sequence[Any]) -> None:
        """Read at once what the cells of these rows need (for subclasses)."""

    # ---- pages ----

    @expose("/")
    def index_view(self) -> Any:
        """The list: tabs, filters, search, sort and one page."""
        return self.list_of()

    index = index_view  # the name that pages use for the first page of any view

    def list_of(self, **more: Any) -> str:
        """The list's page; `more` are further variables of its template."""
        return self.render(self.list_template, page=self.list_page(), **more)

    def list_page(self) -> Listed:
        """The page of rows that the query string asks for. A tab opens with the conditions that the reader has saved for its start."""
        args, actor = request.args, current_actor()
        row = args.get("at", "")
        if row.isdecimal() and len(row) < 10:
            # Back from a row: to the page that shows it now.
            found = walk.page_of(self, self.state(), actor, int(row))
            args = MultiDict(
                [*((name, value) for name, value in args.items(multi=True) if name != "page"), ("page", str(found or args.get("page", 1)))]
            )
        page = list_page(self, args, request.path, actor)
        own = next((row for row in page.saved if row.at_start and (row.tab or self.tabs[0].name) == page.state.tab), None)
        if own is not None and set(args) <= {"tab"} and set(dict(_parsed(own.query))) - {"tab"}:
            abort(redirect(f"{request.path}?{own.query}"))
        self.prepare(page.rows)
        return page

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One row, all listed columns."""
        row = self.row(id)
        return self.render(self.details_template, row=row, columns=[(name, self.label(name)) for name in self.column_details_list])

    @expose("/export.<any(csv, xlsx):kind>")
    def export_rows(self, kind: str) -> Response:
        """Exactly the rows that the list shows for this address, in its order."""
        return self._exported(kind)[0]

    def _exported(self, kind: str) -> tuple[Response, int]:
        state = self.state()
        tab = tab_of(self, state)
        return list_export.answer(self, kind, self.exported_rows(state), "_".join(filter(None, (str(self.name), tab.label))))

    @expose("/export.<any(csv, xlsx):kind>", methods=("POST",))
    def export_persons(self, kind: str) -> Response:
        """The same of a list of people: only within minutes of a proof, and the log says who took it, and how many."""
        file, rows = self._exported(kind)
        with transaction():
            actor = current_actor()
            audit.record(current_user.account, "export", actor, list=self.endpoint, kind=kind, rows=rows)
        return file

    def state(self, args: Any = None) -> State:
        """What the address asks for, or another query's arguments."""
        return state_of(self, request.args if args is None else args, self._all_options())

    def exported_rows(self, state: Any) -> Any:
        """The rows of an export, in portions; of ticked rows these alone."""
        statement = ordered_rows(self, state, current_actor()).limit(list_export.MOST + 1)
        if ticked := [tick_of(value)[0] for value in request.values.getlist("row")[:MOST_AT_ONCE]]:
            statement = statement.where(self.model.id.in_(ticked))
        return db.session.execute(statement.execution_options(yield_per=500)).scalars().partitions()

    def _all_options(self) -> dict[str, list[tuple[str, str]]]:
        options = options_of(self)
        for rule in self.list_filters:
            if rule.stored is not None:
                options[rule.name] += [(str(value), label) for value, label in db.session.execute(rule.stored())]
        return options

    @expose("/views", methods=("POST",))
    def save_view(self) -> Response:
        """Keep the conditions of the list under a name. Words searched for are not kept: they may be a person's."""
        asked = MultiDict(_parsed(request.form.get("query", "")))
        asked.pop("q", None)
        query = _encoded(state_of(self, asked, self._all_options()).pairs(self.tabs[0].name))
        try:
            with transaction():
                saved_view.save(
                    current_actor(), self.endpoint, request.form.get("name", ""), query, at_start=request.form.get("at_start") == "1"
                )
        except KeynetError as refused:
            flash(str(refused), "error")
        else:
            flash("この表示を保存しました。", "success")
        return redirect(f"{url_for('.index_view')}{'?' + query if query else ''}", 303)

    @expose("/views/<num:id>/delete", methods=("POST",))
    def drop_view(self, id: int) -> Response:
        """Forget a saved view of the reader's own."""
        row = db.session.get(SavedView, id)
        if row is None or row.account_id != current_actor().account_id:
            abort(404)
        with transaction():
            saved_view.drop(current_actor(), id)
        flash("保存した表示を消しました。", "success")
        return redirect(url_for(".index_view"), 303)

    @expose("/columns", methods=("POST",))
    def choose_columns(self) -> Response:
        """Keep which columns the reader wants to see in a tab (`ordinary`: those of the list); the first one always stands."""
        state = self.state(MultiDict(_parsed(request.form.get("query", ""))))
        wanted = [] if "ordinary" in request.form else [name for name in self.choosable_columns if name in request.form.getlist("column")]
        if not wanted and "ordinary" not in request.form:
            flash("表示する列を、1つ以上選んでください。列は変わっていません。", "error")
        else:
            with transaction():
                saved_view.choose_columns(current_actor(), self.endpoint, state.tab, wanted)
            flash("表示する列を変えました。" if wanted else "列を標準に戻しました。", "success")
        query = _encoded(state.pairs(self.tabs[0].name))
        return redirect(f"{url_for('.index_view')}{'?' + query if query else ''}", 303)

    @expose("/bulk", methods=("GET", "POST"))
    def bulk(self) -> Any:
        """What a move would do to the ticked rows (GET), and the move itself (POST): one short transaction a row, each reported."""
        sent: Mapping[str, Any] = request.form if request.method == "POST" else request.args
        move = next((move for move in self.bulk_moves if move.name == sent.get("move")), None)
        if move is None:
            raise BadVersion("操作を選んでください。一覧に戻って、行と操作を選び直してください。")
        if not self.may(move.permission):
            raise NotPermitted("この操作を行う権限がありません。")
        ticked = [tick_of(value) for value in request.values.getlist("row")[:MOST_AT_ONCE]]
        if request.method != "POST" and request.args.get("every") == "1":
            ticked = self._every()
        if not ticked:
            flash("行を選んでから押してください。", "warning")
            return redirect(self._bulk_back(), 303 if request.method == "POST" else 302)
        if request.method != "POST":
            return self.bulk_page(move, ticked)
        given = move.given(request.form)
        error = move.missing(given)
        typed = unicodedata.normalize("NFKC", request.form.get("count", "")).strip()
        if not error and len(ticked) > UNCOUNTED and typed != str(len(ticked)):
            error = f"件数が合いません。行う件数「{len(ticked)}」を入力してください。"
        if error:
            return self.bulk_page(move, ticked, error), 422
        self._bulk_done(move, ticked, *given)
        return redirect(self._bulk_back(), 303)

    def _every(self) -> list[tuple[int, int]]:
        """All rows that the list of this address has, as far as a move takes so many at once."""
        query = ordered_rows(self, self.state(), current_actor()).with_only_columns(self.model.id, self.model.version)
        return [(number, version) for number, version in db.session.execute(query.limit(MOST_AT_ONCE))]

    def _bulk_back(self) -> str:
        """The list as it was."""
        asked = request.form.get("back", "") if request.method == "POST" else request.query_string.decode("ascii", "replace")
        query = _encoded(self.state(MultiDict(_parsed(asked))).pairs(self.tabs[0].name))
        return f"{url_for('.index_view')}{'?' + query if query else ''}"

    def bulk_page(self, move: BulkMove, ticked: Sequence[tuple[int, int]], error: str = "") -> str:
        """What the move would do to each of these rows (id and version), and which it leaves out."""
        actor, numbers = current_actor(), [number for number, _version in ticked]
        found = {row.id: row for row in db.session.execute(self.get_query().where(self.model.id.in_(numbers))).scalars()}
        rows = [(found[number], version, move.why_not(found[number], actor)) for number, version in ticked if number in found]
        back = self._bulk_back().partition("?")[2]
        return self.render("web/bulk.html", move=move, rows=rows, error=error, back=back, uncounted=UNCOUNTED, most=MOST_AT_ONCE)

    def _bulk_done(self, move: BulkMove, ticked: list[tuple[int, int]], *reason: str) -> None:
        done, left = [], []
        for number, version in ticked:
            row = self.get_one(str(number))
            if row is None:
                continue
            name = self.row_name(row)
            try:
                with transaction():
                    row = self.row(number)
                    why = move.why_not(row, current_actor())
                    if not why:
                        move.act(row, current_actor(), version, *reason)
            except KeynetError as refused:
                why = str(refused)
            if why:
                left.append(f"{name}（{why}）")
            else:
                done.append(name)
        if done:
            flash(f"{len(done)}件：{move.done} {_named(done)}", "success")
        if left:
            flash(f"{len(left)}件は行いませんでした：{_named(left)}", "warning")

    # ---- cells ----

    def label(self, name: str) -> str:
        """The column's heading."""
        return str((self.column_labels or {}).get(name) or LABELS.get(name, name))

    def value(self, row: Any, name: str) -> Any:
        """What a cell shows: the class's own formatter `show_<name>(row)`, else the attribute (dots reach into relations)."""
        formatter = getattr(self, f"show_{name.replace('.', '_')}", None)
        if formatter is not None:
            return formatter(row)
        for part in name.split("."):
            row = getattr(row, part, None)
        return row

    def text(self, row: Any, name: str) -> str:
        """A cell of an export, as text."""
        value = self.value(row, name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "はい" if value else "いいえ"
        if isinstance(value, datetime):
            return value.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
        return value.isoformat() if isinstance(value, date) else str(getattr(value, "label", value))

    def may_create(self) -> bool:
        """Whether the reader sees the button for a new row."""
        return bool(self.can_create)

    def row_url(self, row: Any) -> str | None:
        """Address that the first column links to; None for no link."""
        return self.get_url(".details", id=row.id) if self.can_view_details else None

    def row_name(self, row: Any) -> str:
        """What people call a row."""
        return str(self.value(row, self.column_list[0]))

    def row_tone(self, _row: Any) -> str:
        """A class for the row (`is-settled`), empty for none."""
        return ""

    def allowed_moves(self, tab: str) -> list[BulkMove]:
        """The bulk moves of a tab that the reader has the right to."""
        return [move for move in self.bulk_moves if self.may(move.permission) and (not move.tabs or tab in move.tabs)]

    # ---- Flask-Admin ----

    def _refresh_forms_cache(self) -> None:
        if self.can_create or self.can_edit:
            super()._refresh_forms_cache()
            return
        # No form is opened: none is made, since scaffolding would read every column and relation.
        self._form_ajax_refs = {}
        self.form_widget_args = {}
        self._create_form_class = self._edit_form_class = self._delete_form_class = self._action_form_class = type("NoForm", (Form,), {})
        self.column_editable_list = {}

    def init_search(self) -> bool:
        """Flask-Admin's own search is not used."""
        return False


_STOCK = frozenset(rule[-2] for rule in ModelView._urls)


def _parsed(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query[:1000], max_num_fields=50) if query.count("&") < 50 else []


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode([pair for pair in pairs if pair[0] != "page"])


def _named(rows: Sequence[str]) -> str:
    """The first of many rows by name, and how many more there are."""
    return "、".join(rows[:NAMED]) + (f" ほか{len(rows) - NAMED}件" if len(rows) > NAMED else "")


def tick_of(value: str) -> tuple[int, int]:
    """`12.3`: row 12 as seen at version 3. Raises BadVersion."""
    number, _, version = value.partition(".")
    return version_of(number), version_of(version)
