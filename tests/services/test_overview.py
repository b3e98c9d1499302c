"""The numbers of the first page: waiting cases by the day they are due."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from keynet_admin.services import overview
from keynet_admin.services.overview import DueDay
from tests import factories
from tests.support.clock import MovableClock


def test_waiting_cases_stand_under_their_day_in_japan(db_session: Session, clock: MovableClock) -> None:
    """15:30 UTC is the next day in Japan; a case that the municipality has is due on no day."""
    clock.set("2021-05-13 10:00")
    for due, errors in (
        (datetime(2021, 5, 12, 8, 0, tzinfo=UTC), 0),
        (datetime(2021, 5, 13, 15, 30, tzinfo=UTC), 0),
        (datetime(2021, 5, 14, 8, 0, tzinfo=UTC), 2),
    ):
        case = factories.submission()
        case.due_at, case.errors, case.warnings = due, errors, 0
    factories.submission().due_at = None
    db_session.flush()
    assert overview.now().by_due == [DueDay(date(2021, 5, 12), 1, 1, True), DueDay(date(2021, 5, 14), 2, 1, False)]
