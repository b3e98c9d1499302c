"""How many people a public posting still needs: written with the change, without a new 更新日, and read by the page alone."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import Listing, ListingVersion, PartnerItem, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services.candidate import stages
from keynet_admin.services.listing import refresh
from keynet_admin.services.posting import placements, publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, ListingEnd, PartnerKind, PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.clock import MovableClock

SHIFT = {"name": "午後", "days": ["sat", "sun"], "start": "13:00", "end": "17:30", "break": 0, "need": 2}


def owner(row: Posting) -> Actor:
    return factories.actor(Role.municipality, organization=row.organization)


def live(session: Session, **changes: Any) -> Posting:
    row = factories.posting(PostingStatus.live, {"headcount": 3, **changes})
    done()
    session.refresh(row)
    return row


def done() -> None:
    """Commit as the program does."""
    with transaction():
        pass


def place(row: Posting, count: int, **more: Any) -> None:
    placements.place(row, owner(row), seen_version=row.version, way=SecuredWay.other, count=count, **more)
    done()


def listing(session: Session) -> Any:
    return session.execute(select(Listing.__table__)).one()


def test_the_row_follows_every_change_of_the_balance(db_session: Session, clock: MovableClock) -> None:
    row = live(db_session)
    before = listing(db_session)
    assert (before.places["needed"], before.places["open"], before.places["shifts"]) == (3, 3, [])
    clock.advance(hours=1)
    place(row, 1)
    assert listing(db_session).places["open"] == 2
    person = factories.candidate(CandidateStatus.secured, posting=row)
    done()
    assert listing(db_session).places["open"] == 1
    stages.undo(person, owner(row), seen_version=person.version)
    done()
    assert listing(db_session).places["open"] == 2
    number = placements.of(row)[0].id
    placements.unplace(row, owner(row), seen_version=row.version, placement=number)
    done()
    after = listing(db_session)
    assert after.places["open"] == 3
    assert after.places["at"] > before.places["at"]
    assert (after.changed_at, after.sequence, after.content) == (before.changed_at, before.sequence, before.content)


def test_pages_are_drawn_anew_but_partners_are_not_told(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    factories.partner(PartnerKind.nurse_center)
    row = live(db_session, share_nc=True)
    told = db_session.execute(select(PartnerItem.sequence)).scalars().all()
    number = db_session.execute(select(ListingVersion.number)).scalar_one()
    assert "3名（残り3名）" in client.get(f"/postings/{row.posting_no}").text
    place(row, 1)
    assert db_session.execute(select(ListingVersion.number)).scalar_one() > number
    assert db_session.execute(select(PartnerItem.sequence)).scalars().all() == told
    assert "3名のうち 残り2名" in client.get(f"/postings/{row.posting_no}").text


def test_shifts_with_a_number_have_places_of_their_own(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    row = live(db_session, shifts=[SHIFT, {**SHIFT, "name": "朝", "start": "09:00", "end": "12:00", "need": None}])
    place(row, 2, shift="午後")
    assert listing(db_session).places["shifts"] == [[2, 0], None]
    text = client.get(f"/postings/{row.posting_no}").text
    assert "満員" in text
    assert '<td class="num">2名</td><td class="num">満員</td>' in text


def test_an_edit_that_waits_does_not_count(db_session: Session, clock: MovableClock) -> None:
    row = live(db_session)
    row.headcount = 9  # what a later revision, which nobody has released, wants
    place(row, 1)
    assert listing(db_session).places["needed"] == 3


def test_making_the_table_anew_changes_nothing(db_session: Session, clock: MovableClock) -> None:
    row = live(db_session)
    place(row, 1)
    before = listing(db_session)
    clock.advance(days=1)
    refresh.run()
    assert listing(db_session) == before


@pytest.mark.parametrize(
    ("way", "why"),
    [("fill", ListingEnd.filled), ("close", ListingEnd.stopped), ("deadline", ListingEnd.deadline), ("last day", ListingEnd.period)],
)
def test_why_it_ended(client: FlaskClient, db_session: Session, clock: MovableClock, way: str, why: ListingEnd) -> None:
    until = {"deadline_type": "until_filled", "deadline": None} if way == "last day" else {}
    row = live(db_session, **until)
    if way == "fill":
        place(row, 3)
    elif way == "close":
        publication.close(row, owner(row), seen_version=row.version)
        done()
    else:
        clock.advance(seconds=(listing(db_session).open_until - program_clock.now()).total_seconds())
        assert publication.expire(row.id)
        done()
    found = listing(db_session)
    assert (found.ended_by, found.places, found.content) == (why, None, None)
    assert (found.job_type, found.prefecture_code) == ("nurse", "45")
    assert why.label in client.get(f"/postings/{row.posting_no}").text
