"""Fields that apply only with a certain answer: hidden in a real Chromium until it is given; without script they come with the next saving."""

from typing import Any

import pytest

from tests.support.server import LiveServer
from tests.support.walking import unfold

P = "postings-0-"
# Field, deciding field, an answer with which it applies, one with which it does not.
FIELDS = [
    ("fixed_ot_yen", "fixed_ot", "yes", "no"),
    ("fixed_ot_excess", "fixed_ot", "yes", "no"),
    ("deadline", "deadline_type", "date", "until_filled"),
    ("job_other", "job_type", "other", "nurse"),
    ("share_stt", "job_type", "physician", "nurse"),
    ("pay_lines-0-hours_per_unit", "pay_type", "day", "hour"),
]


def answer(page: Any, name: str, value: str) -> None:
    """Give an answer, whether by radio buttons or a list."""
    radio = page.locator(f"input[type=radio][name='{P}{name}'][value='{value}']")
    if radio.count():
        radio.check()
    else:
        page.select_option(f"select[name='{P}{name}']", value)


@pytest.mark.parametrize(("name", "deciding", "applies", "applies_not"), FIELDS)
def test_hidden_until_it_applies(
    browser_page: Any, empty_server: LiveServer, name: str, deciding: str, applies: str, applies_not: str
) -> None:
    browser_page.goto(f"{empty_server.url}/entry/")
    unfold(browser_page)
    control = browser_page.locator(f"[name='{P}{name}']")
    assert not control.is_visible()
    for value, visible in ((applies, True), (applies_not, False), (applies, True)):
        answer(browser_page, deciding, value)
        assert control.is_visible() is visible, value


def test_what_was_typed_comes_back_and_is_not_sent_while_hidden(browser_page: Any, empty_server: LiveServer) -> None:
    page = browser_page
    page.goto(f"{empty_server.url}/entry/")
    unfold(page)
    answer(page, "fixed_ot", "yes")
    page.fill(f"[name='{P}fixed_ot_yen']", "10,000円")
    answer(page, "fixed_ot", "no")
    sent = "() => [...new FormData(document.querySelector('form[data-entry]')).keys()]"
    assert f"{P}fixed_ot_yen" not in page.evaluate(sent)
    answer(page, "fixed_ot", "yes")
    assert page.input_value(f"[name='{P}fixed_ot_yen']") == "10,000円"
    assert f"{P}fixed_ot_yen" in page.evaluate(sent)
    # A second posting is drawn by the server and swapped in: its fields hide, too, and those of the first stay.
    page.click("button[name=add][value=postings]")
    page.wait_for_selector("[name='postings-1-title']", state="attached")
    unfold(page)
    assert not page.is_visible("[name='postings-1-fixed_ot_yen']")
    assert page.is_visible(f"[name='{P}fixed_ot_yen']")


def test_without_script_they_come_with_the_next_saving(browser: Any, empty_server: LiveServer) -> None:
    """The button of the open part saves and stays there; what was typed is there again."""
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{empty_server.url}/entry/")
    unfold(page)
    assert not any(page.is_visible(f"[name='{P}{name}']") for name, *_ in FIELDS)
    for name, deciding, applies, _ in FIELDS:
        answer(page, deciding, applies)
        if name == "job_other":
            with page.expect_navigation():
                page.click(f"button[name=save][value={P}job_type-g]")
            assert page.url.endswith(f"#{P}job_type-g")
            unfold(page)
        else:
            with page.expect_navigation():
                page.click("button[name=do][value=draft]")
            unfold(page)
        assert page.is_visible(f"[name='{P}{name}']"), name
    page.fill(f"[name='{P}fixed_ot_yen']", "10,000円")
    with page.expect_navigation():
        page.click("button[name=do][value=draft]")
    unfold(page)
    assert page.input_value(f"[name='{P}fixed_ot_yen']") == "10,000円"
    context.close()
