"""Hours and pay of the demo's postings, after real municipal postings of 2021: short weekend shifts, weekdays, evenings, full weeks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from random import Random
from typing import Any

from keynet_admin.catalogue import reference
from keynet_admin.demo import typed_values as typed


@dataclass(frozen=True)
class Pattern:
    """A week of work. `rows` are (name, days, start, end, minutes of break); `weekly_hours` is what they add up to."""

    when: str
    rows: tuple[tuple[str, tuple[str, ...], time, time, int], ...]
    weekly_hours: float
    workdays: str

    @property
    def unit_hours(self) -> float:
        """Hours of work of one shift."""
        _, _, start, end, pause = self.rows[0]
        return ((end.hour * 60 + end.minute) - (start.hour * 60 + start.minute) - pause) / 60


_WEEKEND = ("sat", "sun")
_WEEK = ("mon", "tue", "wed", "thu", "fri")

PATTERNS: dict[str, Pattern] = {
    "weekend": Pattern("土日・午後", (("午後", _WEEKEND, time(13), time(17, 30), 0),), 9, "週2日程度"),
    "weekend_both": Pattern(
        "土日",
        (("午前", _WEEKEND, time(9), time(12, 30), 0), ("午後", _WEEKEND, time(13, 30), time(17), 0)),
        14,
        "月4回以上（午前か午後のみも可）",
    ),
    "saturday": Pattern("土曜", (("終日", ("sat",), time(9), time(17), 60),), 7, "月2回以上"),
    "weekdays": Pattern("平日・午後", (("", ("mon", "wed", "fri"), time(13), time(17), 0),), 12, "週3日"),
    "evenings": Pattern("平日・夜間", (("", ("tue", "thu"), time(18), time(21), 0),), 6, "週2日"),
    "mornings": Pattern("平日・午前", (("", ("tue", "thu"), time(9), time(12), 0),), 6, "週2日"),
    "four_days": Pattern("平日", (("", ("mon", "tue", "wed", "thu"), time(9), time(15, 45), 45),), 24, "週4日"),
    "full": Pattern("平日", (("", _WEEK, time(8, 30), time(17, 15), 60),), 38.75, "週5日"),
    "session": Pattern("日曜・午前", (("", ("sun",), time(9), time(12), 0),), 3, "月2回程度"),
}


def pick_pattern(rng: Random, job: str, engagement: str) -> Pattern:
    """A week that suits the job and the form of engagement."""
    if engagement == "fiscal_year_full_time":
        return PATTERNS["full"]
    if engagement == "honorarium":
        return PATTERNS[rng.choice(("session", "mornings", "evenings"))]
    if job == "clerical":
        return PATTERNS[rng.choice(("weekend", "weekend_both", "weekdays", "four_days", "four_days"))]
    return PATTERNS[rng.choice(("weekend", "weekend", "weekend_both", "saturday", "weekdays", "evenings", "four_days"))]


def shift_rows(rng: Random, pattern: Pattern) -> list[dict[str, Any]]:
    """The pattern as somebody types it."""
    return [
        {"name": name, "days": list(days), "start": typed.a_time(rng, start), "end": typed.a_time(rng, end), "break": str(pause)}
        for name, days, start, end, pause in pattern.rows
    ]


def minimum_wage(prefecture: str, day: date) -> int:
    """The highest regional minimum wage of a prefecture in force until a day, yen an hour."""
    return max(
        (w.yen_per_hour for w in reference.minimum_wages() if w.prefecture_code == prefecture and w.effective_from <= day), default=0
    )


# usual pay of a job, yen an hour, as steps of 50 between two bounds
_HOURLY: Mapping[str, tuple[int, int]] = {
    "nurse": (1700, 2400),
    "assistant_nurse": (1550, 2100),
    "public_health_nurse": (1800, 2500),
    "midwife": (1900, 2500),
    "dentist": (6000, 9000),
    "pharmacist": (2300, 3200),
    "clinical_laboratory_technologist": (1700, 2200),
    "emergency_life_saving_technician": (1700, 2200),
    "radiological_technologist": (1700, 2200),
    "clinical_engineer": (1700, 2200),
    "dental_hygienist": (1600, 2000),
}


def pay(rng: Random, job: str, engagement: str, pattern: Pattern, floor: int) -> tuple[str, list[dict[str, Any]], float]:
    """Unit of pay, its lines as typed, and the yen an hour they come to. `floor` is the minimum wage."""
    hours = pattern.unit_hours

    def one(unit: str, amount: int, hours: float) -> tuple[str, list[dict[str, Any]], float]:
        return unit, [{"label": "", "min": typed.yen(rng, amount), "hours_per_unit": f"{hours:g}"}], amount / hours

    if job == "physician":
        hourly = rng.randrange(10_000, 18_000, 500)
        return one("session" if hours <= 4.5 else "day", round(hourly * hours / 1000) * 1000, hours)
    low, high = _HOURLY.get(job, (floor + 10, floor + 160))
    hourly = max(floor + 10, rng.randrange(low, high, 50 if job in _HOURLY else 10))
    if engagement == "honorarium":
        return one("session", round(hourly * hours / 100) * 100, hours)
    if engagement == "fiscal_year_full_time":
        return one("month", -(-max(floor + 10, hourly * 4 // 5) * 160 // 100) * 100, 160)
    if pattern.rows[0][1] == _WEEKEND and rng.random() < 0.4:
        lines = [
            {"label": "土曜", "min": typed.yen(rng, hourly)},
            {"label": "日曜・祝日", "min": typed.yen(rng, hourly + rng.choice((100, 200, 300)))},
        ]
        return "hour", lines, hourly
    line: dict[str, Any] = {"label": "", "min": typed.yen(rng, hourly)}
    if rng.random() < 0.25:
        line["max"] = typed.yen(rng, hourly + rng.choice((100, 150, 200)))
    return "hour", [line], hourly


def insurance(weekly: float, days: int, hourly: float, engagement: str) -> list[str]:
    """The covers that the thresholds give: 20 hours a week and 31 days (employment), 2 months and 88,000 yen a month (the rest)."""
    if engagement == "honorarium" or weekly < 20 or days < 31:
        return ["none"]
    if days > 62 and hourly * weekly * 52 / 12 >= 88_000:
        return ["health", "pension", "employment"]
    return ["employment"]
