"""Signed-in browsers: rows keyed by a random key that only the signed cookie holds. Sign-out ends one, a new password ends all.

Whoever opens a session or ends all of an account has locked the account (`workflow.lock`): else a session begun at the same moment would
outlive the suspension or the new password.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, StaffSession
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.transaction import rows_changed
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ActorKind, Role, SessionLevel

FRESH = timedelta(minutes=15)  # so long after the password was asked for nothing asks for it again (real time)
EVERY = "every"
LIFE = timedelta(hours=12)  # since the person was last proven, however busy the session is (OWASP ASVS 5, 7.3.2)


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
    return Actor(
        ActorKind.account,
        account.id,
        account.role,
        account.organization_id,
        account.shown_name,
        account.held,
        account.prefecture_code,
        account.partner_id,
    )


def begin(account: Account) -> SignedIn:
    """Open a session with a new key, for a person who has just proven to know the password (or has just set it)."""
    account.last_login_at = clock.now()
    audit.record(account, "sign_in", actor_of(account))
    return _open(account)


def renew(account: Account) -> SignedIn:
    """End every session of an account and open one with a new key for the browser in which the password was proven just now."""
    end_all(account)
    return _open(account)


def _open(account: Account) -> SignedIn:
    key = secrets.token_urlsafe(32)
    proven = {"level": SessionLevel.password, "level_at": clock.real_now()}
    db.session.add(StaffSession(account_id=account.id, key_hash=token_hash(key), created_at=clock.now(), **proven))
    db.session.flush()
    return SignedIn(key, account)


def find(key: str) -> SignedIn | None:
    """The session of a key, if it is open, not too old, and its account may still be used."""
    alive = StaffSession.ended_at.is_(None) & (StaffSession.level_at > clock.real_now() - LIFE)
    account = db.session.execute(
        select(Account)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(StaffSession.key_hash == token_hash(key), alive, Account.is_in_use)
        .options(joinedload(Account.organization))
    ).scalar_one_or_none()
    return SignedIn(key, account) if account is not None else None


def is_fresh(key: str) -> bool:
    """Whether the person behind this key proved to know the password within the last minutes."""
    query = select(StaffSession.id).where(StaffSession.key_hash == token_hash(key), StaffSession.level_at > clock.real_now() - FRESH)
    return db.session.execute(query).scalar_one_or_none() is not None


def proved(signed_in: SignedIn) -> None:
    """The person has just proven to know the password again."""
    values = {"level": SessionLevel.password, "level_at": clock.real_now()}
    rows_changed(update(StaffSession).where(StaffSession.key_hash == token_hash(signed_in.key)).values(values))


def open_of(account: Account) -> list[StaffSession]:
    """The open sessions of an account that are not too old, the newest first."""
    alive = StaffSession.ended_at.is_(None), StaffSession.level_at > clock.real_now() - LIFE
    query = select(StaffSession).where(StaffSession.account_id == account.id, *alive).order_by(StaffSession.id.desc())
    return list(db.session.execute(query).scalars())


def close(account: Account, actor: Actor, *, seen_version: int, session: str, reason: str) -> Outcome:
    """A lead ends one session of somebody else (its id), or `every` one. Raises BadField for one that is not open."""
    if again := workflow.repeated(account, actor, seen_version, "close_sessions"):
        return again
    chosen = [row.id for row in open_of(account) if session in (EVERY, str(row.id))]
    if not chosen:
        raise BadField("終わらせる画面を選んでください（すでに終わっていることもあります）。", "session")
    done = workflow.move(account, "close_sessions", actor, seen_version=seen_version, reason=reason, rows=len(chosen))
    _end(StaffSession.id.in_(chosen))
    return done


def owner_of(key: str) -> int | None:
    """The account whose session a key was, also when it has ended; None for an unknown key."""
    return db.session.execute(select(StaffSession.account_id).where(StaffSession.key_hash == token_hash(key))).scalar_one_or_none()


def end(signed_in: SignedIn) -> None:
    """Sign out: the key stops working, whoever has the cookie."""
    if _end(StaffSession.key_hash == token_hash(signed_in.key)):
        audit.record(signed_in.account, "sign_out", signed_in.actor)


def end_all(account: Account) -> int:
    """End every session of an account. Returns how many."""
    return _end(StaffSession.account_id == account.id)


def _end(*where: Any) -> int:
    return rows_changed(update(StaffSession).where(StaffSession.ended_at.is_(None), *where).values(ended_at=clock.now()))
