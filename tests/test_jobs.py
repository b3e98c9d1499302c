"""What runs by itself: repeatable sweeps, a queue that may be missing, one worker on SQLite."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from huey import RedisHuey
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import config, jobs
from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from keynet_admin.models import EntryDraft, OutboxMail, StaffSession, Submission
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.posting.revisions import live_revision
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.net import wait_until
from tests.support.smtp import SmtpServer
from tests.support.web import change_settings


def write(to: str = "yobo@city.ome.example") -> None:
    """A committed mail."""
    with transaction():
        mailer.enqueue("rejected", to, {"org_name": "青梅市", "reason": "対象外のため。"})


@pytest.mark.settings  # an application of its own, with its queue in this test's folder
def test_a_commit_with_mail_wakes_the_worker(app: Flask, db_session: Session) -> None:
    """One task in the queue's own file; taking it delivers."""
    huey = app.extensions["huey"]
    write()
    assert huey.pending_count() == 1
    huey.execute(huey.dequeue())
    assert db.session.execute(db.select(OutboxMail.status)).scalar_one() is MailStatus.sent
    assert (config.of(app).instance / "queue.db").exists()


def test_a_missing_queue_stops_nothing(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision stands, and the sweep delivers."""

    def down(*_args: Any) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(app.extensions["huey"].storage, "enqueue", down)
    write()
    assert jobs.deliver_mail() == 1


@pytest.mark.settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_redis_down(app: Flask, db_session: Session) -> None:
    """The same with a real client and nobody listening."""
    assert isinstance(app.extensions["huey"], RedisHuey)
    write()
    assert jobs.deliver_mail() == 1


def test_over_redis(db_session: Session, app: Flask, valkey_url: str) -> None:
    """The same tasks through a real server."""
    huey = jobs.queue_of(replace(config.of(app), redis_url=valkey_url))
    huey.flush()
    calls: list[int] = []
    task = huey.task(name="probe")(lambda: calls.append(1))
    task()
    huey.execute(huey.dequeue())
    assert calls == [1]


def test_a_queue_file_that_cannot_be_opened(app: Flask, tmp_path: Path) -> None:
    """The web starts all the same."""
    (tmp_path / "queue.db").mkdir()
    assert jobs.queue_of(replace(config.of(app), instance=tmp_path)) is not None


def test_a_few_runs_at_a_time(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wake-up while all of them are at work makes one look once more instead of a further one beside it."""
    rounds: list[int] = []

    def deliver(_limit: int, **_stopped: Any) -> int:
        rounds.append(1)
        if len(rounds) <= jobs.SENDERS:
            other = threading.Thread(target=jobs.deliver_mail)
            other.start()
            other.join()
        return 0

    monkeypatch.setattr(mailer, "deliver_due", deliver)
    jobs.deliver_mail()
    assert len(rounds) == jobs.SENDERS + 1


def test_one_slow_mail_does_not_stop_the_others(app: Flask, db_session: Session, smtp: SmtpServer) -> None:
    """A gateway looks into one mail for minutes; what is written meanwhile goes out, and the slow one goes once (case rep-08)."""
    change_settings(app, mail_url=smtp.url)
    smtp.held.add("yobo@city.ome.example")
    write()

    def run() -> None:
        with app.app_context():
            jobs.deliver_mail()

    slow = threading.Thread(target=run)
    slow.start()
    try:
        wait_until(lambda: states() == [MailStatus.sending], "the slow mail is on its way")
        for number in range(3):
            write(f"kenko{number}@city.ome.example")
        assert jobs.deliver_mail() == 3
        assert states() == [MailStatus.sending, *[MailStatus.sent] * 3]
    finally:
        smtp.held.clear()
        slow.join()
    assert states() == [MailStatus.sent] * 4
    assert sorted(to for (to,) in smtp.recipients) == [*[f"kenko{number}@city.ome.example" for number in range(3)], "yobo@city.ome.example"]


def states() -> list[MailStatus]:
    """Of all mails, as they are in the database now."""
    found = list(db.session.execute(db.select(OutboxMail.status).order_by(OutboxMail.id)).scalars())
    db.session.rollback()
    return found


def test_a_failing_job_is_tried_again(app: Flask, db_session: Session) -> None:
    """Its error is logged, its session is closed, nothing is raised."""

    def broken() -> None:
        db.session.execute(db.text("SELECT 1"))
        raise RuntimeError

    jobs.sweep("broken", broken)
    assert not db.session().in_transaction()


def test_the_timetable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Due at once, then each time the seconds have passed."""
    now = 1000.0
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now)
    due = jobs.every(60)
    answers = []
    for seconds in (0, 10, 59, 60, 61, 120):
        now = 1000.0 + seconds
        answers.append(due(None))
    assert answers == [True, False, False, True, False, True]


def test_postings_expire(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """After 24:00 of their last day, once."""
    posting = factories.posting(PostingStatus.live)
    db.session.commit()
    assert jobs.expire_postings() == 0
    clock.advance(days=400)
    assert jobs.expire_postings() == 1
    assert jobs.expire_postings() == 0
    assert posting.status is PostingStatus.closed


@pytest.mark.parametrize(
    ("state", "visibility", "asked", "closes"),
    [
        (PostingStatus.live, "private", "", True),
        (PostingStatus.paused, "private", "", True),
        (PostingStatus.paused, "public", "", True),
        (PostingStatus.live, "public", "", True),
        (PostingStatus.live, "private", "longer", False),
        (PostingStatus.paused, "public", "longer", False),
        (PostingStatus.live, "public", "as long", True),
        (PostingStatus.suspended, "private", "", False),
    ],
)
def test_a_posting_ends_with_its_deadline_listed_or_not(
    app: Flask, db_session: Session, clock: MovableClock, state: PostingStatus, visibility: str, asked: str, closes: bool
) -> None:
    """At 24:00 of the deadline, days before the last day of publication; one whose longer term waits for its release is left."""
    posting = factories.posting(state, {"visibility": visibility})
    posting.release_asked = bool(asked)
    if asked == "longer":  # the column is that of the newest revision, which waits
        posting.publish_until += timedelta(days=30)  # type: ignore[operator]
    db.session.commit()
    content = live_revision(posting).normalized  # type: ignore[union-attr]
    assert content["deadline"] < content["publish_until"]
    clock.at(date.fromisoformat(content["deadline"]), 23, 59)
    assert jobs.expire_postings() == 0
    clock.advance(minutes=1)
    assert jobs.expire_postings() == int(closes)
    assert posting.status is (PostingStatus.closed if closes else state)


def test_drafts_and_sessions_are_purged(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """Drafts after their seven days, sessions long after their end; nothing else."""
    account = factories.account(Role.operator)
    for number, days in enumerate((-1, 1)):
        db.session.add(EntryDraft(cookie_hash=str(number), typed={}, form_key="x", expires_at=clock.now + timedelta(days=days)))
        db.session.add(StaffSession(account_id=account.id, key_hash=f"e{number}", ended_at=clock.now - timedelta(days=90 - days)))
    db.session.add(StaffSession(account_id=account.id, key_hash="open", created_at=clock.now - timedelta(days=400)))
    db.session.commit()
    jobs.purge()
    assert db.session.execute(db.select(EntryDraft.cookie_hash)).scalars().all() == ["1"]
    assert set(db.session.execute(db.select(StaffSession.key_hash)).scalars()) == {"e1", "open"}


def test_sqlite_takes_the_index_in_order_once_it_knows_its_tables(app: Flask, db_session: Session) -> None:
    """Nothing but counts is kept of the rows; PostgreSQL needs no such job."""
    if db.engine.dialect.name != "sqlite":
        jobs.ACTIONS["look_at_tables"]()
        return
    done = {
        "received_at": program_clock.now(),
        "lg_code": "",
        "org_name": "",
        "prefecture_code": "",
        "version": 1,
        "decided_at": program_clock.now(),
        "current": 1,
    }
    states = (SubmissionStatus.accepted, SubmissionStatus.rejected, SubmissionStatus.withdrawn)
    rows = [done | {"receipt_no": f"KN-210507-{number:04d}", "status": states[number % 3]} for number in range(300)]
    db_session.execute(insert(Submission), rows)
    db_session.commit()
    settled = "EXPLAIN QUERY PLAN SELECT * FROM submission WHERE status IN ('accepted', 'rejected', 'withdrawn') ORDER BY decided_at DESC, id DESC"
    assert "TEMP B-TREE" in " ".join(row[3] for row in db_session.execute(text(settled)))
    db_session.rollback()
    jobs.ACTIONS["look_at_tables"]()
    db.engine.dispose()
    assert "TEMP B-TREE" not in " ".join(row[3] for row in db_session.execute(text(settled)))
    kept = db_session.execute(text("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")).scalars().all()
    assert kept == ["sqlite_stat1"]


def wait_for(condition: Any, seconds: float = 30.0) -> None:
    """Until it is true, or fail."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        threading.Event().wait(0.05)


def test_a_real_worker(databases: Databases, instance: Path) -> None:
    """Delivers without a web process, refuses a second one, ends in order by SIGTERM."""
    environ = {"PATH": os.environ["PATH"], "KEYNET_INSTANCE": str(instance), "DATABASE_URL": databases.copy_sqlite(instance)}
    program = [sys.executable, "-c"]
    mail = (
        "from keynet_admin import create_app\n"
        "from keynet_admin.services.mail import outbox as mailer\n"
        "from keynet_admin.services.transaction import transaction\n"
        "with create_app().app_context(), transaction():\n"
        "    mailer.enqueue('rejected', 'a@b.example', {'reason': 'x'})\n"
    )
    subprocess.run([*program, mail], cwd=ROOT, env=environ, check=True)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: len(list((instance / "mail").glob("*.eml"))) == 1)
        second = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)
        assert second.returncode == 1
        assert "すでに動いています" in second.stderr
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.wait()
        assert worker.stderr is not None
        worker.stderr.close()
