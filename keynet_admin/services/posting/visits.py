"""Views and applications of postings: numbers by day and source, without a word about anybody."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Posting, ViewCount
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import CandidateKind, ViewSource

DAYS = 14
EXPORTED = 92  # days of a file
_WIDTH, _HEIGHT, _STEP = 140, 38, 10


@dataclass(frozen=True)
class Visits:
    """Of one posting, from `first` on one number a day until today: views by source, and applications."""

    first: date
    views: Mapping[ViewSource, list[int]] = field(default_factory=dict)
    applications: list[int] = field(default_factory=lambda: [0] * DAYS)

    @property
    def by_day(self) -> list[tuple[date, dict[ViewSource, int], int]]:
        """Each day with its views by source and its applications, the newest first."""
        days = [
            (self.first + timedelta(days=at), {source: self._of(source)[at] for source in ViewSource}, self.applications[at])
            for at in range(DAYS)
        ]
        return days[::-1]

    @cached_property
    def total(self) -> int:
        """All views."""
        return sum(self._daily)

    def by(self, source: ViewSource) -> int:
        """Views from a source."""
        return sum(self._of(source))

    @property
    def applied(self) -> int:
        """All applications."""
        return sum(self.applications)

    @property
    def rate(self) -> str:
        """Applications for each 100 views; empty without views."""
        return f"{100 * self.applied / self.total:.1f}" if self.total else ""

    @property
    def line(self) -> str:
        """The views as points of a line in a picture of 140 × 40."""
        most = max(*self._daily, 1)
        return " ".join(f"{5 + _STEP * at},{_HEIGHT - 34 * count / most:.1f}" for at, count in enumerate(self._daily))

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """The applications as bars of the same picture: left edge, upper edge, height."""
        most = max(*self.applications, 1)
        tall = [round(min(6 * count, 34 * count / most)) for count in self.applications]
        return [(2 + _STEP * at, _HEIGHT - height, height) for at, height in enumerate(tall) if height]

    @cached_property
    def _daily(self) -> list[int]:
        return [sum(self._of(source)[at] for source in ViewSource) for at in range(DAYS)]

    def _of(self, source: ViewSource) -> list[int]:
        return self.views.get(source) or [0] * DAYS


def visits(ids: Iterable[int]) -> dict[int, Visits]:
    """The numbers of the last 14 days (today is the last) of postings by id, in two queries whatever their number."""
    wanted, first = list(ids), clock.today() - timedelta(days=DAYS - 1)
    views: defaultdict[int, dict[ViewSource, list[int]]] = defaultdict(dict)
    if not wanted:
        return {}
    query = select(ViewCount).where(ViewCount.posting_id.in_(wanted), ViewCount.day.between(first, clock.today()))
    for row in db.session.execute(query).scalars():
        views[row.posting_id].setdefault(row.source, [0] * DAYS)[(row.day - first).days] = row.count
    applied = _applications(wanted, first)
    return {number: Visits(first, views[number], applied.get(number, [0] * DAYS)) for number in wanted}


def table(actor: Actor, posting_id: int | None = None) -> Iterator[list[str]]:
    """Heading and lines of a file: day by day of the actor's postings (or of this one), newest first, for the last 92 days."""
    yield ["日付", "募集番号", "見出し", *(f"閲覧（{source.label}）" for source in ViewSource), "閲覧（合計）", "応募"]
    query = Posting.visible_to(actor).where(Posting.organization_id == (actor.organization_id or 0)).order_by(Posting.id)
    if posting_id is not None:
        query = query.where(Posting.id == posting_id)
    names = {row.id: (row.posting_no, row.title) for row in db.session.execute(query).scalars()}
    first = clock.today() - timedelta(days=EXPORTED - 1)
    counts: defaultdict[tuple[date, int], dict[ViewSource, int]] = defaultdict(dict)
    seen = select(ViewCount).where(ViewCount.posting_id.in_(names), ViewCount.day >= first)
    for row in db.session.execute(seen).scalars():
        counts[row.day, row.posting_id][row.source] = row.count
    applied = {
        (first + timedelta(days=at), number): count
        for number, days in _applications(list(names), first, EXPORTED).items()
        for at, count in enumerate(days)
        if count
    }
    for day, number in sorted(counts.keys() | applied.keys(), key=lambda key: (-key[0].toordinal(), key[1])):
        by = counts.get((day, number), {})
        numbers = [by.get(source, 0) for source in ViewSource]
        yield [day.isoformat(), *names[number], *map(str, numbers), str(sum(numbers)), str(applied.get((day, number), 0))]


def _applications(ids: list[int], first: date, days: int = DAYS) -> dict[int, list[int]]:
    """Applications (inquiries left out) of postings by day in Japan, from a day on, in one query."""
    starts = [datetime.combine(first + timedelta(days=at), time(), clock.TOKYO) for at in range(days + 1)]
    each = [func.count(Candidate.id).filter(Candidate.received_at >= start, Candidate.received_at < end) for start, end in pairwise(starts)]
    wanted = Candidate.posting_id.in_(ids), Candidate.kind == CandidateKind.application, Candidate.received_at >= starts[0]
    query = select(Candidate.posting_id, *each).where(*wanted).group_by(Candidate.posting_id)
    return {number: list(counts) for number, *counts in db.session.execute(query)}
