"""A closing that a partner does not confirm: one alarm and one mail for an outage, over after a quiet day. And the order of numbers."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.errors import StaleVersion
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, OutboxMail, Partner, PartnerItem, Posting
from keynet_admin.permissions import partner_of
from keynet_admin.services import settings, workflow
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.partner import feed, partners, receipts, secured
from keynet_admin.services.partner.receipts import ReceiptRow
from keynet_admin.services.posting import publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerKind, PartnerStatus, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.walks.test_races import settled, together


def test_one_alarm_for_one_outage(db_session: Session, clock: MovableClock) -> None:
    with transaction():
        center, leads = factories.partner(), [factories.account(Role.lead) for _ in range(2)]
        rows = [factories.posting(PostingStatus.live, {"share_nc": True}) for _ in range(3)]
        settings.put("partner_lag_hours", 2)

    def close(number: int) -> None:
        with transaction():
            row = rows[number]
            who = next(a for a in row.organization.accounts if a.role is Role.municipality)
            publication.close(row, actor_of(who), seen_version=row.version)

    def answer() -> None:
        with transaction():
            found = feed.page(center)
            feed.note(center.id, found)
            rows = [ReceiptRow(line.key, line.sequence, refused=False) for line in found.lines]
            receipts.receive(center, partner_of(center.id), rows)

    def events() -> list[str]:
        jobs.follow_partners()
        query = select(AuditEvent.action).where(AuditEvent.subject == "partner").order_by(AuditEvent.id)
        found = list(db_session.execute(query).scalars())
        db_session.rollback()
        return found

    with transaction():
        feed.note(center.id, feed.page(center, limit=2))  # the third was never taken: no ghost can be left of it
    close(2)
    clock.advance(hours=3)
    assert events() == []
    close(0)
    clock.advance(hours=1, minutes=59)
    assert events() == []
    clock.advance(minutes=1)
    assert events() == ["alarm"]
    close(1)
    clock.advance(days=2)
    assert events() == ["alarm"]
    mails = db_session.execute(select(OutboxMail.recipient).where(OutboxMail.template == "partner_late").order_by(OutboxMail.id)).scalars()
    assert list(mails) == [lead.email for lead in leads]
    assert db_session.execute(select(Partner.late_since).where(Partner.id == center.id)).scalar_one() is not None
    answer()
    assert events() == ["alarm"], "a day has to be quiet"
    clock.advance(days=1, minutes=1)
    assert events() == ["alarm", "alarm_over"]
    assert db_session.execute(select(Partner.late_since).where(Partner.id == center.id)).scalar_one() is None


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_who_publishes_while_a_partner_is_put_into_use_is_not_forgotten(app: Flask, db_session: Session, clock: Any) -> None:
    """Each begins before the other has ended; whichever commits last sees the other. The partner reads numbers in the order of commits."""
    with transaction():
        center = factories.partner(status=PartnerStatus.preparing, verified_at=None)
        center.kind, center.phone = type(center.kind).other, "0985-00-0001"
        admin = factories.actor(Role.admin)
        draft = factories.posting(changes={"share_private": True})
        owner = factories.actor(Role.municipality, organization=draft.organization)
    ready, go = threading.Event(), threading.Event()

    def publish() -> None:
        with app.app_context():
            with transaction():
                row = db.session.get_one(Posting, draft.id)
                publication.publish(row, owner, seen_version=row.version, now=True)
                ready.set()
                assert go.wait(60)
            db.session.remove()

    thread = threading.Thread(target=publish)
    thread.start()
    assert ready.wait(60)
    with transaction():
        partners.verify(center, admin, seen_version=center.version, reason="電話で確かめた。")
    assert db_session.execute(select(PartnerItem)).first() is None
    db_session.rollback()
    before = feed.page(center).next
    db_session.rollback()
    go.set()
    thread.join(60)
    assert [line.key for line in feed.page(center, before).lines] == [draft.posting_no]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_a_new_row_does_not_wait_for_who_holds_its_posting_or_partner(app: Flask, db_session: Session, clock: Any) -> None:
    """It names both, and is written by whoever has the numbers, for which that holder may itself be waiting."""
    with transaction():
        center = factories.partner(PartnerKind.other, status=PartnerStatus.preparing, verified_at=None, phone="0985-00-0001")
        admin = factories.actor(Role.admin)
        postings = [factories.posting(status, {"share_private": True}) for status in (PostingStatus.live, PostingStatus.draft)]
        owners = [factories.actor(Role.municipality, organization=row.organization) for row in postings]

    def beside(act: Callable[[], Any], then: Callable[[], Any]) -> None:
        held, go = threading.Event(), threading.Event()

        def hold() -> None:
            with app.app_context():
                with transaction():
                    act()
                    held.set()
                    assert go.wait(60)
                db.session.remove()

        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(60)
        with transaction():
            then()
        go.set()
        thread.join(60)

    def pause() -> None:
        row = db.session.get_one(Posting, postings[0].id)
        publication.pause(row, owners[0], seen_version=row.version)

    def publish() -> None:
        publication.publish(postings[1], owners[1], seen_version=postings[1].version, now=True)

    beside(pause, lambda: partners.verify(center, admin, seen_version=center.version, reason="電話で確かめた。"))
    beside(lambda: workflow.lock(db.session.get_one(Partner, center.id)), publish)
    changes = db_session.execute(select(PartnerItem.change).order_by(PartnerItem.id)).scalars()
    assert [change.value for change in changes] == ["withdrawn", "new"]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_people_told_on_the_telephone_wait_for_who_changes_the_posting(app: Flask, db_session: Session, clock: Any) -> None:
    """Who changes the posting writes its row of the ledger last: whoever holds that row must have the posting already."""
    with transaction():
        posting = factories.posting(PostingStatus.live, {"share_nc": True})
        owner = factories.actor(Role.municipality, organization=posting.organization)
        row = factories.partner_item(posting, factories.partner(), sent_at=posting.published_at)
        operator, number, posting_id = factories.actor(Role.operator), row.id, posting.id

    def call() -> bool:
        with transaction():
            item = db.session.get_one(PartnerItem, number)
            secured.secured_by_phone(item, operator, seen_version=item.version, count=1, on=program_clock.today())
        return True

    got: list[Any] = []
    thread = threading.Thread(target=lambda: got.extend(together(app, call)))
    with transaction():
        held = db.session.get_one(Posting, posting_id)
        publication.pause(held, owner, seen_version=held.version)
        thread.start()
        settled(app, [thread])
    thread.join(60)
    assert [type(one) for one in got] == [StaleVersion], "the row is to be withdrawn now"
