"""What the template of a posting prints."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from keynet_admin import clock
from keynet_admin.catalogue import apply_ways, display
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import pay, plain_japanese
from keynet_admin.web.posting_page.calendar import calendar
from keynet_admin.web.posting_page.lead import as_of_places, lead
from keynet_admin.web.posting_page.sections import full_address, sections, support

MAP = "https://www.google.com/maps/search/?api=1&query="


def view(
    content: Mapping[str, Any], *, places: Mapping[str, Any] | None = None, on: date | None = None, last_day: date | None = None
) -> dict[str, Any]:
    """What the template prints: lead facts, marks, days, sections, shifts, pay lines, duty paragraphs, ways to apply (`here`: on this site).

    `places`: how many people are still needed (`services.listing.places`); `on`: the day it is read, today unless given; `last_day`: the
    last day on which one can apply, where it is known.
    """
    on = on or clock.today()
    posting = content["posting"]
    ways = apply_ways.working(posting)
    posting = posting | {"apply_by": ways}
    content = {**content, "posting": posting}
    address = full_address(content)
    return {
        "job": facts.job(posting),
        "place": facts.place(content),
        "who": facts.who(content),
        "venue": facts.venue(content),
        "shifts": facts.shifts(posting, 3),
        "pay": facts.pay(posting),
        "period": facts.period(posting),
        "marks": _marks(posting),
        "deadline": display.as_date(posting.get("deadline")) if posting.get("deadline_type") == "date" else None,
        "lead": lead(content, places, on, last_day),
        "calendar": calendar(posting, places, on),
        "pay_rows": pay.rows(posting),
        "sections": sections(content),
        "support": support(posting),
        "shift_rows": _shift_rows(posting, places),
        "duty": [line for line in str(posting.get("duty_detail", "")).splitlines() if line.strip()],
        "map": MAP + quote(address, errors="replace") if address else "",
        "apply_by": apply_ways.labels(ways),
        "here": "site" in ways,
        "places": places,
        "as_of_places": as_of_places(places) if places else "",
        "answers": content.get("answers", ()),
        "plain_japanese": plain_japanese.summary(content),
    }


def as_published(row: Any, posting_no: str, on: date) -> dict[str, Any]:
    """What the macro `published` prints: the row of the public table, or a kept version of it, as it is read on a day."""
    content, last_day = row.content, row.open_until - timedelta(microseconds=1)
    return {
        "view": view(content, places=row.places, on=on, last_day=display.as_date(last_day)),
        "posting": content["posting"],
        "organization": content["organization"],
        "posting_no": posting_no,
        "on": on,
        "listed_at": row.listed_at,
        "changed_at": row.changed_at,
        "last_day": last_day,
    }


def _marks(posting: Mapping[str, Any]) -> list[str]:
    marks = facts.marks(posting)
    if "online_interview" in (posting.get("selection") or ()) and not any("オンライン" in mark for mark in marks):
        marks.append("オンライン面接可")
    return marks


def _shift_rows(posting: Mapping[str, Any], places: Mapping[str, Any] | None) -> list[tuple[Any, ...]]:
    """Name, days, span, break, wanted number and places left of each shift."""
    counted = (places or {}).get("shifts") or []
    rows = facts.rows_of(posting, "shifts")
    left = [pair[1] if pair is not None else None for pair in counted] if len(counted) == len(rows) else [None] * len(rows)
    return [(*display.shift_cells(row), row.get("need"), open_) for row, open_ in zip(rows, left, strict=True)]
