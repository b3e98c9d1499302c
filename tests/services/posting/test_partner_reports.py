"""What partners report and what the municipality types tell of the same people: the larger counts, once, in whatever order they come."""

from collections.abc import Sequence
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from keynet_admin import clock
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Partner, PartnerItem, Placement, Posting
from keynet_admin.permissions import Actor, partner_of
from keynet_admin.services.partner import secured
from keynet_admin.services.partner.receipts import AnswerCode
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.posting import balance, placements
from keynet_admin.vocabulary import PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.web import Client

W = SecuredWay
WAY = W.nurse_center
pytestmark = pytest.mark.usefixtures("clock")
# A telling: None and how many more the municipality types, or a partner's key and what it now says of it.
TELLINGS = st.lists(
    st.one_of(st.tuples(st.none(), st.integers(1, 3)), st.tuples(st.sampled_from(("a", "b", "c")), st.integers(0, 4))), max_size=8
)


def live(headcount: int = 30) -> Posting:
    return factories.posting(PostingStatus.live, {"headcount": headcount})


def owner(row: Posting) -> Actor:
    return factories.actor(Role.municipality, organization=row.organization)


def answered(row: Posting, partner: Partner, key: str, count: int) -> AnswerCode:
    mine = select(PartnerItem.id).where(PartnerItem.posting_id == row.id, PartnerItem.partner_id == partner.id)
    if db.session.execute(mine).first() is None:
        factories.partner_item(row, partner)
    return secured.secured(partner, partner_of(partner.id), SecuredRow(row.posting_no, key, count, clock.today())).code


def told(row: Posting, partner: Partner, key: str, count: int) -> bool:
    return answered(row, partner, key, count) is AnswerCode.accepted


def place(row: Posting, count: int) -> None:
    placements.place(row, owner(row), seen_version=row.version, way=WAY, count=count)


def test_two_tellings_of_the_same_people_count_once(db_session: Session) -> None:
    """Any order, any repetition, two partners' reports added up; and the log tells every difference."""
    row, first, second = live(99), factories.partner(), factories.partner(name="別のセンター")
    who = owner(row)

    @hypothesis.settings(max_examples=25)
    @hypothesis.given(tellings=TELLINGS, other=st.integers(0, 3), again=st.booleans())
    def check(tellings: Sequence[tuple[str | None, int]], other: int, again: bool) -> None:
        db_session.execute(delete(Placement).where(Placement.corrects_id.is_not(None)))
        db_session.execute(delete(Placement))
        before = db_session.execute(select(func.coalesce(func.max(AuditEvent.id), 0))).scalar_one()
        typed, latest = 0, {}
        for key, count in tellings:
            if key is None:
                placements.place(row, who, seen_version=row.version, way=WAY, count=count)
                typed += count
            else:
                assert told(row, first, key, count) == (latest.get(key, 0) != count)
                assert not (again and told(row, first, key, count))
                latest[key] = count
        told(row, second, "a", other)
        reported = sum(latest.values()) + other
        found = balance.balance(row)
        assert found.secured == max(typed, reported)
        assert placements.totals(row)[WAY] == found.secured
        assert found.needed == found.secured + found.open
        codes = db_session.execute(select(AuditEvent.codes).where(AuditEvent.subject == "posting", AuditEvent.id > before)).scalars()
        counts = [(code.get("partner") is None, code["count"]) for code in codes if "way" in code]
        assert (sum(n for mine, n in counts if mine), sum(n for mine, n in counts if not mine)) == (typed, reported)

    check()


def test_the_order_of_two_tellings_does_not_matter(db_session: Session) -> None:
    for first in ("typed", "reported"):
        row, partner = live(), factories.partner()
        steps: dict[str, Any] = {"typed": lambda row=row: place(row, 2), "reported": lambda row=row, p=partner: told(row, p, "k", 3)}
        steps.pop(first)()
        next(iter(steps.values()))()
        assert (balance.balance(row).by_way, balance.balance(row).open) == ({WAY: 3}, 27)


def test_the_posting_closes_itself_when_a_partner_finds_the_last_one(db_session: Session) -> None:
    row, partner = live(2), factories.partner()
    place(row, 1)
    told(row, partner, "k", 2)
    assert row.status is PostingStatus.closed
    assert db_session.execute(select(Posting.id).where(balance.full())).first() is None
    told(row, partner, "k", 0)
    assert row.vacated
    assert balance.balance(row).by_way == {WAY: 1}


def test_a_public_posting_that_is_full_by_both_tellings_is_found(db_session: Session) -> None:
    """The where-clause counts as the balance does: 2 typed and 2 reported of three are two."""
    rows = [live(3), live(3)]
    partner = factories.partner()
    for number, row in enumerate(rows):
        for way, by, count in ((WAY, None, 2), (WAY, partner.id, 2), (W.other, None, number)):
            values = {"organization_id": row.organization_id, "partner_id": by, "way": way, "count": count}
            db_session.add(Placement(posting_id=row.id, **values))
    db_session.flush()
    assert db_session.execute(select(Posting.id).where(balance.full())).scalars().all() == [rows[1].id]


def test_a_key_stands_for_one_posting_and_a_number_has_bounds(db_session: Session) -> None:
    row, other, partner = live(), live(), factories.partner()
    told(row, partner, "k", 1)
    assert answered(other, partner, "k", 1) is AnswerCode.key_taken
    assert [answered(row, partner, "k", count).value for count in (-1, 1000)] == ["not_possible"] * 2
    assert balance.balance(row).secured == 1


def test_an_owner_cannot_say_less_than_partners_do(db_session: Session) -> None:
    row, partner = live(), factories.partner()
    place(row, 1)
    told(row, partner, "k", 3)
    with pytest.raises(BadField, match="3名の報告") as wrong:
        placements.set_totals(row, owner(row), {WAY: 2, W.other: 0})
    assert wrong.value.field == WAY.value
    placements.set_totals(row, owner(row), {WAY: 3, W.other: 0})
    assert [one.count for one in placements.of(row) if not one.partner] == [1]
    placements.set_totals(row, owner(row), {WAY: 5, W.other: 0})
    assert balance.balance(row).by_way == {WAY: 5}
    reported = next(one for one in placements.of(row) if one.partner)
    with pytest.raises(Refused, match="からの報告のため"):
        placements.unplace(row, owner(row), seen_version=row.version, placement=reported.id)


def test_the_pages_tell_who_reported_and_why_less_is_refused(client: Client, db_session: Session) -> None:
    row, partner = live(), factories.partner()
    told(row, partner, "k", 3)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    address = f"/office/posting/{row.id}/"
    page = client.get(address).text
    assert f"{partner.name}からの報告" in page
    reported = placements.of(row)[0]
    assert f"placement={reported.id}" not in page
    assert "からの報告のため、ここでは取り消せません" in client.get(f"{address}unplace?placement={reported.id}").text
    version = str(row.version)
    answer = client.post(f"{address}close", data={"version": version, WAY.value: "2", "other": "0", "rest": "enough", "do": "count"})
    assert "連携先から3名の報告があります" in answer.text
    assert f'aria-describedby="{WAY.value}-e"' in answer.text
