"""`kill -9` just before and just after each commit of every writing request: nothing by halves, and pressing again makes it whole, once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.config import of
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail
from keynet_admin.services.invariants.check import broken
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus
from tests.support.clock import MovableClock
from tests.walks.faults.killing import Kill, grown, rows, run
from tests.walks.faults.writing import FLOWS, Preparing, Request


@pytest.fixture
def made(app: Flask, db_session: Session, clock: MovableClock) -> Preparing:
    return Preparing(app)


def prepared(made: Preparing, flow: str) -> tuple[Request, dict[str, int]]:
    """A request that is ready, and how many rows there are before it."""
    request = FLOWS[flow](made)
    with transaction():
        pass
    return request, rows()


@pytest.mark.parametrize("flow", list(FLOWS))
def test_killed_at_each_commit(made: Preparing, app: Flask, flow: str) -> None:
    request, before = prepared(made, flow)
    ended = run(app, request.send)
    assert ended.status in request.good
    assert ended.commits > 0
    whole = grown(before)
    for number in range(1, ended.commits + 1):
        for when in ("before", "after"):
            kill = Kill(when, number)
            request, before = prepared(made, flow)
            assert run(app, request.send, kill).status is None, f"{kill} never came"
            if kill == Kill("before", 1):
                assert grown(before) == {}, kill
            if kill == Kill("after", ended.commits):
                assert grown(before) == whole, kill
            again = run(app, request.send)
            assert again.status in request.good, (kill, again.status)
            assert grown(before) == whole, kill
    all_holds(app)


def all_holds(app: Flask) -> None:
    """All that waits goes out, each under its own number, and then every invariant of the program holds."""
    later = program_clock.real_now() + timedelta(hours=2)  # receipts of one file wait for each other
    while outbox.deliver_due(now=later):
        pass
    mails = db.session.execute(db.select(OutboxMail)).scalars().all()
    assert {mail.status for mail in mails} <= {MailStatus.sent}
    assert len(list((of(app).instance / "mail").glob("*.eml"))) == len(mails)
    assert broken() == {}


@pytest.mark.parametrize("database_kind", ["sqlite"])  # PostgreSQL writes in processes of its own
def test_a_full_disk(made: Preparing, app: Flask) -> None:
    """No file of the process may grow: the answer says that it does not work now, nothing is there by halves, and later it works."""
    for flow in ("entry", "accept", "apply"):
        request, before = prepared(made, flow)
        db.session.remove()
        db.engine.dispose()
        full = run(app, request.send, largest_file=4096)
        assert full.status == 503, flow
        assert grown(before) == {}, flow
        assert run(app, request.send).status in request.good, flow
    all_holds(app)
