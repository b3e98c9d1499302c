"""The business-day clock: when a case is due, how much time is left and why.

A business day runs 10:00 to 17:00 in Japan (the help desk's hours in the circular of 2021-05-07). Closed are Saturdays, Sundays, public
holidays (国民の祝日に関する法律, as moved in 2020 and 2021 by the Olympic act), 29 December to 3 January (行政機関の休日に関する法律1条)
and the days that a caller names in `closed`, each with its reason.

「2営業日以内」 has no meaning in law, so it is defined here. Received at or after 17:00 or on a closed day counts as received on the
next business day, earlier than 10:00 as received at 10:00. The promise is 17:00 of the second business day after that day (as in the
Civil Code, art. 140, the first day is not counted). Moments are aware datetimes; results stand in Asia/Tokyo.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import jpholiday

TOKYO = ZoneInfo("Asia/Tokyo")
OPENS = time(10, 0)
CLOSES = time(17, 0)
DAY_SECONDS = 7 * 3600
PROMISED_DAYS = 2

_ONE_DAY = timedelta(days=1)
NO_CLOSURES: Mapping[date, str] = MappingProxyType({})


@dataclass(frozen=True)
class TimeLeft:
    """Business time until (or, when `overdue`, since) a deadline. A day is a business day of seven hours."""

    days: int
    hours: int
    minutes: int
    overdue: bool

    @property
    def words(self) -> str:
        """「残り 1営業日 3時間」, 「残り 3時間20分」, 「超過 1時間20分」. Minutes are left out when whole days are shown."""
        head = "超過" if self.overdue else "残り"
        if self.days:
            return f"{head} {self.days}営業日" + (f" {self.hours}時間" if self.hours else "")
        if self.hours:
            return f"{head} {self.hours}時間" + (f"{self.minutes}分" if self.minutes else "")
        return f"{head} {self.minutes}分" if self.minutes else f"{head} 1分未満"


@dataclass(frozen=True)
class CountedDay:
    """One calendar day of a deadline's count: was it counted, and why (or why not), in Japanese."""

    day: date
    counted: bool
    reason: str


@lru_cache(maxsize=8192)
def holiday_name(day: date) -> str | None:
    """The public holiday's name, for example 「海の日」, or None."""
    name = jpholiday.is_holiday_name(day)
    return str(name) if name else None


def closed_reason(day: date, closed: Mapping[date, str] = NO_CLOSURES) -> str | None:
    """Why nobody works on a day, in Japanese; None on a business day."""
    name = holiday_name(day)
    if name:
        return f"祝日（{name}）"
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return "年末年始（12月29日～1月3日）"
    if day.weekday() >= 5:
        return "土曜日" if day.weekday() == 5 else "日曜日"
    return f"臨時の閉庁日（{closed[day]}）" if day in closed else None


def is_business_day(day: date, closed: Mapping[date, str] = NO_CLOSURES) -> bool:
    """True when the desk is open on that day."""
    return closed_reason(day, closed) is None


def add_business_days(day: date, n: int, closed: Mapping[date, str] = NO_CLOSURES) -> date:
    """The n-th business day after a day (before it when n is negative). With n = 0 the day itself, moved on to a business day."""
    step = _ONE_DAY if n >= 0 else -_ONE_DAY
    left = abs(n)
    while left or not is_business_day(day, closed):
        day += step
        if is_business_day(day, closed):
            left = max(0, left - 1)
    return day


def counts_from(received: datetime, closed: Mapping[date, str] = NO_CLOSURES) -> datetime:
    """The moment from which a receipt counts: itself within opening hours, else the next opening."""
    moment = _in_tokyo(received)
    day = moment.date()
    if moment.time() >= CLOSES or not is_business_day(day, closed):
        return _at(add_business_days(day, 1, closed), OPENS)
    return max(moment, _at(day, OPENS))


def promise_due(received: datetime, closed: Mapping[date, str] = NO_CLOSURES) -> datetime:
    """17:00 of the second business day after the (moved) day of receipt: what the sender is promised."""
    return _at(add_business_days(counts_from(received, closed).date(), PROMISED_DAYS, closed), CLOSES)


def business_seconds_between(a: datetime, b: datetime, closed: Mapping[date, str] = NO_CLOSURES) -> int:
    """Opening time between two moments, in whole seconds; negative when b is before a."""
    start, end = _in_tokyo(a), _in_tokyo(b)
    if end < start:
        return -business_seconds_between(b, a, closed)
    days = (start.date() + number * _ONE_DAY for number in range((end.date() - start.date()).days + 1))
    open_times = (min(end, _at(day, CLOSES)) - max(start, _at(day, OPENS)) for day in days if is_business_day(day, closed))
    return int(sum((max(timedelta(), time) for time in open_times), timedelta()).total_seconds())


def add_business_seconds(moment: datetime, seconds: int, closed: Mapping[date, str] = NO_CLOSURES) -> datetime:
    """The earliest moment with that much opening time after `moment`. A negative number of seconds raises ValueError."""
    if seconds < 0:
        raise ValueError("seconds must not be negative")
    here = _in_tokyo(moment)
    if seconds == 0:
        return here
    left = timedelta(seconds=seconds)
    day = here.date()
    while True:
        if is_business_day(day, closed):
            opening, closing = max(here, _at(day, OPENS)), _at(day, CLOSES)
            room = max(timedelta(), closing - opening)
            if left <= room:
                return opening + left
            left -= room
        day += _ONE_DAY


def due_after_pause(due: datetime, seconds: int, closed: Mapping[date, str] = NO_CLOSURES) -> datetime:
    """A deadline whose clock stood still for so many business seconds: afterwards as much is left (or overdue) as before."""
    return add_business_seconds(due, seconds, closed)


def time_left(now: datetime, due: datetime, closed: Mapping[date, str] = NO_CLOSURES) -> TimeLeft:
    """Business time from now to the deadline; `overdue` from the first moment after it. Seconds are cut off."""
    return time_left_of(business_seconds_between(now, due, closed), overdue=_in_tokyo(now) > _in_tokyo(due))


def time_left_of(seconds: int, *, overdue: bool) -> TimeLeft:
    """The same of business seconds that are counted already, before the deadline or since it."""
    days, rest = divmod(abs(seconds), DAY_SECONDS)
    return TimeLeft(days, rest // 3600, rest % 3600 // 60, overdue)


def explain(received: datetime, closed: Mapping[date, str] = NO_CLOSURES) -> list[CountedDay]:
    """Every calendar day from the receipt to the promised day, counted or not, with the reason (names the holiday)."""
    moment = _in_tokyo(received)
    counted_from = counts_from(received, closed).date()
    last = promise_due(received, closed).date()
    steps: list[CountedDay] = []
    number = 0
    day = moment.date()
    while day <= last:
        why_closed = closed_reason(day, closed)
        if why_closed:
            steps.append(CountedDay(day, False, why_closed))
        elif day < counted_from:
            steps.append(CountedDay(day, False, "17:00以後の受付のため、翌営業日の受付として数えます"))
        elif day == counted_from:
            steps.append(CountedDay(day, False, "受付日（初日は数えません）"))
        else:
            number += 1
            steps.append(CountedDay(day, True, f"{number}営業日目" + ("（17:00が期限）" if day == last else "")))
        day += _ONE_DAY
    return steps


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, TOKYO)


def _in_tokyo(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(TOKYO)
