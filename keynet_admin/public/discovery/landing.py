"""Landing pages: what stands above and below the plain lists of a prefecture, of a job and of both, and which of them there are.

One statement reads the figures of all of them; they are kept as long as the counts of the list, for a large table a minute at most.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from keynet_admin import clock
from keynet_admin.catalogue import display, posting_field, reference
from keynet_admin.models import Listing
from keynet_admin.public.discovery.head import Head, is_plain
from keynet_admin.public.discovery.head import of_search as head_of
from keynet_admin.public.drawn import shown_count
from keynet_admin.public.query import Search
from keynet_admin.public.search.listed import SetsState
from keynet_admin.services.listing.neighbours import beside

# From this many open postings on, the figures may be this old: they are read from all of them.
MANY, HOLD = 5000, timedelta(minutes=1)
JUNIOR = "assistant_nurse"
L = Listing.__table__.c
FIGURES = (
    select(
        L.prefecture_code,
        L.job_type,
        L.also_junior,
        func.count(),
        func.min(func.nullif(L.pay_hour, 0)),
        func.max(L.pay_hour),
        func.sum(L.headcount),
        func.min(L.open_until),
        func.max(L.changed_at),
    )
    .where(Listing.listed(bindparam("now")))
    .group_by(L.prefecture_code, L.job_type, L.also_junior)
)


class LandingFigures(NamedTuple):
    """Of some open postings: how many, the lowest and the highest pay an hour, people wanted, the first end, the newest change."""

    count: int
    pay_from: int | None
    pay_to: int | None
    headcount: int | None
    ends: datetime
    changed_at: datetime

    def __or__(self, other: "LandingFigures") -> "LandingFigures":
        """Of both."""
        low = [pay for pay in (self.pay_from, other.pay_from) if pay]
        high = max(self.pay_to or 0, other.pay_to or 0)
        people = (self.headcount or 0) + (other.headcount or 0)
        ends, changed = min(self.ends, other.ends), max(self.changed_at, other.changed_at)
        return LandingFigures(self.count + other.count, min(low, default=None), high or None, people or None, ends, changed)


class OtherPage(NamedTuple):
    """A link to another landing page with what it finds: never to one that finds nothing."""

    name: str
    address: str
    count: int


@dataclass(frozen=True)
class Landing:
    """What a plain list says beside its postings, and until when that may be shown."""

    until: datetime
    facts: list[tuple[str, str]]
    next_to: list[OtherPage]
    others: list[OtherPage]
    next_to_title: str
    others_title: str


@dataclass
class _Kept:
    version: int
    read_at: datetime
    ends: datetime
    cells: dict[tuple[str, str], LandingFigures] = field(default_factory=dict)


_kept: dict[object, _Kept] = {}


def figures(connection: Connection, state: SetsState) -> tuple[dict[tuple[str, str], LandingFigures], datetime]:
    """The figures by prefecture and job, `""` for all, and until when they may be shown: older ones not beyond their minute.

    A posting open to assistant nurses counts for them, too, as in the search.
    """
    now, kept = clock.now(), _kept.get(connection.engine)
    if kept is not None and kept.read_at <= now < kept.ends:
        if kept.version == state.mark[0]:
            return kept.cells, kept.ends
        if state.total > MANY and now < kept.read_at + HOLD:
            return kept.cells, min(kept.ends, kept.read_at + HOLD)
    made = _Kept(state.mark[0], now, datetime.max.replace(tzinfo=now.tzinfo))
    for code, job, also_junior, *rest in connection.execute(FIGURES, {"now": now}):
        row = LandingFigures(*rest)
        made.ends = min(made.ends, row.ends)
        for place in (code, ""):
            for kind in (job, "", *((JUNIOR,) if also_junior and job != JUNIOR else ())):
                there = made.cells.get((place, kind))
                made.cells[place, kind] = row if there is None else there | row
    _kept.clear()
    _kept[connection.engine] = made
    return made.cells, made.ends


def of_search(connection: Connection, search: Search, state: SetsState, found: int) -> tuple[Head, Landing | None]:
    """Head of a list; for a plain one of a prefecture or a job that finds something also what stands beside its postings."""
    place, job = _pair(search)
    if not found or not is_plain(search) or not (place or job):
        return head_of(search, found=bool(found)), None
    cells, until = figures(connection, state)
    here = cells.get((place, job))
    if here is None:
        return head_of(search, found=True), None
    words = _name(place, job)
    facts = _facts(here)
    told = "、".join(f"{label}{text}" for label, text in facts)
    where = display.prefecture(place) if place else "全国"
    described = f"{where}の自治体による{_job(job)}募集{shown_count(found)}。{told}。登録も費用もいりません。"
    head = Head(f"{words}の募集", "/postings/" + search.query(), described, count=shown_count(found))
    return head, Landing(until, facts, *_beside(cells, search))


def pairs(connection: Connection, state: SetsState) -> tuple[list[tuple[str, datetime]], datetime]:
    """The query of each landing page that finds something, with its newest change; and until when that may be shown."""
    cells, until = figures(connection, state)
    return [(_search(place, job).query(), here.changed_at) for (place, job), here in sorted(cells.items()) if place or job], until


def _beside(cells: dict[tuple[str, str], LandingFigures], search: Search) -> tuple[list[OtherPage], list[OtherPage], str, str]:
    place, job = _pair(search)
    jobs = [choice.slug for choice in posting_field("job_type").choices if choice.slug != job]
    others = _offers(cells, ((_label(slug), place, slug) for slug in jobs))
    if not place:
        codes: Iterable[str] = (prefecture.code for prefecture in reference.prefectures())
        there = _offers(cells, ((display.prefecture(code), code, job) for code in codes))
        return there, others, f"都道府県ごとの{_label(job)}の募集", "ほかの職種"
    there = _offers(cells, ((display.prefecture(code), code, job) for code in beside(place)))
    title = f"となりの都道府県の{_label(job)}の募集" if job else "となりの都道府県の募集"
    return there, others, title, f"{display.prefecture(place)}の{'ほかの' if job else ''}職種"


def _offers(cells: dict[tuple[str, str], LandingFigures], wanted: Iterable[tuple[str, str, str]]) -> list[OtherPage]:
    found = [(name, place, job, cells[place, job].count) for name, place, job in wanted if (place, job) in cells]
    return [OtherPage(name, "/postings/" + _search(place, job).query(), count) for name, place, job, count in found]


def _facts(here: LandingFigures) -> list[tuple[str, str]]:
    facts = []
    if here.headcount:
        facts.append(("募集人数", f"{here.headcount:,}名"))
    if here.pay_from and here.pay_to:
        span = display.yen(here.pay_from) + (f"～{display.yen(here.pay_to)}" if here.pay_to > here.pay_from else "")
        facts.append(("1時間あたりの下限", span))
    last = (here.ends - timedelta(microseconds=1)).astimezone(clock.TOKYO)
    facts.append(("いちばん近い締切", display.short_date(last.date())))
    return facts


def _pair(search: Search) -> tuple[str, str]:
    return (search.prefecture or ("",))[0], (search.job_type or ("",))[0]


def _search(place: str, job: str) -> Search:
    return replace(Search(), prefecture=(place,) if place else (), job_type=(job,) if job else ())


def _label(job: str) -> str:
    return posting_field("job_type").label_of(job) if job else ""


def _job(job: str) -> str:
    return f"{_label(job)}の" if job else ""


def _name(place: str, job: str) -> str:
    return "の".join(part for part in (display.prefecture(place) if place else "", _label(job)) if part)
