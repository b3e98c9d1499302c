"""The operators' queue with 1,000 and with 100,000 submissions: first page and searches, on both databases, as ratios of one run."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from bench.table import Row
from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Submission
from keynet_admin.services.submission import search_index
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests.support.databases import Databases
from tests.support.web import Client, application

FEW, MANY = 1_000, 100_000
LIMIT = 1.5
ROUNDS = 25
CHUNK = 2_000
PAGES = {
    "first page": "/admin/submission/",
    "done tab": "/admin/submission/?tab=done",
    "search: a body": "/admin/submission/?q=日向市",
    "search: a telephone number": "/admin/submission/?q=0985010042",
    "search: nothing": "/admin/submission/?q=竜宮城",
    "search: in every case": "/admin/submission/?q=市",
}
# The first page and a search that finds what it looks for: what the limit is about.
LIMITED = ("first page", "search: a body", "search: a telephone number")


def measure() -> list[Row]:
    """Median milliseconds of the whole request in the process, few and many in turns."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kn-bench-queue-") as folder:
        databases = Databases(Path(folder))
        try:
            for kind in ("sqlite", "postgresql"):
                with _queue(databases, kind, FEW) as few, _queue(databases, kind, MANY) as many:
                    rows += [_row(kind, name, path, few, many) for name, path in PAGES.items()]
        finally:
            databases.close()
    return rows


def _row(kind: str, name: str, path: str, few: Client, many: Client) -> Row:
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 3):
        for client, found in zip((few, many), seconds, strict=True):
            begin = time.perf_counter()
            answer = client.get(path)
            taken = time.perf_counter() - begin
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
            if turn >= 3:
                found.append(taken)
    small, large = (statistics.median(found) * 1e3 for found in seconds)
    limit = LIMIT if name in LIMITED else None
    return Row(f"queue, {kind}, {name}, {MANY:,}", large, "ms", f"with {FEW:,}", small, large / small, at_most=limit)


@contextmanager
def _queue(databases: Databases, kind: str, count: int) -> Iterator[Client]:
    """A signed-in operator before a queue of that length."""
    with (
        tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
        databases.copy(kind, Path(name)) as url,
        application(url, Path(name), {}) as app,
    ):
        _fill(app, count)
        client = Client(app, app.response_class, use_cookies=True)
        client.sign_in(Role.operator)
        yield client


def _fill(app: Flask, count: int) -> None:
    with app.app_context():
        cities = [city for city in reference.municipalities() if city.kind != "prefecture"]
        now = clock.now()
        for start in range(0, count, CHUNK):
            rows = [_case(number, cities[number % len(cities)], now) for number in range(start, min(start + CHUNK, count))]
            db.session.execute(insert(Submission), [row for row, _words in rows])
            search_index.put_new((row["id"], words) for row, words in rows)
            db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()


def _case(number: int, city: Any, now: Any) -> tuple[dict[str, Any], list[str]]:
    """One in ten waits, one in fifty is returned, the others are done. Numbers and people are made up."""
    status = SubmissionStatus.received if number % 10 == 0 else SubmissionStatus.returned if number % 50 == 1 else SubmissionStatus.accepted
    moment = now - timedelta(minutes=number)
    day = f"{21 + number // 30_000:02d}{1 + number // 2_500 % 12:02d}{1 + number // 90 % 28:02d}"
    receipt = f"KN-{day}-{number:06d}"[:16]
    row = {
        "id": number + 1,
        "receipt_no": receipt,
        "status": status,
        "current": 1,
        "lg_code": city.code6,
        "org_name": city.name,
        "prefecture_code": city.prefecture_code,
        "jobs": [["nurse", 3], ["physician", 1]],
        "errors": number % 3,
        "warnings": number % 2,
        "received_at": moment,
        "due_at": moment + timedelta(days=2) if status is SubmissionStatus.received else None,
        "decided_at": moment + timedelta(days=1) if status is SubmissionStatus.accepted else None,
        "version": 1,
    }
    people = [f"担当{number % 97}", f"タントウ{number % 89}", f"098501{number % 10_000:04d}", f"kenko{number}@city.test{city.code6}.lg.jp"]
    return row, [receipt, city.code6, city.name, city.kana, f"0985{number % 100_000:06d}", "健康増進課", *people]
