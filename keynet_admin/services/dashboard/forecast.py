"""Will the promise hold? Pure arithmetic over opening time: what waits, what is expected, how many decide and how fast.

The queue is worked off in the order of its deadlines, as the operators' list is. Cases are taken as a stream: whoever is present decides
`per_hour` of them in an hour of opening time. A promise breaks when a deadline passes with a case undecided; what is late already is work
to be done, but no news.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

from keynet_admin.business_time import (
    CLOSES,
    DAY_SECONDS,
    NO_CLOSURES,
    OPENS,
    TOKYO,
    add_business_days,
    add_business_seconds,
    business_seconds_between,
    is_business_day,
    promise_due,
)

HOUR = timedelta(hours=1)
DAYS_AHEAD = 4  # business days for which arrivals are expected: whoever comes later is due when another forecast will have been made
WEEKS_BACK = 4
LATEST_HOURS = 42  # of single operators: two days of three
USUAL_PER_HOUR, USUAL_HOURS = 4.0, 1.0  # what is believed of the pace before anything was seen, and how much that weighs
MOST_OPERATORS = 99
FEW = 20
_NONE = 0.5  # fewer cases than this are rounding


@dataclass(frozen=True)
class Crew:
    """Who decides: operators that are present, and decisions of one of them in an hour of opening time."""

    operators: int
    per_hour: float


@dataclass(frozen=True)
class Wave:
    """Cases with one deadline that can be decided from a moment on. Of expected ones the number is no whole one."""

    at: datetime
    due: datetime
    cases: float


@dataclass(frozen=True)
class Outlook:
    """What comes of it with so many operators: the first deadline that breaks, cases that will miss theirs, when nothing waits any more.

    `curve`: at each deadline, how many will have missed theirs by then. `empty` is None when that lies beyond all expected arrivals.
    """

    operators: int
    breaks: datetime | None
    late: int
    empty: datetime | None
    curve: tuple[tuple[datetime, int], ...]


@dataclass(frozen=True)
class Forecast:
    """The outlook with the present crew and with more; `best` is the smallest number without a break, None when no number helps.

    `shown` begins with the present number and ends with `best`.
    """

    crew: Crew
    waiting: int
    shown: tuple[Outlook, ...]
    best: int | None

    @property
    def now(self) -> Outlook:
        """With the operators of now."""
        return self.shown[0]

    @property
    def in_danger(self) -> bool:
        """Whether a deadline will break that has not yet."""
        return self.now.breaks is not None


def forecast(now: datetime, waves: Sequence[Wave], crew: Crew, closed: Mapping[date, str] = NO_CLOSURES) -> Forecast:
    """The outlook for this work: with the crew, halfway to enough, and with the smallest number that holds the promise."""
    work = _on_axis(now, waves, closed)
    first = _walk(now, work, crew.operators, crew.per_hour, closed)
    best: int | None = crew.operators
    if first.breaks is not None:
        best = _smallest(lambda number: _walk(now, work, number, crew.per_hour, closed).breaks is None, crew.operators + 1)
    more = [] if best in (None, crew.operators) else sorted({(crew.operators + (best or 0)) // 2, best or 0} - {crew.operators})
    shown = (first, *(_walk(now, work, number, crew.per_hour, closed) for number in more))
    return Forecast(crew, round(sum(wave.cases for wave in waves if wave.at <= now)), shown, best)


def expected(now: datetime, history: Mapping[datetime, int], closed: Mapping[date, str] = NO_CLOSURES) -> list[tuple[datetime, float]]:
    """Arrivals by hour that are expected until the end of the business days ahead: hours of now on, as (beginning, number).

    `history`: arrivals by the beginning of their hour, of some weeks. A day is expected to be like the same days of the week before that
    were open (or closed) as it is; the rest of today is stretched by what today brought more than usual until now (the circular's surge).
    Without any usual day the hours of today go on as they were until the desk closes.
    """
    now = now.astimezone(TOKYO)
    by_day: dict[date, dict[int, int]] = {}
    for moment, number in history.items():
        here = moment.astimezone(TOKYO)
        by_day.setdefault(here.date(), {})[here.hour] = number
    today = now.date()
    past = [today - timedelta(days=back) for back in range(1, 7 * WEEKS_BACK + 1)]
    begun = min((day for day in by_day if day < today), default=today)
    past = [day for day in past if day >= begun]
    found: list[tuple[datetime, float]] = []
    day, last = today, add_business_days(today, DAYS_AHEAD, closed)
    while day <= last:
        usual = _usual(day, past, by_day, closed)
        if day == today:
            found += _rest_of_today(now, usual, by_day.get(today, {}))
        else:
            found += [(_hour(day, hour), usual[hour]) for hour in range(24) if usual[hour]]
        day += timedelta(days=1)
    return found


def waves_of(
    now: datetime, due: Iterable[tuple[datetime, int]], arrivals: Iterable[tuple[datetime, float]], closed: Mapping[date, str] = NO_CLOSURES
) -> list[Wave]:
    """The work: cases that wait by their deadline, and expected ones as if each hour's came in its middle."""
    waiting = [Wave(now, moment, number) for moment, number in due]
    return waiting + [
        Wave(middle, promise_due(middle, closed), number)
        for begin, number in arrivals
        for middle in (max(begin, now) + (begin + HOUR - max(begin, now)) / 2,)
    ]


def pace(decisions: Iterable[tuple[int, datetime, int]], present: int | None, now: datetime) -> Crew:
    """The crew that past decisions tell of: (operator, beginning of the hour, how many), of the last business days.

    An operator's hours are those in which they decided something, the latest ones: a quiet week says little about a day on which much waits.
    The hour that runs is left out. Nobody present (None: not known) means those of the last day on which anybody decided; at least one.
    """
    rows = [(who, hour.astimezone(TOKYO), number) for who, hour, number in decisions]
    running = now.astimezone(TOKYO) - HOUR
    whole = [number for _, hour, number in sorted(rows, key=lambda row: row[1], reverse=True) if hour <= running][:LATEST_HOURS]
    per_hour = (sum(whole) + USUAL_PER_HOUR * USUAL_HOURS) / (len(whole) + USUAL_HOURS)
    if not present:
        last = max((hour.date() for _, hour, _ in rows), default=None)
        present = len({who for who, hour, _ in rows if hour.date() == last})
    return Crew(max(1, present), per_hour)


def _usual(day: date, past: Sequence[date], by_day: Mapping[date, Mapping[int, int]], closed: Mapping[date, str]) -> list[float]:
    """Arrivals of an ordinary day like this, by hour: as many as on that day of the week, spread as on all days that were open (or closed) as it is."""
    alike = [other for other in past if is_business_day(other, closed) is is_business_day(day, closed)]
    sums = [sum(by_day.get(other, {}).values()) for other in alike]
    if not sum(sums):
        return [0.0] * 24
    level = fmean([number for other, number in zip(alike, sums, strict=True) if other.weekday() == day.weekday()] or sums)
    return [level / sum(sums) * sum(by_day.get(other, {}).get(hour, 0) for other in alike) for hour in range(24)]


def _rest_of_today(now: datetime, usual: Sequence[float], today: Mapping[int, int]) -> list[tuple[datetime, float]]:
    """The hours of today from now on; of the hour that runs, what is left of it."""
    part = (now - _hour(now.date(), now.hour)) / HOUR
    until_now = sum(today.values())
    if sum(usual) < 1:
        since = max(OPENS.hour - 1.0, float(min(today, default=OPENS.hour)))
        rate = until_now / max(1.0, now.hour + part - since)
        hours = range(now.hour, CLOSES.hour)
        return [(_hour(now.date(), hour), rate * (1 - part if hour == now.hour else 1)) for hour in hours if rate]
    so_far = sum(usual[: now.hour]) + usual[now.hour] * part
    few = 1 if until_now < FEW else 0  # a few arrivals say little about the rest of the day
    stretched = max(0.5, (until_now + few) / max(so_far + few, 1.0))
    left = [(hour, usual[hour] * (1 - part if hour == now.hour else 1)) for hour in range(now.hour, 24)]
    return [(_hour(now.date(), hour), number * stretched) for hour, number in left if number]


@dataclass(frozen=True)
class _Lot:
    """A wave on the axis of opening seconds from now on."""

    at: int
    due: int
    moment: datetime
    cases: float


def _on_axis(now: datetime, waves: Sequence[Wave], closed: Mapping[date, str]) -> list[_Lot]:
    """In the order in which they are decided. Moments repeat, and counting their opening time is the dear part."""
    places: dict[datetime, int] = {}
    for moment in {moment for wave in waves for moment in (wave.at, wave.due)}:
        places[moment] = business_seconds_between(now, moment, closed) if moment > now else 0
    lots = [_Lot(max(0, places[wave.at]), places[wave.due], wave.due, wave.cases) for wave in waves if wave.cases > 0]
    return sorted(lots, key=lambda lot: (lot.moment, lot.at))


def _walk(now: datetime, work: Sequence[_Lot], operators: int, per_hour: float, closed: Mapping[date, str]) -> Outlook:
    """Opening time forward until everything is decided."""
    rate = operators * per_hour / 3600
    clock, late, empty = 0.0, 0.0, None
    missed: dict[datetime, float] = {}
    for lot in work:
        if lot.at > clock + 1 and empty is None:
            empty = clock
        begin = max(clock, float(lot.at))
        clock = begin + lot.cases / rate
        if lot.moment > now:
            over = min(lot.cases, max(0.0, (clock - max(begin, lot.due)) * rate))
            late += over
            missed[lot.moment] = late
    breaks = next((moment for moment, number in missed.items() if number > _NONE), None)
    end = clock if empty is None else empty
    return Outlook(
        operators,
        breaks,
        round(late) if breaks is not None else 0,
        add_business_seconds(now, round(end), closed) if end < 60 * DAY_SECONDS else None,
        tuple((moment, round(number)) for moment, number in missed.items()),
    )


def _smallest(holds: Callable[[int], bool], low: int) -> int | None:
    """The smallest number from `low` on for which it holds, once for all greater ones; None beyond the greatest."""
    if not holds(MOST_OPERATORS):
        return None
    high = MOST_OPERATORS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _hour(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=TOKYO)
