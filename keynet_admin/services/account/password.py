"""Passwords: what is good enough, hashing and checking. No database here, because argon2 is slow on purpose."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn import zxcvbn

SHORTEST = 12
LONGEST = 4096
_LOOKED_AT = 72  # zxcvbn takes no more
_WEAK = 2  # zxcvbn's score: below 2 a list of common passwords is enough

# OWASP's parameters for argon2id: 19 MiB, so that many sign-ins at once do not fill the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def problem(password: str, *, about: Sequence[str] = ()) -> str:
    """Why a new password is not accepted, in Japanese, or an empty text. `about` are words that others know (address, body)."""
    text = _plain(password)
    if not text:
        return "パスワードを入力してください。"
    if len(text) > LONGEST:
        return f"パスワードは{LONGEST:,}文字以内で入力してください。"
    if len(text) < SHORTEST:
        return f"パスワードは{SHORTEST}文字以上で入力してください（いまは{len(text)}文字です）。文字の種類の決まりはありません。"
    known = [word for item in about if item for word in (item, *item.replace("@", ".").split(".")) if len(word) > 2]
    if zxcvbn(text[:_LOOKED_AT], user_inputs=known)["score"] < _WEAK:
        return "推測されやすいパスワードです。よくある語や並び、団体名やメールアドレスを避け、関係のない語をいくつかつなげてください。"
    return ""


def hashed(password: str) -> str:
    """The argon2id hash to store. Slow: never inside a transaction."""
    return _hasher.hash(_bytes(password))


def verify(stored: str | None, password: str) -> bool:
    """Is this the password? Without a stored hash the same work is done against a hash of nothing, and the answer is no."""
    try:
        right = _hasher.verify(stored or dummy(), _bytes(password[: LONGEST + 1]))
    except (Argon2Error, InvalidHashError):
        return False
    return right and stored is not None and len(password) <= LONGEST


@lru_cache(maxsize=1)
def dummy() -> str:
    """A hash that no password has, with the parameters of the real ones."""
    return _hasher.hash(b"\0" * 32)


def _plain(password: str) -> str:
    """The same characters however the keyboard wrote them (full-width, composed or not)."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _plain(password).encode("utf-8", "surrogatepass")
