"""Mails to partners that take the postings by mail: business mornings, recalls at once, never to a contact that nobody has verified."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import OutboxMail, Partner, PartnerItem, Posting
from keynet_admin.services.posting import publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerChannel, PartnerItemStatus, PartnerKind, PartnerStatus, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock


@pytest.fixture
def partner(app: Flask, db_session: Session, clock: MovableClock) -> Partner:
    """One that takes physicians' and nurses' postings of the whole country by mail."""
    made: Partner = factories.partner(PartnerKind.other, name="見本紹介所", channel=PartnerChannel.mail, phone="03-0000-0000")
    with transaction():
        pass
    return made


def live(title: str = "接種会場の看護師") -> Posting:
    """A posting that its owner lets others pass on."""
    with transaction():
        return factories.posting(PostingStatus.live, {"share_private": True, "title": title})


def mails(session: Session) -> Sequence[OutboxMail]:
    """The digests so far."""
    session.rollback()
    return session.execute(select(OutboxMail).where(OutboxMail.template == "partner_digest").order_by(OutboxMail.id)).scalars().all()


def test_new_postings_come_on_the_morning_of_a_business_day(db_session: Session, clock: MovableClock, partner: Partner) -> None:
    """Published on a Friday morning: nothing that day, on Saturday and Sunday, one mail on Monday from 8:30 on, and none again."""
    row = live()
    for moment in ("2021-05-07 18:00", "2021-05-08 09:00", "2021-05-09 09:00", "2021-05-10 08:29"):
        clock.set(moment)
        jobs.follow_partners()
        assert mails(db_session) == []
    for moment in ("2021-05-10 08:30", "2021-05-10 08:31", "2021-05-11 09:00"):
        clock.set(moment)
        jobs.follow_partners()
        (mail,) = mails(db_session)
    assert (mail.recipient, mail.title) == ("center@partner.example", "【Key-Net】募集のお知らせ（1件）")
    assert row.posting_no in mail.body
    assert f"/postings/{row.posting_no}" in mail.body
    assert "/partner/" in mail.body
    item = db_session.execute(select(PartnerItem)).scalar_one()
    assert (item.status, item.attempts) == (PartnerItemStatus.sent, 1)


def test_a_closing_is_told_at_once(db_session: Session, clock: MovableClock, partner: Partner) -> None:
    """Also on a Sunday night; what is new waits for the morning. Told once."""
    first = live("先に終わる募集")
    clock.set("2021-05-10 08:30")
    jobs.follow_partners()
    clock.set("2021-05-15 23:00")
    live("あとから出た募集")
    with transaction():
        row = db_session.get_one(Posting, first.id)
        publication.close(row, factories.actor(Role.municipality, organization=row.organization), seen_version=row.version)
    for _ in range(2):
        jobs.follow_partners()
        assert len(mails(db_session)) == 2
    mail = mails(db_session)[1]
    assert mail.title == "【Key-Net】取下げのお願い（1件）"
    assert "先に終わる募集" in mail.body
    assert "あとから出た募集" not in mail.body
    item = db_session.execute(select(PartnerItem).where(PartnerItem.posting_id == first.id)).scalar_one()
    assert item.status is PartnerItemStatus.recalling, "the partner has not said that it is down"
    assert item.sent_at == clock.now


@pytest.mark.parametrize("status", [PartnerStatus.preparing, PartnerStatus.stopped])
def test_nothing_goes_to_a_partner_that_is_not_in_use(
    db_session: Session, clock: MovableClock, partner: Partner, status: PartnerStatus
) -> None:
    live()
    db_session.get_one(Partner, partner.id).status = status
    db_session.commit()
    clock.set("2021-05-10 08:30")
    jobs.follow_partners()
    assert mails(db_session) == []
