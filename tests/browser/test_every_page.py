"""Every kind of page in a real Chromium: axe finds nothing, the console is silent, nothing comes from elsewhere, and it fits a phone."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.databases import DEMO_PASSWORD
from tests.support.server import LiveServer

LIGHT = 100_000  # bytes of a visitor's page with everything it loads
VISITOR = {
    "home": "/",
    "list": "/postings/",
    "search": "/postings/?q=%E7%9C%8B%E8%AD%B7&prefecture=13&job_type=nurse&sort=pay",
    "nothing found": "/postings/?q=zzzzzz",
    "posting": r"/postings/ /postings/KN-P-\d+",
    "English": "/en",
    "posting in English": r"/en /en/postings/KN-P-\d+",
    "rules": "/rules",
    "flow": "/flow",
    "privacy": "/privacy",
    "terms": "/terms",
    "accessibility": "/accessibility",
    "open data": "/opendata/",
    "unknown address": "/nothing-here",
}
ENTRANCE = {
    "form": "/entry/",
    "file": "/entry/file",
    "status": "/entry/status",
    "sign-in": "/login",
    "first login": "/first-login",
    "forgotten": "/password/forgot",
    "alert": "/alerts/new?prefecture=13&job_type=nurse",
    "alert asked for": "/alerts/sent?prefecture=13",
}
OPERATOR = {
    "home": "/admin/",
    "queue": "/admin/submission/",
    "case": r"/admin/submission/ /admin/submission/\d+/",
    "deadline": "/admin/submission/1/deadline",
    "file": "/admin/submission/file",
    "phone and paper": "/admin/submission/new/",
    "postings": "/admin/posting/",
    "posting": "/admin/posting/1/",
    "accounts": "/admin/account/",
    "account": "/admin/account/1/",
    "organizations": "/admin/organization/",
    "organization": "/admin/organization/1/",
    "mails": "/admin/mail/",
    "mail": "/admin/mail/1/",
    "log": "/admin/event/",
    "service report": "/admin/report/service/",
    "rounds of the report": "/admin/report/",
    "round of the report": r"/admin/report/ /admin/report/\d+/",
    "telephone": "/admin/desk/",
    "callers": "/admin/desk/?q=%E8%B6%8A%E5%89%8D",
    "caller": "/admin/desk/?q=131016",
    "returned": "/admin/submission/?tab=returned",
    "return": r"/admin/submission/?tab=due&findings=warnings /admin/submission/\d+/ +return",
    "release": r"/admin/posting/ /admin/posting/\d+/release",
    "ledger": "/admin/partner/",
    "partners": "/admin/partner/list/",
    "account by hand": "/admin/account/issue",
    "own notices": "/admin/notice/",
    "training": "/admin/training/",
    "exercise": "/admin/training/4/",
}
OFFICE = {
    "home": "/office/",
    "postings": "/office/posting/",
    "posting": r"/office/posting/ /office/posting/\d+/",
    "new": "/office/posting/new",
    "reports": "/office/report/",
    "people": "/office/candidate/",
    "person": r"/office/candidate/ /office/candidate/\d+/",
    "texts": "/office/message-template/",
    "notices": "/office/notices/",
    "accounts": "/office/account/",
}
STAFF = {
    "lead@keynet.example": OPERATOR,
    "kenko@city.chiyoda.keynet.example": OFFICE,
    "nara@pref.keynet.example": {"home": "/prefecture/", "report": "/prefecture/report/"},
    "center@partner.keynet.example": {"home": "/partner/", "found people": "/partner/secured/", "one": "/partner/secured/new"},
}


def go(page: Any, house: LiveServer, where: str) -> None:
    """Open an address, then the first link on it whose path is of the given pattern, or (`+`) what stands under it, and so on."""
    path, *patterns = where.split(" ")
    page.goto(house.url + path)
    for pattern in patterns:
        if pattern.startswith("+"):
            page.goto(f"{page.url.partition('?')[0]}{pattern[1:]}")
            continue
        paths = page.eval_on_selector_all("main a", "links => links.map(link => link.pathname)")
        page.goto(house.url + next(link for link in paths if re.fullmatch(pattern, link)))


@pytest.fixture(scope="module")
def signed_in(browser: Any, house: LiveServer) -> Callable[[str], list[Any]]:
    """The cookies of a person who signed in through the form; each signs in once."""

    @cache
    def cookies(email: str) -> list[Any]:
        context = browser.new_context(locale="ja-JP")
        page = context.new_page()
        page.goto(house.url + "/login")
        page.fill("[name=email]", email)
        page.fill("[name=password]", DEMO_PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda address: "/login" not in address)
        got: list[Any] = context.cookies()
        context.close()
        return got

    return cookies


def look(page: Any, axe: str) -> None:
    """The checks that every page has to pass, at a desk's width and at a phone's."""
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    told = [f"{item['id']}: {item['help']} – {item['nodes'][0]['html'][:160]} ({len(item['nodes'])})" for item in found]
    assert not told, "\n".join(told)
    assert page.locator("h1").count() == 1
    english = f"{urlsplit(page.url).path}/".startswith("/en/")
    assert page.evaluate("document.documentElement.lang") == ("en" if english else "ja")
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320, f"the page is {wide} px wide on a phone of 320 px"


@pytest.mark.parametrize("name", list(VISITOR))
def test_a_visitors_page(browser_page: Any, house: LiveServer, axe: str, name: str) -> None:
    """Also light, and without a cookie."""
    sizes: list[int] = []
    hosts: set[str] = set()

    def note(request: Any) -> None:
        hosts.add(urlsplit(request.url).netloc)
        sizes.append(sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")))

    where = VISITOR[name]
    go(browser_page, house, where)
    browser_page.on("requestfinished", note)
    browser_page.reload(wait_until="networkidle")
    look(browser_page, axe)
    assert hosts == {urlsplit(house.url).netloc}
    assert sum(sizes) < LIGHT, f"{sum(sizes):,} bytes"
    assert browser_page.context.cookies() == []


@pytest.mark.parametrize("name", list(ENTRANCE))
def test_a_page_before_the_sign_in(browser_page: Any, house: LiveServer, axe: str, name: str) -> None:
    """Forms for people without an account."""
    go(browser_page, house, ENTRANCE[name])
    look(browser_page, axe)


@pytest.mark.parametrize(("email", "name"), [(email, name) for email, pages in STAFF.items() for name in pages])
def test_a_page_after_the_sign_in(
    browser_page: Any, house: LiveServer, axe: str, signed_in: Callable[[str], list[Any]], email: str, name: str
) -> None:
    """Each list and each kind of single page of the four areas."""
    browser_page.context.add_cookies(signed_in(email))
    go(browser_page, house, STAFF[email][name])
    look(browser_page, axe)
