"""View as this account: what its holder sees, nothing can be changed, and both ends of it are on record."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin import jobs
from keynet_admin.errors import ViewingOnly
from keynet_admin.extensions import Access, access, db
from keynet_admin.models import Account, AuditEvent, Candidate, Organization, StaffSession
from keynet_admin.services import logs
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.web import Client

REASON = "公開できないと電話があったため"


def begin(client: Client, account: Account, role: Role = Role.lead, reason: str = REASON) -> Any:
    """A colleague signs in and asks for the account's pages."""
    client.sign_in(factories.account(role))
    return client.post(f"/admin/account/{account.id}/view_as", data={"version": account.version, "reason": reason})


def rows() -> dict[str, int]:
    """How many rows each table has."""
    db.session.rollback()
    found = {table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in db.metadata.sorted_tables}
    db.session.rollback()
    return found


def version_of(account: Account) -> int:
    """As it is stored."""
    db.session.rollback()
    return db.session.execute(select(Account.version).where(Account.id == account.id)).scalar_one()


def events(session: Session, account: Account) -> list[tuple[str, int | None]]:
    """Both ends of every look at the account, and whose."""
    session.rollback()
    query = select(AuditEvent.action, AuditEvent.actor_id).where(AuditEvent.about(account), AuditEvent.action.in_(("view_as", "view_end")))
    return [tuple(row) for row in session.execute(query.order_by(AuditEvent.id))]  # type: ignore[misc]


def viewing_over() -> None:
    """The time of every look is over."""
    db.session.rollback()
    over = {"viewed_until": clocks.real_now() - timedelta(seconds=1)}
    db.session.execute(update(StaffSession).where(StaffSession.viewed_id.is_not(None)).values(over))
    db.session.commit()


@pytest.fixture
def official(db_session: Session) -> Account:
    """Somebody of a municipality with a live posting and a candidate."""
    posting = factories.posting(PostingStatus.live)
    factories.candidate(posting=posting)
    made = factories.account(Role.municipality, organization=db_session.get(Organization, posting.organization_id))
    db_session.commit()
    return made


def test_what_its_holder_sees(client: Client, official: Account, db_session: Session, caplog: pytest.LogCaptureFixture) -> None:
    """The office with a banner on every page, nobody who applied and nothing of the sign-in; then one's own pages and rights again."""
    answer = begin(client, official)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office/")
    lead = db_session.execute(select(Account).where(Account.role == Role.lead)).scalar_one()
    until = db_session.execute(select(StaffSession.viewed_until).where(StaffSession.viewed_id == official.id)).scalar_one()
    assert until is not None
    assert timedelta(minutes=29) < until - clocks.real_now() <= timedelta(minutes=30)
    person = db_session.execute(select(func.max(AuditEvent.subject_id)).where(AuditEvent.subject == "candidate")).scalar_one()
    name, posting = db_session.execute(select(Candidate.name, Candidate.posting_id).where(Candidate.id == person)).one()
    pages = {
        **dict.fromkeys(("/office/", "/office/posting/", f"/office/posting/{posting}/", "/office/account/", "/office/account/me"), 200),
        **dict.fromkeys(("/office/candidate/", f"/office/candidate/{person}/"), 403),  # as /privacy says, whatever rights the account has
        **dict.fromkeys(("/security", "/security/authenticator", "/password", "/first-login", "/admin/", "/admin/submission/"), 403),
        "/office/nothing": 404,
    }
    with caplog.at_level(logging.WARNING, logs.SECURITY):
        for page, status in pages.items():
            answer = client.get(page)
            text = answer.get_data(as_text=True)
            assert answer.status_code == status, page
            assert "の画面を見ています（閲覧のみ）" in text, page
            assert name not in text, page
            assert official.email in text, page
            assert f"見ている人：{lead.shown_name}" in text, page
            assert 'action="/logout/view"' in text, page
    told = [json.loads(record.message)["account"] for record in caplog.records if record.name == logs.SECURITY]
    assert told == [lead.id] * list(pages.values()).count(403), "the log says who really reads"
    assert "画面を見ています" not in client.get("/postings/").get_data(as_text=True)
    answer = client.post("/logout/view")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/account/{official.id}/")
    assert client.get("/admin/").status_code == 200
    assert client.get("/office/").status_code == 403
    assert events(db_session, official) == [("view_as", lead.id), ("view_end", lead.id)]


