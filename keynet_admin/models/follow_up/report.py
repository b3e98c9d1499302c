"""The follow-up report (確保実績): rounds, each body's confirmation, and corrections of its figures."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import AsciiJson, CleanText, OfOrganization, StaffOnly, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.vocabulary import ReportStatus, RoundStatus


class ReportRound(Versioned, StaffOnly, db.Model):  # type: ignore[name-defined,misc]
    """One round: the figures as they stood at `as_of`, which bodies confirm until `due_at`; then they are frozen. `number`: 第N回."""

    __tablename__ = "report_round"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[RoundStatus] = mapped_column(words(RoundStatus), default=RoundStatus.open)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[Account | None] = relationship()
    reports: Mapped[list["Report"]] = relationship(back_populates="round", order_by="Report.id")


class Report(OfOrganization, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One body in one round. `figures`: what was frozen, by job type and name (None before); corrections stand beside.

    `reminded`, `reminded_at`: how often and when last it was asked by mail. `called_at`, `called_by_id`: when it was last spoken to on the telephone.
    """

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("round_id", "organization_id"), Index("ix_report_round_id_status_id", "round_id", "status", "id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("report_round.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    status: Mapped[ReportStatus] = mapped_column(words(ReportStatus), default=ReportStatus.waiting)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    figures: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)
    reminded: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    called_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    round: Mapped[ReportRound] = relationship(back_populates="reports")
    organization: Mapped[Organization] = relationship()
    confirmed_by: Mapped[Account | None] = relationship(foreign_keys=[confirmed_by_id])
    called_by: Mapped[Account | None] = relationship(foreign_keys=[called_by_id])
    corrections: Mapped[list["ReportCorrection"]] = relationship(back_populates="report", order_by="ReportCorrection.id")


class ReportCorrection(db.Model):  # type: ignore[name-defined,misc]
    """A figure that its body corrected, and why; the record's own number (`before`) stays. `late`: after the round was frozen."""

    __tablename__ = "report_correction"
    __table_args__ = (Index("ix_report_correction_report_id_id", "report_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    job_type: Mapped[str] = mapped_column(String(40))
    figure: Mapped[str] = mapped_column(String(20))
    before: Mapped[int] = mapped_column(Integer)
    after: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(CleanText(400))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    late: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    report: Mapped[Report] = relationship(back_populates="corrections")
    account: Mapped[Account | None] = relationship()
