"""The ledger follows what is public: who gets what, what has to be withdrawn, numbers, limits, further numbers."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, NurseCenterRecord, Partner, PartnerItem, Posting
from keynet_admin.permissions import partner_of
from keynet_admin.services import master_data
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.partner import delivery, feed, ledger, partners, receipts, secured
from keynet_admin.services.partner.files import table
from keynet_admin.services.partner.receipts import ReceiptRow
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerItemStatus, PartnerKind, PartnerStatus, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock


@pytest.fixture
def center(db_session: Session, clock: MovableClock) -> Partner:
    """The Nurse Center of 宮崎県, in use."""
    with transaction():
        return factories.partner(PartnerKind.nurse_center)


def live(**changes: Any) -> Posting:
    """A posting that is public; 日向市 seeks nurses and lets its Nurse Center know."""
    with transaction():
        return factories.posting(PostingStatus.live, {"share_nc": True} | changes)


def item_of(posting: Posting, partner: Partner) -> PartnerItem | None:
    """The row as the database has it."""
    query = select(PartnerItem).where(PartnerItem.posting_id == posting.id, PartnerItem.partner_id == partner.id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def given(partner: Partner, since: int = 0) -> list[tuple[str, str]]:
    """What the partner is told now, kept as given."""
    found = feed.page(partner, since)
    with transaction():
        feed.note(partner.id, found)
    return [(line.key, line.state) for line in found.lines]


def answer(partner: Partner, refused: str = "") -> list[str]:
    """The partner answers all that it is told."""
    rows = [ReceiptRow(line.key, line.sequence, bool(refused), refused) for line in feed.page(partner).lines]
    with transaction():
        return [result.code.value for result in receipts.receive(partner, partner_of(partner.id), rows)]


def owner(posting: Posting) -> Any:
    """The municipality's person."""
    return actor_of(factories.account(Role.municipality, organization=posting.organization))


def act(action: Callable[..., Any], row: Any, actor: Any, **more: Any) -> Any:
    """One decision in a transaction of its own."""
    with transaction():
        return action(row, actor, seen_version=row.version, **more)


def test_a_posting_goes_out_is_changed_and_ends(center: Partner) -> None:
    posting = live()
    first = item_of(posting, center)
    assert first is not None
    assert (first.status.value, first.change.value) == ("waiting", "new")
    assert given(center) == [(posting.posting_no, "listed")]
    assert item_of(posting, center).status.value == "sent"  # type: ignore[union-attr]
    assert answer(center) == ["accepted"]
    assert answer(center) == ["repeated"]
    act(publication.pause, posting, owner(posting))
    row = item_of(posting, center)
    assert (row.status.value, row.change.value) == ("recalling", "withdrawn")  # type: ignore[union-attr]
    assert given(center) == [(posting.posting_no, "withdrawn")]
    assert answer(center) == ["accepted"]
    act(publication.resume, posting, owner(posting))
    assert item_of(posting, center).change.value == "new"  # type: ignore[union-attr]
    act(publication.close, posting, owner(posting))
    assert given(center) == [(posting.posting_no, "closed")]
    assert answer(center) == ["accepted"]
    assert item_of(posting, center).status.value == "withdrawn"  # type: ignore[union-attr]


def test_a_posting_out_of_scope_is_not_in_the_ledger(center: Partner) -> None:
    with transaction():
        elsewhere = factories.partner(PartnerKind.nurse_center, prefecture_code="13", name="東京都（試験）")
        doctors = factories.partner(PartnerKind.save_the_town)
        unverified = factories.partner(PartnerKind.nurse_center, status=PartnerStatus.preparing, verified_at=None)
    posting, silent = live(), live(share_nc=False)
    assert item_of(posting, center) is not None
    assert [item_of(posting, other) for other in (elsewhere, doctors, unverified)] == [None] * 3
    assert item_of(silent, center) is None
    with transaction():
        private = factories.posting(PostingStatus.live, {"visibility": "private"})
    assert item_of(private, center) is None


