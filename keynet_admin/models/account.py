"""Accounts, their first logins and their sessions."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Integer, String, false, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import CleanText, OfOrganization, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.vocabulary import AccountStatus, InvitationState, Role, SessionLevel

ERASED = "@keynet.invalid"


class Account(OfOrganization, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """Somebody (or a section's shared address) who signs in. `email` is stored as normalised, compared in lower case."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_organization_id_id", "organization_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(CleanText(254), unique=True)
    name: Mapped[str] = mapped_column(CleanText(80), default="")
    role: Mapped[Role] = mapped_column(words(Role))
    status: Mapped[AccountStatus] = mapped_column(words(AccountStatus), default=AccountStatus.invited)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    organization: Mapped[Organization | None] = relationship(back_populates="accounts")
    first_logins: Mapped[list["FirstLogin"]] = relationship(
        back_populates="account", order_by="FirstLogin.id", foreign_keys="FirstLogin.account_id"
    )

    @property
    def invitation(self) -> "FirstLogin | None":
        """The newest invitation by mail."""
        return next((row for row in reversed(self.first_logins) if row.purpose == "invite" and not row.read_out), None)

    @property
    def is_uninvited(self) -> bool:
        """Whether an operator took the newest invitation back."""
        return self.invitation is not None and self.invitation.state is InvitationState.cancelled

    @property
    def is_erased(self) -> bool:
        """Whether the person was forgotten: nobody can be reached at the address that stands here now."""
        return self.email.endswith(ERASED)

    @hybrid_property
    def shown_name(self) -> str:
        """The person's (or section's) name, else the address."""
        return self.name or self.email

    @shown_name.inplace.expression
    @classmethod
    def _shown_name(cls) -> ColumnElement[str]:
        return func.coalesce(func.nullif(cls.name, ""), cls.email)


class FirstLogin(db.Model):  # type: ignore[name-defined,misc]
    """One invitation or password reset: a link token and a typed code of the same life, kept only as hashes.

    Opening the link never uses it up; `used_at` is set when the password is set. `replaced_at` = a newer one was sent, `cancelled_at` =
    an operator took it back. `read_out`: there is only the code, which an operator says on the telephone.
    """

    __tablename__ = "first_login"
    __table_args__ = (Index("ix_first_login_account_id_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[str] = mapped_column(String(10), default="invite")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    read_out: Mapped[bool] = mapped_column(default=False, server_default=false())

    account: Mapped[Account] = relationship(back_populates="first_logins", foreign_keys=[account_id])
    cancelled_by: Mapped[Account | None] = relationship(foreign_keys=[cancelled_by_id])

    @property
    def state(self) -> InvitationState:
        """What its link and code do now."""
        if self.used_at is not None:
            return InvitationState.used
        if self.cancelled_at is not None:
            return InvitationState.cancelled
        if self.replaced_at is not None:
            return InvitationState.superseded
        return InvitationState.expired if self.expires_at <= clock.now() else InvitationState.waiting


class StaffSession(db.Model):  # type: ignore[name-defined,misc]
    """One signed-in browser. The cookie holds its key (kept here as a hash); sign-out ends one, a new password or a suspension ends all.

    `level` is what its person has proven and `level_at` when, in real time: from then on counts the session's longest life.
    """

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_account_id_ended_at", "account_id", "ended_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    level: Mapped[SessionLevel] = mapped_column(words(SessionLevel), default=SessionLevel.password)
    level_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
