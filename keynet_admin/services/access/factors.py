"""The second factors of an account: enrolled, replaced, taken away; each change is told to the holder by mail and ends nothing else.

A first factor brings eight recovery codes, shown once. Whoever must have a factor keeps at least one; who has lost all of them is helped by a
lead or an administrator (`reset`).
"""

import hmac
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select

from keynet_admin import clock, config
from keynet_admin.errors import BadField, NotFound, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Authenticator, Passkey, RecoveryCode
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.access import passkeys, proof, secret_box
from keynet_admin.services.account import session
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ProofWay

WRONG_CODE = "コードが違います。アプリに表示されている新しい数字を入れてください。"
NAME_MOST = 40
NOT_REGISTERED = (
    "パスキーを登録できませんでした。この端末はすでに登録済みか、時間がたっています。もう一度「パスキーを加える」を押してください。"
)


@dataclass(frozen=True)
class Factors:
    """What an account has. `codes_at`: when its recovery codes were made."""

    authenticator: Authenticator | None
    passkeys: list[Passkey]
    codes_left: int
    codes_at: datetime | None

    @property
    def any(self) -> bool:
        """Whether a second step is asked for."""
        return self.authenticator is not None or bool(self.passkeys)


def of(account: Account) -> Factors:
    """What the account has now."""
    app = db.session.execute(select(Authenticator).where(Authenticator.account_id == account.id)).scalar_one_or_none()
    made = select(func.max(RecoveryCode.created_at)).where(RecoveryCode.account_id == account.id)
    codes_at = db.session.execute(made).scalar_one()
    return Factors(app, passkeys.of(account.id), proof.recovery_codes_left(account.id), codes_at)


def offered_secret(who: session.SignedIn) -> str:
    """The secret of an app to be enrolled in this session: made from the session's key, so that a reload shows the same and nothing is stored.

    Once it is enrolled, the next one is another.
    """
    return _offered_secrets(who)[0]


def _offered_secrets(who: session.SignedIn) -> list[str]:
    """That secret by each key of the installation: the page may have been drawn before another one became the newest."""
    row = db.session.execute(select(Authenticator.id, Authenticator.created_at).where(Authenticator.account_id == who.id)).one_or_none()
    before = f"{who.key} {row[0]} {row[1].isoformat()}" if row is not None else f"{who.key} "
    made = (hmac.new(key, before.encode(), "sha256").digest()[:20] for key in secret_box.derived(proof.SECRETS))
    return [b32encode(one).decode("ascii") for one in made]


def address_of(secret: str, account: Account) -> str:
    """What the QR code says to the app (otpauth)."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=config.current().short_name)


def enrol(who: session.SignedIn, typed: str) -> list[str]:
    """Enrol the offered secret, which the typed code proves, in place of an older app. Returns the recovery codes, if they were made now.

    Raises BadField for a wrong code.
    """
    account = who.account
    workflow.lock(account)
    offered = ((secret, proof.step_of(secret, typed)) for secret in _offered_secrets(who))
    secret, step = next((pair for pair in offered if pair[1] is not None), ("", None))
    if step is None:
        raise BadField(WRONG_CODE, "code")
    first = not of(account).any
    db.session.execute(delete(Authenticator).where(Authenticator.account_id == account.id))
    sealed = secret_box.seal(proof.SECRETS, secret)
    db.session.add(Authenticator(account_id=account.id, secret=sealed, last_step=step, created_at=clock.now(), used_at=clock.now()))
    db.session.flush()
    return _added(account, who.actor, ProofWay.authenticator, first)


def add_passkey(who: session.SignedIn, answer: str, name: str) -> list[str] | None:
    """Register a passkey under a name. Returns the recovery codes, if they were made now; None for an answer that does not hold.

    The challenge is used up in both cases, so this raises nothing.
    """
    account = who.account
    workflow.lock(account)
    first = not of(account).any
    if passkeys.register(who, answer, name) is None:
        return None
    return _added(account, who.actor, ProofWay.passkey, first)


def passkey_name(typed: str) -> str:
    """The name of a passkey. Raises BadField."""
    name = workflow.not_too_long(typed, "名前", NAME_MOST, "name")
    if not name:
        raise BadField("名前を入力してください。例：庁内のパソコン", "name")
    return name


def remove_authenticator(who: session.SignedIn) -> None:
    """Take the app away. Raises Refused when another factor is needed and there is none."""
    account = _locked_with_another(who, without=ProofWay.authenticator)
    if db.session.execute(delete(Authenticator).where(Authenticator.account_id == account.id).returning(Authenticator.id)).first():
        _removed(account, who.actor, ProofWay.authenticator)


def remove_passkey(who: session.SignedIn, number: int) -> None:
    """Take one passkey away. Raises NotFound for one that is not the person's own, Refused as above."""
    if number not in [row.id for row in passkeys.of(who.id)]:
        raise NotFound("このパスキーはありません。")
    account = _locked_with_another(who, without=ProofWay.passkey)
    gone = delete(Passkey).where(Passkey.account_id == account.id, Passkey.id == number).returning(Passkey.id)
    if db.session.execute(gone).first():
        _removed(account, who.actor, ProofWay.passkey)


