"""Key-Net: the application factory wires the layers in their order and holds no logic of its own."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from keynet_admin import admin, api, auth, cli, clock, config, intake, jobs, office, public
from keynet_admin.extensions import babel, csrf, db, limiter, mail, migrate, prepare_engine, read_only
from keynet_admin.services.mail import outbox
from keynet_admin.web import errors as error_pages
from keynet_admin.web import filters, headers, limits


class NumberConverter(BaseConverter):
    """A row's id in an address: ASCII digits only, at most nine, so that it always fits the database's integer."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        """The id as a number."""
        return int(value)


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """A new application. `settings` overrides what `config.load()` read from the environment (tests)."""
    app = Flask(
        __name__, template_folder=str(config.ROOT / "templates"), static_folder="static", instance_path=str(config.ROOT / "instance")
    )
    app.config.update(config.load())
    app.config.update(settings or {})
    instance = app.config["INSTANCE"]
    instance.mkdir(parents=True, exist_ok=True)
    app.config.setdefault("SECRET_KEY", None)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or config.secret_key(instance)
    clock.start(instance, app.config["NOW"])
    _engine_options(app)
    app.url_map.converters["num"] = NumberConverter
    app.before_request(_transaction_mode)
    app.teardown_request(_transaction_mode_ends)
    for extension in (db, csrf, limiter, mail):
        extension.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "keynet_admin" / "migrations"), render_as_batch=True, compare_type=True)
    babel.init_app(app, locale_selector=lambda: "ja")
    with app.app_context():
        prepare_engine(db.engine)
    for part in (limits, headers, filters, error_pages, outbox, jobs, auth, public, intake, api, admin, office, cli):
        part.init_app(app)
    if app.config["TRUSTED_PROXIES"]:
        count = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _engine_options(app: Flask) -> None:
    if make_url(app.config["SQLALCHEMY_DATABASE_URI"]).get_backend_name() == "sqlite":
        # The connection used last has the warm page cache.
        options: dict[str, Any] = {"connect_args": {"timeout": 5, "check_same_thread": False}, "pool_use_lifo": True}
    else:
        options = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}
    # A database error in the log must not carry the values: they are persons' data and passwords' hashes.
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options | {"hide_parameters": True})


def _transaction_mode() -> None:
    request.environ["keynet.read_only"] = read_only.set(True)


def _transaction_mode_ends(_error: BaseException | None) -> None:
    token = request.environ.pop("keynet.read_only", None)
    if token is not None:
        read_only.reset(token)
