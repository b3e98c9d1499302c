"""Message templates at `/office/message-template/` and `/admin/message-template/`: forms, refusals, whose they are, preview."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, MessageTemplate
from keynet_admin.vocabulary import CandidateKind, Role
from tests import factories
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
OFFICE, ADMIN = "/office/message-template/", "/admin/message-template/"
GOOD = {"name": "日程", "kind": "application", "step": "contact", "body": "{氏名} 様\r\n\r\n　5月18日", "active": "y"}


@pytest.fixture
def office(app: Flask, db_session: Session, client: Client) -> Any:
    """A signed-in officer's browser and account."""
    account = client.sign_in(factories.account(Role.municipality))
    return client, account


def test_a_municipality_makes_its_own(office: Any, db_session: Session) -> None:
    """Kept as typed (an indent too), theirs, told in the log without its words; the second of two editors is told."""
    client, account = office
    assert client.post(OFFICE + "new/", data=GOOD).status_code == 303
    row = db_session.execute(select(MessageTemplate).where(MessageTemplate.name == "日程")).scalar_one()
    assert (row.organization_id, row.kind, row.step) == (account.organization_id, CandidateKind.application, "contact")
    assert row.body == "{氏名} 様\n\n　5月18日"
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(row))).scalar_one()
    assert (event.action, event.codes["fields"]) == ("add", ["active", "body", "kind", "name", "step"])
    page = client.get(f"{OFFICE}{row.id}/").text
    assert "見本 さくら 様" in page
    edit = f"{OFFICE}edit/?id={row.id}"
    assert client.post(edit, data=GOOD | {"body": "直した", "version": "1"}).status_code == 303
    late = client.post(edit, data=GOOD | {"body": "遅い直し", "version": "1"})
    assert late.status_code == 409
    assert "遅い直し" in late.text


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"body": ""}, "入力してください"),
    ({"body": "{名前} 様"}, "「{名前}」は差し込みに使えません"),
    ({"name": "あ" * 41}, "40文字まで"),
    ({"body": "あ" * 1501}, "1500文字まで"),
    ({"step": "answer"}, "「回答済み」は問い合わせの段階です"),
    ({"kind": "inquiry"}, "「連絡済み」は応募の段階です"),
    ({"step": "secure"}, ""),
]


def test_what_is_refused_at_the_field(office: Any, db_session: Session) -> None:
    """Nothing is stored, nothing typed is lost, the known placeholders are named."""
    client, _ = office
    before = db_session.execute(select(func.count()).select_from(MessageTemplate)).scalar_one()
    for changes, words in REFUSED:
        answer = client.post(OFFICE + "new/", data=GOOD | changes)
        assert answer.status_code == 422, (changes, words)
        assert words in answer.text, (changes, words)
        assert "{面接日時}" in answer.text, (changes, words)
        typed = {name: value for name, value in (GOOD | changes).items() if name in ("name", "body")}
        for value in typed.values():
            assert value.replace("\r\n", "\n").strip() in answer.text.replace("\r\n", "\n"), (changes, words)
        assert db_session.execute(select(func.count()).select_from(MessageTemplate)).scalar_one() == before, (changes, words)


def test_whose_they_are(office: Any, db_session: Session) -> None:
    """Standard ones are read and copied, not changed; another municipality's are not there."""
    client, account = office
    standard = factories.message_template(name="標準の一つ", body="標準の本文")
    foreign = factories.message_template(factories.make_organization("131016", "千代田区"), name="よその文面")
    own = factories.message_template(account.organization, name="うちの文面")
    db_session.commit()
    page = client.get(OFFICE).text
    assert "標準の一つ" in page
    assert "うちの文面" in page
    assert "よその文面" not in page
    assert client.get(f"{OFFICE}{foreign.id}/").status_code == 404
    for row in (standard, foreign):
        assert client.get(f"{OFFICE}edit/?id={row.id}").status_code == 404
        assert client.post(f"{OFFICE}edit/?id={row.id}", data=GOOD | {"version": "1"}).status_code == 404
    assert client.get(f"{OFFICE}edit/?id={own.id}").status_code == 200
    assert "標準の本文" in client.get(f"{OFFICE}new/?from={standard.id}").text
    assert "よその" not in client.get(f"{OFFICE}new/?from={foreign.id}").text


@pytest.mark.parametrize(("role", "may"), [(Role.operator, False), (Role.lead, True), (Role.admin, True)])
def test_standard_texts_are_the_service_centers(app: Flask, db_session: Session, client: Client, role: Role, may: bool) -> None:
    client.sign_in(role)
    own = factories.message_template(factories.make_organization(), name="自治体の文面")
    standard = factories.message_template(name="標準の一つ")
    db_session.commit()
    assert "自治体の文面" not in client.get(ADMIN).text
    assert client.get(f"{ADMIN}{own.id}/").status_code == 404
    assert client.get(f"{ADMIN}{standard.id}/").status_code == 200
    assert client.post(f"{ADMIN}edit/?id={standard.id}", data=GOOD | {"version": "1"}).status_code == (303 if may else 403)
    db_session.refresh(standard)
    assert (standard.name == "日程") is may
    assert standard.organization_id is None
