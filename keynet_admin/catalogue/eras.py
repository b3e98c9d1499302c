"""The Japanese eras: one table for reading dates and for writing them.

Meiji is dated from 1868-01-01, the first day of its first year in the calendar of that time (the proclamation of Keiō 4-9-8,
1868-10-23, reaches back to New Year's Day). That day was 1868-01-25 in today's calendar, but dates before 1873 were written in the
old calendar, whose months and days are not those of a typed date: with the whole year in the era every day from 1868 on that we
write reads back as the same day.
"""

from datetime import date
from typing import NamedTuple


class Era(NamedTuple):
    """An era by name and Latin letter, with its first and last day. Days of change belong to both eras where law says so."""

    name: str
    letter: str
    first: date
    last: date | None = None


ERAS = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("明治", "M", date(1868, 1, 1), date(1912, 7, 30)),
)


def wareki(day: date) -> str:
    """The day in the Japanese calendar: 令和3年5月7日 (元年 for a first year). The western year before Meiji."""
    era = next((era for era in ERAS if day >= era.first), None)
    if era is None:
        return f"{day.year}年{day.month}月{day.day}日"
    year = day.year - era.first.year + 1
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
