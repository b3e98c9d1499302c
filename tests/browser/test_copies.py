"""The copy of a form on paper: what the receipt prints on A4, in a real Chromium."""

from typing import Any
from urllib.parse import urlencode

from keynet_admin.intake.visit import flatten
from tests import factories
from tests.support.server import LiveServer

A4 = 794  # CSS pixels: 210 mm


def test_the_receipt_prints_the_whole_form_on_a4(browser_page: Any, empty_server: LiveServer) -> None:
    page = browser_page
    page.goto(f"{empty_server.url}/entry/")
    token = page.locator("form[data-entry] [name=csrf_token]").get_attribute("value")
    sent = urlencode([*flatten(factories.document()), ("csrf_token", token), ("do", "draft")])
    page.context.request.post(f"{empty_server.url}/entry/", headers={"Content-Type": "application/x-www-form-urlencoded"}, data=sent)
    page.goto(f"{empty_server.url}/entry/confirm")
    page.click("button[name=do][value=send]")
    page.locator("h1", has_text="申請を受け付けました").wait_for()
    page.set_viewport_size({"width": A4, "height": 1123})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= A4
    for words in ("集団接種会場の看護師（土日・午後）", "vaccine@", "1,987円", "応募者の個人情報の取扱い"):
        assert page.locator("main", has_text=words).is_visible()
        assert page.get_by_text(words).last.is_visible(), words
    assert not page.locator(".site-header nav").first.is_visible()
    assert not page.get_by_text("Excelファイルで保存").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
