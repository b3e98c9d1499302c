"""Accounts: issued with an acceptance, opened by a link or a typed code, suspended and restored.

Opening a link uses nothing up; only setting the password does. Hashing is left to `services.password` and happens outside of
transactions, so these functions take the finished hash.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from keynet_admin import clock
from keynet_admin.business_time import CLOSES
from keynet_admin.errors import BadField, LinkDead, NotFound, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, AuditSeal, FirstLogin, Organization, OutboxMail
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import audit, business_days, workflow
from keynet_admin.services.access.device import BrowserPlace
from keynet_admin.services.account import owners, session
from keynet_admin.services.account import tokens as secret
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.transaction import after_commit, rows_changed
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus, ActorKind, Role, staff_role

INVITE_DAYS, RESET_DAYS = 7, 1  # business days; the last one ends at 17:00
INVITE, RESET = "invite", "reset"
STILL_REQUESTED = (
    "このメールアドレスは、団体が追加を依頼した担当者のもので、運営の確認を待っています。先にアカウントの画面で確認してください。"
)

STOPPED = {
    AccountStatus.suspended: "このメールアドレスのアカウントは利用停止中です。アカウントの画面で、停止を解除してから行ってください。",
    AccountStatus.dormant: "このメールアドレスのアカウントは、長く使われず休止中です。アカウントの画面で、再開してから行ってください。",
}


@dataclass(frozen=True)
class Invitation:
    """A first login (or password reset) found by link or code. `problem` says why it cannot be used, else it is empty.

    `renewable` = the person may ask for a new one to the same address.
    """

    row: FirstLogin
    account: Account
    problem: str = ""
    renewable: bool = False


@dataclass(frozen=True)
class Credentials:
    """What a sign-in compares with; `account_id` is None for an unknown address or an account that may not sign in."""

    account_id: int | None
    password_hash: str | None


def normal_email(text: str) -> str:
    """An address as it is stored and compared: half-width, lower case, without spaces around it. At most 254 characters."""
    plain = unicodedata.normalize("NFKC", text[:1000])
    return "".join(c for c in plain if c.isprintable()).strip().lower()[:254]


def by_email(email: str, *, lock: bool = False) -> Account | None:
    """The account of an address; with `lock` it is the present transaction's until its end."""
    query = (
        select(Account).where(Account.email == normal_email(email)).options(joinedload(Account.organization), joinedload(Account.partner))
    )
    if lock:
        query = query.with_for_update(of=Account).execution_options(populate_existing=True)
    return db.session.execute(query).scalar_one_or_none()


def issue(
    organization: Organization, email: str, name: str, actor: Actor, *, about: Any = None, words: Mapping[str, Any] | None = None
) -> Account:
    """Create the account of a body with its invitation mail, inside the transaction of the acceptance. Twice is harmless.

    `about` is what the mail is about and `words` what it says besides the account's own (of a case: its number, its sender).

    An account that exists already is returned; it gets a new mail only when it still waits for its first login and no
    invitation of it is open. Raises Refused when the address belongs to another body, to staff or to a suspended account.
    """
    address = normal_email(email)
    known = by_email(address)
    if known is None:
        known = Account(email=address, name=name[:80], role=Role.municipality, organization_id=organization.id, created_at=clock.now())
        add(known)
        audit.record(known, "issue", actor)
    elif known.organization_id != organization.id:
        raise Refused("このメールアドレスは、別の団体のアカウントで使われています。")
    elif known.status is AccountStatus.requested:
        raise Refused(STILL_REQUESTED)
    elif known.status in STOPPED:
        raise Refused(STOPPED[known.status])
    if known.status is AccountStatus.invited and _open(known) is None:
        invite(known, about, words)
    return known


