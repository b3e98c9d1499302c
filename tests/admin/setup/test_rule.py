"""The rule page: how often each rule was found, confirmed, cleared and returned, the worst false alarms first; and the rehearsal."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import Submission
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.services.submission import finding, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.finding import Count
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.web import Client

MAIL, WAGE = ("MAIL-004", "contact.contact_email"), ("JOB-002", "postings.0.headcount")
FOREIGN = {"contact.contact_email": "kenko@hyuga.example.com", "contact.contact_email2": "kenko@hyuga.example.com"}


def send(changes: dict[str, Any], reasons: dict[tuple[str, str], str], key: str) -> Submission:
    typed, on = factories.document(changes), program_clock.today()
    result = with_reasons(evaluate(typed, on=on), reasons)
    return submissions.submit(typed, result, reference_date=on.isoformat(), form_key=key)[0]


@pytest.fixture
def history(app: Flask, db_session: Session, clock: Any) -> dict[str, Count]:
    """MAIL-004 found twice, confirmed once, cleared once; JOB-002 found once and returned."""
    operator = factories.actor(Role.operator)
    confirmed = send(FOREIGN, {MAIL: "市が契約しているアドレスです。"}, "the-first-key-of-three")
    send(FOREIGN, {}, "the-second-key-of-three")
    wrong = send({"postings.0.headcount": "若干名"}, {}, "the-third-key-of-three")
    finding.clear(confirmed, *MAIL, operator, seen_version=confirmed.version)
    item = {"path": WAGE[1], "rule": WAGE[0], "message": "人数を数字で入力してください。"}
    review.return_(wrong, operator, seen_version=wrong.version, message="", items=[item])
    db_session.commit()
    return finding.counts()


def test_counts(history: dict[str, Count]) -> None:
    assert history["MAIL-004"] == Count("MAIL-004", found=2, confirmed=1, cleared=1, returned=0)
    assert history["JOB-002"] == Count("JOB-002", found=1, confirmed=0, cleared=0, returned=1)
    assert history["MAIL-004"].false_alarms == 0.5
    assert history["JOB-002"].false_alarms == 0


def test_clearing_taken_back_counts_no_more(db_session: Session, history: dict[str, Count]) -> None:
    case = db_session.execute(db_session.query(Submission).order_by(Submission.id).limit(1).statement).scalar_one()
    finding.clear(case, *MAIL, factories.actor(Role.operator), seen_version=case.version, undo=True)
    assert finding.counts()["MAIL-004"].cleared == 0


def test_the_worst_false_alarms_stand_first(client: Client, history: dict[str, Count]) -> None:
    client.sign_in(Role.operator)
    page = client.get("/admin/rule/").get_data(as_text=True)
    codes = re.findall(r'href="/rules#([A-Z]+-\d{3})"', page)
    assert codes[0] == "MAIL-004"
    assert "JOB-002" in codes[1:]
    assert "50%" in page
    assert "HOURS-002" not in codes


@pytest.mark.parametrize(("query", "there", "absent"), [("?family=JOB", "JOB-002", "MAIL-004"), ("?all=1", "HOURS-002", "NEW-001")])
def test_filters(client: Client, history: dict[str, Count], query: str, there: str, absent: str) -> None:
    client.sign_in(Role.operator)
    page = client.get(f"/admin/rule/{query}").get_data(as_text=True)
    assert f"/rules#{there}" in page
    assert f"/rules#{absent}" not in page


def test_the_rehearsal_page_names_the_flips(client: Client, history: dict[str, Count]) -> None:
    client.sign_in(Role.lead)
    same = client.get("/admin/rule/rehearsal?newest=500").get_data(as_text=True)
    assert "結果の変わる申請はありません" in same
    page = client.get("/admin/rule/rehearsal?newest=500&without=JOB-002").get_data(as_text=True)
    assert "KN-210507-0003" in page
    assert "要修正あり" in page
