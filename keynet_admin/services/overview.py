"""The state of the service in a few numbers, for the service center's first page."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, select

from keynet_admin import clock
from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, MailPause, Organization, OutboxMail, PartnerItem, Posting, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services import business_days
from keynet_admin.services.candidate import silence
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.mail import pause
from keynet_admin.services.partner import overview as partners
from keynet_admin.services.submission.casework import notes
from keynet_admin.vocabulary import AccountStatus, PostingStatus, SubmissionStatus

MOST_BADGE = 1001
DAYS_SHOWN = 3  # business days of the future with a line of their own: as far as the promise reaches


@dataclass(frozen=True)
class Overview:
    """Numbers of now."""

    returned: int
    silent: int
    undeliverable: int
    invited: int
    by_submission: dict[SubmissionStatus, int]
    by_posting: dict[PostingStatus, int]
    organizations: int
    headcount_live: int


def due_clauses() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Where-clauses: the deadline has passed; it comes later today."""
    moment = clock.now()
    return Submission.due_at < moment, Submission.due_at.between(moment, datetime.combine(clock.today(), time.max, TOKYO))


def due_clause(name: str) -> ColumnElement[bool]:
    """Where-clause of waiting cases: `over`, `today` (from now on), a day as 2021-05-13, or `later` than the days that the promise reaches."""
    late, today = due_clauses()
    if name in ("over", "today"):
        return late if name == "over" else today
    if name == "later":
        last = business_days.add_business_days(clock.today(), DAYS_SHOWN)
        return Submission.due_at > datetime.combine(last, time.max, TOKYO)
    day = date.fromisoformat(name)
    return Submission.due_at.between(datetime.combine(day, time(), TOKYO), datetime.combine(day, time.max, TOKYO))


def now() -> Overview:
    """Count everything once."""
    by_submission = _by(Submission.status)
    by_posting = _by(Posting.status)
    return Overview(
        returned=by_submission.get(SubmissionStatus.returned, 0),
        silent=_count(select(func.count(Candidate.id)).where(silence.to_ask())),
        undeliverable=mailer.undeliverable_count(),
        invited=_count(select(func.count(Account.id)).where(Account.status == AccountStatus.invited)),
        by_submission={status: by_submission.get(status, 0) for status in SubmissionStatus},
        by_posting={status: by_posting.get(status, 0) for status in PostingStatus},
        organizations=_count(select(func.count(Organization.id))),
        headcount_live=_count(select(func.coalesce(func.sum(Posting.headcount), 0)).where(Posting.status == PostingStatus.live)),
    )


def badge_counts(actor: Actor) -> dict[str, Any]:
    """The numbers beside an operator's menu as scalar subqueries (at most 1,001 each): what waits, whose opinion is asked for, open tasks at
    partners, mails that did not arrive, and pauses that hold mails."""
    waiting = {
        "submission": select(Submission.id).where(Submission.awaiting_review()),
        "opinion": select(Submission.id).where(Submission.id.in_(notes.asked(actor.account_id))),
        "posting": select(Posting.id).where(Posting.awaiting_release()),
        "account": select(Account.id).where(Account.status == AccountStatus.requested),
        "candidate": select(Candidate.id).where(silence.to_ask()),
        "partner": select(PartnerItem.id).where(partners.open_tasks()),
        "mail": select(OutboxMail.id).where(mailer.undeliverable()),
        "held": select(MailPause.id).where(pause.is_active()),
    }
    return {name: select(func.count()).select_from(query.limit(MOST_BADGE).subquery()).scalar_subquery() for name, query in waiting.items()}


def badges(actor: Actor) -> dict[str, int]:
    """The numbers beside an operator's menu, in one query."""
    counts = badge_counts(actor)
    return dict(zip(counts, db.session.execute(select(*counts.values())).one(), strict=True))


def _by(column: Any) -> dict[Any, int]:
    return {row[0]: row[1] for row in db.session.execute(select(column, func.count()).group_by(column))}


def _count(query: Any) -> int:
    return int(db.session.execute(query).scalar_one())
