"""Decisions about submissions: take, accept, return, reject, reopen. Each is one move with its consequences in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from keynet_admin import clock
from keynet_admin.catalogue import label_at
from keynet_admin.errors import NotPermitted, ReasonMissing
from keynet_admin.extensions import db
from keynet_admin.models import Account, OutboxMail, Review, Submission
from keynet_admin.permissions import SYSTEM, Actor, Permission, can
from keynet_admin.services import workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import REASON_TO_COME, Letter
from keynet_admin.services.submission import finding, follow_up, presence, task
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ReturnClosed, SubmissionStatus

ITEM_MOST = 1000


def take(submission: Submission, actor: Actor, *, seen_version: int) -> Outcome:
    """Begin the review and become its assignee. Claiming is advisory: anyone may still decide, on the page they have open."""
    if again := workflow.repeated(submission, actor, seen_version, "take"):
        return again
    done = workflow.move(submission, "take", actor, seen_version=seen_version)
    submission.assignee_id, submission.held_until = actor.account_id, clock.now() + presence.LEASE
    return done


def leave(submission: Submission, actor: Actor, *, seen_version: int) -> Outcome:
    """Let a claimed case go (one's own or a colleague's): it waits again, as first sent or as sent again."""
    if again := workflow.repeated(submission, actor, seen_version, "leave"):
        return again
    return _set_free(submission, "leave", actor, seen_version)


def hand_over(case: Submission, actor: Actor, to: Account | None, *, seen_version: int) -> Outcome:
    """Give an open case to a colleague, or to nobody. Raises NotPermitted for a colleague's case unless the actor is a lead.

    A case in review that nobody has waits again.
    """
    workflow.lock(case)
    if case.assignee_id == (to.id if to is not None else None):
        return Outcome(case.status, repeated=True)
    if not may_hand_over(case, actor):
        raise NotPermitted("ほかの担当者の申請を引き継げるのは、運営主任だけです。")
    if to is None and case.status is SubmissionStatus.in_review:
        return leave(case, actor, seen_version=seen_version)
    done = workflow.move(case, "pass_on", actor, seen_version=seen_version, assignee=to.id if to is not None else 0)
    case.assignee_id = to.id if to is not None else None
    case.held_until = clock.now() + presence.LEASE if to is not None else None
    return done


def may_hand_over(case: Submission, actor: Actor) -> bool:
    """Whether the case is the actor's own, or they may hand over any."""
    return case.assignee_id == actor.account_id or can(actor, Permission.submission_hand_over, case)


def due_to_let_go() -> list[int]:
    """Ids of the cases in review whose assignee was not seen for the time of a claim (reads only)."""
    return list(db.session.execute(select(Submission.id).where(*_unattended()).order_by(Submission.id)).scalars())


def let_go(number: int) -> bool:
    """End the claim on a case if it is still over. False when it is not."""
    query = select(Submission).where(Submission.id == number, *_unattended())
    case = db.session.execute(query.with_for_update(skip_locked=True, of=Submission)).scalar_one_or_none()
    if case is not None:
        _set_free(case, "let_go", SYSTEM, None)
    return case is not None


def _unattended() -> tuple[Any, ...]:
    over = or_(Submission.held_until < clock.now(), Submission.held_until.is_(None))
    return Submission.status == SubmissionStatus.in_review, over


def _set_free(case: Submission, action: str, actor: Actor, seen_version: int | None) -> Outcome:
    back = SubmissionStatus.received if case.times_sent == 1 else SubmissionStatus.resubmitted
    done = workflow.move(case, action, actor, seen_version=seen_version, target=back)
    case.assignee_id = case.held_until = None
    return done


