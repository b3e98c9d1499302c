"""Values as people read them, in Japanese. Pure functions; none of them raises on any JSON-like value.

Dates are shown in both calendars where it is official: the Japanese era with the ISO date and the weekday behind it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.base import Field, Kind
from keynet_admin.catalogue.eras import wareki
from keynet_admin.catalogue.fields.posting_terms import DAYS

TOKYO = ZoneInfo("Asia/Tokyo")
WEEKDAYS = "月火水木金土日"

_DAY_ORDER = [choice.slug for choice in DAYS]


def _local(moment: datetime) -> datetime:
    return moment.astimezone(TOKYO) if moment.tzinfo else moment


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_date(value: Any) -> date | None:
    """A day from a date, an aware datetime (its day in Japan) or an ISO string; None for anything else."""
    if isinstance(value, datetime):
        return _local(value).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def long_date(value: Any) -> str:
    """令和3年5月7日（2021-05-07・金）. What is not a date stands as it is."""
    day = as_date(value)
    return f"{wareki(day)}（{day.isoformat()}・{WEEKDAYS[day.weekday()]}）" if day else _plain(value)


def short_date(value: Any) -> str:
    """5/7(金). What is not a date stands as it is."""
    day = as_date(value)
    return f"{day.month}/{day.day}({WEEKDAYS[day.weekday()]})" if day else _plain(value)


def dated(value: Any, today: date) -> str:
    """5/7(金), of another year than that of `today` 2020/5/7(木). What is not a date stands as it is."""
    day = as_date(value)
    return f"{day.year}/{short_date(day)}" if day and day.year != today.year else short_date(value)


def short_time(value: Any) -> str:
    """5/7(金) 11:00 in Japan's time, from an aware datetime. What is not a datetime stands as it is."""
    if not isinstance(value, datetime):
        return short_date(value)
    local = _local(value)
    return f"{short_date(local)} {local.hour}:{local.minute:02d}"


def long_time(value: Any) -> str:
    """令和3年5月7日（2021-05-07・金）11:00 in Japan's time, from an aware datetime."""
    if not isinstance(value, datetime):
        return long_date(value)
    local = _local(value)
    return f"{long_date(local)}{local.hour}:{local.minute:02d}"


def iso_time(value: Any) -> str:
    """The moment in Japan's time as the `datetime` attribute of a `<time>` element wants it."""
    if isinstance(value, datetime):
        return _local(value).isoformat(timespec="minutes")
    day = as_date(value)
    return day.isoformat() if day else _plain(value)


def yen(value: Any) -> str:
    """1,472円 from whole yen. What is not a number stands as it is."""
    return f"{value:,.0f}円" if _is_number(value) else _plain(value)


def tel_digits(value: Any) -> str:
    """Only the digits, as a `tel:` link wants them."""
    return "".join(c for c in _plain(value) if c.isascii() and c.isdigit())


def zip_code(value: Any) -> str:
    """〒883-0000 from seven digits. Anything else stands as it is."""
    text = _plain(value)
    if len(text) == 7 and text.isascii() and text.isdigit():
        return f"〒{text[:3]}-{text[3:]}"
    return text


def hours(value: Any) -> str:
    """Hours without a needless fraction: 15, 29.5, 38.75."""
    if not _is_number(value):
        return _plain(value)
    try:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    except OverflowError:
        return str(value)


def time_of_day(value: Any, *, next_day: bool = False) -> str:
    """9:00 from 09:00, 翌8:30 for the day after."""
    text = _plain(value)
    if len(text) == 5 and text[2] == ":" and text.startswith("0"):
        text = text[1:]
    return f"翌{text}" if next_day and text else text


def days(value: Any) -> str:
    """月・水・金, runs of three and more as 月～金. Unknown words stand as they are."""
    if not isinstance(value, (list, tuple)):
        return _plain(value)
    known = sorted({_DAY_ORDER.index(v) for v in value if v in _DAY_ORDER})
    words: list[str] = []
    # The days of a run lie as far from the list's beginning as from the week's. A holiday is no weekday and never ends a run.
    for _, group in groupby(enumerate(known), lambda item: item[1] - item[0] if item[1] < 7 else None):
        run = [DAYS[day].label for _, day in group]
        words.extend([f"{run[0]}～{run[-1]}"] if len(run) > 2 else run)
    words.extend(_plain(v) for v in value if v not in _DAY_ORDER)
    return "・".join(words)


