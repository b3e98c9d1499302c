"""A decision in a real Chromium: what was written for a long time is never lost."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from keynet_admin.clock import at
from keynet_admin.extensions import db
from keynet_admin.models import Submission
from keynet_admin.services.account.session import actor_of, end_all
from keynet_admin.services.account.use_cases import by_email
from keynet_admin.services.submission import review
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

OPERATOR, COLLEAGUE = "operator@keynet.example", "operator2@keynet.example"
LINES = ["平日の報酬の額と、勤務時間をもう一度ご確認ください。", "", "  「最低賃金」を下回っています <b>ご注意</b>。"]


class House:
    """A server with one case, and the same database for a colleague who decides meanwhile."""

    def __init__(self, server: LiveServer, app: Any) -> None:
        """Keep both."""
        self.server, self.app = server, app

    def meanwhile(self, *actions: str) -> None:
        """A colleague takes decisions about the case."""
        with self.app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
            case, colleague = self.case(), by_email(COLLEAGUE)
            assert colleague is not None
            for action in actions:
                getattr(review, action)(case, actor_of(colleague), seen_version=case.version, reason="対象の確認のため。")

    def end_sessions(self) -> None:
        """The operator's session ends on the server."""
        with self.app.app_context(), transaction():
            operator = by_email(OPERATOR)
            assert operator is not None
            end_all(operator)

    def case(self) -> Submission:
        """The only case."""
        found: Submission = db.session.execute(select(Submission)).scalar_one()
        return found

    def status(self) -> SubmissionStatus:
        """Its state now."""
        with self.app.app_context():
            return self.case().status


@pytest.fixture
def house(databases: Databases, tmp_path: Any) -> Iterator[House]:
    url = databases.copy_sqlite(tmp_path)
    with application(url, tmp_path, {}) as app:
        with app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
            factories.account(Role.operator, email=OPERATOR, name="佐藤 直子")
            factories.account(Role.operator, email=COLLEAGUE, name="高橋 健")
            factories.submission()
        server = LiveServer(tmp_path, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
        yield House(server, app)
        server.stop()


def sign_in(page: Any, names: str = "") -> None:
    """On the sign-in page; with `names="sign_in_"` on the way of a post, where the fields have names of their own."""
    page.fill(f"[name={names}email]", OPERATOR)
    page.fill(f"[name={names}password]", factories.PASSWORD)
    page.press(f"[name={names}password]", "Enter")


def write(page: Any) -> None:
    """As a person writes: key by key, with line breaks."""
    page.focus("[name=reason]")
    for number, line in enumerate(LINES):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.type(line)


def decide(page: Any) -> None:
    page.locator("button[name=do][value=return]").click()


def written(page: Any) -> str:
    return str(page.locator("[name=reason]").input_value())


def test_a_return_written_for_ten_minutes_is_never_lost(browser_page: Any, house: House) -> None:
    """It survives Back, an ended session and a colleague's earlier decision, and is sent once, as it was written."""
    page, text = browser_page, "\n".join(LINES)
    page.goto(f"{house.server.url}/admin/submission/1/return")
    sign_in(page)
    page.wait_for_url("**/return")
    assert page.evaluate("document.activeElement.value") == "return"
    write(page)

    page.goto(f"{house.server.url}/admin/submission/1/")
    page.go_back()
    assert written(page) == text

    house.end_sessions()
    decide(page)
    page.locator("h1", has_text="もう一度ログインしてください").wait_for()
    sign_in(page, "sign_in_")
    page.locator(".notice", has_text="ログインしました").wait_for()
    assert written(page) == text
    assert house.status() is SubmissionStatus.received

    house.meanwhile("reject", "reopen")
    decide(page)
    page.locator(".stale", has_text="高橋 健").wait_for()
    assert "確認の再開" in page.locator(".stale").inner_text()
    assert written(page) == text

    page.locator(".stale a").click()
    page.wait_for_url("**/admin/submission/1/")
    page.go_back()
    assert written(page) == text
    assert house.status() is SubmissionStatus.in_review

    decide(page)
    page.locator(".flash", has_text="差し戻しました").wait_for()
    assert house.status() is SubmissionStatus.returned
    with house.app.app_context():
        reason = review.reviews_of(house.case())[-1].reason
    assert reason.replace("\r\n", "\n") == text

    page.goto(f"{house.server.url}/admin/submission/1/reject")
    assert "この操作はできません" in page.locator("main").inner_text()
