"""A returned case whose mail did not arrive, in a real Chromium: the operator reads a code out, the sender types it and finds the form."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.services import workflow
from keynet_admin.services.submission import task
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, Role, SubmissionStatus
from tests import factories
from tests.support.server import LiveServer

OPERATOR = "operator@keynet.example"
TELL = "button[name=do][value=tell]"
TOLD = "庶務係の見本様に電話で伝えました。"
WORDS = "代表電話の番号を、もう一度ご確認のうえ入力してください。"


def build() -> None:
    """One case, returned, whose every mail was refused."""
    with transaction():
        factories.account(Role.operator, email=OPERATOR, name="佐藤 直子")
        case = factories.submission(SubmissionStatus.returned)
        workflow.move_where(OutboxMail, "send", OutboxMail.about(case))
        workflow.move_where(OutboxMail, "settle", OutboxMail.about(case), target=MailStatus.refused, answer="550 5.1.1")
    with transaction():
        assert task.follow(db.session.execute(select(Submission.id)).scalar_one())


@pytest.fixture
def server(server_with: Callable[..., LiveServer]) -> LiveServer:
    """A server with it."""
    return server_with(build)


@pytest.fixture
def desk(window: Any, server: LiveServer) -> Any:
    """An operator who has signed in."""
    window.goto(f"{server.url}/login")
    window.fill("[name=email]", OPERATOR)
    window.fill("[name=password]", factories.PASSWORD)
    window.press("[name=password]", "Enter")
    window.wait_for_selector("main h1")
    return window


def test_a_second_return_keeps_its_words(desk: Any, server: LiveServer) -> None:
    """Through an ended session, signing in on the way, Back, reload and a second tab that was open before."""
    case = f"{server.url}/admin/submission/1/"
    late = desk.context.new_page()
    late.goto(f"{case}tell")
    desk.bring_to_front()
    desk.goto(f"{case}return")
    desk.fill("[name=reason]", WORDS)
    desk.context.clear_cookies(name="session")
    desk.click("button[name=do][value=return]")
    desk.locator("h1", has_text="もう一度ログインしてください").wait_for()
    desk.fill("[name=sign_in_email]", OPERATOR)
    desk.fill("[name=sign_in_password]", factories.PASSWORD)
    desk.press("[name=sign_in_password]", "Enter")
    desk.locator(".notice", has_text="ログインしました").wait_for()
    assert desk.input_value("[name=reason]") == WORDS
    desk.click("button[name=do][value=return]")
    desk.get_by_text("もう一度差し戻しました。").first.wait_for()
    desk.reload()
    desk.wait_for_selector("main h1")
    desk.goto(case)
    assert WORDS in str(desk.text_content("main"))
    late.bring_to_front()
    late.fill("[name=reason]", TOLD)
    late.click(TELL)  # with the token of the session before
    late.wait_for_selector("text=操作を確かめられませんでした")
    assert late.input_value("[name=reason]") == TOLD
    assert late.evaluate("document.documentElement.scrollWidth") <= late.viewport_size["width"]
    late.click(TELL)
    late.get_by_text("伝えたことを記録しました。").first.wait_for()


@pytest.mark.parametrize("width", [1366, 390])
def test_from_the_lost_mail_to_the_form(server: LiveServer, browser_page: Any, width: int) -> None:
    """Nothing is wider than the window; what was typed survives an error; Back and reload of the sender's form work."""
    page = browser_page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.url}/login")
    page.fill("[name=email]", OPERATOR)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto(f"{server.url}/admin/submission/")
    page.get_by_text("メール不達").first.wait_for()
    page.click("a[data-open]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("text=コードを表示する")
    page.fill("#phone", "0982-00-0031")
    page.fill("#person", "庶務係 試田様")
    page.click("form#decision button[name=do]")
    assert page.input_value("#person") == "庶務係 試田様", "the source was missing, nothing typed is lost"
    page.select_option("#source", "website")
    page.click("form#decision button[name=do]")
    code = page.inner_text(".read-out").strip()
    number = page.inner_text("dl.facts dd >> nth=0").strip()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{server.url}/entry/code")
    page.fill("#receipt_no", number.lower())
    page.fill("#code", "2222")
    page.press("#code", "Enter")
    page.get_by_text("見つかりません").first.wait_for()
    page.fill("#code", code.lower().replace("-", " "))
    page.press("#code", "Enter")
    page.wait_for_selector("form[data-entry]")
    here = page.url
    page.reload()
    page.goto(f"{server.url}/entry/status")
    page.go_back()
    page.wait_for_selector("form[data-entry]")
    assert page.url == here
