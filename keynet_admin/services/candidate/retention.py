"""How long a person's data is kept: announced to the municipality, locked, then deleted by `services/persons.py`; the numbers stay.

The time runs from the end of the recruitment or of the person's own way, whichever is later. Somebody whose way has no end yet is kept by
the recruitment's end alone: data must not stay for ever because nobody noted a result.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Organization, Posting
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import settings, workflow
from keynet_admin.services.candidate import silence
from keynet_admin.services.mail import outbox


def locked_on(candidate: Candidate) -> date | None:
    """The day on which the municipality can no longer read the row; None while recruitment or the person's way goes on."""
    ended = _posting_end(candidate.posting)
    if ended is None:
        return None
    day = _day(max(ended, candidate.ended_at or ended)) + timedelta(days=settings.get("candidate_keep_days"))
    warned = candidate.warned_at
    return day if warned is None else max(day, _day(warned) + timedelta(days=settings.get("candidate_warn_days")))


def months() -> int:
    """About how many months after the end of recruitment (or of the person's way, if later) the data is deleted. What people are told."""
    days: int = settings.get("candidate_keep_days") + settings.get("candidate_locked_days")
    return round(days / 30)


def due_to_warn() -> list[int]:
    """Ids of the municipalities that have to be told that rows will be locked (reads only)."""
    query = select(Candidate.organization_id).where(_to_warn()).distinct()
    return sorted(db.session.execute(query).scalars())


def warn(organization_id: int) -> bool:
    """Announce the end of rows to their municipality: one mail an account, numbers only."""
    body = db.session.get_one(Organization, organization_id)
    rows = _locked_rows(Candidate.organization_id == organization_id, _to_warn())
    for row in rows:
        workflow.move(row, "warn_end", SYSTEM, seen_version=None)
        row.warned_at = clock.now()
    for account in silence.contacts(body) if rows else []:
        lines = [{"id": row.id, "candidate_no": row.candidate_no, "day": locked_on(row)} for row in rows]
        words = {"org_name": body.name, "contact_name": account.name, "rows": lines, "days": settings.get("candidate_locked_days")}
        outbox.enqueue("people_end", account.email, words, about=body, account_id=account.id)
    return bool(rows)


def due_to_lock() -> list[int]:
    """Ids of the rows whose time is over and was announced long enough ago (reads only)."""
    return sorted(db.session.execute(select(Candidate.id).where(_to_lock())).scalars())


def lock(number: int) -> bool:
    """Let the municipality see only number and stage. False when the time is not over."""
    for row in _locked_rows(Candidate.id == number, _to_lock()):
        workflow.move(row, "lock", SYSTEM, seen_version=None)
        row.locked = True
        return True
    return False


def over(moment: datetime) -> ColumnElement[bool]:
    """Where-clause: locked rows whose data is deleted now. Of one whose municipality was told late, the times run from then."""
    locked = settings.get("candidate_locked_days")
    told = Candidate.warned_at < moment - timedelta(days=settings.get("candidate_warn_days") + locked)
    return and_(Candidate.locked.is_(True), told, _ended(moment - timedelta(days=settings.get("candidate_keep_days") + locked)))


def _to_warn() -> ColumnElement[bool]:
    ahead = timedelta(days=settings.get("candidate_warn_days") - settings.get("candidate_keep_days"))
    return and_(Candidate.warned_at.is_(None), Candidate.erased_at.is_(None), _ended(clock.now() + ahead))


def _to_lock() -> ColumnElement[bool]:
    told = Candidate.warned_at <= clock.now() - timedelta(days=settings.get("candidate_warn_days"))
    kept = _ended(clock.now() - timedelta(days=settings.get("candidate_keep_days")))
    return and_(Candidate.locked.is_(False), Candidate.erased_at.is_(None), told, kept)


def _ended(moment: datetime) -> ColumnElement[bool]:
    """Where-clause: recruitment and the person's way had both ended before a moment. A suspended posting ends with its last day."""
    closed = or_(Posting.closed_at < moment, and_(Posting.closed_at.is_(None), Posting.publish_until < _day(moment)))
    return and_(or_(Candidate.ended_at.is_(None), Candidate.ended_at < moment), Candidate.posting_id.in_(select(Posting.id).where(closed)))


def _posting_end(posting: Posting) -> datetime | None:
    if posting.closed_at is not None:
        return posting.closed_at
    last = posting.publish_until
    return datetime.combine(last, time.min, clock.TOKYO) if last is not None and last < clock.today() else None


def _locked_rows(*where: ColumnElement[bool]) -> Iterable[Candidate]:
    query = select(Candidate).where(*where).order_by(Candidate.id).with_for_update(of=Candidate)
    return list(db.session.execute(query, execution_options={"populate_existing": True}).scalars())


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.TOKYO).date()
