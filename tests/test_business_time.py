"""The business-day clock against the table of the domain notes, the holidays of 2020 to 2022 and its own laws."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynet_admin.business_time import (
    DAY_SECONDS,
    TOKYO,
    TimeLeft,
    add_business_days,
    add_business_seconds,
    business_seconds_between,
    closed_reason,
    counts_from,
    explain,
    holiday_name,
    is_business_day,
    promise_due,
    time_left,
)
from keynet_admin.services import business_days

HOLIDAYS = {
    2020: "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 9/21 9/22 11/3 11/23",
    2021: "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 11/3 11/23",
    2022: "1/1 1/10 2/11 2/23 3/21 4/29 5/3 5/4 5/5 7/18 8/11 9/19 9/23 10/10 11/3 11/23",
}


def at(text: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


moments = st.datetimes(min_value=datetime(2019, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.sampled_from([UTC, TOKYO]))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("received", "promise"),
    [
        ("2021-05-06 11:00", "2021-05-10"),
        ("2021-05-07 16:59", "2021-05-11"),
        ("2021-05-07 17:00", "2021-05-12"),
        ("2021-07-21 16:00", "2021-07-27"),
        ("2021-07-21 17:30", "2021-07-28"),
        ("2021-08-06 10:00", "2021-08-11"),
        ("2021-12-28 18:00", "2022-01-06"),
        # beyond the table: a closed day, early morning, just before midnight
        ("2021-05-08 12:00", "2021-05-12"),
        ("2021-05-06 03:00", "2021-05-10"),
        ("2021-05-05 23:59", "2021-05-10"),
    ],
)
def test_the_table_of_examples(received: str, promise: str) -> None:
    assert promise_due(at(received)) == at(f"{promise} 17:00")


def test_a_utc_moment_is_read_in_japan() -> None:
    # 07:59 UTC is 16:59 in Japan, one minute later the desk is closed
    assert promise_due(datetime(2021, 5, 7, 7, 59, tzinfo=UTC)) == at("2021-05-11 17:00")
    assert promise_due(datetime(2021, 5, 7, 8, 0, tzinfo=UTC)) == at("2021-05-12 17:00")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        promise_due(datetime(2021, 5, 7, 11, 0))  # noqa: DTZ001


@pytest.mark.parametrize("year", sorted(HOLIDAYS))
def test_holidays_agree_with_the_list_of_the_domain_notes(year: int) -> None:
    day, found = date(year, 1, 1), []
    while day.year == year:
        if holiday_name(day):
            found.append(f"{day.month}/{day.day}")
        day += timedelta(days=1)
    assert found == HOLIDAYS[year].split()


@pytest.mark.parametrize("day", ["2021-07-19", "2021-08-11", "2021-10-11", "2021-12-28", "2022-01-04"])
def test_ordinary_days(day: str) -> None:
    assert is_business_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2021-07-22", "祝日（海の日）"),
        ("2021-05-08", "土曜日"),
        ("2021-05-09", "日曜日"),
        ("2021-12-29", "年末年始（12月29日～1月3日）"),
        ("2022-01-03", "年末年始（12月29日～1月3日）"),
    ],
)
def test_closed_days_say_why(day: str, reason: str) -> None:
    assert closed_reason(date.fromisoformat(day)) == reason


def test_early_arrival_counts_from_ten() -> None:
    assert counts_from(at("2021-05-06 08:00")) == at("2021-05-06 10:00")
    assert counts_from(at("2021-05-06 11:30")) == at("2021-05-06 11:30")
    assert counts_from(at("2021-05-07 17:00")) == at("2021-05-10 10:00")


@pytest.mark.parametrize(
    ("now", "due", "words"),
    [
        ("2021-05-06 14:00", "2021-05-07 17:00", "残り 1営業日 3時間"),
        ("2021-05-06 10:00", "2021-05-07 17:00", "残り 2営業日"),
        ("2021-05-07 13:40", "2021-05-07 17:00", "残り 3時間20分"),
        ("2021-05-07 16:00", "2021-05-07 17:00", "残り 1時間"),
        ("2021-05-07 16:45", "2021-05-07 17:00", "残り 15分"),
        ("2021-05-07 17:00", "2021-05-07 17:00", "残り 1分未満"),
        ("2021-05-10 11:20", "2021-05-07 17:00", "超過 1時間20分"),
        ("2021-05-11 12:00", "2021-05-07 17:00", "超過 1営業日 2時間"),
        ("2021-05-08 12:00", "2021-05-07 17:00", "超過 1分未満"),
        ("2021-05-08 12:00", "2021-05-11 17:00", "残り 2営業日"),
    ],
)
def test_time_left_in_words(now: str, due: str, words: str) -> None:
    assert time_left(at(now), at(due)).words == words


def test_time_left_in_numbers() -> None:
    assert time_left(at("2021-05-06 14:10"), at("2021-05-07 17:00")) == TimeLeft(1, 2, 50, overdue=False)


def test_explain_names_the_holidays() -> None:
    assert [(s.day.isoformat(), s.counted, s.reason) for s in explain(at("2021-07-21 17:30"))] == [
        ("2021-07-21", False, "17:00以後の受付のため、翌営業日の受付として数えます"),
        ("2021-07-22", False, "祝日（海の日）"),
        ("2021-07-23", False, "祝日（スポーツの日）"),
        ("2021-07-24", False, "土曜日"),
        ("2021-07-25", False, "日曜日"),
        ("2021-07-26", False, "受付日（初日は数えません）"),
        ("2021-07-27", True, "1営業日目"),
        ("2021-07-28", True, "2営業日目（17:00が期限）"),
    ]


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [("2021-05-07", 1, "2021-05-10"), ("2021-05-10", -1, "2021-05-07"), ("2021-05-08", 0, "2021-05-10"), ("2021-05-06", 0, "2021-05-06")],
)
def test_adding_business_days(day: str, n: int, expected: str) -> None:
    assert add_business_days(date.fromisoformat(day), n) == date.fromisoformat(expected)


@given(moments)
def test_never_due_on_a_closed_day(received: datetime) -> None:
    due = promise_due(received)
    assert is_business_day(due.date())
    assert due > received


@given(moments, moments)
def test_who_comes_later_is_due_no_earlier(a: datetime, b: datetime) -> None:
    first, second = sorted((a, b))
    assert promise_due(first) <= promise_due(second)


@given(moments)
def test_the_promise_leaves_two_to_three_business_days(received: datetime) -> None:
    left = business_seconds_between(received, promise_due(received))
    assert 2 * DAY_SECONDS < left <= 3 * DAY_SECONDS


@given(moments, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20)))
def test_business_time_adds_up(a: datetime, first: timedelta, second: timedelta) -> None:
    a = a.replace(microsecond=0)
    b = a + timedelta(seconds=int(first.total_seconds()))
    c = b + timedelta(seconds=int(second.total_seconds()))
    assert business_seconds_between(a, b) + business_seconds_between(b, c) == business_seconds_between(a, c)
    assert business_seconds_between(c, a) == -business_seconds_between(a, c)


@given(moments)
def test_explain_ends_on_the_promised_day_and_counts_two(received: datetime) -> None:
    steps = explain(received)
    assert steps[-1].day == promise_due(received).date()
    assert sum(step.counted for step in steps) == 2
    assert steps[0].day == received.astimezone(TOKYO).date()


@pytest.mark.parametrize("year", range(2019, 2033))
def test_a_second_library_knows_the_same_holidays(year: int) -> None:
    """Two that were written by others than each other; the years the program may run in."""
    others = holidays.country_holidays("JP", years=year)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    assert [day for day in days if day.year == year and (day in others) is not (holiday_name(day) is not None)] == []


closures = st.sets(st.dates(date(2021, 4, 1), date(2021, 6, 30)), max_size=12).map(lambda days: dict.fromkeys(days, "停電"))
busy = st.datetimes(datetime(2021, 4, 1), datetime(2021, 6, 30), timezones=st.just(TOKYO))  # noqa: DTZ001


@given(busy, busy, closures)
def test_closures_keep_the_laws(a: datetime, b: datetime, closed: dict[date, str]) -> None:
    """Monotone, due on an open day only, and never earlier than without the closures."""
    first, second = (promise_due(moment, closed) for moment in sorted((a, b)))
    assert first <= second
    assert is_business_day(first.date(), closed)
    assert first >= promise_due(min(a, b))


@given(busy, st.integers(0, 200), closures)
def test_a_pause_of_n_business_hours_moves_the_deadline_by_exactly_n(received: datetime, hours: int, closed: dict[date, str]) -> None:
    due = promise_due(received, closed)
    moved = add_business_seconds(due, hours * 3600, closed)
    assert business_seconds_between(due, moved, closed) == hours * 3600
    assert is_business_day(moved.date(), closed)


def test_spans_that_share_their_days_are_counted_as_each_by_itself() -> None:
    """The service's own clock remembers whole days; closures that are entered later count at once."""
    begin, end = at("2021-04-20 16:30"), at("2021-05-12 11:00")
    spans = [(begin + timedelta(hours=hours), end - timedelta(minutes=7 * hours)) for hours in range(0, 600, 5)]
    spans += [(b, a) for a, b in spans[:5]]
    spans += [(at("2019-12-27 09:00") + timedelta(days=days), end) for days in range(0, 900, 41)]
    spans += [(end, at("2019-12-27 09:00") + timedelta(days=days)) for days in range(0, 900, 37)]
    try:
        for closures in ({}, {"": {date(2021, 5, 6): "システム更新", date(2020, 12, 28): "移転"}}):
            business_days.use(closures)
            plain = [business_seconds_between(a, b, closures.get("", {})) for a, b in spans]
            assert [business_days.business_seconds_between(a, b) for a, b in spans] == plain
    finally:
        business_days.use({})
