"""What the service center must do about a case beside deciding it: its mail did not arrive, or its sender keeps silent.

A task stands in the column `task` and lets the case's clock run, so that the queue shows it in the order of deadlines. It follows from the
mails: `refresh` is called with every decision about a mail of a case and by a sweep after each delivery. Cases are locked before their mails.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from keynet_admin import clock
from keynet_admin.business_time import OPENS
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import business_days, workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission.lists import counted_from_of
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AWAITING_REVIEW, DeskTask, SubmissionStatus

STEPS = (3, 4, 3)  # business days: to the first reminder, to the second, to the call
REMINDERS = 2


def asked(case: Submission) -> None:
    """The sender was asked for a re-entry just now, whatever way: the count of reminders begins anew, a task to call is over."""
    done(case, DeskTask.call)
    case.reminders = 0
    case.remind_at = next_step(case)


def next_step(case: Submission) -> datetime:
    """When to look after a returned case again: at the opening of the business day that the steps name, also of the prefecture's offices."""
    day = business_days.add_business_days(clock.today(), STEPS[case.reminders], case.prefecture_code)
    return datetime.combine(day, OPENS, clock.TOKYO)


def due() -> list[int]:
    """Ids of the cases whose task is not what their mails say (reads only)."""
    lost = select(OutboxMail.subject_id).where(OutboxMail.subject == Submission.__tablename__, outbox.undeliverable())
    known = Submission.task == DeskTask.mail
    wrong = or_(and_(known, Submission.id.not_in(lost)), and_(Submission.task.is_distinct_from(DeskTask.mail), Submission.id.in_(lost)))
    return list(db.session.execute(select(Submission.id).where(wrong).order_by(Submission.id)).scalars())


def follow(number: int) -> bool:
    """Bring one case in line with its mails. False when somebody is changing it just now, or there is nothing to do."""
    case = db.session.execute(
        select(Submission).where(Submission.id == number).with_for_update(skip_locked=True, of=Submission)
    ).scalar_one_or_none()
    return case is not None and refresh(case)


def refresh(case: Submission) -> bool:
    """Begin or end the task 「メール不達」 of a case. True when something changed."""
    lost = lost_mail(case) is not None
    if lost is (case.task is DeskTask.mail):
        return False
    if not lost:
        workflow.move(case, "mail_settled", SYSTEM, seen_version=None)
        done(case, DeskTask.mail)
        if case.status is SubmissionStatus.returned:
            asked(case)
        return True
    begin(case, DeskTask.mail, "mail_lost")
    return True


def lost_mail(case: Submission) -> OutboxMail | None:
    """The newest mail about a case that somebody has to look after."""
    query = select(OutboxMail).where(OutboxMail.about(case), outbox.undeliverable()).order_by(OutboxMail.id.desc())
    return db.session.execute(query.limit(1)).scalar_one_or_none()


def begin(case: Submission, why: DeskTask, action: str) -> None:
    """Give a case a task, by the system's move `action`; its clock starts, unless it runs already because somebody has to decide."""
    workflow.move(case, action, SYSTEM, seen_version=None)
    case.task = why
    if case.status not in AWAITING_REVIEW:
        case.due_at = business_days.promise_due(clock.now())


def done(case: Submission, *which: DeskTask) -> None:
    """The task (one of these) is over: the clock of a case that nobody has to decide stands still."""
    if case.task in which:
        case.task = None
        if case.status not in AWAITING_REVIEW:
            case.due_at = None


def undecided_no_more(case: Submission) -> None:
    """Nobody has to decide about the case: its clock stands still, or runs on from when the task that is left began."""
    case.due_at = business_days.promise_due(counted_from_of(case)) if case.task is not None else None


def with_case(act: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """A decision about a mail that also ends (or begins) the task of the case that the mail is about."""

    def acted(row: OutboxMail, actor: Any, **typed: Any) -> Outcome:
        case = db.session.get(Submission, row.subject_id) if row.subject == Submission.__tablename__ else None
        if case is not None:
            workflow.lock(case)
        outcome = act(row, actor, **typed)
        if case is not None:
            db.session.flush()
            refresh(case)
        return outcome

    return acted
