"""A passkey in software, as far as a test needs one: an ECDSA key that signs what the browser would (WebAuthn level 2, attestation none)."""

import hashlib
import json
import os
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftPasskey:
    """One credential. `verifies`: whether it looks at its person; `count`: its counter of signatures, zero for one that has none."""

    def __init__(self, *, verifies: bool = True, count: int = 0) -> None:
        """A new key."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.verifies = verifies
        self.count = count

    def create(self, options: str, origin: str) -> str:
        """The answer of `navigator.credentials.create` to the server's options, as JSON."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(asked["rp"]["id"], ATTESTED) + attested
        return self._answer(
            asked["challenge"],
            "webauthn.create",
            origin,
            {"attestationObject": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})},
        )

    def get(self, options: str, origin: str, *, challenge: str = "") -> str:
        """The answer of `navigator.credentials.get`; with `challenge` for another one than was asked for."""
        asked = json.loads(options)
        data, wanted = self._data(asked["rpId"]), challenge or asked["challenge"]
        signed = data + hashlib.sha256(self._client(wanted, "webauthn.get", origin)).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(wanted, "webauthn.get", origin, {"authenticatorData": data, "signature": signature})

    def _data(self, host: str, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, challenge: str, kind: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _answer(self, challenge: str, kind: str, origin: str, parts: dict[str, bytes]) -> str:
        parts = {"clientDataJSON": self._client(challenge, kind, origin)} | parts
        response: dict[str, Any] = {name: bytes_to_base64url(value) for name, value in parts.items()}
        key = bytes_to_base64url(self.id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "clientExtensionResults": {}, "response": response})


def challenge_of(options: str) -> bytes:
    """The random bytes of the server's options."""
    return base64url_to_bytes(json.loads(options)["challenge"])
