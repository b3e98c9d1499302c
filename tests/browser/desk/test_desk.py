"""The telephone desk in a real Chromium: from the queue by a key, a caller found in one load after typing, keying that fills itself in."""

from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

OPERATOR = "operator@keynet.example"


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with an accepted and a returned case of one body."""
    folder = tmp_path_factory.mktemp("instance")
    url = databases.copy_sqlite(folder)
    with application(url, folder, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        who = factories.actor(Role.operator, email=OPERATOR)
        factories.submission(SubmissionStatus.accepted, by=who)
        factories.submission(SubmissionStatus.returned, by=who)
    server = LiveServer(folder, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield server
    server.stop()


def test_a_caller_is_found_in_one_load(browser_page: Any, house: LiveServer) -> None:
    """`d` in the queue, the number as the caller says it, Enter: their page. It fits every width, and axe finds nothing."""
    page = browser_page
    page.goto(house.url + "/login?next=/admin/submission/")
    page.fill("[name=email]", OPERATOR)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/submission/")
    page.wait_for_load_state()
    page.keyboard.press("d")
    page.wait_for_selector("#q:focus")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.keyboard.type("+81 982 00 0043")
    page.keyboard.press("Enter")
    page.wait_for_selector("#h-caller")
    assert page.inner_text("#h-caller") == "日向市に見えている画面"
    assert len(loads) == 1
    spec = find_spec("axe_core_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.evaluate((Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert not found, [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found]


def test_keying_for_a_caller_fills_itself_in(browser_page: Any, house: LiveServer) -> None:
    """Begun from the desk the body stands there; another code fills what is empty; the optional fields are folded until they are asked for."""
    page = browser_page
    page.goto(house.url + "/login?next=/admin/desk/?q=412082")
    page.fill("[name=email]", OPERATOR)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.get_by_role("button", name="電話で新しい申請を受ける").click()
    page.wait_for_url("**/edit")
    assert page.input_value("[name=organization-org_name]") == "小城市"
    building = page.locator("[name=organization-org_building]")
    assert not building.is_visible()
    page.uncheck("#must-only")
    building.fill("本庁舎2階")
    for name in ("org_name", "org_kana"):
        page.fill(f"[name=organization-{name}]", "")
    page.fill("[name=organization-lg_code]", "18209")
    page.press("[name=organization-lg_code]", "Tab")
    page.wait_for_function("document.querySelector('[name=organization-org_kana]').value === 'エチゼンシ'")
    assert page.input_value("[name=organization-org_name]") == "越前市"
    page.check("#must-only")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/edit")):
        page.get_by_role("button", name="途中で保存").click()
    page.reload()
    assert page.input_value("[name=organization-org_building]") == "本庁舎2階"