def create_operator(email: str, role: Role, *, name: str = "", password_hash: str | None = None) -> Account:
    """An account of the service center. With a password it is active at once, else it gets an invitation mail.

    Raises Refused for a role of another kind, an address that cannot be one, or one that has an account.
    """
    address = normal_email(email)
    if role not in STAFF_ROLES:
        raise Refused("運営の役割（operator、lead、admin）を指定してください。")
    if not mailer.deliverable(address):
        raise Refused(mailer.BAD_ADDRESS)
    if by_email(address) is not None:
        raise Refused("このメールアドレスのアカウントは、すでにあります。")
    account = Account(email=address, name=name[:80], role=role, created_at=clock.now())
    add(account)
    audit.record(account, "issue", SYSTEM)
    if password_hash is None:
        invite(account)
    else:
        set_password(account, password_hash)
    return account


def set_password(account: Account, password_hash: str) -> None:
    """Give an account its password; one that waited for its first login becomes active. Sessions are left alone."""
    account.password_hash, account.password_at = password_hash, clock.now()
    if account.status is AccountStatus.invited:
        workflow.move(account, "activate", SYSTEM, seen_version=None)
    else:
        audit.record(account, "password", SYSTEM)
    db.session.flush()


def resend_invitation(
    account: Account,
    actor: Actor,
    *,
    seen_version: int | None = None,
    about: Any = None,
    words: Mapping[str, Any] | None = None,
    action: str = "invite_again",
) -> Outcome:
    """A new invitation mail; the links and codes sent before say that a newer one was sent. `about` and `words` as in `issue`."""
    if again := workflow.repeated(account, actor, seen_version, action):
        return again
    done = workflow.move(account, action, actor, seen_version=seen_version)
    end_links(account)
    invite(account, about, words)
    return done.but(mails=1)


def open_first_login(token: str) -> Invitation:
    """What a link of a mail leads to. Reads only, however often it is opened. Raises NotFound for an unknown one."""
    row = db.session.execute(_first_logins().where(FirstLogin.token_hash == secret.token_hash(token))).scalar_one_or_none()
    if row is None:
        raise NotFound("このアドレスのご案内は見つかりません。")
    return _judged(row)


def check_code(email: str, code: str) -> Invitation | None:
    """What a typed code leads to; None for a wrong pair, whether the address is known or not. Reads only: nothing is used up."""
    account = by_email(email)
    account_id = account.id if account is not None else 0
    wanted = secret.code_hashes(account_id, secret.typed(code))
    query = _first_logins().where(FirstLogin.account_id == account_id, FirstLogin.code_hash.in_(wanted))
    row = db.session.execute(query.order_by(FirstLogin.id.desc()).limit(1)).scalar_one_or_none()
    return None if row is None else _judged(row)


def first_login(row_id: int) -> Invitation:
    """The first login with this id, judged afresh. Raises NotFound."""
    row = db.session.execute(_first_logins().where(FirstLogin.id == row_id)).scalar_one_or_none()
    if row is None:
        raise NotFound("このご案内は見つかりません。")
    return _judged(row)


def finish_first_login(row_id: int, password_hash: str) -> Account:
    """Set the password, use the invitation up, end all older sessions. Of two at the same moment one gets LinkDead."""
    row = first_login(row_id).row
    workflow.lock(row.account)
    db.session.refresh(row, ["used_at", "replaced_at", "cancelled_at", "cancelled_by_id"])
    found = _judged(row)
    if found.problem:
        raise LinkDead(found.problem)
    row.used_at = clock.now()
    account, was_active = found.account, found.account.status is AccountStatus.active
    set_password(account, password_hash)
    end_links(account)
    if was_active:
        _tell_of_change(account)
    session.end_all(account)
    return account


def renew(found: Invitation) -> None:
    """Send a new mail of the same purpose to the same address. Raises Refused when this one is no reason for it."""
    if not found.renewable:
        raise Refused("このご案内の代わりは送れません。")
    end_links(found.account)
    if found.account.status is AccountStatus.invited:
        invite(found.account)
    else:
        _reset(found.account)
    audit.record(found.account, "invite_again", SYSTEM)


