"""The audit log: who did what to which row and when. Ids, field names and codes only, never values or free text."""

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
