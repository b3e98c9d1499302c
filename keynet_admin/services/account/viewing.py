"""See the pages of an account as its holder does: for a reason, for half an hour, without changing anything.

It sits on the session of whoever sees them: no new sign-in, nothing of the account's own sessions. Refusing to write is not this file's
matter but that of `transaction()` (`Access.VIEWING`). People who applied stay with their municipality, as `/privacy` says: the pages
are those of an account without the right for candidates.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Review, StaffSession
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.workflow import Outcome

LIFE = timedelta(minutes=30)  # real time, as all of a session's
TOLD_FOR = timedelta(days=30)


def begin(account: Account, actor: Actor, *, seen_version: int | None, reason: str, key: str) -> Outcome:
    """From now on the session of this key, which has to be the actor's, sees the account's pages. Raises what a move raises."""
    own = StaffSession.key_hash == token_hash(key), StaffSession.account_id == actor.account_id, StaffSession.ended_at.is_(None)
    row = db.session.execute(select(StaffSession).where(*own).with_for_update()).scalar_one_or_none()
    if row is None:
        raise Refused("ログインし直してから、もう一度お試しください。")
    _end(row, SYSTEM)  # an earlier look whose time is over and whose end the worker has not recorded yet
    done = workflow.move(account, "view_as", actor, seen_version=seen_version, reason=reason)
    row.viewed_id, row.viewed_until = account.id, clock.real_now() + LIFE
    return done


def end(key: str) -> int | None:
    """The session of this key sees its own pages again. The id of the account whose pages they were."""
    row = db.session.execute(select(StaffSession).where(StaffSession.key_hash == token_hash(key)).with_for_update()).scalar_one_or_none()
    return _end(row, None) if row is not None else None


def due_to_end() -> list[int]:
    """Ids of sessions whose look is over, by time or with the session (reads only)."""
    over = (StaffSession.viewed_until <= clock.real_now()) | StaffSession.ended_at.is_not(None)
    return list(db.session.execute(select(StaffSession.id).where(StaffSession.viewed_id.is_not(None), over)).scalars())


def end_due(session_id: int) -> bool:
    """Record the end of a look that nobody ended."""
    query = select(StaffSession).where(StaffSession.id == session_id, StaffSession.viewed_id.is_not(None))
    row = db.session.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
    return row is not None and _end(row, SYSTEM) is not None


def recent(organization_id: int) -> list[tuple[datetime, str, str]]:
    """Who of the service center saw a body's pages in the last weeks: when, who, why; the newest first."""
    query = select(Review.created_at, Review.actor_name, Review.reason).join(Account, Account.id == Review.subject_id)
    looks = Review.subject == Account.__tablename__, Review.action == "view_as", Review.created_at > clock.now() - TOLD_FOR
    found = db.session.execute(query.where(*looks, Account.organization_id == organization_id).order_by(Review.id.desc()))
    return [(at, who, why) for at, who, why in found]


def _end(row: StaffSession, actor: Actor | None) -> int | None:
    account = db.session.get(Account, row.viewed_id) if row.viewed_id is not None else None
    if account is None:
        return None
    row.viewed_id = row.viewed_until = None
    codes: dict[str, Any] = {"over": True} if actor is not None else {}
    audit.record(account, "view_end", actor or actor_of(row.account), **codes)
    return account.id
