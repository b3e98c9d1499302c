"""The budgets of the queue in a real Chromium: rows on a screen, keys and page loads of a flawless case, and a row that goes grey."""

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, islice
from typing import Any

import pytest

from keynet_admin.catalogue.reference import municipalities
from keynet_admin.clock import at
from keynet_admin.extensions import db
from keynet_admin.models import Submission
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.account.use_cases import by_email
from keynet_admin.services.submission import review
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

OPERATOR, COLLEAGUE = "operator@keynet.example", "operator2@keynet.example"
CASES, KEYS, LOADS, ROWS, PAGE = 50, 2, 2, 15, 30
BANNER = 32  # of the demo, in pixels, which this server does not show


def _of(body: Any) -> dict[str, Any]:
    host = factories.own_host(body.code6)
    organization = {"lg_code": body.code6, "org_name": body.name, "org_kana": body.kana, "org_address": f"{body.name}中央1番1号"}
    mail = dict.fromkeys(("contact.contact_email", "contact.contact_email2"), f"kenko@{host}")
    return {f"organization.{name}": value for name, value in organization.items()} | mail


@pytest.fixture
def desk(databases: Databases, tmp_path: Any) -> Iterator[tuple[LiveServer, Any]]:
    """A server with flawless cases of as many bodies and one more, and the same database for a colleague."""
    url = databases.copy_sqlite(tmp_path)
    cities = [body for body in municipalities() if body.kind == "city" and body.prefecture_code == "45"]
    bodies = list(islice(cycle(cities), CASES + 1))
    with application(url, tmp_path, {}) as app:
        with app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
            factories.account(Role.operator, email=OPERATOR, name="佐藤 直子")
            factories.account(Role.operator, email=COLLEAGUE, name="高橋 健")
            made = [factories.submission(changes=_of(body)) for body in bodies]
            assert {(case.errors, case.warnings) for case in made} == {(0, 0)}
        env = {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}
        server = LiveServer(tmp_path, env).start()
        yield server, app
        server.stop()


def test_the_queue_keeps_its_budgets(desk: tuple[LiveServer, Any], browser_page: Any) -> None:
    server, app = desk
    page, loads = browser_page, []
    page.on("load", lambda _page: loads.append(1))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/login")
    page.fill("[name=email]", OPERATOR)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("main h1")
    page.goto(f"{server.url}/admin/submission/")
    inside = "(high) => [...document.querySelectorAll('tbody tr[id]')].filter((row) => row.getBoundingClientRect().bottom <= high).length"
    assert page.evaluate(inside, 900 - BANNER) >= ROWS
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440

    # a colleague settles the last row of the page: it goes grey where it stands
    row = page.locator("tbody tr[id]").nth(PAGE - 1)
    number, place = int(row.get_attribute("id")[1:]), row.bounding_box()
    with app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        case, colleague = db.session.get(Submission, number), by_email(COLLEAGUE)
        review.reject(case, actor_of(colleague), seen_version=case.version, reason="対象外のため。")
    page.evaluate("document.dispatchEvent(new Event('keynet:look'))")
    page.wait_for_selector(f"#r{number}.is-settled")
    assert "高橋 健が却下しました" in row.inner_text()
    assert row.locator("input").count() == 0
    assert row.bounding_box() == place
    assert "高橋 健が却下しました" in page.locator("[data-rows-said]").inner_text()

    # ticked rows: how many, whom the first move would leave out, and back to none
    boxes, bar = page.locator("tbody .row-pick input"), page.locator("form.bulk--foot")
    assert not bar.is_visible()
    for place in (0, 1):
        boxes.nth(place).check()
    page.eval_on_selector("tbody tr", "row => { delete row.dataset.takes; }")  # as a case that somebody else has
    boxes.nth(2).check()
    left = page.locator("tbody tr [data-open]").first.inner_text()
    assert bar.locator("[data-picked]").inner_text() == f"3件を選択中　{left}は、いまの状態では担当にできないため飛ばします。"
    assert bar.locator("[value=take]").inner_text() == "まとめて担当する（2件）"
    assert bar.bounding_box()["y"] + bar.bounding_box()["height"] <= 900
    bar.get_by_text("選択を外す").click()
    assert not bar.is_visible()

    # over the border of the page and back
    for _ in range(PAGE):
        page.keyboard.press("j")
    assert page.locator("tr[aria-current]").get_attribute("id") == f"r{number}"
    page.keyboard.press("j")
    page.wait_for_url("**/?page=2")
    page.wait_for_selector("tbody tr:first-child[aria-current]")
    page.keyboard.press("k")
    page.wait_for_url("**/admin/submission/")
    page.wait_for_selector("tbody tr:last-child[aria-current]")

    # from an open case to the next open case
    page.locator("tbody [data-open]").first.click()
    for step in range(CASES):
        heading = page.locator("h1").inner_text()
        loads.clear()
        keys = ("a", "Enter")
        page.keyboard.press(keys[0])
        page.wait_for_url("**/accept")
        page.wait_for_load_state("load")
        page.wait_for_function("document.activeElement.name === 'do'")  # the main button has the focus
        page.keyboard.press(keys[1])
        page.wait_for_url("**/admin/submission/" if step == CASES - 1 else lambda url: url.rstrip("/").split("/")[-1].isdigit())
        page.wait_for_load_state("load")
        assert (len(keys), len(loads)) <= (KEYS, LOADS), heading
        assert page.locator("h1").inner_text() != heading
    assert "この条件の申請は終わりました。" in page.locator("main").inner_text()
    with app.app_context():
        assert db.session.query(Submission).filter_by(status="accepted").count() == CASES