def test_a_partner_that_comes_into_use_gets_what_is_public_already(center: Partner) -> None:
    posting = live()
    admin = factories.actor(Role.admin)
    with transaction():
        new = factories.partner(PartnerKind.nurse_center, status=PartnerStatus.preparing, verified_at=None, email="a@b.example", phone="")
    with pytest.raises(Refused, match="連絡先"):
        act(partners.verify, new, admin, reason="電話で確かめた。")
    new = db.session.get_one(Partner, new.id)
    new.kind = PartnerKind.other  # the center's contact is in another table
    new.prefecture_code, new.phone = "45", "0985-00-0001"
    act(partners.verify, new, admin, reason="電話で確かめた。")
    assert given(new) == []
    with transaction():
        agreed = factories.posting(PostingStatus.live, {"share_private": True})
    assert given(new) == [(agreed.posting_no, "listed")]
    act(partners.stop, new, admin, reason="先方の都合。")
    row = item_of(agreed, new)
    assert row.status.value == "recalling"  # type: ignore[union-attr]
    assert feed.page(new).lines == ()
    act(ledger.tell, row, factories.actor(), reason="担当の方に取下げを伝えた。")
    assert row.status.value == "withdrawn"  # type: ignore[union-attr]
    act(partners.verify, new, admin, reason="再開。")
    assert given(new) == [(agreed.posting_no, "listed")]
    assert item_of(posting, center) is not None


def test_a_changed_scope_withdraws_and_offers(center: Partner) -> None:
    admin = factories.actor(Role.admin)
    with transaction():
        other = factories.partner(PartnerKind.other, prefecture_code="45", job_types=["nurse"], phone="0985-00-0001")
        agreed = factories.posting(PostingStatus.live, {"share_private": True})
    assert given(other) == [(agreed.posting_no, "listed")]
    with transaction():
        other.job_types = ["physician"]
        master_data.saved(other, admin, ["job_types"], added=False)
    assert given(other) == [(agreed.posting_no, "withdrawn")]
    assert answer(other) == ["accepted"]
    with transaction():
        other.job_types = []
        master_data.saved(other, admin, ["job_types"], added=False)
    assert given(other) == [(agreed.posting_no, "listed")]
    with transaction():
        other.email = "new@partner.example"
        master_data.saved(other, admin, ["email"], added=False)
    assert (other.status, other.verified_at) == (PartnerStatus.preparing, None)
    assert feed.page(other).lines == ()


def test_a_consent_taken_back_is_a_withdrawal(center: Partner) -> None:
    """The public row stays as it is; the partner's goes."""
    posting = live()
    assert given(center) == [(posting.posting_no, "listed")]
    typed = dict(revisions.current_revision(posting).typed) | {"share_nc": False}
    with transaction():
        result = revisions.check(posting.organization, typed)
        assert drafts.save(posting, typed, result, owner(posting), seen_version=posting.version) == "live"
    assert given(center) == [(posting.posting_no, "withdrawn")]


def test_what_a_partner_cannot_take_is_a_task_with_our_reason(db_session: Session, clock: MovableClock) -> None:
    with transaction():
        short = factories.partner(PartnerKind.nurse_center, title_most=10)
    posting = live()
    row = item_of(posting, short)
    assert row is not None
    assert row.status.value == "refused"
    assert "10字まで" in row.reason
    assert given(short) == []
    events = [e.action for e in db_session.execute(select(AuditEvent).where(AuditEvent.subject == "partner_item")).scalars()]
    assert events == ["limit"]
    with pytest.raises(Refused, match="10字まで"):
        act(ledger.resend, row, factories.actor())
    with transaction():
        short.title_most = 60
        master_data.saved(short, factories.actor(Role.admin), ["title_most"], added=False)
    assert given(short) == [(posting.posting_no, "listed")]


def test_a_posting_that_stood_there_long_enough_is_issued_anew(db_session: Session, clock: MovableClock) -> None:
    with transaction():
        brief = factories.partner(PartnerKind.nurse_center, days_most=3)
    posting = live()
    assert given(brief) == [(posting.posting_no, "listed")]
    assert answer(brief) == ["accepted"]
    clock.advance(days=3)
    for number in (2, 3):
        (due,) = ledger.due_to_reissue()
        with transaction():
            assert ledger.reissue_due(due)
        with transaction():
            assert not ledger.reissue_due(due)
        told = given(brief)
        assert told[-1] == (f"{posting.posting_no}-{number}", "listed")
        assert told[:-1] == [(ledger.key_of(posting.posting_no, n), "withdrawn") for n in range(1, number)]
        lines = feed.page(brief).lines
        assert len({line.sequence for line in lines}) == len(lines)
        assert answer(brief) == ["accepted"] * number
        clock.advance(days=3)
    act(publication.close, posting, owner(posting))
    assert given(brief)[-1] == (f"{posting.posting_no}-3", "closed")


