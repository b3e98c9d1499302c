"""The guarded Flask-Admin views that `/admin/` and `/office/` are made of. Closed by default: each right is opened by name.

Flask-Admin gives the frame (blueprints, menus, forms of master data); none of its own pages or files is ever served. What its
stock views leave open is closed here: rows outside the reader's scope by id, open redirects, raw database errors, columns and
forms that show everything, pages without an order.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request
from flask_admin import Admin, AdminIndexView, BaseView, expose
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Query
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response
from wtforms import Form, ValidationError

from keynet_admin.extensions import db
from keynet_admin.permissions import Permission, can
from keynet_admin.web import addresses
from keynet_admin.web.actor import current_actor
from keynet_admin.web.list_page import Listed, ListFilter, list_page

# A path on this host: never `//host`, `/\host` or anything with a space or control character.
LOCAL = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")


def is_local(url: str) -> bool:
    """True for an address that may be redirected to: a path of this host."""
    return LOCAL.fullmatch(url) is not None


class Guard:
    """Audience and permission of a view, checked before every method. Comes first in the bases."""

    permission: Permission | None = None
    # Methods that need another right than the view: {"accept": Permission.submission_decide}.
    method_permissions: dict[str, Permission] = {}
    admin: Admin | None

    @property
    def area(self) -> str:
        """`/admin` or `/office`: where the view is mounted."""
        return str(self.admin.url) if self.admin is not None else ""

    def may(self, permission: Permission | None) -> bool:
        """True when the reader belongs to the area and holds the right. Without a named right: nobody."""
        actor = current_actor()
        if permission is None or actor.role not in addresses.of(self.area).roles:
            return False
        return can(actor, permission, organization_id=actor.organization_id)

    def is_accessible(self) -> bool:
        """Flask-Admin's question about the whole view."""
        return self.may(self.permission)

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        if self.may(self.permission) and self.may(self.method_permissions.get(name, self.permission)):
            return None
        return self.inaccessible_callback(name, **kwargs)

    def inaccessible_callback(self, _name: str, **_kwargs: Any) -> Response:
        """Nobody is signed in: to the sign-in page and back. Somebody else's area: 403."""
        if current_user and current_user.is_authenticated:
            abort(403)
        if request.method not in ("GET", "HEAD"):
            abort(403)
        return redirect(f"/login?next={_quoted(request.full_path if request.query_string else request.path)}")

    def _run_view(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin would take any TypeError inside a view for an old signature and hide it.
        return view(self, *args, **kwargs)

    def create_blueprint(self, admin: Admin) -> Blueprint:
        """The blueprint without Flask-Admin's files and templates."""
        self.static_folder = None
        blueprint: Blueprint = super().create_blueprint(admin)  # type: ignore[misc]
        blueprint.template_folder = None
        return blueprint

    def render(self, template: str, **kwargs: Any) -> str:
        """Render a template of ours; nothing of Flask-Admin's is put into it."""
        return render_template(template, admin_view=self, view=self, base_template=addresses.of(self.area).base, **kwargs)


class GuardedView(Guard, BaseView):
    """A page or a flow over services. Its class names `permission`; methods are opened by `@expose`."""


class GuardedIndex(Guard, AdminIndexView):
    """The first page of an area. Override `index`, decorated by `@expose("/")`."""


class GuardedModelView(Guard, ModelView):
    """Lists, details and, for master data only, forms of one table.

    Rows are those of `Model.visible_to(actor)` (or of an overridden `scope`), by list and by id alike. Only what is listed here is
    shown, searched, sorted, filtered or saved.
    """

    can_create = can_edit = can_delete = can_export = can_view_details = False
    column_list: Sequence[str] = ()
    column_details_list: Sequence[str] = ()
    column_sortable_list: Sequence[str] = ()
    column_default_sort = ("id", True)
    form_columns: Sequence[str] = ()
    page_size = 25
    list_template = "web/list.html"
    details_template = "web/details.html"
    create_template = edit_template = "web/form.html"

    search_columns: Sequence[Any] = ()
    sort_columns: dict[str, Any] = {}
    list_filters: Sequence[ListFilter] = ()
    search_label = "ことばで探す"
    list_hint = ""
    empty_title = "まだありません"
    empty_text = ""

    # Which right opens which address; all other addresses of the stock view stay closed.
    _OPENED_BY: dict[str, str | None] = {
        "index_view": None,
        "details": "can_view_details",
        "create_view": "can_create",
        "edit_view": "can_edit",
    }

    def __init__(self, model: Any, **kwargs: Any) -> None:
        """Bind to a table. Raises ValueError when a whitelist that the opened rights need is missing."""
        if not self.column_list or (self.can_view_details and not self.column_details_list):
            raise ValueError(f"{type(self).__name__}: name the columns to show")
        if (self.can_create or self.can_edit) and not self.form_columns:
            raise ValueError(f"{type(self).__name__}: name the form's columns")
        if self.can_delete or self.can_export or self.column_editable_list:
            raise ValueError(f"{type(self).__name__}: deleting, exporting and editing in lists are no stock actions here")
        super().__init__(model, db, **kwargs)
        # Only opened addresses exist at all; Flask-Admin would answer the others with a redirect.
        self._urls = [rule for rule in type(self)._urls if self._is_open(rule[-2])]

    def _is_open(self, method: str) -> bool:
        if method in self._OPENED_BY:
            right = self._OPENED_BY[method]
            return right is None or bool(getattr(self, right))
        return method not in _STOCK

    def scope(self, query: Query[Any]) -> Query[Any]:
        """Only the rows that the reader may see."""
        return query.filter(self.model.id.in_(self.model.visible_to(current_actor()).with_only_columns(self.model.id)))

    def get_query(self) -> Query[Any]:
        """The rows of the list, scoped."""
        return self.scope(db.session.query(self.model))

    def get_count_query(self) -> None:
        """Nothing is counted: the pager asks for one row more."""
        return

    def get_one(self, id: Any) -> Any:
        """The row of that id inside the scope, else None."""
        if not (isinstance(id, str) and id.isascii() and id.isdigit() and len(id) < 10):
            return None
        return self.get_query().filter(self.model.id == int(id)).one_or_none()

    @expose("/")
    def index_view(self) -> str:
        """The list: filters, search, sort and one page."""
        return self.render(self.list_template, page=self.list_page())

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One row, all listed columns."""
        row = self.get_one(str(id))
        if row is None:
            abort(404)
        return self.render(self.details_template, row=row, columns=[(name, self.label(name)) for name in self.column_details_list])

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """The form of one row; a row outside the scope is not there."""
        if self.get_one(request.args.get("id", "")) is None:
            abort(404)
        return super().edit_view()

    def list_page(self) -> Listed:
        """The page of rows that the query string asks for."""
        return list_page(self, request.args, request.path)

    def label(self, name: str) -> str:
        """The column's heading."""
        return str((self.column_labels or {}).get(name, name))

    def value(self, row: Any, name: str) -> Any:
        """What a cell shows: the class's own formatter `show_<name>(row)`, else the attribute (dots reach into relations)."""
        formatter = getattr(self, f"show_{name.replace('.', '_')}", None)
        if formatter is not None:
            return formatter(row)
        for part in name.split("."):
            row = getattr(row, part, None)
        return row

    def row_url(self, row: Any) -> str | None:
        """Address that the first column links to; None for no link."""
        return self.get_url(".details", id=row.id) if self.can_view_details else None

    def row_tone(self, _row: Any) -> str:
        """A class for the row (`is-settled`), empty for none."""
        return ""

    def validate_form(self, form: Form) -> bool:
        """Flask-Admin's check, on posts only."""
        return request.method == "POST" and bool(form.validate())

    def handle_view_exception(self, exc: Exception) -> bool:
        """One fixed sentence for the reader, the rest for the log. Nothing of the database is shown."""
        if isinstance(exc, ValidationError):
            flash(str(exc), "error")
        elif isinstance(exc, StaleDataError):
            flash("ほかの方が先に変更しました。最新の内容を確かめてから、もう一度保存してください。", "error")
        elif isinstance(exc, IntegrityError):
            current_app.logger.warning("%s refused by the database: %s", type(self).__name__, type(exc.orig).__name__)
            flash("同じものがすでにあるか、ほかで使われているため、保存できませんでした。", "error")
        else:
            current_app.logger.error("%s could not save", type(self).__name__, exc_info=exc)
            flash("保存できませんでした。時間をおいてもう一度お試しください。", "error")
        return True

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
        """Whether the list has a search box."""
        return bool(self.search_columns)


_STOCK = frozenset(rule[-2] for rule in ModelView._urls)


def make_admin(app: Flask, *, url: str, name: str, index_view: GuardedIndex, views: Sequence[BaseView]) -> Admin:
    """Mount an area: `make_admin(app, url="/admin", name="運営事務局", index_view=Home(endpoint="admin", url="/admin"), views=[...])`."""
    _guard_requests(app)
    admin = Admin(app, name=name, url=url, endpoint=index_view.endpoint, index_view=index_view)
    for view in views:
        admin.add_view(view)
    return admin


def _guard_requests(app: Flask) -> None:
    if app.extensions.get("keynet_guard"):
        return
    app.extensions["keynet_guard"] = True

    @app.before_request
    def guard() -> None:
        """Refuse addresses that leave the host and arguments that would run into `url_for`."""
        if not addresses.of(request.path).roles:
            return
        if any(not is_local(url) for url in request.values.getlist("url") if url):
            abort(400)
        if any(key.startswith("_") or key in ("endpoint", "export_type") for key in request.args):
            abort(400)


def _quoted(path: str) -> str:
    return quote(path if is_local(path) else "/", safe="/")
