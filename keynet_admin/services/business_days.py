"""The business-day clock of this installation: `business_time` with the closures that administrators have entered.

`services/master_data.py` hands the closures in and keeps them fresh; the arithmetic stays pure.
"""

from bisect import bisect_left
from calendar import isleap
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from keynet_admin import business_time
from keynet_admin.business_time import CountedDay, TimeLeft

# Day → reason, by prefecture; "" is the whole service.
_closures: dict[str, dict[date, str]] = {}


def use(closures: dict[str, dict[date, str]]) -> None:
    """Know these closures from now on."""
    global _closures
    if closures != _closures:
        _closures = closures
        _open_days.cache_clear()


def closed(prefecture_code: str = "") -> Mapping[date, str]:
    """The days on which the whole service is closed and, when a prefecture is named, those of its offices."""
    whole = _closures.get("", {})
    return {**_closures.get(prefecture_code, {}), **whole} if prefecture_code else whole


def promise_due(received: datetime, paused: int = 0) -> datetime:
    """What the sender is promised: 17:00 of the second business day after the day of receipt, and `paused` business seconds more."""
    return business_time.due_after_pause(business_time.promise_due(received, closed()), paused, closed())


def time_left(now: datetime, due: datetime) -> TimeLeft:
    """Business time from now to a deadline."""
    return business_time.time_left_of(business_seconds_between(now, due), overdue=now > due)


def business_seconds_between(a: datetime, b: datetime) -> int:
    """Opening time between two moments, in whole seconds; negative when b is before a.

    Whole days are not walked through: lists and reports ask for thousands of spans, of which the late ones are weeks long.
    """
    if b < a:
        return -business_seconds_between(b, a)
    first, last = (moment.astimezone(business_time.TOKYO).date() for moment in (a, b))
    if last == first:
        return business_time.business_seconds_between(a, b, closed())
    morning, night = (datetime.combine(day, time(), business_time.TOKYO) for day in (first + timedelta(days=1), last))
    ends = business_time.business_seconds_between(a, morning, closed()) + business_time.business_seconds_between(night, b, closed())
    return ends + business_time.DAY_SECONDS * _open_days_between(first + timedelta(days=1), last)


def _open_days_between(first: date, end: date) -> int:
    """How many days from the first on, the last not counted, somebody works."""
    whole = sum(len(_open_days(year)) for year in range(first.year, end.year))
    return whole + bisect_left(_open_days(end.year), end) - bisect_left(_open_days(first.year), first)


@lru_cache(maxsize=64)
def _open_days(year: int) -> list[date]:
    """The days of a year on which somebody works, in their order."""
    begin, days = date(year, 1, 1), 366 if isleap(year) else 365
    return [day for number in range(days) if is_open(day := begin + timedelta(days=number))]


def add_business_days(day: date, n: int, prefecture_code: str = "") -> date:
    """The n-th business day after a day, also counted by the offices of a prefecture when one is named."""
    return business_time.add_business_days(day, n, closed(prefecture_code))


def explain(received: datetime) -> list[CountedDay]:
    """Every calendar day of the promise with its reason; closures by name."""
    return business_time.explain(received, closed())


def is_open(day: date) -> bool:
    """Whether the service center works on that day."""
    return business_time.is_business_day(day, closed())


def is_open_now(moment: datetime) -> bool:
    """Whether somebody is at the desk at that moment."""
    here = moment.astimezone(business_time.TOKYO)
    return is_open(here.date()) and business_time.OPENS <= here.time() < business_time.CLOSES


def add_business_seconds(moment: datetime, seconds: int) -> datetime:
    """The earliest moment with so much opening time after a moment."""
    return business_time.add_business_seconds(moment, seconds, closed())
