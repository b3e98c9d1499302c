"""Partners, the report and prefectures in a real Chromium, from the first page to the end: a refusal, a reminder, an account for a prefecture."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerChannel, PostingStatus, Role
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

PEOPLE = {"admin": "admin@keynet.example", "center": "center@partner.keynet.example"}


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with a posting that a partner was sent, and a round of the report that its body has not confirmed."""
    folder = tmp_path_factory.mktemp("instance")
    url = databases.copy_sqlite(folder)
    with application(url, folder, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)):
        with transaction():
            factories.account(Role.admin, email=PEOPLE["admin"])
            center = factories.partner(name="宮崎県ナースセンター（試験）", channel=PartnerChannel.csv)
            factories.account(Role.partner, email=PEOPLE["center"], partner_id=center.id)
        with transaction():  # a posting that its body shares comes into the ledger by itself
            posting = factories.posting(PostingStatus.live, {"title": "集団接種会場の看護師", "share_nc": True})
            factories.report(posting.organization, factories.report_round(number=1))
    server = LiveServer(folder, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield server
    server.stop()


def sign_in(page: Any, house: LiveServer, who: str, path: str) -> None:
    """Through the form, to a page."""
    page.context.clear_cookies()
    page.goto(f"{house.url}/login?next={path}")
    page.fill("[name=email]", PEOPLE[who])
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")


def sound(page: Any, axe: str) -> None:
    """axe finds nothing, and the page fits a phone."""
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    assert not found, [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found]
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_refusal_reaches_the_municipality(browser_page: Any, house: LiveServer, axe: str) -> None:
    """The partner says why; the operator's ledger names the next step, whose words are written already; the body's talk has them."""
    page = browser_page
    sign_in(page, house, "center", "/partner/")
    page.locator("tbody [data-open]").first.click()
    page.wait_for_url("**/partner/*/")
    sound(page, axe)
    page.get_by_role("link", name="受け取れない").first.click()
    page.fill("[name=reason]", "勤務地の郵便番号がない")
    sound(page, axe)
    page.locator("form#decision [name=do][value=refuse]").click()
    page.locator(".flash", has_text="受け取れないことを記録しました").wait_for()
    sign_in(page, house, "admin", "/admin/partner/")
    assert "拒否の理由：勤務地の郵便番号がない" in page.locator("main").inner_text()
    sound(page, axe)
    page.get_by_role("link", name="団体に直してもらう").click()
    words = page.locator("[name=message]").input_value()
    assert words.startswith("宮崎県ナースセンター（試験）が、募集情報 KN-P-")
    sound(page, axe)
    page.locator("form#decision [name=do][value=talk]").click()
    page.locator(".flash").wait_for()
    assert "勤務地の郵便番号がない" in page.locator("main").inner_text()


def test_a_round_is_reminded(browser_page: Any, house: LiveServer, axe: str) -> None:
    """Ticked, looked over with the mail as it goes, sent once; the list says so."""
    page = browser_page
    sign_in(page, house, "admin", "/admin/report/")
    page.get_by_role("link", name="第1回").first.click()
    page.wait_for_url("**/admin/report/*/")
    sound(page, axe)
    page.get_by_role("checkbox", name="日向市を選ぶ").check()
    page.get_by_role("button", name="選んだ団体に督促メールを送る").click()
    page.wait_for_url("**/remind?**")
    assert "日向市" in page.locator("main").inner_text()
    assert "確保実績の報告" in (page.locator("pre.mail").first.text_content() or "")
    sound(page, axe)
    page.locator("form#decision [name=do][value=remind]").click()
    page.locator(".flash").wait_for()
    assert "1回" in page.locator("table.table--wait").inner_text()


def test_an_account_is_issued_for_a_prefecture(browser_page: Any, house: LiveServer, axe: str) -> None:
    """An address that cannot be one is said at its field and nothing is lost; then the account stands there and waits for its first sign-in."""
    page = browser_page
    sign_in(page, house, "admin", "/admin/account/")
    page.goto(f"{house.url}/admin/account/issue")
    page.select_option("[name=to]", label="宮崎県")
    page.fill("[name=name]", "福祉保健部 見本")
    page.fill("[name=email]", "iryo@@pref")
    page.get_by_role("button", name="発行して案内を送る").click()
    page.locator(".error").first.wait_for()
    assert page.locator("[name=name]").input_value() == "福祉保健部 見本"
    sound(page, axe)
    page.fill("[name=email]", "iryo@pref.miyazaki.keynet.example")
    page.get_by_role("button", name="発行して案内を送る").click()
    page.locator(".flash").wait_for()
    assert "iryo@pref.miyazaki.keynet.example" in page.locator("main").inner_text()
    assert "初回ログイン待ち" in page.locator("main").inner_text()
