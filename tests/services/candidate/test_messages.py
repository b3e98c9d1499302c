"""What a municipality writes to a person: thread, mail and stage in one transaction, once however often it is pressed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotPermitted, Refused, StaleVersion, TransitionRefused
from keynet_admin.models import AuditEvent, Candidate, OutboxMail
from keynet_admin.permissions import Actor
from keynet_admin.services import threads
from keynet_admin.services.candidate import messages, stages
from keynet_admin.vocabulary import CandidateStatus, Role
from tests import factories

pytestmark = pytest.mark.usefixtures("clock")
S = CandidateStatus


@pytest.fixture
def of(app: Flask, db_session: Session) -> Any:
    """`of(state)`: a person in that state and an officer of the municipality."""

    def of(state: CandidateStatus, **content: str) -> tuple[Candidate, Actor]:
        person = factories.candidate(state, content)
        return person, factories.actor(Role.municipality, organization=person.organization)

    return of


def mails(session: Session, person: Candidate) -> list[OutboxMail]:
    session.flush()
    about = OutboxMail.about(person), OutboxMail.template != "candidate_receipt"
    return list(session.execute(select(OutboxMail).where(*about).order_by(OutboxMail.id)).scalars())


@pytest.mark.parametrize(
    ("state", "wanted", "step", "after"),
    [
        (S.received, "contact", "contact", S.contacted),
        (S.contacted, "contact", "", S.contacted),
        (S.seen, "offer", "", S.seen),
        (S.selection, "offer", "offer", S.offered),
        (S.offered, "reject", "reject", S.rejected),
        (S.open, "answer", "answer", S.answered),
        (S.open, "reject", "", S.open),
        (S.seen, "secure", "", S.seen),
    ],
)
def test_a_message_brings_the_step_that_is_open(
    of: Any, db_session: Session, state: CandidateStatus, wanted: str, step: str, after: CandidateStatus
) -> None:
    """One mail with the officer's own words, never the step's standard mail beside it."""
    person, officer = of(state)
    before = len(mails(db_session, person))
    action = messages.step_of(person, officer, wanted)
    assert action == step
    outcome = messages.send(person, officer, "面接の日程を伺います。", seen_version=person.version, action=action)
    assert (person.status, outcome.mails) == (after, 1)
    (mail,) = mails(db_session, person)[before:]
    assert mail.template == "candidate_message"
    assert "面接の日程を伺います。" in mail.body
    assert threads.of(person)[-1].body == "面接の日程を伺います。"


@pytest.mark.parametrize("action", ["", "contact"])
def test_five_presses_send_once(of: Any, db_session: Session, action: str) -> None:
    person, officer = of(S.seen)
    seen, before = person.version, len(mails(db_session, person))
    outcomes = [messages.send(person, officer, "お電話ください。", seen_version=seen, action=action) for _ in range(5)]
    assert [outcome.repeated for outcome in outcomes] == [False, True, True, True, True]
    assert len(mails(db_session, person)) == before + 1
    assert len(threads.of(person)) == 1


def test_who_came_second_is_told_who_was_first(of: Any, db_session: Session) -> None:
    """Nothing of the second one is written."""
    person, officer = of(S.seen)
    other = factories.actor(Role.municipality, organization=person.organization)
    seen = person.version
    stages.contact(person, other, seen_version=seen)
    before = len(mails(db_session, person))
    for action in ("", "contact"):
        with pytest.raises(StaleVersion, match="連絡の記録"):
            messages.send(person, officer, "お電話ください。", seen_version=seen, action=action)
    assert threads.of(person) == []
    assert len(mails(db_session, person)) == before


def test_without_an_address_only_the_thread_has_it(of: Any, db_session: Session) -> None:
    person, officer = of(S.received, email="", tel="090-0000-0001")
    outcome = messages.send(person, officer, "お電話します。", seen_version=person.version)
    assert outcome.mails == 0
    assert [message.body for message in threads.of(person)] == ["お電話します。"]


def test_what_is_refused(of: Any, db_session: Session) -> None:
    person, officer = of(S.seen)
    for text, error in (("", BadField), (" \n", BadField), ("あ" * 2001, BadField)):
        with pytest.raises(error):
            messages.send(person, officer, text, seen_version=person.version)
        db_session.rollback()
        person, officer = of(S.seen)
    with pytest.raises(TransitionRefused):
        messages.send(person, officer, "内定です。", seen_version=person.version, action="offer")
    stranger = factories.actor(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    for actor in (stranger, factories.actor(Role.operator)):
        with pytest.raises(NotPermitted):
            messages.send(person, actor, "お電話ください。", seen_version=person.version)
    person.salt = ""
    with pytest.raises(Refused, match="削除"):
        messages.send(person, officer, "お電話ください。", seen_version=person.version)


def test_the_log_holds_no_words(of: Any, db_session: Session) -> None:
    person, officer = of(S.contacted)
    messages.send(person, officer, "秘密のことば", seen_version=person.version)
    events = db_session.execute(select(AuditEvent).where(AuditEvent.about(person), AuditEvent.action == "message")).scalars().all()
    assert [event.codes for event in events] == [{"version": person.version}]
    assert db_session.execute(select(func.count()).select_from(AuditEvent).where(AuditEvent.action.contains("秘密"))).scalar_one() == 0
