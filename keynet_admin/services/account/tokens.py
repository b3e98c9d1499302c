"""Links and typed codes: how they are made, read back and kept (only as hashes)."""

import hashlib
import hmac
import secrets
import unicodedata

from keynet_admin import config

# 32 characters that nobody confuses on paper or on the phone: no 0, 1, I, O.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
_LINK_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
TOKEN_LENGTH = 28


def new_token() -> str:
    """A link's secret: 28 letters and digits (163 bits). No sign at its end that a mail program could leave off."""
    return "".join(secrets.choice(_LINK_LETTERS) for _ in range(TOKEN_LENGTH))


def new_code() -> str:
    """A code to be typed: 12 characters (60 bits), without its hyphens."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """The code as the mail prints it: 7K4M-2QXH-9T6P."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def typed(text: str) -> str:
    """A typed code without case, width, spaces and hyphens of any kind. Never raises."""
    plain = unicodedata.normalize("NFKC", text[:200]).upper()
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def token_hash(token: str) -> str:
    """What is stored of a link."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def code_hash(owner: int | str, code: str) -> str:
    """What is stored of a typed code: keyed, because sixty bits alone could be tried out by who steals the table.

    `owner` is the account's id, or a word for another kind of row and its id.
    """
    return _keyed(f"{owner}:{code}").hex()


def derived_code(owner: str, length: int = CODE_LENGTH) -> str:
    """A code that is made from the row it opens, so that it can be shown again for some minutes and is stored nowhere.

    With `length` (32 at most): a link's secret of these letters, which may be written in either case.
    """
    return "".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in _keyed(f"code:{owner}")[:length])


def derived_token(owner: str) -> str:
    """A link's secret that is made from the row it opens, so that every mail can hold it and none of it is stored."""
    return "".join(_LINK_LETTERS[byte % len(_LINK_LETTERS)] for byte in _keyed(f"token:{owner}")[:TOKEN_LENGTH])


def seal(owner: str) -> str:
    """What proves in an address that we have made it for this row."""
    return _keyed(f"seal:{owner}").hex()[:40]


def person_key(of: str) -> str:
    """What is stored of somebody's contact so that they are counted once: nobody without the secret can try out addresses or numbers."""
    return _keyed(f"person:{of}").hex()[:32]


def _keyed(text: str) -> bytes:
    return hmac.new(config.current().secret_key.encode(), text.encode("utf-8", "surrogatepass"), "sha256").digest()
