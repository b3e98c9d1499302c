"""Publishing one posting beside 1,000 and beside many listed ones, and what visitors feel while 50 a second are published.

Every posting is published by the program's own service, one transaction each, beside a running server of two processes. The readers ask for lists,
searches and postings over kept connections; after every tenth publication new connections ask for the new posting at once.
"""

import http.client
import os
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from bench.load import QUIET, house
from bench.sample import fill_listing
from bench.table import Row
from keynet_admin.extensions import db
from keynet_admin.models import Posting
from keynet_admin.permissions import Actor
from keynet_admin.services import counter
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.posting import publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.server import LiveServer
from tests.support.web import application

FEW, MANY = 1_000, int(os.environ.get("BENCH_POSTINGS", "100000"))
TRIES, A_SECOND, SECONDS, READERS = 25, 50, 8, 4
PATHS = (
    "/postings/",
    "/postings/?prefecture=13&job_type=nurse",
    "/postings/?q=%E7%9C%8B%E8%AD%B7",
    "/postings/KN-P-000007",
    "/postings/?weekday=sat&part=afternoon",
    "/",
)


@dataclass
class Readers:
    """What the visitors saw: milliseconds of each answer, and what was wrong."""

    taken: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """Milliseconds within which 99 of 100 were answered."""
        return statistics.quantiles(self.taken, n=100)[98]


def measure() -> list[Row]:
    """Two rows: CPU of a publication, and the readers' p99."""
    with _listed(FEW, TRIES) as (_, few, own), _listed(MANY, TRIES + A_SECOND * SECONDS) as (folder, many, owner):
        taken: tuple[list[float], list[float]] = ([], [])
        drafts = {app: _drafts(app) for app in (few, many)}
        for _ in range(TRIES):
            for app, actor, found in ((few, own, taken[0]), (many, owner, taken[1])):
                begin = time.process_time()
                _publish(app, next(drafts[app]), actor)
                found.append(time.process_time() - begin)
        small, large = (statistics.median(found[3:]) * 1e3 for found in taken)
        rows = [Row(f"publishing one posting beside {MANY:,}", large, "ms CPU", f"beside {FEW:,}", small, large / small, at_most=1.5)]
        server = LiveServer(folder, QUIET, workers=2)
        server.start()
        try:
            _read(server, 2 * SECONDS)  # each process has read its table, and the usual pages are kept
            quiet = _read(server, SECONDS)
            busy, published, seconds = _read_beside(server, many, drafts[many], owner)
        finally:
            server.stop()
        if busy.faults:
            raise RuntimeError(busy.faults[0])
        note = f"{published / seconds:.0f} published a second; {len(busy.taken)} answers, no error, every new posting seen at once"
        rows.append(
            Row(
                f"readers' p99 beside {A_SECOND} publications a second ({MANY:,})",
                busy.p99,
                "ms",
                "quiet",
                quiet.p99,
                busy.p99 / quiet.p99,
                at_most=3,
                note=note,
            )
        )
    return rows


@contextmanager
def _listed(count: int, drafts: int) -> Iterator[tuple[Path, Flask, Actor]]:
    """A database with so many listed postings, and so many more that only wait to be published by its municipality."""
    with house() as (folder, url), application(url, folder, {}) as app:
        fill_listing(app, count)
        with app.app_context(), transaction():
            counter.next_numbers("posting", count)
            body = factories.make_organization()
            for _ in range(drafts):
                factories.posting(organization=body)
            owner = actor_of(factories.account(Role.municipality, organization=body))
        yield folder, app, owner


def _drafts(app: Flask) -> Iterator[int]:
    with app.app_context():
        ids = list(db.session.execute(db.select(Posting.id).where(Posting.live.is_(None)).order_by(Posting.id)).scalars())
    return iter(ids)


def _publish(app: Flask, number: int, owner: Actor) -> str:
    """Publish a draft; its number."""
    with app.app_context(), transaction():
        posting = db.session.get_one(Posting, number)
        publication.publish(posting, owner, seen_version=posting.version, now=True)
        return str(posting.posting_no)


def _read(server: LiveServer, seconds: float, ended: threading.Event | None = None) -> Readers:
    """Visitors who ask for one page after the other until the time is over (or `ended`)."""
    found, stop = Readers(), time.monotonic() + seconds
    threads = [threading.Thread(target=_reader, args=(server.port, number, found, stop, ended)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _reader(port: int, number: int, found: Readers, stop: float, ended: threading.Event | None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.monotonic() < stop and not (ended is not None and ended.is_set()):
        path = PATHS[number % len(PATHS)]
        number += 1
        begin = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        found.taken.append((time.perf_counter() - begin) * 1e3)
        if answer.status != 200:
            found.faults.append(f"{path} answered {answer.status}")
    connection.close()


def _read_beside(server: LiveServer, app: Flask, drafts: Iterator[int], owner: Actor) -> tuple[Readers, int, float]:
    """The same visitors while postings are published at an even pace: what they saw, how many were published, in which time."""
    ended, seen = threading.Event(), Readers()
    thread = threading.Thread(target=lambda: seen.__dict__.update(_read(server, 10 * SECONDS, ended).__dict__))
    thread.start()
    begin, published = time.monotonic(), 0
    missing: list[str] = []
    for number in drafts:
        due = begin + published / A_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        posting_no = _publish(app, number, owner)
        published += 1
        if published % 10 == 0:
            missing += _unseen(server.port, posting_no)
    seconds = time.monotonic() - begin
    ended.set()
    thread.join()
    seen.faults += missing
    return seen, published, seconds


def _unseen(port: int, posting_no: str, times: int = 4) -> Sequence[str]:
    """Whether new connections, whichever process answers them, know a posting that was published a moment ago."""
    faults = []
    for _ in range(times):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", f"/postings/{posting_no}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            faults.append(f"{posting_no} answered {answer.status} right after its publication")
    return faults
