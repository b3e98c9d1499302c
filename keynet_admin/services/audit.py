"""The audit log's writer. Events hold ids, field names and codes, never values or free text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent
from keynet_admin.models.base import subject_of
from keynet_admin.permissions import Actor
from keynet_admin.services.audit_chain import seal

_SCALARS = (str, int, bool, type(None))


def record(
    subject: Any, action: str, actor: Actor, *, organization_id: int | None = None, fields: Sequence[str] = (), **codes: Any
) -> AuditEvent:
    """Add an event about a row (it must have its id) in the present transaction.

    `codes` are short codes (states, versions, rule ids, numbers), lists of them at most; anything else is refused with ValueError,
    as is a text over 60 characters: it would be somebody's words.
    """
    content: dict[str, Any] = {name: value for name, value in codes.items() if value is not None}
    if fields:
        content["fields"] = sorted(fields)
    for value in content.values():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if not isinstance(item, _SCALARS) or (isinstance(item, str) and len(item) > 60):
                raise ValueError(f"not a code: {item!r:.80}")
    event = AuditEvent(
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.account_id,
        organization_id=organization_id if organization_id is not None else getattr(subject, "organization_id", None),
        **subject_of(subject),
        action=action,
        codes=content,
    )
    db.session.add(event)
    return event


def record_all(rows: Sequence[dict[str, Any]]) -> None:
    """Add many events by one statement: their columns as they are. For rows that are themselves written past the session."""
    seal.written(db.session.execute(insert(AuditEvent).returning(AuditEvent.id), rows).scalars())
