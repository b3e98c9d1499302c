"""The visitors' search in a real Chromium: what stands on a phone's first screen, the way by keys, numbers that follow, the two ways to show."""

import re
from typing import Any

import pytest

from tests.support.server import LiveServer

PHONE = {"width": 390, "height": 844}
STOPS = 12  # presses of the Tab key to the search button
LIGHT = 60_000  # bytes of a page as it is sent
FIRST_VISIT = 100_000  # bytes of the page with its style, script and icons
PAGES = ("/", "/postings/", "/postings/?job_type=nurse&weekday=sat&part=morning", "/postings/?q=zzzzzz")


def focus(page: Any) -> str:
    """Id or text of what has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_the_first_screen_of_a_phone_has_job_time_word_and_button(browser_page: Any, house: LiveServer) -> None:
    browser_page.set_viewport_size(PHONE)
    browser_page.goto(house.url + "/")
    for part in (
        "input[value=nurse]",
        "input[value=clerical]",
        "input[name=weekday][value=hol]",
        "input[name=part][value=night]",
        "#f-q",
        "#go",
    ):
        box = browser_page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"], part
    # The bar stays in sight while one chooses further down, and does not cover what has the focus.
    browser_page.evaluate("[...document.querySelectorAll('.region summary')].at(-1).focus()")
    bar, chosen = browser_page.locator(".find__bar").bounding_box(), browser_page.locator(".region summary").last.bounding_box()
    assert chosen["y"] + chosen["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= PHONE["height"]


@pytest.mark.parametrize("path", PAGES)
def test_keys_reach_the_search_button_in_a_few_stops(browser_page: Any, house: LiveServer, path: str) -> None:
    browser_page.goto(house.url + path)
    for _ in range(STOPS):
        browser_page.keyboard.press("Tab")
        if focus(browser_page) == "検索ボタンへ移動":
            # A link into a folded form opens it.
            browser_page.keyboard.press("Enter")
            break
    browser_page.wait_for_function("document.activeElement.id === 'go'")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url(lambda address: "/postings/" in address and "#" not in address)


@pytest.mark.parametrize("script", [True, False])
def test_a_search_works_with_and_without_script(browser: Any, house: LiveServer, script: bool) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=script)
    page = context.new_page()
    page.goto(house.url + "/")
    page.locator("input[value=nurse]").check()
    page.locator("input[name=weekday][value=sat]").check()
    page.locator(".region", has=page.locator("input[value='29']")).locator("summary").click()
    page.locator("#go").click()
    page.wait_for_url("**/postings/?**")
    assert "job_type=nurse" in page.url
    assert "weekday=sat" in page.url
    assert ("q=" in page.url) is not script  # empty fields stay away where a script can see to it
    assert page.locator("h1").inner_text().startswith("看護師")
    assert page.locator(".fold--search").get_attribute("open") is None
    assert page.locator("[data-views]").is_visible() is script
    context.close()


def test_the_numbers_follow_what_is_chosen(browser_page: Any, house: LiveServer) -> None:
    browser_page.goto(house.url + "/")
    all_of_them = browser_page.locator("[data-total]").inner_text()
    assert browser_page.locator("#go").inner_text().strip() == f"{all_of_them}を見る"
    browser_page.locator("input[value=nurse]").check()
    browser_page.wait_for_function("was => document.querySelector('[data-total]').textContent !== was", arg=all_of_them)
    promised = browser_page.locator("[data-total]").inner_text()
    assert browser_page.locator(".find__cond").inner_text() == "看護師"
    browser_page.locator("#go").click()
    browser_page.wait_for_url("**/postings/?job_type=nurse")
    assert browser_page.locator("h1").inner_text().endswith(promised)
    # The way back finds the tick, and the numbers with it.
    browser_page.go_back()
    browser_page.wait_for_function("now => document.querySelector('[data-total]').textContent === now", arg=promised)
    assert browser_page.locator("input[value=nurse]").is_checked()


def test_the_way_of_showing_is_kept_on_the_device(browser_page: Any, house: LiveServer) -> None:
    browser_page.goto(house.url + "/postings/")
    tall = browser_page.locator("[data-cards]").bounding_box()["height"]
    browser_page.get_by_role("button", name="一覧").click()
    browser_page.goto(house.url + "/postings/?job_type=nurse")
    assert browser_page.get_by_role("button", name="一覧").get_attribute("aria-pressed") == "true"
    assert "cards--rows" in browser_page.locator("[data-cards]").get_attribute("class")
    browser_page.goto(house.url + "/postings/")
    assert browser_page.locator("[data-cards]").bounding_box()["height"] < tall / 2
    assert browser_page.context.cookies() == []
    browser_page.get_by_role("button", name="カード").click()
    assert browser_page.locator("[data-cards]").bounding_box()["height"] == tall


def test_back_returns_to_the_place_one_came_from(browser_page: Any, house: LiveServer) -> None:
    browser_page.set_viewport_size(PHONE)
    browser_page.goto(house.url + "/postings/")
    browser_page.locator("[data-cards] h3 a").nth(8).click()
    browser_page.wait_for_url(re.compile(r"/postings/KN-P-\d+"))
    browser_page.go_back()
    browser_page.wait_for_function("window.scrollY > 1000")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light(browser_page: Any, house: LiveServer, path: str) -> None:
    sizes: dict[str, int] = {}
    browser_page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    browser_page.goto(house.url + path, wait_until="networkidle")
    assert sizes[browser_page.url] < LIGHT
    assert sum(sizes.values()) < FIRST_VISIT, sizes


@pytest.mark.parametrize("path", PAGES)
def test_twice_as_large_letters_fit_a_phone(browser_page: Any, house: LiveServer, path: str) -> None:
    browser_page.set_viewport_size(PHONE)
    browser_page.goto(house.url + path)
    browser_page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = browser_page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"{wide} px"


def test_wide_screens_show_the_list_of_prefectures_as_a_map(browser_page: Any, house: LiveServer) -> None:
    browser_page.goto(house.url + "/")
    tiles = [browser_page.locator(f".tile[data-p='{code}']").bounding_box() for code in ("01", "13", "47")]
    assert tiles[0]["y"] < tiles[1]["y"] < tiles[2]["y"]
    assert tiles[2]["x"] < tiles[1]["x"]
    browser_page.locator("input[name=prefecture][value='13']").check()
    assert browser_page.locator("input[name=prefecture][value='13']").is_checked()
