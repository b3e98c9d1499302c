"""What is kept of the jobs: little is written, failures are counted without their words, alarms ring once, runs that were asked for run once."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.errors import NotFound, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, JobFailure, JobRun, OutboxMail, WorkerPresence
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.operation import runs
from keynet_admin.services.operation.job_table import BY_NAME, JOBS, Job
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.clock import MovableClock

SECRET = "yobo@city.ome.example"


@pytest.fixture(autouse=True)
def fresh_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has just begun."""
    monkeypatch.setattr(jobs, "_notes", runs.Notes())


def row_of(name: str) -> JobRun:
    """The job's row as it is in the database now."""
    db.session.rollback()
    return db.session.execute(select(JobRun).where(JobRun.name == name), execution_options={"populate_existing": True}).scalar_one()


def broken() -> int:
    """A job whose error names a person."""
    raise ValueError(f"no such mailbox: {SECRET}")


def test_every_job_of_the_table_is_done_by_something() -> None:
    """The table that pages show and the functions that do it name the same jobs."""
    assert set(jobs.ACTIONS) == {job.name for job in JOBS} == set(BY_NAME)
    assert all(job.label and job.purpose.endswith("。") for job in JOBS)


def test_a_job_that_finds_nothing_writes_nothing_until_the_minute(app: Flask, db_session: Session) -> None:
    """Six looks of a minute are one row, written with the worker's presence."""
    writes: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_args: object) -> None:
        if re.match(r"INSERT|UPDATE|DELETE", statement):
            writes.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for _ in range(6):
            jobs.sweep("open_postings", jobs.open_postings)
        assert writes == []
        jobs.write_notes(started=runs.clock.real_now())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    run = row_of("open_postings")
    assert (run.rows, run.failures) == (0, 0)
    assert run.succeeded_at == run.ended_at
    assert len(runs.workers().present) == 1


def test_failures_are_counted_kept_without_words_and_mailed_once(app: Flask, db_session: Session) -> None:
    """The third in a row rings; a success ends the count; the next series rings anew."""
    address = factories.account(Role.admin).email
    factories.account(Role.lead)
    db.session.commit()
    for expected in (1, 2, 3, 4):
        jobs.sweep("tell_desk", broken)
        assert row_of("tell_desk").failures == expected
    mails = list(db.session.execute(select(OutboxMail)).scalars())
    assert [(mail.template, mail.recipient) for mail in mails] == [("job_failing", address)]
    assert "運営事務局へのお知らせ" in mails[0].title
    failure = db.session.execute(select(JobFailure)).scalars().first()
    assert failure is not None
    assert failure.kind == "ValueError"
    assert SECRET not in f"{failure.kind}{failure.place}{mails[0].body}"
    assert runs.alarms().failing == ["運営事務局へのお知らせ"]
    jobs.sweep("tell_desk", lambda: 2)
    run = row_of("tell_desk")
    assert (run.failures, run.rows) == (0, 2)
    assert runs.alarms().failing == []
    for _ in range(3):
        jobs.sweep("tell_desk", broken)
    assert len(list(db.session.execute(select(OutboxMail.id)))) == 2


def test_a_place_in_our_own_program_is_named(app: Flask, db_session: Session) -> None:
    """The line that the error came through, for whoever mends it."""

    def fails() -> None:
        runs.ask("tell_desk", factories.actor(Role.operator))

    jobs.sweep("tell_desk", fails)
    failure = db.session.execute(select(JobFailure)).scalar_one()
    assert failure.kind == "keynet_admin.errors.NotPermitted"
    assert re.fullmatch(r"keynet_admin/services/operation/runs\.py:\d+", failure.place)


def test_old_failures_go(app: Flask, db_session: Session) -> None:
    """Only the last ones of each job are kept."""
    for _ in range(runs.KEPT_FAILURES + 3):
        jobs.sweep("tell_desk", broken)
    jobs.sweep("tell_offices", broken)
    names = list(db.session.execute(select(JobFailure.name)).scalars())
    assert names.count("tell_desk") == runs.KEPT_FAILURES
    assert names.count("tell_offices") == 1


