"""`/entry/code`: receipt number (or address) and the typed code lead to the form that was returned, filled and marked."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail, Submission
from keynet_admin.services.submission import follow_up
from keynet_admin.vocabulary import MailStatus, SubmissionStatus
from tests import factories
from tests.intake.build import page
from tests.support.web import Client


@pytest.fixture
def case(app: Flask, db_session: Session, clock: Any) -> Submission:
    return factories.submission(SubmissionStatus.returned)


def code_of(session: Session, case: Submission) -> str:
    mail = session.execute(select(OutboxMail).where(OutboxMail.about(case), OutboxMail.template == "returned")).scalar_one()
    assert mail.sealed is not None
    assert "⟦code⟧" in mail.body
    assert mail.sealed["code"] not in mail.body
    return mail.sealed["code"]


def test_from_the_code_to_the_receipt(client: Client, case: Submission, db_session: Session) -> None:
    """The form stands at an address of its own, so that Back and reload work; it takes the corrected form as the link's does."""
    code = code_of(db_session, case)
    answer = client.post("/entry/code", data={"receipt_no": case.receipt_no.lower(), "code": code.lower().replace("-", " ")})
    assert answer.status_code == 303
    form = client.get(answer.location)
    assert form.status_code == 200
    assert form.headers["Cache-Control"] == "no-store"
    assert "日向市" in form.text
    assert client.post(answer.location, data={"do": "withdraw", "withdraw_sure": "1"}).status_code == 303
    db_session.refresh(case)
    assert case.status is SubmissionStatus.withdrawn
    dead = client.post("/entry/code", data={"receipt_no": case.receipt_no, "code": code}, follow_redirects=True)
    assert dead.status_code == 410
    assert "取り下げられています" in dead.text


WRONG: list[tuple[dict[str, str], str]] = [
    ({}, "受付番号かメールアドレスを入力"),
    ({"receipt_no": "KN-210507-0001"}, "コードを入力"),
    ({"receipt_no": "KN-210507-0001", "code": "2222-2222-2222"}, "見つかりません"),
    ({"receipt_no": "KN-210507-0002", "code": "2222-2222-2222"}, "見つかりません"),
    ({"receipt_no": "x\0" * 300, "code": "💉" * 300}, "見つかりません"),
    ({"receipt_no": "nobody@keynet.example", "code": "2222-2222-2222"}, "見つかりません"),
]


def test_what_is_wrong_is_told_and_what_was_typed_stays(client: Client, case: Submission) -> None:
    for data, words in WRONG:
        answer = client.post("/entry/code", data=data, follow_redirects=True)
        assert answer.status_code == 422, (data, words)
        assert words in page(answer).get_text(), (data, words)
        if "\0" not in data.get("receipt_no", ""):
            assert page(answer).select_one("input[name=receipt_no]")["value"] == data.get("receipt_no", ""), (data, words)


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_guessing_is_rate_limited(client: Client, case: Submission) -> None:
    tries = [client.post("/entry/code", data={"receipt_no": case.receipt_no, "code": "2222-2222-2222"}).status_code for _ in range(22)]
    assert (tries[0], tries[-1]) == (303, 429)


def test_the_status_page_tells_no_lies_about_a_return(client: Client, case: Submission, db_session: Session, clock: Any) -> None:
    """An open way in, a mail that did not arrive, and a time that is over: three different sentences."""
    from keynet_admin import jobs
    from tests.services.submission.test_follow_up import deliver

    asking = {"receipt_no": case.receipt_no, "email": "vaccine@city.hyuga-test.lg.jp"}
    deliver(case)
    assert "メールのアドレスを開くか" in client.post("/entry/status", data=asking, follow_redirects=True).text
    follow_up.resend(case, factories.actor(), seen_version=case.version)
    deliver(case, MailStatus.refused)
    jobs.follow_up_cases()
    lost = client.post("/entry/status", data=asking, follow_redirects=True).text
    assert "メールが届いていません" in lost
    assert "メールのアドレスを開くか" not in lost
    clock.set("2021-06-10 10:00")
    over = client.post("/entry/status", data=asking, follow_redirects=True).text
    assert "再入力の期限が過ぎています" in over
    assert "メールのアドレスを開くか" not in over
