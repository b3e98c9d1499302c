"""Who may open what in `/admin/` and `/office/`. Closed by default: each right is opened by name.

Flask-Admin gives the frame (blueprints, menus, forms of master data); none of its own pages or files is ever served. What its
stock views leave open is closed here and in `model_view`: methods without a right, open redirects, rows outside the reader's scope.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request
from flask_admin import Admin, AdminIndexView, BaseView
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from keynet_admin.permissions import Permission, can
from keynet_admin.web import addresses
from keynet_admin.web.access import sign_in, step_up
from keynet_admin.web.actor import current_actor, unverified

# A path on this host: never `//host`, `/\host` or anything with a space or control character.
LOCAL = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_local(url: str) -> bool:
    """True for an address that may be redirected to: a path of this host."""
    return LOCAL.fullmatch(url) is not None


class Guard:
    """Audience and permission of a view, checked before every method. Comes first in the bases."""

    permission: Permission | None = None
    # Rights of methods beyond the view's own: {"accept": Permission.submission_decide}. A method that answers POST must stand here.
    method_permissions: dict[str, Permission] = {}
    # Methods that look at the forged-request token themselves, so that an old page loses nothing; the guard does it for all others.
    checks_token: frozenset[str] = frozenset()
    # Methods whose post asks for a fresh proof first, and what they do in words, {"index": "設定を変える"}; or a function of the view and
    # the address's values that says it. Of decisions the table of moves says it.
    asks_proof: Mapping[str, str | Callable[..., step_up.StepUp]] = {}
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
        return can(actor, permission)

    def is_accessible(self) -> bool:
        """Flask-Admin's question about the whole view."""
        return self.may(self.permission)

    def right_for(self, name: str) -> Permission | None:
        """The right that this request to a method needs. What may change something and names no right of its own is open to nobody."""
        if name in self.method_permissions:
            return self.method_permissions[name]
        return self.permission if request.method in SAFE_METHODS else None

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        if not (current_user and current_user.is_authenticated):
            answer = self.inaccessible_callback(name, **kwargs)
            if answer is not None:
                return answer
        if not (self.may(self.permission) and self.may(self.right_for(name))):
            abort(403)
        if request.method in SAFE_METHODS:
            return None
        answer = None if name in self.checks_token else self._verified()
        if answer is None and name in self.asks_proof and unverified() is None:
            what = self.asks_proof[name]
            asked = step_up.StepUp(what, back=request.full_path.rstrip("?")) if isinstance(what, str) else what(self, **kwargs)
            return step_up.ask(replace(asked, base=addresses.of(self.area).base))
        return answer

    def inaccessible_callback(self, name: str, **_kwargs: Any) -> Response | None:
        """Nobody is signed in: to the sign-in page and back. None for a post: they are in now, by the page on the way.

        It carries what was typed to the methods that can show it again, and says of all others that nothing is carried.
        """
        if request.method in SAFE_METHODS:
            return redirect(f"/login?next={_quoted(request.full_path if request.query_string else request.path)}")
        return sign_in.on_the_way(carries=name in self.checks_token)

    def _verified(self) -> Response | None:
        """A post of a method without a page of its own for an old token: refused, or to the view's first page after signing in."""
        problem = unverified()
        if problem is None:
            return None
        if g.get("resumed"):
            flash("ログインしました。先ほどの操作は、まだ行っていません。もう一度操作してください。", "info")
            return redirect(f"{self.url}/", 303)
        raise CSRFError(problem.words)

    def _run_view(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin would take any TypeError inside a view for an old signature and hide it.
        return view(self, *args, **kwargs)

    def create_blueprint(self, admin: Admin) -> Blueprint:
        """The blueprint without Flask-Admin's files and templates."""
        unnamed = unguarded_methods(self)
        if unnamed:
            raise ValueError(f"{type(self).__name__}: name the rights of {', '.join(unnamed)}")
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


def unguarded_methods(view: Any) -> list[str]:
    """The exposed methods of a view that answer more than GET and have no right of their own: such a view is not mounted."""
    changing = {getattr(view, rule[-2]).__name__ for rule in view._urls if set(rule[-1]) - SAFE_METHODS}
    return sorted(changing - set(view.method_permissions))


def make_admin(app: Flask, *, url: str, name: str, index_view: BaseView, views: Sequence[BaseView]) -> Admin:
    """Mount an area: `make_admin(app, url="/admin", name="運営事務局", index_view=Home(endpoint="admin", url="/admin"), views=[...])`."""
    _guard_requests(app)
    admin = Admin(app, name=name, url=url, endpoint=index_view.endpoint, index_view=index_view)
    for view in views:
        admin.add_view(view)
    for view in (index_view, *views):
        app.extensions["csrf"].exempt(view.blueprint)  # the guard looks at the token, after it knows who it is
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
