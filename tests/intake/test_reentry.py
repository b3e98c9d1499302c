"""The way back after a return: the link of the mail, what it shows, how long it lives, and withdrawing."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.services.submission import acceptance, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import ReturnClosed, SubmissionStatus
from tests import factories
from tests.intake.build import after, at_field, page, post
from tests.support.forms import Form
from tests.support.web import Client

WORDS = "土日の額を、もう一度確かめてください。"
# These open all other fields, too.
WIDE = [{"path": path, "rule": "", "message": "ご確認ください。"} for path in ("organization", "contact", "postings")]
ITEM = {"path": "postings.0.pay_lines", "rule": "", "message": WORDS}


@pytest.fixture
def case(app: Flask, db_session: Session, clock: Any) -> Submission:
    return factories.submission()


@pytest.fixture
def give_back(case: Submission, actor_operator: Actor, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Return the case once more; the path of its link."""
    opened, tokens = submissions.open_link, []

    def remember(*args: Any, **kwargs: Any) -> str:
        tokens.append(opened(*args, **kwargs))
        return str(tokens[-1])

    monkeypatch.setattr(submissions, "open_link", remember)

    def act() -> str:
        review.return_(case, actor_operator, seen_version=case.version, message="ご確認をお願いします。", items=[ITEM, *WIDE])
        return f"/entry/{tokens[-1]}"

    return act


def form_of(answer: Any) -> Form:
    element = page(answer).select_one("form[data-entry]")
    assert element is not None
    return Form(element)


def test_the_filled_form_with_the_operators_words(client: Client, case: Submission, give_back: Callable[[], str]) -> None:
    link = give_back()
    answer = client.get(link)
    soup = page(answer)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers or "entry=" not in answer.headers["Set-Cookie"]
    assert WORDS in at_field(soup, "postings.0.pay_lines")
    assert "ご確認をお願いします。" in soup.get_text()
    typed = factories.document()
    form = form_of(answer)
    assert form.value("postings-0-title") == typed["postings"][0]["title"]
    assert form.value("contact-contact_email") == typed["contact"]["contact_email"]
    assert form.value("postings-0-shifts-0-days") == ["sat", "sun"]


@pytest.mark.parametrize("behind", [".", ",", ")", ">", "、", "。", "」です"])
def test_a_sign_behind_the_link_is_forgiven(client: Client, case: Submission, give_back: Callable[[], str], behind: str) -> None:
    """The sloppy address leads to the right one; what is kept there is kept."""
    link = give_back()
    assert link.removeprefix("/entry/").isalnum(), "nothing at its end that a mail program leaves off"
    led = client.get(link + behind)
    assert (led.status_code, led.headers["Location"]) == (302, link)
    answer = post(client, factories.document({"postings.0.title": "直した件名"}), "draft", to=led.headers["Location"])
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}#saved")
    assert form_of(client.get(link)).value("postings-0-title") == "直した件名"


def test_resubmitting_once(client: Client, case: Submission, give_back: Callable[[], str], clock: Any, db_session: Session) -> None:
    """A new revision, the queue again with a new count, a mail; five sends are one; then the link says so."""
    link = give_back()
    clock.set("2021-05-11 15:00")
    typed = factories.document({"postings.0.pay_lines.0.min": 2100})
    answers = [after(client, post(client, typed, "send", ("message", "額を直しました。"), to=link)) for _ in range(5)]
    assert [a.status_code for a in answers] == [200] * 5
    assert all(case.receipt_no in a.get_data(as_text=True) for a in answers)
    assert (case.status, case.current, case.received_at) == (SubmissionStatus.resubmitted, 2, clock.now)
    assert submissions.current_revision(case).message == "額を直しました。"
    assert submissions.current_revision(case).normalized["postings"][0]["pay_lines"][0]["min"] == 2100
    mails = db_session.execute(select(OutboxMail.template)).scalars().all()
    assert sorted(mails) == ["receipt", "resubmitted_receipt", "returned"]
    dead = client.get(link)
    assert dead.status_code == 410
    assert "すでに再提出されています" in page(dead).get_text()
    assert after(client, post(client, typed, "send", to=link, key="another-key-of-a-test-0002")).status_code == 410


def test_typed_words_and_reasons_stay_while_rows_are_added(client: Client, give_back: Callable[[], str]) -> None:
    """A button press goes through the draft: the message to the service center and a reason are typed text as well."""
    link = give_back()
    reason = [("reasons-0-rule", "JOB-001"), ("reasons-0-path", "postings.0.title"), ("reasons-0-reason", "固有の名称のためです。")]
    answer = post(client, factories.document(), "", ("add", "postings-0-shifts"), ("message", "枠を加えます。"), *reason, to=link)
    assert answer.status_code == 303
    form = form_of(client.get(link))
    assert form.has("postings-0-shifts-1-start")
    assert form.value("message") == "枠を加えます。"
    assert form.value("reasons-0-reason") == "固有の名称のためです。"


