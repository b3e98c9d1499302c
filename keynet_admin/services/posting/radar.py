"""How a posting's conditions compare with those of postings nearby that found all their people within two weeks of being published.

Nearby: the same job, of bodies in the same prefecture or one beside it, never the posting's own body. Only what was public counts, as it
stood in the first two weeks; masked and private postings are left out whole. A group is told only from five cases of three bodies on, of
every condition by itself. What separates the groups is measured by Cliff's delta (N. Cliff, Psychological Bulletin 114, 1993), which asks
for no distribution; of a yes-or-no condition it is the difference of the shares. It says that groups differ, not why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from math import sqrt
from statistics import median, quantiles
from typing import Any

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Organization, Placement, Posting, PostingRevision
from keynet_admin.rules.engine.posting_values import hours_text, work_minutes
from keynet_admin.rules.words.plain import days_per_month, days_per_week, plain
from keynet_admin.services.listing import card
from keynet_admin.services.listing.neighbours import beside
from keynet_admin.services.posting.balance import Headcount, balances
from keynet_admin.services.posting.revisions import live_revision
from keynet_admin.vocabulary import CandidateStatus, PostingStatus

DAYS = 14
LEAST_CASES, LEAST_BODIES = 5, 3
MOST = 200  # postings looked at, the newest
BACK = timedelta(days=365)
TOLD = 3  # differences told in sentences
PLAIN_EFFECT = 0.33  # from here on a delta counts as more than small (Romano et al. 2006)
SHOWN = (PostingStatus.live, PostingStatus.paused, PostingStatus.closed)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Factor:
    """One condition: its name, how it is read from a content (None: not stated; 1 and 0 for yes and no), how a number is written (None: a share)."""

    label: str
    read: Callable[[Values], float | None]
    write: Callable[[float], str] | None = None


@dataclass(frozen=True)
class CaseGroup:
    """The postings of one group that state a condition: how many, the middle (median, or the share of yes), the middle half."""

    cases: int
    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """One condition of the posting beside the two groups. `slow` and `effect` (-1 … 1, above 0: more in `fast`) are None under the least cases."""

    factor: Factor
    own: float | None
    fast: CaseGroup
    slow: CaseGroup | None
    effect: float | None

    @property
    def differs(self) -> bool:
        """Whether the groups differ by more than chance easily makes, and the posting lies on the side of those that were not filled."""
        if self.own is None or self.slow is None or self.effect is None:
            return False
        n, m = self.fast.cases, self.slow.cases
        chance = 2 * sqrt((n + m + 1) / (3 * n * m))  # two standard errors of a delta between groups without a difference
        away = self.own - (self.fast.middle if self.factor.write else int(self.effect > 0))
        return abs(self.effect) >= max(PLAIN_EFFECT, chance) and away * self.effect < 0

    @property
    def sentence(self) -> str:
        """The difference in words."""
        near = f"近くで2週間以内に埋まった募集{self.fast.cases}件"
        if self.factor.write:
            return f"{near}の{self.factor.label}の中央値は{self.text(self.fast)}、この募集は{self.own_text}です。"
        yes = "です" if self.own else "ではありません"
        return f"{near}のうち{round(self.fast.middle * self.fast.cases)}件は「{self.factor.label}」です。この募集は「{self.factor.label}」{yes}。"

    @property
    def own_text(self) -> str:
        """The posting's own value in words."""
        if self.own is None:
            return "記載なし"
        return self.factor.write(self.own) if self.factor.write else "はい" if self.own else "いいえ"

    def text(self, group: CaseGroup | None) -> str:
        """The middle of a group in words, empty for none."""
        if group is None:
            return ""
        yes = round(group.middle * group.cases)
        return self.factor.write(group.middle) if self.factor.write else f"{group.cases}件中{yes}件"

    def at(self, value: float) -> float:
        """Where a value stands in a picture 100 wide."""
        known = [v for g in (self.fast, self.slow) if g for v in (g.low, g.middle, g.high)] + ([] if self.own is None else [self.own])
        low, high = (min(known), max(known)) if self.factor.write else (0.0, 1.0)
        return round(4 + 92 * (value - low) / (high - low), 1) if high > low else 50.0


