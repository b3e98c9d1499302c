"""The whole line in a real Chromium with JavaScript: typed, checked while typing, sent, returned, accepted, published, closed."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.support.forms import inputs
from tests.support.server import LiveServer
from tests.support.walking import NEW_PASSWORD, OPERATOR, House, address_in, sample

WORDS = "平日の額を、もう一度確かめてください。"
CONFIRM = "button[name=do][value=confirm]:not(.vh)"


@pytest.fixture
def house(serve: Callable[..., LiveServer], instance: Path) -> Iterator[House]:
    made = House(serve, instance)
    yield made
    made.stop()


@pytest.fixture
def page(browser_page: Any, house: House) -> Any:
    """The page of `browser_page`, which also opens paths of this house: `page.open("/entry/")`."""
    browser_page.open = lambda path: browser_page.goto(house.web.url + path)
    return browser_page


def named(name: str) -> str:
    return f'[name="{name}"]'


def fill(page: Any, name: str, value: Any) -> None:
    """One control as a person uses it."""
    control = page.locator(f"form[data-entry] {named(name)}")
    unfold(control)
    kind = control.first.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName")
    if kind == "SELECT":
        control.select_option(str(value))
    elif kind in ("checkbox", "radio"):
        wanted = [str(v) for v in value] if isinstance(value, list) else [None if value is True else str(value)]
        for one in wanted if value is not False else []:
            page.locator(f"form[data-entry] {named(name)}" + (f'[value="{one}"]' if one else "")).check()
    else:
        control.fill(str(value))


def unfold(control: Any) -> None:
    """Open the folded parts that a control stands in."""
    control.first.evaluate("e => { for (let f = e.closest('details'); f; f = f.parentElement.closest('details')) f.open = true; }")


def heading(page: Any) -> str:
    return str(page.locator("h1").inner_text())


def focus_in(page: Any, selector: str) -> bool:
    return bool(page.evaluate("s => !!document.activeElement.closest(s)", selector))


def test_the_whole_line(page: Any, house: House) -> None:
    receipt = fill_and_send(page)
    sign_in(page, OPERATOR, factories.PASSWORD)
    give_back_by_keys(page, receipt)
    enter_again(page, house)
    accept_by_keys(page, receipt)
    page.context.clear_cookies()
    number = first_login_and_publish(page, house)
    close_and_look(page, number)


def fill_and_send(page: Any) -> str:
    typed, normalized = sample("s01")
    page.open("/entry/")
    check_while_typing(page)
    rows_keep_focus_and_text(page)
    for name, value in inputs(typed, normalized):
        fill(page, name, value)
    draft_survives(page)
    page.locator(CONFIRM).click()
    page.wait_for_function("document.querySelector('h1').innerText === '内容の確認'")
    page.locator("button[name=do][value=back]").click()
    page.wait_for_url("**/entry/")
    assert page.locator(named("postings-0-title")).input_value() == typed["postings"][0]["title"]
    page.locator(CONFIRM).click()
    page.locator("button[name=do][value=send]").click()
    page.wait_for_selector("[data-receipt]")
    assert heading(page) == "申請を受け付けました"
    return str(page.locator("[data-receipt]").inner_text())


def check_while_typing(page: Any) -> None:
    """Leaving a field is enough: what is wrong stands at it, what was understood is shown, and it goes away when mended."""
    code = page.locator(named("organization-lg_code"))
    code.fill("452069")
    code.press("Tab")
    told = page.locator("#live-organization-lg_code")
    told.locator(".error").first.wait_for()
    assert "要修正" in told.inner_text()
    assert code.get_attribute("aria-invalid") == "true"
    assert "live-organization-lg_code" in (code.get_attribute("aria-describedby") or "")
    code.fill("４５２０６８")
    code.press("Tab")
    told.locator(".is-mute", has_text="452068").wait_for()
    assert code.get_attribute("aria-invalid") is None
    other = page.locator(named("contact-contact_last"))
    other.focus()
    other.press("Tab")
    assert page.locator("#live-contact-contact_last").count() == 0  # an empty field left behind is not scolded


def rows_keep_focus_and_text(page: Any) -> None:
    """Adding and removing a row stays on the page, goes to the row, and keeps everything typed elsewhere."""
    unfold(page.locator(named("postings-0-shifts-0-start")))
    page.locator(named("postings-0-shifts-0-start")).fill("13:00")
    page.evaluate("window.here = 'still'")
    page.locator("button[name=add][value=postings-0-shifts]").click()
    page.locator("#postings-0-shifts-1").wait_for()
    page.wait_for_function("!!document.activeElement.closest('#postings-0-shifts-1')")
    page.locator(named("postings-0-shifts-1-start")).fill("9:00")
    page.locator("button[name=remove][value=postings-0-shifts-0]").click()
    page.locator("#postings-0-shifts-1").wait_for(state="detached")
    page.wait_for_function("!!document.activeElement.closest('#postings-0-shifts')")
    assert page.locator(named("postings-0-shifts-0-start")).input_value() == "9:00"
    assert page.locator(named("organization-lg_code")).input_value() == "４５２０６８"
    unfold(page.locator("button[name=add][value=postings-0-pay_lines]"))
    page.locator("button[name=add][value=postings-0-pay_lines]").click()
    page.locator("#postings-0-pay_lines-1").wait_for()
    assert page.evaluate("window.here") == "still"


def draft_survives(page: Any) -> None:
    """Saved while typing; there again after a reload and after going away and back."""
    title = page.locator(named("postings-0-title"))
    unfold(title)
    before = title.input_value()
    with page.expect_response(lambda r: r.request.method == "POST" and r.url.endswith("/entry/")):
        title.fill("下書きを確かめる看護師募集")
    page.locator("[data-saved]", has_text="下書きを保存しました").wait_for()
    page.reload()
    assert page.locator(named("postings-0-title")).input_value() == "下書きを確かめる看護師募集"
    assert page.locator(named("postings-0-pay_lines-1-min")).input_value() == "1,987円"
    page.open("/rules")
    page.go_back()
    assert page.locator(named("postings-0-title")).input_value() == "下書きを確かめる看護師募集"
    fill(page, "postings-0-title", before)


def sign_in(page: Any, email: str, password: str) -> None:
    page.open("/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def open_first_case(page: Any) -> None:
    """With the keyboard only: j to the row, Enter opens it."""
    page.open("/admin/submission/")
    page.keyboard.press("j")
    assert focus_in(page, "tbody tr")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/submission/\d+/$"))


def give_back_by_keys(page: Any, receipt: str) -> None:
    page.open("/admin/submission/")
    page.keyboard.press("?")
    help_ = page.locator(".page-help__panel")
    help_.wait_for()
    page.keyboard.press("j")  # nothing moves behind the dialog
    assert page.locator("tr[aria-current]").count() == 0
    page.keyboard.press("Escape")
    help_.wait_for(state="hidden")
    page.keyboard.press("/")
    assert focus_in(page, "input[type=search]")
    page.keyboard.type("jk?")
    assert page.locator("input[type=search]").input_value() == "jk?"
    open_first_case(page)
    assert receipt in page.content()
    page.keyboard.press("r")
    page.wait_for_url(re.compile(r"/return"))
    page.select_option("#add_path", "postings.*.pay_lines")
    page.click("button[name=do][value=add]")
    page.fill("[name=items-0-message]", WORDS)
    page.click("button[name=do][value=return]")
    page.wait_for_url(re.compile(r"/admin/submission/$"))
    assert "確認を待つ申請はありません" in page.content()


def enter_again(page: Any, house: House) -> None:
    page.open(address_in(house.mail("修正のお願い"), "/entry/"))
    assert WORDS in page.locator('[data-field="postings-0-pay_lines"]').first.inner_text()
    fill(page, "postings-0-pay_lines-0-min", "1,500円")
    page.locator(CONFIRM).click()
    page.locator("button[name=do][value=send]").click()
    page.wait_for_selector("[data-receipt]")


def accept_by_keys(page: Any, receipt: str) -> None:
    open_first_case(page)
    text = page.locator("main").inner_text()
    assert "1,472円" in text
    assert "1,500円" in text
    page.keyboard.press("a")
    page.wait_for_url(re.compile(r"/accept$"))
    assert "初回ログインのご案内" in page.locator("pre.mail").inner_text()
    page.get_by_role("button", name="承認する").dblclick()  # a double click decides once
    page.wait_for_url(re.compile(r"/admin/submission/$"))
    assert f"{receipt}（日向市）を承認しました" in page.content()


def first_login_and_publish(page: Any, house: House) -> str:
    page.open(address_in(house.mail("初回ログイン"), "/first-login/"))
    page.fill("[name=password]", NEW_PASSWORD)
    page.fill("[name=password2]", NEW_PASSWORD)
    page.press("[name=password2]", "Enter")
    page.wait_for_url(re.compile(r"/office/$"))
    page.get_by_role("link", name="集団接種会場の看護師").first.click()
    page.get_by_role("link", name="公開へ進む").click()
    page.get_by_label("今すぐ公開する").check()
    page.get_by_role("button", name="公開する").click()
    page.get_by_text("公開しました。", exact=True).wait_for()
    found = re.search(r"KN-P-\d{6}", page.content())
    assert found
    return found[0]


def close_and_look(page: Any, number: str) -> None:
    office = page.url
    page.open("/")
    page.get_by_role("searchbox").first.fill("看護師")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/postings/"))
    page.locator(f'a[href$="/postings/{number}"]').first.click()
    assert "1,500円" in page.content()
    page.goto(office)
    page.get_by_role("link", name="募集を終了する").click()
    page.get_by_label("足りているので、募集しません").check()
    page.get_by_role("button", name="募集を終了する").click()
    page.get_by_text("募集を終了しました。").first.wait_for()
    page.open("/postings/")
    assert number not in page.content()
    page.open(f"/postings/{number}")
    assert "募集終了" in page.locator("main").inner_text()
