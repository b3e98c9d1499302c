"""New postings by mail on a phone, without script, in a real Chromium: form, mistake, mail's link, start, stop."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.alert.keys import token
from keynet_admin.services.transaction import transaction
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application


@pytest.fixture
def house(databases: Databases, tmp_path: Any) -> Iterator[tuple[str, str]]:
    """Address of a server with one alert that waits for its confirmation, and the last part of its link."""
    url = databases.copy_sqlite(tmp_path)
    with application(url, tmp_path, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        key = token(factories.search_alert("prefecture=45&job_type=nurse", confirmed=False).salt)
    running = LiveServer(tmp_path, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield running.url, key
    running.stop()


def test_from_the_form_to_the_end(browser: Any, house: tuple[str, str], axe: str) -> None:
    base, key = house
    context = browser.new_context(viewport={"width": 390, "height": 768}, locale="ja-JP")
    page = context.new_page()
    page.route("**/*.js*", lambda route: route.abort())  # no script of ours runs; the test's own may

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate(axe)
        assert page.evaluate("axe.run().then(found => found.violations.map(v => v.id + ' ' + v.nodes[0].html))") == []

    page.goto(f"{base}/postings/?prefecture=45&job_type=nurse")
    page.locator("a[href^='/alerts/new']").first.click()
    page.locator(".apply__posting b", has_text="宮崎県・看護師").wait_for()
    fits()
    page.fill("#email", "sakura＠mail")
    page.press("#email", "Enter")
    page.locator("#email-e").wait_for()
    assert page.input_value("#email") == "sakura＠mail"
    fits()
    page.fill("#email", "midori@mail.example")
    page.check("input[value=weekly]")
    page.check("#consent")
    page.press("#consent", "Enter")
    page.locator("h1", has_text="確認のメールを送りました").wait_for()
    fits()
    page.goto(f"{base}/alerts/{key}")
    fits()
    page.get_by_role("button", name="受け取りを始める").click()
    page.locator(".notice", has_text="受け取りを始めました").wait_for()
    fits()
    page.reload()
    page.get_by_role("button", name="あと90日続ける").click()
    page.locator(".notice", has_text="期間を延ばしました").wait_for()
    page.get_by_role("link", name="メールを止める").click()
    fits()
    page.get_by_role("button", name="止めて削除する").click()
    page.locator("h1", has_text="メールを止めました").wait_for()
    fits()
    page.goto(f"{base}/alerts/{key}")
    page.locator("h1", has_text="このお知らせはありません").wait_for()
    fits()
    assert context.cookies() == []
    context.close()
