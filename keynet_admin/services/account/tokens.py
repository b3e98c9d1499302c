"""Links and typed codes: how they are made, read back and kept (only as hashes).

Where the installation has several keys, the newest makes what is made, and what one of the others has made is still good (0080).
"""

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
    return code_hashes(owner, code)[0]


def code_hashes(owner: int | str, code: str) -> list[str]:
    """What may be stored of a typed code, by each key of the installation."""
    return [made.hex() for made in _keyed(f"{owner}:{code}")]


def derived_code(owner: str, length: int = CODE_LENGTH) -> str:
    """A code that is made from the row it opens, so that it can be shown again for some minutes and is stored nowhere.

    With `length` (32 at most): a link's secret of these letters, which may be written in either case.
    """
    return derived_codes(owner, length)[0]


def derived_codes(owner: str, length: int = CODE_LENGTH) -> list[str]:
    """The codes that may have been made from a row, by each key."""
    return ["".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in made[:length]) for made in _keyed(f"code:{owner}")]


def code_behind(stored: str | None, owner: int | str, made_of: str) -> str:
    """The code made from a row whose hash is stored, whichever key has made it; of a row without a hash the newest key's."""
    codes = derived_codes(made_of)
    return next((code for code in codes if stored in code_hashes(owner, code)), codes[0])


def derived_token(owner: str) -> str:
    """A link's secret that is made from the row it opens, so that every mail can hold it and none of it is stored."""
    return derived_tokens(owner)[0]


def derived_tokens(owner: str) -> list[str]:
    """The link's secrets that may have been made from a row, by each key."""
    return ["".join(_LINK_LETTERS[byte % len(_LINK_LETTERS)] for byte in made[:TOKEN_LENGTH]) for made in _keyed(f"token:{owner}")]


def seal(owner: str) -> str:
    """What proves in an address that we have made it for this row."""
    return seals(owner)[0]


def seals(owner: str) -> list[str]:
    """The seals of a row that are good, by each key."""
    return [made.hex()[:40] for made in _keyed(f"seal:{owner}")]


def is_seal(owner: str, text: str) -> bool:
    """Whether this text is a seal of ours for the row."""
    given = text.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(one.encode(), given) for one in seals(owner))


def person_key(of: str) -> str:
    """What is stored of somebody's contact so that they are counted once: nobody without the secret can try out addresses or numbers."""
    return _keyed(f"person:{of}")[0].hex()[:32]


def _keyed(text: str) -> list[bytes]:
    content = text.encode("utf-8", "surrogatepass")
    return [hmac.new(key.encode(), content, "sha256").digest() for key in config.current().secret_keys]
