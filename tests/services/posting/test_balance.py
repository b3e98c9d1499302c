"""Needed = secured + open, whatever happens in whatever order: what is counted, what closes itself, what may be reopened."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotFound, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Listing, OutboxMail, Posting
from keynet_admin.permissions import Actor, candidate_of
from keynet_admin.services.candidate import stages
from keynet_admin.services.posting import balance, closing, drafts, placements, publication, revisions
from keynet_admin.services.posting.moderation import decide
from keynet_admin.vocabulary import CandidateStatus, ListingState, PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.clock import MovableClock

P, S, W = PostingStatus, CandidateStatus, SecuredWay
SHIFT = {"name": "午後", "days": ["sat", "sun"], "start": "13:00", "end": "17:30", "break": 0, "need": 2}
pytestmark = pytest.mark.usefixtures("db_session", "clock")


def owner(row: Posting) -> Actor:
    return factories.actor(Role.municipality, organization=row.organization)


def live(headcount: int = 3, **changes: Any) -> Posting:
    return factories.posting(P.live, {"headcount": headcount, **changes})


def place(row: Posting, count: int, way: SecuredWay = W.other, **more: Any) -> None:
    placements.place(row, owner(row), seen_version=row.version, way=way, count=count, **more)


def close(row: Posting, **more: Any) -> Any:
    values: dict[str, Any] = {"figures": {}, "results": {}, "rest": "enough", "fates": {}, **more}
    return closing.close(row, owner(row), seen_version=row.version, **values)


def reopen(row: Posting) -> PostingStatus:
    publication.reopen(row, owner(row), seen_version=row.version)
    db.session.flush()
    return row.status


def numbers(row: Posting) -> tuple[int, int, int, int]:
    found = balance.balance(row)
    assert found.needed == found.secured + found.open
    return found.needed, found.secured, found.open, found.offered


def step(person: Candidate, name: str, actor: Actor | None = None) -> None:
    who = actor or owner(person.posting)
    getattr(stages, name)(person, who, seen_version=person.version)


def test_people_count_however_they_came() -> None:
    row = live(9)
    for state in (S.received, S.selection, S.offered, S.secured, S.declined, S.rejected, S.withdrawn, S.open):
        factories.candidate(state, posting=row)
    direct = factories.candidate(S.moved, posting=row)
    step(direct, "secure")
    place(row, 2, W.nurse_center)
    place(row, 1, W.nurse_center)
    assert numbers(row) == (9, 5, 4, 1)
    assert balance.balance(row).by_way == {W.site: 1, W.moved: 1, W.nurse_center: 3}
    assert balance.balance(row).open_if_taken == 3


def test_back_in_our_own_selection_is_no_direct_selection() -> None:
    row = live()
    person = factories.candidate(S.moved, posting=row)
    for name in ("select", "offer", "secure"):
        step(person, name)
    assert balance.balance(row).by_way == {W.site: 1}


def test_more_than_wanted_is_never_below_zero() -> None:
    row = live(2)
    place(row, 5)
    assert numbers(row) == (5, 5, 0, 0)


def test_what_is_not_known_yet_needs_nobody() -> None:
    row = factories.posting()
    row.headcount = None
    assert numbers(row) == (0, 0, 0, 0)
    assert not balance.balance(row).is_full


def test_many_postings_in_one_query(db_session: Session) -> None:
    rows = [live(n) for n in (1, 2, 3)]
    factories.candidate(S.offered, posting=rows[1])
    place(rows[2], 2)
    db_session.flush()
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_a: sent.append(statement))
    found = balance.balances(rows)
    assert len(sent) == 1
    assert [(found[row.id].secured, found[row.id].offered, found[row.id].open) for row in rows] == [(0, 0, 1), (0, 1, 2), (2, 0, 1)]
    assert balance.balances([]) == {}


def test_shifts_that_carry_numbers_have_a_balance_each() -> None:
    """Also beside ones without; two of one name are told apart; a person may take several."""
    morning = SHIFT | {"name": "午前", "start": "09:00", "end": "12:00", "need": 1}
    night = {"name": "夜", "days": ["mon"], "start": "18:00", "end": "21:00", "break": 0}
    row = live(4, shifts=[SHIFT, morning, night, SHIFT | {"days": ["mon"]}])
    names = balance.shift_names(row)
    assert names == ["午後 土・日 13:00～17:30", "午前", "午後 月 13:00～17:30"]
    person = factories.candidate(S.offered, posting=row)
    person.shifts = names[:2]
    other = factories.candidate(S.secured, posting=row)
    other.shifts = ["午前"]
    place(row, 2, shift="午前")
    found = {shift.name: (shift.needed, shift.secured, shift.offered, shift.open) for shift in balance.balance(row).by_shift}
    assert found == {names[0]: (2, 0, 1, 2), "午前": (3, 3, 1, 0), names[2]: (2, 0, 0, 2)}
    assert balance.balance(live(2)).by_shift == ()


@pytest.mark.parametrize("how", ["candidate", "placement", "headcount", "undone withdrawal"])
def test_at_zero_a_public_posting_closes_itself(db_session: Session, how: str) -> None:
    """Its owner is told, and visitors read 募集終了."""
    row = live(2)
    mails = owner(row)
    place(row, 1)
    if how == "candidate":
        factories.candidate(S.secured, posting=row)
    elif how == "placement":
        place(row, 1)
    elif how == "headcount":
        assert drafts.change_headcount(row, "1", mails, seen_version=row.version)[0] == "filled"
    else:
        person = factories.candidate(S.offered, posting=row)
        drafts.change_headcount(row, "3", mails, seen_version=row.version)
        step(person, "secure")
        step(person, "record_withdrawal")
        drafts.change_headcount(row, "2", mails, seen_version=row.version)
        assert row.status is P.live
        step(person, "undo")
    assert (row.status, row.outcome_due, row.vacated, row.open_at_close) == (P.closed, False, False, 0)
    assert db_session.get_one(Listing, row.id).state is ListingState.closed
    assert db_session.execute(select(AuditEvent.actor_kind).where(AuditEvent.action == "fill")).scalar_one() == "system"
    told = db_session.execute(select(OutboxMail).where(OutboxMail.template == "posting_filled")).scalars().all()
    assert told
    assert all("再開" in mail.body for mail in told)


@pytest.mark.parametrize("status", [P.paused, P.scheduled, P.suspended, P.closed])
def test_only_a_public_one_closes_itself(status: PostingStatus) -> None:
    row = factories.posting(status, {"headcount": 1})
    place(row, 1)
    assert row.status is status


@pytest.mark.parametrize(
    ("act", "status"),
    [("pause", P.paused), ("live", P.live), ("scheduled", P.draft), ("draft", P.draft)],
)
def test_a_closing_is_undone_into_the_state_of_before(db_session: Session, act: str, status: PostingStatus) -> None:
    start = {"pause": P.paused, "live": P.live, "scheduled": P.scheduled, "draft": P.draft}[act]
    row = factories.posting(start)
    close(row)
    assert row.status is P.closed
    assert reopen(row) is status
    assert (row.closed_at, row.reopen_until, row.open_at_close) == (None, None, None)
    listing = db_session.get(Listing, row.id)
    assert (listing is not None and listing.state is ListingState.listed) is (status is P.live)


@pytest.mark.parametrize(
    ("closed", "moment", "may"),
    [
        ("2021-05-07 10:00", "2021-05-10 17:00", True),  # a Friday: the next business day is Monday
        ("2021-05-07 10:00", "2021-05-10 17:00:01", False),
        ("2021-05-10 23:00", "2021-05-11 16:59", True),
        ("2021-05-08 10:00", "2021-05-10 17:00:01", False),
    ],
)
def test_until_17_of_the_next_business_day(clock: MovableClock, closed: str, moment: str, may: bool) -> None:
    row = live()
    clock.set(closed)
    close(row)
    clock.set(moment)
    if may:
        assert reopen(row) is P.live
    else:
        with pytest.raises(TransitionRefused):
            reopen(row)


def test_what_is_over_meanwhile_begins_anew_as_a_draft(db_session: Session, clock: MovableClock) -> None:
    row = live(1)
    person = factories.candidate(S.secured, posting=row)
    assert row.status is P.closed
    clock.advance(days=60)
    stages.withdraw(person, candidate_of(person.id), seen_version=person.version)
    assert row.vacated
    assert reopen(row) is P.draft
    assert db_session.get_one(Listing, row.id).state is ListingState.closed


@pytest.mark.parametrize("way", ["withdraw", "record_withdrawal", "undo", "unplace"])
def test_a_place_that_comes_free_is_offered_again(clock: MovableClock, way: str) -> None:
    """Whether it was filled or closed early, and for as long as the place is free."""
    row = live(2)
    place(row, 1)
    person = factories.candidate(S.secured, posting=row)
    assert row.status is P.closed
    if way == "unplace":
        placements.unplace(row, owner(row), seen_version=row.version, placement=placements.of(row)[0].id)
    else:
        step(person, way, candidate_of(person.id) if way == "withdraw" else None)
    assert (row.vacated, numbers(row)[2]) == (True, 1)
    clock.advance(days=4)
    if way == "unplace":
        place(row, 1)
        assert not row.vacated
        return
    assert reopen(row) is P.live
    assert not row.vacated


def test_a_withdrawal_after_an_early_closing_is_offered_too() -> None:
    """The places that were open then are not; somebody secured in between and gone again is."""
    row = live(3)
    one, two = factories.candidate(S.secured, posting=row), factories.candidate(S.offered, posting=row)
    close(row)
    assert (row.open_at_close, row.vacated) == (2, False)
    step(two, "secure")
    assert (row.open_at_close, row.vacated) == (1, False)
    step(one, "record_withdrawal")
    assert row.vacated


def test_reopened_although_full_it_stays_open_until_somebody_more_is_secured() -> None:
    row = live(1)
    factories.candidate(S.secured, posting=row)
    more = factories.candidate(S.offered, posting=(fresh := row)) if reopen(row) is P.live else None
    assert (fresh.status, more is not None) == (P.live, True)
    found = balance.still_public(row, balance.balance(row))
    assert found is not None
    assert (found.rule, found.level) == ("PUB-004", "warning")
    assert db.session.execute(select(Posting.id).where(balance.full())).scalars().all() == [row.id]
    assert more is not None
    step(more, "secure")
    assert row.status is P.closed
    assert db.session.execute(select(Posting.id).where(balance.full())).scalars().all() == []


@pytest.mark.parametrize(("wanted", "word"), [("1", "refused"), ("2", "filled"), ("3", "live")])
def test_a_headcount_is_never_below_who_is_secured(wanted: str, word: str) -> None:
    row = live(5)
    place(row, 2)
    outcome, result = drafts.change_headcount(row, wanted, owner(row), seen_version=row.version)
    assert outcome == word
    said = [f.message for f in result.findings if f.rule == "PUB-004"]
    assert [("2名を確保" in text) for text in said] == ([True] if word == "refused" else [])
    assert row.headcount == (5 if word == "refused" else int(wanted))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 1000}, "count"),
        ({"way": W.save_the_town}, "way"),
        ({"way": W.site}, "way"),
        ({"way": W.moved}, "way"),
        ({"on": date(2021, 5, 8)}, "on"),
        ({"shift": "夜"}, "shift"),
    ],
)
def test_a_record_that_cannot_be(values: dict[str, Any], field: str) -> None:
    row = live()
    with pytest.raises(BadField) as refused:
        placements.place(row, owner(row), **{"seen_version": row.version, "way": W.other, "count": 1} | values)
    assert refused.value.field == field
    assert placements.of(row) == []


def test_ways_that_cannot_apply() -> None:
    doctors = live(2, job_type="physician", title="集団接種会場の医師", licenses=["physician"], share_nc=False, also_junior=[])
    assert [bool(why) for why in balance.ways_of(doctors).values()] == [True, False, False]
    assert [bool(why) for why in balance.ways_of(live()).values()] == [False, True, False]


def test_only_own_records_are_taken_back() -> None:
    row, other = live(), live()
    place(other, 1)
    with pytest.raises(NotFound):
        placements.unplace(row, owner(row), seen_version=row.version, placement=placements.of(other)[0].id)
    assert len(placements.of(other)) == 1


@pytest.mark.parametrize(
    ("recorded", "total", "left"),
    [([], 0, []), ([], 3, [3]), ([2], 3, [2, 1]), ([2, 1], 2, [2]), ([2, 2], 1, [1]), ([2, 1], 0, []), ([2], 2, [2])],
)
def test_a_total_corrects_what_was_recorded(recorded: list[int], total: int, left: list[int]) -> None:
    row = live(20)
    place(row, 4, W.nurse_center)
    for count in recorded:
        place(row, count)
    placements.set_totals(row, owner(row), {W.other: total})
    assert [one.count for one in placements.of(row) if one.way is W.other] == left
    assert placements.totals(row) == {W.nurse_center: 4, W.save_the_town: 0, W.other: total}


def test_every_change_stands_in_the_log_without_a_name(db_session: Session) -> None:
    row = live()
    place(row, 1)
    placements.unplace(row, owner(row), seen_version=row.version, placement=placements.of(row)[0].id)
    found = db_session.execute(select(AuditEvent).where(AuditEvent.action.in_(("place", "unplace"))).order_by(AuditEvent.id)).scalars()
    assert [(e.action, e.codes["way"], e.codes["count"]) for e in found] == [("place", "other", 1), ("unplace", "other", -1)]


ACTS: dict[str, Callable[[Posting], Any]] = {
    "place": lambda row: placements.place(row, owner(row), seen_version=row.version, way=W.other, count=1),
    "unplace": lambda row: placements.unplace(row, owner(row), seen_version=row.version, placement=placements.of(row)[0].id),
    "close": close,
    "reopen": reopen,
}
ALLOWED = {
    "place": {P.live, P.paused, P.scheduled, P.closed, P.suspended},
    "unplace": {P.draft, P.live, P.paused, P.scheduled, P.closed, P.suspended},
    "close": {P.draft, P.live, P.paused, P.scheduled},
    "reopen": {P.closed},
}


@pytest.mark.parametrize("status", [P.draft, P.scheduled, P.live, P.paused, P.closed, P.suspended])
@pytest.mark.parametrize("act", list(ACTS))
def test_where_each_act_is_open(status: PostingStatus, act: str) -> None:
    """The table status × act: whatever is refused changes no number."""
    row = factories.posting(status, {"headcount": 9})
    row.reopen_until = publication.business_day(row, 1, publication.business_time.CLOSES)
    if act == "unplace":
        placements.set_totals(row, owner(row), {W.other: 2})
    before = numbers(row)
    if status in ALLOWED[act]:
        ACTS[act](row)
        numbers(row)
    else:
        with pytest.raises(TransitionRefused):
            ACTS[act](row)
        assert numbers(row) == before


def test_an_edit_that_needs_nobody_more_closes_with_its_release(db_session: Session) -> None:
    """As the same number does where it goes live at once."""
    row = live(3)
    place(row, 2)
    typed = dict(revisions.current_revision(row).typed) | {"headcount": "2"}
    typed["shifts"] = [shift | {"end": "18:00"} for shift in typed["shifts"]]
    result = revisions.check(row.organization, typed)
    assert drafts.save(row, typed, result, owner(row), seen_version=row.version) == "waiting"
    assert row.status is P.live
    done = decide.release(row, factories.actor(Role.operator), seen_version=row.version)
    assert (row.status, numbers(row)[:3]) == (P.closed, (2, 2, 0))
    assert "終了しました" in done.note


def test_an_edit_of_something_else_leaves_a_full_one_open() -> None:
    """Somebody has reopened it although it was full; a word more in its text is no reason to end it."""
    row = live(2)
    place(row, 2)
    assert reopen(row) is P.live
    typed = dict(revisions.current_revision(row).typed) | {"operator_note": "よろしくお願いします。"}
    outcome = drafts.save(row, typed, revisions.check(row.organization, typed), owner(row), seen_version=row.version)
    assert (outcome, row.status) == ("live", P.live)
    assert balance.still_public(row, balance.balance(row)) is not None
