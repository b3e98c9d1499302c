"""The extensions, unbound, and how a transaction begins on each database.

A web request only reads (SQLite: deferred, `query_only`) except inside `transaction()`, which takes SQLite's write lock at its first
statement (`BEGIN IMMEDIATE`), so that no transaction has to be upgraded in the middle; a GET cannot open one. Jobs and commands may write
from the start.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from flask import Flask, Response, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase

from keynet_admin.network import network

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class Login(LoginManager):
    """Flask-Login without its two looks into the session at every answer: visitor pages must not read it (no `Vary: Cookie`).

    We use no remember cookie, and templates find the account through the lazy global `current_user` of `web.filters`.
    """

    def init_app(self, app: Flask, add_context_processor: bool = False) -> None:
        """Bind to the application without the context processor, which would load the user for every template."""
        super().init_app(app, add_context_processor)

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


class Database(SQLAlchemy):
    """Flask-SQLAlchemy whose sessions end quietly: the answer is made by then, and a dead connection must not turn it into a bare 500."""

    def _teardown_session(self, exc: BaseException | None) -> None:  # noqa: ARG002
        self.drop_session()

    def drop_session(self) -> None:
        """Give the session's connection back, or throw both away when the connection is dead. Never raises for a database error."""
        try:
            self.session.remove()
        except SQLAlchemyError as error:
            log.warning("the session's connection was lost: %s", type(error).__name__)
            self.session.registry.clear()


db = Database(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
login = Login()
mail = Mail()
babel = Babel()
# In memory (or Redis), for the entry check alone, which stores nothing; what costs more is counted by `services/rate_limit.py`.
limiter = Limiter(key_func=lambda: network(request.remote_addr or ""), default_limits=[])


class Access(StrEnum):
    """What a database transaction that begins now may do."""

    WRITE = "write"  # jobs, commands, and the inside of transaction()
    READ = "read"  # a POST outside of transaction()
    VIEWING = "viewing"  # a POST of somebody who sees another account's pages: transaction() is refused
    READ_ONLY = "read_only"  # GET and HEAD: transaction() is refused


access: ContextVar[Access] = ContextVar("access", default=Access.WRITE)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside the block only read."""
    token = access.set(Access.READ)
    try:
        yield
    finally:
        access.reset(token)


def prepare_engine(engine: Engine) -> None:
    """Attach connection settings and the begin rule to an engine (once per application)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _postgres_connect)
        event.listen(engine, "begin", _postgres_begin)


# Whoever waits so long for a row (SQLite: to write at all) is told that it is busy and may try again; without an end, one stuck transaction
# would stop every process. Half as long was too short on SQLite when 500 people applied at one moment: whoever waits there is not served in turn.
LOCK_SECONDS = 10


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={LOCK_SECONDS * 1000}", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    reads = access.get() is not Access.WRITE
    if connection.info.get("query_only") is not reads:  # each PRAGMA makes SQLite forget the statements it has prepared
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
        connection.info["query_only"] = reads
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgres_connect(connection: Any, _record: Any) -> None:
    """What is acknowledged lies on the disk, whatever the server's own setting (a stricter one than `on` is left alone), and waiting has an end."""
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
    connection.autocommit = False


def _postgres_begin(connection: Any) -> None:
    if access.get() is not Access.WRITE:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
