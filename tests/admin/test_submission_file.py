"""`/admin/submission/file`: operators take in files, also with errors; nobody else opens it."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, Submission
from keynet_admin.vocabulary import ActorKind, Role, Source
from tests import factories
from tests.services.files.workbooks import filled_template, town
from tests.support.web import Client

PATH = "/admin/submission/file"


def chosen(client: Client, tmp_path: Path, *rows: dict[str, Any]) -> Any:
    """Send the template with these rows."""
    content = filled_template(tmp_path / "made.xlsx", list(rows)).read_bytes()
    return client.post(PATH, data={"file": (BytesIO(content), "町から.xlsx")}, content_type="multipart/form-data")


def test_an_operator_takes_in_the_good_ones_and_on_request_those_with_errors(
    app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path
) -> None:
    who = client.sign_in(Role.operator)
    rows = (town(1), town(2, headcount="若干名"), town(3, contact__contact_email=None))
    where = chosen(client, tmp_path, *rows).headers["Location"]
    assert where.startswith(f"{PATH}/")
    assert "町から.xlsx" in client.get(where).get_data(as_text=True)
    assert client.post(where, data={"do": "send", "take_errors": "1"}, follow_redirects=True).status_code == 422
    assert db_session.execute(select(Submission)).scalars().all() == []
    assert client.post(where, data={"do": "send", "take_errors": "1", "only_good": "1"}).status_code == 303
    cases = db_session.execute(select(Submission).order_by(Submission.id)).scalars().all()
    assert [(case.errors > 0, case.source) for case in cases] == [(False, Source.file), (True, Source.file)]
    event = db_session.execute(select(AuditEvent).where(AuditEvent.subject == "submission")).scalars().first()
    assert event is not None
    assert (event.actor_kind, event.actor_id) == (ActorKind.account, who.id)
    assert "受け付けなかったものが1件" in client.get(where).get_data(as_text=True)


def test_without_the_choice_those_with_errors_stay_out(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    client.sign_in(Role.operator)
    where = chosen(client, tmp_path, town(1), town(2, headcount="若干名")).headers["Location"]
    client.post(where, data={"do": "send", "only_good": "1"})
    assert len(db_session.execute(select(Submission)).scalars().all()) == 1


def test_a_file_with_nothing_but_errors_says_what_to_choose(
    app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path
) -> None:
    client.sign_in(Role.operator)
    where = chosen(client, tmp_path, town(1, headcount="若干名")).headers["Location"]
    assert 'name="only_good"' not in client.get(where).get_data(as_text=True)
    told = client.post(where, data={"do": "send"}, follow_redirects=True).get_data(as_text=True)
    assert "要修正のある申請だけが残っています（1件）" in told
    assert client.post(where, data={"do": "send", "take_errors": "1"}).headers["Location"] == where


@pytest.mark.parametrize("role", [Role.municipality, None])
def test_nobody_else_opens_it(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path, role: Role | None) -> None:
    if role is not None:
        client.sign_in(role)
    assert client.get(PATH).status_code == (403 if role else 302)
    assert chosen(client, tmp_path, town(1)).status_code == 403
    assert db_session.execute(select(Submission)).scalars().all() == []


def test_a_file_belongs_to_the_operator_who_sent_it(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    client.sign_in(Role.operator)
    where = chosen(client, tmp_path, town(1)).headers["Location"]
    client.sign_in(factories.account(Role.lead))
    assert client.get(where).status_code == 404
    assert client.post(where, data={"do": "send"}).status_code == 404
    assert client.get(where.replace("/admin/submission", "/entry")).status_code == 404
    assert db_session.execute(select(Submission)).scalars().all() == []
