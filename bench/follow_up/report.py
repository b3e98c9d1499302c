"""The follow-up report of a month, counted from its events, on both databases.

2,000 postings, 20,000 applications and questions of 13,000 people, about 90,000 events in random order. The yardstick reads the same
events and counts them by state, in one plain query of the same connection; a report cannot be made from less.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from bench.table import Row
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Organization
from keynet_admin.services.report import figures
from tests.services.report.month import BEGIN, LENGTH, month
from tests.support.databases import Databases
from tests.support.web import application

POSTINGS, CANDIDATES = 2_000, 20_000
MOST = 2.0  # seconds
ROUNDS = 5


def measure() -> list[Row]:
    """Median of the whole country's report and of one municipality's, each beside the yardstick, in turns; limits are in seconds."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kn-bench-report-") as folder:
        databases = Databases(Path(folder))
        try:
            for kind in ("sqlite", "postgresql"):
                with _filled(databases, kind) as organization:
                    rows += _rows(kind, organization)
        finally:
            databases.close()
    return rows


def _rows(kind: str, organization: int) -> list[Row]:
    end = BEGIN + LENGTH
    works: dict[str, Callable[[], Any]] = {
        "yardstick": _states,
        "the whole country": lambda: figures.figures(end),
        "the country in the middle of the month": lambda: figures.figures(BEGIN + LENGTH / 2),
        "distinct people": lambda: figures.people(end),
        "one municipality": lambda: figures.figures(end, organization),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    cpu: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 1):
        for name, work in works.items():
            db.session.rollback()
            gc.collect()
            begin, busy = time.perf_counter(), time.process_time()
            work()
            if turn:  # the first one only warms
                seconds[name].append(time.perf_counter() - begin)
                cpu[name].append(time.process_time() - busy)
    yardstick = statistics.median(seconds.pop("yardstick"))
    made = []
    for name, found in seconds.items():
        value = statistics.median(found)
        verdict = "kept" if value <= MOST else "MISSED"
        note = f"at most {MOST:g} s: {verdict}; slowest {max(found):.1f} s; this process was busy for {statistics.median(cpu[name]):.2f} s"
        made.append(Row(f"report, {kind}, {name}", value * 1e3, "ms", "events by state", yardstick * 1e3, value / yardstick, note=note))
    return made


def _states() -> None:
    query = select(AuditEvent.subject, AuditEvent.state, func.count(AuditEvent.codes), func.max(AuditEvent.at))
    db.session.execute(query.group_by(AuditEvent.subject, AuditEvent.state)).all()


@contextmanager
def _filled(databases: Databases, kind: str) -> Iterator[int]:
    """An application context over a database with the month in it; gives the id of a municipality."""
    with (
        tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
        databases.copy(kind, Path(name)) as url,
        application(url, Path(name), {}) as app,
        app.app_context(),
    ):
        month(POSTINGS, CANDIDATES).write(db.session)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        yield db.session.execute(select(func.min(Organization.id))).scalar_one()
