"""The extensions, unbound, and how a transaction begins on each database.

A web request only reads (SQLite: deferred, `query_only`; it also enforces that nothing changes by GET) except inside `transaction()`, which
takes SQLite's write lock at its first statement (`BEGIN IMMEDIATE`), so that no transaction has to be upgraded in the middle and none is
held while the rules run or a page is drawn. Jobs and commands may write from the start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

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


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
login = Login()
mail = Mail()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, default_limits=[])

read_only: ContextVar[bool] = ContextVar("read_only", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside the block only read."""
    token = read_only.set(True)
    try:
        yield
    finally:
        read_only.reset(token)


def prepare_engine(engine: Engine) -> None:
    """Attach connection settings and the begin rule to an engine (once per application)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _postgres_begin)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    reads = read_only.get()
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgres_begin(connection: Any) -> None:
    if read_only.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
