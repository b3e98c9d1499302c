"""`/entry/status`: one answer for every kind of mismatch, a rate limit on guessing, the truth for the sender."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.vocabulary import SubmissionStatus
from tests import factories
from tests.intake.build import page
from tests.support.web import Client

MAIL = "vaccine@city.hyuga-test.lg.jp"
NO = "KN-210507-0001"


def ask(client: Client, receipt_no: str, email: str) -> Any:
    """Sent, and the page that the answer leads to."""
    return client.post("/entry/status", data={"receipt_no": receipt_no, "email": email}, follow_redirects=True)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SubmissionStatus.received, "事務局が内容を確認しています"),
        (SubmissionStatus.in_review, "までにメールでご連絡します"),
        (SubmissionStatus.returned, "再入力をお願いしています"),
        (SubmissionStatus.accepted, "承認しました"),
        (SubmissionStatus.rejected, "お受けできませんでした"),
        (SubmissionStatus.withdrawn, "取り下げられています"),
    ],
)
def test_what_the_sender_reads(app: Flask, client: Client, clock: Any, db_session: Session, state: SubmissionStatus, words: str) -> None:
    factories.submission(state)
    answer = ask(client, NO, MAIL)
    assert answer.status_code == 200
    assert words in page(answer).get_text()
    assert "日向市" in page(answer).get_text()


def test_writings_of_the_same_are_found(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    factories.submission()
    for no in (NO, NO.lower(), "ＫＮ－２１０５０７－０００１", f"  {NO} ", "kn2105070001", "KN 210507 0001", "KNー210507ー0001"):
        for mail in (MAIL, MAIL.upper(), f" {MAIL}　"):
            assert ask(client, no, mail).status_code == 200, (no, mail)


def test_every_mismatch_gets_the_same_answer(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """Unknown number, other address, another body's address, odd text: the same page but for what was typed."""
    factories.submission()
    tries = [
        ("KN-210507-0002", MAIL),
        (NO, "other@city.hyuga-test.lg.jp"),
        ("KN-999999-9999", "nobody@keynet.example"),
        (NO, "a\0b"),
        ("x" * 9000, "y" * 9000),
        (NO, "💉"),
        ("' OR 1=1 --", MAIL),
    ]
    seen = set()
    for no, mail in tries:
        answer = ask(client, no, mail)
        assert answer.status_code == 422
        soup = page(answer)
        for control in soup.select("input[name=receipt_no], input[name=email], input[name=csrf_token]"):
            control.decompose()
        seen.add(soup.get_text(" ", strip=True))
    assert len(seen) == 1
    assert "日向市" not in seen.pop()


@pytest.mark.parametrize(
    ("data", "words"), [({}, "受付番号を入力"), ({"receipt_no": NO}, "メールアドレスを入力"), ({"email": MAIL}, "受付番号を入力")]
)
def test_what_is_missing_is_told_at_its_field(app: Flask, client: Client, clock: Any, data: dict[str, str], words: str) -> None:
    answer = client.post("/entry/status", data=data, follow_redirects=True)
    assert answer.status_code == 422
    assert words in page(answer).get_text()


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_guessing_is_rate_limited(app: Flask, client: Client, clock: Any) -> None:
    codes = [ask(client, NO, MAIL).status_code for _ in range(25)]
    assert codes[0] == 422
    assert codes[-1] == 429
    assert int(ask(client, NO, MAIL).headers["Retry-After"]) > 0


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_an_ended_session_is_told_and_nothing_is_looked_up(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """What was typed stands there again; the page may be reloaded."""
    factories.submission()
    ask(client, NO, MAIL)
    for _ in range(2):
        soup = page(client.get("/entry/status?asked=1"))
        assert "もう一度ボタンを押してください" in soup.get_text()
        assert soup.select_one("[name=receipt_no]")["value"] == NO  # type: ignore[index]
        assert "日向市" not in soup.get_text()
