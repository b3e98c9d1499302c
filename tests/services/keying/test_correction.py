"""The correction of a returned case, said by telephone: what changes is keyed twice, then it is a resubmission."""

from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.catalogue.paths import put, walk
from keynet_admin.errors import Refused
from keynet_admin.models import AuditEvent, Keying, ReturnLink, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import KeyingStatus, Role, SubmissionStatus
from tests import factories


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any) -> Actor:
    return factories.actor(Role.operator, name="佐伯 美和")


@pytest.fixture
def case(operator: Actor) -> Submission:
    return factories.submission(SubmissionStatus.returned)


def begin(case: Submission, operator: Actor) -> Keying:
    made = keyings.start_correction(case, operator, seen_version=case.version).made
    assert isinstance(made, Keying)
    return made


def first(row: Keying, operator: Actor, changes: dict[str, Any]) -> None:
    form = deepcopy(keyings.first_document(row))
    for path, value in changes.items():
        put(form, path, value)
    keyings.save_first(row, form, [], evaluate(form, on=clocks.today()), operator, seen_version=row.version, done=True)


def send(row: Keying, operator: Actor) -> Submission:
    document = keyings.document_of(row)
    done = keyings.send(row, document, evaluate(document, on=clocks.today()), operator, seen_version=row.version, with_errors=True)
    assert isinstance(done.made, Submission)
    return done.made


def test_what_changes_is_keyed_twice_and_nothing_else(case: Submission, operator: Actor) -> None:
    row = begin(case, operator)
    assert keyings.places(row) == []
    # A number, a short text, a row; a long text and a box are keyed once.
    changes = {
        "postings.0.headcount": "5",
        "contact.contact_last": "見本",
        "postings.0.duties": "接種の準備と予診の補助を行います。記録の整理もお願いします。",
    }
    first(row, operator, changes)
    assert sorted(keyings.places(row)) == ["contact.contact_last", "postings.0.headcount"]
    assert row.status is KeyingStatus.second
    keyings.key_second(row, {"postings.0.headcount": "6", "contact.contact_last": "見本"}, operator, seen_version=row.version)
    (pair,) = [pair for pair in keyings.pairs_of(row) if pair.open]
    assert (pair.path, pair.first, pair.second) == ("postings.0.headcount", "5", "6")
    keyings.resolve(row, {pair.path: keyings.Pick("second")}, operator, seen_version=row.version)
    sent = send(row, operator)
    assert (sent.id, sent.status, sent.current) == (case.id, SubmissionStatus.resubmitted, 2)
    document = submissions.whole(submissions.current_revision(case))
    assert (walk(document, "postings.0.headcount"), walk(document, "contact.contact_last")) == (6, "見本")
    assert walk(document, "postings.0.duties").startswith("接種の準備と予診")


def test_the_history_says_who_keyed_and_no_person_stays_in_the_keying(case: Submission, operator: Actor, db_session: Session) -> None:
    row = begin(case, operator)
    first(row, operator, {"postings.0.headcount": "5"})
    keyings.key_second(row, {"postings.0.headcount": "5"}, operator, seen_version=row.version)
    send(row, operator)
    sentences = [entry.text for entry in history.of_submission(case)]
    assert "佐伯 美和が電話で聞いた直しを代行入力し、2回目の提出として受け付けました。" in sentences
    assert (row.typed, row.second, row.case_id, row.submission_id) == ({}, {}, case.id, None)
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(case), AuditEvent.action == "resubmit")).scalar_one()
    assert event.actor_id == operator.account_id, "who brought the correction in is known to the acceptance"


def test_begun_once_and_gone_on_with_by_anybody(case: Submission, operator: Actor) -> None:
    row = begin(case, operator)
    assert begin(case, factories.actor(Role.operator)) is row
    keyings.discard(row, operator, seen_version=row.version)
    assert begin(case, operator) is not row


def test_without_a_change_to_key_again_it_is_ready_at_once(case: Submission, operator: Actor) -> None:
    row = begin(case, operator)
    first(row, operator, {"postings.0.duties": "接種の準備と予診の補助を行います。記録の整理もお願いします。"})
    assert row.status is KeyingStatus.ready
    first(row, operator, {"postings.0.headcount": "5"})
    assert row.status is KeyingStatus.second, "another place changed: it is keyed again"


@pytest.mark.parametrize("meanwhile", ["resubmitted", "resubmitted and returned", "withdrawn"])
def test_the_sender_was_faster(case: Submission, operator: Actor, db_session: Session, meanwhile: str) -> None:
    """Nothing of the sender's is replaced; the operator is told what to do."""
    row = begin(case, operator)
    first(row, operator, {"postings.0.headcount": "5"})
    keyings.key_second(row, {"postings.0.headcount": "5"}, operator, seen_version=row.version)
    if meanwhile == "withdrawn":
        submissions.withdraw(case, operator, seen_version=case.version)
    else:
        form, link = factories.document(), db_session.execute(select(ReturnLink)).scalars().first()
        assert link is not None
        submissions.resubmit(link, form, evaluate(form, on=clocks.today()), reference_date="2021-05-07", form_key="k" * 20)
        if "and" in meanwhile:
            review.return_(case, operator, seen_version=case.version, message="もう一度お願いします。", items=[])
    with pytest.raises(Refused, match="破棄"):
        send(row, operator)
