"""The state of the service in a few numbers, for the service center's first page."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Submission
from keynet_admin.services import mailer
from keynet_admin.vocabulary import AccountStatus, PostingStatus, SubmissionStatus


@dataclass(frozen=True)
class Overview:
    """Numbers of now. `promise` = decided within the promise and all decided, of the last 28 days."""

    waiting: int
    overdue: int
    due_today: int
    returned: int
    releases: int
    undeliverable: int
    invited: int
    by_submission: dict[SubmissionStatus, int]
    by_posting: dict[PostingStatus, int]
    organizations: int
    headcount_live: int


def now() -> Overview:
    """Count everything once."""
    moment = clock.now()
    tonight = datetime.combine(clock.today(), time(23, 59, 59), TOKYO)
    open_ = Submission.awaiting_review()
    by_submission = _by(Submission.status)
    by_posting = _by(Posting.status)
    return Overview(
        waiting=_count(select(func.count(Submission.id)).where(open_)),
        overdue=_count(select(func.count(Submission.id)).where(open_, Submission.due_at < moment)),
        due_today=_count(select(func.count(Submission.id)).where(open_, Submission.due_at >= moment, Submission.due_at <= tonight)),
        returned=by_submission.get(SubmissionStatus.returned, 0),
        releases=_count(select(func.count(Posting.id)).where(Posting.awaiting_release())),
        undeliverable=mailer.undeliverable_count(),
        invited=_count(select(func.count(Account.id)).where(Account.status == AccountStatus.invited)),
        by_submission={status: by_submission.get(status, 0) for status in SubmissionStatus},
        by_posting={status: by_posting.get(status, 0) for status in PostingStatus},
        organizations=_count(select(func.count(Organization.id))),
        headcount_live=_count(select(func.coalesce(func.sum(Posting.headcount), 0)).where(Posting.status == PostingStatus.live)),
    )


def badges() -> dict[str, int]:
    """The numbers beside the operators' menu: cases and postings that wait, mails that did not arrive."""
    return {
        "submission": _count(select(func.count(Submission.id)).where(Submission.awaiting_review())),
        "posting": _count(select(func.count(Posting.id)).where(Posting.awaiting_release())),
        "mail": mailer.undeliverable_count(),
    }


def _by(column: Any) -> dict[Any, int]:
    return {row[0]: row[1] for row in db.session.execute(select(column, func.count()).group_by(column))}


def _count(query: Any) -> int:
    return int(db.session.execute(query).scalar_one())
