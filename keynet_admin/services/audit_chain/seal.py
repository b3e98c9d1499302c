"""Seal each event in the transaction that writes it, as the very last work before the commit.

The session notes the events that it writes, whoever adds them, and seals them when it is about to commit. The lock of the chain is taken
then and let go by the commit, after every other one, so that nobody waits for it in a circle.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, String, Text, bindparam, event, exists, insert, select, text, type_coerce
from sqlalchemy.orm import Session, SessionTransaction

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, AuditSeal
from keynet_admin.services.audit_chain.verify import BEGIN, digest_of

_UNSEALED = "unsealed_events"
_BATCH = 1000
_LOCK = text("SELECT pg_advisory_xact_lock(7100071)")  # the chain's number; nothing else here takes an advisory lock

# As they are stored, so that what is sealed is what lies in the table, whatever the columns' types make of it.
_E, _S = AuditEvent.__table__.c, AuditSeal.__table__.c
STORED: tuple[Any, ...] = (
    _E.id,
    type_coerce(_E.at, String).label("at"),
    type_coerce(_E.actor_kind, String).label("actor_kind"),
    _E.actor_id,
    _E.organization_id,
    _E.subject,
    _E.subject_id,
    _E.action,
    type_coerce(_E.codes, Text).label("codes"),
    _E.state,
)
_OF_IDS = select(*STORED).where(_E.id.in_(bindparam("ids", expanding=True))).order_by(_E.id)
_HEAD = select(_S.position, _S.digest).order_by(_S.position.desc()).limit(1)
_INSERT = insert(AuditSeal.__table__)


def written(ids: Any) -> None:
    """Note events that were inserted past the session, so that they are sealed with this transaction."""
    db.session.info.setdefault(_UNSEALED, set()).update(ids)


def stored(row: Row[Any]) -> dict[str, Any]:
    """One event as the chain reads it; the moment is the same text on both databases."""
    return {name: _moment(value) if name == "at" else value for name, value in row._mapping.items()}


def head() -> tuple[int, str]:
    """Position and digest of the last seal; 0 and zeros before the first."""
    found = db.session.execute(_HEAD).one_or_none()
    return (found.position, found.digest) if found is not None else (0, BEGIN)


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            return value
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value


def _note(session: Session, _context: Any) -> None:
    if fresh := [row.id for row in session.new if isinstance(row, AuditEvent)]:
        session.info.setdefault(_UNSEALED, set()).update(fresh)


def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    waiting = session.info.pop(_UNSEALED, None)
    if not waiting:
        return
    connection, numbers = session.connection(), sorted(waiting)
    # What a savepoint took back is not there any more. Everything is read before the lock: it is held for two short statements.
    parts = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
    events = [stored(row) for ids in parts for row in connection.execute(_OF_IDS, {"ids": ids})]
    if connection.dialect.name == "postgresql":  # on SQLite the write lock is ours already
        connection.execute(_LOCK)
    last = connection.execute(_HEAD).one_or_none()
    position, digest = (last.position, last.digest) if last is not None else (0, BEGIN)
    seals: list[dict[str, Any]] = []
    for place, content in enumerate(events, start=position + 1):
        digest = digest_of(digest, content)
        seals.append({"position": place, "event_id": content["id"], "digest": digest})
    if seals:
        connection.execute(_INSERT, seals)


def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_UNSEALED, None)


def lines(after: int = 0) -> Iterator[dict[str, Any]]:
    """The chain after a position, as `verify.faults` reads it, then the events that no seal names. Rows come in parts; nothing is kept."""
    sealed = select(AuditSeal.position, AuditSeal.digest, AuditEvent.id.label("found"), *STORED)
    sealed = (
        sealed.outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id).where(AuditSeal.position > after).order_by(AuditSeal.position)
    )
    for row in db.session.execute(sealed, execution_options={"yield_per": _BATCH}):
        content = stored(row)
        place = {name: content.pop(name) for name in ("position", "digest")}
        yield place | {"event": content if content.pop("found") is not None else None}
    unsealed = select(*STORED).where(~exists().where(_S.event_id == _E.id)).order_by(_E.id)
    for row in db.session.execute(unsealed, execution_options={"yield_per": _BATCH}):
        yield {"position": None, "digest": None, "event": stored(row)}


event.listen(db.session, "after_flush", _note)
event.listen(db.session, "before_commit", _seal)
event.listen(db.session, "after_soft_rollback", _forget)
