"""The application form: whatever is typed gets a clear answer at its field, and nothing typed is ever lost."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import EntryDraft, OutboxMail, Submission, SubmissionRevision
from keynet_admin.services import persons, settings
from keynet_admin.services.submission import intake as submissions
from tests import factories
from tests.intake.build import after, at_field, page, pairs, post, send
from tests.support.forms import Form
from tests.support.web import Client

# What somebody may type anywhere -> the rule that speaks at (some of) the fields, or None when it is understood or left to the others.
ODD = {
    "full-width": ("１２３ＡＢＣ", None),
    "half-width kana": ("ﾋｭｳｶﾞｼ ｶﾅ", None),
    "emoji": ("😀👩‍⚕️", "TXT-005"),
    "NUL": ("a\0b", "TXT-006"),
    "markup": ("<script>alert(1)</script>\"'", None),
    "bidi override": ("\u202eabc", "TXT-006"),
    "rare letters": ("𠮷髙﨑①㈱", "TXT-004"),
    "外字": ("\ue000", "TXT-006"),
    "a mail header": ("山田\r\nBcc: x@keynet.example", None),
}
# A wrong value at one field of a good form -> words at that field.
BAD: dict[str, tuple[str, Any, str]] = {
    "10,000 letters": ("postings.0.title", "あ" * 10_000, "文字"),
    "check digit": ("organization.lg_code", "452069", "団体コード"),
    "no mail address": ("contact.contact_email", "vaccine.hyuga", "メール"),
    "two readings": ("postings.0.headcount", "若干名", "人"),
    "no such day": ("postings.0.term_start", "令和3年2月30日", "日"),
    "unknown choice": ("postings.0.job_type", "astronaut", "選"),
    "unknown day": ("postings.0.shifts.0.days", ["sat", "someday"], "曜日"),
    "seven shifts": ("postings.0.shifts", [{"name": f"枠{n}", "days": ["sat"], "start": "13:00", "end": "17:00"} for n in range(7)], "6"),
    "nothing": ("contact.contact_last", "", "入力"),
}


def form_of(soup: BeautifulSoup) -> Form:
    element = soup.select_one("form[data-entry]")
    assert element is not None, soup.h1
    return Form(element)


def count(session: Session, model: Any) -> int:
    return int(session.execute(select(func.count()).select_from(model)).scalar_one())


@pytest.mark.parametrize("name", list(ODD))
def test_anything_typed_anywhere_is_kept(app: Flask, client: Client, clock: Any, name: str) -> None:
    """In all text fields at once: every field as typed again, in the answer and when the form is opened later (HTML has no NUL)."""
    value, rule = ODD[name]
    expected = value.replace("\r\n", "\n").replace("\0", "\ufffd")
    form = form_of(page(client.get("/entry/")))
    names = [c["name"] for c in form.all if (c.name == "textarea" or c.get("type") == "text") and not c.has_attr("readonly")]
    for one in names:
        form.fill(one, value)
    answer = send(client, form.pressed("do", "confirm"))
    assert answer.headers["Location"] == "/entry/?checked=1"
    soup = page(after(client, answer))
    assert soup.select(".error-summary li a")
    assert rule is None or soup.select(f"[data-finding={rule}]")
    for opened in (soup, page(client.get("/entry/"))):
        assert {v.replace("\r\n", "\n") for v in form_of(opened).values(names).values()} == {expected}
        assert not opened.find("script", string="alert(1)")


def test_a_wrong_value_is_told_at_its_field_and_the_rest_stays(app: Flask, client: Client, clock: Any) -> None:
    wrong = []
    for name, (path, value, words) in BAD.items():
        typed = factories.document({path: value})
        answer = post(client, typed)
        soup = page(after(client, answer))
        if answer.headers["Location"] != "/entry/?checked=1" or "エラー" not in at_field(soup, path) or words not in at_field(soup, path):
            wrong.append(f"{name}: {answer.status_code} {at_field(soup, path)[:200]}")
        sent, shown = dict(pairs(typed)), form_of(soup).pairs()
        lost = [key for key, text in sent.items() if not any(k == key and v.replace("\r\n", "\n") == text for k, v in shown)]
        if lost:
            wrong.append(f"{name}: lost {lost}")
        link = soup.select_one(".error-summary li a")
        if link is None or soup.find(id=str(link["href"])[1:]) is None:
            wrong.append(f"{name}: the summary leads nowhere")
    assert wrong == []


def test_21_postings_are_kept_and_refused(app: Flask, client: Client, clock: Any) -> None:
    typed = factories.document()
    typed["postings"] = [typed["postings"][0] | {"title": f"集団接種会場の看護師{n}"} for n in range(21)]
    soup = page(after(client, post(client, typed)))
    assert "20件" in soup.select_one(".error-summary, .notice").get_text()  # type: ignore[union-attr]
    assert form_of(soup).value("postings-20-title") == "集団接種会場の看護師20"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"organization-org_name=%93%FA%8C%FC%8Es", "文字"),
        (b"organization-org_name=%ff%fe", "文字"),
        (b"organization-lg_code=452068&organization-lg_code=131016", "2通り"),
        (b"organization-lg_code=452068&organization-lg_code=452068", ""),
        (b"role=admin&status=accepted&organization_id=1&organization-id=7&postings-0-status=live&postings-0-shifts-0-evil=1", ""),
        (b"postings-999999-title=x&postings-99999999999-title=y&postings--1-title=z", ""),
        (b"organization=x&postings=x&contact-=x&postings-0=x&=x&reasons-0-rule=TXT-001&reasons-0-path=" + b"a" * 5000, ""),
    ],
)
def test_broken_bytes_and_odd_names(app: Flask, client: Client, clock: Any, db_session: Session, body: bytes, words: str) -> None:
    """Bytes that are no UTF-8, doubled keys, keys of nobody: answered in words, nothing is stored as a case."""
    for do in (b"confirm", b"send"):
        answer = send(client, body + b"&do=" + do)
        assert answer.headers["Location"] == "/entry/?checked=1"
        assert words in page(after(client, answer)).get_text()
    assert count(db_session, Submission) == 0


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("token", [None, "", "made-up", "stranger"])
def test_a_bad_token_shows_everything_again(app: Flask, client: Client, clock: Any, db_session: Session, token: str | None) -> None:
    typed = factories.document({"postings.0.title": "トークンのない看護師募集"})
    if token == "stranger":
        token = form_of(page(Client(app, app.response_class).get("/entry/"))).value("csrf_token")
    answer = post(client, typed, "send", *([("csrf_token", token)] if token is not None else []))
    assert answer.status_code == 400
    soup = page(answer)
    assert form_of(soup).value("postings-0-title") == "トークンのない看護師募集"
    assert "もう一度送信してください" in soup.get_text()
    assert count(db_session, Submission) == 0
    again = send(client, [*form_of(soup).pairs(), ("do", "confirm")])
    assert page(after(client, again)).h1.get_text() == "内容の確認"  # type: ignore[union-attr]


def test_five_sends_of_one_form_give_one_receipt(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    typed = factories.document()
    answers = [after(client, post(client, typed, "send")) for _ in range(5)]
    numbers = {page(a).select_one("[data-receipt]").get_text() for a in answers}  # type: ignore[union-attr]
    assert [a.status_code for a in answers] == [200] * 5
    assert numbers == {"KN-210507-0001"}
    assert ["すでに受け付けています" in a.get_data(as_text=True) for a in answers] == [False, True, True, True, True]
    assert (count(db_session, Submission), count(db_session, OutboxMail)) == (1, 1)
    other = post(client, typed, "send", key="another-key-of-a-test-0002")
    assert "KN-210507-0002" in after(client, other).get_data(as_text=True)


def test_what_nobody_asked_for_changes_nothing(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    more = [("status", "accepted"), ("organization_id", "1"), ("role", "admin"), ("receipt_no", "X"), ("organization-status", "accepted")]
    post(client, factories.document(), "send", *more)
    case = db_session.execute(select(Submission)).scalar_one()
    assert (case.status.value, case.organization_id, case.receipt_no) == ("received", None, "KN-210507-0001")
    assert "status" not in submissions.current_revision(case).typed["organization"]


def test_confirm_sends_what_was_seen_and_back_brings_it_back(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """The confirmation page carries the form; another tab's draft does not change it. 入力 → 確認 → 入力 loses nothing."""
    typed = factories.document({"postings.0.duty_detail": "予診票の聞き取りと\r\n接種後の観察を行います。\r\n1回に90人ほどです。"})
    soup = page(after(client, post(client, typed)))
    assert soup.h1 is not None
    assert soup.h1.get_text() == "内容の確認"
    confirm = next(Form(f) for f in soup.find_all("form") if f.has_attr("data-entry-confirm"))
    back = after(client, send(client, confirm.pressed("do", "back")))
    assert form_of(page(back)).value("postings-0-duty_detail") == typed["postings"][0]["duty_detail"]
    post(client, factories.document({"postings.0.title": "別のタブの看護師募集です"}), "draft")
    assert "申請を受け付けました" in after(client, send(client, confirm.pressed("do", "send"))).get_data(as_text=True)
    sent = db_session.execute(select(SubmissionRevision)).scalar_one().typed["postings"][0]
    assert sent["title"] == typed["postings"][0]["title"]
    assert sent["duty_detail"].replace("\r\n", "\n") == typed["postings"][0]["duty_detail"].replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("values", "day", "status", "words"),
    [
        ({}, "2021-05-05", 409, "まだ始まっていません"),
        ({}, "2021-05-06", 303, "募集情報の申請"),
        ({"intake_until": "2021-06-30"}, "2021-06-30", 303, "募集情報の申請"),
        ({"intake_until": "2021-06-30"}, "2021-07-01", 409, "終わりました"),
        ({"intake_from": "2021-07-01"}, "2021-06-30", 409, "令和3年7月1日"),
    ],
)
def test_the_intake_period(
    app: Flask, client: Client, clock: Any, db_session: Session, values: dict[str, Any], day: str, status: int, words: str
) -> None:
    for name, value in values.items():
        settings.put(name, value)
    clock.set(f"{day} 11:00")
    shown, sent = client.get("/entry/"), send(client, [("do", "confirm")])
    assert (shown.status_code, sent.status_code) == (200, status)
    assert words in page(shown).get_text()
    assert words in page(sent if status == 409 else after(client, sent)).get_text()
    assert client.get("/entry/status").status_code == 200


