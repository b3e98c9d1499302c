"""What the rules of the report say when a body corrects and confirms."""

import pytest
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.errors import BadField
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.report import corrected, rounds
from keynet_admin.services.report.figures import ReportFigures
from keynet_admin.vocabulary import ReportStatus
from tests.services.report.test_rounds import JOB, body, opened
from tests.support.clock import MovableClock

pytestmark = pytest.mark.usefixtures("clock")


def test_a_correction_that_cannot_be_is_refused(db_session: Session, clock: MovableClock) -> None:
    """RPT-001: more people secured than applied. The applications first, then it goes."""
    _chosen, report, officer = opened(clock, body(4, 1))
    who, values = actor_of(officer), {"job_type": JOB, "reason": "記録が漏れていたため。"}
    with pytest.raises(BadField) as refused:
        rounds.correct(report, who, seen_version=report.version, figure="secured_site", value="2", **values)
    assert refused.value.field == "value"
    rounds.correct(report, who, seen_version=report.version, figure="applications", value="2", **values)
    rounds.correct(report, who, seen_version=report.version, figure="secured_site", value="2", **values)
    assert not [found for found in rounds.findings(report) if found.stops]
    rounds.confirm(report, who, seen_version=report.version)


def test_fewer_than_last_time_is_said(db_session: Session, clock: MovableClock) -> None:
    """RPT-005 compares with what the body had reported when the last round was frozen, and stops nobody."""
    row = body(4, 1)
    chosen, report, officer = opened(clock, row)
    who = actor_of(officer)
    rounds.correct(report, who, seen_version=report.version, figure="secured_other", value="2", job_type=JOB, reason="漏れのため。")
    clock.set("2021-05-14 17:00")
    db_session.commit()
    jobs.follow_reports()
    _next, following, _ = opened(clock, row)
    assert {(found.rule, found.stops) for found in rounds.findings(following)} == {("RPT-005", False)}
    rounds.confirm(following, who, seen_version=following.version)
    assert following.status is ReportStatus.confirmed
    assert chosen.number + 1 == following.round.number


@pytest.mark.parametrize(("figure", "value"), [("secured_site", 7), ("secured_moved", 9), ("wanted", 12), ("applications", 40)])
def test_a_corrected_row_adds_up(figure: str, value: int) -> None:
    """Wanted = secured + open, also where more were secured than wanted; what the posting asked for stays as it was."""
    row = corrected.with_figure(ReportFigures(wanted=6, asked=6, secured_site=4, open=2, applications=9), figure, value)
    assert row.wanted == row.secured + row.open
    assert getattr(row, figure) == value
    assert row.asked == (value if figure == "wanted" else 6)
