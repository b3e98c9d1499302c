"""Corrections that an operator makes on the sender's behalf: a new revision by the same reading and judging as a re-entry.

The sender is told what changed and the public reason; the private one is a note of the service center.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue import field_at, label_at
from keynet_admin.catalogue.base import Kind
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.catalogue.display import show
from keynet_admin.catalogue.paths import is_index
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Review, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import threads, workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import REASON_TO_COME, Letter
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.workflow import Outcome

# Addresses have a way of their own, after a call (`address.readdress`); the declarations are the sender's.
NOT_HERE = ("contact_email", "contact_email2", "account_email")
PRIVATE_MOST = 300
NO_CHANGE = "いまの内容と同じです。直した内容を入力してください。"


def may_correct(path: str) -> bool:
    """Whether an operator may correct what stands at this place of the form: a field, or something within one.

    What the path opens counts (`opened.by`), not how it ends: `contact.contact_email.0` is the address, too.
    """
    section, *rest = path.split(".")
    if section == "postings":
        number, *rest = rest or [""]
        if not is_index(number):
            return False
    field = field_at(f"{section}.{rest[0]}") if rest else None
    return field is not None and field.kind is not Kind.AUTO and section != "confirmation" and rest[0] not in NOT_HERE


def is_there(path: str, document: Mapping[str, Any]) -> bool:
    """Whether the form has what the path leads to: a posting with that number."""
    section, *rest = path.split(".")
    return section != "postings" or int(rest[0]) < len(document.get("postings") or [])


def correct(
    case: Submission,
    actor: Actor,
    *,
    seen_version: int,
    reason: str,
    private: str,
    path: str,
    document: Mapping[str, Any],
    result: Result | None,
) -> Outcome:
    """Make `document` (typed, judged as `result`) the newest revision of a case that waits for its decision.

    Raises BadField (`value`) when nothing changes or what was typed cannot stand, ReasonMissing without a public reason.
    """
    again, before = workflow.repeated(case, actor, seen_version, "correct"), submissions.whole(submissions.current_revision(case))
    # Somebody with two pages open has corrected one field by now: the other correction is not the same one once more.
    if again is not None and (result is None or not changes(before, result.normalized)):
        return again
    workflow.require(case, "correct", actor, seen_version)
    if result is None or not may_correct(path):
        raise BadField("この項目は、ここでは直せません。", "value")
    found = changes(before, result.normalized)
    if not found:
        raise BadField(NO_CHANGE, "value")
    places = tuple(change.path for change in found)
    wrong = next((f for f in result.at(Level.ERROR) if f.path.startswith(places) or path.startswith(f.path)), None)
    if wrong is not None:
        raise BadField(f"{label_at(wrong.path)}：{wrong.message}", "value")
    note = workflow.not_too_long(private, "内部の理由", PRIVATE_MOST, "private")
    items = [{"path": change.path, "rule": "", "message": f"{_old(change)} → {_new(change)}"} for change in found]
    done = workflow.move(case, "correct", actor, seen_version=seen_version, reason=reason, items=items, revision=case.current + 1)
    revision = submissions.add_corrected(case, document, result, reference_date=clock.today().isoformat())
    if note:
        threads.note(case, actor, f"代わりの訂正の内部の理由：{note}")
    return done.but(mails=submissions.mail_sender("corrected", case, revision, _words(reason, found)))


def letters(case: Submission, reason: str, result: Result | None) -> list[tuple[str, Letter]]:
    """The mail that the correction would send: (address, mail)."""
    revision = submissions.current_revision(case)
    address = submissions.address_of(revision)
    if not address or result is None:
        return []
    found = changes(submissions.whole(revision), result.normalized)
    words = submissions.case_words(case, revision) | _words(reason or REASON_TO_COME, found)
    return [(address, outbox.preview("corrected", words))]


def of_sender(case: Submission) -> Sequence[Review]:
    """The corrections of a case as its sender may know them, newest first."""
    query = select(Review).where(Review.about(case), Review.action == "correct", Review.reason != "").order_by(Review.id.desc())
    return db.session.execute(query).scalars().all()


def _words(reason: str, found: Sequence[Change]) -> dict[str, Any]:
    lines = [{"label": change.label, "old": _old(change), "new": _new(change)} for change in found]
    return {"reason": reason.strip(), "changes": lines}


def _old(change: Change) -> str:
    return show(change.field, change.old).replace("\n", "、") or "（空欄）"


def _new(change: Change) -> str:
    return show(change.field, change.new).replace("\n", "、") or "（空欄）"
