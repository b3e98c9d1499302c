"""A thread of messages about any row, and the notes of colleagues beside it."""

from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import StaffNote, ThreadMessage
from keynet_admin.models.base import subject_of
from keynet_admin.models.threads import MESSAGE_MOST, NOTE_MOST
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.vocabulary import ActorKind

AGAIN = timedelta(minutes=5)
_Row = TypeVar("_Row", ThreadMessage, StaffNote)


def write(row: Any, actor: Actor, text: str) -> ThreadMessage:
    """Add a message. Raises BadField (`message`) for an empty or too long one."""
    made = ThreadMessage(
        **subject_of(row),
        author_kind=actor.kind,
        author_id=actor.account_id,
        author_name=_author(actor),
        body=_text(text, "メッセージ", MESSAGE_MOST, "message"),
    )
    return _added(made)


def note(row: Any, actor: Actor, text: str) -> StaffNote:
    """Add a note for colleagues. Raises BadField (`note`) for an empty or too long one."""
    return _added(
        StaffNote(**subject_of(row), author_id=actor.account_id, author_name=_author(actor), body=_text(text, "メモ", NOTE_MOST, "note"))
    )


def pressed_again(row: Any, actor: Actor, text: str) -> StaffNote | None:
    """The latest note about the row, if this actor has just written it in the same words: the button was pressed twice.

    Of two presses at once the second sees what the first one wrote where the caller has locked the row.
    """
    last = select(StaffNote).where(StaffNote.about(row)).order_by(StaffNote.id.desc()).limit(1)
    before = db.session.execute(last).scalar_one_or_none()
    same = before is not None and (before.author_id, before.body) == (actor.account_id, same_words(text))
    return before if same and before is not None and clock.now() - before.created_at < AGAIN else None


def same_words(text: str) -> str:
    """A text as it would be kept, for comparing."""
    return text.replace("\r\n", "\n").strip()


def text_of_note(text: str, field: str) -> str:
    """The words of a note as they are kept. Raises BadField (`field`) for an empty or too long one."""
    return _text(text, "意見", NOTE_MOST, field)


def of(row: Any) -> list[ThreadMessage]:
    """The messages, oldest first."""
    return list(db.session.execute(select(ThreadMessage).where(ThreadMessage.about(row)).order_by(ThreadMessage.id)).scalars())


def notes_of(row: Any) -> list[StaffNote]:
    """The notes, oldest first."""
    return list(db.session.execute(select(StaffNote).where(StaffNote.about(row)).order_by(StaffNote.id)).scalars())


def mark_read(row: Any, kind: ActorKind, up_to: int | None = None) -> None:
    """The messages of this side (up to this one, where its id is given) have been opened by the other one."""
    unread = ThreadMessage.about(row) & (ThreadMessage.author_kind == kind) & ThreadMessage.read_at.is_(None)
    if up_to is not None:
        unread &= ThreadMessage.id <= up_to
    db.session.execute(update(ThreadMessage).where(unread).values(read_at=clock.now()), execution_options={"synchronize_session": False})


def _text(text: str, what: str, most: int, field: str) -> str:
    try:
        clean = workflow.not_too_long(text.replace("\r\n", "\n"), what, most)
    except BadField as error:
        raise BadField(str(error), field) from None
    if not clean:
        raise BadField(f"{what}を入力してください。", field)
    return clean


def _author(actor: Actor) -> str:
    return actor.name if actor.kind is ActorKind.account else ""


def _added(made: _Row) -> _Row:
    db.session.add(made)
    db.session.flush()
    return made
