"""The application inside the test process, and a client whose requests do not share a context with the test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

DEFAULTS: dict[str, Any] = {
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "RATELIMIT_ENABLED": False,
}


@contextmanager
def application(url: str, instance: Path, settings: Mapping[str, Any]) -> Iterator[Flask]:
    """An application over this database and instance folder; its connections are closed afterwards."""
    from keynet_admin import create_app
    from keynet_admin.extensions import db

    app = create_app({**DEFAULTS, "INSTANCE": instance, "SQLALCHEMY_DATABASE_URI": url, **settings})
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


class Client(FlaskClient):
    """Flask's client, but each request begins without the test's own context, as a real one does.

    Flask would reuse a pushed application context, and with it `g` (the signed-in user of an earlier request) and the session.
    The test's own transaction is committed first: on SQLite it would hold the write lock that the request needs.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; what the test reads afterwards is read afresh."""
        from keynet_admin.extensions import db

        if has_app_context():
            db.session.commit()
        response = Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.expire_all()
        return response