@dataclass(frozen=True)
class Radar:
    """The conditions, those that separate the groups most first; how many postings are in each group (`slow`: 0 under the least cases)."""

    rows: Sequence[Comparison]
    fast: int
    slow: int

    @property
    def told(self) -> Sequence[Comparison]:
        """The differences that stand out, at most three."""
        return [row for row in self.rows if row.differs][:TOLD]


@dataclass(frozen=True)
class _Case:
    body: int
    fast: bool
    content: Values


def of(posting: Posting, found: Headcount) -> Radar | None:
    """The comparison for a published posting that still needs people (`found`: its balance). None where there is nothing to compare with.

    At most six queries, over at most `MOST` postings.
    """
    revision = live_revision(posting)
    if posting.status not in SHOWN or posting.published_at is None or found.is_full or not posting.headcount:
        return None
    if revision is None or posting.job_type in ("", "other") or revision.normalized.get("visibility") == "private":
        return None
    cases = _cases(posting)
    rows = [row for factor in FACTORS if (row := _compared(factor, revision.normalized, cases)) is not None]
    groups = [[case for case in cases if case.fast is fast] for fast in (True, False)]
    if not rows or not _enough(groups[0]):
        return None
    rows.sort(key=lambda row: -abs(row.effect or 0))
    return Radar(rows, len(groups[0]), len(groups[1]) if _enough(groups[1]) else 0)


def cliffs_delta(some: Sequence[float], others: Sequence[float]) -> float:
    """How much oftener a value of the first group is greater than one of the second than it is less: -1 … 1, 0 for equal groups."""
    return sum((a > b) - (a < b) for a, b in product(some, others)) / (len(some) * len(others))


def _compared(factor: Factor, own: Values, cases: Iterable[_Case]) -> Comparison | None:
    known: dict[bool, list[tuple[_Case, float]]] = {True: [], False: []}
    for case in cases:
        value = factor.read(case.content)
        if value is not None:
            known[case.fast].append((case, value))
    values = {fast: [value for _, value in pairs] for fast, pairs in known.items()}
    groups = {fast: _group(factor, values[fast]) if _enough(case for case, _ in pairs) else None for fast, pairs in known.items()}
    if (quick := groups[True]) is None:
        return None
    effect = cliffs_delta(values[True], values[False]) if groups[False] else None
    return Comparison(factor, factor.read(own), quick, groups[False], effect)


def _group(factor: Factor, values: list[float]) -> CaseGroup:
    if factor.write is None:
        share = sum(values) / len(values)
        return CaseGroup(len(values), share, share, share)
    low, _, high = quantiles(values, n=4, method="inclusive")
    return CaseGroup(len(values), median(values), low, high)


def _enough(cases: Iterable[_Case]) -> bool:
    bodies = [case.body for case in cases]
    return len(bodies) >= LEAST_CASES and len(set(bodies)) >= LEAST_BODIES


def _cases(posting: Posting) -> list[_Case]:
    """The postings nearby of which two weeks tell something, with their conditions of that time."""
    home, now = posting.organization.prefecture_code, clock.now()
    query = (
        select(Posting)
        .join(Organization, Organization.id == Posting.organization_id)
        .where(
            Posting.job_type == posting.job_type,
            Posting.organization_id != posting.organization_id,
            Organization.prefecture_code.in_((home, *beside(home))),
            Posting.status.in_(SHOWN),
            Posting.published_at.between(now - BACK, now - timedelta(days=DAYS)),
        )
    )
    near = db.session.execute(query.order_by(Posting.published_at.desc(), Posting.id.desc()).limit(MOST)).scalars().all()
    counts, days = balances(near), _last_days([row.id for row in near])
    fates = {row.id: _filled_in_time(row, counts[row.id], days.get(row.id)) for row in near}
    known = [row for row in near if fates[row.id] is not None]
    contents = _contents(known)
    return [
        _Case(row.organization_id, bool(fates[row.id]), contents[row.id])
        for row in known
        if contents.get(row.id, {}).get("visibility") == "public"
    ]


