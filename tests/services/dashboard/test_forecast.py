"""The outlook against small sums by hand, and against a simulated day of 1,741 forms."""

import heapq
import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from keynet_admin.business_time import TOKYO, add_business_seconds, business_seconds_between, is_business_day, promise_due
from keynet_admin.services.dashboard.forecast import Crew, Wave, expected, forecast, pace, waves_of


def at(text: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


NOON, TODAY, TOMORROW = at("2021-05-12 12:00"), at("2021-05-12 17:00"), at("2021-05-13 17:00")


@pytest.mark.parametrize(
    ("waves", "breaks", "late", "empty", "best"),
    [
        ([], None, 0, "2021-05-12 12:00", 2),
        # five hours of two people with four an hour: 40 until five o'clock
        ([(TODAY, 40)], None, 0, "2021-05-12 17:00", 2),
        ([(TODAY, 44)], "2021-05-12 17:00", 4, "2021-05-13 10:30", 3),
        ([(TODAY, 8), (TOMORROW, 100)], "2021-05-13 17:00", 12, "2021-05-14 11:30", 3),
        # what is late already is worked off first and is no news
        ([(at("2021-05-11 17:00"), 40), (TODAY, 8)], "2021-05-12 17:00", 8, "2021-05-13 11:00", 3),
    ],
)
def test_two_operators(waves: list[tuple[datetime, int]], breaks: str | None, late: int, empty: str, best: int) -> None:
    found = forecast(NOON, waves_of(NOON, waves, []), Crew(2, 4.0))
    assert (found.now.breaks, found.now.late, found.now.empty, found.best) == (at(breaks) if breaks else None, late, at(empty), best)
    assert found.in_danger is (breaks is not None)
    assert found.waiting == sum(number for _, number in waves)
    assert [row.breaks for row in found.shown[1:]][-1:] in ([], [None])


def test_what_cannot_be_held_has_no_best() -> None:
    found = forecast(at("2021-05-12 16:59"), [Wave(NOON, TODAY, 500)], Crew(1, 4.0))
    assert found.best is None
    assert len(found.shown) == 1


def test_today_is_like_other_wednesdays_and_a_surge_stretches_it() -> None:
    """Ten at ten, at two and at five on Wednesdays, a holiday left out; a Tuesday tells of the hours, not how many. By noon twelve times as many."""
    history = {at(f"2021-04-{day} {hour}:00"): 10 for day in (14, 21, 28) for hour in (10, 14, 17)} | {at("2021-05-05 14:00"): 99}
    history |= {at(f"2021-04-27 {hour}:00"): 2 for hour in (10, 14, 17)}
    usual = dict(expected(at("2021-05-12 10:00"), history))
    assert usual[at("2021-05-12 14:00")] == pytest.approx(10)
    surge = dict(expected(NOON, history | {at("2021-05-12 10:00"): 120}))
    assert surge[at("2021-05-12 14:00")] == pytest.approx(120)
    assert surge[at("2021-05-12 17:00")] == pytest.approx(120)
    assert at("2021-05-12 10:00") not in surge
    assert dict(expected(NOON, {at("2021-05-12 10:00"): 60}))[at("2021-05-12 15:00")] == pytest.approx(30)


def test_the_pace_of_few_data_stays_near_what_is_usual() -> None:
    hours = [at("2021-05-11 10:00"), at("2021-05-12 10:00"), at("2021-05-12 11:00")]
    assert pace([], None, NOON) == Crew(1, 4.0)
    assert pace([(1, hours[1], 12)], None, NOON).per_hour == pytest.approx(8.0)
    many = [(who, hour, 12) for who in (1, 2, 3) for hour in hours * 20]
    assert pace(many, None, NOON).operators == 3
    assert pace(many, 5, NOON) == Crew(5, pytest.approx(11.75, abs=0.1))
    assert pace([(1, NOON, 1)], None, NOON).per_hour == 4.0  # the hour that runs is not over


def test_a_day_of_1741_forms_comes_as_it_was_forecast_at_noon() -> None:
    """Three operators, two to eight minutes a case, sixty forms on other days: the forecast of noon within a tenth."""
    chance = random.Random(1741)
    weights = {8: 1, 9: 4, 10: 9, 11: 9, 12: 5, 13: 8, 14: 8, 15: 6, 16: 5, 17: 3, 18: 1}
    morning = at("2021-05-12 00:00")
    days = [day for number in range(-28, 7) if is_business_day((day := morning + timedelta(days=number)).date())]
    number_of = {day: 1741 if day == morning else 60 for day in days}
    hours_of = {day: chance.choices(list(weights), list(weights.values()), k=number) for day, number in number_of.items()}
    history = Counter(day + timedelta(hours=hour) for day in days if day < morning for hour in hours_of[day])
    came = sorted(day + timedelta(hours=hour, seconds=chance.randrange(3600)) for day in days if day >= morning for hour in hours_of[day])
    decided = _worked_off(came, operators=3, seconds=lambda: chance.uniform(120, 480))
    assert [case for case, _, _ in decided] == list(range(len(came)))  # nothing lost, doubled or out of order

    known = [number for number, moment in enumerate(came) if moment <= NOON]
    done = {case for case, _, end in decided if end <= NOON}
    waiting = Counter(promise_due(came[case]) for case in known if case not in done)
    history.update(moment.replace(minute=0, second=0) for moment in came if moment <= NOON)
    before = [(who, at(f"2021-05-11 {hour}:00"), round(chance.gauss(12, 3))) for who in range(3) for hour in range(10, 17)]
    hours = Counter((who, end.replace(minute=0, second=0, microsecond=0)) for _, who, end in decided if end <= NOON)
    crew = pace(before + [(who, hour, number) for (who, hour), number in hours.items()], 3, NOON)
    found = forecast(NOON, waves_of(NOON, waiting.items(), expected(NOON, history)), crew)

    late = [promise_due(came[case]) for case, _, end in decided if end > promise_due(came[case])]
    assert len(late) > 800
    assert found.now.late == pytest.approx(len(late), rel=0.1)
    assert found.now.breaks is not None
    real = business_seconds_between(NOON, min(late))
    assert business_seconds_between(NOON, found.now.breaks) == pytest.approx(real, rel=0.1)
    assert found.now.empty is not None
    assert business_seconds_between(NOON, found.now.empty) == pytest.approx(business_seconds_between(NOON, decided[-1][2]), rel=0.1)
    assert found.best is not None
    assert [
        end for case, _, end in _worked_off(came, found.best + 1, lambda: chance.uniform(120, 480)) if end > promise_due(came[case])
    ] == []


def _worked_off(came: list[datetime], operators: int, seconds: object) -> list[tuple[int, int, datetime]]:
    """(case, operator, moment of the decision) in the order of receipt: each operator takes the next case when free and the desk is open."""
    free = [(came[0], who) for who in range(operators)]
    heapq.heapify(free)
    decided = []
    for case, moment in enumerate(came):
        since, who = heapq.heappop(free)
        begin = max(since, moment)
        end = add_business_seconds(begin, max(1, round(seconds())))  # type: ignore[operator]
        heapq.heappush(free, (end, who))
        decided.append((case, who, end))
    assert all(is_business_day(end.date()) for _, _, end in decided)
    return decided
