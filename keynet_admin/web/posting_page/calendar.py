"""The days of work as a visitor sees them: the first month as a calendar, later ones in a line each."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from keynet_admin.catalogue import display
from keynet_admin.services.listing import work_days
from keynet_admin.services.listing.card import rows_of
from keynet_admin.services.listing.work_days import WorkDays

FIRST = 12  # days that are named one by one
FEW = 4  # a first month with fewer days is followed by a second calendar


class DayCell(NamedTuple):
    """A day of a calendar: its number (0 outside of the month), the hours at which work begins on it, whether all places are taken."""

    day: int
    begins: tuple[str, ...] = ()
    full: bool = False


_OUT = DayCell(0)


class Month(NamedTuple):
    """A month drawn as weeks from Monday to Sunday."""

    title: str
    weeks: list[list[DayCell]]


class Calendar(NamedTuple):
    """What a page says about the days: `months` drawn, `later` months in words, `notes` about holidays; all `days`, and the day it is read."""

    months: list[Month]
    later: list[str]
    notes: list[str]
    days: list[date]
    on: date

    def first(self) -> list[str]:
        """The first days by name, for paper."""
        return [display.short_date(day) for day in self.days[:FIRST]]

    def more(self) -> list[str]:
        """The days after those, month by month."""
        rest = groupby(self.days[FIRST:], key=lambda day: day.replace(day=1))
        return [_line(first, list(days), self.on) for first, days in rest]


def calendar(posting: Mapping[str, Any], places: Mapping[str, Any] | None, on: date) -> Calendar | None:
    """The days of work from this day on; None when there are none to be named."""
    found = work_days.of(posting, on)
    if not found.days:
        return None
    months = found.months()
    drawn = 2 if len(months) > 1 and len(months[0][1]) < FEW else 1
    begins = [display.time_of_day(row.get("start")) for row in rows_of(posting, "shifts")]
    counted = (places or {}).get("shifts") or []
    full = {number for number, pair in enumerate(counted) if pair is not None and pair[1] == 0}
    return Calendar(
        months=[Month(_title(first, on), _weeks(first, found, begins, full)) for first, _ in months[:drawn]],
        later=[_line(first, days, on) for first, days in months[drawn:]],
        notes=_notes(found),
        days=list(found.days),
        on=on,
    )


def _title(first: date, on: date) -> str:
    return f"{first.year}年{first.month}月" if first.year != on.year else f"{first.month}月"


def _line(first: date, days: list[date], on: date) -> str:
    ends = f"{days[0].month}/{days[0].day}" + (f"～{days[-1].month}/{days[-1].day}" if len(days) > 1 else "")
    return f"{_title(first, on)}　{work_days.weekdays_of(days)}の{len(days)}日（{ends}）"


def _weeks(first: date, found: WorkDays, begins: list[str], full: set[int]) -> list[list[DayCell]]:
    length = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - first
    cells = [_OUT] * first.weekday()
    for number in range(length.days):
        shifts = found.days.get(first + timedelta(days=number))
        if shifts:
            cells.append(DayCell(number + 1, tuple(dict.fromkeys(begins[shift] for shift in shifts)), full.issuperset(shifts)))
        else:
            cells.append(DayCell(number + 1))
    cells += [_OUT] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _notes(found: WorkDays) -> list[str]:
    notes = []
    if found.off:
        notes.append(f"{work_days.named(found.off)}は休みです。")
    if found.unsure:
        notes.append(f"{work_days.named(found.unsure)}は祝日です。勤務があるかは、問い合わせ先にお確かめください。")
    return notes
