"""Copies for the sender: the receipt, the status page behind number, address and code, the file; what was returned is ticked off."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.catalogue.difference import changes
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.rules import evaluate
from keynet_admin.services.files import upload
from keynet_admin.services.submission import intake as submissions
from tests import factories
from tests.intake.build import KEY, after, page, post, send
from tests.support.forms import Form
from tests.support.web import Client

MAIL = "vaccine@city.hyuga-test.lg.jp"
NO = "KN-210507-0001"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(client: Client, code: str = "", no: str = NO, mail: str = MAIL, **more: str) -> str:
    """Ask for the status; the text of the page that follows."""
    answer = client.post("/entry/status", data={"receipt_no": no, "email": mail, "code": code, **more}, follow_redirects=True)
    return page(answer).get_text(" ", strip=True)


def code_of(client: Client) -> str:
    """The code on the receipt."""
    return str(page(client.get(f"/entry/done/{KEY}")).select_one("[data-code]").get_text())  # type: ignore[union-attr]


def test_the_receipt_shows_the_whole_form(app: Flask, client: Client, clock: Any) -> None:
    """Every value that was sent stands on it, in the form's order; it prints, and it is a file."""
    typed = factories.document()
    soup = page(after(client, post(client, typed, "send")))
    words = soup.get_text()
    posting = typed["postings"][0]
    for value in (posting["title"], posting["duty_detail"], typed["contact"]["contact_email"], typed["organization"]["org_address"]):
        assert value in words, value
    assert soup.select_one("button[data-print][hidden]"), "the button needs the script; the browser's own command does not"
    assert soup.select_one(f'a[download][href="/entry/done/{KEY}/form.xlsx"]')


@pytest.mark.parametrize("where", ["receipt", "status", "office"])
def test_the_file_can_be_sent_again(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path, where: str) -> None:
    """In the template's own format: read back it is the same submission."""
    typed = factories.document()
    typed["postings"] = [typed["postings"][0], typed["postings"][0] | {"title": "2件目の看護師募集です"}]
    post(client, typed, "send")
    path = f"/entry/done/{KEY}/form.xlsx"
    if where == "status":
        ask(client, code_of(client))
        path = "/entry/status/form.xlsx"
    elif where == "office":
        case = db_session.execute(select(Submission)).scalar_one()
        account = factories.account(factories.Role.municipality, organization=factories.make_organization())
        case.organization = account.organization
        client.sign_in(account)
        path = f"/office/submission/{case.id}/form.xlsx"
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, XLSX)
    assert NO in answer.headers["Content-Disposition"]
    file = tmp_path / "copy.xlsx"
    file.write_bytes(answer.data)
    (item,) = upload.read(file)
    on = date(2021, 5, 7)
    assert changes(evaluate(typed, on=on).normalized, evaluate(item.submission, on=on).normalized) == []


def test_the_status_shows_the_form_after_the_code_alone(app: Flask, client: Client, clock: Any) -> None:
    """Number and address give the state; the typed code, however written, gives the form; it stays with this session."""
    typed = factories.document()
    title = typed["postings"][0]["title"]
    post(client, typed, "send")
    code = code_of(client)
    sender, stranger = Client(app, app.response_class), Client(app, app.response_class)
    assert title not in ask(sender)
    assert "事務局が内容を確認しています" in ask(sender)
    wrong = ask(sender, "AAAA-BBBB-CCCC")
    assert "コードが違います" in wrong
    assert title not in wrong
    for written in (code, code.lower().replace("-", ""), f" {code} "):
        assert title in ask(sender, written), written
    assert title in page(sender.get("/entry/status?asked=1")).get_text()
    assert title not in page(stranger.get("/entry/status?asked=1")).get_text()
    assert stranger.get("/entry/status/form.xlsx").status_code == 302
    assert title not in ask(stranger, code, mail="other@city.hyuga-test.lg.jp")
    assert title not in ask(sender), "asking anew closes it"


def test_every_case_has_a_code_of_its_own(app: Flask, client: Client, clock: Any) -> None:
    post(client, factories.document(), "send")
    code = code_of(client)
    post(client, factories.document(), "send", key="another-key-of-a-test-0002")
    assert "コードが違います" in ask(client, code, no="KN-210507-0002")


