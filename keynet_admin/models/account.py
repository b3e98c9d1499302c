"""Accounts, their first logins and their sessions."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Integer, String, and_, event, false, func, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.catalogue import display
from keynet_admin.catalogue.folding import search_key
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, CleanText, OfOrganization, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.vocabulary import AccountStatus, InvitationState, NoticeChoice, OfficeRight, PartnerStatus, Role, SessionLevel

if TYPE_CHECKING:
    from keynet_admin.models.follow_up.partner import Partner

ERASED = "@keynet.invalid"
_ALL = [right.value for right in OfficeRight]


class Account(OfOrganization, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """Somebody (or a section's shared address) who signs in. `email` is stored as normalised, compared in lower case.

    `prefecture_code`, `partner_id`: of the accounts of a prefecture and of a partner, whose they are.
    `prefectures`: the two-digit codes that a person of the service center looks after (none: no choice made).
    `rights`: values of OfficeRight, which count for municipalities' accounts only.
    `notices`: which mails about waiting work a municipality's account wants; `notice_kinds`: the same by kind of work for the service
    center's people (what is not named is as `notices/staff` says), `notice_hour`: the hour of their digest; `digest_on`: the last day whose morning mail is settled;
    `noticed_at`: up to when new applications have been told at once. `kept_at`: when an operator confirmed that an unused account is still
    needed; `unused_warned_at`: when its holder was told that it will be closed. `search_text`: the folded words by which it is found, kept by itself.
    """

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_organization_id_id", "organization_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(CleanText(254), unique=True)
    name: Mapped[str] = mapped_column(CleanText(80), default="")
    role: Mapped[Role] = mapped_column(words(Role))
    status: Mapped[AccountStatus] = mapped_column(words(AccountStatus), default=AccountStatus.invited)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    prefecture_code: Mapped[str] = mapped_column(String(2), default="", server_default="")
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    rights: Mapped[list[str]] = mapped_column(AsciiJson, default=lambda: list(_ALL), server_default=json.dumps(_ALL))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unused_warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    notices: Mapped[NoticeChoice] = mapped_column(words(NoticeChoice), default=NoticeChoice.digest, server_default="digest")
    notice_kinds: Mapped[dict[str, str]] = mapped_column(AsciiJson, default=dict, server_default="{}")
    notice_hour: Mapped[int] = mapped_column(Integer, default=9, server_default="9")
    prefectures: Mapped[list[str]] = mapped_column(AsciiJson, default=list, server_default="[]")
    digest_on: Mapped[date | None] = mapped_column(Date)
    noticed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search_text: Mapped[str] = mapped_column(CleanText(), default="", server_default="")

    organization: Mapped[Organization | None] = relationship(back_populates="accounts")
    partner: Mapped["Partner | None"] = relationship(foreign_keys=[partner_id])
    first_logins: Mapped[list["FirstLogin"]] = relationship(
        back_populates="account", order_by="FirstLogin.id", foreign_keys="FirstLogin.account_id"
    )

    @property
    def body_name(self) -> str:
        """The body whose account it is: of a municipality, a prefecture or a partner; empty for the service center's people."""
        if self.organization is not None:
            return self.organization.name
        return self.partner.name if self.partner is not None else display.prefecture(self.prefecture_code)

    @property
    def place(self) -> str:
        """The two-digit code of the prefecture in which its body works; empty when it works in no single one."""
        body = self.organization or self.partner
        return body.prefecture_code if body is not None else self.prefecture_code

    @property
    def partner_unverified(self) -> bool:
        """Whether it belongs to a partner that is stopped or whose contact nobody has verified: nothing goes there."""
        return self.partner is not None and self.partner.status is not PartnerStatus.active

    @hybrid_property
    def is_in_use(self) -> bool:
        """Whether its holder may sign in."""
        return self.status is AccountStatus.active and not self.partner_unverified

    @is_in_use.inplace.expression
    @classmethod
    def _is_in_use(cls) -> ColumnElement[bool]:
        return and_(cls.status == AccountStatus.active, cls.partner_id.is_(None) | cls.partner.has(status=PartnerStatus.active))

    @property
    def used_at(self) -> datetime:
        """From when on the days count in which nobody uses it: the last sign-in or new password, a confirmation that it is needed, else its making."""
        return max(filter(None, (self.last_login_at, self.password_at, self.kept_at, self.created_at)))

    @property
    def held(self) -> frozenset[OfficeRight]:
        """What the account may do in its municipality."""
        return frozenset(map(OfficeRight, self.rights)) if self.role is Role.municipality else frozenset()

    @property
    def rights_label(self) -> str:
        """The rights in words, in their order."""
        return "、".join(right.label for right in OfficeRight if right in self.held)

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

    @staticmethod
    def words(name: str, email: str) -> str:
        """What an account is searched by."""
        return " ".join(filter(None, map(search_key, (name or "", email or ""))))


@event.listens_for(Account, "before_insert")
@event.listens_for(Account, "before_update")
def _remember(_mapper: Any, _connection: Any, row: Account) -> None:
    row.search_text = row.words(row.name, row.email)


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

    `viewed_id`: the account whose pages its person sees instead of their own, until `viewed_until` (real time).
    `level` is what its person has proven and `level_at` when, in real time: from then on counts the session's longest life.
    `device` (a code of `services/access/device.py`) and `network` say where it is, `known` whether this browser had signed in to the account
    before; `used_at`: the last sign-in, proof or post, within some minutes (nothing is written for a GET). `challenge`: the random text that
    a passkey has to sign, once, and until when, in real time.
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
    device: Mapped[str] = mapped_column(String(40), default="", server_default="")
    network: Mapped[str] = mapped_column(String(50), default="", server_default="")
    known: Mapped[bool] = mapped_column(default=True, server_default=true())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    challenge: Mapped[str | None] = mapped_column(String(100))
    challenge_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    viewed_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    viewed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class TrainingAttempt(db.Model):  # type: ignore[name-defined,misc]
    """What an account answered to one exercise of the training: `answer` has the decision and the places (field paths), no words."""

    __tablename__ = "training_attempt"
    __table_args__ = (Index("ix_training_attempt_account_id_exercise", "account_id", "exercise"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    exercise: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    points: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
