"""Rules about pay: the numbers (WAGE-001 to 008, 012 to 014) against their laws."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.families.pay.minimum_wage import minimum_wage, revisions_within
from tests.rules.speaking import level, paths, said

PRIVATE = {"engagement": "contractor", "employer": "株式会社海山医療", "probation": "none"}
WEEKDAYS = [{"name": "日勤", "days": ["mon", "tue", "wed", "thu", "fri"], "start": "9:00", "end": "16:00", "break": 60}]


def monthly(yen: Any, hours: Any, weekly: Any) -> dict[str, Any]:
    return {
        "pay_type": "month",
        "pay_lines": [{"label": "", "min": yen, "hours_per_unit": hours}],
        "weekly_hours": weekly,
        "shifts": WEEKDAYS,
    }


def daily(yen: Any, hours: Any, unit: str = "day") -> dict[str, Any]:
    return {"pay_type": unit, "pay_lines": [{"label": "", "min": yen, "hours_per_unit": hours}]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pay_lines": []}, "error"),
        ({"pay_lines": None}, "error"),
        ({"pay_lines": [{"label": "平日", "min": ""}]}, "error"),
        ({"pay_lines": [{"label": "平日", "min": "当市規定による"}]}, "error"),
        ({"pay_lines": [{"label": "平日", "min": "応相談"}]}, "error"),
        ({"pay_lines": [{"label": "平日", "min": "1,472円"}]}, None),
        ({"pay_lines": [{"label": "平日", "min": 1472}, {"label": "土日", "min": 1987}]}, None),
        ({"pay_lines": [{"label": "", "max": 1987}]}, None),
    ],
)
def test_an_amount_is_needed(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-001", values) == expected


def test_an_empty_amount_is_no_fault_while_typing() -> None:
    assert level("WAGE-001", {"pay_lines": [{"label": "平日", "min": ""}]}, partial=True) is None
    assert level("WAGE-001", {"pay_lines": []}, partial=True) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"min": 1472, "max": 1987}, None),
        ({"min": 1472, "max": 1472}, None),
        ({"min": 1472}, None),
        ({"min": 1987, "max": 1472}, "error"),
        ({"max": 1987}, "error"),
        ({"min": "", "max": "1,987円"}, "error"),
    ],
)
def test_a_range_has_a_lower_bound(line: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-002", {"pay_lines": [line]}) == expected


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        ({"pay_lines": [{"min": 793}]}, date(2021, 5, 7), None),
        ({"pay_lines": [{"min": 792}]}, date(2021, 5, 7), "warning"),
        ({"pay_lines": [{"min": 792}], **PRIVATE}, date(2021, 5, 7), "error"),
        ({"pay_lines": [{"min": 793}], **PRIVATE}, date(2021, 5, 7), None),
        ({"pay_lines": [{"min": 700}], "engagement": "honorarium"}, date(2021, 5, 7), None),
        ({"pay_lines": [{"min": 700}], "engagement": "special_part_time"}, date(2021, 5, 7), "warning"),
        # 821 yen from 2021-10-06: work begins after the revision, though the form came before it.
        ({"pay_lines": [{"min": 800}], "term_start": "2021-11-01", "term_end": "2022-02-28"}, date(2021, 10, 4), "warning"),
        ({"pay_lines": [{"min": 821}], "term_start": "2021-11-01", "term_end": "2022-02-28"}, date(2021, 10, 4), None),
        # The workplace decides, not the body: 東京 1,013 yen.
        ({"pay_lines": [{"min": 1000}], "venue_city": "131016"}, date(2021, 5, 7), "warning"),
        ({"pay_lines": [{"min": 1013}], "venue_city": "131016"}, date(2021, 5, 7), None),
        ({"pay_lines": [{"min": 780}], "venue_city": "知らない町"}, date(2021, 5, 7), None),
        (daily(6000, 8), date(2021, 5, 7), "warning"),
        (daily(6400, 8), date(2021, 5, 7), None),
        (daily(1500, 2, "session"), date(2021, 5, 7), "warning"),
        (daily(5000, 2, "session"), date(2021, 5, 7), None),
        (daily(1500, None, "session"), date(2021, 5, 7), None),
        (monthly(130000, 167.9, 38.75), date(2021, 5, 7), "warning"),
        (monthly(168700, 151.7, 35), date(2021, 5, 7), None),
        # Without the month's hours 52/12 weeks count; hours of a day or a week in that place are not believed.
        (monthly(100000, None, 30), date(2021, 5, 7), "warning"),
        (monthly(100000, 7.75, 30), date(2021, 5, 7), "warning"),
        (monthly(103200, None, 30), date(2021, 5, 7), None),
        # An extra on top is no wage.
        ({"pay_lines": [{"label": "土日", "min": 1987}, {"label": "30分超過ごとの加算", "min": 500}]}, date(2021, 5, 7), None),
        ({"pay_lines": [{"label": "平日", "min": 1472}, {"label": "土日", "min": 700}]}, date(2021, 5, 7), "warning"),
    ],
)
def test_minimum_wage(values: dict[str, Any], on: date, expected: str | None) -> None:
    assert level("WAGE-003", values, on) == expected


def test_minimum_wage_message_has_the_numbers() -> None:
    (finding,) = said("WAGE-003", {"pay_lines": [{"min": 780}]})
    assert finding.message == (
        "時間額780円は、勤務地（宮崎県）の最低賃金793円を下回っています。"
        "法律上の適用はありませんが、事務局で確認します。金額に誤りがないかご確認ください。"
    )
    assert finding.path == "postings.0.pay_lines.0.min"
    (finding,) = said("WAGE-003", daily(6000, 8))
    assert "日額6,000円（8時間、1時間当たり約750円）" in finding.message


def test_the_table_by_day() -> None:
    wage = minimum_wage("08", date(2021, 9, 30))
    assert wage is not None
    assert wage.yen_per_hour == 851
    later = minimum_wage("08", date(2021, 10, 1))
    assert later is not None
    assert later.yen_per_hour == 879
    assert minimum_wage("08", date(2000, 1, 1)) is None
    assert minimum_wage("99", date(2021, 10, 1)) is None
    assert [w.yen_per_hour for w in revisions_within("08", date(2021, 9, 30), date(2021, 10, 1))] == [879]
    assert revisions_within("08", date(2021, 10, 1), date(2022, 9, 30)) == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (daily(12000, None), "error"),
        (daily(5000, None, "session"), "error"),
        (monthly(168700, None, 35), "error"),
        (daily(12000, 0), "error"),
        (daily(12000, 90), "error"),
        (daily(12000, 8), None),
        (monthly(168700, 151.7, 35), None),
        ({"pay_type": "hour", "pay_lines": [{"min": 1500}]}, None),
    ],
)
def test_hours_of_a_unit(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-004", values) == expected


def test_hours_of_a_unit_may_wait_while_typing() -> None:
    assert level("WAGE-004", daily(12000, None), partial=True) is None


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        (
            {"venue_city": "082015", "pay_lines": [{"min": 860}], "term_start": "2021-06-01", "term_end": "2022-02-28"},
            date(2021, 5, 7),
            "warning",
        ),
        (
            {"venue_city": "082015", "pay_lines": [{"min": 860}], "term_start": "2021-06-01", "term_end": "2021-09-30"},
            date(2021, 5, 7),
            None,
        ),
        (
            {"venue_city": "082015", "pay_lines": [{"min": 879}], "term_start": "2021-06-01", "term_end": "2022-02-28"},
            date(2021, 5, 7),
            None,
        ),
        # Below already when work begins: WAGE-003 says it.
        (
            {"venue_city": "082015", "pay_lines": [{"min": 800}], "term_start": "2021-06-01", "term_end": "2022-02-28"},
            date(2021, 5, 7),
            None,
        ),
        ({"pay_lines": [{"min": 800}], "engagement": "honorarium", "term_end": "2022-02-28"}, date(2021, 5, 7), None),
        ({"venue_city": "082015", **daily(6900, 8), "term_start": "2021-06-01", "term_end": "2022-02-28"}, date(2021, 5, 7), "warning"),
    ],
)
def test_a_later_revision(values: dict[str, Any], on: date, expected: str | None) -> None:
    assert level("WAGE-005", values, on) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pay_lines": [{"min": 15000}]}, "warning"),
        ({"pay_lines": [{"min": 1500, "max": 15000}]}, "warning"),
        ({"pay_lines": [{"min": 1500}]}, None),
        ({"job_type": "physician", "licenses": ["physician"], "pay_lines": [{"min": 15000}]}, None),
        ({"job_type": "dentist", "licenses": ["dentist"], "pay_lines": [{"min": 15000}]}, None),
        (daily(2900, 2), "warning"),
        (daily(3000, 2), None),
        (monthly(49000, 30, 7), "warning"),
        (monthly(168700, 151.7, 35), None),
    ],
)
def test_unit_slips(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-006", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pay_lines": [{"min": 999}]}, "warning"),
        ({"pay_lines": [{"min": 1000}]}, None),
        ({"pay_lines": [{"min": 6001}]}, "warning"),
        ({"pay_lines": [{"min": 3000, "max": 9000}]}, "warning"),
        ({"job_type": "physician", "pay_lines": [{"min": 4000}]}, "warning"),
        ({"job_type": "physician", "pay_lines": [{"min": 17500}]}, None),
        ({"job_type": "pharmacist", "pay_lines": [{"min": 1100}]}, "warning"),
        ({"job_type": "clerical", "pay_lines": [{"min": 925}]}, None),
        ({"job_type": "clerical", "pay_lines": [{"min": 2600}]}, "warning"),
        ({"job_type": "clerical", "pay_lines": [{"min": 700}]}, "warning"),
        ({"job_type": "other", "job_other": "保育士", "pay_lines": [{"min": 100}]}, None),
        (daily(5000, 2, "session"), None),
        (daily(50000, 2, "session"), "warning"),
        (monthly(160000, 167.9, 38.75), None),
    ],
)
def test_usual_range(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-007", values) == expected


FIXED = {"fixed_ot": "yes", "fixed_ot_yen": 10000, "fixed_ot_hours": 5, "fixed_ot_excess": True}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (FIXED, []),
        ({"fixed_ot": "yes"}, ["fixed_ot_yen", "fixed_ot_hours", "fixed_ot_excess"]),
        ({**FIXED, "fixed_ot_yen": None}, ["fixed_ot_yen"]),
        ({**FIXED, "fixed_ot_hours": 0}, ["fixed_ot_hours"]),
        ({**FIXED, "fixed_ot_excess": False}, ["fixed_ot_excess"]),
        ({"fixed_ot": "no"}, []),
    ],
)
def test_fixed_overtime(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("WAGE-008", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"commute": None}, ["commute"]),
        ({"commute": "capped"}, ["commute_cap"]),
        ({"commute": "fixed", "commute_cap": 0}, ["commute_cap"]),
        ({"commute": "capped", "commute_cap": 500}, []),
        ({"commute": "actual"}, []),
        ({"commute": "none"}, []),
    ],
)
def test_commute(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("WAGE-012", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (monthly(168700, 120, None), "warning"),
        (monthly(168700, 151.7, 35), None),
        ({**monthly(230000, 167.9, None), "engagement": "fiscal_year_full_time"}, None),
        ({"weekly_hours": None}, None),
    ],
)
def test_monthly_pay_of_part_time_staff(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-013", values) == expected


@pytest.mark.parametrize(
    ("typed", "expected"), [("1.5", "error"), ("1500千円", "error"), ("1500", None), ("1,472円", None), ("2万3千円", None)]
)
def test_thousands_by_mistake(typed: str, expected: str | None) -> None:
    assert level("WAGE-014", {"pay_lines": [{"min": typed}]}) == expected
