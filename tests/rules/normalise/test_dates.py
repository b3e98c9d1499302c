"""Dates in both calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynet_admin.catalogue import Kind
from keynet_admin.catalogue.eras import wareki
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.files.columns import value_of
from tests.rules.reading import read, refusal

START, END = "postings.0.term_start", "postings.0.term_end"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2021-05-07", "2021-05-07"),
        ("2021/5/7", "2021-05-07"),
        ("2021.5.7", "2021-05-07"),
        ("2021年5月7日", "2021-05-07"),
        ("西暦2021年5月7日", "2021-05-07"),
        ("２０２１年５月７日", "2021-05-07"),
        ("2021年６月14日", "2021-06-14"),
        ("20210507", "2021-05-07"),
        (20210507, "2021-05-07"),
        ("2021-05-07T00:00:00", "2021-05-07"),
        ("2021-05-07 00:00:00", "2021-05-07"),
        ("2021/5/7 0:00", "2021-05-07"),
        ("2021/5/7  0:00:00", "2021-05-07"),
        ("2021 年 5 月 7 日", "2021-05-07"),
        ("R3.5.7", "2021-05-07"),
        ("r3.5.7", "2021-05-07"),
        ("R03.05.07", "2021-05-07"),
        ("Ｒ３．５．７", "2021-05-07"),
        ("R3/5/7", "2021-05-07"),
        ("R3-5-7", "2021-05-07"),
        ("R3年5月7日", "2021-05-07"),
        ("R030507", "2021-05-07"),
        ("令3.5.7", "2021-05-07"),
        ("令和3年5月7日", "2021-05-07"),
        ("令和３年５月７日", "2021-05-07"),
        ("令和3.5.7", "2021-05-07"),
        ("令和 3 年 5 月 7 日", "2021-05-07"),
        ("㋿3年5月7日", "2021-05-07"),
        ("令和三年五月七日", "2021-05-07"),
        ("令和元年五月一日", "2019-05-01"),
        ("令和元年10月1日", "2019-10-01"),
        ("令和1年10月1日", "2019-10-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("㍻31年4月30日", "2019-04-30"),
        ("H31.4.30", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("昭和64年1月7日", "1989-01-07"),
        ("S50.4.1", "1975-04-01"),
        ("大正15年12月25日", "1926-12-25"),
        ("昭和元年12月25日", "1926-12-25"),
        ("明治45年7月30日", "1912-07-30"),
        ("大正元年7月30日", "1912-07-30"),
        ("明治元年1月1日", "1868-01-01"),
        ("令和8(2026)年4月1日", "2026-04-01"),
        ("令和8年(2026年)4月1日", "2026-04-01"),
        ("令和8年（2026年）4月1日", "2026-04-01"),
        ("2026(令和8)年4月1日", "2026-04-01"),
        ("2026年（令和8年）4月1日", "2026-04-01"),
        ("2021年5月7日（金）", "2021-05-07"),
        ("2021年5月7日(金曜日)", "2021-05-07"),
        ("令和3年5月7日金曜日", "2021-05-07"),
        ("2021/5/7(金)", "2021-05-07"),
        ("令和3年5月3日(月・祝)", "2021-05-03"),
        ("6/14/2021", "2021-06-14"),
        ("令和6年2月29日", "2024-02-29"),
    ],
)
def test_understood(typed, value):
    result = read(START, typed)
    assert result.understood, result.notes
    assert result.value == value
    assert all(note.level is Level.FIX for note in result.notes)


@pytest.mark.parametrize(
    ("path", "typed", "other", "value"),
    [
        (START, "令和3年6月1日から", "term_end", "2021-06-01"),
        (START, "令和3年6月1日(火)～", "term_end", "2021-06-01"),
        (END, "令和3年9月30日まで", "term_start", "2021-09-30"),
        ("postings.0.deadline", "令和3年5月28日必着", "", "2021-05-28"),
        ("postings.0.deadline", "令和3年5月28日(金)まで", "", "2021-05-28"),
    ],
)
def test_words_that_only_say_which_end(path, typed, other, value):
    assert read(path, typed, {other: "R3.6.30"}).value == value
    if other:
        assert refusal(read(path, typed)) == "DT-001"


@pytest.mark.parametrize(
    ("typed", "rule", "choices"),
    [
        ("6/14", "DT-001", ("2021-06-14", "2022-06-14")),
        ("6月14日", "DT-001", ("2021-06-14", "2022-06-14")),
        ("21/6/14", "DT-001", ("2039-06-14", "2021-06-14")),
        ("3.6.14", "DT-001", ("2021-06-14", "2003-06-14")),
        ("6/7/2021", "DT-001", ("2021-06-07", "2021-07-06")),
        ("6月下旬から7月上旬", "DT-001", ()),
        ("令和3年6月", "DT-001", ("2021-06-01",)),
        ("未定", "DT-001", ()),
        ("決定次第", "DT-001", ()),
        ("令和3年6月1日頃", "DT-001", ("2021-06-01",)),
        ("令和3年5月28日(金)17時必着", "DT-001", ("2021-05-28",)),
        ("2021/6/1 9", "DT-001", ("2021-06-01",)),
        ("2021/6/1 9:00", "DT-001", ("2021-06-01",)),
        (44348, "DT-001", ("2021-06-01",)),
        ("44348", "DT-001", ("2021-06-01",)),
        ("0021-05-07", "DT-001", ()),
        ("2021-02-30", "DT-003", ("2021-02-28",)),
        ("令和3年6月31日", "DT-003", ("2021-06-30",)),
        ("令和3年2月29日", "DT-003", ("2021-02-28",)),
        ("2021-13-01", "DT-003", ()),
        ("2021-00-10", "DT-003", ()),
        ("令和0年5月7日", "DT-003", ()),
        ("令和元年4月30日", "DT-003", ("2019-04-30",)),
        ("平成元年1月7日", "DT-003", ("1989-01-07",)),
        ("令和8(2025)年4月1日", "DT-003", ("2025-04-01", "2026-04-01")),
        (True, "TYPE-001", ()),
        (["2021-05-07"], "TYPE-001", ()),
        (1.5, "DT-001", ()),
    ],
)
def test_refused(typed, rule, choices):
    result = read(START, typed)
    assert refusal(result) == rule
    assert result.value == typed
    assert result.notes[0].choices == choices


@pytest.mark.parametrize(
    ("typed", "value"),
    [("平成33年6月14日", "2021-06-14"), ("H33.6.14", "2021-06-14"), ("平成31年5月1日", "2019-05-01"), ("昭和64年1月8日", "1989-01-08")],
)
def test_an_era_that_had_ended_is_converted_and_shown(typed, value):
    result = read(START, typed)
    assert result.value == value
    assert "DT-002" in [note.rule for note in result.notes if note.level is Level.WARNING]


def test_both_ends_are_not_split_over_a_given_end():
    result = read(START, "令和3年6月1日～令和3年9月30日", {"term_end": "2021-10-31"})
    assert refusal(result) == "DT-001"
    assert result.notes[0].choices == ("2021-06-01",)


@pytest.mark.parametrize(
    ("typed", "start"), [("9999年度末", None), ("年度末", "9999-05-01"), ("11月末", "9999-12-31"), ("9999年12月末", None)]
)
def test_no_month_end_lies_beyond_the_calendar(typed, start):
    assert refusal(read(END, typed, {"term_start": start})) == "DT-001"


@pytest.mark.parametrize(("typed", "days"), [("9月末", 300), ("4月末", 0)])
def test_a_month_end_without_a_year_is_counted_from_today_for_ten_months_only(typed, days):
    result = read(END, typed)
    assert result.understood is bool(days)
    assert days or result.notes[0].choices == ("2022-04-30",)


@pytest.mark.parametrize(("number", "day"), [(44348, "2021-06-01"), (44469, "2021-09-30"), (44196.75, "2020-12-31")])
def test_a_serial_number_is_offered_as_its_day_from_a_file_and_typed(number, day):
    """Report rep-07: numbers of a workbook's cells, and the same as text."""
    for typed in (value_of(Kind.DATE, number), str(number), number):
        result = read(START, typed)
        assert refusal(result) == "DT-001"
        assert result.notes[0].choices == (day,)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2021/6/1 0:00", "2021-06-01"),
        ("2021/9/30  0:00:00", "2021-09-30"),
        ("2021年12月31日 0:00", "2021-12-31"),
        ("R3.6.1 0:00:00", "2021-06-01"),
    ],
)
def test_midnight_is_no_time_of_day(typed, day):
    """Report rep-18: what a spreadsheet writes for a day."""
    assert read(START, typed).value == day


def test_a_time_of_day_is_said():
    assert "時刻" in read(START, "2021/6/1 17:00").notes[0].message.what


def test_weekday_that_disagrees_is_shown():
    result = read(START, "令和7年4月23日(月曜日)")
    assert result.value == "2025-04-23"
    assert [note.rule for note in result.notes if note.level is Level.WARNING] == ["DT-004"]


def test_every_day_from_1868_round_trips_in_both_calendars():
    day, last = date(1868, 1, 1), date(2060, 12, 31)
    wrong = []
    while day <= last:
        for text in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", wareki(day)):
            result = read(START, text)
            if result.value != day.isoformat() or any(n.level is not Level.FIX for n in result.notes):
                wrong.append((text, result))
        day += timedelta(days=1)
    assert not wrong[:5]


@given(st.dates(min_value=date(1868, 1, 1)))
def test_iso_is_unchanged_and_silent(day):
    result = read(START, day.isoformat())
    assert result.value == day.isoformat()
    assert result.notes == ()
