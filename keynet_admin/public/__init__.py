"""The visitor's pages: GET only, no cookie, nothing read but the public table.

A browser that is signed in elsewhere gets the very same pages: its session is not even opened here (`VisitorSessions`).
"""

from collections.abc import Callable

from flask import Blueprint, Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin

from keynet_admin.public import english, feeds, guide, health, newest, open_data, pages, source
from keynet_admin.public.discovery import robots, sitemap
from keynet_admin.public.page_cache import PageCache
from keynet_admin.services.alert import searching
from keynet_admin.web import addresses
from keynet_admin.web.filters import PUBLIC_SETTINGS

ADDRESSES: dict[str, Callable[..., Response]] = {
    "/": pages.home,
    "/postings/": pages.postings,
    "/postings/<posting_no>": pages.posting,
    "/postings/<posting_no>/": pages.posting,
    "/postings.atom": feeds.atom,
    "/postings.json": feeds.open_data,
    "/opendata/": open_data.overview,
    "/opendata/columns.csv": open_data.columns_file,
    "/opendata/<month>.csv": open_data.month_file,
    "/sitemap.xml": sitemap.sitemap,
    "/robots.txt": robots.robots,
    "/favicon.ico": robots.favicon,
    "/apple-touch-icon.png": robots.touch_icon,
    "/rules": guide.rules,
    "/flow": guide.flow,
    "/privacy": guide.privacy,
    "/terms": guide.terms,
    "/accessibility": guide.accessibility,
    "/en": english.english_home,
    "/en/postings/<posting_no>": english.english_posting,
    "/healthz": health.healthz,
    "/readyz": health.readyz,
}


def is_kept(path: str) -> bool:
    """True for the pages that the page cache may keep."""
    return not addresses.of(path).session and not path.startswith(("/static/", "/healthz", "/readyz"))


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
    views = {view: source.retried(view) for view in ADDRESSES.values()}
    for address, view in ADDRESSES.items():
        blueprint.add_url_rule(address, view.__name__, views[view], methods=["GET"])
    app.register_blueprint(blueprint)
    searching.answered_by(newest.read, newest.listed_between)
    app.extensions[PUBLIC_SETTINGS] = source.settings
    app.session_interface = VisitorSessions(app.session_interface)
    app.wsgi_app = PageCache(app.wsgi_app, app, is_kept)  # type: ignore[method-assign]
