"""Signed-in browsers: rows keyed by a random key that only the signed cookie holds. Sign-out ends one, a new password ends all.

A session of an account that has a second factor, or must have one, is nobody's until that was proven: `find` does not find it, and the pages of
the second step alone ask for it by `half`. A proof gives the session a new key.

Whoever opens a session or ends all of an account has locked the account (`workflow.lock`): else a session begun at the same moment would
outlive the suspension or the new password.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, false, or_, select, update
from sqlalchemy.orm import joinedload

from keynet_admin import clock, config
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, StaffSession
from keynet_admin.models.access.factor import has_factor
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.access import device
from keynet_admin.services.access.device import BrowserPlace
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.transaction import rows_changed
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import STAFF_ROLES, ActorKind, OfficeRight, ProofWay, Role, SessionLevel

FRESH = timedelta(minutes=15)  # so long after a proof nothing asks for it again (real time)
HALF_LIFE = timedelta(minutes=30)  # so long after the password the second step may be done (real time)
USED_EVERY = timedelta(minutes=5)  # how exactly the last use of a session is kept
EVERY = "every"
_NOWHERE = BrowserPlace()
LIFE = timedelta(hours=12)  # since the person was last proven, however busy the session is (OWASP ASVS 5, 7.3.2)


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, in the shape that Flask-Login asks for. `key` is the session's, never the account's id."""

    key: str
    account: Account
    # Who sees the pages of `account` without being it, to look and not to change anything, and until when (real time); None in one's own session.
    viewer: Account | None = None
    until: datetime | None = None
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
    def until_told(self) -> datetime | None:
        """When the look ends, by the clock that the pages show."""
        return None if self.until is None else clock.now() + (self.until - clock.real_now())

    @property
    def person(self) -> Account:
        """The account of whoever sits there: what is logged about the reader says this one."""
        return self.viewer or self.account

    @property
    def actor(self) -> Actor:
        """As services want to know it. People who applied are shown to nobody but their municipality (`viewing.py`)."""
        actor = actor_of(self.account)
        return actor if self.viewer is None else replace(actor, rights=actor.rights - {OfficeRight.candidates})


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


def begin(account: Account, place: BrowserPlace = _NOWHERE) -> SignedIn:
    """Open a session with a new key, for a person who has just proven to know the password (or has just set it).

    They are signed in by it only where no second factor is asked for.
    """
    signed_in = _open(account, place)
    if needs_second_step(account) is None:
        _entered(account, ProofWay.password, place)
    return signed_in


def renew(account: Account, like: str | None = None) -> SignedIn:
    """End every session of an account and open one with a new key for the browser in which the password was proven just now.

    `like`: the key that this browser had: what was proven in it stays proven.
    """
    before = _row(like) if like is not None else None
    end_all(account)
    if before is None:
        return _open(account, _NOWHERE)
    return _open(account, BrowserPlace(before.device, before.network, before.known), before.level)


def _open(account: Account, place: BrowserPlace, level: SessionLevel = SessionLevel.password) -> SignedIn:
    key, now = secrets.token_urlsafe(32), clock.now()
    proven = {"level": level, "level_at": clock.real_now()}
    where = {"device": place.device, "network": place.network, "known": place.known}
    db.session.add(StaffSession(account_id=account.id, key_hash=token_hash(key), created_at=now, used_at=now, **proven, **where))
    db.session.flush()
    return SignedIn(key, account)


def _entered(account: Account, proof: ProofWay, place: BrowserPlace) -> None:
    """Somebody is in: the log says by what, and the holder is told of a browser that nobody has seen before."""
    new = None if place.known else True
    audit.record(account, "sign_in", actor_of(account), by=proof.value, device=place.device or None, new=new)
    if not place.known and account.last_login_at is not None:
        words = words_of(account) | {"at": clock.now(), "device": device.words_of(place.device), "network": place.network}
        mailer.enqueue("new_device", account.email, words, about=account, account_id=account.id)
    account.last_login_at = clock.now()


def _proven() -> ColumnElement[bool]:
    """Where-clause over session and account: whether all was proven that this account asks for."""
    obliged = Account.role.in_(STAFF_ROLES) if config.current().second_factor else false()
    return or_(StaffSession.level == SessionLevel.second, ~or_(has_factor(Account.id), obliged))


def needs_second_step(account: Account) -> Literal["prove", "enrol"] | None:
    """What this account asks for after its password: a second factor, or to enrol one first; None for nothing."""
    if db.session.execute(select(has_factor(account.id))).scalar_one():
        return "prove"
    return "enrol" if must_have_factor(account) else None


