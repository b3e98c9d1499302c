"""Words that the search text of a posting gets besides its own: what people call its job, and what is true of it.

Made of public content only, and never anything that the posting does not offer: a visitor who searches for 駐車場 finds those who have one.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from keynet_admin.catalogue import display, reference
from keynet_admin.services.listing import card
from keynet_admin.services.listing.words import jobs, marks, times

LONG_TERM_DAYS: Final = 92
_WEEKLY: Final = re.compile(r"週([1-7１-７一二三四五])")
# 翌月21日払い is no pay of the same day.
_SAME_DAY: Final = re.compile(r"(?<![0-9０-９一二三四五六七八九十末])日払い|当日(?:払|に支払|支給)|即日")
_MONTHLY: Final = re.compile(r"月(?:に)?[4-7４-７四五]回")
_KANJI: Final = dict(zip("一二三四五１２３４５", "1234512345", strict=True))


def words(content: Mapping[str, Any]) -> list[str]:
    """The words for a posting's public content."""
    posting = content["posting"]
    found = [jobs.JOBS.get(str(posting.get("job_type")), "")]
    if posting.get("also_junior") is True:
        found.append(jobs.JOBS["assistant_nurse"])
    if posting.get("job_type") == "nurse" and posting.get("blank_ok") is True:
        found.append(marks.POTENTIAL_NURSE)
    parts = {part for row in card.rows_of(posting, "shifts") for part in card.parts_of(row)}
    days = {day for row in card.rows_of(posting, "shifts") for day in row.get("days") or ()}
    found += [text for key, text in times.PARTS.items() if parts.intersection(key.split())]
    found += [text for key, text in times.WEEKDAYS.items() if days.issuperset(key.split())]
    if posting.get("single_day") is True:
        found.append(times.SINGLE_DAY)
    found += [marks.FLAGS[flag] for flag in marks.FLAGS if _has(flag, posting)]
    found += [text for key, text in marks.ENGAGEMENTS.items() if posting.get("engagement") in key.split()]
    found += [text for offer, text in marks.OFFERS.items() if _offers(offer, posting)]
    area = reference.prefecture(content["place"]["prefecture"])
    return [*found, area.romaji] if area else found


def _has(flag: str, posting: Mapping[str, Any]) -> bool:
    return {
        "blank_ok": posting.get("blank_ok") is True,
        "training": posting.get("training") in ("paid", "unpaid"),
        "car": posting.get("parking") in ("free", "paid"),
        "online": "online_interview" in (posting.get("selection") or ()),
    }[flag]


def _offers(offer: str, posting: Mapping[str, Any]) -> bool:
    pay_day = str(posting.get("pay_day") or "") + str(posting.get("pay_note") or "")
    if offer.startswith("weekly_"):
        return offer.removeprefix("weekly_") in _weekly(str(posting.get("workdays_note") or ""))
    match offer:
        case "hour" | "day" | "session" | "month":
            return posting.get("pay_type") == offer
        case "paid_same_day":
            return _SAME_DAY.search(pay_day) is not None
        case "paid_weekly":
            return "週払" in pay_day
        case "paid_by_hand":
            return re.search(r"手渡し|現金", pay_day) is not None
        case "inexperienced":
            return posting.get("experience") == "not_asked"
        case "any_age":
            return posting.get("age_limit") == "no"
        case "no_licence":
            return list(posting.get("licenses") or ()) == ["none"]
        case "travel":
            return posting.get("commute") in ("actual", "fixed", "capped")
        case "free_parking":
            return posting.get("parking") == "free"
        case "no_overtime":
            return posting.get("overtime") == "no"
        case "social_insurance":
            return {"health", "pension"} <= set(posting.get("insurance") or ())
        case "liability":
            return posting.get("liability") in ("municipality", "insured")
        case "injects":
            return "injection" in (posting.get("duties") or ())
        case "short_shift":
            longest = card.longest_shift(posting)
            return longest is not None and longest <= card.SHORT_MINUTES
        case _:
            term = _term(posting)
            return term is not None and (offer == "short_term") is (term <= LONG_TERM_DAYS)


def _term(posting: Mapping[str, Any]) -> int | None:
    start, end = display.as_date(posting.get("term_start")), display.as_date(posting.get("term_end"))
    return (end - start).days + 1 if isinstance(start, date) and isinstance(end, date) else None


def _weekly(note: str) -> set[str]:
    """How often a week one may work: 週2日 → 2; 月4回 is once a week."""
    found = {_KANJI.get(times_, times_) for times_ in _WEEKLY.findall(note)}
    return found | ({"1"} if _MONTHLY.search(note) else set())
