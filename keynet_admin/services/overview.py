"""The state of the service in a few numbers, for the service center's first page."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from keynet_admin import clock
from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Organization, OutboxMail, PartnerItem, Posting, Submission
from keynet_admin.services.candidate import silence
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.partner import overview as partners
from keynet_admin.vocabulary import AccountStatus, PostingStatus, SubmissionStatus

MOST_BADGE = 1001


@dataclass(frozen=True)
class DueDay:
    """Cases that wait and are due on one day (JST). `clean`: without any finding; `late`: the moment has passed for at least one."""

    day: date
    cases: int
    clean: int
    late: bool


@dataclass(frozen=True)
class Overview:
    """Numbers of now."""

    waiting: int
    overdue: int
    due_today: int
    returned: int
    releases: int
    silent: int
    undeliverable: int
    invited: int
    by_submission: dict[SubmissionStatus, int]
    by_posting: dict[PostingStatus, int]
    organizations: int
    headcount_live: int
    by_due: list[DueDay]


def due_clauses() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Where-clauses: the deadline has passed; it comes later today."""
    moment = clock.now()
    return Submission.due_at < moment, Submission.due_at.between(moment, datetime.combine(clock.today(), time.max, TOKYO))


def now() -> Overview:
    """Count everything once."""
    late, today = due_clauses()
    counts = func.count(Submission.id), func.count(Submission.id).filter(late), func.count(Submission.id).filter(today)
    waiting, overdue, due_today = db.session.execute(select(*counts).where(Submission.awaiting_review())).one()
    by_submission = _by(Submission.status)
    by_posting = _by(Posting.status)
    return Overview(
        waiting=waiting,
        overdue=overdue,
        due_today=due_today,
        returned=by_submission.get(SubmissionStatus.returned, 0),
        releases=_count(select(func.count(Posting.id)).where(Posting.awaiting_release())),
        silent=_count(select(func.count(Candidate.id)).where(silence.to_ask())),
        undeliverable=mailer.undeliverable_count(),
        invited=_count(select(func.count(Account.id)).where(Account.status == AccountStatus.invited)),
        by_submission={status: by_submission.get(status, 0) for status in SubmissionStatus},
        by_posting={status: by_posting.get(status, 0) for status in PostingStatus},
        organizations=_count(select(func.count(Organization.id))),
        headcount_live=_count(select(func.coalesce(func.sum(Posting.headcount), 0)).where(Posting.status == PostingStatus.live)),
        by_due=_by_due(clock.now()),
    )


def badge_counts() -> dict[str, Any]:
    """The numbers beside the operators' menu as scalar subqueries (at most 1,001 each): what waits, open tasks at partners, mails that did not arrive."""
    waiting = {
        "submission": select(Submission.id).where(Submission.awaiting_review()),
        "posting": select(Posting.id).where(Posting.awaiting_release()),
        "account": select(Account.id).where(Account.status == AccountStatus.requested),
        "candidate": select(Candidate.id).where(silence.to_ask()),
        "partner": select(PartnerItem.id).where(partners.open_tasks()),
        "mail": select(OutboxMail.id).where(mailer.undeliverable()),
    }
    return {name: select(func.count()).select_from(query.limit(MOST_BADGE).subquery()).scalar_subquery() for name, query in waiting.items()}


def badges() -> dict[str, int]:
    """The numbers beside the operators' menu, in one query."""
    counts = badge_counts()
    return dict(zip(counts, db.session.execute(select(*counts.values())).one(), strict=True))


def _by_due(moment: datetime) -> list[DueDay]:
    """The waiting cases by the day they are due, the most pressing day first. Moments are few: the promise ends at the same hour."""
    clean = func.sum(case((Submission.errors + Submission.warnings == 0, 1), else_=0))
    query = select(Submission.due_at, func.count(Submission.id), clean).where(Submission.awaiting_review()).group_by(Submission.due_at)
    days: dict[date, DueDay] = {}
    for due, number, without in db.session.execute(query):
        if due is None:
            continue
        day = due.astimezone(TOKYO).date()
        known = days.get(day) or DueDay(day, 0, 0, False)
        days[day] = DueDay(day, known.cases + number, known.clean + int(without or 0), known.late or due < moment)
    return [days[day] for day in sorted(days)]


def _by(column: Any) -> dict[Any, int]:
    return {row[0]: row[1] for row in db.session.execute(select(column, func.count()).group_by(column))}


def _count(query: Any) -> int:
    return int(db.session.execute(query).scalar_one())
