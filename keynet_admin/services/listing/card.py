"""What visitors read about a posting, in words: place, pay, hours, period, marks. Pure functions over public content.

`content` is the JSON of a Listing row: `{"organization": {...}, "posting": {...}, "place": {...}, "masked": bool}`, already without
anything that visitors must not see.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from keynet_admin.catalogue import display, posting_field
from keynet_admin.catalogue.eras import wareki
from keynet_admin.rules.engine import posting_values as rule_facts

WEEK: Final = (*rule_facts.WEEKDAYS, "hol")
# First and last minute of each part of the day, as visitors ask for it; the night goes on to five o'clock.
PARTS: Final[Mapping[str, tuple[int, int]]] = {
    "morning": (300, 720),
    "afternoon": (720, 1020),
    "evening": (1020, 1200),
    "night": (1200, 1740),
}
_DAY = 24 * 60
# So many minutes of a shift make it one of that part of the day.
_ENOUGH = 60
SHORT_MINUTES = 5 * 60
# A deadline that is this many days away or fewer stands out.
NEAR_DAYS = 5
NAME_HIDDEN = "団体名は非公開"
CITY_HIDDEN = "市区町村は非公開"
VENUE_HIDDEN = "会場は応募された方にお伝えします"

Values = Mapping[str, Any]


class Due(NamedTuple):
    """A deadline in words, with its tone and its icon."""

    tone: str
    icon: str
    words: str


def rows_of(posting: Values, name: str) -> list[Values]:
    """The readable rows of a repeated group."""
    value = posting.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []


def slots(posting: Values) -> int:
    """Weekday and part of the day of all shifts as bits (`slot_bits`), each pair of the same shift."""
    found = 0
    for shift in rows_of(posting, "shifts"):
        found |= slot_bits(rule_facts.days_of(shift), parts_of(shift))
    return found


def slot_bits(days: Iterable[str], parts: Iterable[str]) -> int:
    """The bits of these weekdays (`mon` … `sun`, `hol`) in these parts of the day: four a day, in the order of `WEEK` and `PARTS`."""
    names, row = list(PARTS), 0
    for part in parts:
        row |= 1 << names.index(part)
    return sum(row << 4 * at for at, day in enumerate(WEEK) if day in days)


def parts_of(shift: Values) -> list[str]:
    """The parts of the day in which a shift has an hour or more; a short one, the part that has most of it. All where no hours are readable."""
    start, span = rule_facts.clock_minutes(shift.get("start")), rule_facts.span_minutes(shift)
    if start is None or span is None:
        return list(PARTS)
    minutes = {
        part: sum(_shared(start, start + span, first + turn, last + turn) for turn in (-_DAY, 0, _DAY))
        for part, (first, last) in PARTS.items()
    }
    return [part for part, shared in minutes.items() if shared >= min(_ENOUGH, max(minutes.values()))]


def _shared(start: int, end: int, first: int, last: int) -> int:
    return max(0, min(end, last) - max(start, first))


def longest_shift(posting: Values) -> int | None:
    """Minutes of work of the longest shift, None when none can be computed."""
    minutes = [m for shift in rows_of(posting, "shifts") if (m := rule_facts.work_minutes(shift)) is not None]
    return max(minutes, default=None)


def pay_hour(posting: Values) -> int:
    """The lowest hourly equivalent of the pay lines in whole yen, rounded down; 0 when it cannot be computed.

    A day, a session or a month is divided by the hours the line states, else by the longest shift or the weekly hours.
    """
    found = []
    for line in rows_of(posting, "pay_lines"):
        amount = rule_facts.number(line.get("min"))
        unit = _unit_hours(posting, line)
        if amount is not None and amount > 0 and unit:
            found.append(int(amount / unit))
    return min(min(found, default=0), 2_000_000_000)


def _unit_hours(posting: Values, line: Values) -> float | None:
    kind = posting.get("pay_type")
    if kind == "hour":
        return 1.0
    stated = rule_facts.number(line.get("hours_per_unit"))
    if stated is not None and stated > 0:
        return stated
    if kind == "month":
        weekly = rule_facts.number(posting.get("weekly_hours"))
        return weekly * 52 / 12 if weekly else None
    minutes = longest_shift(posting)
    return minutes / 60 if minutes else None


def job(posting: Values) -> str:
    """Name of the job: その他 shows the name that was typed."""
    if posting.get("job_type") == "other" and posting.get("job_other"):
        return str(posting["job_other"])
    return rule_facts.job_label(posting.get("job_type"))


def place(content: Values) -> str:
    """東京都青梅市, or 東京都（市区町村は非公開）."""
    where = content.get("place") or {}
    if where.get("city"):
        return display.municipality(where["city"])
    area = display.prefecture(where.get("prefecture"))
    return f"{area}（{CITY_HIDDEN}）" if content.get("masked") else area


def who(content: Values) -> str:
    """Name of the body when the place does not say it already; 団体名は非公開 for a masked posting."""
    name = str(content["organization"].get("org_name") or NAME_HIDDEN)
    return "" if place(content).endswith(name) else name


def employer(content: Values) -> str:
    """千代田区（会計年度任用職員）: the body with the kind of employment; for work under a contract who employs."""
    posting = content["posting"]
    name = str(content["organization"].get("org_name") or NAME_HIDDEN)
    kind = posting_field("engagement").label_of(str(posting.get("engagement") or "")).partition("（")[0]
    if posting.get("engagement") == "contractor" and posting.get("employer"):
        kind = f"雇用：{posting['employer']}"
    return f"{name}（{kind}）" if kind else name


def venue(content: Values) -> str:
    """Name of the venue and the way there, or the sentence that both are told to applicants."""
    if content.get("masked"):
        return VENUE_HIDDEN
    posting = content["posting"]
    return "　".join(str(posting[name]) for name in ("venue_name", "access") if posting.get(name))


def amounts(posting: Values) -> tuple[float, float, float | None] | None:
    """The lowest and the highest amount of all pay lines, and the hours of the unit where all lines agree. None without an amount."""
    low, high, units = [], [], set()
    for line in rows_of(posting, "pay_lines"):
        amount, most = rule_facts.number(line.get("min")), rule_facts.number(line.get("max"))
        if amount is not None:
            low.append(amount)
            high.append(max(amount, most or amount))
        units.add(line.get("hours_per_unit"))
    return (min(low), max(high), rule_facts.number(units.pop()) if len(units) == 1 else None) if low else None


def pay(posting: Values) -> str:
    """時間額 1,472円～1,987円 from the lowest to the highest of all lines; a stated unit is added: 1回 9,000円（4時間）."""
    found = amounts(posting)
    if found is None:
        return ""
    low, high, hours = found
    label = posting_field("pay_type").label_of(str(posting.get("pay_type") or "")).partition("（")[0]
    amount_text = display.yen(low) + (f"～{display.yen(high)}" if high > low else "")
    unit_text = f"（{rule_facts.hours_text(round(hours * 60))}）" if posting.get("pay_type") != "hour" and hours else ""
    return f"{label} {amount_text}{unit_text}".strip()


def shift(row: Values) -> str:
    """土・日　13:00～17:30（休憩なし）."""
    _name, days, span, rest = display.shift_cells(row)
    pause = "休憩なし" if rest == "0分" else f"休憩{rest}" if rest else ""
    return "　".join(part for part in (days, span) if part) + (f"（{pause}）" if pause else "")


def shifts(posting: Values, most: int = 2) -> list[str]:
    """The first shifts in words, and how many more there are."""
    rows = rows_of(posting, "shifts")
    texts = [shift(row) for row in rows[:most]]
    return [*texts, f"ほか{len(rows) - most}つの時間帯"] if len(rows) > most else texts


def period(posting: Values) -> str:
    """6/5(土)～9/26(日); over a year's end 12/1(水)～翌年3/31(木)."""
    start, end = display.as_date(posting.get("term_start")), display.as_date(posting.get("term_end"))
    if start is None or end is None:
        return "～".join(display.short_date(posting.get(name)) for name in ("term_start", "term_end"))
    years = end.year - start.year
    later = "翌年" if years == 1 else wareki(end).partition("年")[0] + "年" if years else ""
    return f"{display.short_date(start)}～{later}{display.short_date(end)}"


