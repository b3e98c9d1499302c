"""The form keeps what people type, in a real Chromium: Back, reload, a second tab, an ended session, with and without script."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from keynet_admin.intake.visit import flatten
from tests import factories
from tests.support.server import LiveServer
from tests.support.walking import unfold

CONFIRM = "button[name=do][value=confirm]"
DRAFT = "button[name=do][value=draft]"
TITLE = "[name='postings-0-title']"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def page(window: Any, empty_server: LiveServer) -> Any:
    """The form with a whole draft in it."""
    window.goto(f"{empty_server.url}/entry/")
    token = window.locator("form[data-entry] [name=csrf_token]").get_attribute("value")
    pairs = [*flatten(factories.document()), ("csrf_token", token), ("do", "draft")]
    assert window.context.request.post(f"{empty_server.url}/entry/", headers=FORM, data=urlencode(pairs)).ok
    window.goto(f"{empty_server.url}/entry/")
    return window


def retype(page: Any, selector: str, text: str) -> None:
    page.bring_to_front()  # a tab behind another one is drawn once a second, and each click waits for that
    unfold(page)
    page.fill(selector, text)


def heading(page: Any) -> str:
    """The heading; a browser's own error page has none of ours."""
    return str(page.locator("main h1").inner_text())


def test_back_and_reload_never_show_the_browsers_error(page: Any) -> None:
    retype(page, "[name='contact-contact_last']", "")
    page.click(CONFIRM)
    page.wait_for_url("**/entry/?checked=1")
    assert page.locator(".error-summary").is_visible()
    page.reload()
    assert page.locator(".error-summary").is_visible()
    retype(page, "[name='contact-contact_last']", "川辺")
    page.click(CONFIRM)
    page.wait_for_url("**/entry/confirm")
    page.reload()
    assert heading(page) == "内容の確認"
    page.go_back()
    assert heading(page) == "募集情報の申請"
    unfold(page)
    assert page.input_value("[name='contact-contact_last']") == "川辺"
    page.go_forward()
    page.click("button[name=do][value=send]")
    page.wait_for_url(re.compile(r"/entry/done/[\w-]+$"))
    receipt = page.inner_text("[data-receipt]")
    page.reload()
    assert (heading(page), page.inner_text("[data-receipt]")) == ("申請を受け付けました", receipt)
    page.go_back()
    assert heading(page) in ("募集情報の申請", "内容の確認")
    page.go_forward()
    assert page.inner_text("[data-receipt]") == receipt


def test_a_second_tab(page: Any) -> None:
    """What the other tab has saved is not overwritten; what is sent with other content under the same key is told."""
    second = page.context.new_page()
    second.goto(page.url)
    retype(second, TITLE, "2つ目の画面の看護師募集")
    second.click(DRAFT)
    second.locator("[data-saved]", has_text="下書きを保存しました").wait_for()
    if page.script:  # saving while typing is enough
        second.wait_for_timeout(300)
        retype(page, TITLE, "1つ目の画面の看護師募集")
        page.locator("[data-saved]", has_text="別の画面で").wait_for()
        page.click("text=違いを見て選ぶ")
    else:
        retype(page, TITLE, "1つ目の画面の看護師募集")
        page.click(DRAFT)
    page.wait_for_url("**/entry/copies")
    assert "2つ目の画面の看護師募集" in page.inner_text("main")
    page.click("button[value=take_other]")
    page.wait_for_url("**/entry/")
    unfold(page)
    assert page.input_value(TITLE) == "1つ目の画面の看護師募集"
    second.goto(page.url)
    page.click(CONFIRM)
    page.click("button[name=do][value=send]")
    page.wait_for_url("**/entry/done/**")
    retype(second, TITLE, "送信の後に直した看護師募集")
    second.click(CONFIRM)
    second.locator("#h-unsent").wait_for()
    assert page.inner_text("[data-receipt]") in second.inner_text("main")
    second.reload()
    unfold(second)
    assert second.input_value(TITLE) == "送信の後に直した看護師募集"


