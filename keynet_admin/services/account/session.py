"""Signed-in browsers: rows keyed by a random key that only the signed cookie holds. Sign-out ends one, a new password ends all others."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, StaffSession
from keynet_admin.permissions import Actor
from keynet_admin.services import audit
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.transaction import rows_changed
from keynet_admin.vocabulary import AccountStatus, ActorKind, Role


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, in the shape that Flask-Login asks for. `key` is the session's, never the account's id."""

    key: str
    account: Account
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.key

    @property
    def id(self) -> int:
        """The account's id."""
        return self.account.id

    @property
    def email(self) -> str:
        """The account's address."""
        return self.account.email

    @property
    def name(self) -> str:
        """The person's (or section's) name, else the address."""
        return self.account.name or self.account.email

    @property
    def role(self) -> Role:
        """The account's role."""
        return self.account.role

    @property
    def organization_id(self) -> int | None:
        """The organization of a municipality's account."""
        return self.account.organization_id

    @property
    def actor(self) -> Actor:
        """As services want to know it."""
        return actor_of(self.account)


def actor_of(account: Account) -> Actor:
    """The actor that an account is."""
    return Actor(ActorKind.account, account.id, account.role, account.organization_id, account.name or account.email)


def begin(account: Account) -> SignedIn:
    """Open a session with a new key."""
    key = secrets.token_urlsafe(32)
    db.session.add(StaffSession(account_id=account.id, key_hash=token_hash(key), created_at=clock.now()))
    account.last_login_at = clock.now()
    audit.record(account, "sign_in", actor_of(account))
    db.session.flush()
    return SignedIn(key, account)


def find(key: str) -> SignedIn | None:
    """The session of a key, if it is open and its account may still be used."""
    account = db.session.execute(
        select(Account)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(StaffSession.key_hash == token_hash(key), StaffSession.ended_at.is_(None), Account.status == AccountStatus.active)
        .options(joinedload(Account.organization))
    ).scalar_one_or_none()
    return SignedIn(key, account) if account is not None else None


def end(signed_in: SignedIn) -> None:
    """Sign out: the key stops working, whoever has the cookie."""
    if _end(StaffSession.key_hash == token_hash(signed_in.key)):
        audit.record(signed_in.account, "sign_out", signed_in.actor)


def end_all(account: Account, *, keep: str | None = None) -> int:
    """End every session of an account, but the one with the key `keep`. Returns how many."""
    return _end(StaffSession.account_id == account.id, StaffSession.key_hash != (token_hash(keep) if keep else ""))


def _end(*where: Any) -> int:
    return rows_changed(update(StaffSession).where(StaffSession.ended_at.is_(None), *where).values(ended_at=clock.now()))