def test_a_reason_counts_after_a_return(client: Client, case: Submission, give_back: Callable[[], str]) -> None:
    link = give_back()
    typed = factories.document({"postings.0.documents": "履歴書、マイナンバーカードの写し"})
    form = form_of(after(client, post(client, typed, "send", to=link)))
    form.fill("reasons-0-reason", "本人確認を会場で行うためです。")
    assert client.post(link, data=dict_of(form.pressed("do", "confirm"))).headers["Location"] == f"{link}/confirm"
    after(client, client.post(link, data=dict_of([*form.pairs(), ("do", "send")])))
    assert (case.status, case.errors) == (SubmissionStatus.resubmitted, 0)


def dict_of(given: list[tuple[str, str]]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for name, value in given:
        result.setdefault(name, []).append(value)
    return result


# While a link is open the case is with its sender: a decision comes only after a resubmission, which has closed the link by then.
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("decision", "すでに再提出されています"),
        ("30 days", "期限（30日）が過ぎています"),
        ("withdrawal", "取り下げられています"),
        ("newer return", "すでに再提出されています"),
        ("made up", "見つかりません"),
    ],
)
def test_a_link_dies_and_says_why(
    client: Client, case: Submission, give_back: Callable[[], str], actor_operator: Actor, clock: Any, how: str, words: str
) -> None:
    link = give_back()
    if how == "withdrawal":
        submissions.withdraw(case, actor_operator, seen_version=case.version)
    elif how == "30 days":
        clock.advance(days=29, hours=23)
        assert client.get(link).status_code == 200
        clock.advance(hours=2)
    elif how == "made up":
        link = "/entry/made-up-token-made-up-token-00"
    else:
        typed = factories.document()
        opened = submissions.find_return(link.removeprefix("/entry/"))
        submissions.resubmit(opened, typed, evaluate(typed, on=clock.now.date()), reference_date="2021-05-07", form_key="k" * 20)
        if how == "decision":
            acceptance.accept(case, actor_operator, seen_version=case.version)
        else:
            assert client.get(give_back()).status_code == 200
    sent = post(client, factories.document(), "send", to=link)
    for answer in (client.get(link), sent if how == "made up" else after(client, sent)):
        assert answer.status_code == (404 if how == "made up" else 410)
        assert words in page(answer).get_text()


@pytest.mark.parametrize("why", list(ReturnClosed))
def test_every_end_of_a_link_has_its_words(
    client: Client, case: Submission, give_back: Callable[[], str], db_session: Session, why: ReturnClosed
) -> None:
    link = give_back()
    submissions.close_links(case, why)
    answer = client.get(link)
    assert answer.status_code == 410
    assert submissions.DEAD_LINKS[why] in page(answer).get_text()


def test_withdrawing_needs_the_tick_and_happens_once(
    client: Client, case: Submission, give_back: Callable[[], str], db_session: Session
) -> None:
    link = give_back()
    assert client.get(link + "?do=withdraw").status_code == 200
    unsure = after(client, client.post(link, data={"do": "withdraw"}))
    assert "確認の欄を選んで" in page(unsure).get_text()
    assert case.status is SubmissionStatus.returned
    done = after(client, client.post(link, data={"do": "withdraw", "withdraw_sure": "1"}))
    assert "申請を取り下げました" in page(done).get_text()
    assert case.receipt_no in done.get_data(as_text=True)
    assert (case.status, case.due_at) == (SubmissionStatus.withdrawn, None)
    assert after(client, client.post(link, data={"do": "withdraw", "withdraw_sure": "1"})).status_code == 410
    query = select(func.count(OutboxMail.id)).where(OutboxMail.template == "withdrawn")
    assert db_session.execute(query).scalar_one() == 1


def test_a_draft_of_the_reentry_belongs_to_its_link(client: Client, app: Flask, give_back: Callable[[], str]) -> None:
    """Kept under the link, so it is there on another machine; discarding goes back to what was sent."""
    link = give_back()
    post(client, factories.document({"postings.0.title": "途中の看護師募集です"}), "draft", to=link)
    other = Client(app, app.response_class)
    assert form_of(other.get(link)).value("postings-0-title") == "途中の看護師募集です"
    client.post(link, data={"do": "discard"})
    assert form_of(other.get(link)).value("postings-0-title") == factories.document()["postings"][0]["title"]
