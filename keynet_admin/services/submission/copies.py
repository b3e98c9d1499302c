"""What became of a form, and copies of what was sent, for those who sent it: the whole form, and a file in the format of the Excel template.

Without an account a copy stands behind receipt number, mail address and a code that is typed. The code is in the receipt mail and on the
receipt page; it is made from the number and the secret key, and kept nowhere.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from keynet_admin import clock
from keynet_admin.errors import NotFound
from keynet_admin.extensions import db
from keynet_admin.models import ReturnLink, Review, Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.services.account import tokens
from keynet_admin.services.files.template import filled_file
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import task
from keynet_admin.services.submission.casework import correction
from keynet_admin.vocabulary import SubmissionStatus


@dataclass(frozen=True)
class StatusAnswer:
    """What the sender may know of a case. `enters`: a way in is open after a return; `unreached`: our last mail did not arrive.

    `corrections`: what the service center corrected, with its public reason.
    """

    submission: Submission
    returned: Review | None
    enters: bool = False
    unreached: bool = False
    corrections: Sequence[Review] = ()


def is_code(case: Submission, typed: str) -> bool:
    """Whether this is the case's code, however it is written."""
    address = submissions.address_of(submissions.current_revision(case))
    codes = submissions.codes_of_copy(case.id, case.receipt_no, address)
    return any(hmac.compare_digest(tokens.typed(typed), tokens.typed(code)) for code in codes)


def file_of(revision: SubmissionRevision) -> bytes:
    """The form as a workbook that can be sent again."""
    return filled_file(submissions.whole(revision), clock.today())


def send_code(case: Submission) -> int:
    """Mail the code to the contact once more. How many mails were written."""
    sealed = {"code": submissions.copy_code(case)}
    return submissions.mail_sender("receipt_code", case, submissions.current_revision(case), sealed=sealed)


def of_organization(actor: Actor) -> list[Submission]:
    """The accepted forms of the actor's body, newest first."""
    return list(db.session.execute(_own(actor).order_by(Submission.received_at.desc(), Submission.id.desc())).scalars())


def own(submission_id: int, actor: Actor) -> Submission:
    """A form of the actor's own body. Raises NotFound for any other."""
    found: Submission | None = db.session.execute(_own(actor).where(Submission.id == submission_id)).scalar_one_or_none()
    if found is None:
        raise NotFound("この申請は見つかりません。")
    return found


def _own(actor: Actor) -> Select[Any]:
    return select(Submission).where(Submission.organization_id == (actor.organization_id or -1))


def status_of(receipt_no: str, email: str) -> StatusAnswer | None:
    """The case with this receipt number and this contact address, else None (the same for every kind of mismatch)."""
    submission = db.session.execute(select(Submission).where(Submission.receipt_no == receipt_no)).scalar_one_or_none()
    stored = ""
    if submission is not None:
        contact = submissions.current_revision(submission).contact
        stored = contact.email if contact is not None else ""
    if (
        submission is None
        or not hmac.compare_digest(stored.lower().encode(), email.strip().lower().encode("utf-8", "replace"))
        or not stored
    ):
        return None
    return answer_for(submission)


def answer_for(submission: Submission) -> StatusAnswer:
    """What the sender of this case may know of it."""
    review = None
    if submission.status is SubmissionStatus.returned:
        review = db.session.execute(
            select(Review).where(Review.about(submission), Review.action.in_(submissions.RETURNS)).order_by(Review.id.desc()).limit(1)
        ).scalar_one_or_none()
    ways = select(ReturnLink.id).where(ReturnLink.submission_id == submission.id, ReturnLink.closed_at.is_(None))
    enters = db.session.execute(ways.where(ReturnLink.expires_at > clock.now()).limit(1)).first() is not None
    return StatusAnswer(submission, review, enters, task.lost_mail(submission) is not None, correction.of_sender(submission))
