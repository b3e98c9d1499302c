"""How long an alert is kept, what its end says, and that nothing of the address is left after it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, OutboxMail, SearchAlert
from keynet_admin.permissions import VISITOR
from keynet_admin.services import persons
from keynet_admin.services.alert import keeping, subscription
from keynet_admin.services.alert.keys import token
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import AlertPace, MailStatus
from tests import factories
from tests.public.build import listed
from tests.support.clock import MovableClock

MARKER = "zzpersonzz"
ADDRESS = f"{MARKER}@mail.example"


def places() -> set[str]:
    """`table.column` of every place of the database in which the marker stands."""
    found = set()
    with db.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            for column in inspect(connection).get_columns(name):
                query = text(f'SELECT count(*) FROM "{name}" WHERE CAST("{column["name"]}" AS TEXT) LIKE :mark')
                if connection.execute(query, {"mark": f"%{MARKER}%"}).scalar_one():
                    found.add(f"{name}.{column['name']}")
    return found


def files(instance: Path) -> list[str]:
    """Files of the instance folder with the marker in them."""
    return [str(path) for path in instance.rglob("*") if path.is_file() and MARKER.encode() in path.read_bytes()]


def actions(session: Session) -> list[str]:
    """What the log says about alerts."""
    session.expire_all()
    return list(session.execute(select(AuditEvent.action).where(AuditEvent.subject == "search_alert").order_by(AuditEvent.id)).scalars())


@pytest.mark.parametrize("sent", [True, False])
def test_nothing_of_the_address_is_left_after_a_stop(db_session: Session, clock: MovableClock, instance: Path, sent: bool) -> None:
    alert = factories.search_alert(email=ADDRESS)
    for number in range(subscription.MOST):
        subscription.ask(ADDRESS, f"prefecture={number + 10}", AlertPace.daily, form_key="")  # the last one is one too many
    clock.advance(minutes=1)
    listed()
    db_session.commit()
    clock.set("2021-05-08 07:00")
    assert jobs.tell_visitors() == 1
    if sent:
        outbox.deliver_waiting()
    assert places() == {"search_alert.email", "outbox_mail.recipient"}
    assert bool(list((instance / "mail").glob("*.eml"))) is sent
    numbers = list(db_session.execute(select(SearchAlert.id)).scalars())
    db_session.rollback()
    assert jobs.one_by_one(numbers, subscription.stop) == subscription.MOST
    assert jobs.one_by_one(numbers, subscription.stop) == 0
    assert places() == set()
    assert list((instance / "mail").glob("*.eml")) == []
    assert actions(db_session) == ["confirm"] + ["stop"] * subscription.MOST
    assert db_session.execute(select(AuditEvent.actor_kind).where(AuditEvent.action == "stop")).scalars().first() == VISITOR.kind
    db_session.close()
    db.engine.dispose()
    assert files(instance) == []
    assert alert.id in numbers


def test_numbers_are_never_given_again(db_session: Session, clock: MovableClock) -> None:
    """Events and blank mails name alerts by number."""
    first = factories.search_alert().id
    subscription.stop(first)
    assert factories.search_alert().id > first


@pytest.mark.parametrize(
    ("confirmed", "days", "there"),
    [(False, 1.9, True), (False, 2, False), (True, 89, True), (True, 90.5, True), (True, 91, False)],
)
def test_times(db_session: Session, clock: MovableClock, confirmed: bool, days: float, there: bool) -> None:
    """Two days for the confirmation; afterwards to the end of the ninetieth day. Over, its page is closed at once, and the purge ends it."""
    alert = factories.search_alert(confirmed=confirmed)
    link = token(alert.salt)
    db_session.commit()
    clock.advance(days=days)
    assert (subscription.find(link) is not None) is there
    db_session.rollback()
    persons.purge()
    assert (db_session.scalar(select(SearchAlert.id)) is not None) is there
    assert ("expire" in actions(db_session)) is not there
    assert bool(db_session.scalar(select(OutboxMail.recipient).where(OutboxMail.template == "alert_confirm"))) is there


def test_the_end_is_told_before_and_can_be_put_off(db_session: Session, clock: MovableClock) -> None:
    alert = factories.search_alert()
    ends = alert.ends_at
    assert ends is not None
    clock.advance(days=83)
    db_session.commit()
    jobs.tell_visitors()
    assert keeping.due_to_warn() == []
    clock.advance(days=1)
    db_session.rollback()
    assert jobs.tell_visitors() == 1
    assert jobs.tell_visitors() == 0
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "alert_ending")).scalar_one()
    assert "令和3年8月5日" in mail.body
    assert mail.lane == 3
    assert subscription.prolong(alert.id)
    db_session.commit()
    assert alert.ends_at is not None
    assert alert.ends_at > ends
    clock.advance(days=84)
    assert jobs.tell_visitors() == 1


@pytest.mark.parametrize(
    ("status", "left", "settled"), [(MailStatus.refused, False, True), (MailStatus.failed, True, True), (MailStatus.uncertain, True, True)]
)
def test_mails_that_do_not_arrive_are_nobodys_task(
    db_session: Session, clock: MovableClock, status: MailStatus, left: bool, settled: bool
) -> None:
    """An address that is refused for good ends the alert; otherwise the next mail follows."""
    factories.search_alert(email=ADDRESS)
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "alert_confirm")).scalar_one()
    mail.status, mail.answer = status, f"550 5.1.1 <{ADDRESS}> unknown"
    db_session.commit()
    assert outbox.undeliverable_count() == 1
    db_session.rollback()
    jobs.tell_visitors()
    assert (outbox.undeliverable_count() == 0) is settled
    assert (db_session.scalar(select(SearchAlert.id)) is not None) is left
    db_session.rollback()
    if not left:
        assert places() == set()
        assert actions(db_session) == ["confirm", "bounce"]


def test_a_mail_that_was_being_sent_while_its_alert_was_stopped_is_nobodys_task(db_session: Session, clock: MovableClock) -> None:
    alert = factories.search_alert(email=ADDRESS)
    number = alert.id
    mails = update(OutboxMail).where(OutboxMail.subject == "search_alert")
    db_session.execute(mails.values(status=MailStatus.sending))
    db_session.commit()
    assert jobs.one_by_one([number], subscription.stop) == 1
    db_session.execute(mails.values(status=MailStatus.failed))
    db_session.commit()
    assert outbox.undeliverable_count() == 1
    db_session.rollback()
    jobs.tell_visitors()
    assert outbox.undeliverable_count() == 0
    assert subscription.due_to_follow() == []
    db_session.rollback()
    assert places() == set()


def test_an_alert_that_is_over_can_be_asked_for_again(db_session: Session, clock: MovableClock) -> None:
    old = factories.search_alert(email=ADDRESS).id
    clock.advance(days=91)
    new = factories.search_alert(email=ADDRESS)
    assert new.id != old
    assert actions(db_session) == ["confirm", "expire", "confirm"]


def test_what_asking_answers_by_mail(db_session: Session, clock: MovableClock) -> None:
    """The same mail again before the confirmation; afterwards that there is one; beyond five that there are too many."""

    def ask(query: str) -> Any:
        subscription.ask(ADDRESS, query, AlertPace.weekly, form_key="")
        return db_session.execute(select(OutboxMail.template).order_by(OutboxMail.id.desc())).scalars().first()

    assert ask("prefecture=45") == "alert_confirm"
    assert ask("prefecture=45") == "alert_confirm"
    only = db_session.execute(select(SearchAlert)).scalar_one()
    assert subscription.confirm(only.id)
    assert not subscription.confirm(only.id)
    assert ask("prefecture=45") == "alert_known"
    assert only.pace is AlertPace.weekly
    for number in range(subscription.MOST - 1):
        assert ask(f"prefecture=1{number}") == "alert_confirm"
    assert ask("prefecture=46") == "alert_full"
    assert ask("prefecture=10") == "alert_confirm"
