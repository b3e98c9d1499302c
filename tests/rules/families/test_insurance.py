"""Rules about insurance and accident cover against the dated thresholds of domain.md 2.4."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.families.insurance import months_after
from tests.rules.speaking import level, paths, said

SPRING = date(2021, 5, 7)
AUTUMN = date(2022, 11, 7)
PRIVATE = {"engagement": "contractor", "employer": "株式会社海山医療", "probation": "none"}


def work(weekly: float, start: str, end: str, insurance: list[str], yen: int = 1500, **more: Any) -> dict[str, Any]:
    return {"weekly_hours": weekly, "term_start": start, "term_end": end, "insurance": insurance, "pay_lines": [{"min": yen}], **more}


@pytest.mark.parametrize(
    ("insurance", "expected"),
    [
        ([], "error"),
        (None, "error"),
        (["なし", "雇用保険"], "error"),
        (["none", "by_hours"], "error"),
        (["none"], None),
        (["employment"], None),
    ],
)
def test_a_choice_is_made(insurance: Any, expected: str | None) -> None:
    assert level("INS-001", {"insurance": insurance}) == expected


def test_no_choice_yet_while_typing() -> None:
    assert level("INS-001", {"insurance": []}, partial=True) is None
    assert level("INS-001", {"insurance": ["none", "pension"]}, partial=True) == "error"


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        (work(25, "2021-06-01", "2021-11-30", ["none"]), SPRING, "warning"),
        (work(20, "2021-06-01", "2021-07-01", ["none"]), SPRING, "warning"),
        (work(20, "2021-06-01", "2021-06-30", ["none"]), SPRING, None),
        (work(19.5, "2021-06-01", "2021-11-30", ["none"]), SPRING, None),
        (work(44, "2021-06-01", "2021-11-30", ["none"]), SPRING, None),
        (work(25, "2021-06-01", "2021-11-30", ["employment"]), SPRING, None),
        (work(25, "2021-06-01", "2021-11-30", ["none"], engagement="honorarium"), SPRING, None),
        (work(25, "2021-06-01", "2021-11-30", ["none"], **PRIVATE), SPRING, "warning"),
        # Full-time staff: employment insurance is not judged, health insurance is (more than two months).
        (work(38.75, "2021-06-01", "2021-07-31", ["none"], engagement="fiscal_year_full_time"), SPRING, None),
        (work(38.75, "2021-06-01", "2021-08-01", ["none"], engagement="fiscal_year_full_time"), SPRING, "warning"),
        # 20 hours and 88,000 yen a month: one year before 2022-10, two months since.
        (work(24, "2021-06-01", "2021-11-30", ["none"], engagement="temporary_appointment"), SPRING, None),
        (work(24, "2022-12-05", "2023-03-31", ["none"], engagement="temporary_appointment"), AUTUMN, "warning"),
        (work(24, "2022-12-05", "2023-02-04", ["none"], engagement="temporary_appointment"), AUTUMN, None),
        (work(20, "2022-12-05", "2023-03-31", ["none"], 900, engagement="temporary_appointment"), AUTUMN, None),
        # Employment insurance at ten hours from 2028-10-01, by the first day of work.
        (work(12, "2028-11-01", "2029-03-31", ["none"]), date(2028, 10, 10), "warning"),
        (work(12, "2028-10-01", "2029-03-31", ["none"]), date(2028, 9, 1), "warning"),
        (work(12, "2028-09-15", "2029-03-31", ["none"]), date(2028, 9, 1), None),
    ],
)
def test_thresholds_met_but_nothing_named(values: dict[str, Any], on: date, expected: str | None) -> None:
    assert level("INS-002", values, on) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"weekly_hours": 4, "insurance": ["none"], "insurance_note": "社会保険完備"}, "warning"),
        ({"weekly_hours": 4, "insurance": ["none"], "title": "看護師（社保完備）"}, "warning"),
        ({"weekly_hours": 4, "insurance": ["health", "pension"]}, "warning"),
        ({"weekly_hours": 9, "insurance": ["employment"]}, "warning"),
        ({"weekly_hours": 4, "insurance": ["by_hours"], "insurance_note": "週20時間以上かつ2か月を超える場合に加入"}, None),
        ({"weekly_hours": 9, "insurance": ["none"]}, None),
        ({"weekly_hours": 10, "insurance": ["employment"]}, None),
        ({"weekly_hours": 9, "insurance": ["none", "employment"]}, None),
        ({"weekly_hours": 9, "insurance": ["pension"], "engagement": "honorarium"}, None),
        ({"weekly_hours": 18, "insurance": ["employment"]}, None),
        ({"weekly_hours": 30, "insurance": ["health", "pension", "employment"]}, None),
        ({"weekly_hours": 4, "insurance": ["none"], "insurance_note": "会場は空調完備です。"}, None),
    ],
)
def test_cover_is_promised_far_below(values: dict[str, Any], expected: str | None) -> None:
    assert level("INS-003", values) == expected


def test_cover_from_ten_hours_in_2028() -> None:
    values = work(10, "2028-11-01", "2029-03-31", ["employment"])
    assert level("INS-003", values, date(2028, 10, 10)) is None
    assert level("INS-003", {**values, "insurance": ["health"]}, date(2028, 10, 10)) == "warning"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"accident": None}, "error"),
        ({"accident": "none"}, "error"),
        ({"accident": "none", **PRIVATE}, "error"),
        ({"accident": "none", "engagement": "honorarium"}, None),
        ({"accident": "workers"}, None),
        ({"accident": "公務災害"}, None),
    ],
)
def test_accidents_are_covered(values: dict[str, Any], expected: str | None) -> None:
    assert level("INS-004", values) == expected


@pytest.mark.parametrize(
    ("engagement", "insurance", "expected"),
    [
        ("honorarium", ["pension"], "warning"),
        ("honorarium", ["by_hours"], "warning"),
        ("honorarium", ["none"], None),
        ("fiscal_year_part_time", ["pension"], None),
    ],
)
def test_honorarium_has_no_insurance(engagement: str, insurance: list[str], expected: str | None) -> None:
    assert level("INS-005", {"engagement": engagement, "insurance": insurance}) == expected


CLERK = {"job_type": "clerical", "title": "接種会場の事務職員", "licenses": ["none"], "duties": ["reception"]}


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        ({**CLERK, "pay_note": "特例により、扶養内で働けます。"}, SPRING, "warning"),
        ({**CLERK, "pay_note": "接種の収入は扶養の収入に含まれないため、扶養内で働けます。"}, SPRING, "warning"),
        ({**CLERK, "insurance_note": "ワクチン接種の業務は、収入が増えても扶養から外れません。"}, SPRING, "warning"),
        ({**CLERK, "pay_note": "扶養の範囲内での勤務もご相談ください。"}, SPRING, None),
        ({**CLERK, "pay_note": "扶養内で働ける短時間の勤務です。期末手当は対象外です。"}, SPRING, None),
        ({**CLERK, "pay_note": "扶養の特例は看護師のみが対象です。"}, SPRING, None),
        ({**CLERK, "pay_note": "扶養の特例がありますが、事務職員は対象外です。"}, SPRING, None),
        ({"pay_note": "特例により、扶養内で働けます。"}, SPRING, None),
        ({**CLERK, "pay_note": "特例により、扶養内で働けます。"}, date(2023, 4, 10), None),
    ],
)
def test_exception_for_dependants(values: dict[str, Any], on: date, expected: str | None) -> None:
    assert level("INS-006", values, on) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (None, "error"),
        ("勤務時間による", "error"),
        ("要相談", "error"),
        ("勤務条件により、健康保険、厚生年金及び雇用保険に加入します。", "error"),
        ("勤務条件により異なります。", "error"),
        ("週20時間以上かつ2か月を超える場合に加入", None),
        ("法令の要件を満たす場合に加入します。", None),
        ("月の勤務が88,000円以上になる方", None),
    ],
)
def test_condition_by_hours(note: str | None, expected: str | None) -> None:
    assert level("INS-007", {"insurance": ["by_hours"], "insurance_note": note}) == expected


def test_nothing_is_asked_when_hours_do_not_decide() -> None:
    assert paths("INS-007", {"insurance": ["none"], "insurance_note": None}) == []


def test_months_end() -> None:
    assert months_after(date(2021, 12, 31), 2) == date(2022, 2, 28)
    assert months_after(date(2021, 6, 1), 2) == date(2021, 8, 1)
    assert months_after(date(2021, 6, 1), 12) == date(2022, 6, 1)


REGULAR = {"engagement": "temporary_appointment"}
TWO_MONTHS = ("2021-06-01", "2021-08-01")


@pytest.mark.parametrize(
    ("values", "on", "words"),
    [
        # Employment insurance: 20 hours and 31 days; hours of a week beyond 40 are not believed.
        (work(20, "2021-06-01", "2021-07-01", ["none"]), SPRING, "雇用保険（週20時間以上・31日以上）"),
        (work(20, "2021-06-01", "2021-06-30", ["none"]), SPRING, ""),
        (work(19.5, "2021-06-01", "2021-07-01", ["none"]), SPRING, ""),
        (work(40, "2021-06-01", "2021-07-01", ["none"]), SPRING, "雇用保険"),
        (work(40.5, "2021-06-01", "2021-07-01", ["none"]), SPRING, ""),
        (work(10, "2028-10-01", "2028-10-31", ["none"]), date(2028, 9, 1), "雇用保険（週10時間以上・31日以上）"),
        (work(9.5, "2028-10-01", "2028-10-31", ["none"]), date(2028, 9, 1), ""),
        (work(10, "2028-09-30", "2028-10-31", ["none"]), date(2028, 9, 1), ""),
        # Health insurance: three quarters of 38.75 hours for more than two months.
        (work(29.1, *TWO_MONTHS, ["none"], **REGULAR), SPRING, "常勤の4分の3以上・2か月超"),
        (work(29, *TWO_MONTHS, ["none"], **REGULAR), SPRING, ""),
        (work(29.1, "2021-06-01", "2021-07-31", ["none"], **REGULAR), SPRING, ""),
        # Or 20 hours and 88,000 yen a month: for a year, and for more than two months since October 2022.
        (work(20, "2021-06-01", "2022-06-01", ["none"], **REGULAR), SPRING, "週20時間以上・月88,000円以上・1年以上"),
        (work(20, "2021-06-01", "2022-05-31", ["none"], **REGULAR), SPRING, ""),
        (work(20, "2022-10-01", "2022-12-01", ["none"], **REGULAR), date(2022, 9, 1), "月88,000円以上・2か月超"),
        (work(20, "2022-10-01", "2022-11-30", ["none"], **REGULAR), date(2022, 9, 1), ""),
        (work(20, "2022-09-30", "2022-12-31", ["none"], **REGULAR), date(2022, 9, 1), ""),
        (work(19.5, "2022-10-01", "2022-12-01", ["none"], **REGULAR), date(2022, 9, 1), ""),
        (work(20, "2022-10-01", "2022-12-01", ["none"], 1016, **REGULAR), date(2022, 9, 1), "月88,000円以上"),
        (work(20, "2022-10-01", "2022-12-01", ["none"], 1015, **REGULAR), date(2022, 9, 1), ""),
    ],
)
def test_cover_that_hours_term_and_pay_call_for(values: dict[str, Any], on: date, words: str) -> None:
    found = said("INS-002", values, on)
    assert (words in found[0].message) if words else not found


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        ({"weekly_hours": 14.5, "insurance": ["health"]}, SPRING, "warning"),
        ({"weekly_hours": 15, "insurance": ["health"]}, SPRING, None),
        ({"weekly_hours": 9.5, "insurance": ["employment"]}, SPRING, "warning"),
        ({"weekly_hours": 10, "insurance": ["employment"]}, SPRING, None),
        (work(7, "2028-10-01", "2029-03-31", ["employment"]), date(2028, 9, 1), "warning"),
        (work(7.5, "2028-10-01", "2029-03-31", ["employment"]), date(2028, 9, 1), None),
        (work(7.5, "2028-09-30", "2029-03-31", ["employment"]), date(2028, 9, 1), "warning"),
        (work(20, "2021-06-01", "2021-06-15", ["employment"], renewal="none"), SPRING, "warning"),
        (work(20, "2021-06-01", "2021-06-16", ["employment"], renewal="none"), SPRING, None),
        (work(20, "2021-06-01", "2021-06-15", ["employment"], renewal="possible"), SPRING, None),
        (work(20, "2021-06-01", "2021-06-01", ["health"], renewal="none"), SPRING, "warning"),
        (work(20, "2021-06-01", "2021-06-15", ["none"], renewal="none", pay_note="社会保険完備です。"), SPRING, "warning"),
        (work(20, "2021-06-01", "2021-06-16", ["none"], renewal="none", pay_note="社会保険完備です。"), SPRING, None),
    ],
)
def test_cover_promised_far_below(values: dict[str, Any], on: date, expected: str | None) -> None:
    assert level("INS-003", values, on) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2021, 11, 30), 1, date(2021, 12, 30)),
        (date(2021, 12, 1), 1, date(2022, 1, 1)),
        (date(2021, 10, 31), 2, date(2021, 12, 31)),
        (date(2021, 1, 1), 11, date(2021, 12, 1)),
        (date(2021, 1, 1), 12, date(2022, 1, 1)),
    ],
)
def test_the_same_day_months_later(start: date, months: int, expected: date) -> None:
    assert months_after(start, months) == expected


MONTHLY = {"pay_type": "month", **REGULAR}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (work(20, "2022-10-01", "2022-12-01", ["none"], 88_000, **MONTHLY), "warning"),
        (work(20, "2022-10-01", "2022-12-01", ["none"], 87_999, **MONTHLY), None),
        (work(20, "2022-10-01", "2022-12-01", ["none"], **REGULAR) | {"pay_lines": [{"min": None}]}, None),
        (work(20, "2022-10-01", "2022-12-01", ["none"], **REGULAR) | {"pay_lines": [{"min": 1500}, {"min": 1015}]}, None),
        (work(20, "2022-12-01", "2022-10-01", ["none"], **REGULAR), None),
        (work(0, "2022-10-01", "2022-12-31", ["none"]), None),
        (work(20, "2022-10-01", "2022-12-31", ["none"], engagement="special_part_time"), "warning"),
    ],
)
def test_pay_of_a_month(values: dict[str, Any], expected: str | None) -> None:
    assert level("INS-002", values, date(2022, 9, 1)) == expected


def test_both_kinds_of_cover_are_named() -> None:
    found = said("INS-002", work(29.1, "2021-06-01", "2021-08-01", ["none"]), SPRING)
    assert "週29.1時間の勤務" in found[0].message
    assert "31日以上）と健康保険" in found[0].message


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"weekly_hours": 0, "insurance": ["health"]}, ""),
        ({"weekly_hours": None, "insurance": ["health"]}, ""),
        ({"weekly_hours": 14.5, "insurance": ["health"]}, "週14.5時間の勤務"),
        ({"weekly_hours": 14.5, "insurance": ["employment"]}, ""),
        (work(20, "2021-06-02", "2021-06-01", ["employment"], renewal="none"), ""),
        (work(20, "2021-06-01", "2021-06-01", ["employment"], renewal="none"), "15日以内の期間の勤務"),
        (work(20, "2021-06-01", "2021-06-15", ["employment", "none"], renewal="none"), ""),
        (work(20, "2021-06-01", "2021-06-15", ["by_hours"], renewal="none"), ""),
    ],
)
def test_why_a_promise_is_doubted(values: dict[str, Any], words: str) -> None:
    found = said("INS-003", values)
    assert (words in found[0].message) if words else not found


def test_a_promise_is_shown_where_it_stands() -> None:
    values = {"weekly_hours": 4, "insurance": ["none"], "title": "看護師（社保完備）", "pay_note": "社会保険完備です。"}
    assert paths("INS-003", values) == ["title"]


def test_a_long_condition_is_cut_for_showing() -> None:
    found = said("INS-007", {"insurance": ["by_hours"], "insurance_note": "勤務条件により、健康保険、厚生年金及び雇用保険に加入します。"})
    assert "「勤務条件により、健康保険、厚生年金及び雇」では" in found[0].message


@pytest.mark.parametrize(
    ("on", "expected"), [(date(2021, 3, 31), None), (date(2021, 4, 1), "warning"), (date(2023, 3, 31), "warning"), (date(2023, 4, 1), None)]
)
def test_the_time_of_the_exception(on: date, expected: str | None) -> None:
    assert level("INS-006", {**CLERK, "pay_note": "特例により、扶養内で働けます。"}, on) == expected
