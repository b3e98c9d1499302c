"""Values as people read them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynet_admin.catalogue import SECTIONS, display, field_of, posting_field
from keynet_admin.catalogue.blank import says_nothing

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
FIELDS = [field for fields in SECTIONS.values() for field in fields]
MOMENT = datetime(2021, 5, 7, 2, 0, tzinfo=UTC)  # 11:00 in Japan
LATE = datetime(2021, 5, 7, 15, 5, tzinfo=UTC)  # already 5/8 in Japan


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2021, 5, 7), "令和3年5月7日（2021-05-07・金）"),
        ("2021-05-07", "令和3年5月7日（2021-05-07・金）"),
        (LATE, "令和3年5月8日（2021-05-08・土）"),
        (date(2019, 5, 1), "令和元年5月1日（2019-05-01・水）"),
        (date(2019, 4, 30), "平成31年4月30日（2019-04-30・火）"),
        (date(1989, 1, 7), "昭和64年1月7日（1989-01-07・土）"),
        (date(1926, 12, 24), "大正15年12月24日（1926-12-24・金）"),
        (date(1912, 7, 29), "明治45年7月29日（1912-07-29・月）"),
        (date(1800, 1, 1), "1800年1月1日（1800-01-01・水）"),
        ("6月31日", "6月31日"),
        (None, ""),
        (20210507, "20210507"),
    ],
)
def test_official_dates_stand_in_both_calendars(value: Any, text: str) -> None:
    assert display.long_date(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MOMENT, "5/7(金) 11:00"),
        (LATE, "5/8(土) 0:05"),
        (date(2021, 5, 7), "5/7(金)"),
        (None, ""),
    ],
)
def test_moments_are_shown_in_japans_time(value: Any, text: str) -> None:
    assert display.short_time(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(MOMENT, "5/7(金)"), (date(2020, 12, 31), "2020/12/31(木)"), (date(2022, 1, 1), "2022/1/1(土)"), (None, ""), ("未定", "未定")],
)
def test_a_day_of_another_year_names_it(value: Any, text: str) -> None:
    assert display.dated(value, date(2021, 5, 7)) == text


def test_moments_for_machines_and_in_full() -> None:
    assert display.iso_time(MOMENT) == "2021-05-07T11:00+09:00"
    assert display.iso_time(date(2021, 5, 7)) == "2021-05-07"
    assert display.long_time(LATE) == "令和3年5月8日（2021-05-08・土）0:05"


@pytest.mark.parametrize(
    ("value", "text"), [(1472, "1,472円"), (0, "0円"), (221416, "221,416円"), ("１４７２円", "１４７２円"), (None, ""), (True, "はい")]
)
def test_money(value: Any, text: str) -> None:
    assert display.yen(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["mon", "tue", "thu"], "月・火・木"),
        (["mon", "tue", "wed", "thu", "fri"], "月～金"),
        (["hol", "sun", "sat"], "土・日・祝"),
        (["mon", "tue", "wed", "fri", "sat", "sun", "hol"], "月～水・金～日・祝"),
        ([], ""),
        (["mon", "平日"], "月・平日"),
        ("月～金", "月～金"),
        (None, ""),
    ],
)
def test_days_are_shortened(value: Any, text: str) -> None:
    assert display.days(value) == text


@pytest.mark.parametrize(
    ("section", "name", "value", "text"),
    [
        ("postings", "job_type", "nurse", "看護師"),
        ("postings", "job_type", "看護婦", "看護婦"),
        ("postings", "headcount", 15, "15名"),
        ("postings", "headcount", "若干名", "若干名"),
        ("postings", "weekly_hours", 29.5, "29.5時間"),
        ("postings", "weekly_hours", 15.0, "15時間"),
        ("postings", "weekly_hours", 38.75, "38.75時間"),
        ("postings", "blank_ok", True, "はい"),
        ("postings", "blank_ok", False, "いいえ"),
        ("postings", "licenses", ["nurse", "driving"], "看護師免許、自動車運転免許"),
        ("postings", "venue_city", "132055", "東京都青梅市"),
        ("postings", "venue_city", "999999", "999999"),
        ("postings", "commute_cap", 500, "500円"),
        ("organization", "org_zip", "8830000", "〒883-0000"),
        ("organization", "org_zip", "883", "883"),
        ("organization", "pref", "45", "宮崎県"),
        ("organization", "org_tel", "0982-00-0001", "0982-00-0001"),
        ("organization", "org_name", None, ""),
        ("postings", "term_start", "2021-06-01", "令和3年6月1日（2021-06-01・火）"),
    ],
)
def test_values_of_fields(section: str, name: str, value: Any, text: str) -> None:
    assert display.show(field_of(section, name), value) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"name": "平日", "days": ["mon"], "start": "09:00", "end": "17:30", "break": 45}, "平日　月　9:00～17:30（休憩45分）"),
        ({"days": ["sat"], "start": "22:00", "end": "08:30", "end_next_day": True, "break": 60}, "土　22:00～翌8:30（休憩60分）"),
        (
            {"name": "午後", "days": ["sat"], "start": "13:00", "end": "17:30", "break": 0, "need": 4},
            "午後　土　13:00～17:30　4名（休憩0分）",
        ),
        ({"start": "午後1時", "end": None, "break": "なし"}, "午後1時～（休憩なし）"),
        ({}, ""),
        ("月～金 9時から", "月～金 9時から"),
    ],
)
def test_a_shift_in_one_line(row: Any, text: str) -> None:
    assert display.row_text(posting_field("shifts"), row) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"label": "平日", "min": 1472, "max": None}, "平日　1,472円"),
        ({"label": "", "min": 1472, "max": 1987}, "1,472円～1,987円"),
        ({"min": 20000, "max": 20000, "hours_per_unit": 4.5}, "20,000円（1単位 4.5時間）"),
        ({"min": "応相談"}, "応相談"),
    ],
)
def test_a_pay_line_in_one_line(row: Any, text: str) -> None:
    assert display.row_text(posting_field("pay_lines"), row) == text


@pytest.mark.parametrize("value", [None, "", "　 ", [], {}, False, [{}], {"days": [], "end_next_day": False, "start": ""}])
def test_blank(value: Any) -> None:
    assert says_nothing(value)


@pytest.mark.parametrize("value", [0, True, "0", [0], {"break": 0}])
def test_not_blank(value: Any) -> None:
    assert not says_nothing(value)


@pytest.mark.parametrize(
    ("section", "name", "typed", "value", "same"),
    [
        ("organization", "org_zip", "915-0015", "9150015", True),
        ("organization", "org_zip", "９１５００１５", "9150015", False),
        ("postings", "job_type", "看護師", "nurse", True),
        ("postings", "headcount", "15", 15, False),
        ("postings", "headcount", "15名", 15, True),
        ("postings", "term_start", "R3.6.1", "2021-06-01", False),
        ("postings", "term_start", "令和3年6月1日", "2021-06-01", True),
        ("postings", "term_start", "令和3年6月2日", "2021-06-01", False),
    ],
)
def test_what_reads_the_same_is_no_change(section: str, name: str, typed: str, value: Any, same: bool) -> None:
    assert display.reads_the_same(field_of(section, name), typed, value) is same


def test_only_digits_go_into_telephone_links() -> None:
    assert display.tel_digits("0982(00)0001 内線12") == "098200000112"


@given(st.sampled_from(FIELDS), JSON)
def test_nothing_breaks_the_display(field: Any, value: Any) -> None:
    """Imported documents may hold anything at all."""
    assert isinstance(display.show(field, value), str)
