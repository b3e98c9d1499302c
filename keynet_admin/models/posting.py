"""Postings and their immutable revisions. What is live is a pointer to one revision."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, CleanText, OfOrganization, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.models.submission import Submission
from keynet_admin.vocabulary import PUBLISHED, PostingStatus

_UNSEEN = "look_from IS NOT NULL"


class Posting(OfOrganization, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One job type at one workplace of one organization.

    `current` is the newest revision's number, `live` the one visitors see or will see from `opens_on` (None when none is).
    `opens_on`: the day at whose 0:00 in Japan it goes live, as chosen when it was published (None: at once).
    `release_asked`: an edited revision of a published posting waits for an operator while the old one stays up.
    `look_from`: the live revision that an operator has seen last, while small changes made since then have not been looked at.
    The other columns repeat what lists need; they follow the current revision.
    """

    __tablename__ = "posting"
    __table_args__ = (
        Index("ix_posting_status_id", "status", "id"),
        Index("ix_posting_status_changed_at_id", "status", "changed_at", "id"),
        Index("ix_posting_changed_at_id", "changed_at", "id"),
        Index("ix_posting_organization_id_status_id", "organization_id", "status", "id"),
        Index("ix_posting_small", "changed_at", "id", sqlite_where=text(_UNSEEN), postgresql_where=text(_UNSEEN)),
        UniqueConstraint("submission_id", "submission_index"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_no: Mapped[str] = mapped_column(CleanText(16), unique=True)
    status: Mapped[PostingStatus] = mapped_column(words(PostingStatus), default=PostingStatus.draft)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    submission_index: Mapped[int | None] = mapped_column(Integer)
    current: Mapped[int] = mapped_column(Integer, default=1)
    live: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(CleanText(100), default="")
    job_type: Mapped[str] = mapped_column(CleanText(40), default="", index=True)
    headcount: Mapped[int | None] = mapped_column(Integer)
    errors: Mapped[int] = mapped_column(Integer, default=0)
    warnings: Mapped[int] = mapped_column(Integer, default=0)
    release_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    publish_until: Mapped[date | None] = mapped_column(Date, index=True)
    opens_on: Mapped[date | None] = mapped_column(Date)
    look_from: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organization: Mapped[Organization] = relationship(back_populates="postings")
    submission: Mapped[Submission | None] = relationship()
    revisions: Mapped[list["PostingRevision"]] = relationship(back_populates="posting", order_by="PostingRevision.number")

    @classmethod
    def awaiting_release(cls) -> Any:
        """Where-clause: an operator has to look, either before the first publication or at an edited revision of a live posting."""
        return (cls.status == PostingStatus.awaiting_release) | cls.release_asked

    @classmethod
    def changed_unseen(cls) -> Any:
        """Where-clause: small changes went live without an operator, and none has looked at them yet."""
        return cls.look_from.is_not(None) & cls.status.in_(PUBLISHED)


class PostingRevision(db.Model):  # type: ignore[name-defined,misc]
    """The content of a posting at one time: typed, normalised, findings, and the rules of that day. Never changed."""

    __tablename__ = "posting_revision"
    __table_args__ = (UniqueConstraint("posting_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    number: Mapped[int] = mapped_column(Integer)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    normalized: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(AsciiJson)
    reasons: Mapped[list[dict[str, str]]] = mapped_column(AsciiJson, default=list, server_default="[]")
    ruleset: Mapped[str] = mapped_column(String(20))
    reference_date: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    posting: Mapped[Posting] = relationship(back_populates="revisions")
