"""Secrets at rest: sealed, keyed, each purpose with keys of its own, and good after the installation's key was changed."""

import pytest
from flask import Flask

from keynet_admin.services.access import secret_box


def test_sealed_for_a_purpose(app: Flask) -> None:
    """Read back with the same purpose only; the same text is never sealed alike; what was tampered with is refused."""
    with app.app_context():
        sealed = secret_box.seal("a", "JBSWY3DP")
        assert "JBSWY3DP" not in sealed
        assert secret_box.seal("a", "JBSWY3DP") != sealed
        assert secret_box.unseal("a", sealed) == "JBSWY3DP"
        assert secret_box.unseal("b", sealed) is None
        for odd in ("", "x", sealed[:-2], sealed[:-1] + ("A" if sealed[-1] != "A" else "B"), "é"):
            assert secret_box.unseal("a", odd) is None, odd


def test_keys_in_turn(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest writes, the older ones still read; a key that is gone reads nothing."""
    with app.app_context():
        keys = ["old"]
        monkeypatch.setattr(secret_box, "_installation_keys", lambda: keys)
        sealed, hashed = secret_box.seal("a", "text"), secret_box.keyed_hashes("a", "text")[0]
        keys.insert(0, "new")
        assert secret_box.unseal("a", sealed) == "text"
        assert hashed in secret_box.keyed_hashes("a", "text")
        assert secret_box.keyed_hashes("a", "text")[0] != hashed
        fresh = secret_box.seal("a", "text")
        keys.pop()
        assert secret_box.unseal("a", sealed) is None
        assert secret_box.unseal("a", fresh) == "text"
