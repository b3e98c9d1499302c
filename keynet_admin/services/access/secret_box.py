"""Secrets at rest: sealed where we need them back, hashed with a key where we only compare; all keys follow from those of the installation.

Each purpose has keys of its own. The newest installation key writes, all of them read: after a rotation old rows stay good until they are
written anew.
"""

import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keynet_admin import config


def derived(purpose: str) -> list[bytes]:
    """The 32-byte keys of a purpose, the newest first."""
    return [HKDF(SHA256(), 32, salt=None, info=f"keynet {purpose}".encode()).derive(key.encode()) for key in _installation_keys()]


def seal(purpose: str, text: str) -> str:
    """The text, encrypted and authenticated (Fernet), to be stored."""
    return _box(purpose).encrypt(text.encode()).decode("ascii")


def unseal(purpose: str, sealed: str) -> str | None:
    """What was sealed; None when no key of ours has sealed it."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """Keyed hashes of a text: the first is what is stored, a stored one may be any of them."""
    return [hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest() for key in derived(purpose)]


def _installation_keys() -> list[str]:
    return [config.current().secret_key]


def _box(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived(purpose)])
