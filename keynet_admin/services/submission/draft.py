"""What somebody has typed so far on the application form, kept for 7 days under the hash of a random key."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import EntryDraft
from keynet_admin.services.account.tokens import token_hash

LIFE = timedelta(days=7)


def new_key() -> str:
    """A random key for a draft's cookie or for a form's one-time use."""
    return secrets.token_urlsafe(24)


def find(key: str | None) -> EntryDraft | None:
    """The draft of a key, None when there is none or it is older than 7 days."""
    if not key:
        return None
    draft = db.session.execute(select(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key))).scalar_one_or_none()
    return draft if draft is not None and draft.expires_at > clock.now() else None


def save(key: str, typed: Mapping[str, Any], form_key: str) -> EntryDraft:
    """Keep what was typed; the newest wins, the life begins anew."""
    now = clock.now()
    draft = db.session.execute(select(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key))).scalar_one_or_none()
    if draft is None:
        draft = EntryDraft(cookie_hash=token_hash(key), typed=dict(typed), form_key=form_key, saved_at=now, expires_at=now + LIFE)
        try:
            with db.session.begin_nested():
                db.session.add(draft)
        except IntegrityError:
            draft = db.session.execute(select(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key))).scalar_one()
    draft.typed, draft.form_key, draft.saved_at, draft.expires_at = dict(typed), form_key, now, now + LIFE
    return draft


def discard(key: str | None) -> None:
    """Throw a draft away."""
    if key:
        db.session.execute(delete(EntryDraft).where(EntryDraft.cookie_hash == token_hash(key)))
