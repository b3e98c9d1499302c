"""The figures of the follow-up report (確保実績), counted from the events as they stood at a moment. Nothing is typed, nothing stored.

A cell is one municipality and one job type. A posting counts once it has been public. In every cell wanted = secured + open.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, case, select

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Organization, Placement, Posting, PostingRevision
from keynet_admin.services.posting.balance import told
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, SecuredWay

Cell = tuple[int, str]


@dataclass(frozen=True)
class ReportFigures:
    """The figures of a cell, or of several added up. People are counted once a cell, in the most advanced of their applications.

    `asked`: the headcounts as the postings state them. `wanted` differs from it only where a posting secured more than it asked for, or
    where one person took places of two postings. `declined`: by the person, at any time. `moved`: to direct selection, whatever came of
    it. `not_working`: of those secured through this site, who were without work when they applied.
    """

    postings: int = 0
    wanted: int = 0
    inquiries: int = 0
    applications: int = 0
    moved: int = 0
    secured_site: int = 0
    secured_moved: int = 0
    secured_partner: int = 0
    secured_other: int = 0
    declined: int = 0
    rejected: int = 0
    open: int = 0
    not_working: int = 0
    asked: int = 0

    @property
    def secured(self) -> int:
        """By all ways."""
        return self.secured_site + self.secured_moved + self.secured_partner + self.secured_other

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report."""
        return self == ReportFigures()

    def __add__(self, other: "ReportFigures") -> "ReportFigures":
        return ReportFigures(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


@dataclass(frozen=True)
class FigureColumn:
    """One column of the report: the figure's name, its heading, the heading above it, its unit, whether a municipality may correct it."""

    name: str
    label: str
    group: str
    unit: str = "名"
    correctable: bool = True


COLUMNS: tuple[FigureColumn, ...] = (
    FigureColumn("postings", "件数", "募集", "件"),
    FigureColumn("wanted", "人数", "募集"),
    FigureColumn("inquiries", "問合せ", "応募者"),
    FigureColumn("applications", "応募", "応募者"),
    FigureColumn("moved", "直接選考へ", "応募者"),
    FigureColumn("secured_site", "本サイト", "確保した人数"),
    FigureColumn("secured_moved", "直接選考後", "確保した人数"),
    FigureColumn("secured_partner", "連携先", "確保した人数"),
    FigureColumn("secured_other", "その他", "確保した人数"),
    FigureColumn("secured", "計", "確保した人数", correctable=False),
    FigureColumn("declined", "辞退", "そのほか"),
    FigureColumn("rejected", "不採用", "そのほか"),
    FigureColumn("open", "残り", "そのほか", correctable=False),
    FigureColumn("not_working", "うち潜在", "そのほか"),
)


@dataclass(frozen=True)
class PeopleCount:
    """Distinct people of the whole country: somebody who applied to five towns is one."""

    inquiries: int
    applications: int
    secured: int
    not_working: int


@dataclass(frozen=True)
class CountedPosting:
    """A posting at the moment, with how many it secured by each way (as `services/posting/balance.py` counts them)."""

    id: int
    organization_id: int
    job_type: str
    headcount: int
    by_way: Counter[SecuredWay] = field(default_factory=Counter)

    @property
    def cell(self) -> Cell:
        """Where it counts."""
        return self.organization_id, self.job_type

    @property
    def secured(self) -> int:
        """People by all ways."""
        return self.by_way.total()

    @property
    def open(self) -> int:
        """Places that nobody has taken, never below zero."""
        return max(0, self.headcount - self.secured)


@dataclass(frozen=True)
class CountedPerson:
    """One application or inquiry as it stood at the moment. `direct`: it went through the municipality's own selection."""

    id: int
    posting_id: int
    status: S
    inquiry: bool
    direct: bool
    not_working: bool
    keys: tuple[str, ...]


_INQUIRY = frozenset({S.open, S.answered, S.converted})
# What sets or ends the mark `direct` (`services/candidate/stages.py`); later steps leave it as it is.
_DIRECT_SETTING = frozenset({S.received, S.seen, S.contacted, S.selection, S.moved})
# From the least to the most advanced.
_ADVANCE = (S.rejected, S.withdrawn, S.declined, S.received, S.seen, S.contacted, S.selection, S.moved, S.offered, S.secured)
_RANK = {status: number for number, status in enumerate(_ADVANCE)}
_STATUS = {status.value: status for status in S}
PARTNERS = (SecuredWay.nurse_center, SecuredWay.save_the_town)


def figures(as_of: datetime, organization_id: int | None = None, prefecture_code: str | None = None) -> dict[Cell, ReportFigures]:
    """The figures at a moment, by (organization id, job type): of all, of one municipality, or of those of a prefecture.

    Cells without a posting that was ever public are not among them. Five queries, whatever is asked for.
    """
    return counted(snapshot(as_of, organization_id, prefecture_code))


def counted(found: "Snapshot") -> dict[Cell, ReportFigures]:
    """The figures of what there was at a moment."""
    postings: defaultdict[Cell, list[CountedPosting]] = defaultdict(list)
    for posting in found.postings.values():
        postings[posting.cell].append(posting)
    return {cell: _figures(rows, persons(found.people.get(cell, ()))) for cell, rows in postings.items()}


def total(cells: Iterable[ReportFigures]) -> ReportFigures:
    """Several cells added up. Somebody who counts in two of them counts twice; `people` counts everybody once."""
    return sum(cells, ReportFigures())


def people(as_of: datetime, prefecture_code: str | None = None) -> PeopleCount:
    """Distinct people at a moment, of the whole country or of a prefecture's municipalities."""
    return distinct(snapshot(as_of, None, prefecture_code))


def distinct(found: "Snapshot") -> PeopleCount:
    """Distinct people of what there was at a moment."""
    groups = persons(row for rows in found.people.values() for row in rows)
    chosen = [best for group in groups if (best := most_advanced(group)) is not None]
    secured = [row for row in chosen if row.status is S.secured]
    return PeopleCount(sum(map(has_asked, groups)), len(chosen), len(secured), sum(row.not_working for row in secured))


@dataclass(frozen=True)
class Snapshot:
    """What there was at a moment: postings by id, applications and inquiries by cell."""

    postings: Mapping[int, CountedPosting]
    people: Mapping[Cell, list[CountedPerson]]


def snapshot(as_of: datetime, organization_id: int | None = None, prefecture_code: str | None = None) -> Snapshot:
    """Postings that had been public, and everybody who had come to them, as the events up to a moment (inclusive) tell."""
    scope = _scope(organization_id, prefecture_code)
    postings = {row.id: row for row in _postings(as_of, scope)}
    people: defaultdict[Cell, list[CountedPerson]] = defaultdict(list)
    for person in _people(as_of, scope):
        posting = postings.get(person.posting_id)
        if posting is None:
            continue
        people[posting.cell].append(person)
        if person.status is S.secured:
            posting.by_way[SecuredWay.moved if person.direct else SecuredWay.site] += 1
    for number, way, count in db.session.execute(_placed(as_of, scope)):
        if number in postings:
            postings[number].by_way[way] += int(count)
    return Snapshot(postings, people)


def persons(rows: Iterable[CountedPerson]) -> list[list[CountedPerson]]:
    """The rows of each person: those that share a telephone or a mail, also by way of a third one. Without either everybody is one."""
    groups: dict[int, list[CountedPerson]] = {}
    of_key: dict[str, list[CountedPerson]] = {}
    for row in rows:
        known = {id(of_key[key]): of_key[key] for key in row.keys if key in of_key}
        group = max(known.values(), key=len, default=[])
        for number, other in known.items():
            if other is not group:
                group += other
                del groups[number]
                for joined in other:
                    of_key.update(dict.fromkeys(joined.keys, group))
        group.append(row)
        of_key.update(dict.fromkeys(row.keys, group))
        groups[id(group)] = group
    return list(groups.values())


def most_advanced(group: Iterable[CountedPerson]) -> CountedPerson | None:
    """The application by which a person counts; None for somebody who only asked."""
    applied = [row for row in group if not row.inquiry]
    return max(applied, key=lambda row: (_RANK[row.status], row.direct, -row.id)) if applied else None


def has_asked(group: Iterable[CountedPerson]) -> bool:
    """Whether somebody asked a question, whatever else they did."""
    return any(row.inquiry for row in group)


def _figures(postings: Iterable[CountedPosting], groups: list[list[CountedPerson]]) -> ReportFigures:
    chosen = [best for group in groups if (best := most_advanced(group)) is not None]
    stages = Counter((row.status, row.direct) for row in chosen)
    ways: Counter[SecuredWay] = Counter()
    number = asked = still_open = 0
    for posting in postings:
        number, asked, still_open = number + 1, asked + posting.headcount, still_open + posting.open
        ways.update(posting.by_way)
    made = {
        "secured_site": stages[S.secured, False],
        "secured_moved": stages[S.secured, True],
        "secured_partner": sum(ways[way] for way in PARTNERS),
        "secured_other": ways[SecuredWay.other],
    }
    return ReportFigures(
        postings=number,
        wanted=sum(made.values()) + still_open,
        inquiries=sum(map(has_asked, groups)),
        applications=len(chosen),
        moved=sum(row.direct for row in chosen),
        declined=sum(row.status in (S.declined, S.withdrawn) for row in chosen),
        rejected=sum(row.status is S.rejected for row in chosen),
        open=still_open,
        not_working=sum(row.not_working for row in chosen if row.status is S.secured),
        asked=asked,
        **made,
    )


def _scope(organization_id: int | None, prefecture_code: str | None) -> Select[Any] | None:
    """Ids of the municipalities that are asked for; None for all."""
    if organization_id is None and prefecture_code is None:
        return None
    query = select(Organization.id)
    if organization_id is not None:
        query = query.where(Organization.id == organization_id)
    return query if prefecture_code is None else query.where(Organization.prefecture_code == prefecture_code)


def _within(query: Any, column: Any, scope: Select[Any] | None) -> Any:
    return query if scope is None else query.where(column.in_(scope))


def _postings(as_of: datetime, scope: Select[Any] | None) -> Iterator[CountedPosting]:
    """Postings that had been public, with job and number of their newest revision of that moment.

    One that was moved to the right body (nobody is secured by it) wants nobody any more: its places are wanted by the one that began there.
    """
    public = select(AuditEvent.subject_id).where(
        AuditEvent.subject == Posting.__tablename__, AuditEvent.state == PostingStatus.live.value, AuditEvent.at <= as_of
    )
    moved = select(AuditEvent.id).where(
        AuditEvent.subject == Posting.__tablename__,
        AuditEvent.subject_id == Posting.id,
        AuditEvent.action.in_(("transfer", "transfer_case")),
        AuditEvent.at <= as_of,
    )
    headcount = case((moved.exists(), 0), else_=PostingRevision.headcount)
    query: Any = select(Posting.id, Posting.organization_id, PostingRevision.job_type, headcount)
    query = query.join(PostingRevision, PostingRevision.posting_id == Posting.id)
    query = query.where(Posting.id.in_(public), PostingRevision.created_at <= as_of)
    query = _within(query, Posting.organization_id, scope).order_by(Posting.id, PostingRevision.number)
    newest = {number: (number, organization, job, headcount or 0) for number, organization, job, headcount in db.session.execute(query)}
    return (CountedPosting(*values) for values in newest.values())


def _people(as_of: datetime, scope: Select[Any] | None) -> Iterator[CountedPerson]:
    """Everybody who had come, replayed from their first event on."""
    people: Any = select(Candidate.id, Candidate.posting_id, Candidate.not_working, Candidate.tel_key, Candidate.email_key)
    known = {row[0]: row for row in db.session.execute(_within(people, Candidate.organization_id, scope))}
    events: Any = select(AuditEvent.subject_id, AuditEvent.state).where(
        AuditEvent.subject == Candidate.__tablename__, AuditEvent.state.is_not(None), AuditEvent.at <= as_of
    )
    if scope is not None:
        events = events.where(AuditEvent.subject_id.in_(_within(select(Candidate.id), Candidate.organization_id, scope)))
    # In the order of the log, not of its moments: a clock that went back makes nobody's last step an earlier one.
    steps_told = db.session.execute(events.order_by(AuditEvent.subject_id, AuditEvent.id))
    for number, steps in groupby(steps_told, key=lambda row: row[0]):
        if number not in known:
            continue
        status, inquiry, direct = S.received, False, False
        for _, state in steps:
            status = _STATUS[state]
            if status is not S.withdrawn:
                inquiry = status in _INQUIRY
            if status in _DIRECT_SETTING:
                direct = status is S.moved
        _, posting, not_working, *keys = known[number]
        yield CountedPerson(number, posting, status, inquiry, direct, bool(not_working), tuple(filter(None, keys)))


def _placed(as_of: datetime, scope: Select[Any] | None) -> Any:
    """Rows (posting, way, people) of those who were secured by other ways than this site."""
    query: Any = select(Placement.posting_id, Placement.way, told()).where(Placement.created_at <= as_of)
    return _within(query, Placement.organization_id, scope).group_by(Placement.posting_id, Placement.way)
