"""Secrets at rest: sealed where we need them back, hashed with a key where we only compare; all keys follow from those of the installation.

Each purpose has keys of its own. The newest installation key writes, all of them read: after a rotation old rows stay good until they are
written anew. A hash cannot be written anew, so the purpose's own key outlives the installation's from which it follows, sealed by the newest
one (`keep_subkeys`): no installation key and no other purpose's can be found from it.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keynet_admin import clock, config
from keynet_admin.extensions import db
from keynet_admin.models import Setting

_KEPT = "kept_subkeys"  # the setting: {purpose: [sealed key, …]}
_SUBKEY = "subkey"


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


def renewed(purpose: str, sealed: str) -> str | None:
    """The same, sealed by the newest key; None when it is already, or when no key of ours has sealed it."""
    try:
        Fernet(urlsafe_b64encode(derived(purpose)[0])).decrypt(sealed.encode())
    except InvalidToken:
        text = unseal(purpose, sealed)
        return None if text is None else seal(purpose, text)
    return None


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """Keyed hashes of a text: the first is what is stored, a stored one may be any of them."""
    return [hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest() for key in derived(purpose) + _kept(purpose)]


def keep_subkeys(purpose: str) -> None:
    """Keep the purpose's keys of all installation keys but the newest, which are about to go; what is kept already is sealed anew."""
    newest, *older = derived(purpose)
    _put(purpose, [key for key in dict.fromkeys([*older, *_kept(purpose)]) if key != newest])


def forget_subkeys(purpose: str) -> None:
    """Keep none any more."""
    _put(purpose, [])


def _kept(purpose: str) -> list[bytes]:
    row = db.session.get(Setting, _KEPT)
    sealed = row.value.get(purpose, []) if row is not None else []
    return [urlsafe_b64decode(text) for one in sealed if (text := unseal(_SUBKEY, one)) is not None]


def _put(purpose: str, keys: list[bytes]) -> None:
    sealed = [seal(_SUBKEY, urlsafe_b64encode(key).decode("ascii")) for key in keys]
    row = db.session.get(Setting, _KEPT)
    if row is not None:
        row.value, row.changed_at = {**row.value, purpose: sealed}, clock.now()
    elif sealed:
        db.session.add(Setting(key=_KEPT, value={purpose: sealed}, changed_at=clock.now()))


def _installation_keys() -> tuple[str, ...]:
    return config.current().secret_keys


def _box(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived(purpose)])
