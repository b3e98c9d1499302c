"""Where the visitors' pages come from: the version of what they are made of, and the database that they are read from.

The version is asked of the primary. With `DATABASE_READ_URL` a page is read from that streaming replica as soon as it shows at least the
version that is known here, else from the primary: a kept page is never older than the version that it is kept under, however far the
replica lags. When the primary does not answer, the version of the replica counts, so that visitors read on.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any
from weakref import finalize

from flask import Flask, Response, current_app
from sqlalchemy import Connection, Engine, exc
from werkzeug.exceptions import ServiceUnavailable

from keynet_admin.config import REPLICA
from keynet_admin.extensions import db, reading
from keynet_admin.services.listing import version
from keynet_admin.services.listing.version import PublicVersion

log = logging.getLogger(__name__)
# Seconds. PostgreSQL is asked this often at most; SQLite tells of every change at once.
LOOK_AGAIN = 2.0
# How long a database that did not answer is left alone, and a replica that lags.
GONE, BEHIND = 5.0, 1.0
_KEY = "keynet_source"
# What processes keep of rows by the numbers of their changes.
KEPT_BY_NUMBER = ("keynet_listed", "keynet_drawn")


class ReplicaLost(ServiceUnavailable):
    """The replica failed in the middle of a page: the page is made again from the primary."""


class PageSource:
    """The databases of one application as visitors' pages see them, safe between threads."""

    def __init__(self, app: Flask) -> None:
        """Remember the databases; they are opened at the first look."""
        with app.app_context():
            self.primary = db.engine
            self.replica = Replica(db.engines[REPLICA]) if REPLICA in db.engines else None
        self.sqlite = self.primary.dialect.name == "sqlite"
        self.seconds = float(app.config.get("PAGE_CACHE_SECONDS", LOOK_AGAIN))
        self.lock = threading.Lock()
        self.probe: sqlite3.Connection | None = None
        self.seen: float | None = None
        self.value: PublicVersion | None = None
        self.primary_back = 0.0
        self.newest = 0
        self.kept = app.extensions
        self.kept[_KEY] = self

    def look(self) -> PublicVersion | None:
        """The version now; None when no database answers."""
        with self.lock:
            try:
                seen = self._data_version() if self.sqlite else time.monotonic()
                if self.seen is None or (seen != self.seen if self.sqlite else seen >= self.seen + self.seconds):
                    self.value = self._read()
                    self.seen = seen
            except (exc.SQLAlchemyError, sqlite3.Error):
                self.seen = self.value = None
            return self.value

    def _read(self) -> PublicVersion:
        if self.replica is None:
            return self._of_primary()
        if time.monotonic() >= self.primary_back:
            try:
                return self._of_primary()
            except exc.SQLAlchemyError as error:
                log.warning("the primary does not answer, visitors read what the replica has: %s", type(error).__name__)
                self.primary_back = time.monotonic() + GONE
        return _version_of(self.replica.engine)

    def _of_primary(self) -> PublicVersion:
        """The primary's version. Numbers never fall, but where a promoted replica or a backup lacks the last changes: their numbers come anew."""
        found = _version_of(self.primary)
        if found.number < self.newest:
            log.warning("the database has fewer changes than before: what was kept of them is forgotten")
            for name in KEPT_BY_NUMBER:
                self.kept.pop(name, None)
        self.newest = found.number
        return found

    def _data_version(self) -> int:
        """SQLite: a number that differs when anything was committed since, by a connection of its own that never writes."""
        if self.probe is None:
            self.probe = sqlite3.connect(str(self.primary.url.database), check_same_thread=False, isolation_level=None)
            finalize(self, self.probe.close)
            self.probe.execute("PRAGMA query_only=ON")
        return int(self.probe.execute("PRAGMA data_version").fetchone()[0])


class Replica:
    """A database that follows the primary, sooner or later."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is known of it yet."""
        self.engine = engine
        self.lock = threading.Lock()
        self.reached: PublicVersion | None = None
        self.back, self.left = 0.0, False

    def connect(self, least: PublicVersion | None) -> Connection | None:
        """A connection that shows at least this version; None when there is none at present."""
        with self.lock:
            if time.monotonic() < self.back:
                return None
            if self.left:  # one request tries, the others wait for what it finds
                self.back = time.monotonic() + BEHIND
        try:
            connection = self.engine.connect()
        except (exc.SQLAlchemyError, exc.TimeoutError) as error:
            self.leave(GONE, type(error).__name__)
            return None
        try:
            good = least is None or least == self.reached or version.of_public_pages(connection).reaches(least)
        except exc.SQLAlchemyError as error:
            connection.invalidate()
            connection.close()
            self.leave(GONE, type(error).__name__)
            return None
        if not good:
            connection.close()
            self.leave(BEHIND, "it lags")
            return None
        with self.lock:
            self.reached = least
            if self.left:
                log.warning("the replica is read again")
            self.back, self.left = 0.0, False
        return connection

    def leave(self, seconds: float, why: str) -> None:
        """Read from the primary for a while."""
        with self.lock:
            if not self.left:
                log.warning("the replica is left alone: %s", why)
            self.back, self.left, self.reached = time.monotonic() + seconds, True, None


def of_app() -> PageSource:
    """The source of the current application."""
    source: PageSource = current_app.extensions[_KEY]
    return source


def settings() -> Mapping[str, Any]:
    """The values of the settings, as old as the version is at most; none when no database answers."""
    known = of_app().look()
    return known.values if known is not None else {}


@contextmanager
def connected(*, replica: bool = True) -> Iterator[Connection]:
    """A connection for the block: the replica's where there is one that is new enough. `replica=False`: the primary's, whatever there is.

    A database that does not answer gives a 503, not a 500.
    """
    source = of_app()
    known = source.look()
    follower = source.replica if replica else None
    connection = follower.connect(known) if follower else None
    try:
        with connection or source.primary.connect() as given:
            yield given
    except (exc.DBAPIError, exc.TimeoutError) as error:
        if follower and connection:
            follower.leave(GONE, type(error).__name__)
            raise ReplicaLost from error
        log.exception("the database did not answer")
        raise ServiceUnavailable from error


def retried(view: Callable[..., Response]) -> Callable[..., Response]:
    """The view, made once more when the replica is lost in the middle of it. For views that only read."""

    @wraps(view)
    def answer(**values: Any) -> Response:
        try:
            return view(**values)
        except ReplicaLost:
            return view(**values)

    return answer


def _version_of(engine: Engine) -> PublicVersion:
    with reading(), engine.connect() as connection:
        return version.of_public_pages(connection)
