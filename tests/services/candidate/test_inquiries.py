"""Inquiries become applications and back: by whom, with which numbers, and how it is taken back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import Candidate, OutboxMail
from keynet_admin.permissions import Actor
from keynet_admin.services import threads
from keynet_admin.services.candidate import intake, messages, stages
from keynet_admin.vocabulary import CandidateKind, CandidateStatus, Role
from tests import factories

pytestmark = pytest.mark.usefixtures("clock")
S = CandidateStatus


@pytest.fixture
def officer(app: Flask, db_session: Session) -> Any:
    """`officer(person)`: one of the municipality that the person wrote to."""

    def officer(person: Candidate) -> Actor:
        return factories.actor(Role.municipality, organization=person.organization)

    return officer


def numbers(session: Session) -> dict[CandidateKind, int]:
    """How many rows of each kind still count (a question that became an application counts as that)."""
    session.flush()
    rows = session.execute(select(Candidate.kind, func.count()).where(Candidate.status != S.converted).group_by(Candidate.kind))
    return {kind: int(count) for kind, count in rows}


@pytest.mark.parametrize("state", [S.received, S.seen, S.contacted])
def test_an_application_that_was_a_question(officer: Any, db_session: Session, state: CandidateStatus) -> None:
    """It counts as a question with a time for its answer; its words begin the thread; the person is told; it can be taken back."""
    person = factories.candidate(state)
    who = officer(person)
    stages.to_inquiry(person, who, seen_version=person.version)
    assert (person.kind, person.status) == (CandidateKind.inquiry, S.open)
    assert person.due_at is not None
    assert numbers(db_session) == {CandidateKind.inquiry: 1}
    assert [message.body for message in threads.of(person)] == ["土日の午後に勤務できます。"]
    mails = select(OutboxMail.template).where(OutboxMail.about(person)).order_by(OutboxMail.id.desc()).limit(1)
    assert db_session.execute(mails).scalar_one() == "candidate_inquiry"
    stages.undo(person, who, seen_version=person.version)
    assert (person.kind, person.status) == (CandidateKind.application, state)
    assert numbers(db_session) == {CandidateKind.application: 1}


def apply(person: Candidate, *, proven: bool = True, **changes: str) -> Candidate:
    """The person of an inquiry applies at the same posting, coming from the inquiry's own page or (not `proven`) from anywhere."""
    content, asked = factories.PERSON | changes, person.id if proven else None
    key = f"key-of-{person.id}-apply"
    return intake.receive(person.posting, CandidateKind.application, content, typed=content, form_key=key, asked=asked)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("changes", [{}, {"email": "", "tel": "09000000001"}])
def test_a_question_becomes_an_application(officer: Any, db_session: Session, answered: bool, changes: dict[str, str]) -> None:
    """By the person's own form: a new row with its own number, one person in the numbers; a question without an answer is not lost."""
    asked = factories.candidate(S.open, {"tel": "090-0000-0001"})
    if answered:
        messages.send(asked, officer(asked), "会場の北側です。", seen_version=asked.version, action="answer")
    made = apply(asked, **changes)
    db_session.flush()
    assert (made.inquiry_id, made.status, made.kind) == (asked.id, S.received, CandidateKind.application)
    assert (asked.status, asked.kind, asked.due_at, asked.undoable) == (S.converted, CandidateKind.inquiry, None, False)
    assert numbers(db_session) == {CandidateKind.application: 1}
    assert [message.body for message in threads.of(made)] == ([] if answered else [factories.PERSON["message"]])
    assert apply(asked, **changes).id == made.id


def test_a_question_without_a_word_becomes_an_application(officer: Any, db_session: Session) -> None:
    """It came as an application with an empty message: there is nothing to take along."""
    person = factories.candidate(content={"message": ""})
    stages.to_inquiry(person, officer(person), seen_version=person.version)
    made = apply(person)
    assert (made.inquiry_id, person.status, threads.of(made)) == (person.id, S.converted, [])


def test_somebody_elses_question_stays(officer: Any, db_session: Session) -> None:
    """Name and contact are no proof: who knows them could read what was asked. A question about another posting is none of this one."""
    asked = factories.candidate(S.open, {"tel": "090-0000-0001"})
    made = apply(asked, proven=False)
    assert (made.inquiry_id, asked.status, threads.of(made)) == (None, S.open, [])
    other = factories.candidate(S.open)
    content = dict(factories.PERSON)
    made = intake.receive(asked.posting, CandidateKind.application, content, typed=content, form_key="key-of-another-form", asked=other.id)
    assert (made.inquiry_id, other.status) == (None, S.open)


def test_a_question_that_was_taken_back_stays_so(officer: Any, db_session: Session) -> None:
    """The person applies all the same; the two are not tied."""
    asked = factories.candidate(S.open)
    stages.record_withdrawal(asked, officer(asked), seen_version=asked.version)
    made = apply(asked)
    assert (made.inquiry_id, asked.status, asked.kind) == (None, S.withdrawn, CandidateKind.inquiry)
