"""The clock of a case, for the operators' queue and its pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from keynet_admin import clock
from keynet_admin.business_time import DAY_SECONDS
from keynet_admin.catalogue import posting_field
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Submission
from keynet_admin.services.business_days import business_seconds_between, time_left
from keynet_admin.vocabulary import AWAITING_REVIEW, SubmissionStatus

TASKS = ("mail_lost", "ask_to_call")  # moves that begin the count of days of a case that nobody has to decide
PROMISE_SECONDS = 2 * 7 * 3600  # two business days of seven hours (10:00-17:00)


@dataclass(frozen=True)
class Line:
    """What the clock says of a case: time left in words, the used share of the promise in percent, and how pressing it is."""

    case: Submission
    words: str
    percent: int
    tone: str

    @property
    def days_waiting(self) -> int:
        """Whole business days since the last return."""
        since = self.case.returned_at
        return 0 if since is None else max(0, business_seconds_between(since, clock.now())) // DAY_SECONDS

    @property
    def jobs(self) -> list[tuple[str, int | None]]:
        """Japanese job names with headcounts, in the form's order."""
        return [(posting_field("job_type").label_of(slug), number) for slug, number in self.case.jobs]

    @property
    def sums(self) -> list[tuple[str, int]]:
        """Each job type once with all its headcounts (0: none is known), in the form's order."""
        found: dict[str, int] = {}
        for job, number in self.jobs:
            found[job] = found.get(job, 0) + (number or 0)
        return list(found.items())

    @property
    def minutes_held(self) -> int:
        """Minutes until the claim on the case lets go by itself; 0 where there is none."""
        until = self.case.held_until if self.case.status is SubmissionStatus.in_review else None
        return 0 if until is None else max(0, -int((clock.now() - until).total_seconds() // 60))


def line(case: Submission) -> Line:
    """The time left of a case; tone `must` past the deadline, `ask` within a day of it. Nothing while nobody waits."""
    if case.due_at is None or not case.waits_for_desk:
        return Line(case, "", 0, "")
    now = clock.now()
    left = time_left(now, case.due_at)
    remaining = 0 if left.overdue else business_seconds_between(now, case.due_at)
    percent = 100 - round(100 * min(remaining, PROMISE_SECONDS) / PROMISE_SECONDS)
    tone = "must" if left.overdue else "ask" if remaining <= PROMISE_SECONDS // 2 else ""
    return Line(case, left.words, percent, tone)


def counted_from() -> Any:
    """As a column: the moment from which the deadline of a case counts: the receipt at which its count began, the task about it."""
    task = Submission.status.not_in(AWAITING_REVIEW), AuditEvent.action.in_(TASKS)
    events = AuditEvent.subject == Submission.__tablename__, AuditEvent.subject_id == Submission.id, *task
    later = select(func.max(AuditEvent.at)).where(*events).scalar_subquery()
    return case((later > Submission.received_at, later), else_=func.coalesce(Submission.clock_from, Submission.received_at))


def paused() -> Any:
    """As a column: the business seconds that the count stood still; a task's own count never does."""
    return case((Submission.status.in_(AWAITING_REVIEW), Submission.clock_paused), else_=0)


def counted_from_of(row: Submission) -> datetime:
    """The moment from which the promise of this case counts."""
    return db.session.execute(select(counted_from()).where(Submission.id == row.id)).scalar_one()  # type: ignore[no-any-return]
