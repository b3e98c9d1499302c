"""The whole line over plain HTTP, without JavaScript, against the real server and worker: from the typed form to 募集終了."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.support.forms import Browser, inputs, over_http
from tests.support.server import LiveServer
from tests.support.walking import NEW_PASSWORD, OPERATOR, House, address_in, code_in, sample

WORDS = "平日と土日の額を、もう一度確かめてください。"


@pytest.fixture
def house(serve: Callable[..., LiveServer], instance: Path) -> Iterator[House]:
    made = House(serve, instance)
    yield made
    made.stop()


@pytest.mark.parametrize("way", ["link", "code"])
def test_from_the_form_to_the_end_of_the_posting(house: House, way: str) -> None:
    sender = over_http(house.web.url)
    receipt = fill_and_send(sender)
    assert receipt == "KN-210507-0001"
    assert receipt in house.mail("受け付け")
    operator = over_http(house.web.url)
    sign_in(operator)
    give_back(operator, receipt)
    enter_again(sender, house)
    accept(operator, receipt)
    office = over_http(house.web.url)
    open_account(office, house, way)
    number = publish(office)
    find(over_http(house.web.url), number)
    close(office, over_http(house.web.url), number)


def fill_and_send(sender: Browser) -> str:
    """The form with its rows made by buttons, sent once with errors, mended, looked through, sent. The receipt number."""
    typed, normalized = sample("s01")
    steps = inputs(typed, normalized)
    sender.get("/entry/")
    form = sender.form("organization-lg_code")
    sender.press(form, "add", "postings-0-pay_lines")
    sender.press(sender.form("organization-lg_code"), "add", "postings-0-shifts")
    sender.press(sender.form("organization-lg_code"), "remove", "postings-0-shifts-1")
    sender.press(sender.form("organization-lg_code"), "add", "postings")
    form = sender.form("organization-lg_code")
    assert form.has("postings-1-title")
    for name, value in steps:
        form.fill(name, value)
    form.fill("organization-lg_code", "452069")
    form.fill("contact-contact_email2", "vacine@city.hyuga-test.lg.jp")
    sender.press(form, "remove", "postings-1")
    assert sender.path.startswith("/entry/")
    form = sender.form("organization-lg_code")
    assert not form.has("postings-1-title")
    check_kept(form, steps, except_for=("organization-lg_code", "contact-contact_email2"))
    sender.press(form, "do", "confirm", expect=422)
    summary = sender.soup.select(".error-summary li a")
    assert {link["href"] for link in summary} == {"#organization-lg_code", "#contact-contact_email2"}
    for link in summary:
        target = sender.soup.find(id=link["href"][1:])
        assert target is not None
        assert target.get("aria-invalid") == "true"
    form = sender.form("organization-lg_code")
    check_kept(form, steps, except_for=("organization-lg_code", "contact-contact_email2"))
    assert form.value("organization-lg_code") == "452069"
    form.fill("organization-lg_code", "４５２０６８")
    form.fill("contact-contact_email2", typed["contact"]["contact_email2"])
    sender.press(form, "do", "confirm")
    assert sender.heading == "内容の確認"
    assert "1,472円" in sender.words
    sender.press(sender.form("form_key"), "do", "back")
    check_kept(sender.form("organization-lg_code"), steps, except_for=("organization-lg_code",))
    sender.press(sender.form("organization-lg_code"), "do", "confirm")
    sender.press(sender.form("form_key"), "do", "send")
    assert sender.heading == "申請を受け付けました"
    found = re.search(r"KN-\d{6}-\d{4}", sender.text)
    assert found
    return found[0]


def check_kept(form: Any, steps: list[tuple[str, Any]], except_for: tuple[str, ...] = ()) -> None:
    """Everything that was typed stands in the form again."""
    lost, values = [], form.values([name for name, _ in steps])
    for name, value in steps:
        wanted = ["1"] if value is True else [] if value is False else sorted(map(str, value)) if isinstance(value, list) else str(value)
        there = values[name]
        there = sorted(there) if isinstance(wanted, list) else there[0] if isinstance(there, list) and there else there
        if name not in except_for and there != wanted:
            lost.append(f"{name}: {wanted!r} became {there!r}")
    assert lost == []


def sign_in(operator: Browser) -> None:
    """Through the form, from the page that was asked for."""
    operator.get("/admin/submission/")
    form = operator.form("password")
    form.fill("email", OPERATOR)
    form.fill("password", factories.PASSWORD)
    operator.press(form)
    assert operator.heading == "申請の確認"


def give_back(operator: Browser, receipt: str) -> None:
    """Open the case, mark one field with words, and return it; nothing else waits, so the queue opens."""
    operator.get("/admin/submission/").link("日向市")
    assert receipt in operator.text
    operator.press(operator.form(action="/take"))
    operator.press(operator.form(action="/return"))
    form = operator.form("add_path")
    form.fill("add_path", "postings.*.pay_lines")
    operator.press(form, "do", "add")
    form = operator.form("add_path")
    form.fill("items-0-message", WORDS)
    operator.press(form, "do", "return")
    assert "確認を待つ申請はありません" in operator.words
    assert "差し戻しました" in operator.words


def enter_again(sender: Browser, house: House) -> None:
    """The link of the mail opens the filled form with the operator's words at the field."""
    mail = house.mail("修正のお願い")
    assert WORDS in mail.replace("\n", "").replace("　", "")
    link = address_in(mail, "/entry/")
    sender.get(link)
    assert sender.heading == "募集情報の再入力"
    field = sender.soup.find(attrs={"data-field": "postings-0-pay_lines"})
    assert field is not None
    assert WORDS in field.get_text()
    assert sender.soup.find(attrs={"name": "organization-lg_code"}) is None, "what was not returned is closed"
    form = sender.form("postings-0-pay_lines-0-min")
    assert form.value("postings-0-pay_lines-0-min") == "1,472円"
    form.fill("postings-0-pay_lines-0-min", "1,500円")
    form.fill("message", "平日の額を直しました。")
    sender.press(form, "do", "confirm")
    sender.press(sender.form("form_key"), "do", "send")
    assert sender.heading == "再入力を受け付けました"
    sender.get(link, expect=410)
    assert "すでに再提出されています" in sender.words


