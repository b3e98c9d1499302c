"""Passkeys (WebAuthn): what a browser is asked for, and what its answers are checked for.

Host and origin come from `PUBLIC_URL` alone. A challenge stands in the row of the session that asked for it, is good for five minutes and is
used up by the first answer, right or wrong. The person has to be verified by the device (PIN, finger, face): then a passkey is a second factor
that cannot be carried to another site.
"""

import ipaddress
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from sqlalchemy import select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from keynet_admin import clock, config
from keynet_admin.extensions import db
from keynet_admin.models import Account, Passkey, StaffSession
from keynet_admin.services.account.session import SignedIn
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.transaction import rows_changed

CHALLENGE_LIFE = timedelta(minutes=5)
LONGEST = 20_000  # characters of an answer
MOST = 10  # passkeys of an account
_REFUSALS = (WebAuthnException, InvalidSignature, ValueError, TypeError, KeyError, AttributeError)


def usable() -> bool:
    """Whether browsers offer passkeys at our address: a name, and TLS or this very machine."""
    host = _host()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return config.current().https or host == "localhost"
    return False


def of(account_id: int) -> list[Passkey]:
    """The passkeys of an account, the oldest first."""
    return list(db.session.execute(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).scalars())


def ask_to_register(who: SignedIn) -> str:
    """What the browser needs to make a passkey, as JSON. Its challenge is kept with the session."""
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=config.current().short_name,
        user_id=f"account {who.id}".encode(),
        user_name=who.email,
        user_display_name=who.name,
        challenge=_new_challenge(who),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(who.id),
    )
    return options_to_json(options)


def ask_to_prove(who: SignedIn) -> str:
    """What the browser needs to sign with one of the account's passkeys, as JSON. Its challenge is kept with the session."""
    options = generate_authentication_options(
        rp_id=_host(),
        challenge=_new_challenge(who),
        allow_credentials=_descriptors(who.id),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def register(who: SignedIn, answer: str, name: str) -> Passkey | None:
    """The new passkey; None for an answer that is not what we asked for, is too late, or is registered already."""
    challenge = _take_challenge(who)
    if challenge is None:
        return None
    try:
        found = verify_registration_response(
            credential=answer[:LONGEST],
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except _REFUSALS:
        return None
    key, public = bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key)
    taken = db.session.execute(select(Passkey.id).where(Passkey.credential_id == key)).first() is not None
    if taken or len(of(who.id)) >= MOST:
        return None
    made = Passkey(account_id=who.id, name=name, credential_id=key, public_key=public, sign_count=found.sign_count, created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made


def right_answer(who: SignedIn, account: Account, answer: str) -> bool:
    """Whether one of the account's passkeys has signed our challenge here, for the first time, with its person verified."""
    challenge = _take_challenge(who)
    if challenge is None:
        return False
    try:
        credential = parse_authentication_credential_json(answer[:LONGEST])
        row = _of_credential(account, credential.raw_id)
        if row is None:
            return False
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except _REFUSALS:
        return False
    same = update(Passkey).where(Passkey.id == row.id, Passkey.sign_count == row.sign_count)
    return rows_changed(same.values(sign_count=found.new_sign_count, used_at=clock.now())) == 1


def _of_credential(account: Account, credential: bytes) -> Passkey | None:
    query = select(Passkey).where(Passkey.account_id == account.id, Passkey.credential_id == bytes_to_base64url(credential))
    return db.session.execute(query).scalar_one_or_none()


def _descriptors(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id)) for row in of(account_id)]


def _new_challenge(who: SignedIn) -> bytes:
    made = secrets.token_bytes(32)
    values = {"challenge": bytes_to_base64url(made), "challenge_until": clock.real_now() + CHALLENGE_LIFE}
    rows_changed(update(StaffSession).where(StaffSession.key_hash == token_hash(who.key)).values(values))
    return made


def _take_challenge(who: SignedIn) -> bytes | None:
    """The challenge of this session, if it is still good; of two who take it one gets it."""
    here = StaffSession.key_hash == token_hash(who.key)
    row = db.session.execute(select(StaffSession.challenge, StaffSession.challenge_until).where(here)).one_or_none()
    if row is None or row[0] is None or row[1] is None:
        return None
    taken = rows_changed(update(StaffSession).where(here, StaffSession.challenge == row[0]).values(challenge=None, challenge_until=None))
    return base64url_to_bytes(row[0]) if taken == 1 and row[1] > clock.real_now() else None


def _host() -> str:
    return urlsplit(config.current().public_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(config.current().public_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
