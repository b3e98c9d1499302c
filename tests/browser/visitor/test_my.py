"""The own page on a phone, by keyboard and without script, in a real Chromium: from number and code to a message and the withdrawal."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.account import tokens
from keynet_admin.services.candidate import access
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application


@pytest.fixture
def house(databases: Databases, tmp_path: Any) -> Iterator[tuple[str, str, str]]:
    """Address of a server with one application that the municipality has opened, its number and its code."""
    url = databases.copy_sqlite(tmp_path)
    with application(url, tmp_path, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        row = factories.candidate(CandidateStatus.seen)
        number, code = row.candidate_no, tokens.shown(access.code(row))
    running = LiveServer(tmp_path, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield running.url, number, code
    running.stop()


def go_to(page: Any, selector: str) -> None:
    """By the tab key alone; what has the focus can be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"no way to {selector}")


def test_from_the_code_to_the_withdrawal(browser: Any, house: tuple[str, str, str], axe: str) -> None:
    base, number, code = house
    context = browser.new_context(viewport={"width": 390, "height": 768}, java_script_enabled=True, locale="ja-JP")
    page = context.new_page()
    # No script of ours runs; the test's own still may, to see what has the focus.
    page.route("**/*.js*", lambda route: route.abort())

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate(axe)
        assert page.evaluate("axe.run().then(found => found.violations.map(v => v.id + ' ' + v.nodes[0].html))") == []

    page.goto(f"{base}/my")
    go_to(page, "#candidate_no")
    page.keyboard.type(number.lower().replace("-", ""))
    page.keyboard.press("Tab")
    page.keyboard.type("7K4M-2QXH-9T6P")
    page.keyboard.press("Enter")
    page.locator("#code-e").wait_for()
    assert page.input_value("#candidate_no") == number
    fits()
    page.fill("#code", code)
    page.press("#code", "Enter")
    page.locator("#h-now").wait_for()
    assert "/my/" in page.url
    fits()
    go_to(page, "#text")
    page.keyboard.type("土曜は終日空いています。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".thread__own", has_text="土曜は終日空いています。").wait_for()
    page.reload()
    assert page.locator(".thread__own").count() == 1
    go_to(page, "a[href$='/withdraw']")
    page.keyboard.press("Enter")
    page.locator("h1", has_text="応募を辞退しますか").wait_for()
    fits()
    go_to(page, "main form button")
    page.keyboard.press("Enter")
    page.locator("#h-now", has_text="辞退").wait_for()
    assert page.locator("a[href$='/withdraw']").count() == 0
    page.go_back()
    page.go_back()
    page.locator("#h-now", has_text="辞退").wait_for()
    page.click("a[href$='/delete']")
    page.locator("h1", has_text="データを削除しますか").wait_for()
    fits()
    assert context.cookies() == []
    context.close()
