"""Publishing on a day and editing in the office, in a real Chromium: at a desk's width and a phone's, with tabs, Back, reload, an ended
session, and without script."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.server import LiveServer

OFFICE, OPERATOR = "yobo@city.hyuga-test.lg.jp", "operator@keynet.example"
TITLE = "十分かけて書いた見出しの看護師募集"
WIDTHS = {"desk": (1366, 768), "phone": (390, 844)}


def build() -> None:
    """A draft (2) and a live posting (1) of one body."""
    with transaction():
        live = factories.posting(PostingStatus.live)
        factories.posting(organization=live.organization)
        factories.account(Role.municipality, email=OFFICE, organization=live.organization, name="川辺 花子")
        factories.account(Role.operator, email=OPERATOR)


@pytest.fixture
def house(server_with: Callable[..., LiveServer]) -> LiveServer:
    """A server with them."""
    return server_with(build)


def sign_in(page: Any, base: str, email: str = OFFICE) -> Any:
    page.goto(f"{base}/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    return page


@pytest.fixture(params=list(WIDTHS))
def page(browser: Any, house: LiveServer, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A signed-in officer's tab."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP")
    made = context.new_page()
    problems: list[str] = []
    made.on("pageerror", lambda error: problems.append(str(error)))
    yield sign_in(made, house.url)
    context.close()
    assert problems == []


def press(page: Any, selector: str) -> None:
    """Press a button that loads a page."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def kept(page: Any) -> Any:
    """Wait for the draft that the script keeps."""
    return page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/edit"), timeout=15_000)


def test_publishing_on_a_day(page: Any, house: LiveServer) -> None:
    """The day is chosen by default; a second tab that says "now" is told what happened; Back and reload do nothing twice."""
    address = f"{house.url}/office/posting/2/"
    page.goto(address)
    second = page.context.new_page()
    second.goto(address + "publish")
    page.get_by_role("link", name="公開へ進む").click()
    assert page.locator("input[name=when][value=wished]").is_checked()
    press(page, "button[name=do]")
    assert "5/14(金) 0:00に自動で公開されます" in page.inner_text("main")
    page.reload()
    assert page.url == address
    page.go_back()
    assert "すぐに公開しますか" in page.inner_text("h1")
    second.get_by_label("今すぐ公開する").check()
    press(second, "button[name=do]")
    assert "先に「公開」を行いました" in second.inner_text("main")
    page.goto(f"{house.url}/office/")
    assert "5/14(金) 0:00" in page.inner_text("main")


def test_publishing_after_the_session_ended(page: Any, house: LiveServer) -> None:
    """The choice is still there after signing in on the way, and nothing was done by that press."""
    page.goto(f"{house.url}/office/posting/2/publish")
    page.get_by_label("今すぐ公開する").check()
    page.context.clear_cookies()
    press(page, "button[name=do]")
    page.fill("[name=sign_in_email]", OFFICE)
    page.fill("[name=sign_in_password]", factories.PASSWORD)
    press(page, "main form button")
    assert page.get_by_label("今すぐ公開する").is_checked()
    press(page, "button[name=do]")
    assert "公開しました。" in page.inner_text("main")


def test_checks_drafts_and_the_forecast_while_typing(page: Any, house: LiveServer) -> None:
    """What is wrong stands at the field, what saving will do beside the button, and the text is there after a reload and in another tab."""
    address = f"{house.url}/office/posting/1/edit"
    page.goto(address)
    with kept(page):
        page.fill("[name=headcount]", "300")
        page.fill("[name=title]", TITLE)
        page.locator("[name=duty_detail]").focus()
    page.wait_for_selector("#live-headcount")
    page.locator("[data-part=forecast]", has_text="要確認が1件：保存すると運営事務局の確認を待ちます").wait_for()
    assert "入力の途中を残しました" in page.inner_text("#saved")
    page.reload()
    assert page.input_value("[name=title]") == TITLE
    second = page.context.new_page()
    second.goto(address)
    assert second.input_value("[name=title]") == TITLE
    press(page, "button[name=do][value=save]")
    assert "運営事務局の確認後に公開されます" in page.inner_text("main")
    page.go_back()
    assert page.input_value("[name=title]") == TITLE  # saved: it is the newest content
    assert "保存していない入力の途中" not in page.inner_text("main")


def test_rows_keep_the_place(page: Any, house: LiveServer) -> None:
    """Added and removed where one stands, with the focus there; a removal is taken back."""
    page.goto(f"{house.url}/office/posting/1/edit")
    add = page.locator("button[name=add][value=shifts]")
    add.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 500
    add.click()
    page.wait_for_selector("[name=shifts-1-start]")
    assert abs(page.evaluate("scrollY") - before) < 700
    assert page.evaluate("document.activeElement.name").startswith("shifts-1-")
    page.locator("button[name=remove][value=pay_lines-0]").click()
    page.wait_for_selector("button[name=undo]")
    assert page.evaluate("scrollY") > 500
    page.locator("button[name=undo]").click()
    page.wait_for_selector("button[name=undo]", state="detached")
    assert page.input_value("[name=pay_lines-0-min]") == "1987"


