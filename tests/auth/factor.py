"""What the tests of the second step share: an account with an app, its codes by the real clock."""

import time

import pyotp

from keynet_admin.extensions import db
from keynet_admin.models import Account, Authenticator
from keynet_admin.services.access import proof, secret_box

SECRET = pyotp.random_base32()


def with_app(account: Account) -> Account:
    """Give the account an authenticator app with `SECRET`, as if enrolled long ago."""
    db.session.add(Authenticator(account_id=account.id, secret=secret_box.seal(proof.SECRETS, SECRET), last_step=0))
    db.session.commit()
    return account


def code(steps: int = 0, secret: str = SECRET) -> str:
    """The app's code of the present half minute, or of one before or after it."""
    return pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + steps)