def must_have_factor(account: Account) -> bool:
    """Whether nobody works with this account without a second factor: the service center's people, unless the installation says otherwise."""
    return config.current().second_factor and account.role in STAFF_ROLES


def find(key: str) -> SignedIn | None:
    """The session of a key, if it is open, not too old, all was proven, and its account may still be used."""
    return _found(key, _proven())


def half(key: str) -> SignedIn | None:
    """The session of a key in which the password alone was proven where that is not enough. It opens the second step and nothing else."""
    return _found(key, ~_proven(), StaffSession.level_at > clock.real_now() - HALF_LIFE)


def _found(key: str, *where: Any) -> SignedIn | None:
    """As the account that the session sees, if any."""
    alive = StaffSession.ended_at.is_(None) & (StaffSession.level_at > clock.real_now() - LIFE)
    found = db.session.execute(
        select(Account, StaffSession.viewed_id, StaffSession.viewed_until)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(StaffSession.key_hash == token_hash(key), alive, Account.is_in_use, *where)
        .options(joinedload(Account.organization))
    ).one_or_none()
    if found is None:
        return None
    account, viewed_id, until = found
    if viewed_id is not None and until is not None and until > clock.real_now():
        seen = select(Account).where(Account.id == viewed_id, Account.is_in_use).options(joinedload(Account.organization))
        viewed = db.session.execute(seen).scalar_one_or_none()
        if viewed is not None:
            return SignedIn(key, viewed, viewer=account, until=until)
    return SignedIn(key, account)


def is_fresh(key: str) -> bool:
    """Whether the person behind this key proved who they are within the last minutes."""
    query = select(StaffSession.id).where(StaffSession.key_hash == token_hash(key), StaffSession.level_at > clock.real_now() - FRESH)
    return db.session.execute(query).scalar_one_or_none() is not None


def proved(signed_in: SignedIn, proof: ProofWay, *, entering: bool = False) -> SignedIn | None:
    """The person has just proven by this who they are: the session gets a new key. None if it has ended.

    `entering`: they were signed in by half, and are in now.
    """
    row, key = _row(signed_in.key), secrets.token_urlsafe(32)
    if row is None:
        return None
    values = {"key_hash": token_hash(key), "level_at": clock.real_now(), "used_at": clock.now(), "challenge": None}
    if proof is not ProofWay.password:
        values["level"] = SessionLevel.second
    open_ = StaffSession.key_hash == token_hash(signed_in.key), StaffSession.ended_at.is_(None)
    if rows_changed(update(StaffSession).where(*open_).values(values)) != 1:
        return None
    if entering:
        _entered(signed_in.account, proof, BrowserPlace(row.device, row.network, row.known))
    return SignedIn(key, signed_in.account)


def used(signed_in: SignedIn) -> None:
    """Note that the session is at work."""
    rows_changed(update(StaffSession).where(StaffSession.key_hash == token_hash(signed_in.key)).values(used_at=clock.now()))


def open_of(account: Account) -> list[StaffSession]:
    """The open sessions of an account that are not too old, the newest first."""
    alive = StaffSession.ended_at.is_(None), StaffSession.level_at > clock.real_now() - LIFE
    query = select(StaffSession).where(StaffSession.account_id == account.id, *alive).order_by(StaffSession.id.desc())
    return list(db.session.execute(query).scalars())


def is_here(row: StaffSession, signed_in: SignedIn) -> bool:
    """Whether this is the session of that key."""
    return row.key_hash == token_hash(signed_in.key)


def _row(key: str) -> StaffSession | None:
    query = select(StaffSession).where(StaffSession.key_hash == token_hash(key))
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


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
        audit.record(signed_in.person, "sign_out", actor_of(signed_in.person))


def end_others(signed_in: SignedIn, number: int | None = None) -> int:
    """End the other sessions of the same account, or the one with this id. Returns how many."""
    where = [StaffSession.account_id == signed_in.id, StaffSession.key_hash != token_hash(signed_in.key)]
    done = _end(*where, *([StaffSession.id == number] if number is not None else []))
    if done:
        audit.record(signed_in.account, "end_sessions", signed_in.actor, rows=done)
    return done


def end_all(account: Account) -> int:
    """End every session of an account. Returns how many."""
    return _end(StaffSession.account_id == account.id)


def _end(*where: Any) -> int:
    return rows_changed(update(StaffSession).where(StaffSession.ended_at.is_(None), *where).values(ended_at=clock.now()))
