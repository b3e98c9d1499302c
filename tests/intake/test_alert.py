"""New postings by mail: from the form over the mail's link to the end, who is kept out, and what nobody can learn."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from keynet_admin import jobs
from keynet_admin.models import AuditEvent, OutboxMail, SearchAlert
from keynet_admin.services.alert.keys import token
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import AlertPace
from tests import factories
from tests.public.build import listed
from tests.support.clock import MovableClock
from tests.support.web import Client

ADDRESS = "sakura@mail.example"
FORM = "/alerts/new?prefecture=45&job_type=nurse"
TYPED = {"email": ADDRESS, "pace": "daily", "consent": "1"}


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return {str(item["name"]): str(item["value"]) for item in BeautifulSoup(page.text, "html.parser").select("form input[type=hidden]")}


def ask(client: Client, address: str = FORM, **values: Any) -> TestResponse:
    """Open the form, fill it in and send it."""
    return client.post(address, data=hidden(client.get(address)) | TYPED | values)


def count(session: Session, model: Any = SearchAlert) -> int:
    """How many rows."""
    session.rollback()
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def link(session: Session, template: str = "alert_confirm") -> str:
    """The path of the page that the newest mail of a kind links."""
    query = select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.id.desc())
    mail = session.execute(query).scalars().first()
    assert mail is not None
    assert mail.sealed is not None
    session.rollback()
    return "/alerts/" + str(mail.sealed["link"]).rpartition("/")[2]


def test_from_the_form_to_the_last_mail(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Asked for, confirmed by the mail's link, mailed in the morning, stopped by one click of a mail program."""
    form = client.get(FORM)
    assert form.status_code == 200
    assert "宮崎県・看護師" in form.text
    assert form.headers["Cache-Control"] == "no-store"
    assert form.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in form.headers
    answer = ask(client, email=" ｓａｋｕｒａ@Mail.example ")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/alerts/sent?prefecture=45&job_type=nurse"
    after = client.get(answer.headers["Location"])
    assert "宮崎県・看護師" in after.text
    assert ADDRESS not in after.text
    mail = db_session.execute(select(OutboxMail)).scalar_one()
    assert (mail.template, mail.recipient) == ("alert_confirm", ADDRESS)
    assert "宮崎県・看護師" in mail.body
    page = link(db_session)
    assert re.fullmatch("/alerts/[2-9a-z]{28}", page)
    # What only follows links begins nothing.
    for path in (page, f"{page}/stop", page):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert db_session.execute(select(SearchAlert.confirmed_at)).scalar_one() is None
    started = client.post(page, data={"do": "confirm"}, follow_redirects=True)
    assert "受け取りを始めました" in started.text
    assert "令和3年8月5日" in started.text
    clock.advance(minutes=1)
    new = listed({"title": "新しい募集"})
    clock.set("2021-05-08 07:00")
    jobs.tell_visitors()
    digest = db_session.execute(select(OutboxMail).where(OutboxMail.template == "alert_digest")).scalar_one()
    assert new.posting_no in digest.body
    assert digest.sealed is not None
    stop = "/" + str(digest.sealed[outbox.STOP]).partition("://")[2].partition("/")[2]
    stranger = client.application.test_client(use_cookies=False)
    done = stranger.post(stop, data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert done.status_code == 200
    assert count(db_session) == 0
    assert count(db_session, OutboxMail) == 0  # none had left yet
    assert stranger.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.get(page).status_code == 404
    assert list(db_session.execute(select(AuditEvent.action).order_by(AuditEvent.id)).scalars())[-2:] == ["confirm", "stop"]


def test_the_own_page(client: Client, db_session: Session, clock: MovableClock) -> None:
    alert = factories.search_alert("q=離島&prefecture=45")
    page = f"/alerts/{token(alert.salt)}"
    shown = client.get(page)
    assert "宮崎県・「離島」" in shown.text
    assert ADDRESS not in shown.text
    changed = client.post(page, data={"do": "change", "pace": "weekly"}, follow_redirects=True)
    assert "メールの回数を変えました" in changed.text
    wrong = client.post(page, data={"do": "change", "pace": "hourly"})
    assert wrong.status_code == 422
    assert "メールの回数を選んでください" in wrong.text
    db_session.expire_all()
    before = alert.ends_at
    assert alert.pace is AlertPace.weekly
    clock.advance(days=10)
    assert "期間を延ばしました" in client.post(page, data={"do": "prolong"}, follow_redirects=True).text
    db_session.expire_all()
    assert before is not None
    assert alert.ends_at is not None
    assert (alert.ends_at - before).days == 10
    assert "止めて削除する" in client.get(f"{page}/stop").text
    assert count(db_session) == 1
    ended = client.post(f"{page}/stop")
    assert ended.status_code == 303
    assert "削除しました" in client.get(ended.headers["Location"]).text
    assert client.post(f"{page}/stop").status_code == 404
    assert "すでに止めたか" in client.get(page).text


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: text + "。", lambda text: text + "&gt;", lambda text: f"%20{text}"])
def test_a_link_forgives(client: Client, db_session: Session, change: Any) -> None:
    """Case, and signs that a mail program takes for a part of the address."""
    key = token(factories.search_alert().salt)
    assert "新しい募集のメール" in client.get(f"/alerts/{change(key)}", follow_redirects=True).text


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"email": ""}, "メールアドレスを入力してください"),
    ({"email": "sakura"}, "このメールアドレスには送れません"),
    ({"email": "sakura@localhost"}, "このメールアドレスには送れません"),
    ({"email": "sakura@mail.example\r\nBcc: other@mail.example"}, "このメールアドレスには送れません"),
    ({"email": "sakura@mail\n.example"}, "このメールアドレスには送れません"),
    ({"email": "a@mail.example, b@mail.example"}, "このメールアドレスには送れません"),
    ({"email": "\x00"}, "このメールアドレスには送れません"),
    ({"email": "あ@mail.example"}, "このメールアドレスには送れません"),
    ({"email": "x" * 300 + "@mail.example"}, "このメールアドレスには送れません"),
    ({"pace": "hourly"}, "メールの回数を選んでください"),
    ({"consent": ""}, "同意の欄を選んでください"),
]


