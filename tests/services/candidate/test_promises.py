"""The touch points: what is told as done, as promised, as missed, as never come."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from keynet_admin.catalogue import reference
from keynet_admin.services.candidate import promises, stages
from keynet_admin.services.listing.neighbours import beside
from keynet_admin.vocabulary import CandidateStatus, Role
from tests import factories
from tests.support.clock import MovableClock

S = CandidateStatus
APPLICATION = {
    S.received: "done now later later",
    S.seen: "done done now later",
    S.contacted: "done done now later",
    S.selection: "done done done now",
    S.moved: "done done done now",
    S.offered: "done done done done",
    S.secured: "done done done done",
    S.declined: "done done done done",
    S.rejected: "done done never done",
    S.withdrawn: "done never never done",
}


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize("state", list(APPLICATION))
def test_the_touch_points_of_each_state(db_session: Session, state: CandidateStatus) -> None:
    row = factories.candidate(state)
    points = promises.touch_points(row)
    assert [point.name for point in points] == ["received", "seen", "selection", "result"]
    assert [point.state for point in points] == APPLICATION[state].split()
    assert all(point.at is not None for point in points if point.state in ("done", "now"))
    assert next((point.at for point in points if point.state == "now"), row.due_at) == row.due_at


@pytest.mark.usefixtures("app")
def test_a_date_that_has_passed_is_missed(db_session: Session, clock: MovableClock) -> None:
    """To the second; a step that was taken late is done."""
    row = factories.candidate()
    due = row.due_at
    assert due is not None
    for moment, state in ((due, "now"), (due + timedelta(seconds=1), "missed")):
        clock.set(moment.astimezone(promises.TOKYO).strftime("%Y-%m-%d %H:%M:%S"))
        assert promises.touch_points(row)[1].state == state
    stages.see(row, factories.actor(Role.municipality, organization=row.organization), seen_version=row.version)
    assert [point.state for point in promises.touch_points(row)] == ["done", "done", "now", "later"]


@pytest.mark.usefixtures("app", "clock")
def test_what_was_taken_back_has_not_happened(db_session: Session) -> None:
    row = factories.candidate(S.seen)
    who = factories.actor(Role.municipality, organization=row.organization)
    stages.reject(row, who, seen_version=row.version)
    stages.undo(row, who, seen_version=row.version)
    assert [point.state for point in promises.touch_points(row)] == ["done", "done", "now", "later"]


@pytest.mark.usefixtures("app", "clock")
def test_an_inquiry_has_two(db_session: Session) -> None:
    row = factories.candidate(S.open)
    assert [(point.name, point.state) for point in promises.touch_points(row)] == [("received", "done"), ("answer", "now")]


def test_neighbours_lie_beside_each_other() -> None:
    """Both ways, every prefecture, none beside itself."""
    codes = [place.code for place in reference.prefectures()]
    for code in codes:
        assert beside(code)
        assert set(beside(code)) <= set(codes) - {code}
        assert all(code in beside(other) for other in beside(code))
    assert beside("20") == ("10", "11", "15", "16", "19", "21", "22", "23")
    assert beside("99") == ()
