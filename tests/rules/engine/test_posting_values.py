"""Plain facts about a posting."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.engine import posting_values
from keynet_admin.rules.engine.rule import Scope
from tests.rules.judging import shift

ON = date(2021, 5, 7)


def scope(record: dict[str, Any], *, partial: bool = False, unread: frozenset[str] = frozenset()) -> Scope:
    return Scope({"postings": [record]}, record, "postings.0.", ON, {"postings": [record]}, unread, partial)


@pytest.mark.parametrize(
    ("row", "span", "work"),
    [
        (shift("09:00", "16:30", 30), 450, 420),
        (shift("20:00", "08:30", 60, end_next_day=True), 750, 690),
        (shift("18:00", "24:00", 0), 360, 360),
        (shift("18:00", "24:00", 0, end_next_day=True), 360, 360),
        (shift("17:30", "13:00", 0), None, None),
        (shift("13:00", "13:00", 0), None, None),
        (shift("09:00", "17:00", 0, end_next_day=True), None, None),
        (shift("13:00", "17:30", None), 270, None),
        (shift("13:00", "17:30", 600), 270, None),
        (shift("13:00", "17:30", 270), 270, None),
        (shift("13:00", "17:30", 269), 270, 1),
        (shift("13:00", "17:30", -1), 270, None),
        (shift("13:00", "17:30", True), 270, None),
        (shift("13:00", "13:01", 0), 1, 1),
        (shift("00:00", "00:00", 0, end_next_day=True), 1440, 1440),
        (shift("00:00", "00:01", 0, end_next_day=True), None, None),
        (shift(None, "17:30", 0), None, None),
        (shift("午後1時", "17:30", 0), None, None),
        ({}, None, None),
    ],
)
def test_span_and_work(row: dict[str, Any], span: int | None, work: int | None) -> None:
    assert (posting_values.span_minutes(row), posting_values.work_minutes(row)) == (span, work)


@pytest.mark.parametrize(
    ("row", "night"),
    [
        (shift("20:00", "08:30", 60, end_next_day=True), True),
        (shift("17:00", "22:00"), False),
        (shift("17:00", "22:01"), True),
        (shift("04:59", "09:00"), True),
        (shift("05:00", "09:00"), False),
        (shift("bad", "09:00"), False),
        (shift("04:00", "bad"), False),
        (shift("bad", "bad"), False),
    ],
)
def test_touches_night(row: dict[str, Any], night: bool) -> None:
    assert posting_values.touches_night(row) is night


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("00:00", 0),
        ("13:30", 810),
        ("24:00", 1440),
        ("24:01", None),
        ("12:59", 779),
        ("99:00", None),
        ("12-00", None),
        ("1a:00", None),
        ("12:a0", None),
        ("12:００", None),
        ("9:00", None),
        ("12:60", None),
        ("１２:00", None),
        (900, None),
        (None, None),
    ],
)
def test_clock_minutes(value: Any, minutes: int | None) -> None:
    assert posting_values.clock_minutes(value) == minutes


@pytest.mark.parametrize(
    ("value", "day"), [("2021-05-07", ON), ("2021-02-30", None), ("令和3年5月7日", None), (None, None), (20210507, None)]
)
def test_parse_day(value: Any, day: date | None) -> None:
    assert posting_values.parse_day(value) == day


@pytest.mark.parametrize(
    ("engagement", "private", "fiscal", "employed"),
    [
        ("contractor", True, False, True),
        ("fiscal_year_part_time", False, True, True),
        ("fiscal_year_full_time", False, True, True),
        ("honorarium", False, False, False),
        ("special_part_time", False, False, True),
        (None, False, False, False),
    ],
)
def test_forms_of_engagement(engagement: str | None, private: bool, fiscal: bool, employed: bool) -> None:
    posting = {"engagement": engagement}
    assert (posting_values.is_private(posting), posting_values.is_fiscal_year(posting), posting_values.is_employment(posting)) == (
        private,
        fiscal,
        employed,
    )


def test_missing_is_silent_on_partial_and_unread() -> None:
    assert posting_values.missing(scope({}), "title")
    assert posting_values.missing(scope({"title": ""}), "title")
    assert not posting_values.missing(scope({"title": "看護師"}), "title")
    assert not posting_values.missing(scope({}, partial=True), "title")
    assert not posting_values.missing(scope({"title": None}, unread=frozenset({"postings.0.title"})), "title")


def test_row_missing_looks_at_one_cell() -> None:
    record = {"shifts": [shift("13:00", "17:30", None)]}
    assert posting_values.row_missing(scope(record), "shifts", 0, "break")
    assert not posting_values.row_missing(scope(record), "shifts", 0, "start")
    assert not posting_values.row_missing(scope(record, partial=True), "shifts", 0, "break")
    assert not posting_values.row_missing(scope(record, unread=frozenset({"postings.0.shifts.0.break"})), "shifts", 0, "break")
    assert not posting_values.row_missing(scope(record), "shifts", 3, "break")


def test_rows_and_typed_values_take_any_shape() -> None:
    assert posting_values.rows(scope({"shifts": "月～金"}), "shifts") == []
    assert [dict(row) for _, row in posting_values.rows(scope({"shifts": [None, {"start": "13:00"}]}), "shifts")] == [
        {},
        {"start": "13:00"},
    ]
    assert posting_values.typed_value(scope({"licenses": ["看護師免許"]}), "licenses") == ["看護師免許"]
    assert posting_values.typed_value(scope({}), "licenses") is None


@pytest.mark.parametrize(("minutes", "words"), [(420, "7時間"), (465, "7時間45分"), (30, "30分"), (0, "0分")])
def test_hours_text(minutes: int, words: str) -> None:
    assert posting_values.hours_text(minutes) == words


@pytest.mark.parametrize(
    ("value", "as_whole", "as_number"), [(3, 3, 3.0), (3.5, None, 3.5), (True, None, None), ("3", None, None), (None, None, None)]
)
def test_numbers(value: Any, as_whole: int | None, as_number: float | None) -> None:
    assert (posting_values.whole(value), posting_values.number(value)) == (as_whole, as_number)


@pytest.mark.parametrize(("value", "words"), [("09:00", "9:00"), ("10:00", "10:00"), ("00:30", "0:30"), (None, "None"), (900, "900")])
def test_clock(value: Any, words: str) -> None:
    assert posting_values.clock(value) == words


def test_lists_of_words() -> None:
    assert posting_values.days_of({"days": ["mon", 3, None]}) == {"mon"}
    assert posting_values.days_of({"days": "mon"}) == frozenset()
    assert posting_values.duties(scope({"duties": ["injection", 3]})) == {"injection"}
    assert posting_values.duties(scope({"duties": "injection"})) == frozenset()
    assert posting_values.long_day(ON) == "2021年5月7日"
    assert posting_values.is_employment({"engagement": ""}) is posting_values.is_employment({"engagement": "other"}) is False


def test_row_missing_at_the_ends_of_the_list() -> None:
    record = {"shifts": [shift("13:00", "17:30", None), "9時から", {"break": 0}]}
    assert [posting_values.row_missing(scope(record), "shifts", index, "break") for index in range(4)] == [True, False, False, False]
    assert not posting_values.row_missing(scope({"shifts": "9時から"}), "shifts", 0, "break")
    for unread in ("postings.0.shifts", "postings.0.shifts.0"):
        assert not posting_values.row_missing(scope(record, unread=frozenset({unread})), "shifts", 0, "break")


def test_shift_text() -> None:
    assert posting_values.shift_text(shift("09:00", "16:30")) == "9:00～16:30"
    assert posting_values.shift_text(shift("20:00", "08:30", 60, end_next_day=True)) == "20:00～翌8:30"
