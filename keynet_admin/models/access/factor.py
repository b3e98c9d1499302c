"""Second factors of an account: the authenticator app, passkeys, and the recovery codes for the day on which both are lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, exists, or_
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import CleanText, UtcDateTime


class Authenticator(db.Model):  # type: ignore[name-defined,misc]
    """The authenticator app of an account (TOTP, RFC 6238). `secret` is sealed (`services/access/secret_box.py`).

    `last_step`: the newest 30-second step whose code was accepted; no code of it or of an older one is accepted again.
    """

    __tablename__ = "authenticator"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(String(300))
    last_step: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(db.Model):  # type: ignore[name-defined,misc]
    """A passkey of an account (WebAuthn): the public half only. `name` is what its holder calls it."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(CleanText(40))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(String(2000))
    sign_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(db.Model):  # type: ignore[name-defined,misc]
    """One of the eight codes that are shown once; kept as a keyed hash, good for one use."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_account_id_code_hash", "account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def has_factor(account_id: Any) -> ColumnElement[bool]:
    """Where-clause: whether the account (a column or an id) has a second factor."""
    return or_(exists().where(Authenticator.account_id == account_id), exists().where(Passkey.account_id == account_id))
