"""Codes that prove who one is: of the authenticator app, and the recovery codes. Each is accepted once, also of two requests at a moment."""

import hmac
import unicodedata

import pyotp
from sqlalchemy import delete, func, select, update

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, Authenticator, RecoveryCode
from keynet_admin.services.access import secret_box
from keynet_admin.services.account import tokens
from keynet_admin.services.transaction import rows_changed

SECRETS, RECOVERY = "authenticator", "recovery code"  # purposes of the keys
DIGITS, STEP_SECONDS = 6, 30
CODES, CODE_LETTERS = 8, 8  # 40 bits, keyed, and counted tries
_DRIFT = (0, -1, 1)  # a phone's clock may be one step off


def digits(typed: str) -> str:
    """The digits of what was typed: full-width ones and spaces between them are fine."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed[:60]) if c.isdecimal() and c.isascii())


def step_of(secret: str, typed: str) -> int | None:
    """The step whose code this is, by the real clock, as the phones count; None for none of those that may be."""
    now, code = int(clock.real_now().timestamp()) // STEP_SECONDS, digits(typed)
    if len(code) != DIGITS:
        return None
    one = pyotp.TOTP(secret)
    return next((now + off for off in _DRIFT if hmac.compare_digest(one.generate_otp(now + off), code)), None)


def right_code(account: Account, typed: str) -> bool:
    """Whether this is a code of the account's app that was not used yet; it is used from now on."""
    row = db.session.execute(select(Authenticator).where(Authenticator.account_id == account.id)).scalar_one_or_none()
    secret = secret_box.unseal(SECRETS, row.secret) if row is not None else None
    step = step_of(secret, typed) if secret is not None else None
    if row is None or step is None:
        return False
    here = update(Authenticator).where(Authenticator.id == row.id, Authenticator.last_step < step)
    return rows_changed(here.values(last_step=step, used_at=clock.now())) == 1


def right_recovery_code(account: Account, typed: str) -> bool:
    """Whether this is an unused recovery code of the account; it is used up."""
    hashes = secret_box.keyed_hashes(RECOVERY, _of_account(account, tokens.typed(typed)))
    unused = RecoveryCode.account_id == account.id, RecoveryCode.code_hash.in_(hashes), RecoveryCode.used_at.is_(None)
    return rows_changed(update(RecoveryCode).where(*unused).values(used_at=clock.now())) == 1


def renewed(row: Authenticator) -> dict[str, str]:
    """What to store so that the app's secret is sealed by the newest key of the installation; nothing when it is already."""
    sealed = secret_box.renewed(SECRETS, row.secret)
    return {} if sealed is None else {"secret": sealed}


def new_recovery_codes(account: Account) -> list[str]:
    """Eight codes as they are shown, once; all older ones are void."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    made = [tokens.new_code()[:CODE_LETTERS] for _ in range(CODES)]
    hashes = (secret_box.keyed_hashes(RECOVERY, _of_account(account, code))[0] for code in made)
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=hashed, created_at=clock.now()) for hashed in hashes)
    db.session.flush()
    return [tokens.shown(code) for code in made]


def recovery_codes_left(account_id: int) -> int:
    """How many of the recovery codes were not used yet."""
    query = select(func.count(RecoveryCode.id)).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return int(db.session.execute(query).scalar_one())


def _of_account(account: Account, code: str) -> str:
    return f"{account.id}:{code}"
