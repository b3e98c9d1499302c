"""Ways out of a return: the case is with its sender, and nothing happens.

Operators send the mail again, give more time, correct the address, read the code out or note what was said by telephone. By itself the
service reminds after 3 and 7 business days; three days later, or when no mail reaches the sender, it asks an operator to call.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from keynet_admin import clock
from keynet_admin.catalogue import field_at
from keynet_admin.catalogue.display import show
from keynet_admin.catalogue.paths import generic, label_of_all, walk
from keynet_admin.extensions import db
from keynet_admin.models import ReturnLink, Review, Submission
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import task
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.transaction import rows_changed
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import DeskTask, SubmissionStatus

NO_REASON = "次の項目をご確認のうえ、直して送信してください。"  # of a return that says everything at its items
VALUE_MOST = 24


def last_return(submission: Submission) -> Review:
    """The return that the sender has to answer."""
    query = select(Review).where(Review.about(submission), Review.action.in_(submissions.RETURNS)).order_by(Review.id.desc())
    return db.session.execute(query.limit(1)).scalar_one()


def link_ends(submission: Submission) -> datetime | None:
    """Until when the sender may enter, also when that is over; None without an open way in."""
    query = select(ReturnLink.expires_at).where(ReturnLink.submission_id == submission.id, ReturnLink.closed_at.is_(None))
    return db.session.execute(query.order_by(ReturnLink.expires_at.desc()).limit(1)).scalar_one_or_none()


def mail_return(
    submission: Submission, review: Review, template: str = "returned", *, ends: datetime | None = None, beside: bool = False
) -> int:
    """Write a mail with a new way in and the words of a return; how many were written. Older ways in close, unless it is `beside` them."""
    revision, until = submissions.current_revision(submission), ends or submissions.link_end()
    sealed = submissions.secrets_of_return(submission, review, until, beside=beside)
    words = words_of_return(submission, review.reason, review.items, until, resumes=submission.resumes)
    return submissions.mail_sender(template, submission, revision, words, sealed)


def words_of_return(case: Submission, reason: str, items: Sequence[Mapping[str, str]], ends: datetime, *, resumes: bool) -> dict[str, Any]:
    """What the mails of a return say."""
    document = submissions.whole(submissions.current_revision(case))
    marked = [
        {"label": label_of_all(group["paths"]), "message": group["message"], "value": _value_at(document, group["paths"])}
        for group in grouped(items)
    ]
    # With items and no words of its own the first sentence of the mail says it all.
    own = "" if marked and reason == NO_REASON else reason
    return {"reason": own, "items": marked, "due": ends, "answer": case_clock.answer_words(case, resumes=resumes)}


def grouped(items: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The items of a return, those of one field of several postings with the same words together: `paths`, `rule`, `message`."""
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for item in items:
        rule, path, message = item.get("rule", ""), item["path"], item["message"]
        group = groups.setdefault((rule, generic(path), message), {"paths": [], "rule": rule, "message": message})
        group["paths"].append(path)
    return list(groups.values())


def _value_at(document: Mapping[str, Any], paths: Sequence[str]) -> str:
    """What the sender wrote there, where it is one short line and the same at all of these places."""
    values = {show(field, walk(document, path)) for path in paths if (field := field_at(path)) is not None}
    value = values.pop() if len(values) == 1 else ""
    return value if len(value) <= VALUE_MOST and "\n" not in value else ""


def resend(submission: Submission, actor: Actor, *, seen_version: int) -> Outcome:
    """The mail of the return once more, to the same address. The links sent before stay good."""
    if again := workflow.repeated(submission, actor, seen_version, "resend"):
        return again
    done = workflow.move(submission, "resend", actor, seen_version=seen_version)
    task.asked(submission)
    return done.but(mails=mail_return(submission, last_return(submission), beside=True))


def extend(submission: Submission, actor: Actor, *, seen_version: int) -> Outcome:
    """Another 30 days from now for every way in that is not closed, also for one whose time is over. The sender is told, if mails arrive."""
    if again := workflow.repeated(submission, actor, seen_version, "extend"):
        return again
    done, ends = workflow.move(submission, "extend", actor, seen_version=seen_version), submissions.link_end()
    open_ones = update(ReturnLink).where(ReturnLink.submission_id == submission.id, ReturnLink.closed_at.is_(None))
    rows_changed(open_ones.values(expires_at=ends))
    task.asked(submission)
    if not reachable(submission):
        return done
    return done.but(mails=submissions.mail_sender("return_extended", submission, submissions.current_revision(submission), {"due": ends}))


def tell(submission: Submission, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Note that the sender was told by telephone: mails that did not arrive are settled, and a returned case waits for its answer again."""
    if again := workflow.repeated(submission, actor, seen_version, "tell"):
        return again
    done = workflow.move(submission, "tell", actor, seen_version=seen_version, reason=reason)
    outbox.supersede(submission, note="電話などで伝えました。")
    task.refresh(submission)
    if submission.status is SubmissionStatus.returned:
        task.asked(submission)
    return done


def letters(submission: Submission, action: str) -> list[tuple[str, Letter]]:
    """The mail that one of these decisions would send: (address, mail)."""
    revision = submissions.current_revision(submission)
    address = submissions.address_of(revision)
    if not address or (action == "extend" and not reachable(submission)):
        return []
    review, template = last_return(submission), workflow.move_of(Submission, action).mail
    more = words_of_return(submission, review.reason, review.items, submissions.link_end(), resumes=submission.resumes)
    words = submissions.case_words(submission, revision) | more
    return [(address, outbox.preview(template, words))]


def reachable(submission: Submission) -> bool:
    """Whether a mail to the present address may arrive."""
    return outbox.arrives(submission, submissions.address_of(submissions.current_revision(submission)))


def due_to_follow() -> list[int]:
    """Ids of the cases whose sender has to be asked again, or called (reads only)."""
    return list(db.session.execute(select(Submission.id).where(*_silent()).order_by(Submission.id)).scalars())


def follow(number: int) -> bool:
    """The next step of a case whose sender keeps silent: a reminder, or the task to call. False when there is none to take now."""
    case = db.session.execute(
        select(Submission).where(Submission.id == number, *_silent()).with_for_update(skip_locked=True, of=Submission)
    ).scalar_one_or_none()
    if case is None:
        return False
    ends = link_ends(case)
    if case.reminders < task.REMINDERS and reachable(case) and ends is not None and ends > clock.now():
        workflow.move(case, "remind", SYSTEM, seen_version=None)
        case.reminders += 1
        case.reminded_at, case.remind_at = clock.now(), task.next_step(case)
        mail_return(case, last_return(case), "return_reminder", ends=ends, beside=True)
        return True
    case.remind_at = None
    task.begin(case, DeskTask.call, "ask_to_call")
    return True


def _silent() -> tuple[ColumnElement[bool], ...]:
    return Submission.status == SubmissionStatus.returned, Submission.task.is_(None), Submission.remind_at <= clock.now()
