"""The visitor's pages: GET only, no cookie, nothing read but the public table.

A browser that is signed in elsewhere gets the very same pages: its session is not even opened here (`VisitorSessions`).
"""

import hashlib
from collections.abc import Callable

from flask import Blueprint, Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin

from keynet_admin import config
from keynet_admin.public import feeds, guide, health, pages
from keynet_admin.public.store import Store
from keynet_admin.web import addresses

ADDRESSES: dict[str, Callable[..., Response]] = {
    "/": pages.home,
    "/postings/": pages.postings,
    "/postings/<posting_no>": pages.posting,
    "/postings.atom": feeds.atom,
    "/postings.json": feeds.open_data,
    "/sitemap.xml": feeds.sitemap,
    "/robots.txt": feeds.robots,
    "/rules": guide.rules,
    "/flow": guide.flow,
    "/privacy": guide.privacy,
    "/accessibility": guide.accessibility,
    "/healthz": health.healthz,
    "/readyz": health.readyz,
}


class VisitorSessions(SessionInterface):
    """Keeps sessions away from visitor pages, also those that an extension looks into after each request."""

    def __init__(self, inner: SessionInterface) -> None:
        """`inner` serves all other pages."""
        self.inner = inner

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """An empty session that nobody reads for a visitor's page."""
        return self.inner.open_session(app, request) if addresses.of(request.path).session else SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """No cookie and no `Vary: Cookie` on a visitor's page."""
        if addresses.of(request.path).session:
            self.inner.save_session(app, session, response)

    def is_null_session(self, obj: object) -> bool:
        """As the inner one says."""
        return self.inner.is_null_session(obj)


def init_app(app: Flask) -> None:
    """Register the pages. Runs after the extensions that set the session interface."""
    blueprint = Blueprint("public", __name__)
    for address, view in ADDRESSES.items():
        blueprint.add_url_rule(address, view.__name__, view, methods=["GET"])
    app.register_blueprint(blueprint)
    app.session_interface = VisitorSessions(app.session_interface)
    app.extensions["keynet_public"] = Store(app)
    app.extensions["keynet_shells"] = {}
    app.extensions["keynet_build"] = _build(app)


def _build(app: Flask) -> str:
    """A mark of everything beside the data that a visitor's page is made of."""
    templates, package = config.ROOT / "templates", config.ROOT / "keynet_admin"
    files = (f for folder in ("public", "layout", "macros", "web") for f in (templates / folder).glob("*.html"))
    code = (f for folder in ("public", "catalogue", "web") for f in (package / folder).glob("*.py"))
    mark = hashlib.sha256()
    for file in sorted((*files, *code, *(package / "static").rglob("*.*"))):
        mark.update(file.read_bytes())
    mark.update(repr(config.of(app)).encode())
    return mark.hexdigest()[:12]
