"""Postings and their immutable revisions (what is live is a pointer to one), and the people secured for them in other ways than by this site."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import AsciiJson, CleanText, OfOrganization, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.models.submission import Submission
from keynet_admin.vocabulary import PUBLISHED, PostingStatus, SecuredWay

_UNSEEN = "look_from IS NOT NULL"


class Posting(OfOrganization, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One job type at one workplace of one organization.

    `current` is the newest revision's number, `live` the one visitors see or will see from `opens_on` (None when none is).
    `opens_on`: the day at whose 0:00 in Japan it goes live, as chosen when it was published (None: at once).
    `release_asked`: an edited revision of a published posting waits for an operator while the old one stays up.
    `taken_down`: an incident of its body suspended it, and brings it back when it is over.
    `waits_since`: when what waits for an operator was asked for (of one that does not wait: when it was last); the promise counts from there.
    `look_from`: the live revision that an operator has seen last, while small changes made since then have not been looked at.
    `confirmed_at`: when somebody last wrote, published, resumed or confirmed it; `asked_at`: when its municipality was asked whether it
    still holds, until it answers (PUB-003).
    `reopen_until`: until when its closing can be undone. `open_at_close`: how many people it still needed then, the fewest since (None
    when it is not closed, or was closed by its last day); `vacated`: more are needed by now, somebody withdrew.
    `outcome_due`: nobody has said how many people were secured; `outcome_ask_at`: when its owners are asked next (None: not by mail any
    more), `outcome_asked`: how often they were.
    `tel_reversed`: the digits of the inquiries' telephone from the last one to the first, so that an index finds a number by its end, too.
    `approval_asked_by`: who asked their colleagues to publish it (決裁), until they do, send it back, or its content changes.
    The other columns repeat what lists need; they follow the current revision.
    """

    __tablename__ = "posting"
    __table_args__ = (
        Index("ix_posting_status_id", "status", "id"),
        Index("ix_posting_status_changed_at_id", "status", "changed_at", "id"),
        Index("ix_posting_changed_at_id", "changed_at", "id"),
        Index("ix_posting_waits_since_id", "waits_since", "id"),
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
    taken_down: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    tel_reversed: Mapped[str] = mapped_column(String(20), default="", server_default="", index=True)
    publish_until: Mapped[date | None] = mapped_column(Date, index=True)
    opens_on: Mapped[date | None] = mapped_column(Date)
    waits_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    look_from: Mapped[int | None] = mapped_column(Integer)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopen_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    open_at_close: Mapped[int | None] = mapped_column(Integer)
    vacated: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    outcome_due: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    outcome_ask_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    outcome_asked: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    approval_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    organization: Mapped[Organization] = relationship(back_populates="postings")
    submission: Mapped[Submission | None] = relationship()
    approval_asked_by: Mapped[Account | None] = relationship()
    revisions: Mapped[list["PostingRevision"]] = relationship(back_populates="posting", order_by="PostingRevision.number")

    @classmethod
    def awaiting_release(cls) -> Any:
        """Where-clause: an operator has to look, either before the first publication or at an edited revision of a live posting."""
        return (cls.status == PostingStatus.awaiting_release) | cls.release_asked

    def ask_release(self, asked: bool = True) -> None:
        """Whether an edit of a published posting waits for an operator from now on. One that waits already keeps its place."""
        if asked and not self.release_asked:
            self.waits_since = clock.now()
        self.release_asked = asked

    def confirm(self) -> None:
        """Somebody has looked at it now: nobody needs to be asked."""
        self.confirmed_at, self.asked_at = clock.now(), None

    @classmethod
    def changed_unseen(cls) -> Any:
        """Where-clause: small changes went live without an operator, and none has looked at them yet."""
        return cls.look_from.is_not(None) & cls.status.in_(PUBLISHED)


class PostingRevision(db.Model):  # type: ignore[name-defined,misc]
    """The content of a posting at one time: typed, normalised, findings, and the rules of that day. Never changed.

    `job_type` and `headcount` repeat what reports count; they outlive the content.
    """

    __tablename__ = "posting_revision"
    __table_args__ = (UniqueConstraint("posting_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    number: Mapped[int] = mapped_column(Integer)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    normalized: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(AsciiJson)
    job_type: Mapped[str] = mapped_column(CleanText(40), default="", server_default="")
    headcount: Mapped[int | None] = mapped_column(Integer)
    reasons: Mapped[list[dict[str, str]]] = mapped_column(AsciiJson, default=list, server_default="[]")
    ruleset: Mapped[str] = mapped_column(String(20))
    reference_date: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    posting: Mapped[Posting] = relationship(back_populates="revisions")


class Placement(OfOrganization, db.Model):  # type: ignore[name-defined,misc]
    """So many people secured by one way from a day on. `shift`: the name of the posting's shift they take; empty when none is known.

    `partner_id`: the partner that reported them, under a key of its own (`partner_key`); None when the municipality typed them.
    Rows are added and their counts never change: a correction is a row of its own about the first one (`corrects_id`), with the difference as its count.
    """

    __tablename__ = "placement"
    __table_args__ = (Index("ix_placement_posting_id_way", "posting_id", "way"), UniqueConstraint("partner_id", "partner_key"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    way: Mapped[SecuredWay] = mapped_column(words(SecuredWay))
    count: Mapped[int] = mapped_column(Integer)
    shift: Mapped[str] = mapped_column(CleanText(100), default="")
    on: Mapped[date] = mapped_column(Date, default=clock.today)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    partner_key: Mapped[str | None] = mapped_column(CleanText(80))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class OutcomeLink(db.Model):  # type: ignore[name-defined,misc]
    """A way to answer how many people a posting secured without signing in: the link of a mail and its code, kept as hashes.

    It opens nothing once its posting's `outcome_due` is over or the recruitment has gone on.
    """

    __tablename__ = "outcome_link"
    __table_args__ = (Index("ix_outcome_link_posting_id_id", "posting_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    posting: Mapped[Posting] = relationship()
