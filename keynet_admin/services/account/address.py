"""The right address of an account, and its invitation: corrected, taken back, or its code read out on the telephone."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, OutboxMail, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account import colleagues, session
from keynet_admin.services.account import tokens as secret
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import InvitationState

SHOWN, READ_OUT_LIFE = timedelta(minutes=10), timedelta(minutes=30)
OWN_CODE_MINUTES = 30
TAKEN = "このメールアドレスは、別のアカウントで使われています。"


def readdress(account: Account, actor: Actor, *, seen_version: int, recipient: str, reason: str, call: str = "") -> Outcome:
    """Give an account its right address: whoever has the new mail chooses the password. Sessions, links and the old password end.

    `call` is how it was confirmed by telephone, in words; kept with the reason.

    Both addresses are told, the old one unless mails do not arrive there. Raises BadField for an address that cannot be one, is the same,
    or has an account already.
    """
    if again := workflow.repeated(account, actor, seen_version, "readdress"):
        return again
    workflow.require(account, "readdress", actor, seen_version)
    address, old, about_case = accounts.normal_email(recipient), account.email, case_of(account)
    if not mailer.deliverable(address):
        raise BadField(mailer.BAD_ADDRESS, "recipient")
    if address == old:
        raise BadField("いまのアドレスと同じです。正しいアドレスを入力してください。", "recipient")
    if accounts.by_email(address) is not None:
        raise BadField(TAKEN, "recipient")
    tell_old = mailer.arrives(account, old)
    done = workflow.move(account, "readdress", actor, seen_version=seen_version, reason="\n".join(filter(None, (reason.strip(), call))))
    try:
        with db.session.begin_nested():
            account.email, account.password_hash = address, None
            db.session.flush()
    except IntegrityError as error:
        raise BadField(TAKEN, "recipient") from error
    session.end_all(account)
    for row in (account, about_case):
        if row is not None:
            mailer.supersede(row, OutboxMail.account_id == account.id)
    if tell_old:
        mailer.enqueue("address_changed", old, words_of(account) | {"at": clock.now()}, about=account)
    accounts.end_links(account)
    accounts.invite(account, about_case, {"changed": True})
    return done.but(mails=1 + tell_old)


def send_own_code(account: Account, recipient: str, at: int) -> str:
    """Mail the code with which an address becomes that of its reader's own account. Returns the address as it will be stored.

    Raises BadField for one that cannot be one, is the present one, is taken, or does not lie under the body's own domain.
    """
    address, body = accounts.normal_email(recipient), account.organization
    if not mailer.deliverable(address):
        raise BadField(mailer.BAD_ADDRESS, "email")
    if address == account.email:
        raise BadField("いまのアドレスと同じです。新しいアドレスを入力してください。", "email")
    if body is None or not colleagues.is_own_domain(address, body):
        raise BadField(
            "団体のドメインのアドレスを入力してください。ほかのアドレスに変えるときは、サービスセンターへご連絡ください。", "email"
        )
    if accounts.by_email(address) is not None:
        raise BadField(TAKEN, "email")
    words = words_of(account) | {"minutes": OWN_CODE_MINUTES}
    mailer.enqueue("address_code", address, words, sealed={"code": secret.shown(own_code(account, address, at))}, about=account)
    return address


def own_code(account: Account, address: str, at: int) -> str:
    """The code that was mailed to an address at a moment (seconds); another one as soon as anything about the account is changed."""
    return own_codes(account, address, at)[0]


def own_codes(account: Account, address: str, at: int) -> list[str]:
    """That code by each key of the installation."""
    return secret.derived_codes(f"own_address:{account.id}:{account.version}:{address}:{at}")


def change_own(account: Account, actor: Actor, address: str, key: str) -> session.SignedIn:
    """The address whose code its holder typed, in the session of this key, becomes theirs. The old one is told; links and all other sessions end."""
    old = account.email
    workflow.touch(account, actor, account.version)
    try:
        with db.session.begin_nested():
            account.email = address
            db.session.flush()
    except IntegrityError as error:
        raise BadField(TAKEN, "email") from error
    audit.record(account, "new_address", actor, version=account.version)
    mailer.enqueue("address_changed", old, words_of(account) | {"at": clock.now()}, about=account, account_id=account.id)
    accounts.end_links(account)
    return session.renew(account, key)


def cancel_invitation(account: Account, actor: Actor, *, seen_version: int, reason: str = "", action: str = "cancel_invitation") -> Outcome:
    """Take the invitation back: its link and code say who did it and when. Only an operator, or a colleague who did it, sends a new one."""
    if again := workflow.repeated(account, actor, seen_version, action):
        return again
    done = workflow.move(account, action, actor, seen_version=seen_version, reason=reason)
    for row in account.first_logins:
        if row.state in (InvitationState.waiting, InvitationState.expired):
            row.cancelled_at, row.cancelled_by_id = clock.now(), actor.account_id
    return done


def read_code(account: Account, actor: Actor, *, seen_version: int, call: str = "") -> Outcome:
    """A code for the first login that an operator reads out: shown for ten minutes, good for thirty, stored nowhere (`made`)."""
    if again := workflow.repeated(account, actor, seen_version, "read_code"):
        return again
    done = workflow.move(account, "read_code", actor, seen_version=seen_version, reason=call)
    row = FirstLogin(
        account=account,
        purpose="invite",
        token_hash=secret.token_hash(secret.new_token()),
        code_hash="",
        created_at=clock.now(),
        expires_at=clock.now() + READ_OUT_LIFE,
        read_out=True,
    )
    db.session.add(row)
    db.session.flush()
    row.code_hash = secret.code_hash(account.id, code_of(row))
    return done.but(made=row)


def code_of(row: FirstLogin) -> str:
    """The code of a first login that is read out, without its hyphens."""
    return secret.code_behind(row.code_hash, row.account_id, f"first_login:{row.id}")


def code_shown(account: Account) -> FirstLogin | None:
    """The first login whose code may be shown just now."""
    query = select(FirstLogin).where(FirstLogin.account_id == account.id, FirstLogin.read_out, FirstLogin.created_at > clock.now() - SHOWN)
    row = db.session.execute(query.order_by(FirstLogin.id.desc()).limit(1)).scalar_one_or_none()
    return row if row is not None and row.state is InvitationState.waiting else None


def case_of(account: Account) -> Submission | None:
    """The case with whose acceptance the account was invited, so that its page shows what becomes of the mails."""
    mails = select(OutboxMail.subject_id).where(OutboxMail.account_id == account.id, OutboxMail.subject == Submission.__tablename__)
    number = db.session.execute(mails.order_by(OutboxMail.id.desc()).limit(1)).scalar_one_or_none()
    return db.session.get(Submission, number) if number is not None else None
