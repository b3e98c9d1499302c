"""A returned case whose mail did not arrive, in a real Chromium: the operator reads a code out, the sender types it and finds the form."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from keynet_admin.clock import at
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.services import workflow
from keynet_admin.services.submission import task
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, Role, SubmissionStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

OPERATOR = "operator@keynet.example"


@pytest.fixture
def server(databases: Databases, tmp_path: Any) -> Iterator[LiveServer]:
    """With one case, returned, whose every mail was refused."""
    url = databases.copy_sqlite(tmp_path)
    with application(url, tmp_path, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)):
        with transaction():
            factories.account(Role.operator, email=OPERATOR, name="佐藤 直子")
            case = factories.submission(SubmissionStatus.returned)
            workflow.move_where(OutboxMail, "send", OutboxMail.about(case))
            workflow.move_where(OutboxMail, "settle", OutboxMail.about(case), target=MailStatus.refused, answer="550 5.1.1")
        with transaction():
            assert task.follow(db.session.execute(select(Submission.id)).scalar_one())
    running = LiveServer(tmp_path, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield running
    running.stop()


@pytest.mark.parametrize("width", [1366, 390])
def test_from_the_lost_mail_to_the_form(server: LiveServer, browser_page: Any, width: int) -> None:
    """Nothing is wider than the window; what was typed survives an error; Back and reload of the sender's form work."""
    page = browser_page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.url}/login")
    page.fill("[name=email]", OPERATOR)
    page.fill("[name=password]", factories.PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto(f"{server.url}/admin/submission/")
    page.get_by_text("メール不達").first.wait_for()
    page.click("a[data-open]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("text=コードを表示する")
    page.fill("#phone", "0982-00-0031")
    page.fill("#person", "庶務係 試田様")
    page.click("form#decision button[name=do]")
    assert page.input_value("#person") == "庶務係 試田様", "the source was missing, nothing typed is lost"
    page.select_option("#source", "website")
    page.click("form#decision button[name=do]")
    code = page.inner_text(".read-out").strip()
    number = page.inner_text("dl.facts dd >> nth=0").strip()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{server.url}/entry/code")
    page.fill("#receipt_no", number.lower())
    page.fill("#code", "2222")
    page.press("#code", "Enter")
    page.get_by_text("見つかりません").first.wait_for()
    page.fill("#code", code.lower().replace("-", " "))
    page.press("#code", "Enter")
    page.wait_for_selector("form[data-entry]")
    here = page.url
    page.reload()
    page.goto(f"{server.url}/entry/status")
    page.go_back()
    page.wait_for_selector("form[data-entry]")
    assert page.url == here
