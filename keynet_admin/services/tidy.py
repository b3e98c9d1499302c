"""What is deleted by itself because its time is over."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import EntryDraft, StaffSession

KEEP_SESSIONS = timedelta(days=90)


def drafts() -> int:
    """Delete drafts of the application form whose seven days are over. Returns how many."""
    return _count(db.session.execute(delete(EntryDraft).where(EntryDraft.expires_at <= clock.now())))


def sessions() -> int:
    """Delete sessions that ended long ago; the audit log keeps the sign-ins. Returns how many."""
    return _count(db.session.execute(delete(StaffSession).where(StaffSession.ended_at < clock.now() - KEEP_SESSIONS)))


def _count(result: Any) -> int:
    return int(result.rowcount)
