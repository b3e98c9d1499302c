"""What stands behind a figure of the report: its postings with their share, the people for who may see them, the typed placements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Partner, Placement, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services.report import figures
from keynet_admin.services.report.figures import CountedPerson, CountedPosting
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import SecuredWay

_ENDED_BY_PERSON = (S.declined, S.withdrawn)
_WAYS: Mapping[str, tuple[SecuredWay, ...]] = {
    "secured": tuple(SecuredWay),
    "secured_site": (SecuredWay.site,),
    "secured_moved": (SecuredWay.moved,),
    "secured_partner": figures.PARTNERS,
    "secured_other": (SecuredWay.other,),
}


@dataclass(frozen=True)
class PostingShare:
    """A posting and its share of the figure; headcount, secured and open as they stood at the moment."""

    posting: Posting
    count: int
    headcount: int
    secured: int
    open: int


@dataclass(frozen=True)
class PersonRow:
    """The application (or question) by which somebody counts. `by`: who recorded the state that they had at the moment."""

    candidate: Candidate
    status: S
    moved_at: datetime | None
    reached_at: datetime | None
    by: str


@dataclass(frozen=True)
class PlacedRow:
    """People secured by another way, as one row told them; a correction has the difference. `partner`: who reported it, empty when typed.

    Typed and reported rows of one way tell of the same people, so that together they may be more than the figure.
    """

    posting: Posting
    way: SecuredWay
    count: int
    told_at: datetime
    partner: str = ""


@dataclass(frozen=True)
class FigureRows:
    """The rows behind one figure. `people` is empty for whoever may not see the municipality's applicants; the postings' shares stay."""

    value: int
    postings: Sequence[PostingShare] = ()
    people: Sequence[PersonRow] = ()
    placed: Sequence[PlacedRow] = ()


def rows_behind(actor: Actor, as_of: datetime, organization_id: int, job_type: str, figure: str) -> FigureRows:
    """The rows behind a figure (a name of `figures.COLUMNS`) of one cell, counted from the very snapshot that the figure comes from.

    The caller has made sure that the actor may see this municipality's report. Raises KeyError for an unknown figure.
    """
    if figure not in {column.name for column in figures.COLUMNS}:
        raise KeyError(figure)
    cell = organization_id, job_type
    found = figures.snapshot(as_of, organization_id)
    postings = {row.id: row for row in found.postings.values() if row.cell == cell}
    chosen = _chosen(figure, figures.persons(found.people.get(cell, ())))
    ways = _WAYS.get(figure, ())
    placed = _placed(postings, as_of, [way for way in ways if way not in (SecuredWay.site, SecuredWay.moved)])
    value = getattr(figures.counted(found).get(cell, figures.ReportFigures()), figure)
    return FigureRows(value, _shares(figure, postings, chosen, ways), _people(actor, as_of, chosen), placed)


def _chosen(figure: str, groups: Iterable[list[CountedPerson]]) -> list[CountedPerson]:
    """One row a person of those that the figure counts."""
    if figure == "inquiries":
        return [next(row for row in group if row.inquiry) for group in groups if figures.has_asked(group)]
    best = [row for group in groups if (row := figures.most_advanced(group)) is not None]
    tests: dict[str, Any] = {
        "applications": lambda _row: True,
        "moved": lambda row: row.direct,
        "secured": lambda row: row.status is S.secured,
        "secured_site": lambda row: row.status is S.secured and not row.direct,
        "secured_moved": lambda row: row.status is S.secured and row.direct,
        "declined": lambda row: row.status in _ENDED_BY_PERSON,
        "rejected": lambda row: row.status is S.rejected,
        "not_working": lambda row: row.status is S.secured and row.not_working,
    }
    return sorted(filter(tests.get(figure, lambda _row: False), best), key=lambda row: row.id)


def _shares(
    figure: str, postings: Mapping[int, CountedPosting], chosen: Iterable[CountedPerson], ways: Iterable[SecuredWay]
) -> list[PostingShare]:
    counts = Counter(row.posting_id for row in chosen)
    for number, row in postings.items():
        # People of this site are counted by person, above.
        counts[number] += sum(row.by_way[way] for way in ways if way not in (SecuredWay.site, SecuredWay.moved))
        counts[number] += {"postings": 1, "wanted": row.headcount, "open": row.open}.get(figure, 0)
    shown = select(Posting).where(Posting.id.in_([number for number, count in counts.items() if count])).order_by(Posting.id)
    made = []
    for posting in db.session.execute(shown).scalars():
        row = postings[posting.id]
        made.append(PostingShare(posting, counts[posting.id], row.headcount, row.secured, row.open))
    return made


def _people(actor: Actor, as_of: datetime, chosen: Sequence[CountedPerson]) -> list[PersonRow]:
    ids = [row.id for row in chosen]
    if not ids:
        return []
    query = Candidate.visible_to(actor).where(Candidate.id.in_(ids)).options(joinedload(Candidate.posting))
    visible = {row.id: row for row in db.session.execute(query).scalars()}
    about = AuditEvent.subject == Candidate.__tablename__, AuditEvent.subject_id.in_(visible), AuditEvent.state.is_not(None)
    events = db.session.execute(select(AuditEvent).where(*about, AuditEvent.at <= as_of).order_by(AuditEvent.id))
    last: dict[int, AuditEvent] = {}
    moved: dict[int, datetime] = {}
    for event in events.scalars():
        last[event.subject_id] = event
        if event.state == S.moved.value:
            moved[event.subject_id] = event.at
    names = history.names_of(last.values())
    made = []
    for row in chosen:
        if row.id in visible:
            event = last[row.id]
            by = history.who_of(event, names)
            made.append(PersonRow(visible[row.id], row.status, moved.get(row.id) if row.direct else None, event.at, by))
    return made


def _placed(postings: Mapping[int, CountedPosting], as_of: datetime, ways: Sequence[SecuredWay]) -> list[PlacedRow]:
    if not ways:
        return []
    query = select(Placement, Posting, Partner.name).join(Posting, Posting.id == Placement.posting_id)
    query = query.outerjoin(Partner, Partner.id == Placement.partner_id)
    query = query.where(Placement.posting_id.in_(postings), Placement.way.in_(ways), Placement.created_at <= as_of)
    rows = db.session.execute(query.order_by(Placement.id))
    return [PlacedRow(posting, row.way, row.count, row.created_at, name or "") for row, posting, name in rows]
