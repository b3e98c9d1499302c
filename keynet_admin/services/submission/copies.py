"""Copies of what was sent, for those who sent it: the whole form, and a file in the format of the Excel template.

Without an account a copy stands behind receipt number, mail address and a code that is typed. The code is in the receipt mail and on the
receipt page; it is made from the number and the secret key, and kept nowhere.
"""

import hmac
from typing import Any

from sqlalchemy import Select, select

from keynet_admin import clock
from keynet_admin.errors import NotFound
from keynet_admin.extensions import db
from keynet_admin.models import Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.services.account import tokens
from keynet_admin.services.files.template import filled_file
from keynet_admin.services.submission import intake as submissions


def is_code(case: Submission, typed: str) -> bool:
    """Whether this is the case's code, however it is written."""
    return hmac.compare_digest(tokens.typed(typed), tokens.typed(submissions.copy_code(case)))


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
