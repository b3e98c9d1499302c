"""TERM-001 to TERM-009: the term, its renewal, its words."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.families.term import earliest_start, fiscal_year_end
from tests.rules.base_submission import ON
from tests.rules.judging import AUTUMN, LATER, levels, said

HONORARIUM = {"engagement": "honorarium"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"term_start": "2021-09-30", "term_end": "2021-06-01"}, {"error"}),
        ({"term_start": None}, {"error"}),
        ({"term_end": ""}, {"error"}),
        ({"term_start": "2021-06-01", "term_end": "2021-06-01"}, set()),
        ({"term_start": "令和3年6月1日", "term_end": "R3.9.30"}, set()),
        ({"term_start": "2021-02-30"}, set()),
    ],
)
def test_term_001_wants_both_days_in_order(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("TERM-001", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"term_start": "2021-06-01", "term_end": "2022-05-31"}, {"error"}),
        ({"term_start": "2021-06-01", "term_end": "2022-04-01"}, {"error"}),
        ({"term_start": "2022-03-01", "term_end": "2022-04-30"}, {"error"}),
        ({"term_start": "2021-06-01", "term_end": "2022-03-31"}, set()),
        ({"term_start": "2022-04-01", "term_end": "2023-03-31"}, set()),
        ({"engagement": "fiscal_year_full_time", "term_start": "2021-06-01", "term_end": "2022-05-31"}, {"error"}),
        ({"engagement": "fixed_term_appointment", "term_start": "2021-06-01", "term_end": "2024-05-31"}, set()),
        (HONORARIUM | {"term_start": "2021-06-01", "term_end": "2022-05-31"}, set()),
    ],
)
def test_term_002_stays_in_the_fiscal_year(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("TERM-002", values) == expected


def test_term_002_speaks_the_sample_message() -> None:
    message = said("TERM-002", {"term_start": "2021-06-01", "term_end": "2022-05-31"})[0][2]
    assert message == "会計年度任用職員の任期は年度内（2022年3月31日まで）です。終了日をご確認ください。"


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2021, 4, 1), date(2022, 3, 31)),
        (date(2021, 3, 31), date(2021, 3, 31)),
        (date(2021, 12, 31), date(2022, 3, 31)),
        (date(2022, 1, 1), date(2022, 3, 31)),
        (date(9999, 12, 31), date(9999, 3, 31)),
    ],
)
def test_fiscal_year_end(day: date, end: date) -> None:
    assert fiscal_year_end(day) == end


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2021-05-08", {"warning"}),
        ("2021-05-11", {"warning"}),
        ("2021-05-12", set()),
        ("2021-06-01", set()),
        ("2021-05-01", {"warning"}),
        (None, set()),
    ],
)
def test_term_003_asks_about_an_early_start(start: Any, expected: set[str]) -> None:
    assert levels("TERM-003", {"term_start": start}) == expected


def test_term_003_counts_business_days_even_at_the_end_of_time() -> None:
    assert earliest_start(date(2021, 4, 28)) == date(2021, 5, 7)  # Showa day and the holidays of May lie between
    assert earliest_start(date(9999, 12, 31)) == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("end", "on", "expected"),
    [
        ("2022-03-31", date(2021, 5, 7), {"warning"}),
        ("2022-02-28", date(2021, 5, 7), set()),
        ("2022-06-15", AUTUMN, {"warning"}),
        ("2022-09-30", date(2022, 2, 1), set()),
        ("2022-12-31", date(2022, 4, 4), {"warning"}),
        ("2025-03-31", LATER, set()),
        ("2028-03-31", date(2026, 11, 16), set()),
        (None, AUTUMN, set()),
    ],
)
def test_term_004_knows_the_end_of_the_programme(end: Any, on: date, expected: set[str]) -> None:
    assert levels("TERM-004", {"term_end": end}, on) == expected


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        ({"renewal": "possible"}, date(2021, 5, 7), {"warning"}),
        ({"renewal": "原則あり"}, date(2024, 3, 31), {"warning"}),
        ({"renewal": "usual"}, date(2024, 4, 1), {"error"}),
        ({"renewal": "possible", "renewal_rule": ""}, LATER, {"error"}),
        ({"renewal": "possible", "renewal_rule": "勤務成績により判断します。"}, LATER, set()),
        ({"renewal": "none"}, LATER, set()),
    ],
)
def test_term_005_wants_criteria(values: dict[str, Any], on: date, expected: set[str]) -> None:
    assert levels("TERM-005", values, on) == expected
    assert levels("TERM-005", values, on, partial=True) == set()


def test_term_005_leaves_req_001_silent() -> None:
    assert levels("REQ-001", {"renewal": "possible"}) == set()


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        ({"renewal": "possible", "renewal_rule": "成績による"}, LATER, {"error"}),
        ({"renewal": "usual"}, date(2024, 4, 1), {"error"}),
        ({"renewal": "possible"}, date(2024, 3, 31), set()),
        ({"renewal": "possible", "renewal_rule": "成績による", "renewal_cap": "上限なし"}, LATER, set()),
        ({"renewal": "possible", "renewal_rule": "成績による。更新は2回まで。"}, LATER, {"error"}),
        ({"renewal": "none"}, LATER, set()),
    ],
)
def test_term_006_wants_the_cap(values: dict[str, Any], on: date, expected: set[str]) -> None:
    assert levels("TERM-006", values, on) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"probation": "none"}, {"warning"}),
        ({"probation": "other", "probation_note": "試用期間3か月"}, {"warning"}),
        ({"probation": "other", "probation_note": "条件付採用1か月（15日に満たない場合は延長）"}, set()),
        ({"probation": "条件付採用1か月"}, set()),
        ({"probation": None}, set()),
        ({"engagement": "temporary_appointment", "probation": "none"}, set()),
        ({"engagement": "contractor", "employer": "株式会社海山医療", "probation": "other", "probation_note": "3か月"}, set()),
    ],
)
def test_term_007_knows_the_first_month(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("TERM-007", values) == expected


ONE_DAY = {"term_start": "2021-06-12", "term_end": "2021-06-12", "single_day": True}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (ONE_DAY | {"insurance": ["employment"]}, {"warning"}),
        (ONE_DAY | {"insurance": ["health", "pension"]}, {"warning"}),
        (ONE_DAY | {"other_allow": "期末手当あり"}, {"warning"}),
        (ONE_DAY | {"pay_note": "賞与があります。"}, {"warning"}),
        (ONE_DAY | {"other_allow": "期末手当はありません。"}, set()),
        (ONE_DAY, set()),
        (ONE_DAY | {"insurance": ["by_hours"], "insurance_note": "週20時間以上の場合"}, set()),
        ({"single_day": True, "insurance": ["employment"]}, {"warning"}),
        ({"single_day": True, "insurance": ["employment", "by_hours"], "insurance_note": "週20時間以上"}, set()),
        ({"single_day": True, "other_allow": "期末手当は6か月以上の場合に支給します。"}, set()),
        ({"insurance": ["employment"]}, set()),
    ],
)
def test_term_008_doubts_insurance_for_a_day(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("TERM-008", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"other_req": "正社員登用あり"}, {"warning"}),
        ({"title": "契約社員（看護師）募集"}, {"warning"}),
        ({"renewal": "possible", "renewal_rule": "雇用契約は1年ごとに見直します。"}, {"warning"}),
        ({"other_req": "パート社員として勤務していただきます。"}, {"warning"}),
        ({"pay_note": "雇用契約期間は6か月です。"}, {"warning"}),
        ({"other_req": "任用であり、雇用契約ではありません。"}, set()),
        ({"other_req": "正社員としての勤務経験がある方を歓迎します。"}, set()),
        ({"other_req": "会社の正社員の方も、許可を得て応募できます。"}, set()),
        ({"duty_detail": "雇用契約書の作成と台帳の管理、窓口での案内を行います。入力の件数は1日30件ほどです。"}, set()),
        ({"engagement": "contractor", "employer": "株式会社海山医療", "other_req": "契約社員としての採用です。"}, set()),
    ],
)
def test_term_009_reminds_of_appointment(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("TERM-009", values) == expected


@pytest.mark.parametrize(("on", "expected"), [(date(2024, 3, 31), {"warning"}), (date(2024, 4, 1), set())])
def test_the_programme_on_its_last_day(on: date, expected: set[str]) -> None:
    assert levels("TERM-004", {"term_start": "2024-05-01", "term_end": "2024-06-30"}, on) == expected


@pytest.mark.parametrize(
    ("code", "values", "on", "words"),
    [
        ("TERM-002", {"term_start": "2021-04-01", "term_end": "2022-04-01"}, ON, "2022年3月31日まで"),
        ("TERM-002", {"term_start": None, "term_end": "2022-04-01"}, ON, ""),
        ("TERM-004", {"term_end": "2022-03-01"}, ON, "現在2022年2月28日まで"),
        ("TERM-004", {"term_end": "2022-02-28"}, ON, ""),
        ("TERM-005", {"renewal": "possible"}, date(2024, 4, 1), "2024年4月1日からは"),
        ("TERM-005", {"renewal": "possible"}, date(2024, 3, 31), "更新の基準がありません。判断の基準を"),
        ("TERM-008", ONE_DAY | {"insurance": ["employment"]}, ON, "1日だけの募集ですが、「雇用保険」に"),
        (
            "TERM-008",
            {"single_day": True, "insurance": ["health", "employment"]},
            ON,
            "1日だけの従事も可とする募集ですが、「健康保険・共済」「雇用保険」に",
        ),
        ("TERM-008", ONE_DAY | {"other_allow": "期末手当は6か月以上の場合に支給します。"}, ON, "「期末手当」とあります"),
        ("TERM-008", ONE_DAY | {"term_end": "2021-06-13", "single_day": None, "insurance": ["employment"]}, ON, ""),
        ("TERM-008", {"term_start": None, "term_end": None, "insurance": ["employment"]}, ON, ""),
        ("TERM-007", {"engagement": "fiscal_year_full_time", "probation": "none"}, ON, "「なし」が選ばれています"),
        ("TERM-007", {"probation": "none", "probation_note": "条件付採用1か月"}, ON, "「なし」が選ばれています"),
        ("TERM-009", {"other_req": "正社員登用はありません。契約社員として勤務します。"}, ON, "「契約社員」は"),
    ],
)
def test_what_is_said_of_a_term(code: str, values: dict[str, Any], on: date, words: str) -> None:
    found = said(code, values, on)
    assert (words in found[0][2]) if words else not found
