"""The jobs page: how each one fared, whether a worker is there, a run at once; alarms on the first page."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.services.operation import runs
from keynet_admin.services.operation.job_table import JOBS
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.web import Client


@pytest.fixture(autouse=True)
def fresh_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has just begun."""
    monkeypatch.setattr(jobs, "_notes", runs.Notes())


def test_the_page(app: Flask, db_session: Session, client: Client) -> None:
    """Every job with its purpose; without a worker it says so; afterwards the worker, a failure and its kind."""
    client.sign_in(factories.account(Role.admin))
    text = client.get("/admin/jobs/").text
    for job in JOBS:
        assert job.label in text
        assert job.purpose in text
    assert "ワーカーが動いていません" in text
    assert "定期処理が動いていません" in client.get("/admin/").text

    def broken() -> None:
        raise KeyError("見本 さくら")

    for _ in range(3):
        jobs.sweep("tell_desk", broken)
    jobs.write_notes(started=program_clock.real_now())
    text = client.get("/admin/jobs/").text
    assert "ワーカーは動いています" in text
    assert "続けて3回失敗" in text
    assert "KeyError" in text
    assert "見本 さくら" not in text
    assert "続けて失敗している処理があります：運営事務局へのお知らせ" in client.get("/admin/").text


def test_run_now(app: Flask, db_session: Session, client: Client) -> None:
    """Shown as waiting until a worker did it; a lead looks only."""
    client.sign_in(factories.account(Role.admin))
    for words in ("実行を依頼しました", "すでに実行を依頼しています"):
        answer = client.post("/admin/jobs/run", data={"name": "tell_desk"}, follow_redirects=True)
        assert words in answer.text
        assert "実行待ち" in answer.text
    assert client.post("/admin/jobs/run", data={"name": "nothing"}).status_code == 404
    jobs.run_asked()
    assert "実行待ち" not in client.get("/admin/jobs/").text
    lead = Client(app, app.response_class, use_cookies=True)
    lead.sign_in(factories.account(Role.lead))
    assert "/admin/jobs/run" not in lead.get("/admin/jobs/").text
    assert lead.post("/admin/jobs/run", data={"name": "tell_desk"}).status_code == 403
    db.session.rollback()
