"""A partner that is down for three days and then loses half of its calls: a real client, our real door, a proxy between them that fails.

Afterwards nothing stands there twice, nothing that is over stands there at all, and the alarm went once.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Listing, OutboxMail, PartnerItem, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.partner import keys
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ListingState, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock


class FailingProxy(ThreadingHTTPServer):
    """Passes requests on to our door. `down`: refuses all. `failing`: of two calls it loses one, before or after we answered it."""

    daemon_threads = True

    def __init__(self, target: int) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target, self.down, self.failing, self.random = target, False, False, Random(7)
        self.calls = self.lost = 0

    def loses(self) -> str:
        """What becomes of the next call: `""`, `before` or `after`."""
        self.calls += 1
        fails = self.down or (self.failing and self.random.random() < 0.5)
        self.lost += fails
        return self.random.choice(("before", "after")) if fails and not self.down else "before" if fails else ""


class _Passing(BaseHTTPRequestHandler):
    server: FailingProxy

    def do_GET(self) -> None:
        """Pass it on, or lose it."""
        lost = self.server.loses()
        if lost == "before":
            self.send_error(502)
            return
        length = int(self.headers.get("Content-Length") or 0)
        wanted = urllib.request.Request(f"http://127.0.0.1:{self.server.target}{self.path}", method=self.command)
        wanted.data = self.rfile.read(length) if length else None
        for name in ("Authorization", "Content-Type"):
            if name in self.headers:
                wanted.add_header(name, self.headers[name])
        with urllib.request.urlopen(wanted) as answer:
            body = answer.read()
        if lost == "after":
            self.send_error(504)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_values: Any) -> None:
        """Be quiet."""


class _Silent(WSGIRequestHandler):
    def log(self, *_values: Any) -> None:
        """Be quiet."""


class JobSite:
    """A partner's site as its maker might write it: reads on from its cursor, writes down what it shows, answers when it can."""

    def __init__(self, port: int, secret: str) -> None:
        self.base, self.secret = f"http://127.0.0.1:{port}/partner/v1", secret
        self.cursor = "0"
        self.shown: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[dict[str, Any]] = []

    def turn(self) -> None:
        """Read until nothing more is there, then answer; what fails is left to the next turn."""
        try:
            more = True
            while more:
                page = self._call(f"/postings?limit=2&since={self.cursor}")
                for line in page["items"]:
                    self.shown = [entry for entry in self.shown if entry[0] != line["posting_no"]]
                    if line["state"] == "listed":
                        self.shown.append((line["posting_no"], line["content"]))
                    self.answers.append({"posting_no": line["posting_no"], "sequence": line["sequence"], "status": "acknowledged"})
                self.cursor, more = page["next"], page["more"]
            if self.answers:
                self._call("/receipts", self.answers)
                self.answers = []
        except (urllib.error.URLError, OSError):
            return

    def _call(self, path: str, rows: Any = None) -> Any:
        try:
            return self._ask(path, rows)
        except (urllib.error.URLError, OSError):
            return self._ask(path, rows)

    def _ask(self, path: str, rows: Any) -> Any:
        wanted = urllib.request.Request(
            self.base + path, headers={"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        )
        wanted.data = json.dumps(rows).encode() if rows is not None else None
        with urllib.request.urlopen(wanted, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def serving(server: Any) -> Iterator[int]:
    """The server at work in a thread; its port."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()


@pytest.fixture
def door(app: Flask) -> Iterator[int]:
    """Our door on a loopback port, in this process, so that the clock is ours to move."""
    with serving(make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)) as port:
        yield port


def change(app: Flask, number: int, name: str) -> None:
    """One decision of the municipality about a posting."""
    with app.app_context(), transaction():
        row = db.session.get_one(Posting, number)
        who = _owner(row)
        if name != "edit":
            getattr(publication, name)(row, who, seen_version=row.version)
            return
        typed = dict(revisions.current_revision(row).typed) | {"access": "日向市駅から徒歩12分"}
        drafts.save(row, typed, revisions.check(row.organization, typed), who, seen_version=row.version)


def _owner(row: Posting) -> Actor:
    return actor_of(next(account for account in row.organization.accounts if account.role is Role.municipality))


def more(app: Flask, count: int) -> list[int]:
    """So many new public postings."""
    with app.app_context(), transaction():
        return [factories.posting(PostingStatus.live, {"share_nc": True}).id for _ in range(count)]


def hours(app: Flask, clock: MovableClock, site: JobSite, count: int, step: int = 2) -> None:
    """Time passes: our jobs run, the site takes its turn."""
    for _ in range(0, count, step):
        clock.advance(hours=step)
        with app.app_context():
            jobs.follow_partners()
            jobs.expire_postings()
            db.session.remove()
        site.turn()


def told(app: Flask) -> dict[str, int]:
    """How often each event of a partner was written, and the mails."""
    with app.app_context():
        query = select(AuditEvent.action, func.count()).where(AuditEvent.subject == "partner").group_by(AuditEvent.action)
        found = {name: int(count) for name, count in db.session.execute(query)}
        mails = select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "partner_late")
        return found | {"mails": db.session.execute(mails).scalar_one()}


def test_three_days_down_then_half_of_the_calls_lost(app: Flask, clock: MovableClock, door: int) -> None:
    with app.app_context(), transaction():
        lead = factories.account(Role.lead)
        # What stands there for three days has to be issued anew: one more way to stand there twice.
        secret = keys.issue(factories.partner(days_most=3), actor_of(lead)).secret
    first = more(app, 5)
    proxy = FailingProxy(door)
    with serving(proxy) as port:
        site = JobSite(port, secret)
        hours(app, clock, site, 4)
        assert len(site.shown) == 5
        proxy.down = True
        change(app, first[0], "close")
        change(app, first[1], "pause")
        change(app, first[2], "edit")
        late = more(app, 2)
        hours(app, clock, site, 24, 6)
        change(app, late[0], "close")
        change(app, first[1], "resume")
        change(app, first[3], "close")
        hours(app, clock, site, 48, 6)
        assert len(site.shown) == 5, "it knows nothing yet"
        assert told(app) == {"alarm": 1, "mails": 1}
        proxy.down, proxy.failing = False, True
        hours(app, clock, site, 30)
        old = site.cursor
        site.cursor = "0"  # somebody restores the site's cursor of last week
        change(app, first[4], "pause")
        hours(app, clock, site, 60)
        assert old != site.cursor
        proxy.failing = False
        hours(app, clock, site, 4)
    assert proxy.lost > 10
    with app.app_context():
        public = select(Listing.posting_no, Listing.content).where(Listing.state == ListingState.listed)
        wanted = dict(db.session.execute(public).all())
        states = set(db.session.execute(select(PartnerItem.status)).scalars())
    keys_shown = [key for key, _ in site.shown]
    numbers = [key[: len("KN-P-000000")] for key in keys_shown]
    assert sorted(numbers) == sorted(wanted), "no posting twice, none that is over, none forgotten"
    assert {key[: len("KN-P-000000")]: content for key, content in site.shown} == wanted, "as it stands now"
    assert any(key.endswith("-2") for key in keys_shown)
    assert {status.value for status in states} <= {"acknowledged", "withdrawn"}
    assert told(app) == {"alarm": 1, "alarm_over": 1, "mails": 1}
