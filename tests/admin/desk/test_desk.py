"""The telephone desk over HTTP: found in one load, what is told and what is not, the way there and back, the note, keying for the caller."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, AuditEvent, Keying, OutboxMail, Review, StaffNote
from keynet_admin.services import threads
from keynet_admin.services.desk import caller as callers
from keynet_admin.vocabulary import AccountStatus, Role, SubmissionStatus
from tests import factories
from tests.support.forms import Form
from tests.support.web import Client

HERE = "/admin/desk/"
CALL = {"phone": "0982-00-0001", "source": "registered", "person": "庶務係 見本様"}


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any, client: Client) -> Account:
    """The signed-in operator."""
    return client.sign_in(factories.account(Role.operator, name="佐藤 直子"))


def page(answer: Any, expect: int = 200) -> BeautifulSoup:
    assert answer.status_code == expect
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def sent(form: Form) -> dict[str, str]:
    return dict(form.pairs())


def test_one_body_is_shown_at_once_and_several_as_a_list(client: Client, operator: Account, db_session: Session) -> None:
    """One load: the caller's own page, sentences, number to call back. The same text as `/entry/status` shows."""
    case = factories.submission(SubmissionStatus.returned)
    db_session.commit()
    shown = page(client.get(HERE, query_string={"q": "+81 982 00 0043"}))
    assert shown.find(id="h-caller").get_text() == "日向市に見えている画面"
    mirrored = shown.select_one(".screen").get_text()
    assert "再入力をお願いしています" in mirrored
    assert "次の項目をご確認ください。" in mirrored
    assert case.receipt_no in shown.select_one(".say").get_text()
    assert "代表電話の登録がありません" in shown.get_text()  # no registration yet: the number of the form is no public record
    assert "0982-00-0001" not in shown.get_text()
    many = page(client.get(HERE, query_string={"q": "府中市"}))
    assert [a.get_text() for a in many.select(".desk-bodies h2 a")] == ["府中市", "府中市"]
    one = page(client.get(many.select(".desk-bodies h2 a")[1]["href"]))
    assert one.find(id="h-caller").get_text() == "府中市に見えている画面"
    assert "申請は、まだ届いていません" in one.get_text()
    assert "見つかりません" in page(client.get(HERE, query_string={"q": "竜宮城"})).get_text()


# X05: state of the caller's body → what the page offers, and which of it begins with a logged call.
WAYS = {
    "received": {"call_back": True, "readdress": True},
    "returned": {"call_back": True, "resend": False, "extend": False, "readdress": True, "read_code": True, "key_in": False, "tell": False},
    "invited": {"resend": False, "readdress": True, "read_code": True},
}


@pytest.mark.parametrize("state", WAYS)
def test_nothing_is_disclosed_or_changed_without_a_logged_call(client: Client, operator: Account, db_session: Session, state: str) -> None:
    """No page of the desk holds an address or a code; what discloses or changes one does nothing until a call to the public record is logged."""
    case = factories.submission(SubmissionStatus.accepted if state == "invited" else SubmissionStatus(state))
    db_session.commit()
    addresses = {mail.recipient for mail in db_session.execute(select(OutboxMail)).scalars()}
    assert addresses
    shown = None
    for query in ({"q": "ひゅうが"}, {"q": case.receipt_no}, {"body": "452068"}, {"q": "日向", "all": "1"}):
        answer = client.get(HERE, query_string=query)
        shown = page(answer)
        assert not [address for address in addresses if address in answer.get_data(as_text=True)]
    assert shown is not None
    shown = page(client.get(HERE, query_string={"body": "452068"}))
    ways = {a["href"].partition("?")[0].rpartition("/")[2]: a for a in shown.select(".ways a")}
    assert {name: "折り返し" in a.parent.get_text() for name, a in ways.items()} == WAYS[state]
    row = db_session.execute(select(Account).where(Account.status == AccountStatus.invited)).scalar_one() if state == "invited" else case
    for name in ("readdress", "read_code"):
        if name not in ways:
            continue
        form = Form(page(client.get(ways[name]["href"])).select_one("form#decision"))
        for missing in CALL:
            values = sent(form) | CALL | {missing: "", "recipient": "new@city.hyuga-test.lg.jp", "reason": "確認"}
            assert client.post(form.action, data=values).status_code == 422, (name, missing)
        db_session.expire_all()
        assert not db_session.execute(
            select(Review).where(Review.about(row), Review.action.in_(callers.CALLS), Review.actor_id == operator.id)
        ).all()
        assert "new@city" not in "".join(db_session.execute(select(OutboxMail.recipient)).scalars())


