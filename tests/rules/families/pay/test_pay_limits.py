"""Every limit of the rules about pay, at it and beside it (WAGE-003 to 008, 011 to 013)."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.engine.rule import Scope
from keynet_admin.rules.families.pay.minimum_wage import HourlyPay, first_day, unit_hours, venue_prefecture
from tests.rules.families.pay.test_pay import FIXED, daily, monthly
from tests.rules.speaking import level, paths, said

PHYSICIAN = {"job_type": "physician", "licenses": ["physician"]}
PHARMACIST = {"job_type": "pharmacist", "licenses": ["pharmacist"]}
CLERK = {"job_type": "clerical"}
MITO = {"venue_city": "082015", "pay_lines": [{"min": 860}], "term_start": "2021-06-01"}


def scope(record: dict[str, Any]) -> Scope:
    return Scope(document={"postings": [record]}, record=record, prefix="postings.0.", on=date(2021, 5, 7))


def hourly(least: int, most: int | None = None, **more: Any) -> dict[str, Any]:
    return {"pay_lines": [{"label": "", "min": least, **({"max": most} if most else {})}], **more}


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        # Hours of a day or a session: more than none, 24 at most; those of a month may be more.
        ("WAGE-004", daily(12000, 24), None),
        ("WAGE-004", daily(12000, 24.5), "error"),
        ("WAGE-004", daily(5000, 0.5, "session"), None),
        ("WAGE-004", daily(5000, 0, "session"), "error"),
        ("WAGE-004", monthly(168700, 25, 6), None),
        ("WAGE-004", {"pay_type": "hour", "pay_lines": [{"min": 1500, "hours_per_unit": 90}]}, None),
        ("WAGE-005", MITO | {"term_end": "2021-10-01"}, "warning"),
        ("WAGE-005", MITO | {"term_end": "2021-09-30"}, None),
        ("WAGE-005", MITO | {"term_end": "2021-10-01", "pay_lines": [{"min": 878}]}, "warning"),
        ("WAGE-005", MITO | {"term_end": "2021-10-01", "pay_lines": [{"min": 851}]}, "warning"),
        ("WAGE-005", MITO | {"term_end": "2021-10-01", "pay_lines": [{"min": 850}]}, None),
        ("WAGE-006", hourly(9999), None),
        ("WAGE-006", hourly(10000), "warning"),
        ("WAGE-006", hourly(1500, 9999), None),
        ("WAGE-006", hourly(1500, 10000), "warning"),
        ("WAGE-006", daily(2999, 2), "warning"),
        ("WAGE-006", daily(3000, 2), None),
        ("WAGE-006", daily(2999, 2, "session"), None),
        ("WAGE-006", monthly(49999, 30, 7), "warning"),
        ("WAGE-006", monthly(50000, 30, 7), None),
        ("WAGE-007", hourly(999), "warning"),
        ("WAGE-007", hourly(1000), None),
        ("WAGE-007", hourly(6000), None),
        ("WAGE-007", hourly(6001), "warning"),
        ("WAGE-007", hourly(3000, 6000), None),
        ("WAGE-007", hourly(3000, 6001), "warning"),
        ("WAGE-007", hourly(4999, **PHYSICIAN), "warning"),
        ("WAGE-007", hourly(5000, **PHYSICIAN), None),
        ("WAGE-007", hourly(50000, **PHYSICIAN), None),
        ("WAGE-007", hourly(50001, **PHYSICIAN), "warning"),
        ("WAGE-007", hourly(1199, **PHARMACIST), "warning"),
        ("WAGE-007", hourly(1200, **PHARMACIST), None),
        ("WAGE-007", hourly(8000, **PHARMACIST), None),
        ("WAGE-007", hourly(8001, **PHARMACIST), "warning"),
        ("WAGE-007", hourly(792, **CLERK), "warning"),
        ("WAGE-007", hourly(793, **CLERK), None),
        ("WAGE-007", hourly(2500, **CLERK), None),
        ("WAGE-007", hourly(2501, **CLERK), "warning"),
        ("WAGE-007", hourly(100, **CLERK, venue_city="知らない町"), None),
        # A salary counts from seven tenths on, and half a yen an hour is let pass where hours were rounded.
        ("WAGE-007", monthly(69950, 100, 23), None),
        ("WAGE-007", monthly(69949, 100, 23), "warning"),
        ("WAGE-007", monthly(600000, 100, 23), None),
        ("WAGE-007", monthly(600100, 100, 23), "warning"),
        ("WAGE-003", daily(6340, 8), None),
        ("WAGE-003", daily(6339, 8), "warning"),
        # Hours of a month are believed from eight on, and from two weeks' hours on.
        ("WAGE-003", monthly(13000, 17, 4), "warning"),
        ("WAGE-003", monthly(13000, 16, 4), None),
        ("WAGE-003", monthly(13000, 16, 8), None),
        ("WAGE-003", monthly(13000, 16, 8.5), "warning"),
        ("WAGE-003", monthly(6400, 8, 4), None),
        ("WAGE-003", monthly(6400, 7.5, 3), "warning"),
        ("WAGE-008", FIXED | {"fixed_ot_yen": 1}, None),
        ("WAGE-008", FIXED | {"fixed_ot_yen": 0}, "error"),
        ("WAGE-008", FIXED | {"fixed_ot_hours": 0.5}, None),
        ("WAGE-012", {"commute": "fixed", "commute_cap": 1}, None),
        ("WAGE-012", {"commute": "capped", "commute_cap": 0}, "error"),
        ("WAGE-012", {"commute": "actual", "commute_cap": 0}, None),
        ("WAGE-013", monthly(168700, 120, 0), "warning"),
        ("WAGE-013", monthly(168700, 120, 1), None),
        ("WAGE-013", {**daily(12000, 8), "weekly_hours": None}, None),
        # An amount in a text: from 100 yen on, and more than a yen beside what the fields come to.
        ("WAGE-011", hourly(1500, pay_note="報酬は99円です。"), None),
        ("WAGE-011", hourly(1500, pay_note="報酬は100円です。"), "warning"),
        ("WAGE-011", hourly(1500, pay_note="時給1,501円です。"), None),
        ("WAGE-011", hourly(1500, pay_note="時給1,502円です。"), "warning"),
        ("WAGE-011", hourly(1500, pay_note="時給1,499円です。"), None),
        ("WAGE-011", hourly(1500, pay_note="時給1,498円です。"), "warning"),
        ("WAGE-011", hourly(1500, 1800, pay_note="時給1,800円です。"), None),
        ("WAGE-011", daily(12000, 7) | {"pay_note": "時給1,714円です。"}, None),
        ("WAGE-011", daily(12000, 7) | {"pay_note": "時給1,716円です。"}, "warning"),
        ("WAGE-011", hourly(1500, headcount="たくさん", pay_note="時給1,600円です。"), "warning"),
        # A sentence about something else ends with the sentence; what stands behind the sum may make it another thing.
        ("WAGE-011", hourly(1500, pay_note="通勤費は実費です。1回23,000円です。"), "warning"),
        ("WAGE-011", hourly(1500, pay_note="通勤費は1回23,000円です。"), None),
        ("WAGE-011", hourly(1500, pay_note="5,000円分の商品を差し上げます。"), None),
        ("WAGE-011", hourly(1500, pay_note="10,000円札は使えません。"), None),
        ("WAGE-011", hourly(1500, pay_note="5,000円をお支払いします。"), "warning"),
        # Compared with what the fields name, also where an hour of it is not known; without any amount with nothing.
        ("WAGE-011", daily(12000, None) | {"pay_note": "日額15,000円です。"}, "warning"),
        ("WAGE-011", daily(12000, None) | {"pay_note": "日額12,000円です。"}, None),
        ("WAGE-011", {"pay_lines": [{"label": "平日", "min": ""}], "pay_note": "時給1,500円です。"}, None),
        ("WAGE-011", {"pay_lines": [{"label": "平日", "max": 1987}], "pay_note": "時給1,500円です。"}, None),
        ("WAGE-011", hourly(1500, fixed_ot="yes", fixed_ot_yen=9000, pay_note="報酬は9,000円です。"), None),
    ],
)
def test_at_the_limit_and_beside_it(rule: str, values: dict[str, Any], expected: str | None) -> None:
    assert level(rule, values) == expected


@pytest.mark.parametrize(
    ("hours", "unit", "weekly", "expected"),
    [
        (24, "day", None, (24, False)),
        (24.5, "day", None, (None, False)),
        (0, "day", 30, (None, False)),
        (0.5, "session", None, (0.5, False)),
        (None, "day", 30, (None, False)),
        (8, "month", None, (8, False)),
        (7.5, "month", None, (None, False)),
        (8, "month", 4, (8, False)),
        (8, "month", 4.5, (4.5 * 52 / 12, True)),
        (None, "month", 30, (130, True)),
        (None, "month", None, (None, False)),
    ],
)
def test_hours_that_a_unit_stands_for(hours: float | None, unit: str, weekly: float | None, expected: tuple[float | None, bool]) -> None:
    assert unit_hours({"hours_per_unit": hours}, unit, weekly) == expected


@pytest.mark.parametrize(
    ("pay", "minimum", "below", "words"),
    [
        (HourlyPay(0, 793, 793.0, "hour"), 793, False, "時間額793円"),
        (HourlyPay(0, 792, 792.0, "hour"), 793, True, "時間額792円"),
        (HourlyPay(0, 6340, 792.5, "day", 8), 793, False, "日額6,340円（8時間、1時間当たり約792円）"),
        (HourlyPay(0, 6339, 792.4, "day", 8), 793, True, "日額6,339円（8時間、1時間当たり約792円）"),
        (
            HourlyPay(0, 100000, 769.2, "month", 130, from_week=True),
            793,
            True,
            "月額100,000円（週の勤務時間から計算した月130.0時間、1時間当たり約769円）",
        ),
    ],
)
def test_an_hour_of_pay(pay: HourlyPay, minimum: int, below: bool, words: str) -> None:
    assert (pay.below(minimum), pay.words) == (below, words)


@pytest.mark.parametrize(
    ("values", "word", "example"),
    [
        (monthly(168700, None, 35), "月額に対する1か月の勤務時間が分かりません。", "152時間"),
        (daily(12000, None), "日額が何時間分の額か", "2時間"),
        (daily(12000, 90), "1日または1回の時間数を", "2時間"),
        (monthly(168700, 0, 35), "1か月の時間数を", "152時間"),
    ],
)
def test_what_is_asked_about_the_hours(values: dict[str, Any], word: str, example: str) -> None:
    (found,) = said("WAGE-004", values)
    assert word in found.message
    assert found.example == example


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("WAGE-001", {"pay_lines": [{"label": "平日", "min": ""}]}, ["pay_lines.0.min"]),
        ("WAGE-001", {"pay_lines": []}, ["pay_lines"]),
        ("WAGE-006", hourly(15000, 16000), ["pay_lines.0.min"]),
        ("WAGE-006", hourly(1500, 16000), ["pay_lines.0.max"]),
        ("WAGE-007", hourly(900, 7000), ["pay_lines.0.min"]),
        ("WAGE-007", hourly(3000, 7000), ["pay_lines.0.max"]),
        ("WAGE-007", hourly(7000), ["pay_lines.0.min"]),
        ("WAGE-007", {"pay_lines": [{"label": "平日", "min": 1500}, {"label": "土日", "min": 900}]}, ["pay_lines.1.min"]),
        ("WAGE-011", {"pay_lines": [{"label": "土日 2,100円", "min": 1987}]}, ["pay_lines.0.label"]),
    ],
)
def test_where_it_is_said(rule: str, values: dict[str, Any], expected: list[str]) -> None:
    assert paths(rule, values) == expected


@pytest.mark.parametrize(
    ("start", "end", "first"),
    [
        (date(2021, 6, 1), date(2021, 9, 30), date(2021, 6, 1)),
        (date(2021, 4, 1), date(2021, 9, 30), date(2021, 5, 7)),
        (date(2021, 4, 1), date(2021, 5, 6), date(2021, 5, 6)),
        (date(2021, 4, 1), date(2021, 4, 1), date(2021, 4, 1)),
        (date(2021, 6, 2), date(2021, 6, 1), date(2021, 6, 2)),
        (None, date(2021, 5, 1), date(2021, 5, 1)),
        (date(2021, 6, 1), None, date(2021, 6, 1)),
        (None, None, date(2021, 5, 7)),
    ],
)
def test_the_first_day_of_work(start: date | None, end: date | None, first: date) -> None:
    record = {"term_start": start and start.isoformat(), "term_end": end and end.isoformat()}
    assert first_day(scope(record)) == first


@pytest.mark.parametrize(("city", "found"), [("452068", "45"), ("45206", ""), ("4520680", ""), ("45206a", ""), (452068, ""), (None, "")])
def test_the_prefecture_of_the_workplace(city: Any, found: str) -> None:
    assert venue_prefecture(scope({"venue_city": city})) == found


@pytest.mark.parametrize(("kind", "word"), [("capped", "上限額"), ("fixed", "定額")])
def test_which_sum_of_commuting_is_missing(kind: str, word: str) -> None:
    assert said("WAGE-012", {"commute": kind})[0].message.startswith(f"通勤費の{word}が")
