"""DT-004 and DT-008: days near the present, weekdays in texts."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules import evaluate
from keynet_admin.rules.families.dates import fiscal_year
from tests.rules.base_submission import changed
from tests.rules.speaking import level, said

SPRING = date(2021, 5, 7)


@pytest.mark.parametrize(
    ("values", "on", "expected"),
    [
        ({"publish_until": "2021-05-07", "publish_from": None, "deadline_type": "until_filled", "deadline": None}, SPRING, None),
        ({"publish_from": "2021-05-06"}, SPRING, "warning"),
        ({"publish_from": "2021-05-07"}, SPRING, None),
        ({"term_end": "2022-12-31"}, SPRING, None),
        ({"term_end": "2023-03-31"}, SPRING, None),
        ({"term_end": "2023-04-01"}, SPRING, "warning"),
        ({"term_end": "2022-12-31"}, date(2021, 3, 31), None),
        ({"term_end": "2023-01-01"}, date(2021, 3, 31), "warning"),
        ({"term_start": "2019-12-31"}, SPRING, "warning"),
    ],
)
def test_days_near_the_present(values: dict[str, Any], on: date, expected: str | None) -> None:
    assert level("DT-008", values, on) == expected


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"term_start": "2019-12-31"}, "2年以上離れて"),
        ({"term_start": "2020-01-01"}, "過ぎています"),
        ({"term_start": "2020-12-31"}, "過ぎています"),
        ({"term_end": "2023-04-01"}, "2年以上離れて"),
    ],
)
def test_what_is_said_of_a_day(values: dict[str, Any], words: str) -> None:
    assert words in said("DT-008", values)[0].message


@pytest.mark.parametrize(
    ("day", "year"), [(date(2021, 3, 31), 2020), (date(2021, 4, 1), 2021), (date(2021, 12, 31), 2021), (date(2022, 1, 1), 2021)]
)
def test_the_fiscal_year(day: date, year: int) -> None:
    assert fiscal_year(day) == year


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Without a year: from 60 days ago (8 March) to 300 days ahead (3 March).
        ("説明会は5月10日（月）です。", None),
        ("説明会は5月10日（火）です。", "warning"),
        ("説明会は3月8日（月）です。", None),
        ("説明会は3月8日（火）です。", "warning"),
        ("説明会は3月7日（火）です。", None),
        ("説明会は3月3日（木）です。", None),
        ("説明会は3月3日（金）です。", "warning"),
        ("説明会は3月4日（土）です。", None),
        ("説明会は2022年3月3日（金）です。", "warning"),
        ("説明会は令和3年5月10日（火）です。", "warning"),
        ("説明会は令和元年5月10日（金）です。", None),
        ("説明会は令和元年5月10日（土）です。", "warning"),
        ("説明会は令和2年5月10日（日）です。", None),
    ],
)
def test_a_weekday_in_a_text(text: str, expected: str | None) -> None:
    assert level("DT-004", {"pay_note": text}) == expected


@pytest.mark.parametrize(
    ("on", "text", "expected"),
    [
        # Over the turn of a year: the December that was, the January to come.
        (date(2021, 1, 15), "説明会は12月20日（日）です。", None),
        (date(2021, 1, 15), "説明会は12月20日（月）です。", "warning"),
        (date(2021, 12, 1), "説明会は1月10日（月）です。", None),
        (date(2021, 12, 1), "説明会は1月10日（火）です。", "warning"),
        (SPRING, "説明会は2019年5月10日（金）です。", None),
        (SPRING, "説明会は2019年5月10日（土）です。", "warning"),
        (SPRING, "説明会は2021年2月30日（火）です。", None),
        (SPRING, "説明会は5月10日(火)です。", "warning"),
    ],
)
def test_the_year_of_a_day_in_a_text(on: date, text: str, expected: str | None) -> None:
    assert level("DT-004", {"pay_note": text}, on) == expected


def test_the_right_weekday_is_said() -> None:
    found = said("DT-004", {"pay_note": "説明会は令和3年5月10日（火）です。"})[0]
    assert ("2021年5月10日は月曜日です" in found.message, found.example) == (True, "5月10日(月)")


def test_a_municipality_may_edit_what_has_begun() -> None:
    document = changed(SPRING, {"postings.0.term_start": "2021-05-06", "postings.0.term_end": "2023-04-01"})
    found = evaluate(document, on=SPRING, sections={"postings"}).findings
    assert [f.path for f in found if f.rule == "DT-008"] == ["postings.0.term_end"]
