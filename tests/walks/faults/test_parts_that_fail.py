"""Parts that fail or stand twice: the database, the worker, the clock, a second machine."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, OutboxMail, Posting, Submission
from keynet_admin.services.invariants.check import broken
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, MailStatus, PostingStatus, Role
from tests import factories
from tests.public.build import listed
from tests.services.files.workbooks import csv_text, town
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.net import end, wait_until
from tests.support.postgres import Postgres
from tests.support.server import start_worker
from tests.support.smtp import SmtpServer
from tests.support.web import Client, application
from tests.walks.faults.killing import grown, run
from tests.walks.faults.test_killed_at_commits import all_holds, prepared
from tests.walks.faults.writing import Preparing

WORKING = ("entry", "accept", "apply")
SWEEPS = (
    *(jobs.open_postings, jobs.follow_up_cases, jobs.expire_postings, jobs.ask_postings, jobs.ask_outcomes, jobs.follow_candidates),
    *(jobs.tell_offices, jobs.tell_desk, jobs.follow_reports, jobs.follow_partners, jobs.tell_visitors),
)


@pytest.fixture
def made(app: Flask, db_session: Session, clock: MovableClock) -> Preparing:
    return Preparing(app)


def test_the_database_is_gone_and_comes_back(made: Preparing, app: Flask, database_kind: str, postgres: Postgres) -> None:
    """The server crashes, or another process holds the lock: refused as for now, nothing by halves, and the same press works afterwards."""
    ready = [(prepared(made, flow), flow) for flow in WORKING]
    before = ready[-1][0][1]
    with unusable(app, database_kind, postgres):
        for (request, _), flow in ready:
            assert run(app, request.send).status == 503, flow
    assert grown(before) == {}
    for (request, _), flow in ready:
        assert run(app, request.send).status in request.good, flow
    assert grown(before)["submission"] == 1
    all_holds(app)


class unusable:
    """The database cannot be written for the block."""

    def __init__(self, app: Flask, kind: str, postgres: Postgres) -> None:
        self.app, self.kind, self.postgres = app, kind, postgres

    def __enter__(self) -> None:
        db.session.remove()
        db.engine.dispose()
        if self.kind == "postgresql":
            self.postgres.stop("immediate")
            return
        self.lock = db.engine.connect()
        self.lock.begin()  # IMMEDIATE: outside of a request everything may write

    def __exit__(self, *_error: object) -> None:
        if self.kind == "postgresql":
            self.postgres.start()
            return
        self.lock.close()


def test_the_clock_goes_an_hour_back(made: Preparing, app: Flask, clock: MovableClock, client: Client) -> None:
    """What is public stays so, cases are decided, mails leave, and all holds."""
    for flow in ("entry", "accept", "publish", "apply", "secure"):
        request, _ = prepared(made, flow)
        clock.advance(hours=-1)
        assert run(app, request.send).status in request.good, flow
    shown = db.session.execute(select(Posting.posting_no).where(Posting.status == PostingStatus.live)).scalars().all()
    listed_now = client.get("/postings/").text
    assert shown
    assert [number for number in shown if number not in listed_now] == []
    all_holds(app)


def test_the_worker_was_dead_for_a_day(made: Preparing, app: Flask, clock: MovableClock) -> None:
    """All that became due meanwhile is done by the first round, once: the second finds nothing, and no mail is written twice."""
    made.case()
    over = made.posting()
    factories.candidate(CandidateStatus.received, posting=made.posting())
    factories.search_alert()
    made.posting()
    all_holds(app)
    clock.advance(days=1)
    over.publish_until = (clock.now - timedelta(days=1)).date()
    over.deadline = None
    with transaction():
        pass
    first = {sweep.__name__: sweep() for sweep in SWEEPS}
    assert sum(first.values()) > 0
    mails = count(OutboxMail)
    assert {sweep.__name__: done for sweep in SWEEPS if (done := sweep())} == {}
    assert count(OutboxMail) == mails
    all_holds(app)
    told = db.session.execute(select(OutboxMail.template, OutboxMail.recipient, OutboxMail.subject, OutboxMail.subject_id)).all()
    assert [row for row, number in Counter(map(tuple, told)).items() if number > 1] == []


def count(table: Any) -> int:
    number = int(db.session.execute(select(func.count()).select_from(table)).scalar_one())
    db.session.rollback()
    return number


@pytest.fixture
def machines(database_url: str, tmp_path: Path) -> Iterator[list[Flask]]:
    """Two machines: one database and one secret key, an instance folder each."""
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    key = {"SECRET_KEY": "one for both"}
    with application(database_url, folders[0], key) as first, application(database_url, folders[1], key) as second:
        yield [first, second]


def test_what_begins_on_one_machine_goes_on_on_another(machines: list[Flask], clock: MovableClock) -> None:
    """A checked file is sent, a draft is found, somebody is signed in, and a change is seen: nothing sticks to a machine."""
    first, second = (Client(app, app.response_class) for app in machines)
    with machines[0].app_context():
        posting = listed(number=1)
        content = csv_text([town(1), town(2)]).encode()
        answer = first.post("/entry/file", data={"file": (BytesIO(content), "forms.csv")}, content_type="multipart/form-data")
        where = answer.headers["Location"]
        first.sign_in(Role.operator)
        db.session.commit()
        number = posting.posting_no
    for name in ("session", "entry"):
        if (cookie := first.get_cookie(name)) is not None:
            second.set_cookie(name, cookie.value)
    assert "申請 2件" in " ".join(second.get(where).text.split())
    assert second.post(where, data={"do": "send"}).status_code == 303
    assert second.get("/admin/submission/").status_code == 200
    visitors = [Client(app, app.response_class) for app in machines]
    assert [visitor.get(f"/postings/{number}").status_code for visitor in visitors] == [200, 200]
    with machines[1].app_context():
        from keynet_admin.services.listing import publish as listing

        row = db.session.execute(select(Posting)).scalar_one()
        row.status = PostingStatus.suspended
        listing.update(row)
        with transaction():
            pass
    assert [visitor.get(f"/postings/{number}").status_code for visitor in visitors] == [404, 404]
    assert [number in visitor.get("/postings/").text for visitor in visitors] == [False, False]
    with machines[0].app_context():
        assert count(Submission) == 2


MAILS, OVER = 40, 6


def test_two_workers(databases: Databases, tmp_path: Path, valkey_url: str, smtp: SmtpServer) -> None:
    """Two real ones over PostgreSQL and Valkey, one killed in the middle and started again: each mail once, each posting closed once."""
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
        (folder / "secret-key").write_text("one for both\n", encoding="ascii")
    with databases.copy("postgresql", folders[0]) as url:
        later = (program_clock.now() + timedelta(days=100)).isoformat()
        environ = {"DATABASE_URL": url, "REDIS_URL": valkey_url, "MAIL_URL": smtp.url, "KEYNET_NOW": later}
        with application(url, folders[0], {"MAIL_URL": smtp.url}) as app, app.app_context():
            with transaction():
                postings = [factories.posting(PostingStatus.live, organization=body) for body in bodies(app)]
                for number in range(MAILS):
                    outbox.enqueue("rejected", f"yobo{number}@city.ome.example", {"org_name": "青梅市", "reason": "対象外のため。"})
            expected = count(OutboxMail)
            workers = [start_worker(folder, environ) for folder in folders]
            try:
                wait_until(lambda: len(smtp.messages) > 0, "the first mail", 60)
                workers[0].kill()
                workers[0].wait()
                workers[0] = start_worker(folders[0], environ)
                wait_until(lambda: waiting() == 0 and still_live() == 0, "all mails and postings", 120)
            finally:
                for worker in workers:
                    end(worker)
            received = Counter(str(message["Message-ID"]) for message in smtp.messages)
            states = Counter(db.session.execute(select(OutboxMail.status)).scalars())
            db.session.rollback()
            assert set(received.values()) == {1}
            # What the killed one had on its way stays so until its lease is over and then becomes uncertain: nothing is sent again by itself.
            assert states[MailStatus.sending] <= jobs.SENDERS
            assert states[MailStatus.sent] + states[MailStatus.sending] == count(OutboxMail) >= expected
            closed = select(AuditEvent.subject_id).where(AuditEvent.subject == "posting", AuditEvent.action == "expire")
            assert Counter(db.session.execute(closed).scalars()) == Counter(posting.id for posting in postings)
            db.session.rollback()
            assert broken() == {}


def bodies(app: Flask) -> Iterator[Any]:
    """Some bodies of their own."""
    made = Preparing(app)
    return (made.organization() for _ in range(OVER))


def waiting() -> int:
    query = select(func.count(OutboxMail.id)).where(OutboxMail.status == MailStatus.waiting)
    number = int(db.session.execute(query).scalar_one())
    db.session.rollback()
    return number


def still_live() -> int:
    number = int(db.session.execute(select(func.count(Posting.id)).where(Posting.status == PostingStatus.live)).scalar_one())
    db.session.rollback()
    return number