def test_a_second_tab_that_saves_later_sees_both_texts(page: Any, house: LiveServer) -> None:
    """409 in place, field by field, one's own text kept; reloaded it is all there; one press saves it on top; Back shows no error."""
    address = f"{house.url}/office/posting/1/edit"
    page.goto(address)
    second = page.context.new_page()
    second.goto(address)
    second.fill("[name=headcount]", "20")
    press(second, "button[name=do][value=save]")
    page.fill("[name=title]", TITLE)
    press(page, "button[name=do][value=save]")
    text = page.inner_text("main")
    assert "別の画面で先に保存されています" in text
    assert "川辺 花子" in text
    assert "この画面にも入れました" in page.inner_text("section[aria-labelledby=h-theirs]")
    assert (page.input_value("[name=title]"), page.input_value("[name=headcount]")) == (TITLE, "20")
    page.goto(address)
    assert page.input_value("[name=title]") == TITLE
    press(page, "section[aria-labelledby=h-theirs] button[value=save]")
    assert re.search(r"/office/posting/1/$", page.url)
    assert "20名" in page.inner_text("main")
    page.go_back()
    assert page.input_value("[name=headcount]") == "20"


def test_an_ended_session_while_typing(page: Any, house: LiveServer) -> None:
    """The note says so, saving leads over the sign-in back into the editor with everything typed, by a redirect that may be reloaded."""
    page.goto(f"{house.url}/office/posting/1/edit")
    page.context.clear_cookies()
    with kept(page):
        page.fill("[name=title]", TITLE)
    page.locator("#saved", has_text="ログインが切れています").wait_for()
    press(page, "button[name=do][value=save]")
    page.fill("[name=sign_in_email]", OFFICE)
    page.fill("[name=sign_in_password]", factories.PASSWORD)
    press(page, "main form button")
    assert "ログインしました" in page.inner_text("main")
    page.reload()
    assert page.input_value("[name=title]") == TITLE
    press(page, "button[name=do][value=save]")
    assert "直した内容を公開しました" in page.inner_text("main")


def test_leaving_by_a_link_keeps_what_was_typed(page: Any, house: LiveServer) -> None:
    """The posting's page says that something is not saved yet, and leads back to it."""
    page.goto(f"{house.url}/office/posting/1/edit")
    with kept(page):
        page.fill("[name=title]", TITLE)
    press(page, "a:has-text('保存せずに戻る')")
    page.get_by_role("link", name="続きを入力する").click()
    page.wait_for_url(re.compile("/edit$"))
    assert page.input_value("[name=title]") == TITLE
    page.get_by_text("入力の途中を破棄する").click()
    press(page, "button[value=discard]")
    assert page.input_value("[name=title]") != TITLE


@pytest.mark.parametrize("width", list(WIDTHS))
def test_without_script(browser: Any, house: LiveServer, width: str) -> None:
    """Rows by redirects that land at their place, the check, a conflict, the day of publication; reload and Back ask nothing."""
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = browser.new_context(java_script_enabled=False, viewport=size, locale="ja-JP")
    page = sign_in(context.new_page(), house.url)
    address = f"{house.url}/office/posting/1/edit"
    second = context.new_page()
    second.goto(address)
    page.goto(address)
    page.fill("[name=title]", TITLE)
    press(page, "button[name=add][value=shifts]")
    assert page.url == address + "#shifts-1"
    page.reload()
    assert page.input_value("[name=title]") == TITLE
    page.fill("[name=shifts-1-start]", "九時ごろ")
    press(page, "button[name=do][value=check]")
    assert page.url == address + "?checked=1"
    assert page.locator(".error-summary a[href='#shifts-1-start']").count() == 1
    press(page, "button[name=remove][value=shifts-1]")
    press(page, "button[name=do][value=save]")
    assert "直した内容を公開しました" in page.inner_text("main")
    page.go_back()
    assert page.input_value("[name=title]") == TITLE
    second.fill("[name=headcount]", "21")
    press(second, "button[name=do][value=save]")
    assert "別の画面で先に保存されています" in second.inner_text("main")
    assert (second.input_value("[name=title]"), second.input_value("[name=headcount]")) == (TITLE, "21")
    press(second, "section[aria-labelledby=h-theirs] button[value=save]")
    assert "直した内容を公開しました" in second.inner_text("main")
    page.goto(f"{house.url}/office/posting/2/publish")
    press(page, "button[name=do]")
    assert "自動で公開されます" in page.inner_text("main")
    context.close()


def test_an_operator_looks_at_small_changes(page: Any, browser: Any, house: LiveServer) -> None:
    page.goto(f"{house.url}/office/posting/1/headcount")
    page.fill("[name=headcount]", "20")
    press(page, "button[name=do]")
    desk = browser.new_context(viewport=page.viewport_size, locale="ja-JP")
    operator = sign_in(desk.new_page(), house.url, OPERATOR)
    operator.goto(f"{house.url}/admin/posting/?tab=small")
    press(operator, "tbody a")
    assert "20名" in operator.inner_text("section.case__decide")
    press(operator, "a[href$=look]")
    press(operator, "button[name=do]")
    operator.reload()
    operator.goto(f"{house.url}/admin/posting/?tab=small")
    assert "まだ見ていない小さな変更はありません" in operator.inner_text("main")
    desk.close()


def test_the_menu_is_one_line(page: Any, house: LiveServer) -> None:
    """On a phone, too, where it is scrolled: by a finger, and by the keyboard, which brings each link into sight."""
    page.goto(f"{house.url}/office/")
    links = page.locator(".site-header--office .nav a")
    tops = {round(box["y"]) for box in (links.nth(at).bounding_box() for at in range(links.count()))}
    assert len(tops) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    links.last.focus()
    box = links.last.bounding_box()
    assert box["x"] + box["width"] <= page.viewport_size["width"]