def sign_in(known: Credentials, place: BrowserPlace, *, renewed: str | None = None) -> session.SignedIn | None:
    """Open a session for who knew the password; None when the account was suspended or got another password in the meantime.

    `renewed` is the same password hashed with today's parameters, kept from now on.
    """
    account = _unchanged(known)
    if account is not None and renewed is not None:
        account.password_hash = renewed
    return session.begin(account, place) if account is not None else None


def change_password(known: Credentials, password_hash: str, here: session.SignedIn) -> session.SignedIn | None:
    """A new password chosen while signed in `here`: every session ends, this browser gets a new one, open reset links die, the owner is mailed.

    `known` is what the present password was compared with; None when the account was suspended or got another password in the meantime.
    """
    account = _unchanged(known)
    if account is None:
        return None
    account.password_hash, account.password_at = password_hash, clock.now()
    audit.record(account, "password", session.actor_of(account))
    end_links(account)
    _tell_of_change(account)
    return session.renew(account, here.key)


def request_reset(email: str) -> None:
    """Write the mail with which a forgotten password is set anew. Nothing tells whether the address is known.

    Anybody may ask, so the links and codes sent before go on working until a password is set. For an unknown address the same statements run and are taken back, so that the time does not tell it either.
    """
    account = by_email(email, lock=True)
    step = db.session.begin_nested()
    if account is None or account.status not in (AccountStatus.active, AccountStatus.invited) or account.partner_unverified:
        _pretend()
        step.rollback()
    else:
        if account.status is AccountStatus.active:
            _reset(account)
        elif not account.is_uninvited:
            invite(account)
        audit.record(account, "password_reset_asked", SYSTEM)
        step.commit()
    after_commit(mailer.wake)


def credentials(email: str) -> Credentials:
    """What to compare a sign-in with. The same single query for known and unknown addresses."""
    account = by_email(email)
    if account is None or not account.is_in_use:
        return Credentials(None, None)
    return Credentials(account.id, account.password_hash)


