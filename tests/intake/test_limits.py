"""Limits of the anonymous door: what is refused says what, why and how, with everything typed still on the page."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.config import DRAFT
from keynet_admin.models import EntryDraft, Submission
from keynet_admin.services import rate_limit
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction
from tests import factories
from tests.intake.build import after, page, post
from tests.services.files.workbooks import filled_template, town
from tests.support.web import Client

pytestmark = pytest.mark.settings(RATELIMIT_ENABLED=True)
HERE, ELSEWHERE = "127.0.0.1", {"REMOTE_ADDR": "198.51.100.7"}


def fill(kind: str, left: int = 0) -> None:
    """Let this network have so little left."""
    with transaction():
        rate_limit.hit(kind, network=HERE, amount=rate_limit.LIMITS[kind].network - left)


def count(session: Session, table: Any = Submission) -> int:
    """Rows of a table."""
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_121st_form_of_a_network_waits_on_its_page(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    fill("send", 1)
    first, second = factories.document(), factories.document({"organization.department": "別の係"})
    assert post(client, first, "send", ("has_account", "1")).status_code == 303
    answer = post(client, second, "send", ("has_account", "1"), key="one-time-key-of-a-test-0002")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    shown = page(answer)
    text = shown.get_text()
    assert "1時間に120件まで" in text
    assert "分後にもう一度" in text
    assert "入力した内容は、この画面に残っています" in text
    assert shown.find(attrs={"name": "organization-department"})["value"] == "別の係"  # type: ignore[index]
    assert count(db_session) == 1
    # The same form again is no further one; another network goes on.
    assert post(client, first, "send", ("has_account", "1")).status_code == 303
    client.environ_base |= ELSEWHERE
    assert post(client, second, "send", ("has_account", "1"), key="one-time-key-of-a-test-0002").status_code == 303
    assert count(db_session) == 2


def test_a_form_that_is_not_ready_counts_nothing(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    fill("send", 1)
    for _ in range(3):
        assert post(client, factories.document({"postings.0.headcount": ""}), "send").status_code == 303
    assert post(client, factories.document(), "send", ("has_account", "1")).status_code == 303
    assert count(db_session) == 1


@pytest.mark.parametrize("do", ["draft", "confirm", "send"])
def test_more_than_a_draft_keeps_stays_on_the_page(app: Flask, client: Client, clock: Any, db_session: Session, do: str) -> None:
    endless = "あ" * (DRAFT // 3 + 1)
    answer = post(client, factories.document({"postings.0.title": endless}), do)
    assert answer.status_code == 413
    assert "約10万文字まで" in page(answer).get_text()
    assert endless in answer.get_data(as_text=True)
    assert count(db_session, EntryDraft) == 0


def test_drafts_of_a_network_have_a_limit(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    fill("draft", 1)
    small = {"organization": {"org_name": "日向市"}}
    assert post(client, small, "draft").status_code == 303
    assert post(client, {"organization": {"org_name": "日向市役所"}}, "draft").status_code == 303, "it does not grow"
    other = app.test_client()
    answer = post(other, small, "draft")  # type: ignore[arg-type]
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert "下書き" in page(answer).get_text()
    assert page(answer).find(attrs={"name": "organization-org_name"})["value"] == "日向市"  # type: ignore[index]
    assert post(other, small, "autosave", ("part", "1")).status_code == 429  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["file:kkkkkkkkkkkkkkkkkkkkkkkk", "return:tokentokentokentoken", "short", "a" * 65, "kkkkkkkkkkkkkkkk"])
def test_a_made_up_cookie_opens_and_names_no_draft(app: Flask, client: Client, clock: Any, db_session: Session, value: str) -> None:
    if not value.startswith("kkkk"):
        with transaction():
            drafts.save(value, {"organization": {"org_name": "ひみつ"}}, "")
    client.set_cookie("entry", value)
    assert "ひみつ" not in client.get("/entry/").get_data(as_text=True)
    answer = post(client, {"organization": {"org_name": "日向市"}}, "draft")
    assert value not in answer.headers["Set-Cookie"]
    assert "日向市" in after(client, answer).get_data(as_text=True)


def test_files_of_a_network_have_a_limit(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    content = filled_template(tmp_path / "made.xlsx", [town(1), town(2)]).read_bytes()

    def upload() -> Any:
        return client.post("/entry/file", data={"file": (BytesIO(content), "a.xlsx")}, content_type="multipart/form-data")

    fill("file", 1)
    checked = upload()
    assert checked.status_code == 303
    refused = upload()
    assert (refused.status_code, "60MBまで" in refused.get_data(as_text=True)) == (429, True)
    fill("file_send", 1)
    where = checked.headers["Location"]
    answer = client.post(where, data={"do": "send"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert "確かめたファイルは残っています" in answer.get_data(as_text=True)
    assert (client.get(where).status_code, count(db_session)) == (200, 0)
    client.environ_base |= ELSEWHERE
    assert client.post(where, data={"do": "send"}).status_code == 303
    assert count(db_session) == 2
