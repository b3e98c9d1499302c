"""Notes of colleagues about a case, and opinions that one asks another for. The sender never sees either."""

from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import BadField, NotFound, NotPermitted, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, StaffNote, Submission
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, threads, workflow
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus


def note(case: Submission, actor: Actor, text: str) -> StaffNote:
    """Leave a note, once however often the button is pressed. Raises BadField (`note`) for an empty or too long one."""
    _require(actor)
    workflow.lock(case)
    before = threads.pressed_again(case, actor, text)
    if before is not None and before.asked_id is None:
        return before
    made = threads.note(case, actor, text)
    audit.record(case, "note", actor, note=made.id)
    return made


def ask(case: Submission, actor: Actor, text: str, colleague: str) -> StaffNote:
    """Ask a colleague (by the account's id) for an opinion, once however often the button is pressed. Raises BadField (`note`, `colleague`)."""
    _require(actor)
    asked = next((account for account in colleagues(actor) if str(account.id) == colleague), None)
    if asked is None:
        raise BadField("意見を聞く担当者を選んでください。", "colleague")
    workflow.lock(case)
    before = threads.pressed_again(case, actor, text)
    if before is not None and before.asked_id == asked.id:
        return before
    made = threads.note(case, actor, text)
    made.asked_id = asked.id
    audit.record(case, "ask_opinion", actor, note=made.id, asked=asked.id)
    return made


def answer(case: Submission, number: int, actor: Actor, text: str) -> StaffNote:
    """Answer what one was asked, once; the same words again change nothing. Raises BadField (`answer`), NotFound, NotPermitted, TransitionRefused."""
    _require(actor)
    mine = StaffNote.about(case), StaffNote.id == number, StaffNote.asked_id.is_not(None)
    question = db.session.execute(select(StaffNote).where(*mine).with_for_update(of=StaffNote)).scalar_one_or_none()
    if question is None:
        raise NotFound("この意見の依頼は見つかりません。")
    if question.asked_id != actor.account_id:
        raise NotPermitted("ほかの担当者への依頼です。")
    if question.answered_at is not None and question.answer == threads.same_words(text):
        return question
    if question.answered_at is not None:
        raise TransitionRefused("この依頼には、もう答えています。")
    question.answer, question.answered_at = threads.text_of_note(text, "answer"), clock.now()
    audit.record(case, "answer_opinion", actor, note=question.id)
    return question


def colleagues(actor: Actor) -> list[Account]:
    """Whom one may ask: the service center's people but oneself."""
    query = select(Account).where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active, Account.id != actor.account_id)
    return list(db.session.execute(query.order_by(Account.name, Account.id)).scalars())


def asked(account_id: int | None, *more: Any) -> Any:
    """Statement: the ids of the cases at which somebody waits for this account's opinion. `more`: conditions of the notes that ask."""
    waiting = StaffNote.subject == Submission.__tablename__, StaffNote.asked_id == (account_id or 0), StaffNote.answered_at.is_(None)
    return select(StaffNote.subject_id).where(*waiting, *more)


def _require(actor: Actor) -> None:
    if not can(actor, Permission.submission_decide):
        raise NotPermitted("この操作を行う権限がありません。")
