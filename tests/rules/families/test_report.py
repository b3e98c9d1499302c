"""Rules about the follow-up report, as pure functions."""

from datetime import date

import pytest

from keynet_admin.rules.families.report import (
    COUNTS,
    RULES,
    ReportRow,
    check_against_last,
    check_counted_once,
    check_day_and_totals,
    check_hired_possible,
    check_over_headcount,
)

NURSES = ReportRow("nurse", headcount=15, enquiries=40, applications=30, moved=4, hired=10, hired_moved=2)
CLERKS = ReportRow("clerical", headcount=10, enquiries=9, applications=8, moved=0, hired=5)
TODAY = date(2021, 6, 30)


@pytest.mark.parametrize(
    ("row", "spoken"),
    [
        (NURSES, False),
        (ReportRow("nurse", 50, 0, 30, 0, 40), True),
        (ReportRow("nurse", 50, 0, 30, 10, 30, 10), False),
        (ReportRow("nurse", 50, 0, 30, 10, 30, 11), True),
        (ReportRow("nurse"), False),
    ],
)
def test_no_more_hired_than_applied(row: ReportRow, spoken: bool) -> None:
    assert bool(check_hired_possible([row])) is spoken


def test_each_job_type_by_itself() -> None:
    hits = check_hired_possible([NURSES, ReportRow("clerical", 10, 0, 3, 0, 4)])
    assert [hit.name for hit in hits] == ["rows.1.hired"]
    assert "事務職員" in hits[0].message


@pytest.mark.parametrize(
    ("routes", "twice"),
    [
        ([("p1", "site"), ("p2", "moved")], None),
        ([("p1", "site"), ("p1", "moved"), ("p2", "site")], ["p1"]),
        ([("p1", "site"), ("p1", "site")], None),
        ([], None),
    ],
)
def test_a_person_is_counted_once(routes: list[tuple[str, str]], twice: list[str] | None) -> None:
    hits = check_counted_once(routes)
    assert (hits[0].value if hits else None) == twice


@pytest.mark.parametrize(("hired", "moved", "spoken"), [(15, 0, False), (16, 0, True), (10, 5, False), (10, 6, True)])
def test_more_than_wanted(hired: int, moved: int, spoken: bool) -> None:
    assert bool(check_over_headcount([ReportRow("nurse", 15, 0, 30, 0, hired, moved)])) is spoken


def test_day_and_totals() -> None:
    rows = [NURSES, CLERKS]
    right = {name: getattr(NURSES, name) + getattr(CLERKS, name) for name in COUNTS}
    assert check_day_and_totals(date(2021, 6, 6), TODAY, rows, right) == []
    assert check_day_and_totals(TODAY, TODAY, rows, {}) == []
    assert [hit.name for hit in check_day_and_totals(None, TODAY, rows, right)] == ["as_of"]
    assert [hit.name for hit in check_day_and_totals(date(2021, 7, 1), TODAY, rows, right)] == ["as_of"]
    wrong = check_day_and_totals(TODAY, TODAY, rows, {**right, "hired": 16})
    assert [(hit.name, hit.value) for hit in wrong] == [("totals.hired", 15)]


def test_numbers_that_fall() -> None:
    less = ReportRow("nurse", headcount=10, enquiries=40, applications=29, moved=4, hired=9, hired_moved=2)
    assert [hit.name for hit in check_against_last([less], [NURSES])] == ["rows.0.applications", "rows.0.hired"]
    assert check_against_last([NURSES], [less]) == []
    assert check_against_last([CLERKS], [NURSES]) == []


def test_secured_counts_both_ways() -> None:
    assert NURSES.secured == 12


def test_rows_name_the_place_that_calls_them() -> None:
    assert [rule.code for rule in RULES] == [f"RPT-00{n}" for n in range(1, 6)]
    assert all(rule.check is None and rule.where for rule in RULES)