def _filled_in_time(row: Posting, found: Headcount, last: date | None) -> bool | None:
    """Whether all people were secured within two weeks of the publication; None when nobody can tell: it ended before, or was never asked."""
    if row.published_at is None or not row.headcount:
        return None
    ends = row.published_at + timedelta(days=DAYS)
    closed = row.closed_at.astimezone(clock.TOKYO).date() if row.closed_at is not None else None
    if found.is_full:
        filled = min((day for day in (closed, last) if day is not None), default=None)
        return None if filled is None else filled <= ends.astimezone(clock.TOKYO).date()
    return None if row.outcome_due or (row.closed_at is not None and row.closed_at < ends) else False


def _last_days(ids: list[int]) -> dict[int, date]:
    """The day in Japan on which the last person was secured, by posting. Two queries."""
    hired = select(Candidate.posting_id, func.max(Candidate.ended_at)).where(Candidate.status == CandidateStatus.secured)
    placed = select(Placement.posting_id, func.max(Placement.on)).where(Placement.count > 0)
    moments: list[tuple[int, datetime]] = [
        (number, at)
        for number, at in db.session.execute(hired.where(Candidate.posting_id.in_(ids)).group_by(Candidate.posting_id))
        if at is not None
    ]
    days = {number: at.astimezone(clock.TOKYO).date() for number, at in moments}
    for number, on in db.session.execute(placed.where(Placement.posting_id.in_(ids)).group_by(Placement.posting_id)):
        days[number] = max(on, days.get(number, on))
    return days


def _contents(rows: Sequence[Posting]) -> dict[int, Values]:
    """What was public of each posting at the end of its first two weeks: the newest revision of then up to the live one. Two queries."""
    by_id = {row.id: row for row in rows}
    columns = PostingRevision.id, PostingRevision.posting_id, PostingRevision.number, PostingRevision.created_at
    chosen: dict[int, int] = {}
    query = select(*columns).where(PostingRevision.posting_id.in_(by_id)).order_by(PostingRevision.posting_id, PostingRevision.number)
    for number, posting_id, at, created in db.session.execute(query):
        row = by_id[posting_id]
        if at <= (row.live or 0) and (posting_id not in chosen or created <= (row.published_at or created) + timedelta(days=DAYS)):
            chosen[posting_id] = number
    contents = select(PostingRevision.posting_id, PostingRevision.normalized).where(PostingRevision.id.in_(chosen.values()))
    return {row[0]: row[1] for row in db.session.execute(contents)}


def _pay(content: Values) -> float | None:
    return card.pay_hour(content) or None


def _shortest_shift(content: Values) -> float | None:
    """Minutes of work of the shortest shift."""
    return min((m for row in card.rows_of(content, "shifts") if (m := work_minutes(row)) is not None), default=None)


def _week_days(content: Values) -> float | None:
    """The fewest days a week that are asked for; days a month are shared out over its weeks."""
    text = plain(str(content.get("workdays_note") or ""))
    if week := days_per_week(text):
        return week[0]
    month = days_per_month(text)
    return round(month[0] * 12 / 52, 1) if month else None


def _ticked(name: str) -> Callable[[Values], float | None]:
    return lambda content: float(content.get(name) is True)


def _is(name: str, *choices: str) -> Callable[[Values], float | None]:
    """Yes for these choices, no for others; not stated without one."""
    return lambda content: float(content[name] in choices) if content.get(name) else None


FACTORS = (
    Factor("1時間あたりの報酬", _pay, lambda value: f"{value:,.0f}円"),
    Factor("1回の勤務（いちばん短いもの）", _shortest_shift, lambda value: hours_text(round(value))),
    Factor("勤務日数（少ない場合）", _week_days, lambda value: f"週{value:g}日"),
    Factor("1日だけの従事も可", _ticked("single_day")),
    Factor("事前研修あり", _is("training", "paid", "unpaid")),
    Factor("有給の事前研修", _is("training", "paid")),
    Factor("現場の支援体制の説明あり", lambda content: float(bool(str(content.get("support_note") or "").strip()))),
    Factor("ブランク可", _ticked("blank_ok")),
    Factor("経験不問", _is("experience", "not_asked")),
    Factor("自動車通勤可", _is("parking", "free", "paid")),
    Factor("通勤費の支給あり", _is("commute", "actual", "fixed", "capped")),
)
