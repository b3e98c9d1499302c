"""Importing submissions from `.xlsx` beside merely reading the file with openpyxl and inserting its rows."""

import os
import sqlite3
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl

from bench.load import house
from bench.table import Row
from keynet_admin import clock
from keynet_admin.catalogue import reference
from tests.rules.base_submission import base_submission
from tests.support.web import application

SUBMISSIONS = int(os.environ.get("BENCH_ROWS", "10000"))


def measure() -> list[Row]:
    """Rows a second of `flask import FILE` and of the bare reading, in one run."""
    with house() as (folder, url):
        file = folder / "forms.xlsx"
        _write(file)
        used = time.process_time()
        bare = _bare(file, folder / "bare.db")
        bare_used = time.process_time() - used
        with application(url, folder, {}) as app:
            begin = time.perf_counter()
            outcome = app.test_cli_runner().invoke(args=["import", str(file)])
            seconds = time.perf_counter() - begin
            ours_used = time.process_time() - used - bare_used
        if outcome.exit_code or f"受け付け {SUBMISSIONS}件" not in outcome.output:
            raise RuntimeError(outcome.output[-300:])
    ours = SUBMISSIONS / seconds
    note = f"CPU alone: {ours_used / bare_used:.2f}"
    return [Row(f"import of {SUBMISSIONS:,} forms (.xlsx)", ours, "/s", "openpyxl and insert", bare, bare / ours, at_most=3, note=note)]


def _write(file: Path) -> None:
    cities = [body for body in reference.municipalities() if body.kind in ("city", "town", "village")]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("forms")
    for number in range(SUBMISSIONS):
        city = cities[number % len(cities)]
        form = deepcopy(base_submission(clock.today()))
        form["organization"] |= {"lg_code": city.code6, "org_name": city.name}
        form["contact"] |= dict.fromkeys(("contact_email", "contact_email2"), f"desk{number}@city.keynet-test.lg.jp")
        form["postings"][0]["venue_city"] = city.code6
        cells = _cells(form)
        if number == 0:
            sheet.append(list(cells))
        sheet.append(list(cells.values()))
    book.save(file)


def _cells(form: dict[str, Any]) -> dict[str, Any]:
    """One posting a row, columns named as the form's fields nest."""
    cells: dict[str, Any] = {}
    for section in ("organization", "contact", "confirmation"):
        cells |= {f"{section}-{name}": _cell(value) for name, value in form[section].items()}
    for name, value in form["postings"][0].items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            cells |= {f"{name}-{index}-{key}": _cell(inner) for index, row in enumerate(value) for key, inner in row.items()}
        else:
            cells[name] = _cell(value)
    return cells


def _cell(value: Any) -> Any:
    return "、".join(map(str, value)) if isinstance(value, list) else value


def _bare(file: Path, database: Path) -> float:
    begin = time.perf_counter()
    connection = sqlite3.connect(database)
    rows = openpyxl.load_workbook(file, read_only=True).active.iter_rows(values_only=True)
    head = next(rows)
    connection.execute(f"CREATE TABLE form ({', '.join(f'c{index}' for index in range(len(head)))})")
    connection.executemany(f"INSERT INTO form VALUES ({', '.join('?' for _ in head)})", rows)
    connection.commit()
    count: int = connection.execute("SELECT count(*) FROM form").fetchone()[0]
    connection.close()
    return count / (time.perf_counter() - begin)
