"""A small application: what the audiences share, without any of them. No database is asked unless a test wants it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Request
from flask_wtf import CSRFProtect

from keynet_admin import NumberConverter, config
from keynet_admin.config import Settings
from keynet_admin.extensions import Login, babel, db
from keynet_admin.web import errors, headers, limits
from keynet_admin.web import filters as display


def _nobody(_request: Request) -> None:
    return None


def make_app(database_url: str = "sqlite://", who: Callable[[Request], Any] = _nobody, *, demo: bool = False) -> Flask:
    """Flask with our layers between the server and a view. `who` says who sends a request."""
    made = Flask("keynet_admin", template_folder=str(config.ROOT / "templates"))
    settings = Settings(secret_key="for tests only", database_url=database_url, demo=demo)
    config.bind(made, settings)
    made.config.update(settings.for_flask(), WTF_CSRF_ENABLED=False, TESTING=False, TRUSTED_HOSTS=None)
    made.url_map.converters["num"] = NumberConverter
    db.init_app(made)
    CSRFProtect(made)
    login = Login()
    login.request_loader(who)
    login.init_app(made)
    babel.init_app(made, locale_selector=lambda: "ja")
    for part in (limits, headers, display, errors):
        part.init_app(made)
    return made


@pytest.fixture
def small_app() -> Flask:
    """The small application on an empty database in memory."""
    return make_app()
