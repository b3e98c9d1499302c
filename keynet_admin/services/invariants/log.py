"""No broken chain; no row in a state that nobody moved it to; nothing gone that the log knows and nobody deleted."""

from typing import Any

from sqlalchemy import String, exists, func, select, type_coerce

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, AuditSeal, OutboxMail, Review
from keynet_admin.services.audit_chain import check as chain
from keynet_admin.services.invariants.row import Looked, count
from keynet_admin.services.workflow.moves import MOVES, moves_of

# Rows that end by being deleted, and the events that say so; the rows of all others stay, whatever is blanked in them.
_DELETED = {"search_alert": ("stop", "expire", "bounce")}
# Beside moves: what begins a row in a state.
_BEGINS = ("apply",)


def sealed() -> Looked:
    """The chain over the log, as `verify-audit` follows it."""
    return Looked(count(AuditSeal), list(chain.whole({})))


def known_states() -> Looked:
    """Every row is in a state that the table of moves knows."""
    looked, found = 0, list[str]()
    for subject in _moved():
        table, known = subject.__tablename__, {word.value for move in moves_of(subject) for word in (*move.sources, *move.targets)}
        status = type_coerce(subject.status, String)
        for state, number in db.session.execute(select(status, func.count()).group_by(status)):
            looked += number
            if state not in known:
                found.append(f"{table}：{number}行が、状態の表にない「{state}」です。")
    return Looked(looked, found)


def told_states() -> Looked:
    """Every row is in the state to which its newest event brought it."""
    looked, found = 0, list[str]()
    for subject in _moved():
        moves = [move for move in moves_of(subject) if move.targets]
        if not moves or not all(move.logged for move in moves):
            continue
        actions = (*(move.name for move in moves), *_BEGINS)
        of = AuditEvent.subject == subject.__tablename__, AuditEvent.state.is_not(None), AuditEvent.action.in_(actions)
        newest = select(func.max(AuditEvent.id)).where(*of).group_by(AuditEvent.subject_id)
        told = select(AuditEvent.subject_id, AuditEvent.state).where(AuditEvent.id.in_(newest)).subquery()
        status = type_coerce(subject.status, String)
        query = select(subject.id, status, told.c.state).join(told, told.c.subject_id == subject.id)
        found += [
            f"{subject.__tablename__} {number}：状態は「{state}」ですが、記録では「{last}」です。"
            for number, state, last in db.session.execute(query.where(status != told.c.state).order_by(subject.id))
        ]
        looked += count(told)
    return Looked(looked, found)


def still_there() -> Looked:
    """Whatever an event, a decision or a mail is about exists, unless an event says that it was deleted."""
    looked, found = 0, list[str]()
    for about in (AuditEvent, Review, OutboxMail):
        subjects = select(about.subject, func.count()).group_by(about.subject).order_by(about.subject)
        for subject, number_of in db.session.execute(subjects).all():
            table = db.metadata.tables.get(subject)
            if table is None or "id" not in table.c:  # about nothing, or about settings, which have names
                continue
            looked += number_of
            gone = select(about.subject_id, func.count()).where(about.subject == subject)
            gone = gone.where(~exists().where(table.c.id == about.subject_id)).group_by(about.subject_id).order_by(about.subject_id)
            for number, rows in db.session.execute(gone):
                if not _was_deleted(subject, number):
                    found.append(f"{subject} {number}：{_CALLED[about]}が{rows}件ありますが、その行がありません。")
    return Looked(looked, found)


_CALLED: dict[Any, str] = {AuditEvent: "記録", Review: "決定", OutboxMail: "メール"}


def _moved() -> list[type[Any]]:
    """The kinds of rows that have moves, in the table's order."""
    return list(dict.fromkeys(move.subject for move in MOVES))


def _was_deleted(subject: str, number: int) -> bool:
    if subject not in _DELETED:
        return False
    ended = AuditEvent.subject == subject, AuditEvent.subject_id == number, AuditEvent.action.in_(_DELETED[subject])
    return db.session.execute(select(AuditEvent.id).where(*ended).limit(1)).first() is not None
