"""A form with a flood of names that no form has: what is stored of it, and what the case page shows."""

from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.admin.case.page import MOST_SHOWN
from keynet_admin.models import SubmissionFinding, SubmissionRevision
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.bounds import MOST_UNKNOWN
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.web import Client


def test_a_flood_of_unknown_names_is_neither_stored_nor_shown(app: Flask, db_session: Session, clock: Any, client: Client) -> None:
    form = factories.document()
    form["postings"][0] |= {f"flood{number}": "x" * 1000 for number in range(5000)}
    form["contact"] |= {f"flood{number}": "y" for number in range(10)}
    case, new = submissions.submit(form, evaluate(form, on=clocks.today()), reference_date="2021-05-07")
    db_session.commit()
    assert new
    revision = db_session.execute(select(SubmissionRevision)).scalar_one()
    for kind in ("typed", "normalized"):
        stored = str(submissions.whole(revision, kind))
        assert stored.count("flood") == MOST_UNKNOWN
        assert len(stored) < 30_000
    assert db_session.execute(select(func.count()).select_from(SubmissionFinding)).scalar_one() < 2 * MOST_UNKNOWN
    client.sign_in(factories.account(Role.operator))
    shown = client.get(f"/admin/submission/{case.id}/")
    assert shown.status_code == 200
    assert len(shown.data) < 400_000
    assert "ほかに4,990項目" in shown.get_data(as_text=True)
    assert client.get(f"/admin/submission/{case.id}/return").status_code == 200


def test_a_case_of_before_with_endless_findings_still_opens(app: Flask, db_session: Session, clock: Any, client: Client) -> None:
    case = factories.submission()
    revision = submissions.current_revision(case)
    found = {"rule": "TYPE-001", "level": "warning", "path": "postings.0.title", "what": "項目", "message": "項目"}
    revision.findings = [dict(found, path=f"postings.0.x{number}") for number in range(20_000)]
    db_session.commit()
    client.sign_in(factories.account(Role.operator))
    shown = client.get(f"/admin/submission/{case.id}/").get_data(as_text=True)
    text = BeautifulSoup(shown, "html.parser").get_text()
    assert f"指摘が、ほかに{20_000 - MOST_SHOWN:,}件あります。" in text
    assert len(shown) < 1_000_000
