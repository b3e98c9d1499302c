"""`/prefecture/report/`: the newest round and earlier ones, the own bodies only, with what was corrected and who has confirmed."""

import re
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from keynet_admin.models import ReportCorrection
from keynet_admin.services.report import rounds
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


def text(client: Client, path: str) -> str:
    """What a page says."""
    answer = client.get(path)
    assert answer.status_code == 200
    main: Any = BeautifulSoup(answer.data, "html.parser").main
    return re.sub(r"\s+", " ", main.get_text(" "))


@pytest.fixture
def miyazaki(app: Flask, db_session: Session, clock: MovableClock, client: Client) -> Client:
    """宮崎県 signed in."""
    client.sign_in(factories.account(Role.prefecture, prefecture_code="45"))
    return client


def test_no_round_yet(miyazaki: Client) -> None:
    assert "報告の回はまだありません" in text(miyazaki, "/prefecture/report/")


def test_the_rounds_of_the_own_bodies(miyazaki: Client, db_session: Session, clock: MovableClock) -> None:
    posting = factories.posting(PostingStatus.live, {"headcount": 3})
    factories.candidate(CandidateStatus.secured, posting=posting)
    factories.posting(PostingStatus.live, {"headcount": 5}, organization=factories.make_organization("472018", "那覇市"))
    db_session.commit()
    clock.set("2021-05-07 11:00")
    lead = factories.actor(Role.lead)
    first = rounds.create(lead, as_of=clock.now, due_at=None)
    db_session.flush()
    mine = next(report for report in first.reports if report.organization_id == posting.organization_id)
    db_session.add(ReportCorrection(report_id=mine.id, job_type="nurse", figure="wanted", before=3, after=4, reason="1名増やしたため。"))
    db_session.commit()
    shown = text(miyazaki, "/prefecture/report/")
    assert "日向市 452068 確認待ち" in shown
    assert "訂正 1か所" in shown
    assert "確認した団体 0 ／1" in shown
    assert "募集した人数 4 名" in shown
    assert "確保した人数 1 名 残り 3名" in shown
    assert "那覇市" not in shown
    clock.set("2021-05-10 11:00")
    second = rounds.create(lead, as_of=clock.now, due_at=None)
    db_session.commit()
    assert f"第{second.number}回" in text(miyazaki, "/prefecture/report/")
    earlier = text(miyazaki, f"/prefecture/report/{first.id}/")
    assert "訂正 1か所" in earlier
    assert miyazaki.get("/prefecture/report/999/").status_code == 404
    assert miyazaki.get("/prefecture/report/999/export.xlsx").status_code == 404
    book = load_workbook(BytesIO(miyazaki.get(f"/prefecture/report/{first.id}/export.xlsx").data))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "452068" in cells
    assert "472018" not in cells
