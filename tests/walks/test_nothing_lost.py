"""What was typed into a decision survives an ended session, an old version, an old token and a refused reason, in both areas."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, AuditEvent, OutboxMail, Posting, StaffSession, Submission
from keynet_admin.services.account import session as sessions
from keynet_admin.services.posting import publication, revisions
from keynet_admin.services.posting.moderation import decide
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.forms import Form
from tests.support.web import Client

WHY = "  一行目の理由です。\n<b>二行目</b>「&quot;」\n\n　最後の行  "


@pytest.fixture
def case(app: Flask, db_session: Session, clock: Any) -> Submission:
    return factories.submission()


@pytest.fixture
def operator(client: Client, case: Submission) -> Account:
    return client.sign_in(factories.account(Role.operator, name="佐藤 直子"))


@pytest.fixture
def live(app: Flask, db_session: Session, clock: Any) -> Posting:
    return factories.posting(PostingStatus.live)


@pytest.fixture
def officer(client: Client, live: Posting) -> Account:
    return client.sign_in(factories.account(Role.municipality, organization=live.organization, name="川辺 花子"))


def form_of(answer: Any, selector: str = "form#decision") -> Form:
    element = BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one(selector)
    assert element is not None, answer.get_data(as_text=True)[:2000]
    return Form(element)


def words(answer: Any) -> str:
    return re.sub(r"\s+", "", BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text())


def typed_reason(answer: Any) -> str:
    area = BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one("textarea[name=reason]")
    assert area is not None
    # The template puts one line break before the text, which a browser drops.
    return area.get_text().replace("\r\n", "\n").removeprefix("\n")


def data_of(form: Form, **changes: Any) -> dict[str, list[str]]:
    """As a browser sends the form, with some values changed."""
    data: dict[str, list[str]] = {}
    for name, value in form.pairs():
        data.setdefault(name, []).append(value)
    return data | {name: [value] for name, value in changes.items()}


def count(session: Session, action: str) -> int:
    return int(session.execute(select(func.count(AuditEvent.id)).where(AuditEvent.action == action)).scalar_one())


def end_sessions(session: Session, account: Account) -> None:
    sessions.end_all(account)
    session.commit()


def forget(client: Client, _session: Session, _account: Account) -> None:
    client.delete_cookie("session")


def idle(client: Client, _session: Session, _account: Account) -> None:
    with client.session_transaction("/login") as cookie:
        cookie["_seen"] = 1


def ended(_client: Client, session: Session, account: Account) -> None:
    end_sessions(session, account)


WAYS_OUT: dict[str, Callable[[Client, Session, Account], None]] = {"no cookie": forget, "idle": idle, "ended": ended}
RETURNED = {
    "items-0-path": "postings.0.title",
    "items-0-rule": "",
    "items-0-message": "題名を\n短くしてください。",
    "items-0-on": "1",
    "items-1-path": "contact.contact_last",
    "items-1-message": "選んでいない項目の文",
}


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("way", list(WAYS_OUT))
def test_a_return_survives_an_ended_session(client: Client, operator: Account, case: Submission, db_session: Session, way: str) -> None:
    """Signed out in between: one signs in on the way, finds everything as typed, presses once more, and it is done once."""
    address = f"/admin/submission/{case.id}/return"
    data = data_of(form_of(client.get(address)), reason=WHY, **RETURNED)
    WAYS_OUT[way](client, db_session, operator)
    page = client.post(address, data=data)
    assert page.status_code == 403
    assert "ログインが切れています" in words(page)
    form = form_of(page, "form[action*=return]")
    assert form.action == address
    wrong = client.post(address, data=data_of(form, sign_in_email=operator.email, sign_in_password="falsch und lang"))
    assert wrong.status_code == 422
    assert "メールアドレスまたはパスワードが違います" in words(wrong)
    again = client.post(
        address, data=data_of(form_of(wrong, "form[action*=return]"), sign_in_email=operator.email, sign_in_password=factories.PASSWORD)
    )
    assert again.status_code == 200
    assert "まだ何も行っていません" in words(again)
    assert factories.PASSWORD not in again.get_data(as_text=True)
    assert (case.status, count(db_session, "return")) == (SubmissionStatus.received, 0)
    kept = form_of(again)
    assert typed_reason(again) == WHY
    assert kept.value("items-0-message").replace("\r\n", "\n").strip("\n") == RETURNED["items-0-message"]
    assert kept.value("items-0-on") == ["1"]
    assert kept.value("items-1-on") == []
    assert "選んでいない項目の文" in kept.value("items-1-message")
    assert client.post(address, data=data_of(kept, do="return")).status_code == 422
    assert client.post(address, data=data_of(kept, do="return") | {"items-1-message": ""}).status_code == 303
    assert (case.status, count(db_session, "return")) == (SubmissionStatus.returned, 1)
    reason = review.reviews_of(case)[-1]
    assert reason.reason.replace("\r\n", "\n") == WHY.strip()
    assert [item["path"] for item in reason.items] == ["postings.0.title"]


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_the_sign_in_on_the_way_counts_its_tries(
    app: Flask, client: Client, operator: Account, case: Submission, db_session: Session
) -> None:
    """As the sign-in page does: too many wrong passwords are 429 with the time to wait, and what was typed is still there."""
    address = f"/admin/submission/{case.id}/reject"
    forget(client, db_session, operator)
    codes = []
    for _ in range(30):
        answer = client.post(
            address, data={"reason": "残る理由です。", "version": 1, "sign_in_email": operator.email, "sign_in_password": "falsch und lang"}
        )
        codes.append(answer.status_code)
        assert "残る理由です。" in answer.get_data(as_text=True)
        if answer.status_code == 429:
            break
    assert set(codes[:-1]) == {422}
    assert codes[-1] == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert client.post("/login", data={"email": operator.email, "password": factories.PASSWORD}).status_code == 429
    empty = client.post(address, data={"reason": "残る理由です。", "sign_in_email": "", "sign_in_password": ""})
    assert empty.status_code == 422
    assert case.status is SubmissionStatus.received


def test_a_new_key_after_the_sign_in(client: Client, operator: Account, case: Submission, db_session: Session) -> None:
    address = f"/admin/submission/{case.id}/reject"
    end_sessions(db_session, operator)
    before = db_session.execute(select(func.count(StaffSession.id))).scalar_one()
    client.post(address, data={"reason": "理由", "version": 1, "sign_in_email": operator.email, "sign_in_password": factories.PASSWORD})
    assert db_session.execute(select(func.count(StaffSession.id))).scalar_one() == before + 1
    assert client.get(f"/admin/submission/{case.id}/").status_code == 200
    assert case.status is SubmissionStatus.received


def test_nobody_else_reads_what_was_typed(
    app: Flask, client: Client, operator: Account, case: Submission, live: Posting, db_session: Session
) -> None:
    """Another person, one without the right and another municipality get 403 or 404, without a word of the typed text."""
    secret = "だれにも見せない理由です。"
    address = f"/admin/submission/{case.id}/reject"
    colleague, town = factories.account(Role.lead), factories.account(Role.municipality, organization=live.organization)
    db_session.commit()
    for who in (colleague, town):
        client.sign_in(operator)
        end_sessions(db_session, operator)
        answer = client.post(
            address, data={"reason": secret, "version": 1, "sign_in_email": who.email, "sign_in_password": factories.PASSWORD}
        )
        assert answer.status_code == 403
        assert secret not in answer.get_data(as_text=True)
        assert client.get("/admin/").status_code == 302, "nobody is signed in"
        data = {"reason": secret, "version": 1}
        reloaded = client.post(address, data=data | {"sign_in_email": who.email, "sign_in_password": factories.PASSWORD})
        assert (reloaded.status_code, secret in reloaded.get_data(as_text=True)) == (403, False)
        alive = select(func.count(StaffSession.id)).where(StaffSession.account_id == who.id, StaffSession.ended_at.is_(None))
        assert db_session.execute(alive).scalar_one() == 0
    stranger = factories.account(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    db_session.commit()
    out = Client(app, app.response_class, use_cookies=True)
    answer = out.post(
        f"/office/posting/{live.id}/edit",
        data={"title": secret, "version": 1, "sign_in_email": stranger.email, "sign_in_password": factories.PASSWORD},
    )
    assert answer.status_code == 404
    assert secret not in answer.get_data(as_text=True)
    assert case.status is SubmissionStatus.received


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_the_sign_in_on_the_way_wants_its_own_token(client: Client, operator: Account, case: Submission, db_session: Session) -> None:
    """Nobody is signed in by a form of another site."""
    forget(client, db_session, operator)
    answer = client.post(
        f"/admin/submission/{case.id}/reject", data={"reason": "x", "sign_in_email": operator.email, "sign_in_password": factories.PASSWORD}
    )
    assert answer.status_code == 400
    assert client.get("/admin/").status_code == 302


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_an_old_token_loses_nothing(client: Client, operator: Account, case: Submission, live: Posting, db_session: Session) -> None:
    """Missing, foreign: 400, the same page, and the next press acts."""
    rows: list[tuple[str, Any]] = [
        (f"/admin/submission/{case.id}/reject", case),
        (f"/admin/submission/{case.id}/return", case),
        (f"/admin/submission/{case.id}/withdraw", case),
        (f"/admin/posting/{live.id}/suspend", live),
    ]
    for address, row in rows:
        status = row.status
        for token in ({}, {"csrf_token": "x"}):
            answer = client.post(address, data={"reason": WHY, "version": row.version, **token})
            assert answer.status_code == 400
            assert "まだ何も行っていません" in words(answer)
            assert typed_reason(answer) == WHY
            assert row.status is status
    note = client.post(f"/admin/submission/{case.id}/note", data={"note": "聞きたいこと"})
    assert (note.status_code, "聞きたいこと" in note.text) == (400, True)
    assert client.post(address, data=data_of(form_of(answer), do="return")).status_code == 303
    assert live.status is PostingStatus.suspended
    for step in ("take", "clear"):
        assert client.post(f"/admin/submission/{case.id}/{step}", data={"version": case.version}).status_code == 400


def test_a_colleagues_decision_in_between(app: Flask, client: Client, operator: Account, case: Submission, clock: Any) -> None:
    """409 with who did what and when, everything typed, the fresh version; what may still be done is done by the next press."""
    colleague = Client(app, app.response_class, use_cookies=True)
    colleague.sign_in(factories.account(Role.operator, name="高橋 健"))
    address, seen = f"/admin/submission/{case.id}/return", case.version
    clock.set("2021-05-07 11:23")
    assert colleague.post(f"/admin/submission/{case.id}/reject", data={"version": seen, "reason": "対象外です。"}).status_code == 303
    late = client.post(address, data={"version": seen, "reason": WHY, **RETURNED})
    assert late.status_code == 409
    assert [w for w in ("高橋健が先に「却下」を行いました", "5/7(金)11:23", "保存されていません") if w not in words(late)] == []
    kept = form_of(late)
    assert typed_reason(late) == WHY
    assert kept.value("items-0-on") == ["1"]
    assert kept.value("version") == str(case.version)
    assert "いまの状態（却下）では" in words(late)
    assert kept.element.select_one("button[value=return]") is None
    assert (
        colleague.post(f"/admin/submission/{case.id}/reopen", data={"version": case.version, "reason": "直しました。"}).status_code == 303
    )
    again = client.post(address, data={"version": seen, "reason": WHY, **RETURNED})
    assert again.status_code == 409
    assert client.post(address, data=data_of(form_of(again), do="return") | {"items-1-message": ""}).status_code == 303
    assert case.status is SubmissionStatus.returned


def test_a_claim_in_between_is_no_decision(app: Flask, client: Client, operator: Account, case: Submission) -> None:
    colleague = Client(app, app.response_class, use_cookies=True)
    account = colleague.sign_in(factories.account(Role.operator, name="高橋 健"))
    seen = case.version
    assert colleague.post(f"/admin/submission/{case.id}/take", data={"version": seen}).status_code == 303
    assert case.assignee_id == account.id
    page = client.get(f"/admin/submission/{case.id}/")
    assert "担当高橋健" in words(page)
    assert "担当を外す" in words(page)
    assert client.post(f"/admin/submission/{case.id}/leave", data={"version": seen}).status_code == 303
    assert (case.status, case.assignee_id) == (SubmissionStatus.received, None)
    assert client.post(f"/admin/submission/{case.id}/accept", data={"version": seen}).status_code == 303


LONG = "あ" * 2001


def test_a_reason_that_is_too_long_is_said_at_its_field(client: Client, operator: Account, case: Submission, db_session: Session) -> None:
    for action in ("reject", "return", "withdraw"):
        answer = client.post(f"/admin/submission/{case.id}/{action}", data={"version": case.version, "reason": LONG})
        assert answer.status_code == 422
        assert "理由は2,000字までです（いま2,001字）" in words(answer)
        assert typed_reason(answer) == LONG
        assert BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one("textarea[name=reason][aria-invalid=true]")
    item = RETURNED | {"items-0-message": "い" * 1001, "items-1-message": ""}
    answer = client.post(f"/admin/submission/{case.id}/return", data={"version": case.version, "reason": "", **item})
    assert answer.status_code == 422
    assert "1,000字までです（いま1,001字）" in words(answer)
    assert "い" * 1001 in answer.get_data(as_text=True)
    assert case.status is SubmissionStatus.received


def test_no_version_loses_nothing_either(client: Client, operator: Account, case: Submission) -> None:
    answer = client.post(f"/admin/submission/{case.id}/reject", data={"reason": WHY})
    assert answer.status_code == 400
    assert typed_reason(answer) == WHY


def test_a_repeated_click_says_so_and_sends_nothing(client: Client, operator: Account, case: Submission, db_session: Session) -> None:
    seen = case.version
    first = client.post(f"/admin/submission/{case.id}/accept", data={"version": seen})
    assert "を承認しました。メールを1通送ります（川辺花子様へ初回ログインのご案内）。" in words(client.get(first.headers["Location"]))
    mails = db_session.execute(select(func.count(OutboxMail.id))).scalar_one()
    second = client.post(f"/admin/submission/{case.id}/accept", data={"version": seen})
    assert second.status_code == 303
    told = words(client.get(second.headers["Location"]))
    assert "「承認」は、先ほど行っています。今回は何も変えず、メールも送っていません。" in told
    assert "送り直します" not in told
    assert db_session.execute(select(func.count(OutboxMail.id))).scalar_one() == mails


# --- the office


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("way", list(WAYS_OUT))
def test_an_edit_in_the_office_survives_an_ended_session(
    client: Client, officer: Account, live: Posting, db_session: Session, way: str
) -> None:
    address = f"/office/posting/{live.id}/edit"
    data = data_of(form_of(client.get(address), "form[data-posting]"), title="十分かけて書いた見出しの看護師募集", do="save")
    WAYS_OUT[way](client, db_session, officer)
    page = client.post(address, data=data)
    assert page.status_code == 403
    form = form_of(page, "form[action*=edit]")
    again = client.post(address, data=data_of(form, sign_in_email=officer.email, sign_in_password=factories.PASSWORD))
    assert again.status_code == 200
    assert "ログインしました" in words(again)
    editor = form_of(again, "form[data-posting]")
    assert editor.value("title") == "十分かけて書いた見出しの看護師募集"
    assert live.current == 1
    assert client.post(address, data=data_of(editor, do="save")).status_code == 303
    assert revisions.current_revision(live).typed["title"] == "十分かけて書いた見出しの看護師募集"


def test_an_edit_on_an_old_version_keeps_what_was_typed(
    app: Flask, client: Client, officer: Account, live: Posting, db_session: Session
) -> None:
    address = f"/office/posting/{live.id}/edit"
    data = data_of(form_of(client.get(address), "form[data-posting]"), title="十分かけて書いた見出しの看護師募集", do="save")
    publication.pause(live, factories.actor(Role.municipality, organization=live.organization), seen_version=live.version)
    late = client.post(address, data=data)
    assert late.status_code == 409
    assert "先に「一時停止」を行いました" in words(late)
    editor = form_of(late, "form[data-posting]")
    assert editor.value("title") == "十分かけて書いた見出しの看護師募集"
    assert (live.current, editor.value("version")) == (1, str(live.version))
    assert client.post(address, data=data_of(editor, do="save")).status_code == 303
    assert live.current == 2


def test_decisions_of_the_office_say_what_stands_in_their_way(app: Flask, client: Client, officer: Account, live: Posting) -> None:
    seen = live.version
    publication.pause(live, factories.actor(Role.municipality, organization=live.organization), seen_version=seen)
    late = client.post(f"/office/posting/{live.id}/close", data={"version": seen})
    assert late.status_code == 409
    assert form_of(late).value("version") == str(live.version)
    chosen = data_of(form_of(late)) | {"rest": "enough"}
    assert client.post(f"/office/posting/{live.id}/close", data=chosen).status_code == 303
    headcount = client.post(f"/office/posting/{live.id}/headcount", data={"version": seen, "headcount": "若干名くらい"})
    assert headcount.status_code in (409, 422)
    assert form_of(headcount).value("headcount") == "若干名くらい"


def test_publishing_with_new_errors_keeps_what_was_judged(
    client: Client, officer: Account, live: Posting, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules of today find an error: nothing is published, but lists and pages show it from now on."""
    draft = factories.posting(changes={"title": "朝の集団接種会場の看護師募集"}, organization=live.organization)
    assert (draft.errors, draft.current) == (0, 1)
    wrong = dict(revisions.current_revision(draft).typed) | {"headcount": "15名程度"}
    monkeypatch.setattr(publication, "recheck", lambda row, _typed=None: revisions.check(row.organization, wrong))
    version = draft.version
    answer = client.post(f"/office/posting/{draft.id}/publish", data={"version": version})
    assert answer.status_code == 409
    assert "要修正の指摘が1件あるため、公開できません" in words(answer)
    assert (draft.status, draft.errors, draft.current, draft.version) == (PostingStatus.draft, 1, 2, version + 1)
    assert len([f for f in revisions.current_revision(draft).findings if f["level"] == "error"]) == 1
    again = client.post(f"/office/posting/{draft.id}/publish", data={"version": version + 1})
    assert (again.status_code, draft.current, draft.version) == (409, 2, version + 1)  # nothing new is stored twice
    told = words(client.get(f"/office/posting/{draft.id}/"))
    assert "要修正が1件あるため、まだ公開できません" in told
    assert "公開の前に記入ルールで確かめ直し" in told