def renew_recovery_codes(who: session.SignedIn) -> list[str]:
    """Eight new codes; the old ones are void. Raises Refused without a factor."""
    account = who.account
    workflow.lock(account)
    if not of(account).any:
        raise Refused("認証アプリかパスキーを登録すると、回復コードを作れます。")
    audit.record(account, "recovery_codes", who.actor)
    _tell(account, "回復コードを作り直しました")
    return proof.new_recovery_codes(account)


def end_recovery_codes(account: Account) -> None:
    """Take codes away that somebody else may be able to work out, and tell the holder to make new ones."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    audit.record(account, "recovery_codes", SYSTEM)
    _tell(account, "回復コードが使えなくなりました（サーバーの鍵の交換のため）。新しい回復コードを作ってください")


def used_recovery_code(account: Account) -> None:
    """Tell the holder that one was used, and how many are left."""
    _tell(account, f"回復コードを使ってログインしました（残り{proof.recovery_codes_left(account.id)}つ）")


def reset(account: Account, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Take every factor away from somebody who has lost them: all sessions end, the reason is mailed; they enrol anew at the next sign-in."""
    if again := workflow.repeated(account, actor, seen_version, "reset_factor"):
        return again
    done = workflow.move(account, "reset_factor", actor, seen_version=seen_version, reason=reason)
    forget([account.id])
    session.end_all(account)
    mailer.enqueue("factor_reset", account.email, words_of(account) | {"reason": reason.strip()}, about=account, account_id=account.id)
    return done.but(mails=1)


def forget(account_ids: Sequence[int]) -> None:
    """Delete every factor and code of these accounts."""
    for table in (Authenticator, Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.account_id.in_(account_ids)))


def _locked_with_another(who: session.SignedIn, *, without: ProofWay) -> Account:
    account = who.account
    workflow.lock(account)
    found = of(account)
    left = len(found.passkeys) - (without is ProofWay.passkey) + (found.authenticator is not None and without is not ProofWay.authenticator)
    if left < 1 and session.must_have_factor(account):
        raise Refused("ご本人の確認の方法が、ほかにありません。先に別の方法を登録してから消してください。")
    return account


def _added(account: Account, actor: Actor, what: ProofWay, first: bool) -> list[str]:
    audit.record(account, "factor_added", actor, by=what.value)
    _tell(account, f"{what.label}を登録しました")
    return proof.new_recovery_codes(account) if first else []


def _removed(account: Account, actor: Actor, what: ProofWay) -> None:
    audit.record(account, "factor_removed", actor, by=what.value)
    _tell(account, f"{what.label}を消しました")
    if not of(account).any:
        forget([account.id])


def _tell(account: Account, what: str) -> None:
    words = words_of(account) | {"at": clock.now(), "what": what}
    mailer.enqueue("factor_changed", account.email, words, about=account, account_id=account.id)