def test_a_body_with_an_account_is_led_to_its_office(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """At the end, not while it types; who cannot use the account may tick that and send."""
    factories.posting()
    answer = post(client, factories.document(), "send")
    assert answer.headers["Location"] == "/entry/confirm?account=1"
    soup = page(after(client, answer))
    assert soup.find("a", href="/login")
    assert count(db_session, Submission) == 1
    form = next(Form(f) for f in soup.find_all("form") if f.has_attr("data-entry-confirm"))
    form.fill("has_account", True)
    after(client, send(client, form.pressed("do", "send")))
    assert count(db_session, Submission) == 2


def test_a_draft_lives_seven_days_in_its_browser(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    answer = post(client, factories.document({"postings.0.title": "途中の看護師募集です"}), "draft")
    assert answer.status_code == 303
    cookie = client.get_cookie("entry")
    assert cookie is not None
    assert (cookie.max_age, cookie.http_only, cookie.same_site) == (7 * 86400, True, "Lax")
    assert form_of(page(client.get("/entry/"))).value("postings-0-title") == "途中の看護師募集です"
    assert form_of(page(Client(app, app.response_class).get("/entry/"))).value("postings-0-title") == ""
    assert cookie.value not in str(db_session.execute(select(EntryDraft.cookie_hash)).scalars().all())
    clock.advance(days=6, hours=23)
    assert form_of(page(client.get("/entry/"))).value("postings-0-title") == "途中の看護師募集です"
    clock.advance(hours=2)
    assert form_of(page(client.get("/entry/"))).value("postings-0-title") == ""
    db_session.commit()
    assert {entry.model: number for entry, number in persons.purge()}[EntryDraft] == 1
    assert count(db_session, EntryDraft) == 0


def test_a_draft_ends_when_it_is_sent_or_discarded(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    for do in ("discard", "send"):
        post(client, factories.document(), "draft")
        assert count(db_session, EntryDraft) == 1
        post(client, factories.document(), do)
        assert count(db_session, EntryDraft) == 0
        assert client.get_cookie("entry") is None
        assert form_of(page(client.get("/entry/"))).value("postings-0-title") == ""


def test_rows_and_postings_by_buttons(app: Flask, client: Client, clock: Any) -> None:
    """Add, copy, remove and choose work without script and lose nothing; the limits hold."""
    typed = factories.document({"contact.contact_hours": "平日10時から"})
    for button in (("add", "postings-0-shifts"), ("copy", "postings-0"), ("remove", "postings-0"), ("add", "postings")):
        answer = send(client, [*pairs(typed), button])
        assert answer.status_code == 303
        form = form_of(page(client.get(answer.headers["Location"])))
        assert form.value("contact-contact_hours") == "平日10時から"
        if button[0] in ("add", "copy"):
            assert form.value("postings-0-title") == typed["postings"][0]["title"]
        assert form.has("postings-0-shifts-1-start") is (button[1] == "postings-0-shifts")
        assert form.has("postings-1-title") is (button in (("copy", "postings-0"), ("add", "postings")))
    full = typed | {"postings": [typed["postings"][0]] * 20}
    assert not form_of(page(client.get(send(client, [*pairs(full), ("add", "postings")]).headers["Location"]))).has("postings-20-title")


def test_a_reason_lets_an_overridable_error_pass(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """First refused with a box for the reason; the reason survives reload and back; with it the case enters with a warning."""
    typed = factories.document({"postings.0.documents": "履歴書、マイナンバーカードの写し"})
    soup = page(after(client, post(client, typed)))
    box = soup.find("textarea", attrs={"name": "reasons-0-reason"})
    assert box is not None
    form = form_of(soup)
    form.fill("reasons-0-reason", "本人確認を会場で行うためです。")
    send(client, form.pressed("do", "draft"))
    again = form_of(page(client.get("/entry/")))
    assert again.value("reasons-0-reason") == "本人確認を会場で行うためです。"
    confirm = page(after(client, send(client, again.pressed("do", "confirm"))))
    assert confirm.h1 is not None
    assert confirm.h1.get_text() == "内容の確認"
    last = next(Form(f) for f in confirm.find_all("form") if f.has_attr("data-entry-confirm"))
    assert last.value("reasons-0-reason") == "本人確認を会場で行うためです。"
    form = form_of(page(after(client, send(client, last.pressed("do", "back")))))
    assert form.value("reasons-0-reason") == "本人確認を会場で行うためです。"
    after(client, send(client, last.pressed("do", "send")))
    case = db_session.execute(select(Submission)).scalar_one()
    stored = [f for f in submissions.findings_of(submissions.current_revision(case)) if f.reason]
    assert (case.errors, len(stored)) == (0, 1)
    assert (stored[0].level.value, stored[0].own_level.value) == ("warning", "error")  # type: ignore[union-attr]


def test_a_body_that_is_too_large_is_413(app: Flask, client: Client, clock: Any) -> None:
    assert send(client, b"organization-org_name=" + b"a" * 20 * 1024 * 1024).status_code == 413
    assert send(client, b"&".join(b"x%d=1" % n for n in range(20_000))).status_code == 413
