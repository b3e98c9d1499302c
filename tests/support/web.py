"""The application inside the test process, and a client whose requests do not share a context with the test."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import Context
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine, make_url
from werkzeug.test import TestResponse

from keynet_admin import clock, config
from keynet_admin.config import Settings

if TYPE_CHECKING:
    from keynet_admin.models import Account
    from keynet_admin.public.page_cache import PageCache
    from keynet_admin.vocabulary import Role

DEFAULTS: dict[str, Any] = {
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "RATELIMIT_ENABLED": False,
    "SECOND_FACTOR": False,
    "PAGE_CACHE_SECONDS": 0,
    "VIEWS_SECONDS": 0,
}
# A test may name a setting as Flask does; it changes the one object that everything is derived from.
OURS = {"RATELIMIT_ENABLED": "rate_limits", "SQLALCHEMY_DATABASE_URI": "database_url"} | {f.name.upper(): f.name for f in fields(Settings)}


@contextmanager
def application(url: str, instance: Path, settings: Mapping[str, Any]) -> Iterator[Flask]:
    """An application over this database and instance folder; its connections are closed afterwards.

    `settings` are fields of `config.Settings` in capitals (`REDIS_URL`), all other names are Flask's own configuration.
    """
    from keynet_admin import create_app
    from keynet_admin.extensions import db

    values = {**DEFAULTS, "INSTANCE": instance, "DATABASE_URL": url, **settings}
    ours = {OURS[name]: value for name, value in values.items() if name in OURS}
    app = create_app(Settings(**ours), {name: value for name, value in values.items() if name not in OURS})
    app.jinja_env.bytecode_cache = _compiled
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def page_cache_of(app: Flask) -> "PageCache":
    """The page cache, which lies beneath the maintenance page."""
    from keynet_admin.public.page_cache import PageCache

    outermost: Any = app.wsgi_app
    assert isinstance(outermost.inner, PageCache)
    return outermost.inner


class CompiledTemplates(BytecodeCache):
    """What one application has compiled, for all others of this process: they differ in their settings, not in their templates."""

    def __init__(self) -> None:
        """None yet."""
        self._kept: dict[str, tuple[str, Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same text."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.checksum, bucket.code


_compiled = CompiledTemplates()
# Flask's own configuration that is looked up while a request is answered: a test may set it on an application that is kept.
ASKED_LATE = {"WTF_CSRF_ENABLED"}


class Applications:
    """Applications kept for the next test of the same process: making one compiles every route, and its first pages every template.

    A test gets one over its own database and instance folder, with the settings as they were made and nothing kept from the last test's pages.
    """

    def __init__(self) -> None:
        """None yet."""
        self._kept: dict[str, tuple[Flask, Settings, dict[str, Any]]] = {}

    @contextmanager
    def on(self, url: str, instance: Path, late: Mapping[str, Any] | None = None) -> Iterator[Flask]:
        """The kept application of this kind of database, else a new one that is kept. Its connections are closed afterwards.

        `late`: configuration of `ASKED_LATE`.
        """
        from keynet_admin.extensions import db, limiter, prepare_engine
        from keynet_admin.public.page_cache import PageCache
        from tests.recorded import watch

        kind = make_url(url).get_backend_name()
        if kind not in self._kept:
            with application(url, instance, {}) as app:
                with app.app_context(), db.engine.connect():
                    pass  # by which the dialect learns the server's version
                self._kept[kind] = app, config.of(app), dict(app.config)
        app, settings, flask_config = self._kept[kind]
        app.config.clear()
        app.config.update(flask_config, SQLALCHEMY_DATABASE_URI=url, **(late or {}))
        config.bind(app, replace(settings, instance=instance, database_url=url))
        clock.start(instance, settings.now)
        limiter.enabled = settings.rate_limits  # one for all applications: it follows the one that was made last
        with app.app_context():
            first, engine = db.engine, create_engine(url, **app.config["SQLALCHEMY_ENGINE_OPTIONS"])
            # Statements are compiled for a dialect, and remembered by an engine: both are the kept application's.
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
            db.engines[None] = engine
            prepare_engine(engine)
            watch(engine, config.of(app))
        pages = page_cache_of(app)
        outermost: Any = app.wsgi_app
        outermost.inner = PageCache(pages.inner, app, pages.belongs)
        for kept in ("keynet_drawn", "keynet_listed"):
            app.extensions.pop(kept, None)
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def change_settings(app: Flask, **changes: Any) -> None:
    """From now on the application has other settings (what was made at its start stays)."""
    config.bind(app, replace(config.of(app), **changes))


class Client(FlaskClient):
    """Flask's client, but each request begins without the test's own context, as a real one does.

    Flask would reuse a pushed application context, and with it `g` (the signed-in user of an earlier request) and the session.
    The test's own transaction is committed first: on SQLite it would hold the write lock that the request needs.
    """

    def sign_in(self, account: "Account | Role") -> "Account":
        """Sign this client in, without the form and its slow hashing: as an account, or as a new one of a role. Returns the account.

        Whatever the account asks for besides its password counts as proven.
        """
        from keynet_admin.models import Account
        from keynet_admin.services.account import session as sessions
        from keynet_admin.services.transaction import transaction
        from keynet_admin.vocabulary import ProofWay
        from tests import factories

        with nullcontext() if has_app_context() else self.application.app_context(), transaction(even_read_only=True):
            who = account if isinstance(account, Account) else factories.account(account)
            signed_in = sessions.begin(who)
            if sessions.needs_second_step(who) is not None:
                signed_in = sessions.proved(signed_in, ProofWay.authenticator, entering=True) or signed_in
        with self.session_transaction("/login") as cookie:  # visitors' pages have no session
            cookie.clear()
            cookie.update({"_user_id": signed_in.key, "_fresh": True, "_seen": int(time.time()), "_noted": int(time.time())})
        return who

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; what the test reads afterwards is read afresh."""
        from keynet_admin.extensions import db
        from keynet_admin.services.transaction import transaction

        if has_app_context():
            with transaction(even_read_only=True):  # with all that belongs to a commit: changed listings get their numbers
                pass
        response = Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.expire_all()
        return response
