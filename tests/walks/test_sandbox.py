"""The contract of a partner, walked on the sandbox: everything a machine and a person do is tried there, and nothing comes of it (F05)."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Partner, PartnerItem, Placement
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.partner import keys
from keynet_admin.services.partner.files import table
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerKind, PartnerStatus, Role
from tests import factories
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
KEY = "kn_sandbox-key-of-the-test"
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def sandbox(app: Flask, db_session: Session, clock: Any) -> Partner:
    """The sandbox of the reference data, in use, with a key that the test knows."""
    found = db_session.execute(select(Partner).where(Partner.kind == PartnerKind.sandbox)).scalar_one()
    found.status, found.verified_at = PartnerStatus.active, clock.now
    with transaction():
        factories.partner_key(found, prefix=KEY[: keys.SHOWN], key_hash=token_hash(KEY))
    return found


def taken(client: Client) -> list[dict[str, Any]]:
    """All changes, in small portions from the beginning."""
    found: list[dict[str, Any]] = []
    since, more = 0, True
    while more:
        answer = client.get(f"/partner/v1/postings?since={since}&limit=2", headers=HEADERS)
        assert answer.status_code == 200, answer.text
        page = answer.get_json()
        found += page["items"]
        since, more = page["next"], page["more"]
    return found


def stored() -> tuple[int, ...]:
    """How much the tables that a partner could change hold."""
    return tuple(db.session.execute(select(func.count()).select_from(model)).scalar_one() for model in (PartnerItem, Placement))


def test_a_machine_walks_the_whole_contract(app: Flask, client: Client, db_session: Session, sandbox: Partner) -> None:
    """Description, feed in portions and again, receipts, people secured; wrong rows are told, and no row of ours is written."""
    before = stored()
    assert client.get("/partner/v1/openapi.json").get_json()["openapi"].startswith("3.")
    assert client.get("/partner/v1/postings").status_code == 401
    items = taken(client)
    assert items == taken(client), "asked again, given again"
    assert {item["state"] for item in items} == {"listed", "withdrawn", "closed"}
    assert all((item["content"] is not None) == (item["state"] == "listed") for item in items)
    assert [item["sequence"] for item in items] == sorted({item["sequence"] for item in items})
    rows: list[dict[str, Any]] = [
        {"posting_no": item["posting_no"], "sequence": item["sequence"], "status": "acknowledged", "reason": ""} for item in items
    ]
    rows[0] |= {"status": "refused", "reason": "試験の拒否"}
    answer = client.post("/partner/v1/receipts", json=rows, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    wrong = [{"posting_no": "KN-P-000001", "sequence": 1, "status": "acknowledged", "reason": ""}]
    assert "unknown" in client.post("/partner/v1/receipts", json=wrong, headers=HEADERS).text
    people = [{"posting_no": items[0]["posting_no"], "key": "S-1", "count": 2, "on": "2021-05-06"}]
    for _ in range(2):
        assert client.post("/partner/v1/secured", json=people, headers=HEADERS).status_code == 200
    assert stored() == before


def test_a_person_takes_the_same_postings_as_a_file(app: Flask, client: Client, db_session: Session, sandbox: Partner) -> None:
    """By CSV with a sign-in: the same numbers, states and titles as the feed; a report and its file are checked and not stored."""
    items = taken(client)
    before = stored()
    client.sign_in(factories.account(Role.partner, partner_id=sandbox.id))
    content = client.post("/partner/download.csv").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content, newline="")))
    words = {"listed": "新規", "withdrawn": "取下げ", "closed": "募集終了"}
    assert [(line["募集番号"], line["送ったもの"], line["通番"]) for line in lines] == [
        (item["posting_no"], words[item["state"]], str(item["sequence"])) for item in items
    ]
    titles = [item["content"]["posting"]["title"] if item["content"] else "" for item in items]
    assert [line["募集の見出し"] for line in lines] == titles
    assert list(lines[0]) == table.heading()
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(sandbox), AuditEvent.action == "download")).scalar_one()
    assert event.codes["count"] == len(items)
    text = f"募集番号,貴団体の番号,人数,確保した日\n{items[0]['posting_no']},S-1,2,2021-05-06"
    sent = client.post("/partner/secured/file", data={"file": (io.BytesIO(text.encode()), "確保.csv")}, content_type="multipart/form-data")
    assert sent.status_code == 303
    assert stored() == before
