"""The right address of a case's contact, confirmed by telephone, and the code of a re-entry that is read out.

Both begin with a logged call to the body (`proof.call_back`), so that what was confirmed also counts when the case is accepted.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Organization, ReturnLink, Submission, SubmissionFinding, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services import workflow
from keynet_admin.services.account.address import SHOWN
from keynet_admin.services.account.use_cases import normal_email
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.submission import finding, follow_up, proof, search_index, task
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import SubmissionStatus

_EMAILS = ("contact_email", "contact_email2", "account_email")
_PATHS = tuple(f"contact.{name}" for name in _EMAILS)


def readdress(
    submission: Submission, actor: Actor, *, seen_version: int, recipient: str, reason: str, organization: Organization | None, **call: str
) -> Outcome:
    """Give the contact its right address, after a logged call (`call`: as `proof.call_back` takes it).

    A returned case's mail goes to the new address and older links and codes die; else the receipt goes there. The old address is told,
    unless mails do not arrive there. Raises BadField with the field's name.
    """
    if again := workflow.repeated(submission, actor, seen_version, "readdress"):
        return again
    workflow.require(submission, "readdress", actor, seen_version)
    revision, address = submissions.current_revision(submission), normal_email(recipient)
    old = submissions.address_of(revision)
    if not outbox.deliverable(address):
        raise BadField(outbox.BAD_ADDRESS, "recipient")
    if address == old.lower():
        raise BadField("いまのアドレスと同じです。正しいアドレスを入力してください。", "recipient")
    tell_old = outbox.arrives(submission, old)
    items = [{"path": "contact.contact_email", "rule": "", "message": f"{old or '（なし）'} → {address}"}]
    done = workflow.move(submission, "readdress", actor, seen_version=seen_version, reason=reason, items=items, revision=submission.current)
    words = submissions.case_words(submission, revision)
    _put(submission, revision, old, address)
    proof.call_back(submission, actor, seen_version=submission.version, organization=organization, **call)
    outbox.supersede(submission, note="宛先を直しました。")
    if tell_old:
        outbox.enqueue("contact_changed", old, words | {"at": clock.now()}, about=submission)
    if submission.status is SubmissionStatus.returned:
        task.refresh(submission)
        task.asked(submission)
        return done.but(mails=tell_old + follow_up.mail_return(submission, follow_up.last_return(submission)))
    sealed = {"code": submissions.copy_code(submission)}
    return done.but(mails=tell_old + submissions.mail_sender("receipt", submission, revision, sealed=sealed))


def letters(submission: Submission, recipient: str) -> list[tuple[str, Letter]]:
    """The mails that a new address would lead to: (address, mail)."""
    revision = submissions.current_revision(submission)
    old, words, found = submissions.address_of(revision), submissions.case_words(submission, revision), []
    if submission.status is SubmissionStatus.returned:
        last = follow_up.last_return(submission)
        more = follow_up.words_of_return(submission, last.reason, last.items, submissions.link_end(), resumes=submission.resumes)
        found.append((normal_email(recipient) or "新しいアドレス", outbox.preview("returned", words | more)))
    else:
        found.append((normal_email(recipient) or "新しいアドレス", outbox.preview("receipt", words)))
    if outbox.arrives(submission, old):
        found.append((old, outbox.preview("contact_changed", words | {"at": clock.now()})))
    return found


def read_code(submission: Submission, actor: Actor, *, seen_version: int, organization: Organization | None, **call: str) -> Outcome:
    """A code for the re-entry that an operator reads out or prints, after a logged call. Mails that did not arrive are settled by it."""
    if again := workflow.repeated(submission, actor, seen_version, "read_code"):
        return again
    done = workflow.move(submission, "read_code", actor, seen_version=seen_version)
    proof.call_back(submission, actor, seen_version=submission.version, organization=organization, **call)
    ends = follow_up.link_ends(submission)
    submissions.open_read_out(
        submission, follow_up.last_return(submission), ends if ends is not None and ends > clock.now() else submissions.link_end()
    )
    outbox.supersede(submission, note="電話でコードを伝えました。")
    task.refresh(submission)
    task.asked(submission)
    return done


def code_shown(submission: Submission) -> ReturnLink | None:
    """The way in whose code may be shown just now."""
    mine = ReturnLink.submission_id == submission.id, ReturnLink.read_out, ReturnLink.closed_at.is_(None)
    query = select(ReturnLink).where(*mine, ReturnLink.created_at > clock.now() - SHOWN).order_by(ReturnLink.id.desc())
    return db.session.execute(query.limit(1)).scalar_one_or_none()


def _put(submission: Submission, revision: SubmissionRevision, old: str, address: str) -> None:
    """Write the address into the contact section, judge the addresses anew, and let the case be found by the new one."""
    contact = revision.contact
    if contact is None:
        raise BadField("この申請の連絡先は、保存の期間が過ぎて消えています。", "recipient")
    changed = {"contact_email": address, "contact_email2": address}
    if str(contact.normalized.get("account_email") or "").lower() == old.lower() != "":
        changed["account_email"] = address
    contact.typed, contact.normalized, contact.email = {**contact.typed, **changed}, {**contact.normalized, **changed}, address
    before = {(f.rule, f.path): f.reason for f in submissions.findings_of(revision) if f.reason}
    judged = with_reasons(evaluate(submissions.whole(revision, "typed"), on=date.fromisoformat(revision.reference_date)), before)
    new = [f for f in judged.findings if f.path in _PATHS]
    for row in [row for row in finding.rows_of(revision).values() if row.path in _PATHS]:
        _count(submission, row.level, -1 if row.cleared_at is None else 0)
    gone = SubmissionFinding.revision_id == revision.id, SubmissionFinding.path.in_(_PATHS)
    db.session.execute(delete(SubmissionFinding).where(*gone))
    finding.record(revision, new)
    for found in new:
        _count(submission, found.level.value, 1)
    contact.findings = [f for f in contact.findings if f["path"] not in _PATHS] + [f.as_json() for f in new]
    db.session.flush()
    search_index.put(submission.id, [address])


def _count(submission: Submission, level: str, by: int) -> None:
    columns: Mapping[str, str] = {Level.ERROR.value: "errors", Level.WARNING.value: "warnings"}
    if level in columns:
        setattr(submission, columns[level], max(0, getattr(submission, columns[level]) + by))


def shown_with(submission: Submission) -> dict[str, Any]:
    """What the page of a new address says of the present one."""
    old = submissions.address_of(submissions.current_revision(submission))
    return {"now_at": f"いまの宛先は {old or '（なし）'} です。"}
