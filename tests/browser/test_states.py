"""Pages in states that nobody links to: with errors shown, decision pages, refusals. At a desk's width, a phone's, and at 320 px."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from keynet_admin.clock import at
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, PostingStatus, Role
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

WIDTHS = (1440, 390)
NARROW = 320
OPERATOR, OFFICE = "operator@keynet.example", "yobo@city.hyuga-test.lg.jp"


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all states, with a good case, a bad one and two postings; these tests change at most a draft of their own."""
    folder = tmp_path_factory.mktemp("instance")
    url = databases.copy_sqlite(folder)
    with application(url, folder, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)), transaction():
        factories.account(Role.operator, email=OPERATOR)
        live = factories.posting(PostingStatus.live)
        factories.posting()
        factories.account(Role.municipality, email=OFFICE, organization=live.organization)
        factories.submission(changes={"organization.lg_code": "452069", "postings.0.headcount": "若干名", "postings.0.training": "none"})
        factories.submission()
        outbox.enqueue("rejected", "no-address", {"reason": "対象外のため。"})
        outbox.enqueue("rejected", "kenko@city.ome.example", {"reason": "対象外のため。"}).status = MailStatus.uncertain
    server = LiveServer(folder, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield server
    server.stop()


def look(page: Any, axe: str) -> None:
    """No finding of axe at either width, no scrolling sideways at 320 px."""
    told = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(axe)
        found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        told += [f"{width}: {item['id']}: {item['help']} – {item['nodes'][0]['html'][:160]}" for item in found]
    assert not told, "\n".join(told)
    page.set_viewport_size({"width": NARROW, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW, f"the page is {wide} px wide"


def press(page: Any, selector: str) -> None:
    """Press a button that loads a page."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def first_case(page: Any, base: str, query: str) -> str:
    """The address of the first case that the queue shows."""
    page.goto(f"{base}/admin/submission/{query}")
    return str(page.locator("a[data-open]").first.get_attribute("href")).partition("?")[0]


def first_posting(page: Any, base: str, tab: str) -> str:
    """The address of the first posting of a tab of the office."""
    page.goto(f"{base}/office/posting/?tab={tab}")
    links = page.eval_on_selector_all("main a", "links => links.map(link => link.pathname)")
    return str(next(m[0] for link in links if (m := re.match(r"/office/posting/\d+/", link))))


def entry_errors(page: Any, base: str) -> None:
    page.goto(f"{base}/entry/")
    press(page, "button[name=do][value=confirm]:not(.vh)")


def status_errors(page: Any, base: str) -> None:
    page.goto(f"{base}/entry/status")
    press(page, "main form button")


def login_errors(page: Any, base: str) -> None:
    page.goto(f"{base}/login")
    page.fill("[name=email]", "nobody@keynet.example")
    page.fill("[name=password]", "wrong wrong wrong")
    press(page, "main form button")


def code_errors(page: Any, base: str) -> None:
    page.goto(f"{base}/first-login")
    page.fill("[name=email]", "nobody@keynet.example")
    page.fill("[name=code]", "AAAA-AAAA-AAAA")
    press(page, "main form button")


def case_with_errors(page: Any, base: str) -> None:
    page.goto(base + first_case(page, base, "?findings=errors"))


def return_errors(page: Any, base: str) -> None:
    page.goto(base + first_case(page, base, "?findings=errors") + "return")
    for box in page.locator("textarea[name^=items-]:visible").all():
        box.fill("")
    press(page, "button[name=do][value=return]")


def accept_page(page: Any, base: str) -> None:
    page.goto(base + first_case(page, base, "?findings=clean") + "accept")


def accept_refused(page: Any, base: str) -> None:
    page.goto(base + first_case(page, base, "?findings=errors") + "accept")


def reject_errors(page: Any, base: str) -> None:
    page.goto(base + first_case(page, base, "?findings=clean") + "reject")
    press(page, "button[name=do][value=reject]")


def empty_queue(page: Any, base: str) -> None:
    page.goto(f"{base}/admin/submission/?q=zzzz")


def stale_decision(page: Any, base: str) -> None:
    page.goto(base + first_case(page, base, "?findings=clean") + "reject")
    page.fill("[name=reason]", "理由です。")
    page.evaluate("document.querySelector('main form [name=version]').value = '999'")
    press(page, "button[name=do][value=reject]")


def mail_page(page: Any, base: str, state: str) -> None:
    page.goto(f"{base}/admin/mail/?state={state}")
    page.goto(base + str(page.locator("tbody a").first.get_attribute("href")))


def uncertain_mail(page: Any, base: str) -> None:
    mail_page(page, base, "uncertain")


def recipient_errors(page: Any, base: str) -> None:
    mail_page(page, base, "refused")
    press(page, "a[href$=correct]")
    press(page, "main form button")


def new_draft_with_errors(page: Any, base: str) -> None:
    page.goto(f"{base}/office/posting/new")
    press(page, "main form button")
    press(page, "button[name=do][value=check]")


def publish_page(page: Any, base: str) -> None:
    page.goto(base + first_posting(page, base, "draft") + "publish")


def headcount_errors(page: Any, base: str) -> None:
    page.goto(base + first_posting(page, base, "live") + "headcount")
    page.fill("[name=headcount]", "若干名")
    press(page, "main form button")


def close_page(page: Any, base: str) -> None:
    page.goto(base + first_posting(page, base, "live") + "close")


STATES: dict[str, tuple[str, Callable[[Any, str], None], str]] = {
    "the form with errors": ("", entry_errors, ".error-summary"),
    "status with errors": ("", status_errors, ".error-summary"),
    "sign-in refused": ("", login_errors, ".error-summary"),
    "code refused": ("", code_errors, ".error-summary"),
    "case with errors": (OPERATOR, case_with_errors, ".case2"),
    "return without words": (OPERATOR, return_errors, "[role=alert]"),
    "acceptance": (OPERATOR, accept_page, ".outcome"),
    "acceptance refused": (OPERATOR, accept_refused, "[role=alert]"),
    "rejection without a reason": (OPERATOR, reject_errors, ".error"),
    "empty queue": (OPERATOR, empty_queue, "h1"),
    "stale decision": (OPERATOR, stale_decision, ".stale"),
    "uncertain mail": (OPERATOR, uncertain_mail, "a[href$=confirm]"),
    "recipient with an error": (OPERATOR, recipient_errors, "#recipient-e"),
    "editor with errors": (OFFICE, new_draft_with_errors, ".error-summary"),
    "publication": (OFFICE, publish_page, "h1"),
    "headcount with an error": (OFFICE, headcount_errors, ".error"),
    "closing": (OFFICE, close_page, "main form"),
}


@pytest.mark.parametrize("name", list(STATES))
def test_a_state(browser_page: Any, house: LiveServer, axe: str, name: str) -> None:
    who, go, mark = STATES[name]
    if who:
        browser_page.goto(house.url + "/login")
        browser_page.fill("[name=email]", who)
        browser_page.fill("[name=password]", factories.PASSWORD)
        browser_page.press("[name=password]", "Enter")
        browser_page.wait_for_url(lambda address: "/login" not in address)
    go(browser_page, house.url)
    assert browser_page.locator(mark).count() >= 1
    look(browser_page, axe)
