"""Who gets the account, as an operator sees it: the proof on the case and beside the acceptance, the call-back's form, the second person."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, OutboxMail, Submission
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.services.submission.test_proof import sent
from tests.support.forms import Form
from tests.support.web import Client

CALL = {"phone": "03-0000-0001", "source": "website", "person": "庶務係 見本様"}
# Sender -> (fine or not, what the operator reads of it)
SHOWN = {
    "kenko@city.chuo-test.lg.jp": (True, "メールは、この団体自身のドメインです（city.chuo-test.lg.jp）"),
    "x@city.osaka.lg.jp": (False, "メールのドメイン city.osaka.lg.jp は、大阪府大阪市のものです"),
    "x@service-test.lg.jp": (False, "この団体のものと確認できません（別の団体のドメインかもしれません）"),
    "kenko@gmail.com": (False, "フリーメールまたは携帯電話会社のものです"),
    "x@chuo.keynet.example": (False, "メールのドメイン chuo.keynet.example は、この団体のものと確認できません"),
}


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any, client: Client) -> Account:
    """The signed-in operator."""
    return client.sign_in(factories.account(Role.operator, name="佐藤 直子"))


def at(case: Submission, action: str = "") -> str:
    return f"/admin/submission/{case.id}/{action}"


def page(answer: Any, expect: int = 200) -> BeautifulSoup:
    assert answer.status_code == expect
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("address", SHOWN)
def test_what_the_operator_sees_and_what_acceptance_demands(client: Client, operator: Account, db_session: Session, address: str) -> None:
    """Over HTTP: case page, acceptance, refusal, the logged call, acceptance, and the one mail."""
    fine, words = SHOWN[address]
    case = sent(address)
    for shown in (page(client.get(at(case))), page(client.get(at(case, "accept")))):
        row = next(li for li in shown.select("li.mark-row") if plain(words) in plain(li.get_text()))
        assert row.get_text().strip().startswith("確認済み" if fine else "要確認")
        assert ("代表電話で確かめて記録するか" in shown.get_text()) is not fine
    warned = [f["rule"] for f in case.revisions[0].contact.findings if f["level"] == "warning"]  # type: ignore[union-attr]
    assert ("MAIL-010" in warned) == address.endswith((".osaka.lg.jp", "service-test.lg.jp"))
    links = [str(a["href"]) for a in page(client.get(at(case))).select(".case2__right a")]
    assert links.count(at(case, "ask_second")) == 1
    assert (links.index(at(case, "call_back")) < links.index(at(case, "accept"))) is not fine, "what is missing stands before the decision"
    if not fine:
        asked = page(client.get(at(case, "accept")))
        assert asked.select_one("form#decision") is None
        assert {at(case, "call_back"), at(case, "ask_second")} <= {str(a["href"]) for a in asked.select("main a")}
        refused = page(client.post(at(case, "accept"), data={"version": case.version}), 409)
        assert "「承認」を行えませんでした" in refused.get_text()
        assert db_session.execute(select(OutboxMail).where(OutboxMail.template == "first_login")).first() is None
        assert client.post(at(case, "call_back"), data=CALL | {"version": case.version}).status_code == 303
        shown = page(client.get(at(case, "accept")))
        assert "03-0000-0001（団体の公式サイト）　庶務係 見本様" in shown.get_text()
        assert "佐藤 直子" in next(li for li in shown.select("li.mark-row") if "代表電話で確認" in li.get_text()).get_text()
        doubt = next(li for li in shown.select("li.mark-row") if plain(words) in plain(li.get_text()))
        assert "確認済み" not in doubt.get_text(), "the call is what was confirmed, not the strange domain"
        assert "佐藤 直子が団体の代表電話で申請を確かめました。" in page(client.get(at(case))).get_text()
    assert client.post(at(case, "accept"), data={"version": case.version}).status_code == 303
    db_session.expire_all()
    assert case.status is SubmissionStatus.accepted
    (mail,) = db_session.execute(select(OutboxMail).where(OutboxMail.template == "first_login")).scalars()
    assert mail.recipient == address


@pytest.mark.parametrize("field", CALL)
def test_a_refused_call_back_says_why_at_its_field_and_keeps_the_rest(
    client: Client, operator: Account, db_session: Session, field: str
) -> None:
    case = sent("kenko@gmail.com")
    wrong = {"phone": "090-0000-0001", "source": "", "person": " "}[field]
    shown = page(client.post(at(case, "call_back"), data=CALL | {field: wrong, "version": case.version}), 422)
    form = Form(shown.select_one("form#decision"))  # type: ignore[arg-type]
    assert form.values(list(CALL)) == CALL | {field: wrong}
    control = form.controls(field)[0]
    assert control["aria-invalid"] == "true"
    assert shown.select_one(f"#{field}-e").get_text().strip()  # type: ignore[union-attr]
    assert f"{field}-e" in str(control["aria-describedby"])
    assert [c.get("name") for c in form.all if c.get("aria-invalid")] == [field]


def test_the_second_operator_accepts_what_the_first_left_to_them(client: Client, operator: Account, db_session: Session) -> None:
    case = sent("kenko@gmail.com")
    answer = client.post(at(case, "ask_second"), data={"version": case.version, "reason": "念のため見てください。"})
    assert answer.status_code == 303
    shown = page(client.get(at(case, "accept")))
    assert "2人目の確認へ回してあります。ほかの担当者が承認するか" in shown.get_text()
    assert shown.select_one("form#decision") is None
    assert client.post(at(case, "accept"), data={"version": case.version}).status_code == 409
    client.sign_in(factories.account(Role.operator, name="三浦 健"))
    factories.submission(SubmissionStatus.received)
    for address, cases in (("/admin/submission/", 2), ("/admin/submission/?assignee=second", 1)):
        table = page(client.get(address)).select("tbody tr")
        assert (len(table), ["2人目の確認待ち" in row.get_text() for row in table].count(True)) == (cases, 1)
    shown = page(client.get(at(case, "accept")))
    assert "2人目の確認を依頼" in shown.get_text()
    assert client.post(at(case, "accept"), data={"version": case.version}).status_code == 303
    db_session.expire_all()
    assert case.status is SubmissionStatus.accepted
    assert "2人目の確認待ち" not in page(client.get("/admin/submission/?tab=done")).select("tbody")[0].get_text()
    told = page(client.get(at(case))).get_text()
    assert "念のため見てください。" in told
    assert "登録済みのアカウントのアドレスです" not in told, "the account that this acceptance issued proves nothing about it"
