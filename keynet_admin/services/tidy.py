"""What is deleted by itself because its time is over."""

from datetime import timedelta

from sqlalchemy import delete

from keynet_admin import clock
from keynet_admin.models import EntryDraft, StaffSession
from keynet_admin.services.transaction import rows_changed

KEEP_SESSIONS = timedelta(days=90)


def drafts() -> int:
    """Delete drafts of the application form whose seven days are over. Returns how many."""
    return rows_changed(delete(EntryDraft).where(EntryDraft.expires_at <= clock.now()))


def sessions() -> int:
    """Delete sessions that ended long ago; the audit log keeps the sign-ins. Returns how many."""
    return rows_changed(delete(StaffSession).where(StaffSession.ended_at < clock.now() - KEEP_SESSIONS))
