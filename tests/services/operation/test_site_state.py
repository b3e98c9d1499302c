"""The banner by its moments and places, and the read-only mode: everything is refused where writing begins, except its own end."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.errors import BadField, NotPermitted, ReadOnlyMode
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, JobRun, OutboxMail, WorkerPresence
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.operation import runs, site_state
from keynet_admin.services.transaction import read_only, transaction
from keynet_admin.vocabulary import MailStatus, Role
from tests import factories
from tests.support.clock import MovableClock


@pytest.fixture
def admin(db_session: Session) -> Actor:
    """An administrator."""
    account = factories.account(Role.admin)
    db.session.commit()
    return actor_of(account)


def stop(actor: Actor = SYSTEM) -> bool:
    """Switch the read-only mode on, committed."""
    with transaction(even_read_only=True):
        return site_state.stop_writing(actor, "データベースの移設")


def allow(actor: Actor = SYSTEM) -> bool:
    """Switch it off, committed."""
    with transaction(even_read_only=True):
        return site_state.allow_writing(actor)


def test_read_only_refuses_every_transaction(app: Flask, admin: Actor) -> None:
    """Until its end, for everybody, jobs and mails included; each switch is an event."""
    with transaction():
        mailer.enqueue("rejected", "a@city.ome.example", {"reason": "x"})
    assert stop(admin)
    assert not stop(admin)
    assert read_only() is not None
    db.session.rollback()
    with pytest.raises(ReadOnlyMode), transaction():
        raise AssertionError("the block of a refused transaction must not run")
    with pytest.raises(ReadOnlyMode):
        mailer.deliver_due()
    jobs.sweep("deliver_mail", jobs.deliver_mail)
    assert db.session.execute(select(OutboxMail.status)).scalar_one() is MailStatus.waiting
    db.session.rollback()
    assert allow(admin)
    assert not allow(admin)
    jobs.sweep("deliver_mail", jobs.deliver_mail)
    assert db.session.execute(select(OutboxMail.status)).scalar_one() is MailStatus.sent
    events = db.session.execute(select(AuditEvent.action).where(AuditEvent.subject == "setting").order_by(AuditEvent.id)).scalars().all()
    assert events == ["stop_writing", "allow_writing"]


def test_the_worker_stays_visible_and_runs_nothing(app: Flask, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its presence is written; a run that was asked for waits for the end."""
    monkeypatch.setattr(jobs, "_notes", runs.Notes())
    ran: list[int] = []
    monkeypatch.setitem(jobs.ACTIONS, "tell_desk", lambda: ran.append(1))
    with transaction():
        runs.ask("tell_desk", admin)
    stop()
    jobs.write_notes(started=runs.clock.real_now())
    assert jobs.run_asked() == 0
    jobs.sweep("tell_desk", jobs.ACTIONS["tell_desk"])
    assert ran == []
    assert db.session.execute(select(WorkerPresence.key)).first() is not None
    assert db.session.execute(select(JobRun.failures)).scalar_one() == 0
    db.session.rollback()
    allow()
    assert jobs.run_asked() == 1
    assert ran == [1]


def test_who_may_switch(app: Flask, db_session: Session) -> None:
    """Administrators and the command alone, with a reason of some length."""
    for switch in (lambda actor: site_state.stop_writing(actor, "x"), site_state.allow_writing):
        with pytest.raises(NotPermitted), transaction():
            switch(factories.actor(Role.lead))
    for reason in ("", " ", "あ" * 201):
        with pytest.raises(BadField), transaction():
            site_state.stop_writing(SYSTEM, reason)


def test_the_banner_by_its_moments(app: Flask, admin: Actor, clock: MovableClock) -> None:
    """Nothing before, there in between, gone at the end; its next edge is known to whoever keeps pages."""
    begins, ends = clock.now + timedelta(hours=1), clock.now + timedelta(hours=3)
    with transaction():
        site_state.put_up(admin, text=" 点検のお知らせ ", level="ask", where="visitors", begins=begins, ends=ends)
    state = site_state.now()
    assert (state.banner, state.edge) == ("", begins)
    clock.advance(hours=1)
    state = site_state.now()
    assert (state.banner, state.level, state.edge) == ("点検のお知らせ", "ask", ends)
    assert (state.banner_for(staff=True), state.banner_for(staff=False)) == ("", "点検のお知らせ")
    clock.advance(hours=2)
    assert site_state.now() == site_state.SiteState()
    db.session.rollback()
    with transaction():
        site_state.put_up(admin, text="", level="info", where="all", begins=None, ends=None)
    assert site_state.now() == site_state.SiteState()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"text": "あ" * 301}, "text"), ({"level": "loud"}, "level"), ({"where": "moon"}, "where"), ({"hours": -1}, "ends")],
)
def test_a_banner_that_is_refused(app: Flask, admin: Actor, clock: MovableClock, wrong: dict[str, object], field: str) -> None:
    """At its field; nothing is shown."""
    values = {"text": "点検", "level": "info", "where": "all", "hours": 1, **wrong}
    hours = values.pop("hours")
    with pytest.raises(BadField) as refused, transaction():
        site_state.put_up(admin, begins=None, ends=clock.now + timedelta(hours=hours), **values)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert site_state.now().banner == ""