def marks(posting: Values) -> list[str]:
    """What helps people come back to work, as short words for chips."""
    found = []
    if posting.get("single_day") is True:
        found.append("1日だけも可")
    if posting.get("blank_ok") is True:
        found.append("ブランク可")
    if posting.get("training") in ("paid", "unpaid"):
        found.append("事前研修" + posting_field("training").label_of(posting["training"]))
    longest = longest_shift(posting)
    if longest is not None and longest <= SHORT_MINUTES:
        found.append(f"短時間（1日{rule_facts.hours_text(longest)}）")
    if posting.get("parking") in ("free", "paid"):
        found.append("自動車通勤可")
    if posting.get("also_junior") is True:
        found.append("准看護師も応募可")
    return found


def due(posting: Values, today: date) -> Due:
    """The deadline as a card shows it: one that is near stands out and says how near it is."""
    day = display.as_date(posting.get("deadline"))
    if posting.get("deadline_type") != "date" or day is None:
        return Due("is-mute", "people", "締切 充足次第")
    left = (day - today).days
    text = f"締切 {display.short_date(day)}"
    if left > NEAR_DAYS:
        return Due("is-mute", "calendar", text)
    return Due("is-ask", "clock", f"{text} {f'あと{left}日' if left > 0 else '今日まで' if left == 0 else '締切後'}")


def deadline(posting: Values) -> str:
    """締切 6/4(金)まで, or 締切 充足次第."""
    day = display.as_date(posting.get("deadline"))
    if posting.get("deadline_type") == "date" and day is not None:
        return f"締切 {display.short_date(day)}まで"
    return "締切 充足次第"
