"""A posting in a real Chromium: its sheet of paper, what stands without script, the labels of one saved in a browser."""

import re
from typing import Any

from tests.support.server import LiveServer

OWNER = "kenko@city.chiyoda.keynet.example"


def numbers(page: Any, house: LiveServer) -> list[str]:
    """The postings on the first page of the list."""
    page.goto(f"{house.url}/postings/")
    paths = page.eval_on_selector_all("main a", "links => links.map(link => link.pathname)")
    return [found[1] for path in paths if (found := re.fullmatch(r"/postings/(KN-P-\d+)", path))]


def sheets(page: Any, address: str) -> int:
    """How many pages of A4 the printer gets."""
    page.goto(address)
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True)))


def test_an_ordinary_posting_is_one_sheet_the_longest_two(browser_page: Any, house: LiveServer) -> None:
    found = [sheets(browser_page, f"{house.url}/postings/{number}?print") for number in numbers(browser_page, house)[:12]]
    assert max(found) <= 2
    assert found.count(1) > len(found) // 2


def test_its_pages_pass_axe_at_two_widths(browser_page: Any, house: LiveServer, axe: str) -> None:
    number = numbers(browser_page, house)[0]
    for address in (f"/postings/{number}?print", "/postings/KN-P-999999"):
        browser_page.goto(house.url + address)
        browser_page.evaluate(axe)
        found = browser_page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        assert [item["id"] for item in found] == []
        browser_page.set_viewport_size({"width": 320, "height": 700})
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320
        browser_page.set_viewport_size({"width": 1366, "height": 768})


def test_without_script_no_dead_button_stands_there(browser: Any, house: LiveServer) -> None:
    page = browser.new_context(java_script_enabled=False, locale="ja-JP").new_page()
    number = numbers_plain(page, house)
    page.goto(f"{house.url}/postings/{number}?print")
    assert page.locator("[data-print]").count() == 1
    assert not page.locator("[data-print]").is_visible()


def numbers_plain(page: Any, house: LiveServer) -> str:
    """The first posting of the list, read without script."""
    page.goto(f"{house.url}/postings/")
    return str(page.locator("main a[href^='/postings/KN-P-']").first.get_attribute("href")).rpartition("/")[2]
