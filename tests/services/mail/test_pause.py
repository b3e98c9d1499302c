"""Holding mails back: nothing of what is held leaves, nothing is lost, the rest goes; figures by lane and by domain."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, MailPause, OutboxMail
from keynet_admin.permissions import Actor
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.mail import pause, traffic
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow.outcome import Outcome, told
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import MailStatus, Role
from tests import factories
from tests.support.clock import MovableClock

WORDS = {"org_name": "青梅市", "contact_name": "見本 一郎", "receipt_no": "KN-210510-0044", "reason": "対象外のため。"}


@pytest.fixture
def lead(db_session: Session) -> Actor:
    """Somebody who may hold mails back."""
    account = factories.account(Role.lead)
    db.session.commit()
    return actor_of(account)


def write(to: str, template: str = "rejected") -> None:
    """A committed mail."""
    with transaction():
        mailer.enqueue(template, to, WORDS)


def hold(actor: Actor, **what: object) -> MailPause:
    """A committed pause."""
    values = {"lane": None, "domain": "", "reason": "相手のサーバーの障害のため", "until": None, **what}
    with transaction():
        return pause.begin(actor, **values)  # type: ignore[arg-type]


def sent() -> list[str]:
    """To whom mails went, in the order of writing."""
    db.session.rollback()
    return list(
        db.session.execute(select(OutboxMail.recipient).where(OutboxMail.status == MailStatus.sent).order_by(OutboxMail.id)).scalars()
    )


@pytest.mark.parametrize(
    ("what", "leaves"),
    [
        ({}, []),
        ({"lane": 1}, ["c@city.ome.example"]),
        ({"lane": 2}, ["a@city.ome.example", "B@City.Hyuga.Example", "d@sub.city.ome.example"]),
        ({"domain": "@City.Ome.example"}, ["B@City.Hyuga.Example", "d@sub.city.ome.example"]),
        ({"domain": "city.hyuga.example"}, ["a@city.ome.example", "c@city.ome.example", "d@sub.city.ome.example"]),
    ],
)
def test_what_is_held_waits_and_leaves_afterwards(app: Flask, lead: Actor, what: dict[str, object], leaves: list[str]) -> None:
    """All, one lane, one domain (not those below it, whatever the letters' case); after the end everything goes, each once."""
    write("a@city.ome.example")
    write("B@City.Hyuga.Example")
    write("c@city.ome.example", "receipt")
    write("d@sub.city.ome.example")
    row = hold(lead, **what)
    mailer.deliver_waiting()
    assert sent() == leaves
    with transaction():
        assert pause.end(row, lead)
    with transaction():
        assert not pause.end(row, lead)
    mailer.deliver_waiting()
    assert sent() == ["a@city.ome.example", "B@City.Hyuga.Example", "c@city.ome.example", "d@sub.city.ome.example"]
    events = db.session.execute(select(AuditEvent.action).where(AuditEvent.subject == "mail_pause").order_by(AuditEvent.id)).scalars().all()
    assert events == ["pause", "resume"]
    attempts = set(db.session.execute(select(OutboxMail.attempts)).scalars())
    assert attempts == {1}


def test_a_pause_ends_by_itself(app: Flask, lead: Actor, clock: MovableClock) -> None:
    """At its moment."""
    write("a@city.ome.example")
    hold(lead, until=clock.now + timedelta(hours=2))
    mailer.deliver_waiting()
    assert sent() == []
    clock.advance(hours=2)
    mailer.deliver_waiting()
    assert sent() == ["a@city.ome.example"]


def test_who_decides_is_told_that_the_mail_waits(app: Flask, lead: Actor) -> None:
    """Only where a mail was written, and only while decisions' mails are held."""
    page = Page("", "", "", "却下しました。", "理由をメールで送ります。")
    with_mail = Outcome(MailStatus.waiting, mails=1)
    assert told("却下", page, with_mail) == "却下しました。理由をメールで送ります。"
    row = hold(lead, lane=2)
    assert pause.words_after(with_mail) == ""
    with transaction():
        pause.end(row, lead)
    hold(lead)
    assert told("却下", page, with_mail) + pause.words_after(with_mail) == f"却下しました。理由をメールで送ります。{pause.HELD}"
    assert pause.words_after(Outcome(MailStatus.waiting)) == ""


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"domain": "yobo@city.ome.example"}, "domain"),
        ({"domain": "青梅市"}, "domain"),
        ({"domain": "x" * 300 + ".example"}, "domain"),
        ({"reason": " "}, "reason"),
        ({"reason": "あ" * 301}, "reason"),
        ({"until": pause.clock.real_now() - timedelta(days=9000)}, "until"),
    ],
)
def test_what_cannot_be_held_is_refused_at_its_field(app: Flask, lead: Actor, what: dict[str, object], field: str) -> None:
    """Nothing is stored."""
    with pytest.raises(BadField) as refused:
        hold(lead, **what)
    assert refused.value.field == field
    assert pause.active() == []


def test_only_leads_hold_mails(app: Flask, db_session: Session, lead: Actor) -> None:
    """An operator neither holds nor resumes."""
    operator = factories.actor(Role.operator)
    row = hold(lead)
    with pytest.raises(NotPermitted):
        hold(operator)
    with pytest.raises(NotPermitted), transaction():
        pause.end(row, operator)


def test_the_figures(app: Flask, lead: Actor, clock: MovableClock) -> None:
    """Waiting by lane with the oldest and what is held, what left, and domains by the share that did not arrive."""
    marks = {
        "a@bad.example": MailStatus.refused,
        "b@bad.example": MailStatus.settled,
        "c@half.example": MailStatus.failed,
        "d@HALF.example": MailStatus.sent,
        "e@good.example": MailStatus.sent,
    }
    for address in marks:
        write(address)
    for row in db.session.execute(select(OutboxMail)).scalars():
        row.status = marks[row.recipient]
        row.sent_at = clock.now - timedelta(minutes=30 if row.recipient.startswith("e") else 90) if row.status is MailStatus.sent else None
    db.session.commit()
    oldest = clock.now
    write("w@wait.example")
    clock.advance(minutes=5)
    write("v@wait.example")
    write("r@wait.example", "receipt")
    hold(lead, lane=2)
    found = traffic.read()
    assert [(lane.lane, lane.count, lane.held) for lane in found.waiting] == [(1, 2, 0), (2, 1, 1), (3, 0, 0)]
    assert found.waiting[0].oldest == oldest
    assert (found.last_hour, found.last_day, found.undelivered) == (1, 2, 2)
    assert [(one.name, one.arrived, one.lost, one.percent) for one in found.domains] == [
        ("bad.example", 0, 2, 100),
        ("half.example", 1, 1, 50),
    ]
    clock.advance(days=31)
    assert traffic.domains() == []