def return_(
    submission: Submission,
    actor: Actor,
    *,
    seen_version: int,
    message: str,
    items: Sequence[Mapping[str, str]],
    resumes: bool = False,
    written: bool = True,
) -> Outcome:
    """Send back for re-entry: `items` are the marked fields (`path`, `message`, optional `rule`), `message` the words of the mail.

    A return without any words is refused (ReasonMissing), one with too many, too (BadField). The clock stands still until the sender
    answers; then it goes on from what is left (`resumes`), or two business days are counted anew. `written`: somebody typed a word of it,
    which the statistics count. Of a case that is with its sender already this is a new return in place of the former.
    """
    if again := workflow.repeated(submission, actor, seen_version, *submissions.RETURNS):
        return again
    marked = [
        {
            "path": str(i.get("path", "")),
            "rule": str(i.get("rule", "")),
            "message": workflow.not_too_long(str(i.get("message", "")), f"「{label_at(str(i.get('path')))}」の文", ITEM_MOST),
        }
        for i in items
        if i.get("path")
    ]
    if any(not item["message"] for item in marked):
        raise ReasonMissing("選んだ項目には、それぞれ直していただきたい内容を入力してください。")
    if not message.strip() and not marked:
        raise ReasonMissing("差し戻しの理由を入力してください。自治体に送るメールに記載されます。")
    revision, reason = submissions.current_revision(submission), _words_of_return(message)
    done = workflow.move(
        submission,
        "return_again" if submission.status is SubmissionStatus.returned else "return",
        actor,
        seen_version=seen_version,
        reason=reason,
        items=marked,
        revision=submission.current,
        rules=_rules(marked),
        clock="resume" if resumes else "reset",
    )
    if done.review is not None and done.review.action == "return_again":
        case_clock.stand(submission, submission.returned_at)
    submission.returned_at, submission.resumes = clock.now(), resumes
    if done.review is not None:
        done.review.written = written
    finding.mark_returned(revision, marked)
    db.session.flush()
    assert done.review is not None  # noqa: S101 (the table says that a return is reviewed)
    task.asked(submission)
    task.undecided_no_more(submission)
    return done.but(mails=follow_up.mail_return(submission, done.review))


def reject(submission: Submission, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Refuse a case for good; the mail names the reason."""
    if again := workflow.repeated(submission, actor, seen_version, "reject"):
        return again
    revision = submissions.current_revision(submission)
    done = workflow.move(submission, "reject", actor, seen_version=seen_version, reason=reason, revision=submission.current)
    submission.decided_at = clock.now()
    submissions.close_links(submission, ReturnClosed.decided)
    return done.but(mails=submissions.mail_sender("rejected", submission, revision, {"reason": reason.strip()}))


def reopen(submission: Submission, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Take a decided case up again. Of an accepted case only a lead may; it touches no account and no posting. The count goes on."""
    if again := workflow.repeated(submission, actor, seen_version, "reopen", "reopen_accepted"):
        return again
    action = "reopen_accepted" if submission.status is SubmissionStatus.accepted else "reopen"
    done = workflow.move(submission, action, actor, seen_version=seen_version, reason=reason, revision=submission.current)
    case_clock.reopened(submission)
    submission.decided_at, submission.assignee_id = None, actor.account_id
    submission.set_aside, submission.held_until = False, clock.now() + presence.LEASE
    return done


def letters(
    submission: Submission, action: str, reason: str, items: Sequence[Mapping[str, str]] = (), *, resumes: bool = False
) -> list[tuple[str, Letter]]:
    """The mails that a decision with these words would send: (address, mail), with placeholders where links will stand."""
    revision = submissions.current_revision(submission)
    address = submissions.address_of(revision)
    if not address:
        return []
    words: dict[str, Any] = {"reason": reason.strip() or REASON_TO_COME}
    if action in submissions.RETURNS:
        marked = [{"path": i.get("path", ""), "message": i.get("message", "").strip()} for i in items]
        words = follow_up.words_of_return(submission, _words_of_return(reason), marked, submissions.link_end(), resumes=resumes)
    template = workflow.move_of(Submission, action).mail
    return [(address, outbox.preview(template, submissions.case_words(submission, revision) | words))]


def reviews_of(submission: Submission) -> list[Review]:
    """All decisions about a case, oldest first."""
    return list(db.session.execute(select(Review).where(Review.about(submission)).order_by(Review.id)).scalars())


def mails_of(submission: Submission) -> list[OutboxMail]:
    """The mails about a case that are kept, newest first."""
    query = select(OutboxMail).where(OutboxMail.about(submission), OutboxMail.body != "").order_by(OutboxMail.id.desc())
    return list(db.session.execute(query).scalars())


def deciders(submission_ids: Sequence[int]) -> dict[int, str]:
    """Who decided each of these cases last (accepted, rejected, set aside, withdrew), by the case's id."""
    about = (
        Review.subject == Submission.__tablename__,
        Review.subject_id.in_(submission_ids),
        Review.action.in_(("accept", "reject", "set_aside", "withdraw")),
    )
    newest = select(func.max(Review.id)).where(*about).group_by(Review.subject_id)
    name = func.coalesce(Account.shown_name, Review.actor_name)
    query = select(Review.subject_id, name).outerjoin(Account, Account.id == Review.actor_id).where(Review.id.in_(newest))
    return {row[0]: row[1] for row in db.session.execute(query)}


def _rules(items: Sequence[Mapping[str, str]]) -> list[str] | None:
    return sorted({item["rule"][:20] for item in items if item["rule"]}) or None


def _words_of_return(message: str) -> str:
    return message.strip() or follow_up.NO_REASON
