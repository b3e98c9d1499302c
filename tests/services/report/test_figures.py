"""The figures of the report, counted from events: what counts where, at which moment, and that nobody counts twice."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import Candidate, Posting
from keynet_admin.permissions import Actor, candidate_of
from keynet_admin.services.candidate import stages
from keynet_admin.services.posting import balance, drafts, placements, publication
from keynet_admin.services.report import figures
from keynet_admin.services.report.figures import ReportFigures
from keynet_admin.services.report.rows import rows_behind
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.clock import MovableClock

P, S, W = PostingStatus, CandidateStatus, SecuredWay
pytestmark = pytest.mark.usefixtures("db_session")


def owner(row: Posting) -> Actor:
    return factories.actor(Role.municipality, organization=row.organization)


def live(headcount: int = 3, **changes: Any) -> Posting:
    return factories.posting(P.live, {"headcount": headcount, **changes})


def person(row: Posting, state: CandidateStatus = S.received, number: int = 0, **content: Any) -> Candidate:
    """Somebody at the posting; the same `number` is the same address."""
    values = {"email": f"person{number}@mail.example" if number else "", "tel": "" if number else "0982-00-0012"} | content
    return factories.candidate(state, values, posting=row)


def at(row: Posting, moment: datetime | None = None) -> ReportFigures:
    found = figures.figures(moment or program_clock.now(), row.organization_id)
    return found.get((row.organization_id, row.job_type), ReportFigures())


def test_one_of_each_is_counted_in_its_column(clock: MovableClock, db_session: Session) -> None:
    row = live(12)
    for number, state in enumerate((S.received, S.selection, S.moved, S.offered, S.declined, S.rejected, S.withdrawn, S.open), start=1):
        person(row, state, number)
    person(row, S.secured, 10, working="not_working")
    person(row, S.secured, 11, working="working")
    stages.secure(direct := person(row, S.moved, 12), owner(row), seen_version=direct.version)
    placements.place(row, owner(row), seen_version=row.version, way=W.nurse_center, count=2)
    placements.place(row, owner(row), seen_version=row.version, way=W.other, count=1)
    db_session.flush()
    found = at(row)
    assert found == ReportFigures(
        postings=1, wanted=12, asked=12, inquiries=1, applications=10, moved=2, secured_site=2, secured_moved=1,
        secured_partner=2, secured_other=1, declined=2, rejected=1, open=6, not_working=1,
    )  # fmt: skip
    assert found.secured == balance.balance(row).secured == 6
    for column in figures.COLUMNS:
        behind = rows_behind(owner(row), clock.now, row.organization_id, row.job_type, column.name)
        assert behind.value == getattr(found, column.name) == sum(share.count for share in behind.postings), column
        people = len(behind.people) + sum(placed.count for placed in behind.placed)
        assert people == (0 if column.name in ("postings", "wanted", "open") else behind.value), column
        assert not rows_behind(factories.actor(Role.operator), clock.now, row.organization_id, row.job_type, column.name).people


def test_the_figures_of_a_moment_stay_what_they_were(clock: MovableClock, db_session: Session) -> None:
    """A later step, another number, a record taken back, an undoing: none of it changes what stood before."""
    row = live(4)
    who = owner(row)
    one = person(row, S.offered, 1)
    placements.place(row, who, seen_version=row.version, way=W.other, count=2)
    db_session.flush()
    before, first = clock.now, at(row)
    assert (first.wanted, first.secured, first.open) == (4, 2, 2)
    clock.advance(hours=1)
    stages.secure(one, who, seen_version=one.version)
    drafts.change_headcount(row, "6", who, seen_version=row.version)
    db_session.flush()
    middle, second = clock.now, at(row)
    assert (second.wanted, second.secured, second.open) == (6, 3, 3)
    clock.advance(hours=1)
    stages.undo(one, who, seen_version=one.version)
    placements.unplace(row, who, seen_version=row.version, placement=placements.of(row)[0].id)
    db_session.flush()
    assert (at(row).secured, at(row).open) == (0, 6)
    assert (at(row, middle), at(row, before)) == (second, first)
    assert at(row, program_clock.now().replace(year=2020)) == ReportFigures()


def test_a_posting_counts_from_its_first_publication_on(clock: MovableClock, db_session: Session) -> None:
    draft = factories.posting(P.draft)
    assert at(draft) == ReportFigures()
    row = live(2)
    clock.advance(minutes=1)
    publication.close(row, owner(row), seen_version=row.version)
    db_session.flush()
    assert at(row).postings == 1


def test_somebody_who_applies_twice_is_one(clock: MovableClock, db_session: Session) -> None:
    """By the telephone or the address, also by way of a third application; the most advanced counts. A question counts beside it."""
    first = live(3)
    second = factories.posting(P.live, {"headcount": 2}, organization=first.organization)
    person(first, S.rejected, 1, tel="0982-00-0001")
    person(second, S.secured, 2, tel="0982000001")
    person(second, S.received, tel="", email="PERSON2@mail.example")
    person(first, S.open, 2)
    db_session.flush()
    found = at(first)
    assert (found.postings, found.applications, found.inquiries) == (2, 1, 1)
    assert (found.rejected, found.secured_site, found.secured, found.open, found.wanted) == (0, 1, 1, 4, 5)
    assert figures.people(clock.now) == figures.PeopleCount(inquiries=1, applications=1, secured=1, not_working=0)


def test_a_question_that_is_taken_back_was_no_application(clock: MovableClock, db_session: Session) -> None:
    row = live()
    asked = person(row, S.open, 1)
    stages.withdraw(asked, candidate_of(asked.id), seen_version=asked.version)
    meant_as_question = person(row, S.received, 2)
    stages.to_inquiry(meant_as_question, owner(row), seen_version=meant_as_question.version)
    db_session.flush()
    assert (at(row).inquiries, at(row).applications, at(row).declined) == (2, 0, 0)


def test_a_place_taken_beyond_the_wanted_number_adds_up(clock: MovableClock, db_session: Session) -> None:
    """One posting with more than it asked for does not hide the open places of another."""
    first = live(1)
    second = factories.posting(P.live, {"headcount": 4}, organization=first.organization)
    placements.place(first, owner(first), seen_version=first.version, way=W.other, count=3)
    placements.place(second, owner(second), seen_version=second.version, way=W.other, count=1)
    db_session.flush()
    found = at(first)
    assert (found.asked, found.wanted, found.secured, found.open) == (5, 7, 4, 3)


def test_other_bodies_and_prefectures_are_left_out(clock: MovableClock, db_session: Session) -> None:
    row = live()
    other = factories.make_organization("452017", "宮崎市")
    factories.posting(P.live, organization=other)
    other.prefecture_code = "13"
    db_session.flush()
    assert {cell[0] for cell in figures.figures(clock.now)} == {row.organization_id, other.id}
    assert {cell[0] for cell in figures.figures(clock.now, prefecture_code="13")} == {other.id}
    assert {cell[0] for cell in figures.figures(clock.now, row.organization_id)} == {row.organization_id}
