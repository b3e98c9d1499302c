"""An acceptance (organization, account, postings, mail, audit in one transaction) beside a bare transaction that writes the same rows."""

import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.load import house
from bench.table import Row
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.services.submission import acceptance
from keynet_admin.services.transaction import transaction
from tests import factories
from tests.support.web import application

CASES = 60


def measure() -> list[Row]:
    """Median milliseconds of both, on SQLite with the settings of the program."""
    with house() as (folder, url), application(url, folder, {}) as app, app.app_context():
        cities = [body for body in reference.municipalities() if body.kind == "city"][:CASES]
        cases = []
        with transaction():
            actor = factories.actor()
            for city in cities:
                mail = f"vaccine{city.code6}@{factories.own_host(city.code6)}"
                changes = {"lg_code": city.code6, "org_name": city.name}
                values = {f"organization.{name}": value for name, value in changes.items()}
                values |= {"contact.contact_email": mail, "contact.contact_email2": mail, "postings.0.venue_city": city.code6}
                cases.append(factories.submission(changes=values))
        ready = [case for case in cases if not case.errors]
        if len(ready) < 2:
            raise RuntimeError("the sample forms have errors")
        seconds = []
        before = _counts()
        for number, case in enumerate(ready):
            begin = time.perf_counter()
            with transaction():
                acceptance.accept(case, actor, seen_version=case.version)
            seconds.append(time.perf_counter() - begin)
            if number == 0:
                written = {table: count - before[table] for table, count in _counts().items() if count > before[table]}
        rows = {table: _last_rows(table, number) for table, number in written.items()}
        db.session.rollback()
        db.session.remove()
        bare = _bare(folder / "keynet.db", rows, len(ready))
    ours = statistics.median(seconds[1:])
    return [Row(f"acceptance ({sum(written.values())} rows)", ours * 1e3, "ms", "the same rows, bare", bare * 1e3, ours / bare)]


def _counts() -> dict[str, int]:
    return {name: db.session.scalar(select(func.count()).select_from(table)) or 0 for name, table in db.metadata.tables.items()}


def _last_rows(name: str, count: int) -> list[dict[str, Any]]:
    table = db.metadata.tables[name]
    key = next(iter(table.primary_key))
    columns = ", ".join(column.name for column in table.columns)
    rows = db.session.connection().exec_driver_sql(f"SELECT {columns} FROM {name} ORDER BY {key.name} DESC LIMIT {count}")
    return [dict(row) for row in rows.mappings()]


def _bare(file: Path, rows: dict[str, list[dict[str, Any]]], times: int) -> float:
    """Median seconds of a transaction that inserts those rows through the driver alone, unique values made different each time."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    seconds = []
    for turn in range(times):
        begin = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for name, copies in rows.items():
            table = db.metadata.tables[name]
            for row in copies:
                values = {column.name: _fresh(column, row[column.name], turn + 1) for column in table.columns}
                marks = ", ".join("?" for _ in values)
                connection.execute(f"INSERT INTO {name} ({', '.join(values)}) VALUES ({marks})", list(values.values()))
        connection.execute("UPDATE submission SET version = version + 1 WHERE id = ?", (turn + 1,))
        connection.execute("COMMIT")
        seconds.append(time.perf_counter() - begin)
    connection.close()
    return statistics.median(seconds)


def _fresh(column: Any, value: Any, number: int) -> Any:
    table = column.table
    alone = column.unique or column.primary_key
    together = any(
        column.name in constraint.columns for constraint in table.constraints if type(constraint).__name__ in ("UniqueConstraint",)
    )
    if value is None or not (alone or together):
        return value
    if isinstance(value, int):
        return value + 1_000_000 * number
    return f"{number}-{value}"[: getattr(column.type, "length", None) or None]
