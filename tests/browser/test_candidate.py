"""An officer brings a person from the first look to the place, in a real Chromium: the posting closes itself, and reopens on a withdrawal."""

from collections.abc import Callable
from typing import Any

import pytest

from keynet_admin.permissions import candidate_of
from keynet_admin.services import threads
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.server import LiveServer

OFFICE = "yobo@city.hyuga-test.lg.jp"


def build() -> None:
    """A posting for one, three people, and an officer."""
    with transaction():
        posting = factories.posting(PostingStatus.live, {"headcount": 1})
        first = factories.candidate(S.received, posting=posting)
        threads.write(first, candidate_of(first.id), "車で通えますか。\n<b>太字</b>")
        factories.candidate(S.selection, {"family_name": "例田", "family_kana": "レイダ"}, posting=posting)
        factories.candidate(S.open, {"message": "駐車場は使えますか。", "family_name": "", "given_name": ""}, posting=posting)
        factories.account(Role.municipality, email=OFFICE, organization=posting.organization, name="川辺 花子")


@pytest.fixture
def house(server_with: Callable[..., LiveServer]) -> LiveServer:
    """A server with them."""
    return server_with(build)


def press(page: Any, words: str) -> None:
    """Press a link or button that loads a page."""
    with page.expect_navigation():
        page.locator(f"main :is(a, button):has-text('{words}')").first.click()


@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_first_look_to_a_reopened_posting(browser: Any, house: LiveServer, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{house.url}/login?next=/office/candidate/")
    page.fill("[name=email]", OFFICE)
    page.fill("[name=password]", factories.PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "確認済み" in page.inner_text(".person__move")
    assert "<b>太字</b>" in page.inner_text(".thread")
    page.keyboard.press("r")
    page.keyboard.type("はい。面接の日程を伺います。")
    press(page, "送信する")
    assert "連絡済み" in page.inner_text(".person__move")
    page.locator("#h-iv ~ p a").first.click()
    page.fill("[name=day]", "令和3年5月18日")
    page.fill("[name=time]", "14:00")
    page.fill("[name=place]", "市役所3階 会議室")
    press(page, "この日時に決める")
    assert "5/18(火) 14:00" in page.inner_text(".person__side")
    for words, state in (("選考に進める", "選考中"), ("内定にする", "内定"), ("確保にする", "確保")):
        press(page, words)
        press(page, words)
        assert state in page.inner_text(".person__move .badge")
    page.goto(f"{house.url}/office/posting/1/")
    assert "募集終了" in page.inner_text("main") or "終了" in page.inner_text(".page-head")
    page.goto(f"{house.url}/office/candidate/?tab=secured&posting=1")
    with page.expect_navigation():
        page.locator(".table--people [data-open]").first.click()
    press(page, "辞退を記録する")
    press(page, "辞退を記録する")
    assert "辞退" in page.inner_text(".person__move .badge")
    page.goto(f"{house.url}/office/posting/1/reopen")
    press(page, "募集を再開")
    assert "公開中" in page.inner_text(".page-head")
    page.goto(f"{house.url}/office/candidate/1/print")
    page.emulate_media(media="print")
    assert page.locator(".site-header nav").is_hidden()
    context.close()
    assert problems == []
