"""On which days a posting has work: its weekdays laid over its period, with the public holidays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from keynet_admin.business_time import holiday_name
from keynet_admin.catalogue import display
from keynet_admin.rules.engine import posting_values
from keynet_admin.services.listing.card import rows_of

MOST = 400  # days of a period that are looked at


@dataclass
class WorkDays:
    """The days with the numbers of the shifts on each, and the holidays on weekdays with a shift: off, or not said."""

    days: dict[date, tuple[int, ...]] = field(default_factory=dict)
    off: list[date] = field(default_factory=list)
    unsure: list[date] = field(default_factory=list)

    def months(self) -> list[tuple[date, list[date]]]:
        """The days by month (its first day)."""
        return [(first, list(days)) for first, days in groupby(self.days, key=lambda day: day.replace(day=1))]


def of(posting: Mapping[str, Any], since: date) -> WorkDays:
    """The days from `since` on; none when period or weekdays cannot be read."""
    found = WorkDays()
    start, end = display.as_date(posting.get("term_start")), display.as_date(posting.get("term_end"))
    weekly = _weekly(posting)
    if start is None or end is None or not any(weekly.values()):
        return found
    start = max(start, since)
    for number in range(min((end - start).days + 1, MOST)):
        day = start + timedelta(days=number)
        shifts = weekly[posting_values.WEEKDAYS[day.weekday()]]
        if (shifts or weekly["hol"]) and _holiday(day):
            if weekly["hol"]:
                shifts = weekly["hol"]
            elif "祝" in str(posting.get("holidays") or ""):
                found.off.append(day)
                continue
            elif day.weekday() < 5:
                found.unsure.append(day)
                continue
        if shifts:
            found.days[day] = shifts
    return found


def weekdays_of(days: Sequence[date]) -> str:
    """Their weekdays in the order of the week: 火・木."""
    return "・".join(display.WEEKDAYS[number] for number in sorted({day.weekday() for day in days}))


def _weekly(posting: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The numbers of the shifts by weekday and for holidays."""
    shifts = [posting_values.days_of(row) for row in rows_of(posting, "shifts")]
    return {name: tuple(at for at, days in enumerate(shifts) if name in days) for name in (*posting_values.WEEKDAYS, "hol")}


@lru_cache(maxsize=4096)
def _holiday(day: date) -> str | None:
    return holiday_name(day)


def named(days: Sequence[date]) -> str:
    """Holidays in words: 7/22(木・海の日)."""
    return "、".join(f"{day.month}/{day.day}({display.WEEKDAYS[day.weekday()]}・{_holiday(day)})" for day in days)