def municipality(value: Any) -> str:
    """東京都青梅市 from a six-digit code; what is no known code stands as it is."""
    code = _plain(value)
    found = reference.municipality(code)
    if found is None:
        return code
    area = reference.prefecture(code[:2])
    return f"{area.name if area and area.name != found.name else ''}{found.name}"


def prefecture(value: Any) -> str:
    """宮崎県 from a two-digit code; what is no known code stands as it is."""
    code = _plain(value)
    found = reference.prefecture(code)
    return found.name if found else code


def show(field: Field, value: Any) -> str:
    """Japanese text of a normalised value of a catalogue field. Rows give one line each; a blank value gives an empty text."""
    if value is None or value == "" or value == []:
        return ""
    if field.kind is Kind.ROWS:
        return "\n".join(row_text(field, row) for row in _listed(value))
    if field.kind is Kind.MULTI:
        return "、".join(_label(field, item) for item in _listed(value))
    if field.kind is Kind.CHOICE:
        return _label(field, value)
    if field.kind in (Kind.INT, Kind.HOURS):
        return hours(value) + (field.unit if _is_number(value) else "")
    return _SHOW.get(field.kind, _plain)(value)


TOLD_IN_WORDS = frozenset(("TXT-003", "TXT-018"))
"""Rules whose fixes need their sentence: the values alone do not say where a part went, or look the same."""


def reads_the_same(field: Field | None, typed: Any, value: Any) -> bool:
    """True when a reader sees no difference between what was typed and what it became (915-0015 and 〒915-0015)."""
    if field is None:
        return _plain(typed) == _plain(value)
    if field.kind is Kind.DATE and show(field, value).partition("（")[0] == _plain(typed).strip():
        return True
    return show(field, value).removeprefix("〒") == _plain(typed).strip().removeprefix("〒")


def row_text(field: Field, row: Any) -> str:
    """One row of a repeated group in one line: 平日　月・火　13:00～17:30（休憩0分） or 平日　1,472円～1,987円."""
    if not isinstance(row, Mapping):
        return _plain(row)
    if field.name == "shifts":
        name, when, span, rest = shift_cells(row)
        need = row.get("need")
        return "　".join(part for part in (name, when, span, f"{need}名" if need else "") if part) + (f"（休憩{rest}）" if rest else "")
    if field.name == "pay_lines":
        name, amount, unit = pay_cells(row)
        return "　".join(part for part in (name, amount) if part) + (f"（1単位 {unit}）" if unit else "")
    return "　".join(filter(None, (show(column, row.get(column.name)) for column in field.columns)))


def shift_cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Name, days, span (13:00～翌8:30) and break (45分) of one shift."""
    start = time_of_day(row.get("start"))
    end = time_of_day(row.get("end"), next_day=row.get("end_next_day") is True)
    rest = row.get("break")
    return (
        _plain(row.get("name")),
        days(row.get("days")),
        f"{start}～{end}" if start or end else "",
        f"{rest}分" if isinstance(rest, int) and not isinstance(rest, bool) else _plain(rest),
    )


def pay_cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Label, amount (1,472円～1,987円) and hours of the unit (4.5時間) of one pay line."""
    low, high = row.get("min"), row.get("max")
    amount = yen(low)
    if high not in (None, "") and high != low:
        amount = f"{amount}～{yen(high)}"
    unit = row.get("hours_per_unit")
    return _plain(row.get("label")), amount, hours(unit) + ("時間" if _is_number(unit) else "")


def _label(field: Field, value: Any) -> str:
    return field.label_of(value) if isinstance(value, str) else _plain(value)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _plain(value: Any) -> str:
    """Any other value as text: lists joined, objects by their values, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, (list, tuple)):
        return "、".join(_plain(item) for item in value)
    if isinstance(value, Mapping):
        return "　".join(_plain(item) for item in value.values())
    return str(value)


_SHOW = {
    Kind.DATE: long_date,
    Kind.TIME: time_of_day,
    Kind.DAYS: days,
    Kind.YEN: yen,
    Kind.ZIP: zip_code,
    Kind.MUNICIPALITY: municipality,
    Kind.AUTO: prefecture,
}