def test_there_and_back(client: Client, operator: Account, db_session: Session, clock: Any) -> None:
    """The code is read out after a call to the registered number, which is filled in; then the desk's page of the caller says that it was made."""
    factories.submission(SubmissionStatus.accepted)
    db_session.commit()
    shown = page(client.get(HERE, query_string={"q": "0982-00-0043"}))
    assert shown.select_one(".cb-no").get_text() == "0982-00-0001"
    link = next(a["href"] for a in shown.select(".ways a") if "/read_code" in a["href"])
    form = Form(page(client.get(link)).select_one("form#decision"))
    assert (sent(form)["phone"], sent(form)["source"]) == ("0982-00-0001", "registered")
    done = client.post(form.action, data=sent(form) | {"person": CALL["person"]})
    code = page(client.get(done.headers["Location"]))
    assert code.select_one(".read-out")
    back = next(a["href"] for a in code.select("a") if a.get_text() == "電話窓口に戻る")
    again = page(client.get(back))
    assert "確認ずみ" in again.get_text()
    assert "庶務係 見本様" in again.select_one(".cb-until").get_text()
    assert db_session.execute(select(AuditEvent).where(AuditEvent.action == "read_code")).scalars().one().actor_id == operator.id
    readdress = next(a["href"] for a in again.select(".ways a") if "/readdress" in a["href"]).partition("?")[0]
    resend = next(a["href"] for a in again.select(".ways a") if "/resend" in a["href"])
    form = Form(page(client.get(resend)).select_one("form#decision"))
    assert client.post(form.action, data=sent(form)).headers["Location"].startswith(HERE)
    for bad in ("https://evil.example/", "//evil.example/admin/", "/office/"):
        assert "evil" not in client.post(link.partition("?")[0] + f"?back={bad}", data={"version": "0"}).get_data(as_text=True)

    def begun() -> dict[str, str]:
        form = sent(Form(page(client.get(readdress)).select_one("form#decision")))
        return {name: form[name] for name in CALL}

    # The next act of the same operator about this body begins with that call; a colleague's does not, and one half an hour later neither.
    assert begun() == CALL
    client.sign_in(Role.operator)
    assert begun() == dict.fromkeys(CALL, "")
    client.sign_in(operator)
    clock.advance(minutes=31)
    assert begun() == dict.fromkeys(CALL, "")


def test_the_note_of_a_call_is_shown_at_the_next_one(client: Client, operator: Account, db_session: Session) -> None:
    """With the body, before it has anything and after; refused with everything typed kept; pressed twice it is one."""
    form = Form(page(client.get(HERE, query_string={"q": "おぎ"})).find("h2", id="h-note").find_next("form"))
    refused = page(client.post(form.action, data=sent(form) | {"caller": "見本様", "note": " "}), 422)
    assert refused.find(id="caller")["value"] == "見本様"
    assert "用件を入力してください" in refused.find(id="note-e").get_text()
    for _press in range(2):
        assert client.post(form.action, data=sent(form) | {"caller": "見本様", "note": "メールが開けない"}).status_code == 303
    assert [note.body for note in db_session.execute(select(StaffNote)).scalars()] == ["☎ 見本様：メールが開けない"]
    organization = factories.make_organization("412082", "小城市")
    threads.note(organization, factories.actor(), "同僚だけのメモ")
    db_session.commit()
    assert "同僚だけのメモ" not in client.get(HERE, query_string={"body": "412082"}).text
    assert "見本様：メールが開けない" in page(client.get(HERE, query_string={"body": "412082"})).select_one(".desk-notes").get_text()


def test_keying_begins_with_the_body(client: Client, operator: Account, db_session: Session) -> None:
    """From the desk, and in the form once the code is typed: the table's values where nothing was typed."""
    shown = page(client.get(HERE, query_string={"q": "412082"}))
    form = Form(shown.find("h2", id="h-cases").find_next("form"))
    started = client.post(form.action, data=sent(form))
    opened = page(client.get(started.headers["Location"]))
    begun = Form(opened.select_one("form#keying"))
    names = ("organization-lg_code", "organization-org_name", "organization-org_kana", "organization-org_type")
    assert [sent(begun).get(name) for name in names] == ["412082", "小城市", "オギシ", "city"]
    changed = sent(begun) | {"organization-lg_code": "１８２０９", "organization-org_name": "越前の市", "organization-org_kana": ""}
    changed |= {"do": "draft", "version": opened.select_one("input[name=version]")["value"]}
    assert client.post(begun.action, data=changed).status_code == 303
    row = db_session.execute(select(Keying)).scalar_one()
    assert row.typed["organization"]["org_name"] == "越前の市"
    assert row.typed["organization"]["org_kana"] == "エチゼンシ"
    assert client.get("/admin/submission/new/body?code=41208").get_json()["org_name"] == "小城市"
    assert client.get("/admin/submission/new/body?code=x").get_json() == {}


# List → what is typed → how many rows.
LISTS = {
    "/admin/account/": {"日向": 1, "ひゅうが": 1, "452068": 1, "0982-00-0001": 1, "竜宮": 0},
    "/admin/organization/": {"ひゅうが": 1, "ﾋｭｳｶﾞ": 1, "0982000001": 1, "宮崎 日向": 1, "竜宮": 0},
    "/admin/mail/": {"日向": 2, "KN-210507-0001": 2, "ひゅうが": 2, "竜宮": 0},
}


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_searched_by_body(client: Client, operator: Account, db_session: Session, path: str) -> None:
    """Accounts, bodies and mails by name, reading, code, telephone and receipt number."""
    factories.submission(SubmissionStatus.accepted)
    db_session.commit()
    found = {text: len(page(client.get(path, query_string={"q": text})).select("tbody tr")) for text in LISTS[path]}
    assert found == LISTS[path]


@pytest.mark.settings(PROPAGATE_EXCEPTIONS=False)
@pytest.mark.parametrize("role", [Role.operator, Role.municipality, None])
def test_what_is_searched_for_stands_in_no_log_of_ours(
    client: Client, db_session: Session, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, role: Role | None
) -> None:
    """It may be a person's telephone: neither a refusal nor an error writes the address's query."""
    if role is not None:
        client.sign_in(factories.account(role))
    monkeypatch.setattr("keynet_admin.services.desk.find.find", lambda *_: 1 / 0)
    caplog.set_level("DEBUG")
    client.get(HERE, query_string={"q": "090-0000-1234"})
    assert bool(caplog.records) == (role is not None), "an error, a refusal; nobody is only sent to sign in"
    assert "1234" not in caplog.text