def test_without_a_database_the_notes_wait(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written is written at the next chance, failures in a row included."""

    def down(_noted: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(runs, "write", down)
        jobs.sweep("tell_desk", broken)
        jobs.sweep("tell_desk", broken)
    jobs.sweep("tell_desk", broken)
    assert row_of("tell_desk").failures == 3


def test_a_run_that_was_asked_for_runs_once(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an administrator alone, with an event; asked twice it runs once; its end is written at once."""
    done: list[int] = []
    monkeypatch.setitem(jobs.ACTIONS, "tell_desk", lambda: done.append(1) or 5)
    admin = factories.account(Role.admin)
    db.session.commit()
    actor = actor_of(admin)
    with transaction():
        assert runs.ask("tell_desk", actor)
    with transaction():
        assert not runs.ask("tell_desk", actor)
    assert row_of("tell_desk").asked_at is not None
    assert done == []
    assert jobs.run_asked() == 1
    assert jobs.run_asked() == 0
    run = row_of("tell_desk")
    assert (done, run.rows, run.asked_at, run.taken_at) == ([1], 5, None, None)
    events = db.session.execute(select(AuditEvent).where(AuditEvent.subject == "job_run")).scalars().all()
    assert [(one.action, one.actor_id) for one in events] == [("ask_run", actor.account_id)]
    for wrong, name in ((NotPermitted, "tell_desk"), (NotFound, "no_such_job")):
        with pytest.raises(wrong), transaction():
            runs.ask(name, factories.actor(Role.lead) if wrong is NotPermitted else actor)


def test_a_worker_that_was_gone_is_told(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page tells it without a worker; the mail goes when one is back, once, and not for a short stop."""
    factories.account(Role.admin)
    now = runs.clock.real_now()
    db.session.add(WorkerPresence(key="machine:1", started_at=now - timedelta(days=3), seen_at=now - timedelta(minutes=90)))
    db.session.commit()
    alarms = runs.alarms()
    assert alarms.gone
    assert alarms.last_seen == now - timedelta(minutes=90)
    assert runs.workers().gone
    for _ in range(2):
        jobs.write_notes(started=now)
    assert not runs.alarms().gone
    mails = list(db.session.execute(select(OutboxMail.template)).scalars())
    assert mails == ["worker_gone"]
    monkeypatch.setattr(runs, "_PROCESS", "another")
    jobs.write_notes(started=runs.clock.real_now())
    assert len(list(db.session.execute(select(OutboxMail.id)))) == 1
    assert len(runs.workers().present) == 2


def test_nobody_has_ever_been_there(app: Flask, db_session: Session) -> None:
    """A new installation without a worker says so."""
    assert runs.alarms() == runs.Alarms(True, None, [])


@pytest.mark.parametrize(
    ("job", "ended", "expected"),
    [
        (Job("a", "a", "a", 60), None, "2021-05-12 10:00"),
        (Job("a", "a", "a", 60), "2021-05-12 09:59:30", "2021-05-12 10:00:30"),
        (Job("a", "a", "a", 60), "2021-05-12 08:00", "2021-05-12 10:00"),
        (Job("a", "a", "a", 0, 3), "2021-05-12 03:00:05", "2021-05-13 03:00"),
        (Job("a", "a", "a", 0, 3), "2021-05-11 03:00:05", "2021-05-12 10:00"),
        (Job("a", "a", "a", 0, 23), "2021-05-11 23:00:05", "2021-05-12 23:00"),
    ],
)
def test_the_next_run(job: Job, ended: str | None, expected: str) -> None:
    """By the timetable, never in the past."""

    def moment(text: str) -> object:
        return runs.datetime.fromisoformat(text + "+09:00")

    assert job.next_run(moment(ended) if ended else None, moment("2021-05-12 10:00")) == moment(expected)  # type: ignore[arg-type]


def test_the_clock_of_a_demo_changes_nothing(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """Workers and their jobs are told in real time."""
    jobs.write_notes(started=runs.clock.real_now())
    clock.advance(days=40)
    assert not runs.alarms().gone
