"""Queue and case pages: what a decision page says beforehand, what it refuses, and that a repeated or late click changes nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.catalogue.display import long_time
from keynet_admin.models import Account, AuditEvent, Organization, OutboxMail, Posting, ReturnLink, Submission
from keynet_admin.rules import evaluate
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import AccountStatus, Role, SubmissionStatus
from tests import factories
from tests.support.web import Client

# One warning: a name with a letter outside JIS X 0208.
WARNED = {"contact.contact_last": "髙橋"}
WRONG = {"organization.lg_code": "452069"}
OTHER = {
    "organization.lg_code": "302058",
    "organization.org_name": "海南市",
    "organization.org_address": "海南市日方1番1号",
    "organization.org_kana": "カイナンシ",
}
SECOND_MAIL = {"contact.contact_email": "yobo@city.hyuga-test.lg.jp", "contact.contact_email2": "yobo@city.hyuga-test.lg.jp"}


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any, client: Client) -> Account:
    """The signed-in operator."""
    return client.sign_in(factories.account(Role.operator, name="佐藤 直子"))


def read(client: Client, path: str, expect: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == expect, path
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def words(answer: Any) -> str:
    text = (
        answer.get_text() if isinstance(answer, BeautifulSoup) else BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text()
    )
    return re.sub(r"\s+", "", text)


def count(session: Session, model: Any) -> int:
    return int(session.execute(select(func.count()).select_from(model)).scalar_one())


def at(case: Submission, action: str = "") -> str:
    return f"/admin/submission/{case.id}/{action}"


PLANS: dict[str, tuple[str, str]] = {
    "new": ("管理者アカウントを1つ発行します", "団体「日向市」を新しく登録します"),
    "invited": ("初回ログイン待ちのアカウントを使い、ご案内を送り直します", "団体「日向市」の登録を使います"),
    "existing": ("いまのアカウントをそのまま使います", "団体「日向市」の登録を使います"),
    "further": ("アカウントは発行しません", "追加のアカウントを発行する"),
    "other body": ("別の団体のアカウントで使われています", "承認できません"),
    "suspended": ("利用停止中です", "承認できません"),
}


@pytest.mark.parametrize("name", list(PLANS))
def test_what_accepting_will_do_is_said_and_then_done(client: Client, operator: Account, db_session: Session, name: str) -> None:
    changes: dict[str, Any] = {}
    if name in ("invited", "existing", "further", "suspended"):
        first = factories.submission(SubmissionStatus.accepted)
        account = first.organization.accounts[0]  # type: ignore[union-attr]
        account_state = {"invited": AccountStatus.invited, "suspended": AccountStatus.suspended}.get(name, AccountStatus.active)
        db_session.execute(Account.__table__.update().where(Account.id == account.id).values(status=account_state))  # type: ignore[attr-defined]
        db_session.expire_all()
        changes = SECOND_MAIL if name == "further" else {}
    if name == "other body":
        town = factories.make_organization("131016", "千代田区")
        factories.account(Role.municipality, email="vaccine@city.hyuga-test.lg.jp", organization=town)
    case = factories.submission(changes=changes)
    before = {model: count(db_session, model) for model in (Account, Posting, OutboxMail, Organization)}
    page = words(read(client, at(case, "accept")))
    assert [w for w in PLANS[name] if w not in page] == []
    refused = name in ("other body", "suspended")
    answer = client.post(at(case, "accept"), data={"version": case.version})
    assert answer.status_code == (409 if refused else 303)
    assert (case.status is SubmissionStatus.accepted) is not refused
    after = {model: count(db_session, model) - number for model, number in before.items()}
    assert after[Account] == (name == "new")
    assert after[Organization] == (name == "new")
    assert after[Posting] == (0 if refused else 1)
    assert after[OutboxMail] == (0 if refused else 2 if name == "further" else 1)


def test_accept_is_refused_while_an_error_stands(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission(changes=WRONG)
    page = read(client, at(case))
    assert "承認はできません" in words(page)
    assert page.find("a", href=at(case, "accept")) is None
    assert "要修正の指摘が" in words(read(client, at(case, "accept")))
    answer = client.post(at(case, "accept"), data={"version": case.version})
    assert answer.status_code == 409
    assert case.status is SubmissionStatus.received
    assert (count(db_session, Account), count(db_session, Organization)) == (1, 0)


def test_a_missing_or_odd_version_is_400(client: Client, operator: Account, db_session: Session) -> None:
    waits, decided = factories.submission(), factories.submission(SubmissionStatus.rejected)
    for action in ("return", "reject", "withdraw", "accept", "take", "reopen"):
        case = decided if action == "reopen" else waits
        for given in ({}, {"version": ""}, {"version": "x"}, {"version": "１"}, {"version": "-1"}):
            assert client.post(at(case, action), data={"reason": "理由", **given}).status_code == 400, (action, given)
    assert (waits.status, decided.status) == (SubmissionStatus.received, SubmissionStatus.rejected)


def test_a_return_without_words_is_refused_and_nothing_typed_is_lost(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission(changes=WRONG)
    row = {"items-0-path": "organization.lg_code", "items-0-rule": "ORG-001", "items-0-on": "1"}
    tries = ({"reason": " "}, row | {"items-0-message": " ", "reason": "お願いします。"})
    for data in tries:
        answer = client.post(at(case, "return"), data=data | {"version": case.version})
        assert answer.status_code == 422
        assert data["reason"].strip() in answer.get_data(as_text=True)
    assert case.status is SubmissionStatus.received
    added = client.post(
        at(case, "return"), data={"version": case.version, "do": "add", "add_path": "postings.0.title", "reason": "途中の文"}
    )
    assert added.status_code == 200
    assert "途中の文" in added.get_data(as_text=True)
    assert BeautifulSoup(added.get_data(as_text=True), "html.parser").find("input", attrs={"value": "postings.0.title"}) is not None
    proposed = read(client, at(case, "return"))
    assert proposed.find("input", attrs={"name": "items-0-rule", "value": "ORG-001"}) is not None
    done = client.post(at(case, "return"), data=row | {"items-0-message": "5桁目を確かめてください。", "version": case.version})
    assert done.status_code == 303
    assert (case.status, case.due_at) == (SubmissionStatus.returned, None)
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "returned")).scalar_one()
    assert "5桁目を確かめてください。" in mail.body
    assert review.reviews_of(case)[-1].items[0]["path"] == "organization.lg_code"


def test_words_typed_at_an_unticked_item_are_never_left_out_of_a_return(client: Client, operator: Account, db_session: Session) -> None:
    """Refused at the item with the words kept; ticked they are sent, emptied or as proposed they may stay behind."""
    case = factories.submission(changes=WARNED)
    version = case.version
    page = read(client, at(case, "return"))
    rule, path = (str(page.select_one(f"input[name=items-0-{name}]")["value"]) for name in ("rule", "path"))  # type: ignore[index]
    proposal = page.select_one("textarea[name=items-0-message]").get_text().removeprefix("\n")  # type: ignore[union-attr]
    assert page.select_one("input[name=items-0-on][checked]") is None
    row = {"items-0-path": path, "items-0-rule": rule, "reason": "お願いします。", "version": version}
    for index, more in ((0, row), (1, {**row, "items-0-message": proposal, "items-1-path": "postings.0.title", "items-1-rule": ""})):
        answer = client.post(at(case, "return"), data=more | {f"items-{index}-message": "戸籍の字を\r\n確かめてください。"})
        assert answer.status_code == 422
        area = BeautifulSoup(answer.text, "html.parser").select_one(f"#m{index}[aria-invalid=true]")
        assert area is not None
        assert "戸籍の字を\n確かめてください。" in area.get_text()
        assert BeautifulSoup(answer.text, "html.parser").select_one(f"#m{index}-e") is not None
        assert case.status is SubmissionStatus.received
    assert client.post(at(case, "return"), data=row | {"items-0-message": "x", "version": version + 1}).status_code == 409
    added = client.post(at(case, "return"), data=row | {"items-0-message": "途中", "do": "add", "add_path": "postings.0.title"})
    assert added.status_code == 200
    assert "途中" in added.text
    assert "送られません" not in added.text
    left_out = {"items-0-message": proposal, "items-1-path": "postings.0.title", "items-1-message": " "}
    assert client.post(at(case, "return"), data=row | left_out).status_code == 303
    assert review.reviews_of(case)[-1].items == []


def test_the_mail_of_a_return_names_the_end_of_its_link_before_and_after(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission()
    data = {"reason": "お願いします。", "version": case.version}
    shown = read(client, at(case, "return")).select_one("pre.mail")
    assert client.post(at(case, "return"), data=data).status_code == 303
    told = client.get(at(case)).text
    assert f"{case.receipt_no}（{case.org_name}）を差し戻しました。" in told
    assert "もう一度差し戻しました" not in told, "the first return"
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "returned")).scalar_one()
    link = db_session.execute(select(ReturnLink).where(ReturnLink.submission_id == case.id)).scalar_one()
    line = f"アドレスの期限　{long_time(link.expires_at)}"
    assert link.expires_at - link.created_at == timedelta(days=30)
    assert shown is not None
    assert line in shown.get_text()
    assert line in mail.body


def test_a_late_return_offers_nothing_that_cannot_be_done(
    app: Flask, client: Client, operator: Account, db_session: Session, clock: Any
) -> None:
    """Decided by somebody else: what was typed stays, nobody is told to try again. While it still waits, one is."""
    case = factories.submission()
    path = {"items-0-path": "postings.0.title", "items-0-on": "1", "items-0-message": "見出しを直してください。"}
    data = path | {"reason": "途中の文", "version": case.version}
    other = Client(app, app.response_class)
    other.sign_in(Role.operator)
    early = client.post(at(case, "return"), data=data | {"version": case.version + 1})
    assert early.status_code == 409
    assert "もう一度操作してください" in early.text
    assert "項目を加える" in early.text
    assert other.post(at(case, "reject"), data={"reason": "対象外のため。", "version": case.version}).status_code == 303
    for more, code in (({}, 409), ({"do": "add", "add_path": "postings.0.pay"}, 200)):
        late = client.post(at(case, "return"), data=data | more)
        assert late.status_code == code
        assert "いまの状態（却下）では、この操作はできません" in late.text
        assert [word for word in ("途中の文", "見出しを直してください。") if word not in late.text] == []
        assert [word for word in ("もう一度操作", "項目を加える", "次の申請が開きます") if word in late.text] == []


@pytest.mark.parametrize(("action", "state"), [("reject", SubmissionStatus.received), ("reopen", SubmissionStatus.rejected)])
def test_a_reason_is_asked_for_at_its_field(
    client: Client, operator: Account, db_session: Session, action: str, state: SubmissionStatus
) -> None:
    case = factories.submission(state)
    for reason in ("", " 　"):
        answer = client.post(at(case, action), data={"version": case.version, "reason": reason})
        assert answer.status_code == 422
        soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
        assert soup.select_one("textarea[name=reason][aria-invalid=true]")
    assert case.status is state
    assert client.post(at(case, action), data={"version": case.version, "reason": "理由です。"}).status_code == 303
    assert case.status is not state


def test_only_a_lead_reopens_an_accepted_case(app: Flask, client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission(SubmissionStatus.accepted)
    data = {"version": case.version, "reason": "誤って承認したため。"}
    assert client.post(at(case, "reopen"), data=data).status_code == 403
    lead = Client(app, app.response_class)
    lead.sign_in(Role.lead)
    number = count(db_session, Account)
    assert lead.post(at(case, "reopen"), data=data).status_code == 303
    assert case.status is SubmissionStatus.in_review
    assert count(db_session, Account) == number
    assert count(db_session, Posting) == 1


def test_the_same_click_twice_is_sent_to_the_result_anybody_else_gets_409(
    app: Flask, client: Client, operator: Account, db_session: Session, clock: Any
) -> None:
    case = factories.submission()
    version = case.version
    clock.set("2021-05-07 11:23")
    assert client.post(at(case, "accept"), data={"version": version}).status_code == 303
    assert client.post(at(case, "accept"), data={"version": version}).status_code == 303
    other = Client(app, app.response_class)
    other.sign_in(factories.account(Role.operator, name="高橋 健"))
    for who, action in ((other, "accept"), (other, "reject"), (client, "reject"), (client, "return")):
        late = who.post(at(case, action), data={"version": version, "reason": "遅い判断"})
        assert late.status_code == 409
        assert [w for w in ("佐藤 直子", "承認", "5/7(金) 11:23") if w not in late.get_data(as_text=True)] == []
    assert count(db_session, Posting) == 1
    assert count(db_session, OutboxMail) == 2  # the receipt and the first login
    query = select(func.count(AuditEvent.id)).where(AuditEvent.subject == "submission", AuditEvent.action != "submit")
    assert db_session.execute(query).scalar_one() == 1


def test_clearing_a_warning_is_logged_and_can_be_undone(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission(changes=WARNED)
    assert (case.errors, case.warnings) == (0, 1)
    found = next(f for f in submissions.findings_of(submissions.current_revision(case)) if f.level.value == "warning")
    data = {"rule": found.rule, "path": found.path}
    assert "問題なしにする" in words(read(client, at(case)))
    assert client.post(at(case, "clear"), data=data | {"version": case.version}).status_code == 303
    assert case.warnings == 0
    assert "要確認に戻す" in words(read(client, at(case)))
    assert client.post(at(case, "clear"), data=data | {"version": 1}).status_code in (303, 409)
    assert client.post(at(case, "clear"), data=data | {"version": case.version, "undo": "1"}).status_code == 303
    assert case.warnings == 1
    events = db_session.execute(select(AuditEvent.action, AuditEvent.codes).where(AuditEvent.action.in_(("clear", "unclear")))).all()
    assert [(e.action, e.codes["rule"]) for e in events] == [("clear", found.rule), ("unclear", found.rule)]
    for odd in ({"rule": "ORG-001", "path": found.path}, {"rule": found.rule, "path": "postings.0.title"}, {}):
        assert client.post(at(case, "clear"), data=odd | {"version": case.version}).status_code == 404


def test_after_a_return_old_and_new_stand_side_by_side(client: Client, operator: Account, db_session: Session, clock: Any) -> None:
    case = factories.submission()
    opened: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        make = submissions.open_link
        patch.setattr(submissions, "open_link", lambda *a, **k: opened.append(make(*a, **k)) or opened[-1])
        review.return_(case, actor_of(operator), seen_version=case.version, message="額をご確認ください。", items=[])
    typed = factories.document({"postings.0.pay_lines.0.min": "2,345円"})
    link = submissions.find_return(opened[0])
    submissions.resubmit(
        link, typed, evaluate(typed, on=clock.now.date()), reference_date="2021-05-07", form_key="k" * 20, message="直しました。"
    )
    page = words(read(client, at(case)))
    assert [
        w for w in ("1,987円", "2,345円", "直しました。", "1か所が変わりました", "2回目の提出", "額をご確認ください。") if w not in page
    ] == []


def test_the_next_case_opens_after_a_decision(client: Client, operator: Account, db_session: Session, clock: Any) -> None:
    case = factories.submission()
    clock.advance(minutes=1)
    later = factories.submission(changes=OTHER)
    assert client.post("/admin/submission/next").headers["Location"] == at(case)
    answer = client.post(at(case, "accept"), data={"version": case.version})
    assert answer.headers["Location"] == at(later)
    assert f"{case.receipt_no}（日向市）を承認しました" in words(client.get(at(later)))
    answer = client.post(at(later, "reject"), data={"version": later.version, "reason": "対象外のため。"})
    assert answer.headers["Location"] == "/admin/submission/"


def test_the_deadline_of_a_reopened_case_goes_on(client: Client, operator: Account, clock: Any) -> None:
    """Its page says what stood still; of a case that nobody counts it says so. Before the reopening the mail that has gone out is named."""
    case = factories.submission(SubmissionStatus.rejected)
    assert "いまは期限を数えていません（却下）" in words(client.get(at(case, "deadline")))
    clock.set("2021-05-10 11:00")
    assert "募集情報の申請の結果について" in words(client.get(at(case, "reopen")))
    client.post(at(case, "reopen"), data={"version": case.version, "reason": "確認のため。"})
    said = words(client.get(at(case, "deadline")))
    assert "却下5/7(金)10:00～5/10(月)11:00" in said
    assert "8時間を足して、期限は5/12(水)18:00" not in said
    assert "8時間を足して、期限は5/13(木)11:00です" in said
    assert "2021-05-11" in said
    other = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    assert "受付日（初日は数えません）" in words(client.get(at(other, "deadline")))


def test_unknown_cases_are_404(client: Client, operator: Account) -> None:
    for action in ("", "accept", "return", "reject", "deadline"):
        assert client.get(f"/admin/submission/99999/{action}").status_code == 404


def test_events_carry_the_actor(client: Client, operator: Account, db_session: Session) -> None:
    case = factories.submission()
    client.post(at(case, "take"), data={"version": case.version})
    event = db_session.execute(select(AuditEvent).where(AuditEvent.action == "take")).scalar_one()
    assert (event.actor_id, case.assignee_id) == (operator.id, operator.id)