def test_nothing_can_be_changed(app: Flask, db_session: Session) -> None:
    """Every address that takes a post, of any role or of anybody, is refused before it is looked at, and no row comes or changes its version."""
    posting = factories.posting(PostingStatus.live)
    item = factories.partner_item(posting)
    besides: dict[Role, dict[str, Any]] = {
        Role.municipality: {"organization": db_session.get(Organization, posting.organization_id)},
        Role.prefecture: {"prefecture_code": "45"},
        Role.partner: {"partner_id": item.partner_id},
    }
    shared, tried = {"password", "security", "login", "first-login", "entry", "my", "outcome", "alerts", "postings"}, 0
    for role, home in ((Role.municipality, "office"), (Role.prefecture, "prefecture"), (Role.partner, "partner")):
        account, client = factories.account(role, **besides[role]), Client(app, app.response_class)
        db_session.commit()
        assert begin(client, account).status_code == 303
        before, version = rows(), version_of(account)
        parts = {home, *shared} if role is Role.municipality else {home}
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()) or rule.rule.split("/")[1] not in parts or "/v1/" in rule.rule:
                continue
            values = {
                name: posting.id if kind.__class__.__name__ == "NumberConverter" else "csv" for name, kind in rule._converters.items()
            }
            with app.test_request_context():
                address = url_for(rule.endpoint, **values)
            answer = client.post(address, data={"version": "1", "reason": "試し"}, headers={"X-Background": "1"} if tried % 2 else {})
            assert answer.status_code == 403, address
            assert "何も変えられません" in answer.get_data(as_text=True), address
            tried += 1
        assert rows() == before, role
        assert version_of(account) == version, role
    assert tried > 60
    with app.app_context():  # and no transaction begins, whatever a view might try
        token = access.set(Access.VIEWING)
        with pytest.raises(ViewingOnly), transaction():
            raise AssertionError("it began")
        access.reset(token)


def test_it_ends_by_itself(client: Client, official: Account, db_session: Session) -> None:
    """After half an hour one's own pages are back; the end is recorded once, by the worker or with the next look."""
    begin(client, official)
    db_session.rollback()
    assert jobs.follow_up_cases() == 0
    viewing_over()
    assert client.get("/office/").status_code == 403
    assert client.get("/admin/").status_code == 200
    assert [jobs.follow_up_cases(), jobs.follow_up_cases()] == [1, 0]
    lead = db_session.execute(select(Account).where(Account.role == Role.lead)).scalar_one()
    assert events(db_session, official) == [("view_as", lead.id), ("view_end", None)]
    for _ in range(2):
        again = {"version": version_of(official), "reason": REASON}
        assert client.post(f"/admin/account/{official.id}/view_as", data=again).status_code == 303
        viewing_over()
    assert [action for action, _ in events(db_session, official)][2:] == ["view_as", "view_end", "view_as"]


def test_signing_out_ends_it(client: Client, official: Account, db_session: Session) -> None:
    begin(client, official)
    lead = db_session.execute(select(Account).where(Account.role == Role.lead)).scalar_one()
    assert client.post("/logout").status_code == 303
    assert client.get("/office/").status_code == 302
    assert events(db_session, official) == [("view_as", lead.id), ("view_end", lead.id)]
    left = db_session.execute(select(AuditEvent.subject_id).where(AuditEvent.action == "sign_out")).scalar_one()
    assert left == lead.id


def test_for_a_reason_and_by_right(client: Client, official: Account, db_session: Session) -> None:
    """Without a reason, by an operator, of a colleague: refused, and one's own pages stay."""
    assert begin(client, official, reason=" ").status_code == 422
    assert client.get("/admin/").status_code == 200
    colleague = factories.account(Role.operator)
    db_session.commit()
    assert begin(client, colleague).status_code == 409
    assert begin(client, official, Role.operator).status_code == 403
    assert client.get("/admin/").status_code == 200
    assert events(db_session, official) == []


def test_its_holder_and_the_municipality_see_it(app: Flask, client: Client, official: Account, db_session: Session) -> None:
    """On the municipality's first page and on the holder's own page of the sign-in, with the reason, and in the account's history."""
    begin(client, official)
    client.post("/logout/view")
    db_session.rollback()
    assert REASON in [entry.note for entry in history.of_account(official)]
    db_session.rollback()
    own = Client(app, app.response_class)
    own.sign_in(official)
    for page in ("/office/", "/security"):
        assert REASON in own.get(page).get_data(as_text=True), page