def test_operators_send_again_and_drop(center: Partner) -> None:
    posting, operator = live(), factories.actor()
    assert given(center) == [(posting.posting_no, "listed")]
    assert answer(center, refused="職種のコードが読めません。") == ["accepted"]
    row = item_of(posting, center)
    assert row is not None
    assert (row.status.value, row.reason) == ("refused", "職種のコードが読めません。")
    before = feed.page(center).next
    act(ledger.resend, row, operator)
    assert given(center, before) == [(posting.posting_no, "listed")]
    assert answer(center, refused="まだ読めません。") == ["accepted"]
    row = item_of(posting, center)
    act(ledger.drop, row, operator, reason="この募集は電話で伝えた。")
    with transaction():
        ledger.refill(center)
    assert item_of(posting, center).status.value == "withdrawn"  # type: ignore[union-attr]
    act(publication.close, posting, owner(posting))
    assert item_of(posting, center).status.value == "recalling"  # type: ignore[union-attr]


def test_another_contact_of_a_center_has_to_be_verified_again(center: Partner, db_session: Session) -> None:
    """Its contact is the Nurse Center's own row; what it has goes on being followed, nothing new is given."""
    admin = factories.actor(Role.admin)
    first = live()
    assert given(center) == [(first.posting_no, "listed")]
    with transaction():
        record = db_session.query(NurseCenterRecord).filter_by(prefecture_code="45").one()
        record.note = "窓口は平日のみ"
        master_data.saved(record, admin, ["note"], added=False)
    assert center.status is PartnerStatus.active
    with transaction():
        record.email, record.phone = "new@center.example", "0985-00-0009"
        master_data.saved(record, admin, ["email", "phone"], added=False)
    assert (center.status, center.verified_at) == (PartnerStatus.preparing, None)
    second = live()
    act(publication.close, first, owner(first))
    assert item_of(first, center).status.value == "recalling"  # type: ignore[union-attr]
    assert item_of(second, center) is None
    assert given(center) == []
    act(partners.verify, center, admin, reason="電話で確かめた。")
    assert given(center) == [(first.posting_no, "closed"), (second.posting_no, "listed")]


def test_what_an_operator_dropped_is_not_told_again_as_listed(center: Partner) -> None:
    """Whoever reads everything anew must not get it back; what the partner never had is unknown to it."""
    operator = factories.actor(Role.operator)
    with transaction():
        center.title_most = 10
    had, never = live(title="短い見出し"), live(title="この連携先には長すぎる見出し")
    assert given(center) == [(had.posting_no, "listed")]
    assert answer(center, refused="載せられません") == ["accepted"]
    strange = [ReceiptRow(never.posting_no, item_of(never, center).sequence or 0, refused=False)]  # type: ignore[union-attr]
    for _ in range(2):  # refused for its length, then dropped
        with transaction():
            assert [row.code.value for row in receipts.receive(center, partner_of(center.id), strange)] == ["unknown"]
            found = SecuredRow(never.posting_no, "k", 1, clock.today())
            assert secured.secured(center, partner_of(center.id), found).code.value == "unknown"
        for posting in (had, never):
            item = item_of(posting, center)
            assert item is not None
            if item.status is PartnerItemStatus.refused:
                act(ledger.drop, item, operator, reason="この連携先では扱えない。")
    assert given(center) == [(had.posting_no, "withdrawn")]
    offered = select(PartnerItem.posting_id).where(PartnerItem.partner_id == center.id, table.offered())
    assert db.session.execute(offered).scalars().all() == [had.id]


def test_what_changed_after_a_file_was_made_is_not_noted_as_sent(center: Partner) -> None:
    rows = [live(), live()]
    items = [item_of(row, center) for row in rows]
    read = delivery.given([item for item in items if item is not None])
    act(publication.pause, rows[0], owner(rows[0]))
    with transaction():
        delivery.sent(center.id, read)
    assert [item_of(row, center).status.value for row in rows] == ["recalling", "sent"]  # type: ignore[union-attr]
    db.session.rollback()
    with transaction():
        resent = item_of(rows[1], center)
        assert resent is not None
        ledger.resend(resent, factories.actor(Role.operator), seen_version=resent.version)
    with transaction():
        delivery.sent(center.id, read)
    assert item_of(rows[1], center).status.value == "waiting"  # type: ignore[union-attr]
