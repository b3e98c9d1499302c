"""Accounts that nobody uses: their holders are told, then the account is closed; an invitation to the same address opens it again.

What counts is the last sign-in, else the day on which the account was made or on which an operator confirmed that it is still needed. Nobody is
locked out by it: where the account is the last one that can manage its body (or the last administrator, the last one of a prefecture or
partner), it stays open and waits for an operator's call.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, exists, or_, select, type_coerce
from sqlalchemy.orm import aliased

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import settings, workflow
from keynet_admin.services.account import owners, session
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.mail import outbox
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, OfficeRight, Role


def closes_at(account: Account) -> datetime:
    """The moment at which an account that stays unused is closed: never sooner after the warning than its holder was promised."""
    due = account.used_at + timedelta(days=settings.get("account_unused_days"))
    warned = account.unused_warned_at
    if warned is None or warned < account.used_at:
        return due
    return max(due, warned + timedelta(days=settings.get("account_warn_days")))


def to_call() -> ColumnElement[bool]:
    """Where-clause: accounts that would be closed, were they not the last ones of their kind: an operator asks the body."""
    return and_(_unused(settings.get("account_unused_days")), _last())


def due_to_warn() -> list[int]:
    """Ids of accounts in use whose holders have to be told that they will be closed (reads only)."""
    return _ids(_to_warn())


def due_to_close() -> list[int]:
    """Ids of accounts whose time is over and whose holders were told long enough ago (reads only)."""
    return _ids(_to_close())


def warn(account_id: int) -> bool:
    """Tell the holder when the account will be closed, and that signing in is enough to keep it. False when it is not due."""
    account = _locked(account_id, _to_warn())
    if account is None:
        return False
    account.unused_warned_at = clock.now()
    workflow.move(account, "warn_unused", SYSTEM, seen_version=None)
    _tell(account, "account_unused")
    return True


def close(account_id: int) -> bool:
    """Close an account: its sessions and links end, whoever was in its care is left to its colleagues, its holder is told. False when not due."""
    account = _locked(account_id, _to_close())
    if account is None:
        return False
    workflow.move(account, "close_unused", SYSTEM, seen_version=None)
    owners.leave(account, SYSTEM)
    session.end_all(account)
    accounts.end_links(account)
    _tell(account, "account_dormant")
    return True


def keep(account: Account, actor: Actor, *, seen_version: int, call: str) -> Outcome:
    """An operator has asked: the account is still needed. Its days count anew. `call` says how it was confirmed, in words."""
    if again := workflow.repeated(account, actor, seen_version, "keep_unused"):
        return again
    done = workflow.move(account, "keep_unused", actor, seen_version=seen_version, reason=call)
    account.kept_at = clock.now()
    return done


def reopen(account: Account, actor: Actor, *, seen_version: int, call: str) -> Outcome:
    """Open a closed account: whoever reads the mails of its address chooses a new password; the old one is forgotten."""
    if again := workflow.repeated(account, actor, seen_version, "reopen_unused"):
        return again
    done = workflow.move(account, "reopen_unused", actor, seen_version=seen_version, reason=call)
    account.password_hash, account.kept_at = None, clock.now()
    accounts.invite(account)
    return done.but(mails=1)


def _to_warn() -> ColumnElement[bool]:
    return and_(_unused(settings.get("account_unused_days") - settings.get("account_warn_days")), ~_warned(), ~_last())


def _to_close() -> ColumnElement[bool]:
    told = Account.unused_warned_at <= clock.now() - timedelta(days=settings.get("account_warn_days"))
    return and_(_unused(settings.get("account_unused_days")), _warned(), told, ~_last())


def _unused(days: int) -> ColumnElement[bool]:
    """Where-clause: accounts in use in which nobody has signed in for so many days."""
    before = clock.now() - timedelta(days=days)
    moments = (Account.last_login_at, Account.kept_at, Account.password_at)
    return and_(
        Account.status == AccountStatus.active,
        Account.created_at <= before,
        *(or_(moment.is_(None), moment <= before) for moment in moments),
    )


def _warned() -> ColumnElement[bool]:
    """Where-clause: the holder was told since the last use."""
    moments = (Account.last_login_at, Account.kept_at, Account.password_at)
    later = (or_(moment.is_(None), moment < Account.unused_warned_at) for moment in moments)
    return and_(Account.unused_warned_at.is_not(None), *later)


def _last() -> ColumnElement[bool]:
    """Where-clause: nobody else in use could do for the same body what the account can. Colleagues who are as unused as it do not count."""
    other = aliased(Account)
    early = settings.get("account_unused_days") - settings.get("account_warn_days")
    since = clock.now() - timedelta(days=early)
    moments = (other.last_login_at, other.kept_at, other.password_at, other.created_at)
    used = or_(*(moment > since for moment in moments)), other.id != Account.id, other.status == AccountStatus.active
    manages = f'"{OfficeRight.manage.value}"'
    same: dict[Role, tuple[Any, ...]] = {
        Role.municipality: (other.organization_id == Account.organization_id, type_coerce(other.rights, Text).contains(manages)),
        Role.prefecture: (other.role == Role.prefecture, other.prefecture_code == Account.prefecture_code),
        Role.partner: (other.role == Role.partner, other.partner_id == Account.partner_id),
        Role.admin: (other.role == Role.admin,),
    }
    needed = {Role.municipality: (type_coerce(Account.rights, Text).contains(manages),)}
    return or_(*(and_(Account.role == role, *needed.get(role, ()), ~exists().where(*used, *where)) for role, where in same.items()))


def _ids(where: ColumnElement[bool]) -> list[int]:
    return list(db.session.execute(select(Account.id).where(where).order_by(Account.id)).scalars())


def _locked(account_id: int, due: ColumnElement[bool]) -> Account | None:
    """The account, locked (after whoever is in its care), if it is still due then: it may have been used in the meantime."""
    account = db.session.get(Account, account_id)
    if account is None:
        return None
    owners.lock(account)
    workflow.lock(account)
    still = db.session.execute(select(Account.id).where(Account.id == account_id, due)).first()
    return account if still is not None else None


def _tell(account: Account, template: str) -> None:
    words = words_of(account) | {"email": account.email, "at": closes_at(account), "days": settings.get("account_unused_days")}
    outbox.enqueue(template, account.email, words, about=account, account_id=account.id)
