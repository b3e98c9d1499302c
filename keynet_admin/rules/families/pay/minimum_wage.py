"""What a pay line comes to an hour, and the regional minimum wage of a day. Pure functions over a normalised posting.

The minimum wage binds private employers only; municipalities are asked to mind it (地公法58条1項, S31 S32). Amounts are whole yen.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from keynet_admin.catalogue.reference import MinimumWage, minimum_wages, prefecture
from keynet_admin.rules.engine.posting_values import day, number, rows, whole
from keynet_admin.rules.engine.rule import Scope
from keynet_admin.rules.words.plain import plain

UNIT: Final = {"hour": "時間額", "day": "日額", "session": "1回の額", "month": "月額"}
WEEKS_PER_MONTH: Final = 52 / 12
# A line for what is added to the pay (30分超過ごとの加算, 夜間手当) is not a wage of its own.
_ADDED: Final = re.compile(r"加算|加給|割増|追加|上乗せ|手当|超過|延長|増額|プラス")


@dataclass(frozen=True)
class HourlyPay:
    """One pay line as yen an hour. `hours` is None for pay by the hour; `from_week` tells that the hours came from weekly_hours."""

    index: int
    yen: int
    hourly: float
    unit: str
    hours: float | None = None
    from_week: bool = False

    @property
    def words(self) -> str:
        """The pay as messages write it: 時間額780円, 日額6,000円（8時間、1時間当たり750円）."""
        if self.hours is None:
            return f"{UNIT[self.unit]}{self.yen:,}円"
        how = f"週の勤務時間から計算した月{self.hours:.1f}時間" if self.from_week else f"{self.hours:g}時間"
        return f"{UNIT[self.unit]}{self.yen:,}円（{how}、1時間当たり約{int(self.hourly):,}円）"

    def below(self, minimum: int) -> bool:
        """True when the pay is under an hourly minimum. Hours of a unit are rounded when typed, so half a yen is let pass there."""
        return self.hourly < (minimum if self.hours is None else minimum - 0.5)


def is_added(row: Mapping[str, Any]) -> bool:
    """True for a pay line that names an extra, not a wage (label 加算, 割増, 手当 …)."""
    label = row.get("label")
    return isinstance(label, str) and bool(label) and _ADDED.search(plain(label)) is not None


def pay_rows(scope: Scope) -> list[tuple[int, Mapping[str, Any]]]:
    """The pay lines that name a wage (extras left out) with their index."""
    return [(index, row) for index, row in rows(scope, "pay_lines") if not is_added(row)]


def unit_hours(row: Mapping[str, Any], unit: str, weekly_hours: float | None) -> tuple[float | None, bool]:
    """Hours that one unit of pay stands for, and whether they were taken from the weekly hours.

    A day or a session: `hours_per_unit`. A month: `hours_per_unit` when it can be the hours of a month, else 52/12 weeks.
    """
    hours = number(row.get("hours_per_unit"))
    if unit != "month":
        return (hours if hours and 0 < hours <= 24 else None), False
    if hours and (weekly_hours is None or hours >= 2 * weekly_hours) and hours >= 8:
        return hours, False
    if weekly_hours:
        return weekly_hours * WEEKS_PER_MONTH, True
    return None, False


def hourly_equivalents(scope: Scope, column: str = "min") -> list[HourlyPay]:
    """Yen an hour of each pay line whose amount and hours are known (extras left out)."""
    key = f"hourly:{column}"
    found: list[HourlyPay] | None = scope.computed.get(key)
    if found is not None:
        return found
    found = []
    unit = scope.get("pay_type")
    if unit in UNIT:
        weekly = number(scope.get("weekly_hours"))
        for index, row in pay_rows(scope):
            yen = whole(row.get(column))
            if yen is None:
                continue
            if unit == "hour":
                found.append(HourlyPay(index, yen, float(yen), unit))
                continue
            hours, from_week = unit_hours(row, unit, weekly)
            if hours:
                found.append(HourlyPay(index, yen, yen / hours, unit, hours, from_week))
    scope.computed[key] = found
    return found


@lru_cache(maxsize=1)
def _by_prefecture() -> dict[str, tuple[tuple[date, ...], tuple[MinimumWage, ...]]]:
    table: dict[str, list[MinimumWage]] = {}
    for wage in minimum_wages():
        table.setdefault(wage.prefecture_code, []).append(wage)
    ordered = {code: tuple(sorted(found, key=lambda w: w.effective_from)) for code, found in table.items()}
    return {code: (tuple(w.effective_from for w in found), found) for code, found in ordered.items()}


def minimum_wage(pref: str, on: date) -> MinimumWage | None:
    """The revision in force in a prefecture (two digits) on a day; None before the table's first day or for an unknown code."""
    days, found = _by_prefecture().get(pref, ((), ()))
    place = bisect_right(days, on)
    return found[place - 1] if place else None


def revisions_within(pref: str, after: date, until: date) -> tuple[MinimumWage, ...]:
    """The revisions that take effect after one day and not after another."""
    days, found = _by_prefecture().get(pref, ((), ()))
    return found[bisect_right(days, after) : bisect_right(days, until)]


def venue_prefecture(scope: Scope) -> str:
    """Two digits of the workplace's prefecture, empty when the municipality is not given or not known."""
    city = scope.get("venue_city")
    return city[:2] if isinstance(city, str) and len(city) == 6 and city.isdigit() else ""


def prefecture_name(code: str) -> str:
    """Name of a prefecture for messages."""
    found = prefecture(code)
    return found.name if found else "勤務地"


def first_day(scope: Scope) -> date:
    """The first day of work that the posting is still about: the start of the term, or the reference date when it lies behind."""
    start, end = day(scope, "term_start"), day(scope, "term_end")
    first = max(start or scope.on, scope.on)
    return min(first, end) if end is not None and end >= (start or end) else first


def wage_in_force(scope: Scope) -> MinimumWage | None:
    """The minimum wage of the workplace on the first day of work, None when the place is not known."""
    pref = venue_prefecture(scope)
    return minimum_wage(pref, first_day(scope)) if pref else None
