"""Applying in a real Chromium: by keyboard only at 390 pixels, and without script; what stands first takes the focus."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

VALUES = {"family_name": "見本", "given_name": "さくら", "family_kana": "みほん", "given_kana": "サクラ", "email": "sakura@mail.example"}


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, str]]:
    """A server with a live posting that takes applications here, and the posting's number."""
    folder = tmp_path_factory.mktemp("instance")
    url = databases.copy_sqlite(folder)
    with application(url, folder, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        number = factories.posting(PostingStatus.live).posting_no
    server = LiveServer(folder, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield server, number
    server.stop()


def reach(page: Any, selector: str, most: int = 60) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def type_all(page: Any) -> None:
    """Fill the form in by keyboard alone."""
    for name, value in VALUES.items():
        reach(page, f"#{name}")
        page.keyboard.insert_text(value)
    for box in ("[name=licenses][value=nurse]", "[name=availability]", "#consent"):
        reach(page, box)
        page.keyboard.press("Space")


def press(page: Any, selector: str) -> None:
    """Enter on a link or button."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_by_keyboard_from_the_posting_to_the_number(window: Any, house: tuple[LiveServer, str]) -> None:
    page, (server, number) = window, house
    page.goto(f"{server.url}/postings/{number}")
    press(page, f"a[href$='/{number}/apply']")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    press(page, "button[value=confirm]")
    if page.script:
        assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
        assert not page.is_visible("#licence_prefecture")
    press(page, "[data-error-summary] a[href='#family_name']")
    assert page.evaluate("document.activeElement.id") == "family_name"
    type_all(page)
    press(page, "button[value=confirm]")
    assert page.url.endswith("/confirm")
    assert "見本 さくら（ミホン サクラ）" in page.text_content("main")
    page.go_back()
    assert page.input_value("#family_name") == "見本"
    page.go_forward()
    press(page, "button[value=send]")
    assert page.text_content("[data-receipt]").startswith("KN-A-")
    assert "/my/" in page.get_attribute("[data-my]", "href")
    shown = page.text_content("[data-receipt]")
    page.reload()
    assert page.text_content("[data-receipt]") == shown


def test_the_prefecture_is_asked_of_assistant_nurses(browser_page: Any, house: tuple[LiveServer, str]) -> None:
    page, (server, number) = browser_page, house
    page.goto(f"{server.url}/postings/{number}/apply")
    for licence, visible in (("nurse", False), ("assistant_nurse", True)):
        page.check(f"[name=licenses][value={licence}]")
        assert page.is_visible("#licence_prefecture") is visible
    page.uncheck("[name=licenses][value=assistant_nurse]")
    assert not page.is_visible("#licence_prefecture")


def test_a_field_is_checked_when_it_is_left(browser_page: Any, house: tuple[LiveServer, str]) -> None:
    page, (server, number) = browser_page, house
    page.goto(f"{server.url}/postings/{number}/apply")
    page.fill("#email", "sakura@mail")
    page.keyboard.press("Tab")
    page.wait_for_selector("[data-field=email] [data-finding=MAIL-002]")
    assert page.get_attribute("#email", "aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == "tel"
    assert page.locator("[data-finding]").count() == 1  # nothing is said of what was not touched
    page.fill("#email", "sakura@mail.example")
    page.fill("#family_kana", "みほん")
    page.keyboard.press("Tab")
    page.wait_for_selector("[data-field=family_kana] .finding--line")
    assert page.locator("[data-finding]").count() == 0
    assert page.get_attribute("#email", "aria-invalid") is None
