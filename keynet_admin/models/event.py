"""The audit log: who did what to which row and when. Ids, field names and codes only, never values or free text.

Its rows are written once: triggers of the database refuse every change of an event, a seal or a check (migration 0058).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import About, AsciiJson, StaffOnly, UtcDateTime, words
from keynet_admin.vocabulary import ActorKind

_CHANGED = text("state IS NOT NULL")


def _state(context: Any) -> str | None:
    """The column's default, of whoever writes the row: what the codes say."""
    state = (context.get_current_parameters().get("codes") or {}).get("to")
    return state if isinstance(state, str) else None


class AuditEvent(About, StaffOnly, db.Model):  # type: ignore[name-defined,misc]
    """One event, written in the change's transaction. `subject` and `action` are names such as `submission`, `accept`.

    `state`: the state that the subject came to (the code `to`), None where none changed. In the order of `at` and `id` these tell every
    subject's state at any moment; their index holds all that such a recount reads.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject_subject_id_id", "subject", "subject_id", "id"),
        Index("ix_audit_event_actor_id_id", "actor_id", "id"),
        Index("ix_audit_event_states", "subject", "subject_id", "at", "id", "state", sqlite_where=_CHANGED, postgresql_where=_CHANGED),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    actor_kind: Mapped[ActorKind] = mapped_column(words(ActorKind))
    actor_id: Mapped[int | None] = mapped_column(Integer)
    organization_id: Mapped[int | None] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(40))
    codes: Mapped[dict[str, Any]] = mapped_column(AsciiJson, default=dict)
    state: Mapped[str | None] = mapped_column(String(24), default=_state)


class AuditSeal(StaffOnly, db.Model):  # type: ignore[name-defined,misc]
    """The place of one event in the chain: a digest over it and over the seal before. Written with the event (`services/audit_chain`)."""

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(Integer, index=True)  # not unique: SQLite gives the number of a stolen last event out again
    digest: Mapped[str] = mapped_column(String(64))


class AuditCheck(StaffOnly, db.Model):  # type: ignore[name-defined,misc]
    """One verification of the chain: up to which position it was followed, the digest there, and how many faults were found.

    `month` (2021-05): the check is also the one whose digest was given away as that month's.
    """

    __tablename__ = "audit_check"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    position: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    faults: Mapped[int] = mapped_column(Integer)
    month: Mapped[str | None] = mapped_column(String(7), unique=True)