def test_a_posting_that_was_never_public_finds_its_way_back(client: Client, live: Posting, db_session: Session, clock: Any) -> None:
    """Suspended while it waited for its release, restored: the municipality publishes it; there is nothing to resume."""
    waiting = factories.posting(PostingStatus.awaiting_release, {"headcount": 300}, organization=live.organization)
    operator = factories.actor(Role.operator)
    decide.suspend(waiting, operator, seen_version=waiting.version, reason="内容の確認のため。")
    decide.restore(waiting, operator, seen_version=waiting.version, reason="確かめました。")
    assert (waiting.status, waiting.live) == (PostingStatus.paused, None)
    client.sign_in(factories.account(Role.municipality, organization=waiting.organization))
    page = words(client.get(f"/office/posting/{waiting.id}/"))
    assert "公開へ進む" in page
    assert "公開を再開する" not in page
    assert client.post(f"/office/posting/{waiting.id}/resume", data={"version": waiting.version}).status_code == 409
    assert client.post(f"/office/posting/{waiting.id}/publish", data={"version": waiting.version}).status_code == 303
    assert waiting.status is PostingStatus.awaiting_release


ENDINGS: dict[str, Callable[[Posting, Account], Any]] = {
    "closed": lambda row, who: publication.close(row, sessions.actor_of(who), seen_version=row.version),
    "suspended": lambda row, _who: decide.suspend(row, factories.actor(Role.operator), seen_version=row.version, reason="確認のため。"),
}


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_an_edit_of_a_posting_that_ended_meanwhile_keeps_what_was_typed(
    client: Client, officer: Account, live: Posting, ending: str
) -> None:
    address = f"/office/posting/{live.id}/edit"
    data = data_of(form_of(client.get(address), "form[data-posting]"), title="十分かけて書いた見出しの看護師募集", do="save")
    ENDINGS[ending](live, officer)
    late = client.post(address, data=data)
    assert late.status_code == 409
    assert "内容を変更できません。保存していません。入力した内容は残っています" in words(late)
    assert form_of(late, "form[data-posting]").value("title") == "十分かけて書いた見出しの看護師募集"
    assert live.current == 1


def test_an_edit_without_its_version_keeps_what_was_typed(client: Client, officer: Account, live: Posting) -> None:
    address = f"/office/posting/{live.id}/edit"
    data = data_of(form_of(client.get(address), "form[data-posting]"), title="十分かけて書いた見出しの看護師募集", version="")
    late = client.post(address, data=data | {"do": ["save"]})
    assert late.status_code == 400
    editor = form_of(late, "form[data-posting]")
    assert (editor.value("title"), editor.value("version")) == ("十分かけて書いた見出しの看護師募集", str(live.version))
    assert client.post(address, data=data_of(editor, do="save")).status_code == 303
