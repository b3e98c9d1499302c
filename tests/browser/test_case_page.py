"""The page of a case in a real Chromium: how high it is, that the decision stays in sight, and how few keys a return takes."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

OPERATOR = "operator@keynet.example"
SHIFTS = [{"name": f"{n}班", "days": "月 火", "start": f"{8 + n}:00", "end": f"{12 + n}:30", "break": "0"} for n in range(6)]
ORDINARY, LARGE, RETURNED = 1, 2, 3
BUDGET = {ORDINARY: 2_000, LARGE: 9_000}


def _form(postings: int, changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    form = factories.document(changes)
    first = form["postings"][0] | more
    form["postings"] = [deepcopy(first) | {"title": f"{first['title']}{n + 1}"} for n in range(postings)]
    return form


@pytest.fixture
def server(databases: Databases, tmp_path: Any) -> Iterator[LiveServer]:
    """With an ordinary case of two postings, one of twenty with six shifts each, and one with an error and a warning."""
    url = databases.copy_sqlite(tmp_path)
    with application(url, tmp_path, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        factories.account(Role.operator, email=OPERATOR, name="佐藤 直子")
        factories.submission(typed=_form(2, {"organization.lg_code": "452069", "contact.contact_last": "髙橋"}))
        factories.submission(typed=_form(20, {"organization.lg_code": "452069"}, shifts=SHIFTS))
        factories.submission(changes={"organization.lg_code": "452069", "contact.contact_last": "髙橋"})
    running = LiveServer(tmp_path, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield running
    running.stop()


def test_the_page_keeps_its_budgets_and_a_return_its_keys(server: LiveServer, browser_page: Any) -> None:
    """Height at 1440, the buttons at 900, no overflow at 390, no text under 14 pixels; a return of two findings in six keys."""
    page = browser_page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/login")
    page.fill("[name=email]", OPERATOR)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("main h1")
    for case, most in BUDGET.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{server.url}/admin/submission/{case}/")
        assert page.evaluate("document.querySelector('.queue-keys').getBoundingClientRect().bottom + scrollY") <= most
        for top in (0, 700):
            page.evaluate(f"scrollTo(0, {top})")
            assert page.locator(".decide2__do .button--main").bounding_box()["y"] <= 860, f"scrolled to {top}"
        small = page.evaluate(
            """[...document.querySelectorAll('main *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
            && parseFloat(getComputedStyle(e).fontSize) < 13.9).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/admin/submission/{RETURNED}/")
    page.keyboard.press("f")
    assert page.locator("[data-fixes]:not([open])").count() == 0
    page.goto(f"{server.url}/admin/submission/{RETURNED}/")
    lines = page.locator("[data-line]").count()
    assert lines >= 2
    keys = [str(lines), "Space", "r", "Enter"]
    for key in keys:
        page.keyboard.press(key)
        if key == "r":
            page.wait_for_url("**/return?item=*")
            assert page.locator("input[name$='-on']:checked").count() == 2
    page.get_by_text("差し戻しました").first.wait_for()
    assert len(keys) <= 6
