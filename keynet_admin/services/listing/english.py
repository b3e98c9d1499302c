"""The key facts of one posting in English, made of the catalogue's fields; what people wrote stays in Japanese and says so.

Pure functions over public content (see `card.py`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from keynet_admin.catalogue import DAYS, POSTING, Field, apply_ways, display, reference
from keynet_admin.catalogue.base import Kind
from keynet_admin.catalogue.languages import english as words
from keynet_admin.rules.engine import posting_values
from keynet_admin.services.listing import card

Values = Mapping[str, Any]
HIDDEN: Final = "Name not published"
VENUE_HIDDEN: Final = "Told to those who apply"
_FREE: Final = frozenset({Kind.TEXT, Kind.AREA, Kind.ADDRESS, Kind.NAME})
# In the lead facts, the title or the address; a unit and a kind of deadline stand beside their value.
_ELSEWHERE: Final = frozenset({"job_type", "title", "venue_city", "pay_type", "deadline_type", "deadline", "shifts", "headcount"})


class Fact(NamedTuple):
    """One line: a label in English and its lines; `japanese` are those that somebody wrote."""

    label: str
    texts: list[str]
    japanese: list[str]


class FactGroup(NamedTuple):
    """A heading with its facts."""

    title: str
    facts: list[Fact]


def view(content: Values) -> dict[str, Any]:
    """What the page prints."""
    posting = content["posting"]
    return {
        "job": job(posting),
        "job_japanese": str(posting.get("job_other") or "") if posting.get("job_type") == "other" else "",
        "place": place(content),
        "place_japanese": card.place(content),
        "body": body(content),
        "body_japanese": str(content["organization"].get("org_name") or ""),
        "pay": pay(posting),
        "shifts": shifts(posting),
        "period": period(posting),
        "headcount": posting_values.whole(posting.get("headcount")),
        "deadline": deadline(posting),
        "sections": sections(posting),
        "ways": [words.choices()["apply_by"][slug] for slug in apply_ways.working(posting) if slug in words.choices()["apply_by"]],
        "here": "site" in apply_ways.working(posting),
        "masked": bool(content.get("masked")),
    }


def job(posting: Values) -> str:
    """Nurse, Clerical staff."""
    return words.choices()["job_type"].get(str(posting.get("job_type")), "")


def place(content: Values) -> str:
    """Hyuga-shi, Miyazaki Prefecture; of a masked posting the prefecture only."""
    where = content.get("place") or {}
    named = [words.municipality(str(where.get("city") or "")), words.prefecture(str(where.get("prefecture") or ""))]
    return ", ".join(part for part in named if part)


def body(content: Values) -> str:
    """Who seeks, in Latin letters where a table knows the name, else empty."""
    organization = content["organization"]
    name = str(organization.get("org_name") or "")
    if not name:
        return HIDDEN
    known = [found for found in reference.municipalities_named(name) if found.prefecture_code == str(organization.get("pref"))]
    return known[0].romaji if known else ""


def pay(posting: Values) -> str:
    """1,987 yen per hour; 7,175–7,700 yen per session (3.5 hours)."""
    found = card.amounts(posting)
    if found is None:
        return ""
    low, high, hours = found
    unit = words.choices()["pay_type"].get(str(posting.get("pay_type")), "")
    length = f" ({display.hours(hours)} hours)" if hours and posting.get("pay_type") != "hour" else ""
    return f"{low:,.0f}{f'–{high:,.0f}' if high > low else ''} yen {unit}".strip() + length


def shifts(posting: Values) -> list[str]:
    """Sat, Sun 13:00–17:30 (no break); over midnight 20:00–8:30 the next day."""
    made = []
    for row in card.rows_of(posting, "shifts"):
        start, end = (display.time_of_day(row.get(name)) for name in ("start", "end"))
        rest = posting_values.whole(row.get("break"))
        pause = "" if rest is None else f" ({rest} minutes break)" if rest else " (no break)"
        after = " the next day" if row.get("end_next_day") is True else ""
        made.append(f"{days(row.get('days'))} {start}–{end}{after}{pause}".strip())
    return made


def days(value: Any) -> str:
    """Mon–Fri, public holidays; Tue, Thu."""
    order = [day.slug for day in DAYS]
    known = [slug for slug in order if slug in value] if isinstance(value, (list, tuple)) else []
    week = [slug for slug in known if slug != "hol"]
    if len(week) > 2 and order.index(week[-1]) - order.index(week[0]) == len(week) - 1:
        return ", ".join([f"{words.DAYS[week[0]]}–{words.DAYS[week[-1]]}", *(words.DAYS[slug] for slug in known if slug == "hol")])
    return ", ".join(words.DAYS[slug] for slug in known)


def day(value: Any) -> str:
    """Sun 6 June 2021. What is no date gives nothing."""
    found = display.as_date(value)
    return _day(found) if found else ""


def _day(value: date) -> str:
    return f"{words.DAYS[DAYS[value.weekday()].slug]} {value.day} {words.MONTHS[value.month - 1]} {value.year}"


def period(posting: Values) -> str:
    """Sun 6 June 2021 – Mon 4 October 2021."""
    return " – ".join(text for name in ("term_start", "term_end") if (text := day(posting.get(name))))


def deadline(posting: Values) -> str:
    """The last day to apply, or that it is open until filled."""
    last = day(posting.get("deadline")) if posting.get("deadline_type") == "date" else ""
    return last or words.choices()["deadline_type"]["until_filled"]


def sections(posting: Values) -> list[FactGroup]:
    """All other facts by their heading in the catalogue."""
    shown = {**posting, "apply_by": apply_ways.working(posting)}
    found: dict[str, list[Fact]] = {group: [] for group in words.GROUPS}
    for field in POSTING:
        if field.name in words.LABELS and field.name not in _ELSEWHERE and (fact := _fact(field, shown.get(field.name))):
            found.setdefault(field.group, []).append(fact)
    return [FactGroup(words.GROUPS.get(group, group), facts) for group, facts in found.items() if facts]


def _fact(field: Field, value: Any) -> Fact | None:
    label = words.LABELS[field.name]
    if value is None or value in ("", [], False):
        return None
    if field.name == "pay_lines":
        return Fact("Each rate", [], display.show(field, value).split("\n")) if isinstance(value, list) and len(value) > 1 else None
    if field.kind in _FREE:
        return Fact(label, [], [line for line in str(value).splitlines() if line.strip()])
    text = _text(field, value)
    return Fact(label, text, []) if text else None


def _text(field: Field, value: Any) -> list[str]:
    if field.kind is Kind.BOOL:
        return [words.TRUE[field.name]] if value is True else []
    if field.kind in (Kind.CHOICE, Kind.MULTI):
        known = words.choices()[field.name]
        return [known[slug] for slug in (value if isinstance(value, (list, tuple)) else (value,)) if slug in known]
    if field.kind is Kind.DATE:
        return [day(value)]
    if field.kind is Kind.YEN:
        return [f"{value:,}{words.UNITS[field.name]}"] if posting_values.number(value) is not None else []
    if field.kind in (Kind.INT, Kind.HOURS):
        return [display.hours(value) + words.UNITS[field.name]] if posting_values.number(value) is not None else []
    return [display.show(field, value)]
