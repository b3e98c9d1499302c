"""The business-day clock of this installation: `business_time` with the closures that administrators have entered.

`services/master_data.py` hands the closures in and keeps them fresh; the arithmetic stays pure.
"""

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
    _closures = closures
    _seconds_of_days.cache_clear()


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

    The days between are counted once for all spans that share them: a report asks for those of thousands of cases.
    """
    first, last = (moment.astimezone(business_time.TOKYO).date() for moment in (a, b))
    if last <= first:
        return business_time.business_seconds_between(a, b, closed())
    begin, end = _midnight(first + timedelta(days=1)), _midnight(last)
    ends = business_time.business_seconds_between(a, begin, closed()) + business_time.business_seconds_between(end, b, closed())
    return ends + _seconds_of_days(begin, end)


@lru_cache(maxsize=4096)
def _seconds_of_days(begin: datetime, end: datetime) -> int:
    """Opening time of whole days."""
    return business_time.business_seconds_between(begin, end, closed())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), business_time.TOKYO)


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