def test_the_code_comes_by_mail(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """With the receipt, and once more when somebody asks who knows number and address; it is not kept readable."""
    post(client, factories.document(), "send")
    code = code_of(client)
    assert "コードをメールでお送りしました" in ask(client, do="code")
    ask(client, do="code", mail="other@city.hyuga-test.lg.jp")
    mails = db_session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars().all()
    assert [(mail.template, mail.recipient) for mail in mails] == [("receipt", MAIL), ("receipt_code", MAIL)]
    assert all(code not in mail.body for mail in mails)
    assert all((mail.sealed or {}).get("code") == code for mail in mails)


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_guessing_the_code_is_limited(app: Flask, client: Client, clock: Any) -> None:
    """By number, whatever the address."""
    post(client, factories.document(), "send")
    data = {"receipt_no": NO, "code": "AAAA-BBBB-CCCC"}
    codes = [client.post("/entry/status", data=data | {"email": f"a{n}@keynet.example"}).status_code for n in range(10)]
    assert codes == [303] * 8 + [429] * 2


@pytest.mark.parametrize(
    ("mended", "done", "others"),
    [
        ({}, 0, False),
        ({"postings-0-headcount": "40"}, 1, False),
        ({"postings-0-headcount": "40", "postings-0-pay_lines-0-min": "2,222"}, 2, False),
        ({"postings-0-headcount": "40", "contact-contact_hours": "平日の午前"}, 1, True),
    ],
)
def test_what_was_returned_is_ticked_off(
    app: Flask, client: Client, clock: Any, returned: Callable[..., tuple[Submission, str]], mended: dict[str, str], done: int, others: bool
) -> None:
    """On the form after a saving, and on the confirmation page: 直した or 前回のまま, old and new; and what else was changed."""
    paths = ("postings.0.headcount", "postings.0.pay_lines", "contact.contact_tel")
    _, link = returned(*({"path": path, "rule": "", "message": "ご確認ください。"} for path in paths))
    soup = page(client.get(link))
    assert "差し戻しの3項目のうち、0項目を直しました" in soup.get_text()
    form = Form(soup.select_one("form[data-entry]"))  # type: ignore[arg-type]
    if others:
        form.fill("message", "連絡のつく時間も変わりました。")
        form = Form(page(after(client, send(client, form.pressed("do", "widen"), link))).select_one("form[data-entry]"))  # type: ignore[arg-type]
    for name, value in mended.items():
        form.fill(name, value)
    parts = send(client, [*form.pairs(), ("do", "autosave"), ("part", "1")], link)
    assert f"3項目のうち、{done}項目を直しました" in page(parts).get_text()
    assert f"差し戻しの残り{3 - done}項目" in page(parts).get_text()
    form = Form(page(client.get(link)).select_one("form[data-entry]"))  # type: ignore[arg-type]
    confirm = page(after(client, send(client, form.pressed("do", "confirm"), link)))
    words = confirm.select_one("#h-returned").find_parent("section").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert (words.count("直した "), words.count("前回のまま")) == (done, 3 - done)
    assert ("15名" in words, "40名" in words) == (done > 0, done > 0)
    assert ("ほかに変えた項目" in words) is others
    assert ("変更はありません" in words) is (not mended)


def test_a_copy_without_its_person_says_so(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    post(client, factories.document(), "send")
    revision = submissions.current_revision(db_session.execute(select(Submission)).scalar_one())
    revision.contact.typed, revision.contact.normalized, revision.contact.email = {}, {}, ""  # type: ignore[union-attr]
    assert "保存の期間が過ぎたため、削除しました" in page(client.get(f"/entry/done/{KEY}")).get_text()


def test_the_terms_are_linked_where_they_are_agreed_to(app: Flask, client: Client, clock: Any) -> None:
    form = page(client.get("/entry/")).select_one("#sec-d")
    assert form is not None
    assert form.select_one('a[href="/terms"]')
    terms = page(client.get("/terms"))
    assert "令和3年5月6日 制定" in terms.get_text()
    assert terms.select_one('footer a[href="/terms"]')
    assert "/terms</loc>" in client.get("/sitemap.xml?part=0").get_data(as_text=True) or "/terms" in client.get("/sitemap.xml").get_data(
        as_text=True
    )
