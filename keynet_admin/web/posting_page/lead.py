"""The six facts at the head of a posting, in the order people decide by: each a figure, and lines that explain it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from keynet_admin.catalogue import display
from keynet_admin.rules.engine import posting_values
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import pay

NEAR = 7  # days before the deadline from which on it is marked
_RENEWAL = {"possible": "延長（更新）することがあります", "usual": "延長（更新）する予定です"}


class LeadFact(NamedTuple):
    """A fact: its name, what stands large (lines), what explains it, and what marks it (words and whether it presses)."""

    label: str
    main: list[str]
    notes: list[str]
    mark: tuple[str, bool] | None = None


def lead(content: Mapping[str, Any], places: Mapping[str, Any] | None, on: date, last_day: date | None) -> list[LeadFact]:
    """Pay, hours, place, people, period, deadline."""
    posting = content["posting"]
    renewal = _RENEWAL.get(str(posting.get("renewal")), "")
    return [
        LeadFact("報酬", [facts.pay(posting) or "募集の内容をご覧ください"], _some(pay.sum_words(posting))),
        LeadFact(
            "日時",
            facts.shifts(posting, 3) or ["募集の内容をご覧ください"],
            _some(_length(posting), str(posting.get("workdays_note") or "")),
        ),
        LeadFact("場所", _place(content), _way(content)),
        people(posting, places),
        LeadFact("期間", [facts.period(posting)], _some(renewal)),
        deadline(posting, on, last_day),
    ]


def people(posting: Mapping[str, Any], places: Mapping[str, Any] | None) -> LeadFact:
    """How many are wanted, and how many places are left: 6名のうち 残り3名."""
    if places is None:
        wanted = posting_values.whole(posting.get("headcount"))
        return LeadFact("人数", [f"{wanted}名" if wanted else "問い合わせ先にお尋ねください"], [])
    as_of = f"{as_of_places(places)} 現在"
    if not places["open"]:
        return LeadFact("人数", [f"{places['needed']}名がそろっています"], ["応募できるかは、問い合わせ先にお確かめください", as_of])
    left = f"残り{places['open']}名"
    return LeadFact(
        "人数", [f"{places['needed']}名のうち {left}" if places["open"] < places["needed"] else f"{places['needed']}名（{left}）"], [as_of]
    )


def as_of_places(places: Mapping[str, Any]) -> str:
    """Since when the number of places holds: 5/20(木) 10:00."""
    return display.short_time(datetime.fromisoformat(places["at"]))


def deadline(posting: Mapping[str, Any], on: date, last_day: date | None) -> LeadFact:
    """Until when one can apply: the deadline, or the end of the publication when that is earlier (`last_day`, where it is known)."""
    day = display.as_date(posting.get("deadline")) if posting.get("deadline_type") == "date" else None
    if day is None:
        return LeadFact("締切", ["充足次第"], _some(f"掲載は {display.short_date(last_day)}まで" if last_day else ""))
    notes = ["掲載が終わる日です"] if last_day is not None and last_day < day else []
    day = min(day, last_day) if last_day is not None else day
    return LeadFact("締切", [f"{display.short_date(day)}まで"], notes, _left((day - on).days))


def _left(days: int) -> tuple[str, bool]:
    if days < 0:
        return "締切を過ぎています", True
    return {0: "今日まで", 1: "明日まで"}.get(days, f"あと{days}日"), days <= NEAR


def _length(posting: Mapping[str, Any]) -> str:
    minutes = pay.hours_of_shifts(posting)
    return f"1回 {posting_values.hours_text(minutes[0])}" if len(minutes) == 1 else ""


def _place(content: Mapping[str, Any]) -> list[str]:
    place, name = facts.place(content), str(content["posting"].get("venue_name") or "")
    return [place] if content["masked"] or not name else [place, name]


def _way(content: Mapping[str, Any]) -> list[str]:
    posting = content["posting"]
    parking = {"free": "駐車場あり（無料）", "paid": "駐車場あり（有料）"}.get(str(posting.get("parking")), "")
    return [facts.VENUE_HIDDEN] if content["masked"] else _some(str(posting.get("access") or ""), parking)


def _some(*texts: str) -> list[str]:
    return [text for text in texts if text]
