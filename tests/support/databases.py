"""Template databases, migrated and filled with reference data once per test process, and quick copies of them for each test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from tests.support.missing import missing
from tests.support.postgres import Postgres

DEMO_PASSWORD = "kawabe no asa wa hayai 7"
_numbers = count(1)


class Databases:
    """`copy(kind, instance)` is a fresh database for one test."""

    def __init__(self, folder: Path) -> None:
        """`folder` keeps the SQLite template."""
        self.folder = folder
        self._server: Postgres | None = None
        self._sqlite_template: Path | None = None
        self._postgres_template: str | None = None
        self._demo_template: Path | None = None

    def server(self) -> Postgres:
        """The PostgreSQL server, started at first use."""
        if self._server is None:
            try:
                self._server = Postgres()
            except (OSError, RuntimeError) as error:
                missing("PostgreSQL", str(error))
        return self._server

    def close(self) -> None:
        """Stop the server if it was ever started."""
        if self._server is not None:
            self._server.remove()

    @contextmanager
    def copy(self, kind: str, instance: Path) -> Iterator[str]:
        """A fresh migrated database (`sqlite` or `postgresql`) for the block; gives its address."""
        if kind == "sqlite":
            yield self.copy_sqlite(instance)
            return
        server = self.server()
        name = f"kn_{os.getpid()}_{next(_numbers)}"
        url = server.create(name, self._template_on(server))
        try:
            yield url
        finally:
            server.drop(name)

    @contextmanager
    def empty(self, kind: str, folder: Path) -> Iterator[str]:
        """A database without any table for the block; gives its address."""
        if kind == "sqlite":
            yield f"sqlite:///{folder / f'empty-{next(_numbers)}.db'}"
            return
        server = self.server()
        name = f"kn_{os.getpid()}_{next(_numbers)}"
        try:
            yield server.create(name)
        finally:
            server.drop(name)

    def copy_sqlite(self, instance: Path) -> str:
        """A fresh SQLite file in the instance folder, where the program itself would put it."""
        target = instance / "keynet.db"
        shutil.copyfile(self._sqlite(), target)
        return f"sqlite:///{target}"

    def copy_demo(self, instance: Path) -> str:
        """A SQLite file with the demo data, in the instance folder. Made once a process, which takes some seconds."""
        if self._demo_template is None:
            folder = self.folder / "demo"
            folder.mkdir()
            file = folder / "keynet.db"
            shutil.copyfile(self._sqlite(), file)
            load_demo(f"sqlite:///{file}", folder)
            self._demo_template = file
        target = instance / "keynet.db"
        shutil.copyfile(self._demo_template, target)
        return f"sqlite:///{target}"

    def _sqlite(self) -> Path:
        if self._sqlite_template is None:
            file = self.folder / "template.db"
            migrate(f"sqlite:///{file}", self.folder)
            self._sqlite_template = file
        return self._sqlite_template

    def _template_on(self, server: Postgres) -> str:
        if self._postgres_template is None:
            name = f"kn_{os.getpid()}_template_{next(_numbers)}"
            migrate(server.create(name), self.folder)
            self._postgres_template = name
        return self._postgres_template


def migrate(url: str, folder: Path, *, reference: bool = True) -> None:
    """Bring a database to the newest migration and load the reference data, as an installation does."""
    from flask_migrate import upgrade

    from keynet_admin.services.reference import load_reference
    from keynet_admin.services.transaction import transaction
    from tests.support.web import application

    with application(url, folder, {}) as app, app.app_context():
        upgrade()
        if reference:
            with transaction():
                load_reference()
    if url.startswith("sqlite:///"):
        _one_file(Path(url.removeprefix("sqlite:///")))


def put_back(url: str, kept: Path) -> None:
    """Bring a SQLite database that a running server has open back to what was kept of it, in one transaction of SQLite's own."""
    import sqlite3

    with closing(sqlite3.connect(kept)) as before, closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as now:
        before.backup(now)


def load_demo(url: str, folder: Path) -> None:
    """Fill a migrated database with the demo data; all its accounts have `DEMO_PASSWORD`."""
    from tests.support.web import application

    with application(url, folder, {"DEMO": True, "DEMO_PASSWORD": DEMO_PASSWORD}) as app:
        outcome = app.test_cli_runner().invoke(args=["load-demo"])
        if outcome.exit_code:
            raise RuntimeError(outcome.output) from outcome.exception
    _one_file(Path(url.removeprefix("sqlite:///")))


def _one_file(file: Path) -> None:
    """Fold the write-ahead log into the database file, so that copying this one file is enough."""
    import sqlite3

    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