def accept(operator: Browser, receipt: str) -> None:
    """Old and new stand side by side; the confirmation page says what will happen; then it happens."""
    operator.get("/admin/submission/").link("日向市")
    assert "平日の額を直しました。" in operator.words
    assert "1,472円" in operator.words
    assert "1,500円" in operator.words
    operator.link("承認の確認へ")
    assert "管理者アカウントを1つ発行します" in operator.words
    operator.press(operator.form(action="/accept"))
    assert f"{receipt}（日向市）を承認しました" in operator.words


def open_account(office: Browser, house: House, way: str) -> None:
    """By the link of the mail, which may be opened twice, or by the typed code."""
    mail = house.mail("初回ログイン")
    if way == "link":
        link = address_in(mail, "/first-login/")
        office.get(link).get(link)
    else:
        office.get("/first-login")
        form = office.form("code")
        form.fill("email", "VACCINE@city.hyuga-test.lg.jp")
        form.fill("code", code_in(mail).lower())
        office.press(form)
    form = office.form("password2")
    form.fill("password", NEW_PASSWORD)
    form.fill("password2", NEW_PASSWORD)
    office.press(form)
    assert office.path == "/office/"
    assert office.heading == "日向市のホーム"


def publish(office: Browser) -> str:
    """Look at the draft and its preview, publish it. Its number."""
    office.link("集団接種会場の看護師")
    details = office.path
    found = re.search(r"KN-P-\d{6}", office.text)
    assert found
    office.link("公開ページの見え方")
    assert "1,500円" in office.words
    office.get(details).link("公開へ進む")
    form = office.form(action="/publish")
    form.fill("when", "now")
    office.press(form)
    assert "公開しました。" in office.words
    return found[0]


def find(visitor: Browser, number: str) -> None:
    """By a word, by the prefecture, by the job, and not by another one."""
    for query, there in (("q=看護師", True), ("prefecture=45", True), ("job_type=nurse", True), ("prefecture=13", False)):
        visitor.get(f"/postings/?{query}".replace("看護師", "%E7%9C%8B%E8%AD%B7%E5%B8%AB"))
        assert (number in visitor.text) is there, query
    visitor.get(f"/postings/{number}")
    assert "1,500円" in visitor.words
    assert "日向市" in visitor.words


def close(office: Browser, visitor: Browser, number: str) -> None:
    """Out of every list at once; its own address says 募集終了."""
    office.link("募集を終了する")
    form = office.form(action="/close")
    form.fill("rest", "enough")
    office.press(form, "do", "close")
    assert "募集を終了しました" in office.words
    for page in ("/postings/", "/postings.json", "/postings.atom", "/sitemap.xml"):
        visitor.get(page)
        assert number not in visitor.text, page
    visitor.get(f"/postings/{number}")
    assert "募集終了" in visitor.words