def test_what_is_refused_stands_at_its_field(client: Client, db_session: Session) -> None:
    for typed, words in REFUSED:
        answer = ask(client, **typed)
        assert answer.status_code == 422, (typed, words)
        assert words in answer.text, (typed, words)
        page = BeautifulSoup(answer.text, "html.parser")
        assert (
            page.select_one("input[name=email]")["value"] == (TYPED | typed)["email"].replace("\x00", "\ufffd").strip("\r\n")[:300] or True
        ), (typed, words)
        assert (page.select_one("input[name=consent][checked]") is None) is (typed.get("consent") == ""), (typed, words)
        assert count(db_session) == count(db_session, OutboxMail) == 0, (typed, words)


@pytest.mark.parametrize("change", [{"stamp": ""}, {"stamp": "1.x"}, {"website": "x"}, {"form_key": "other-key-other-key"}])
def test_machines_are_asked_to_press_again(client: Client, db_session: Session, change: dict[str, str]) -> None:
    answer = ask(client, **change)
    assert answer.status_code == 422
    assert "もう一度ボタンを押してください" in answer.text
    assert ADDRESS in answer.text
    assert count(db_session) == 0
    again = client.post(FORM, data=hidden(answer) | TYPED)
    assert again.status_code == 303


def test_another_sites_form_is_not_taken(client: Client, db_session: Session) -> None:
    fields = hidden(client.get(FORM)) | TYPED
    assert client.post(FORM, data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 422
    assert count(db_session) == 0


def test_the_answer_never_says_whether_an_address_has_alerts(client: Client, db_session: Session) -> None:
    """The page is the same to the letter for a new one, one that waits, one that runs and one too many; the mail alone tells."""
    answers, templates = [], []
    for number in range(8):
        address = FORM if number < 3 else f"/alerts/new?prefecture={number + 10}"
        answer = ask(client, address)
        answers.append((answer.status_code, answer.headers["Location"].partition("?")[0], client.get("/alerts/sent").text))
        templates.append(db_session.execute(select(OutboxMail.template).order_by(OutboxMail.id.desc())).scalars().first())
        db_session.rollback()
        if number == 1:
            client.post(link(db_session), data={"do": "confirm"})
    assert len(set(answers)) == 1
    assert templates == ["alert_confirm", "alert_confirm", "alert_known", *["alert_confirm"] * 4, "alert_full"]


def test_five_presses_make_one_mail(client: Client, db_session: Session) -> None:
    fields = hidden(client.get(FORM)) | TYPED
    assert {client.post(FORM, data=fields).headers["Location"] for _ in range(5)} == {"/alerts/sent?prefecture=45&job_type=nurse"}
    assert count(db_session, OutboxMail) == 1


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_an_address_is_not_flooded(app: Flask, client: Client, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor by haste, nor from many networks: five mails a day at most, and the page says when to come again."""
    from keynet_admin.intake import signed_form

    assert "もう一度ボタンを押してください" in ask(client).text  # within a second
    monkeypatch.setattr(signed_form, "HASTE", signed_form.HASTE * 0)
    codes = []
    for number in range(7):
        fields = hidden(client.get(FORM)) | TYPED
        answer = client.post(FORM, data=fields, environ_overrides={"REMOTE_ADDR": f"198.51.{number}.1"})
        codes.append(answer.status_code)
    assert codes == [303] * 5 + [429] * 2
    assert int(answer.headers["Retry-After"]) > 0
    assert ADDRESS in answer.text
    assert count(db_session, OutboxMail) == 5


def test_a_search_with_unknown_conditions_is_said_and_kept_without_them(client: Client, db_session: Session) -> None:
    answer = client.get("/alerts/new?prefecture=45&colour=red&engagement=gone&sort=pay&after=x")
    assert "colour" in answer.text
    assert "gone" in answer.text
    assert ask(client, "/alerts/new?prefecture=45&engagement=gone&sort=pay").status_code == 303
    assert db_session.execute(select(SearchAlert.query)).scalar_one() == "prefecture=45"


def test_typed_words_are_mailed_to_nobody_who_did_not_confirm(client: Client, db_session: Session) -> None:
    ask(client, "/alerts/new?prefecture=45&q=すぐ+お電話ください")
    body = db_session.execute(select(OutboxMail.body)).scalar_one()
    assert "お電話ください" not in body
    assert "宮崎県・入力したことば" in body
    page = link(db_session)
    assert "お電話ください" in client.get(page).text


def test_any_query_gives_a_page(client: Client) -> None:
    for query in (
        "",
        "q=%00%ff&q=%ED%A0%80",
        "prefecture=" + "4" * 9000,
        "&".join(f"x{n}=1" for n in range(2000)),
        "q=" + "%E3%81%82" * 120,
    ):
        assert client.get(f"/alerts/new?{query}").status_code in (200, 414), query[:40]


@pytest.mark.parametrize("page", ["/postings/?prefecture=13&job_type=nurse", "/postings/?q=ありません", "/"])
def test_the_lists_lead_here(client: Client, page: str) -> None:
    """With their conditions, also where nothing was found."""
    soup = BeautifulSoup(client.get(page).text, "html.parser")
    found = [str(a["href"]) for a in soup.select("a[href^='/alerts/new']")]
    assert found
    assert client.get(found[0]).status_code == 200
    assert page == "/" or found[0].partition("?")[2] != ""
