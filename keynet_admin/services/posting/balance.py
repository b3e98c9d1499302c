"""How many people a posting needs, has and lacks: needed = secured + open. Everybody who asks for these numbers asks here.

Needed is the wanted number of the current revision, or more when more people were secured, so nothing is ever below zero. An offer secures
nobody yet. Of one way, the number that the municipality typed and the one that partners reported are two tellings of the same people. Shifts that carry a number have a balance of their own, which does not add up to the whole: one person may work several.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, union_all

from keynet_admin.catalogue import display
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Placement, Posting
from keynet_admin.rules import rule_by_code
from keynet_admin.rules.engine.posting_values import NURSING
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services.posting.revisions import PREFIX, current_revision
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, SecuredWay

_WAYS = {way.value: way for way in SecuredWay}
TYPED_WAYS = (SecuredWay.nurse_center, SecuredWay.save_the_town, SecuredWay.other)


@dataclass(frozen=True)
class Headcount:
    """Numbers of people: wanted (0 while no number is known), secured, and offered a place that they have not taken yet."""

    wanted: int
    secured: int
    offered: int

    @property
    def needed(self) -> int:
        """Wanted, or as many as were secured beyond it."""
        return max(self.wanted, self.secured)

    @property
    def open(self) -> int:
        """Still to be found, never below zero."""
        return self.needed - self.secured

    @property
    def open_if_taken(self) -> int:
        """Still to be found once all who were offered a place take it."""
        return max(0, self.open - self.offered)

    @property
    def is_full(self) -> bool:
        """Whether a known number of people is secured."""
        return 0 < self.wanted <= self.secured


@dataclass(frozen=True)
class ShiftCount(Headcount):
    """The numbers of one shift: its name, when it is, and its row of the content."""

    name: str
    when: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Balance(Headcount):
    """The numbers of a posting, by way and by shift (of shifts that carry a number)."""

    by_way: Mapping[SecuredWay, int] = field(default_factory=dict)
    by_shift: Sequence[ShiftCount] = ()


def balance(posting: Posting) -> Balance:
    """The balance of one posting as its rows stand now, with its shifts."""
    return with_shifts([posting], {posting.id: current_revision(posting).normalized})[posting.id]


def for_content(posting: Posting, content: Mapping[str, Any]) -> Balance:
    """The balance of one posting as this content of it counts: that of the live revision, while a later one waits."""
    wanted = content.get("headcount")
    found = with_shifts([posting], {posting.id: content})[posting.id]
    return replace(found, wanted=wanted if isinstance(wanted, int) and not isinstance(wanted, bool) else 0)


def with_shifts(postings: Iterable[Posting], contents: Mapping[int, Mapping[str, Any]]) -> dict[int, Balance]:
    """The balances of several postings by id with their shifts; `contents` are those of their current revisions. Three queries."""
    shifts = _by_shift(contents)
    return {number: replace(found, by_shift=shifts.get(number, ())) for number, found in balances(postings).items()}


def balances(postings: Iterable[Posting]) -> dict[int, Balance]:
    """The balances of several postings by id, in one query, without their shifts."""
    wanted = {posting.id: posting.headcount or 0 for posting in postings}
    if not wanted:
        return {}
    ways: defaultdict[int, dict[SecuredWay, int]] = defaultdict(dict)
    offered: dict[int, int] = {}
    for number, way, count in db.session.execute(_counted(list(wanted))):
        if way == "offered":
            offered[number] = int(count)
        else:
            ways[number][_WAYS[way]] = ways[number].get(_WAYS[way], 0) + int(count)
    return {number: Balance(most, sum(ways[number].values()), offered.get(number, 0), ways[number]) for number, most in wanted.items()}


def told() -> ColumnElement[int]:
    """The placements of one way at one posting, added up: what the municipality typed and what partners reported tell of the same people.

    So the larger of both sums counts, whichever came first and however often. For queries grouped by posting and way.
    """
    typed = func.coalesce(func.sum(case((Placement.partner_id.is_(None), Placement.count))), 0)
    reported = func.coalesce(func.sum(case((Placement.partner_id.is_not(None), Placement.count))), 0)
    return case((typed > reported, typed), else_=reported)


def secured_of(postings: Select[int]) -> dict[int, int]:
    """How many people are secured for each posting whose id this query gives, in one query; those without anybody are left out."""
    found: Counter[int] = Counter()
    for number, way, count in db.session.execute(_counted(postings)):
        if way != "offered":
            found[number] += int(count)
    return found


def full() -> ColumnElement[bool]:
    """Where-clause: the posting is public although all its people are secured (PUB-004)."""
    by_site = select(func.count(Candidate.id)).where(Candidate.posting_id == Posting.id, Candidate.status == CandidateStatus.secured)
    ways = select(told().label("people")).where(Placement.posting_id == Posting.id).correlate(Posting).group_by(Placement.way).subquery()
    others = select(func.coalesce(func.sum(ways.c.people), 0))
    return (Posting.status == PostingStatus.live) & (
        by_site.correlate(Posting).scalar_subquery() + others.correlate(Posting).scalar_subquery() >= Posting.headcount
    )


def still_public(posting: Posting, found: Headcount) -> Finding | None:
    """PUB-004 for a public posting whose people are all secured."""
    if posting.status is not PostingStatus.live or not found.is_full:
        return None
    return _finding("PUB-004", f"確保した人が{found.secured}名になり、募集した{found.wanted}名に達していますが、公開中です。", found)


def too_few(posting: Posting, wanted: Any) -> Finding | None:
    """An edit that lowers the wanted number below who is secured already."""
    if posting.id is None or isinstance(wanted, bool) or not isinstance(wanted, int):
        return None
    found = balances([posting])[posting.id]
    if wanted >= min(found.secured, found.wanted):
        return None
    how = f"{found.secured}以上の人数を入力するか、確保の登録を取り消してください。"
    return _finding(
        "PUB-004", f"すでに{found.secured}名を確保しているため、募集人数を{wanted}名にはできません。", found, Level.ERROR, how, wanted
    )


def _finding(code: str, what: str, found: Headcount, level: Level = Level.WARNING, how: str = "", typed: Any = None) -> Finding | None:
    rule = rule_by_code(code)
    if rule is None:
        return None
    return Finding(rule.code, level, f"{PREFIX}headcount", what, rule.why, how or rule.how, typed, found.secured, rule.basis)


def ways_of(posting: Posting) -> dict[SecuredWay, str]:
    """The ways whose numbers are typed, each with why it cannot apply to the posting (empty where it can)."""
    nursing, physician = posting.job_type in NURSING, posting.job_type == "physician"
    return {
        SecuredWay.nurse_center: "" if nursing else "看護職の募集だけで使います",
        SecuredWay.save_the_town: "" if physician else "医師の募集だけで使います",
        SecuredWay.other: "",
    }


def shift_names(posting: Posting) -> list[str]:
    """The names of the posting's shifts that carry a number, as candidates and placements name them."""
    return [name for name, _ in _counted_shifts(current_revision(posting).normalized)]


