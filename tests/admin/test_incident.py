"""All postings of a body taken down and brought back in one action."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keynet_admin.errors import TransitionRefused
from keynet_admin.models import AuditEvent, Organization, OutboxMail, Posting
from keynet_admin.services.posting import publication
from keynet_admin.services.posting.moderation import decide
from keynet_admin.vocabulary import OrganizationStatus, PostingStatus, Role
from tests import factories
from tests.support.web import Client

P = PostingStatus
WHY = "第三者による操作の疑いがあるため。"
STATES = (P.live, P.paused, P.awaiting_release, P.scheduled, P.draft, P.closed, P.suspended)


def test_down_and_back_as_it_was(app: Flask, client: Client, db_session: Session, clock: Any) -> None:
    """What was public, waited or was scheduled goes and comes back; drafts, ended and suspended ones stay; one mail to each; pages gone at once."""
    rows = {state: factories.posting(state, {"headcount": 300} if state is P.awaiting_release else None) for state in STATES}
    body = rows[P.live].organization
    owner = factories.account(Role.municipality, organization=body, email="kanri@city.example")
    restored = factories.posting(P.live)
    page = f"/postings/{rows[P.live].posting_no}"
    assert client.get(page).status_code == 200
    client.sign_in(factories.account(Role.operator))
    at = f"/admin/organization/{body.id}/"
    shown = client.get(f"{at}take_down").get_data(as_text=True)
    assert "5件について行います" in shown
    assert "そのままのもの 3件" in shown
    version = body.version
    for reason, version_sent, status in (("", version, 422), (WHY, version - 1, 409), (WHY, "x", 400)):
        assert client.post(f"{at}take_down", data={"version": version_sent, "reason": reason}).status_code == status
        assert (body.status, rows[P.live].status) == (OrganizationStatus.open, P.live)
    for _ in range(2):
        assert client.post(f"{at}take_down", data={"version": version, "reason": WHY}).status_code == 303
    assert [rows[state].status for state in STATES] == [P.suspended] * 4 + [P.draft, P.closed, P.suspended]
    assert client.get(page).status_code == 404
    mails = select(OutboxMail.body).where(OutboxMail.template == "postings_taken_down", OutboxMail.recipient == owner.email)
    (mail,) = db_session.execute(mails).scalars().all()
    assert WHY in mail
    # Meanwhile nothing of the body goes public, by its own people or by a decision about one.
    with pytest.raises(TransitionRefused):
        publication.publish(rows[P.draft], factories.actor(Role.municipality, organization=body), seen_version=rows[P.draft].version)
    # Nor by somebody who read the body just before the stop.
    draft = rows[P.draft]
    db_session.execute(update(Organization).values(status=OrganizationStatus.open), execution_options={"synchronize_session": False})
    db_session.refresh(body)
    stopped = update(Organization).values(status=OrganizationStatus.stopped)
    db_session.execute(stopped, execution_options={"synchronize_session": False})
    with pytest.raises(TransitionRefused):
        publication.publish(draft, factories.actor(Role.municipality, organization=body), seen_version=draft.version)
    decide.restore(restored, factories.actor(), seen_version=restored.version, reason="確かめました。")
    db_session.commit()
    assert client.post(f"{at}bring_back", data={"version": body.version, "reason": "解決しました。"}).status_code == 303
    assert {state: row.status for state, row in rows.items()} == {state: state for state in STATES}
    assert (restored.status, body.status) == (P.paused, OrganizationStatus.open)
    assert client.get(page).status_code == 200
    assert rows[P.scheduled].opens_on is not None
    counted = select(func.count(AuditEvent.id)).where(AuditEvent.action.in_(("incident_down", "incident_back")))
    assert db_session.execute(counted).scalar_one() == 9
    assert WHY in client.get(at).get_data(as_text=True)


def test_a_waiting_edit_waits_again(client: Client, db_session: Session, clock: Any) -> None:
    """Its place in the list stays what it was; in between it is in no list of waiting ones."""
    row = factories.posting(P.live)
    row.ask_release()
    since, body = row.waits_since, row.organization
    client.sign_in(factories.account(Role.operator))
    waiting = select(func.count(Posting.id)).where(Posting.awaiting_release())
    for action, number in (("take_down", 0), ("bring_back", 1)):
        clock.advance(hours=1)
        data = {"version": body.version, "reason": WHY}
        assert client.post(f"/admin/organization/{body.id}/{action}", data=data).status_code == 303
        assert db_session.execute(waiting).scalar_one() == number
    assert (row.status, row.waits_since) == (P.live, since)


def test_a_body_without_anything_to_stop_is_not_told_that_all_is_stopped(client: Client, db_session: Session, clock: Any) -> None:
    body = factories.posting(P.draft).organization
    client.sign_in(factories.account(Role.operator))
    at = f"/admin/organization/{body.id}/"
    page = client.get(f"{at}take_down").get_data(as_text=True)
    assert "すべて停止" not in page
    assert "公開できないようにする" in page
    said = client.post(f"{at}take_down", data={"version": body.version, "reason": WHY}, follow_redirects=True).get_data(as_text=True)
    assert f"{body.name}が募集を公開できないようにしました。" in said
    assert body.status is OrganizationStatus.stopped