def suspend(account: Account, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Stop an account: its sessions end, its links die, the reason is mailed. Raises Refused for one's own and the last administrator's."""
    owners.lock(account)
    last = _is_last_administrator(account)
    if again := workflow.repeated(account, actor, seen_version, "suspend"):
        return again
    if last and account.id != actor.account_id:
        raise Refused("システム管理の最後のアカウントは、利用を停止できません。")
    done = workflow.move(account, "suspend", actor, seen_version=seen_version, reason=reason)
    owners.leave(account, actor)
    session.end_all(account)
    end_links(account)
    mailer.enqueue("account_suspended", account.email, words_of(account) | {"reason": reason.strip()}, about=account, account_id=account.id)
    return done.but(mails=1)


def change_role(account: Account, actor: Actor, *, seen_version: int, reason: str, role: str) -> Outcome:
    """Give an account of the service center another role: its sessions end, the reason is mailed to its holder.

    Raises BadField for no role or the present one, Refused for one's own account and for the last administrator's.
    """
    last = _is_last_administrator(account)
    if again := workflow.repeated(account, actor, seen_version, "change_role"):
        return again
    new = staff_role(role)
    if new is None:
        raise BadField("新しい役割を選んでください。", "role")
    if new is account.role:
        raise BadField(f"いまの役割（{account.role.label}）と同じです。別の役割を選んでください。", "role")
    if last and account.id != actor.account_id:
        raise Refused("システム管理の最後のアカウントの役割は、変えられません。")
    before = account.role
    done = workflow.move(account, "change_role", actor, seen_version=seen_version, reason=reason, was=before.value, role=new.value)
    account.role = new
    session.end_all(account)
    words = words_of(account) | {"reason": reason.strip(), "was": before.label, "role": new.label}
    mailer.enqueue("role_changed", account.email, words, about=account, account_id=account.id)
    return done.but(mails=1)


def expire(account: Account) -> None:
    """End an account whose person is forgotten, by the system: its sessions end, its links die, nobody is mailed. Locked by the caller."""
    if account.status is not AccountStatus.suspended:
        workflow.move(account, "expire", SYSTEM, seen_version=None)
    owners.leave(account, SYSTEM, ended=True)
    session.end_all(account)
    end_links(account)


def restore(account: Account, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Let a suspended account in again, with its old password or, if it never had one, a new invitation."""
    if again := workflow.repeated(account, actor, seen_version, "restore"):
        return again
    target = AccountStatus.active if account.password_hash else AccountStatus.invited
    done = workflow.move(account, "restore", actor, seen_version=seen_version, reason=reason, target=target)
    session.end_all(account)
    if target is AccountStatus.invited:
        invite(account)
    else:
        mailer.enqueue(
            "account_restored", account.email, words_of(account) | {"reason": reason.strip()}, about=account, account_id=account.id
        )
    return done.but(mails=1)


def invitation_of(account: Account) -> tuple[OutboxMail | None, datetime | None]:
    """The newest invitation mail of an account, and until when it is good (None when it is not any more)."""
    query = select(OutboxMail).where(OutboxMail.account_id == account.id, OutboxMail.template == "first_login")
    mail = db.session.execute(query.order_by(OutboxMail.id.desc()).limit(1)).scalar_one_or_none()
    found = _open(account)
    return mail, found.expires_at if found is not None else None


def invitation_due(prefecture_code: str = "", days: int = INVITE_DAYS) -> datetime:
    """The end of an invitation sent now: 17:00 of the seventh business day from today, also of the offices in the prefecture."""
    return datetime.combine(business_days.add_business_days(clock.today(), days, prefecture_code), CLOSES, clock.TOKYO)


def _due(account: Account, days: int) -> datetime:
    return invitation_due(account.place, days)


def _unchanged(known: Credentials) -> Account | None:
    """The account that was compared with, locked; None when it may not sign in any more or has another password by now."""
    account = db.session.get(Account, known.account_id)
    if account is None:
        return None
    workflow.lock(account)
    same = account.is_in_use and account.password_hash == known.password_hash
    return account if same else None


def _is_last_administrator(account: Account) -> bool:
    """Whether no other administrator is active. All of them are locked, in one order: two who end each other do not both succeed."""
    if account.role is not Role.admin:
        return False
    query = select(Account.id).where(Account.role == Role.admin, Account.status == AccountStatus.active).order_by(Account.id)
    return set(db.session.execute(query.with_for_update()).scalars()) <= {account.id}


def _tell_of_change(account: Account) -> None:
    words = words_of(account) | {"at": clock.now()}
    mailer.enqueue("password_changed", account.email, words, about=account, account_id=account.id)


def add(account: Account) -> None:
    """Insert an account; an address that somebody else has just taken is refused in words."""
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        raise Refused("このメールアドレスのアカウントが、いま別の操作で作られました。画面を開き直してください。") from error


def invite(account: Account, about: Any = None, words: Mapping[str, Any] | None = None) -> OutboxMail:
    """Mail a link and a code for the first login; older ones work on unless `end_links` came before. Raises Refused (unverified partner)."""
    if account.partner_unverified:
        raise Refused(
            f"{account.body_name}は、連絡先が未確認か停止中のため、ご案内を送れません。先に連携先の画面で連絡先を確かめてください。"
        )
    context = words_of(account) | {"again": _was_invited(account)} | dict(words or {})
    return _send(account, INVITE, _due(account, INVITE_DAYS), "first_login", context, about)


def _reset(account: Account) -> OutboxMail:
    return _send(account, RESET, _due(account, RESET_DAYS), "password_reset", words_of(account))


def _send(account: Account, purpose: str, due: datetime, template: str, words: Mapping[str, Any], about: Any = None) -> OutboxMail:
    """Make link and code, write the mail."""
    token, code = secret.new_token(), secret.new_code()
    db.session.add(
        FirstLogin(
            account=account,
            purpose=purpose,
            token_hash=secret.token_hash(token),
            code_hash=secret.code_hash(account.id, code),
            created_at=clock.now(),
            expires_at=due,
        )
    )
    db.session.flush()
    path = "/first-login/" if purpose == INVITE else "/password/reset/"
    return mailer.enqueue(
        template,
        account.email,
        {**words, "email": account.email, "due": due},
        sealed={"link": mailer.public_link(path + token), "code": secret.shown(code)},
        about=about or account,
        account_id=account.id,
    )


def _pretend() -> None:
    """The work of `_reset` and its event for nobody, taken back by the caller."""
    token, code = secret.new_token(), secret.new_code()
    _stand_in(code)  # for the first login
    mailer.enqueue(
        "password_reset",
        "nobody@keynet.example",
        {"org_name": "", "contact_name": "", "due": _due(Account(), RESET_DAYS)},
        sealed={"link": mailer.public_link("/password/reset/" + secret.token_hash(token)), "code": secret.shown(code)},
        about=Account(id=0),
    )
    db.session.execute(insert(AuditSeal).values(position=0, event_id=_stand_in(code).id, digest=secret.token_hash(token)))  # for the event


def _stand_in(code: str) -> AuditEvent:
    words = {"subject": "account", "subject_id": 0, "action": secret.code_hash(0, code)[:40]}
    event = AuditEvent(at=clock.now(), actor_kind=ActorKind.system, **words)
    db.session.add(event)
    db.session.flush()
    return event


def end_links(account: Account) -> None:
    """Links and codes sent before are dead from now on, and know since when."""
    rows_changed(
        update(FirstLogin)
        .where(FirstLogin.account_id == account.id, FirstLogin.used_at.is_(None), FirstLogin.replaced_at.is_(None))
        .values(replaced_at=clock.now())
    )


def _open(account: Account) -> FirstLogin | None:
    query = select(FirstLogin).where(
        FirstLogin.account_id == account.id,
        FirstLogin.used_at.is_(None),
        FirstLogin.replaced_at.is_(None),
        FirstLogin.cancelled_at.is_(None),
        FirstLogin.read_out.is_(False),
        FirstLogin.expires_at > clock.now(),
    )
    return db.session.execute(query.limit(1)).scalar_one_or_none()


def _was_invited(account: Account) -> bool:
    query = select(FirstLogin.id).where(FirstLogin.account_id == account.id, FirstLogin.purpose == INVITE).limit(1)
    return db.session.execute(query).first() is not None


def _first_logins() -> Any:
    return select(FirstLogin).options(joinedload(FirstLogin.account).joinedload(Account.organization))


def _judged(row: FirstLogin) -> Invitation:
    account = row.account
    if account.status in STOPPED or account.partner_unverified:
        return Invitation(row, account, "このアカウントは利用を停止しています。サービスセンターへお問い合わせください。")
    if row.used_at is not None:
        return Invitation(row, account, "このご案内では、すでにパスワードが設定されています。ログインの画面からお入りください。")
    if row.cancelled_at is not None:
        who = f"（{row.cancelled_by.shown_name}）" if row.cancelled_by is not None else ""
        body = row.cancelled_by.organization if row.cancelled_by is not None else None
        where = body.name if body is not None else "サービスセンター"
        words = f"{_moment(row.cancelled_at)}に、{where}{who}がこのご案内を取り消しました。お心当たりのあるときは、お問い合わせください。"
        return Invitation(row, account, words)
    if row.replaced_at is not None:
        when = _moment(row.replaced_at)
        if account.status is AccountStatus.invited or _open(account) is not None:
            return Invitation(
                row, account, f"{when}に新しいご案内のメールをお送りしました。新しいメールのアドレスかコードをお使いください。"
            )
        return Invitation(row, account, f"{when}にパスワードが設定されたため、このご案内は使えません。ログインの画面からお入りください。")
    if row.expires_at <= clock.now():
        return Invitation(row, account, f"このご案内の期限（{_moment(row.expires_at)}）が過ぎました。", renewable=True)
    return Invitation(row, account)


def _moment(moment: datetime) -> str:
    local = moment.astimezone(clock.TOKYO)
    return f"{local.month}月{local.day}日 {local.hour}:{local.minute:02d}"
