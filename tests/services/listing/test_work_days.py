"""Weekdays laid over the period, with the holidays of 2021."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.services.listing import work_days

TUE_THU = {"days": ["tue", "thu"]}
JULY = {"term_start": "2021-07-13", "term_end": "2021-07-31"}


def shown(posting: dict[str, Any], since: date = date(2021, 5, 7)) -> tuple[list[int], list[int], list[int]]:
    """The days of the month: with work, off, not said."""
    found = work_days.of(posting, since)
    return [day.day for day in found.days], [day.day for day in found.off], [day.day for day in found.unsure]


@pytest.mark.parametrize(
    ("posting", "expected"),
    [
        ({**JULY, "shifts": [TUE_THU]}, ([13, 15, 20, 27, 29], [], [22])),  # 7/22 海の日
        ({**JULY, "shifts": [TUE_THU], "holidays": "土日祝"}, ([13, 15, 20, 27, 29], [22], [])),
        ({**JULY, "shifts": [{"days": ["tue", "hol"]}]}, ([13, 20, 22, 23, 27], [], [])),
        ({**JULY, "term_end": "2021-07-12", "shifts": [TUE_THU]}, ([], [], [])),
        ({**JULY, "shifts": [{"days": "平日"}]}, ([], [], [])),
        ({"shifts": [TUE_THU]}, ([], [], [])),
        ({"term_start": "2021-08-07", "term_end": "2021-08-08", "shifts": [{"days": ["sat", "sun"]}]}, ([7, 8], [], [])),  # 8/8 山の日
    ],
)
def test_days(posting: dict[str, Any], expected: tuple[list[int], list[int], list[int]]) -> None:
    assert shown(posting) == expected


def test_days_that_are_past_are_left_out() -> None:
    assert shown({**JULY, "shifts": [TUE_THU]}, date(2021, 7, 20))[0] == [20, 27, 29]


def test_a_period_without_end_is_not_followed_for_ever() -> None:
    posting = {"term_start": "2021-01-01", "term_end": "9999-12-31", "shifts": [{"days": ["mon"]}]}
    assert len(work_days.of(posting, date(2021, 1, 1)).days) < 60


def test_the_shifts_of_a_day_are_named() -> None:
    posting = {**JULY, "shifts": [TUE_THU, {"days": ["thu"]}]}
    assert work_days.of(posting, date(2021, 7, 13)).days[date(2021, 7, 15)] == (0, 1)