def _counted(ids: list[int] | Select[int]) -> Any:
    """Rows (posting, way or `offered`, people)."""
    secured, offered = CandidateStatus.secured, CandidateStatus.offered
    way = case((Candidate.status == offered, "offered"), (Candidate.direct, SecuredWay.moved.value), else_=SecuredWay.site.value)
    people = (
        select(Candidate.posting_id, way.label("way"), func.count(Candidate.id))
        .where(Candidate.posting_id.in_(ids), Candidate.status.in_((secured, offered)))
        .group_by(Candidate.posting_id, way)
    )
    others = select(Placement.posting_id, Placement.way, told()).where(Placement.posting_id.in_(ids))
    return union_all(people, others.group_by(Placement.posting_id, Placement.way))


def _counted_shifts(content: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Name and row of each shift with a number. One without a name of its own is called by its days and hours."""
    rows = [row for row in content.get("shifts") or [] if isinstance(row, Mapping)]
    names = Counter(display.shift_cells(row)[0] for row in rows)
    found = []
    for row in rows:
        name, days, span, _rest = display.shift_cells(row)
        if isinstance(row.get("need"), int):
            found.append((name if name and names[name] == 1 else f"{name} {days} {span}".strip(), row))
    return found


def _by_shift(contents: Mapping[int, Mapping[str, Any]]) -> dict[int, tuple[ShiftCount, ...]]:
    """The shifts with a number of several postings, in two queries."""
    shifts = {number: _counted_shifts(content) for number, content in contents.items()}
    counted = [number for number, rows in shifts.items() if rows]
    if not counted:
        return dict.fromkeys(contents, ())
    took = Candidate.status.in_((CandidateStatus.secured, CandidateStatus.offered))
    secured: defaultdict[tuple[int, str], int] = defaultdict(int)
    offered: defaultdict[tuple[int, str], int] = defaultdict(int)
    people = select(Candidate.posting_id, Candidate.status, Candidate.shifts).where(Candidate.posting_id.in_(counted), took)
    for number, status, names in db.session.execute(people):
        for name in set(names):
            (secured if status is CandidateStatus.secured else offered)[number, name] += 1
    placed = select(Placement.posting_id, Placement.shift, func.sum(Placement.count)).where(Placement.posting_id.in_(counted))
    for number, name, count in db.session.execute(placed.group_by(Placement.posting_id, Placement.shift)):
        secured[number, name] += int(count)
    return {
        number: tuple(
            ShiftCount(row["need"], secured[number, name], offered[number, name], name, " ".join(display.shift_cells(row)[1:3]), row)
            for name, row in rows
        )
        for number, rows in shifts.items()
    }
