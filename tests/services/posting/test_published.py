"""Published on the wished day, edits behind the live revision, and ways back: what becomes of a posting besides the pages."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.errors import Refused
from keynet_admin.models import AuditEvent, Listing, OutboxMail, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.posting.moderation import decide
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock

P = PostingStatus
WHY = "内容の確認のため。"
TITLE = {"title": "新しい見出しの看護師募集"}
DEARER = {"pay_lines": [{"label": "土日", "min": "2,100"}]}
WARNED = {"headcount": 300}
pytestmark = pytest.mark.usefixtures("db_session", "clock")


def owner(row: Posting) -> Actor:
    return factories.actor(Role.municipality, organization=row.organization)


def save(row: Posting, changes: dict[str, Any]) -> str:
    """The municipality saves a change of the newest revision."""
    typed = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, typed, revisions.check(row.organization, typed), owner(row), seen_version=row.version)


def headcount(row: Posting, number: str) -> str:
    return drafts.change_headcount(row, number, owner(row), seen_version=row.version)[0]


def release(row: Posting) -> workflow.Outcome:
    return decide.release(row, factories.actor(), seen_version=row.version)


def live_values(row: Posting, *names: str) -> list[Any]:
    found = revisions.live_revision(row)
    assert found is not None
    return [found.normalized.get(name) for name in names]


def test_it_goes_live_at_midnight_in_japan_once(db_session: Session, clock: MovableClock) -> None:
    """Scheduled until 0:00 of the wished day; then by the sweep, each in a transaction of its own, and nothing more the second time."""
    rows = [factories.posting(P.scheduled), factories.posting(P.scheduled, {"headcount": 4})]
    day = date.fromisoformat(live_values(rows[0], "publish_from")[0])
    assert [(row.status, row.opens_on, row.published_at) for row in rows] == [(P.scheduled, day, None)] * 2
    db_session.commit()
    clock.set(f"{day.replace(day=day.day - 1)} 23:59")
    assert jobs.open_postings() == 0
    assert db_session.execute(select(Listing)).first() is None
    clock.advance(minutes=1)
    assert [jobs.open_postings(), jobs.open_postings()] == [2, 0]
    for row in rows:
        db_session.refresh(row)
        assert (row.status, row.opens_on, row.published_at) == (P.live, None, clock.now)
        assert db_session.get(Listing, row.id) is not None
        assert workflow.last_event(row).action == "open"  # type: ignore[union-attr]


def test_one_that_is_over_before_its_day_is_closed_unseen(db_session: Session, clock: MovableClock) -> None:
    """The worker was away for months: it is not opened for a moment, and no page of it is left."""
    row = factories.posting(P.scheduled)
    db_session.commit()
    clock.advance(days=200)
    assert (jobs.open_postings(), jobs.expire_postings()) == (0, 1)
    db_session.refresh(row)
    assert row.status is P.closed
    assert db_session.get(Listing, row.id) is None


# What the form wishes (days from today), what is chosen, whether an operator must look → state, and what a release leads to.
WISHES: list[tuple[int | None, bool, bool, PostingStatus, PostingStatus | None]] = [
    (7, False, False, P.scheduled, None),
    (7, True, False, P.live, None),
    (1, False, False, P.scheduled, None),
    (0, False, False, P.live, None),
    (-1, False, False, P.live, None),
    (None, False, False, P.live, None),
    (7, False, True, P.awaiting_release, P.scheduled),
    (7, True, True, P.awaiting_release, P.live),
    (None, False, True, P.awaiting_release, P.live),
]


@pytest.mark.parametrize(("days", "now", "warned", "state", "released"), WISHES)
def test_what_is_wished_and_what_is_chosen(
    db_session: Session,
    clock: MovableClock,
    days: int | None,
    now: bool,
    warned: bool,
    state: PostingStatus,
    released: PostingStatus | None,
) -> None:
    day = clock.now.date().fromordinal(clock.now.date().toordinal() + days) if days is not None else None
    row = factories.posting(changes={"publish_from": day.isoformat() if day else None, **(WARNED if warned else {})})
    assert publication.publish(row, owner(row), seen_version=row.version, now=now).status is state
    if released is None:
        return
    assert release(row).status is released
    bodies = db_session.execute(select(OutboxMail.body).where(OutboxMail.template == "posting_released")).scalars().all()
    assert all(("自動で公開されます" in body) is (released is P.scheduled) for body in bodies)


def test_a_release_after_the_wished_day_is_live_at_once(clock: MovableClock) -> None:
    row = factories.posting(changes=WARNED)
    publication.publish(row, owner(row), seen_version=row.version)
    clock.advance(days=8)
    assert release(row).status is P.live


def test_a_wish_after_the_deadline_is_refused(clock: MovableClock) -> None:
    """It could never be seen; at once it can."""
    row = factories.posting(changes={"publish_from": "2021-05-28"})
    assert revisions.current_revision(row).normalized["deadline"] < "2021-05-28"
    with pytest.raises(Refused, match="締切より後"):
        publication.publish(row, owner(row), seen_version=row.version)
    assert publication.publish(row, owner(row), seen_version=row.version, now=True).status is P.live


def test_edits_of_a_scheduled_posting(db_session: Session, clock: MovableClock) -> None:
    """Small ones replace what will be seen, its day among them; a material one waits behind it, and the day comes all the same."""
    row = factories.posting(P.scheduled)
    assert save(row, TITLE | {"publish_from": "2021-05-20"}) == "scheduled"
    assert (row.opens_on, live_values(row, "title")) == (date(2021, 5, 20), [TITLE["title"]])
    assert save(row, DEARER) == "waiting"
    db_session.commit()
    clock.set("2021-05-20 00:00")
    assert jobs.open_postings() == 1
    db_session.refresh(row)
    assert (row.status, row.release_asked) == (P.live, True)
    assert live_values(row, "pay_lines")[0][0]["min"] == 1987
    release(row)
    assert live_values(row, "pay_lines")[0][0]["min"] == 2100


def test_a_wish_taken_back_is_live_at_once() -> None:
    row = factories.posting(P.scheduled)
    assert save(row, {"publish_from": ""}) == "live"
    assert row.status is P.live


def test_a_scheduled_posting_is_published_now_or_taken_back() -> None:
    now, back = factories.posting(P.scheduled), factories.posting(P.scheduled)
    assert publication.publish(now, owner(now), seen_version=now.version).status is P.live
    assert publication.withdraw(back, owner(back), seen_version=back.version).status is P.draft
    assert (back.opens_on, back.live) == (None, None)
    assert publication.publish(back, owner(back), seen_version=back.version).status is P.scheduled


@pytest.mark.parametrize("way", ["edit", "return", "withdraw", "close"])
def test_a_day_is_forgotten_with_the_publication(way: str) -> None:
    """A draft or a closed posting has no day on which it goes live; publishing asks anew."""
    row = factories.posting(changes=WARNED)
    publication.publish(row, owner(row), seen_version=row.version)
    assert (row.status, row.opens_on) == (P.awaiting_release, date(2021, 5, 14))
    if way == "edit":
        save(row, TITLE)
    elif way == "return":
        decide.return_(row, factories.actor(), seen_version=row.version, reason=WHY)
    else:
        act = publication.withdraw if way == "withdraw" else publication.close
        act(row, owner(row), seen_version=row.version)
    assert (row.status, row.opens_on) == (P.closed if way == "close" else P.draft, None)


@pytest.mark.parametrize("state", [P.awaiting_release, P.scheduled, P.live])
def test_after_a_suspension_there_is_a_way_on(state: PostingStatus) -> None:
    """What waited or was scheduled is published anew, what was live is resumed; an edit that waited can be asked for as it stands."""
    row = factories.posting(state, WARNED if state is P.awaiting_release else None)
    if state is P.live:
        assert save(row, DEARER) == "waiting"
    decide.suspend(row, factories.actor(), seen_version=row.version, reason=WHY)
    decide.restore(row, factories.actor(), seen_version=row.version, reason=WHY)
    assert row.status is P.paused
    if state is P.live:
        assert "resume" in workflow.offers(row, owner(row))
        assert publication.resume(row, owner(row), seen_version=row.version).status is P.live
        assert save(row, {}) == "waiting"
        assert release(row).status is P.live
        return
    assert "resume" not in workflow.offers(row, owner(row))
    assert publication.publish(row, owner(row), seen_version=row.version).status is state


def test_a_returned_edit_may_be_asked_for_again_as_it_stands() -> None:
    row = factories.posting(P.live)
    assert save(row, DEARER) == "waiting"
    assert save(row, {}) == "same"
    decide.return_(row, factories.actor(), seen_version=row.version, reason=WHY)
    assert save(row, {}) == "waiting"


# Field → typed: material ones wait, small ones go live and are listed.
MATERIAL: dict[str, Any] = {
    "pay_lines": DEARER["pay_lines"],
    "commute": "none",
    "shifts": [{"name": "午後", "days": ["sat"], "start": "13:00", "end": "17:00", "break": 0}],
    "weekly_hours": "8",
    "term_end": "2021-08-31",
    "venue_address": "中町9番11号",
    "duties": ["questionnaire", "injection"],
    "licenses": ["nurse", "public_health_nurse"],
    "experience": "preferred",
    "probation": "none",
    "insurance": ["employment"],
    "workdays_note": "週2日から3日程度",
}
SMALL: dict[str, Any] = {
    "title": TITLE["title"],
    "headcount": "16",
    "duty_detail": "予診票の聞き取りを補い、注射による接種と、その後の様子の観察を行います。1回の来場は90人ほどで、6人で分担します。",
    "public_contact": "健康づくり課 感染症係",
    "public_tel": "0982-00-0014",
    "publish_until": "2021-05-29",
}


@pytest.mark.parametrize("name", [*MATERIAL, *SMALL])
def test_material_changes_wait_and_small_ones_are_listed(db_session: Session, name: str) -> None:
    """PUB-009 and P07, field by field."""
    row = factories.posting(P.live)
    before = live_values(row, name)
    outcome = save(row, {name: (MATERIAL | SMALL)[name]})
    found = [f for f in revisions.current_revision(row).findings if f["rule"] == "PUB-009" and f["path"] == f"postings.0.{name}"]
    assert bool(found) is (name in MATERIAL)
    assert (outcome == "waiting") is (name in MATERIAL)
    assert (live_values(row, name) == before) is (name in MATERIAL)
    listed = db_session.execute(select(Posting.id).where(Posting.changed_unseen())).scalars().all()
    assert listed == ([] if name in MATERIAL else [row.id])


def test_small_changes_are_looked_at_once() -> None:
    """The look names the revision that was seen before them; it leaves the version alone, so that an open editor stays good."""
    row = factories.posting(P.live)
    save(row, TITLE)
    headcount(row, "20")
    assert (row.look_from, row.live) == (1, 3)
    version, operator = row.version, factories.actor()
    decide.look(row, operator, seen_version=version)
    assert (row.look_from, row.version) == (None, version)
    assert decide.look(row, operator, seen_version=version).repeated
    headcount(row, "21")
    assert row.look_from == 3


def test_the_headcount_changes_while_another_edit_waits(db_session: Session) -> None:
    """The live revision gets it at once, the waiting one too; the release brings the rest and takes nothing back."""
    row = factories.posting(P.live)
    assert save(row, DEARER | TITLE) == "waiting"
    assert headcount(row, "25名") == "live"
    assert (row.release_asked, row.headcount) == (True, 25)
    assert live_values(row, "headcount", "title") == [25, "集団接種会場の看護師（土日・午後）"]
    assert db_session.get(Listing, row.id).headcount == 25  # type: ignore[union-attr]
    waiting = revisions.current_revision(row)
    assert [waiting.normalized[name] for name in ("headcount", "title")] == [25, TITLE["title"]]
    assert any(f["rule"] == "PUB-009" for f in waiting.findings)
    release(row)
    assert (*live_values(row, "headcount", "title"), row.release_asked) == (25, TITLE["title"], False)


@pytest.mark.parametrize(("number", "outcome", "live"), [("25", "live", 25), ("300", "waiting", 15), ("若干名", "refused", 15)])
def test_a_headcount_that_is_asked_about_waits(number: str, outcome: str, live: int) -> None:
    """Also while nothing else waits; one that cannot be read is refused at the field."""
    row = factories.posting(P.live)
    assert headcount(row, number) == outcome
    assert live_values(row, "headcount") == [live]


def test_an_edit_with_errors_does_not_hold_the_headcount() -> None:
    row = factories.posting(P.live)
    assert save(row, {"pay_lines": [{"label": "土日", "min": "千円くらい"}]}) == "kept"
    assert headcount(row, "25") == "live"
    assert live_values(row, "headcount") == [25]
    assert revisions.current_revision(row).typed["pay_lines"][0]["min"] == "千円くらい"


def test_a_headcount_with_a_warning_that_was_released_goes_live() -> None:
    """The operator has seen that warning."""
    row = factories.posting(P.live, WARNED)
    assert row.warnings
    assert headcount(row, "310") == "live"


def test_a_waiting_edit_is_withdrawn(db_session: Session) -> None:
    """The content is the live one again, visitors see no difference, and the next edit begins there."""
    row = factories.posting(P.live)
    listed = db_session.get(Listing, row.id)
    assert listed is not None
    seen = listed.changed_at
    assert save(row, DEARER) == "waiting"
    actor = owner(row)
    publication.withdraw(row, actor, seen_version=row.version)
    assert (row.status, row.release_asked, row.live == row.current) == (P.live, False, True)
    assert revisions.current_revision(row).normalized["pay_lines"][0]["min"] == 1987
    assert listed.changed_at == seen
    assert publication.withdraw(row, actor, seen_version=row.version - 1).repeated
    assert row.look_from is None
    assert save(row, {}) == "same"


def test_events_hold_no_values(db_session: Session) -> None:
    """What the log keeps of all this are codes and names of fields."""
    row = factories.posting(P.live)
    save(row, DEARER)
    headcount(row, "25")
    publication.withdraw(row, owner(row), seen_version=row.version)
    events = db_session.execute(select(AuditEvent).where(AuditEvent.about(row)).order_by(AuditEvent.id)).scalars()
    assert [event.action for event in events][-3:] == ["edit", "edit", "withdraw_edit"]
    assert "2,100" not in str([event.codes for event in db_session.execute(select(AuditEvent)).scalars()])
