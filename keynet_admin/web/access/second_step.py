"""The second step: a code of the app, a passkey or a recovery code, typed into any form that has these fields.

It stands behind the password at the sign-in, in the page on the way of a post whose session ended, and before what asks for a fresh proof. Tries
are counted for the account before they are judged; a right one gives the session a new key.
"""

from dataclasses import dataclass
from typing import Any

from flask import request, session
from flask_login import current_user, login_user

from keynet_admin.errors import TooMany
from keynet_admin.services import audit, rate_limit
from keynet_admin.services.access import factors, passkeys, proof
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import session as sessions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ProofWay
from keynet_admin.web.access import browser, security_log

# No form of the staff pages has fields of these names.
CODE, PASSKEY, RECOVERY, AGAIN = "proof_code", "proof_passkey", "proof_recovery", "proof_password"
FIELDS = (CODE, PASSKEY, RECOVERY, AGAIN)
LABELS = {CODE: "確認コード", PASSKEY: "パスキー", RECOVERY: "回復コード", AGAIN: "パスワード"}
_WRONG = {
    ProofWay.authenticator: "コードが違います。新しい数字を入れてください。",
    ProofWay.passkey: "パスキーを確かめられませんでした。もう一度お試しください。",
    ProofWay.recovery: "回復コードが違うか、使用済みです。",
    ProofWay.password: "パスワードが違います。",
}
PAUSE = "15分ほどたってから、もう一度お試しください。"
_EMPTY = {
    CODE: "認証アプリに表示されている6桁の数字を入力してください。",
    RECOVERY: "回復コードを入力してください。例：7K2M-Q9XD",
    AGAIN: "パスワードを入力してください。",
}


@dataclass(frozen=True)
class NotProven:
    """Why the second step was not done: words for each field ("" = none of them), the answer's status, when to try again."""

    errors: dict[str, str]
    status: int = 422
    retry_after: int = 0


def is_posted() -> bool:
    """Whether this post carries a try."""
    return any(name in request.form for name in FIELDS)


def half_signed_in() -> sessions.SignedIn | None:
    """Whoever has proven the password in this browser and not yet what their account asks for besides."""
    key = session.get("_user_id")
    return sessions.half(key) if isinstance(key, str) else None


def words_of(who: sessions.SignedIn) -> dict[str, Any]:
    """What the fields' template needs: which proofs this account can give."""
    found = factors.of(who.account)
    return {"factors": found, "passkey": bool(found.passkeys) and passkeys.usable(), "proves": who.email}


def prove(who: sessions.SignedIn, mark: str = "", *, ways: tuple[ProofWay, ...]) -> NotProven | None:
    """Judge the posted try: None = proven, and the browser has the new key. `mark`: of a browser that is known to be the account's."""
    field, way = _tried()
    if way not in ways:
        field, way = (AGAIN, ProofWay.password) if ways == (ProofWay.password,) else (CODE, ProofWay.authenticator)
    typed = request.form.get(field, "")
    if not typed.strip():
        return NotProven({field: _EMPTY.get(field, _WRONG[way])})
    kinds = ("password",) if way is ProofWay.password else ("second", "second_day")
    counted = {"address": who.email, "network": browser.network(), "browser": mark}
    try:
        with transaction(even_read_only=True):
            left, *_ = (rate_limit.hit(kind, **counted) for kind in kinds)
    except TooMany as error:
        return NotProven({"": str(error)}, 429, error.retry_after)
    entering = not current_user.is_authenticated
    right = way is ProofWay.password and passwords.verify(who.account.password_hash, typed[: passwords.LONGEST + 1])
    done = None
    with transaction(even_read_only=True):
        account = who.account
        if way is not ProofWay.password:
            right = _is_right(who, way, typed)
        if right:
            done = sessions.proved(who, way, entering=entering)
            for kind in kinds:
                rate_limit.forgive(kind, **counted)
            if done is not None and way is ProofWay.recovery:
                factors.used_recovery_code(account)
        elif way is not ProofWay.password:
            audit.record(account, "second_failed", who.actor, by=way.value)
    if done is None:
        security_log.tried_as(who.id)
        security_log.write("password_failed" if way is ProofWay.password else "second_failed")
        return NotProven({field: _WRONG[way] + ("" if left is None else f"あと{left}回試せます。" if left else PAUSE)})
    take(done)
    return None


def take(signed_in: sessions.SignedIn) -> None:
    """This browser, and this request, go on with the session's new key; what else its cookie holds stays."""
    login_user(signed_in)
    browser.begin()


def _tried() -> tuple[str, ProofWay]:
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    ways = {PASSKEY: ProofWay.passkey, RECOVERY: ProofWay.recovery, AGAIN: ProofWay.password, CODE: ProofWay.authenticator}
    return next(((name, way) for name, way in ways.items() if given[name]), next((n, w) for n, w in ways.items() if n in request.form))


def _is_right(who: sessions.SignedIn, way: ProofWay, typed: str) -> bool:
    if way is ProofWay.passkey:
        return passkeys.usable() and passkeys.right_answer(who, who.account, typed)
    check = proof.right_recovery_code if way is ProofWay.recovery else proof.right_code
    return check(who.account, typed)