def test_an_ended_session(page: Any) -> None:
    retype(page, TITLE, "時間がたった看護師募集")
    page.context.clear_cookies(name="session")
    page.click(CONFIRM)
    page.wait_for_url("**/entry/?late=1")
    page.reload()
    assert "もう一度送信してください" in page.inner_text("main")
    unfold(page)
    assert page.input_value(TITLE) == "時間がたった看護師募集"
    page.click(CONFIRM)
    page.wait_for_url("**/entry/confirm")


def test_a_removal_is_taken_back_after_a_reload(page: Any) -> None:
    page.click("button[name=copy][value=postings-0]")
    page.locator("#postings-1").wait_for()
    retype(page, "[name='postings-1-title']", "消してしまう看護師募集")
    page.click("button[name=remove][value=postings-1]")
    page.locator("#postings-1").wait_for(state="detached")
    page.reload()
    assert "を削除しました" in page.inner_text(".undo")
    page.click("button[name=undo]")
    page.locator("#postings-1").wait_for()
    unfold(page)
    assert page.input_value("[name='postings-1-title']") == "消してしまう看護師募集"


def test_enter_in_a_text_field_sends_nothing(page: Any) -> None:
    unfold(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("[name='organization-org_name']").press("Enter")
    page.locator(TITLE).press("Enter")
    assert (sent, heading(page)) == ([], "募集情報の申請")


def test_saving_keeps_the_place(page: Any) -> None:
    """With script nothing moves; without it the button of the part leads back to that part."""
    unfold(page)
    part = page.locator("#postings-0-shifts-g")
    part.scroll_into_view_if_needed()
    if page.script:
        before = page.evaluate("scrollY")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(DRAFT).evaluate("button => button.click()")  # Playwright's own click would scroll
        assert abs(page.evaluate("scrollY") - before) < 5
    else:
        page.click("button[name=save][value=postings-0-shifts-g]")
        page.wait_for_url("**/entry/#postings-0-shifts-g")
        assert part.bounding_box()["y"] < 768


def test_first_sight(page: Any, browser: Any) -> None:
    """Less than 70 fields for one posting (it was 106), and no sideways scrolling."""
    context = browser.new_context(viewport=page.viewport_size, locale="ja-JP")
    fresh = context.new_page()
    fresh.goto(page.url)
    seen = sum(field.is_visible() for field in fresh.query_selector_all("form[data-entry] .field"))
    assert 20 < seen < 70
    assert fresh.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("window", [(1366, True), (390, True)], ids=["wide", "phone"], indirect=True)
@pytest.mark.parametrize(("name", "text"), [("shifts-0-end", "25時半"), ("shifts-0-start", "１３時"), ("pay_lines-0-min", "千円くらい")])
def test_a_live_message_breaks_no_row(page: Any, name: str, text: str) -> None:
    """It stands below all cells, as wide as the row; the cells stay where they were."""
    unfold(page)
    cell, row = page.locator(f"[name='postings-0-{name}']"), page.locator(f"#postings-0-{name.rpartition('-')[0]}")
    row.scroll_into_view_if_needed()
    boxes = "e => [...e.querySelectorAll('[data-cell]')].map(c => { const b = c.getBoundingClientRect(), r = e.getBoundingClientRect(); return [b.x - r.x, b.y - r.y, b.width] })"
    before = row.evaluate(boxes)
    cell.fill(text)
    cell.press("Tab")
    told = row.locator(f"[id='live-postings-0-{name}']")
    told.wait_for()
    assert row.evaluate(boxes) == before
    assert told.bounding_box()["y"] >= max(
        c.bounding_box()["y"] + c.bounding_box()["height"] for c in row.locator("[data-cell]").all() if c.is_visible()
    )
    assert told.bounding_box()["width"] > row.bounding_box()["width"] * 0.85
