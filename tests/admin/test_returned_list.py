"""The tab 差し戻し中: how long each case waits, what became of its last mail, and when its sender was last reminded."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.vocabulary import MailStatus, Role, SubmissionStatus
from tests import factories
from tests.services.submission.test_follow_up import deliver
from tests.support.web import Client


@pytest.mark.parametrize(
    ("fate", "told", "reminded", "also_due"),
    [(MailStatus.sent, "送信済み", "5/12(水) 10:00", False), (MailStatus.refused, "メール不達", "まだありません", True)],
)
def test_what_the_tab_tells(
    app: Flask, db_session: Session, clock: Any, client: Client, fate: MailStatus, told: str, reminded: str, also_due: bool
) -> None:
    client.sign_in(factories.account(Role.operator))
    case = factories.submission(SubmissionStatus.returned)  # on Friday 7 May 2021 at 10:00
    deliver(case, fate)
    clock.advance(days=5)
    jobs.follow_up_cases()
    if fate is MailStatus.sent:
        deliver(case)  # the reminder
    cells = " ".join(_rows(client, "returned")[0].get_text(" ").split())
    for words in ("3 営業日", "5/7(金) 10:00から", told, reminded):
        assert words.replace(" ", "") in cells.replace(" ", ""), words
    due = [row for row in _rows(client, "due") if case.receipt_no in row.get_text()]
    assert len(due) == also_due
    assert all("メール不達" in row.get_text() for row in due)


def _rows(client: Client, tab: str) -> list[Any]:
    page = BeautifulSoup(client.get(f"/admin/submission/?tab={tab}").get_data(as_text=True), "html.parser")
    return list(page.select("tbody tr"))
