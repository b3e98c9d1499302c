"""Phone and paper intake in a real Chromium: the form saves itself, the second page is empty, and every page of the way passes axe."""

from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
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
HERE = "/admin/submission/new/"


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with three keyings: one with a difference, one that can be sent, one with errors."""
    folder = tmp_path_factory.mktemp("instance")
    url = databases.copy_sqlite(folder)
    with application(url, folder, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        who = factories.actor(Role.operator, email=OPERATOR)
        factories.keying(second={"contact.contact_tel": "0982-00-0049", "postings.0.headcount": "１５"}, by=who)
        factories.keying(second={"contact.contact_tel": "0982(00)0043"}, by=who)
        factories.keying({"postings.0.headcount": "若干名"}, second={"contact.contact_tel": "0982(00)0043"}, by=who)
    server = LiveServer(folder, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield server
    server.stop()


@pytest.fixture
def page(browser_page: Any, house: LiveServer) -> Any:
    """An operator's page: `page.open(path)`."""
    browser_page.open = lambda path: browser_page.goto(house.url + path)
    browser_page.open("/login")
    browser_page.fill("[name=email]", OPERATOR)
    browser_page.fill("[name=password]", factories.PASSWORD)
    browser_page.press("[name=password]", "Enter")
    browser_page.wait_for_url(lambda address: "/login" not in address)
    return browser_page


@pytest.mark.parametrize("path", ["", "1/", "1/edit", "1/second", "1/compare", "1/discard", "2/send", "2/compare", "3/send"])
def test_pages(page: Any, path: str) -> None:
    """axe finds nothing and nothing sticks out, at a desk's width, a phone's and at 320 px."""
    spec = find_spec("axe_core_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    page.open(HERE + path)
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.evaluate((Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert not found, [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found]


def test_the_form_saves_itself(page: Any) -> None:
    """Saving while typing renews the version, so that the buttons pressed afterwards are no conflict with oneself."""
    page.open(HERE)
    page.check("[name=way][value=phone]")
    page.get_by_role("button", name="入力を始める").click()
    page.wait_for_url("**/edit")
    seen = page.get_attribute("[name=version]", "value")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/edit"), timeout=15_000):
        page.fill("[name=organization-org_name]", "日向市")
    page.wait_for_function("seen => document.querySelector('[name=version]').value !== seen", arg=seen)
    page.click("[name=add][value=postings-0-pay_lines]")
    page.wait_for_selector("#postings-0-pay_lines-1")
    assert page.input_value("[name=organization-org_name]") == "日向市"
    page.fill("[name=postings-0-pay_lines-1-min]", "2000")
    page.get_by_role("button", name="1回目の入力を終える").click()
    page.wait_for_url(lambda address: address.rstrip("/").rpartition("/")[2].isdigit())
    page.get_by_role("link", name="要点の2回目の入力へ").click()
    assert page.locator("main input[type=text]").evaluate_all("boxes => boxes.every(box => box.value === '')")
    assert page.locator("[name='postings.0.pay_lines.1.min']").count() == 1
