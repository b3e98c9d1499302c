"""Corrections on the sender's behalf: a new revision, judged again, told with the public reason only, and a second pair of eyes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, OutboxMail, Submission
from keynet_admin.services import threads
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.submission import acceptance, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.web import Client

PRIVATE = "電話で怒っていた"
SENT = {"path": "postings.0.title", "postings-0-title": "土日の午後の看護師", "reason": "見出しの誤字を直しました。", "private": PRIVATE}


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any, client: Client) -> Account:
    return client.sign_in(Role.operator)


def at(case: Submission) -> str:
    return f"/admin/submission/{case.id}/correct"


def test_a_correction_is_a_new_revision_and_is_told(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission()
    before = submissions.whole(submissions.current_revision(case))
    shown = client.get(f"{at(case)}?path=postings.0.title")
    assert shown.status_code == 200
    assert 'name="postings-0-title"' in shown.text
    assert 'name="postings-0-duty_detail"' not in shown.text
    tampered = SENT | {"postings-0-duty_detail": "別の文です。", "organization-org_name": "別の市"}
    assert client.post(at(case), data=tampered | {"version": case.version}).status_code == 303
    now = submissions.whole(submissions.current_revision(case))
    assert now["postings"][0]["title"] == "土日の午後の看護師"
    assert now["postings"][0]["duty_detail"] == before["postings"][0]["duty_detail"]
    assert (now["organization"], now["confirmation"], now["contact"]) == (before["organization"], before["confirmation"], before["contact"])
    assert (case.current, case.times_sent, case.status) == (2, 1, SubmissionStatus.received)
    body = db_session.execute(select(OutboxMail.body).where(OutboxMail.template == "corrected")).scalar_one()
    assert "見出しの誤字を直しました。" in body
    assert "土日の午後の看護師" in body
    assert PRIVATE not in body
    assert PRIVATE in threads.notes_of(case)[-1].body
    address = submissions.address_of(submissions.current_revision(case))
    client.post("/logout")
    told = client.post("/entry/status", data={"receipt_no": case.receipt_no, "email": address}, follow_redirects=True).text
    assert "見出しの誤字を直しました。" in told
    assert "1回目の提出" in told
    assert PRIVATE not in told


NO_CORRECTION: list[tuple[dict[str, str], int, str]] = [
    ({"reason": " "}, 422, "理由を入力してください"),
    ({"private": PRIVATE * 40}, 422, 'aria-describedby="private-h private-e"'),
    ({"postings-0-title": ""}, 422, "募集の見出し"),
    ({"path": "contact.contact_email", "contact-contact_email": "x@city.example"}, 422, "この項目は、ここでは直せません"),
    ({"path": "confirmation.agree"}, 422, "この項目は、ここでは直せません"),
    ({"path": "nowhere"}, 422, "この項目は、ここでは直せません"),
    ({"path": "contact.contact_email.0", "contact-contact_email": "x@city.example"}, 422, "この項目は、ここでは直せません"),
    ({"path": "postings.title"}, 422, "この項目は、ここでは直せません"),
    ({"path": "postings.7.title"}, 422, "この項目は、ここでは直せません"),
    ({"version": "77"}, 409, ""),
]


def test_what_is_no_correction_is_refused_with_all_that_was_typed(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission()
    for data, code, words in NO_CORRECTION:
        answer = client.post(at(case), data=SENT | {"version": case.version} | data)
        assert answer.status_code == code, (data, code)
        assert words in answer.text, (data, code)
        assert PRIVATE in answer.text, (data, code)
        assert (case.current, case.corrections) == (1, 0), (data, code)


def test_the_same_content_is_no_correction(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission()
    same = submissions.whole(submissions.current_revision(case))["postings"][0]["title"]
    answer = client.post(at(case), data=SENT | {"version": case.version, "postings-0-title": same})
    assert answer.status_code == 422
    assert "いまの内容と同じです" in answer.text


def test_of_two_pages_open_side_by_side_the_second_correction_is_not_taken_for_the_first(
    client: Client, operator: Account, db_session: Session
) -> None:
    case = factories.submission()
    version = case.version
    assert [client.post(at(case), data=SENT | {"version": version}).status_code for _ in range(2)] == [303, 303]
    other = {"path": "organization.department", "organization-department": "別の課", "reason": "課の名前です。", "private": PRIVATE}
    answer = client.post(at(case), data=other | {"version": version})
    assert (answer.status_code, "別の課" in answer.text, case.corrections) == (409, True, 1)


def test_decided_cases_are_left_alone(client: Client, operator: Account, db_session: Session) -> None:
    for state in (SubmissionStatus.returned, SubmissionStatus.accepted, SubmissionStatus.rejected):
        case = factories.submission(state)
        assert client.post(at(case), data=SENT | {"version": case.version}).status_code == 409


@pytest.mark.parametrize(
    ("path", "name", "value", "alone"),
    [
        ("postings.0.title", "postings-0-title", "土日の午後の看護師", True),
        ("organization.department", "organization-department", "別の課", False),
    ],
)
def test_who_corrected_the_sender_does_not_accept_alone(
    client: Client, operator: Account, db_session: Session, path: str, name: str, value: str, alone: bool
) -> None:
    case = factories.submission()
    sent = {"path": path, name: value, "reason": "誤字です。", "version": case.version}
    assert client.post(at(case), data=sent).status_code == 303
    found = acceptance.proof_of(case, acceptance.plan(case))
    assert (found.missing(actor_of(operator)) == "") is alone
    assert found.missing(factories.actor(Role.operator)) == ""


def test_a_corrected_case_that_is_let_go_is_still_sent_once(client: Client, operator: Account, db_session: Session) -> None:
    case, who = factories.submission(), actor_of(operator)
    client.post(at(case), data=SENT | {"version": case.version})
    review.take(case, who, seen_version=case.version)
    db_session.flush()
    review.leave(case, who, seen_version=case.version)
    assert case.status is SubmissionStatus.received
