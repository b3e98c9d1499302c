"""Key-Net: the application factory wires the layers in their order and holds no logic of its own."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from flask_wtf import CSRFProtect
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from keynet_admin import admin, api, auth, cli, clock, commands, config, intake, jobs, key_file, office, partner, prefecture, public
from keynet_admin.extensions import LOCK_SECONDS, Access, access, babel, db, limiter, mail, migrate, prepare_engine
from keynet_admin.services import master_data
from keynet_admin.web import addresses, filters, headers, limits, maintenance
from keynet_admin.web import errors as error_pages
from keynet_admin.web.access import links, request_log, security_log


class NumberConverter(BaseConverter):
    """A row's id in an address: ASCII digits only, at most nine, so that it always fits the database's integer."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        """The id as a number."""
        return int(value)


def create_app(settings: config.Settings | None = None, flask_config: Mapping[str, Any] | None = None) -> Flask:
    """A new application with the given settings, else those of the environment. `flask_config` overrides Flask's own (tests).

    Raises config.BadSettings when a setting cannot be used.
    """
    settings = settings or config.from_environ()
    app = Flask(
        __name__, template_folder=str(config.ROOT / "templates"), static_folder="static", instance_path=str(config.ROOT / "instance")
    )
    app.jinja_environment = filters.Templates
    settings = settings if settings.secret_key else key_file.with_keys(settings)
    config.bind(app, settings)
    app.config.update(settings.for_flask() | dict(flask_config or {}))
    request_log.start_logs(app)
    clock.start(settings.instance, settings.now)
    _engine_options(app)
    app.url_map.converters["num"] = NumberConverter
    app.before_request(_transaction_mode)
    app.before_request(_fresh_master_data)
    app.teardown_request(_transaction_mode_ends)
    for extension in (db, limiter, mail):
        extension.init_app(app)
    # One for each application: it keeps what is exempt, and with the views of an area all of their application.
    CSRFProtect(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "keynet_admin" / "migrations"), render_as_batch=True, compare_type=True)
    babel.init_app(app, locale_selector=lambda: "ja")
    with app.app_context():
        for engine in db.engines.values():
            prepare_engine(engine)
    for part in (
        limits,
        links,
        headers,
        security_log,
        filters,
        error_pages,
        jobs,
        auth,
        public,
        intake,
        api,
        admin,
        office,
        prefecture,
        partner,
        cli,
        commands,
        request_log,
    ):
        part.init_app(app)
    if count := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    maintenance.init_app(app)
    return app


# Seconds and milliseconds: a replica that is out of reach has to be found so soon, for a visitor waits until the primary answers instead.
_REACH = {"connect_timeout": 2, "tcp_user_timeout": 5000, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}
# A primary whose machine is gone closes no connection: without these whoever holds one waits for minutes, and not for the 503 that says so.
_REACH_PRIMARY = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}


def _engine_options(app: Flask) -> None:
    # A database error in the log must not carry the values: they are persons' data and passwords' hashes.
    options: dict[str, Any] = {"hide_parameters": True}
    if make_url(app.config["SQLALCHEMY_DATABASE_URI"]).get_backend_name() == "sqlite":
        # The connection used last has the warm page cache; a new one an hour later knows the tables' present sizes (`operation/table_statistics.py`).
        options |= {"connect_args": {"timeout": LOCK_SECONDS, "check_same_thread": False}, "pool_use_lifo": True, "pool_recycle": 3600}
    else:
        options |= {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10, "connect_args": _REACH_PRIMARY}
    for bind in app.config["SQLALCHEMY_BINDS"].values():
        bind.update(options, pool_timeout=2, connect_args=_REACH | {"options": "-c statement_timeout=10000"})
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)


def _transaction_mode() -> None:
    safe = request.method in ("GET", "HEAD", "OPTIONS")
    request.environ["keynet.access"] = access.set(Access.READ_ONLY if safe else Access.READ)


def _fresh_master_data() -> None:
    """What administrators changed counts in every process. Visitors' pages judge nothing and ask nothing."""
    if addresses.of(request.path).session:
        master_data.refresh()


def _transaction_mode_ends(_error: BaseException | None) -> None:
    token = request.environ.pop("keynet.access", None)
    if token is not None:
        access.reset(token)
