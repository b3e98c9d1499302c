"""The rules of the report (RPT-001 to RPT-005) about figures that somebody is about to confirm."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keynet_admin import clock as program_clock
from keynet_admin.rules import rule_by_code
from keynet_admin.services.report.checks import GROWING, check
from keynet_admin.services.report.figures import ReportFigures
from tests.support.clock import MovableClock

FINE = ReportFigures(
    postings=3, wanted=12, inquiries=9, applications=11, moved=3, secured_site=4, secured_moved=2, secured_partner=1, declined=2,
    rejected=1, open=5, not_working=3, asked=12,
)  # fmt: skip
EDGE = {
    "all who came, and none besides": replace(FINE, applications=6),
    "moved in time, but not marked so": replace(FINE, moved=0),
    "exactly as many as were asked for": replace(FINE, secured_partner=6, open=0),
    "nothing at all": ReportFigures(),
}
WRONG = {
    "RPT-001": replace(FINE, applications=2),
    "RPT-002": replace(FINE, applications=5),
    "RPT-003": replace(FINE, secured_partner=7),
}


@pytest.mark.parametrize("name", EDGE)
def test_nothing_is_found_at_the_edge(name: str, clock: MovableClock) -> None:
    assert check({"nurse": EDGE[name]}, {"nurse": EDGE[name]}, as_of=clock.now) == []


@pytest.mark.parametrize("code", WRONG)
def test_a_figure_that_cannot_be_is_found_at_its_job(code: str, clock: MovableClock) -> None:
    (found,) = check({"nurse": WRONG[code], "physician": FINE}, as_of=clock.now)
    rule = rule_by_code(code)
    assert rule is not None
    assert (found.rule, found.job_type, found.stops) == (code, "nurse", code != "RPT-003")
    assert rule.how in found.words
    assert hasattr(FINE, found.figure)


@pytest.mark.parametrize("hours", [None, 1])
def test_a_report_of_no_moment_stops(hours: int | None, clock: MovableClock) -> None:
    as_of = None if hours is None else program_clock.now() + timedelta(hours=hours)
    (found,) = check({"nurse": FINE}, as_of=as_of)
    assert (found.rule, found.stops, found.job_type) == ("RPT-004", True, "")


def test_less_than_in_the_last_report_is_asked_about(clock: MovableClock) -> None:
    """Only of what grows: an open place that is filled, a person who declines after all, are no slips. A new job has no past."""
    before = replace(FINE, postings=4, applications=12, secured_site=5, open=9, rejected=5, inquiries=10)
    found = check({"nurse": FINE, "clerical": FINE}, {"nurse": before}, as_of=clock.now)
    assert [(one.rule, one.job_type, one.figure, one.stops) for one in found] == [("RPT-005", "nurse", name, False) for name in GROWING]
