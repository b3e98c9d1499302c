"""The program of the last release runs on the tables of this one: what it reads is there, and a row that it writes is taken.

So a release needs no standstill: migrate, then start the processes anew one by one (docs/recipes.md, "Expand, then contract").
Shown twice: the tables' columns are compared, all of them and since the last release; and the program as it was before the newest
migration runs, out of the repository's history, with today's packages.
"""

import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask_migrate import upgrade

from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from keynet_admin.services.invariants import check
from tests.support.databases import Databases
from tests.support.web import application

# The migration of the last release. It moves with each one; what was only expanded before may be contracted from then on.
RELEASED = "0056"
VALUES: dict[type[Any], Any] = {
    bool: False,
    int: 999,  # no row that a migration has put there
    float: 1.0,
    str: "x",
    bytes: b"x",
    date: date(2021, 5, 7),
    datetime: datetime(2021, 5, 7, tzinfo=UTC),
}
OURS = ("alembic_version", "listing_search", "submission_search_index")  # made by hand for each database, or not ours to write


def tables(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables as the database has them."""
    found = sa.MetaData()
    found.reflect(connection)
    return {name: table for name, table in found.tables.items() if not name.startswith(OURS)}


def row(table: sa.Table) -> dict[str, Any]:
    """What has to be given to add a row: its key, and the columns that are neither empty nor filled by the database."""
    return {
        column.name: VALUES[column.type.python_type]
        for column in table.columns
        if (column.primary_key and isinstance(column.type, sa.Integer)) or not (column.nullable or column.server_default is not None)
    }


def add(connection: sa.Connection, table: str, values: dict[str, Any]) -> None:
    """Add a row as SQL names it, and take it back."""
    with connection.begin_nested() as inner:
        columns = [sa.column(name, type_=sa.literal(value).type) for name, value in values.items()]
        connection.execute(sa.insert(sa.table(table, *columns)).values(values))
        inner.rollback()


def forget_references(connection: sa.Connection) -> None:
    """Let a row stand by itself: whom it refers to is not what is asked here."""
    if connection.dialect.name == "postgresql":
        for name in sa.inspect(connection).get_table_names():
            for reference in sa.inspect(connection).get_foreign_keys(name):
                connection.exec_driver_sql(f'ALTER TABLE "{name}" DROP CONSTRAINT "{reference["name"]}"')
        connection.commit()


def test_old_code_on_the_new_tables(database_kind: str, databases: Databases, tmp_path: Path) -> None:
    """No table and no column is gone or another type, and each row that could be added before can still be added by the same columns."""
    with databases.empty(database_kind, tmp_path) as url, application(url, tmp_path, {}) as app, app.app_context():
        upgrade(revision=RELEASED)
        with db.engine.connect() as connection:
            before = tables(connection)
            rows = {name: row(table) for name, table in before.items()}
        upgrade()
        with db.engine.connect() as connection:
            forget_references(connection)
            raw: Any = connection.connection.driver_connection
            if database_kind == "sqlite":
                raw.execute("PRAGMA foreign_keys=OFF")
            after = tables(connection)
            gone = [f"{name}.{column.name}" for name, table in before.items() for column in table.columns
                    if name not in after or column.name not in after[name].columns]  # fmt: skip
            assert not gone, "the last release still reads these: take them away in the release after"
            other = [str(column) for name, table in before.items() for column in table.columns
                     if after[name].columns[column.name].type.python_type is not column.type.python_type]  # fmt: skip
            assert not other
            refused = {}
            for name, values in rows.items():
                try:
                    add(connection, name, values)
                except sa.exc.DBAPIError as error:
                    refused[name] = str(error.orig)
            assert not refused, "the last release does not fill these: they need a server default, or may be empty for one release"


def test_a_column_without_a_default_would_be_found(database_kind: str, databases: Databases, tmp_path: Path) -> None:
    """Else the test above would judge nothing."""
    with databases.empty(database_kind, tmp_path) as url, application(url, tmp_path, {}) as app, app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            values = row(tables(connection)["counter"])
            add(connection, "counter", values)
            with pytest.raises(sa.exc.IntegrityError):
                add(connection, "counter", {name: value for name, value in values.items() if name != "value"})


def git(*arguments: str) -> bytes:
    """What git says of this repository. A copy without its history (an archive, a shallow clone) has no old program: then the test says so."""
    try:
        return subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", b"").decode(errors="replace").strip()
        pytest.skip(f"the program before the newest migration is taken out of the history, which cannot be read here: {why}")


def program_before_the_newest_migration(folder: Path) -> None:
    """Write the program into the folder as the history has it before the commit that brought the newest migration (not committed: the last commit)."""
    versions = ScriptDirectory(str(ROOT / "keynet_admin" / "migrations"))
    newest = versions.get_revision("head")
    assert newest is not None
    file = Path(newest.path).relative_to(ROOT)
    came = git("log", "--no-renames", "--diff-filter=A", "-1", "--format=%H", "--", str(file)).decode().strip()
    tree = git("archive", f"{came}^" if came else "HEAD", "keynet_admin", "templates", "seed_data", "tests", "pyproject.toml")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=tree, check=True)
    assert not (folder / file).exists()


def test_the_old_program_runs_on_the_new_tables(databases: Databases, tmp_path: Path) -> None:
    """A whole life of a posting and a person, a page of each area and every job by the old program; then nothing that must hold is broken."""
    old = tmp_path / "old"
    old.mkdir()
    program_before_the_newest_migration(old)
    walk = Path("tests/walks/machines/whole_life.py")
    if not (old / walk).exists():
        shutil.copyfile(ROOT / walk, old / walk)
    with ExitStack() as stack:
        places = []
        for kind in ("sqlite", "postgresql"):
            folder = tmp_path / kind
            folder.mkdir()
            places.append((stack.enter_context(databases.copy(kind, folder)), folder))
        command = [sys.executable, "-m", "tests.walks.machines.whole_life", *(str(part) for place in places for part in place)]
        ran = subprocess.run(command, cwd=old, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr[-4000:]
        for url, folder in places:
            with application(url, folder, {}) as app, app.app_context():
                assert check.broken() == {}
