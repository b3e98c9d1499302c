"""Plain facts about a normalised posting: hours of a shift, job groups, dates. Pure functions, shared by the families of rules.

Nothing here raises on strange values: what cannot be computed is None, and no check reports a None.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.paths import walk
from keynet_admin.rules.engine.rule import Scope

Shift = Mapping[str, Any]

NURSING: Final = frozenset({"public_health_nurse", "midwife", "nurse", "assistant_nurse"})
"""看護職: the jobs of the act on public health nurses, midwives and nurses (S48)."""


NEVER_INJECT: Final = frozenset({"pharmacist", "dental_hygienist", "clerical", "other"})
"""Jobs that cannot inject at all (S45)."""


WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


def job_label(slug: Any) -> str:
    """Japanese name of a job type, the value itself when it is unknown."""
    return posting_field("job_type").label_of(str(slug))


def is_private(posting: Mapping[str, Any]) -> bool:
    """True when a private employer hires (委託先による雇用): the laws for private employers bind then (domain notes 2.1)."""
    return posting.get("engagement") == "contractor"


def is_fiscal_year(posting: Mapping[str, Any]) -> bool:
    """True for a 会計年度任用職員, part-time or full-time (S35)."""
    return posting.get("engagement") in ("fiscal_year_part_time", "fiscal_year_full_time")


def is_employment(posting: Mapping[str, Any]) -> bool:
    """False for 報償費による従事, which is not employment (S40); True for every other form that is given."""
    return posting.get("engagement") not in (None, "", "honorarium", "other")


def missing(scope: Scope, name: str) -> bool:
    """True when a field must be reported as empty: the submission is meant to be whole and nothing was typed there."""
    return not scope.partial and blank(scope.record.get(name)) and f"{scope.prefix}{name}" not in scope.unread


def parse_day(value: Any) -> date | None:
    """The date of a normalised value (`2021-05-07`), None for anything else."""
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day(scope: Scope, name: str) -> date | None:
    """The understood date of a field, else None."""
    return parse_day(scope.get(name))


def long_day(value: date) -> str:
    """A date as messages write it: 2022年3月31日."""
    return f"{value.year}年{value.month}月{value.day}日"


def clock_minutes(value: Any) -> int | None:
    """Minutes after midnight of a normalised time (`13:30` → 810; `24:00` → 1440), None for anything else."""
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        return None
    hours, minutes = value[:2], value[3:]
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= 1440 else None


def clock(value: Any) -> str:
    """A normalised time as messages write it, without the leading zero: `09:00` → `9:00`."""
    return value[1:] if isinstance(value, str) and value.startswith("0") else str(value)


def whole(value: Any) -> int | None:
    """The value when it is an int (a bool is none), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Any) -> float | None:
    """The value when it is an int or float (a bool is none), else None."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def span_minutes(shift: Shift) -> int | None:
    """Minutes from start to end of a shift, over midnight when `end_next_day` is true.

    None when a time is missing or not understood, or when the end does not lie after the start.
    """
    start, end = clock_minutes(shift.get("start")), clock_minutes(shift.get("end"))
    if start is None or end is None:
        return None
    if shift.get("end_next_day") is True and end != 1440:
        end += 1440
    return end - start if 0 < end - start <= 1440 else None


def work_minutes(shift: Shift) -> int | None:
    """Minutes of work of a shift: span minus break (労基法34条: the break is no work). None without a break or a span."""
    span, pause = span_minutes(shift), whole(shift.get("break"))
    if span is None or pause is None or not 0 <= pause < span:
        return None
    return span - pause


def days_of(shift: Shift) -> frozenset[str]:
    """The weekdays of a shift (`mon` … `sun`, `hol`), empty when not understood."""
    days = shift.get("days")
    if not isinstance(days, (list, tuple)):
        return frozenset()
    return frozenset(item for item in days if isinstance(item, str))


def touches_night(shift: Shift) -> bool:
    """True when a shift overlaps 22:00–5:00 (労基法37条4項)."""
    start, span = clock_minutes(shift.get("start")), span_minutes(shift)
    if start is None or span is None:
        return False
    end = start + span
    return start < 300 or end > 1320


def hours_text(minutes: int) -> str:
    """Minutes as hours in Japanese: 420 → 7時間, 465 → 7時間45分, 30 → 30分."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}分"
    return f"{hours}時間{rest}分" if rest else f"{hours}時間"


def shift_text(shift: Shift) -> str:
    """A shift's hours as messages write them: 9:00～16:30, 20:00～翌8:30."""
    return f"{clock(shift.get('start'))}～{'翌' if shift.get('end_next_day') is True else ''}{clock(shift.get('end'))}"


def rows(scope: Scope, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Index and values of each row of a repeated group; what was not understood is None there, a row that is no object is empty."""
    value = scope.record.get(name)
    listed = value if isinstance(value, (list, tuple)) else ()
    return [(index, row if isinstance(row, Mapping) else _EMPTY) for index, row in enumerate(listed)]


def row_missing(scope: Scope, name: str, index: int, column: str) -> bool:
    """True when a cell of a row must be reported as empty (see `missing`)."""
    if scope.partial:
        return False
    value = scope.record.get(name)
    if not isinstance(value, (list, tuple)) or index >= len(value) or not isinstance(value[index], Mapping):
        return False
    base = f"{scope.prefix}{name}"
    paths = {base, f"{base}.{index}", f"{base}.{index}.{column}"}
    return blank(value[index].get(column)) and scope.unread.isdisjoint(paths)


def shifts(scope: Scope) -> list[tuple[int, Mapping[str, Any]]]:
    """The posting's shifts with their index."""
    return rows(scope, "shifts")


def duties(scope: Scope) -> frozenset[str]:
    """The chosen duties, empty when none or not understood."""
    value = scope.get("duties")
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, (list, tuple)) else frozenset()


def typed_value(scope: Scope, name: str) -> Any:
    """What was typed into a field of the posting, before normalising; None when there is nothing."""
    return walk(scope.typed, f"{scope.prefix}{name}")
