"""Submissions (the application forms), their immutable revisions, the people named in them, and return links."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, false, literal_column, or_, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import AsciiJson, CleanText, StaffOnly, UtcDateTime, Versioned, words
from keynet_admin.models.mail import OutboxMail
from keynet_admin.models.organization import Organization
from keynet_admin.models.review import Review
from keynet_admin.vocabulary import AWAITING_REVIEW, SETTLED, DeskTask, MailStatus, ReturnClosed, Source, SubmissionStatus


def _written(states: tuple[SubmissionStatus, ...]) -> list[Any]:
    return [literal_column(f"'{state.value}'") for state in states]


def _partial(name: str, states: tuple[SubmissionStatus, ...], *columns: str, more: str = "") -> Index:
    """An index of the cases in some states, in the order in which their tab shows them."""
    these = text(f"status IN ({', '.join(repr(state.value) for state in states)}){more}")
    return Index(f"ix_submission_{name}", *columns, "id", sqlite_where=these, postgresql_where=these)


class Submission(StaffOnly, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One form as a case of the queue. Content lies in revisions; the columns here are what lists and searches need.

    `due_at` is the promise (17:00 of the second business day after `clock_from`, which is `received_at` unless the clock went on after a
    return, and `clock_paused` business seconds in which it stood still). `resumes`: after the present return it goes on. It is None while the municipality has the case, unless there is a `task`:
    something that the service center must do about a case which waits for nobody's decision. `warned`: 100 times the number of the sending plus the
    share of the promise (in percent) that was used when its operators were last warned. `returned_at` is the last return,
    `reminders` how many mails reminded of it since the sender was last asked, `remind_at` when the next step is due. `batch` marks the
    file it came by without an account, `network` the day and network it came from (`services/batch.py`); `set_aside`: rejected with those.
    `held_until` is when the claim on a case in review lets go by itself.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_status_id", "status", "id"),
        _partial("awaiting", AWAITING_REVIEW, "due_at", more=" OR task IS NOT NULL"),
        _partial("settled", SETTLED, "decided_at"),
        Index("ix_submission_lg_code_status", "lg_code", "status"),
        Index("ix_submission_assignee_id_status", "assignee_id", "status"),
        Index("ix_submission_organization_id_id", "organization_id", "id"),
        Index("ix_submission_remind_at", "remind_at"),
        Index("ix_submission_received_at", "received_at"),
        Index("ix_submission_batch", "batch"),
        Index("ix_submission_network", "network"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    receipt_no: Mapped[str] = mapped_column(CleanText(16), unique=True)
    status: Mapped[SubmissionStatus] = mapped_column(words(SubmissionStatus), default=SubmissionStatus.received)
    source: Mapped[Source] = mapped_column(words(Source), default=Source.web)
    current: Mapped[int] = mapped_column(Integer, default=1)
    lg_code: Mapped[str] = mapped_column(CleanText(6), default="")
    org_name: Mapped[str] = mapped_column(CleanText(100), default="")
    prefecture_code: Mapped[str] = mapped_column(CleanText(2), default="", index=True)
    jobs: Mapped[list[list[Any]]] = mapped_column(AsciiJson, default=list)
    errors: Mapped[int] = mapped_column(Integer, default=0)
    warnings: Mapped[int] = mapped_column(Integer, default=0)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_paused: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    resumes: Mapped[bool] = mapped_column(default=False, server_default=false())
    task: Mapped[DeskTask | None] = mapped_column(words(DeskTask))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    reminders: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    identity: Mapped[str | None] = mapped_column(String(64), unique=True)
    batch: Mapped[str | None] = mapped_column(String(40))
    network: Mapped[str | None] = mapped_column(String(40))
    corrections: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    set_aside: Mapped[bool] = mapped_column(default=False, server_default=false())

    assignee: Mapped[Account | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    revisions: Mapped[list["SubmissionRevision"]] = relationship(back_populates="submission", order_by="SubmissionRevision.number")
    # Of the newest mail about the case; not loaded unless a list asks for it.
    mail_status: Mapped[MailStatus | None] = column_property(
        select(OutboxMail.status)
        .where(OutboxMail.subject == __tablename__, OutboxMail.subject_id == id)
        .order_by(OutboxMail.id.desc())
        .limit(1)
        .correlate_except(OutboxMail)
        .scalar_subquery(),
        deferred=True,
    )
    # Whether somebody has left the acceptance of its present revision to a second operator; loaded as `mail_status` is.
    second_asked: Mapped[bool] = column_property(
        select(Review.id)
        .where(Review.subject == __tablename__, Review.subject_id == id, Review.action == "ask_second", Review.revision == current)
        .correlate_except(Review)
        .exists(),
        deferred=True,
    )

    @property
    def times_sent(self) -> int:
        """How often its sender has sent it: the revisions without the service center's corrections."""
        return self.current - self.corrections

    @property
    def waits_for_desk(self) -> bool:
        """Whether the service center must do something about it."""
        return self.is_undecided or self.task is not None

    @property
    def is_undecided(self) -> bool:
        """Whether an operator has to decide about it."""
        return self.status in AWAITING_REVIEW

    @classmethod
    def awaiting_review(cls) -> Any:
        """Where-clause: waits for the service center. Written out, so that the partial index of deadlines serves it."""
        return or_(cls.status.in_(_written(AWAITING_REVIEW)), cls.task.is_not(None))

    @classmethod
    def settled(cls) -> Any:
        """Where-clause: decided or withdrawn; such a case has a `decided_at`."""
        return cls.status.in_(_written(SETTLED))


class CasePresence(db.Model):  # type: ignore[name-defined,misc]
    """Who of the staff has or had a case open: last seen when, the end of the visit before that one, and last seen writing when."""

    __tablename__ = "case_presence"
    __table_args__ = (UniqueConstraint("submission_id", "account_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    before_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    writing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SubmissionLink(db.Model):  # type: ignore[name-defined,misc]
    """Two cases that an operator has named the same one, the older first; who, when and why stand in the Review. Undone, it is deleted."""

    __tablename__ = "submission_link"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))

    review: Mapped[Review] = relationship()


class SubmissionRevision(db.Model):  # type: ignore[name-defined,misc]
    """What was sent at one time, without the contact section: typed, normalised, findings, and the rules of that day. Never changed.

    `form_key` is the one-time key of the form: the same form sent five times makes one revision.
    """

    __tablename__ = "submission_revision"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int] = mapped_column(Integer)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    normalized: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(AsciiJson)
    ruleset: Mapped[str] = mapped_column(String(20))
    reference_date: Mapped[str] = mapped_column(String(10))
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    message: Mapped[str] = mapped_column(CleanText(), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    submission: Mapped[Submission] = relationship(back_populates="revisions")
    contact: Mapped["SubmissionContact | None"] = relationship(back_populates="revision", uselist=False)


class SubmissionContact(db.Model):  # type: ignore[name-defined,misc]
    """The contact section of one revision with its findings: a table of its own, so that persons can be blanked later."""

    __tablename__ = "submission_contact"

    revision_id: Mapped[int] = mapped_column(ForeignKey("submission_revision.id"), primary_key=True)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    normalized: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(AsciiJson)
    email: Mapped[str] = mapped_column(CleanText(254), default="", index=True)

    revision: Mapped[SubmissionRevision] = relationship(back_populates="contact")


class SubmissionSearch(db.Model):  # type: ignore[name-defined,misc]
    """The folded words by which a case is found, those of its contacts among them; its index is `submission_search_index` (made by hand)."""

    __tablename__ = "submission_search"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(CleanText(), default="")


class ReturnLink(db.Model):  # type: ignore[name-defined,misc]
    """A way in after a return: the link of a mail and the code to be typed, or (`read_out`) a code that an operator reads out.

    It ends with resubmission, decision or after 30 days; `closed_why` says which.
    """

    __tablename__ = "return_link"
    __table_args__ = (Index("ix_return_link_submission_id_id", "submission_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    read_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_why: Mapped[ReturnClosed | None] = mapped_column(words(ReturnClosed))

    submission: Mapped[Submission] = relationship()
    review: Mapped[Review] = relationship()


class EntryDraft(db.Model):  # type: ignore[name-defined,misc]
    """What somebody has typed so far on `/entry/` or in the office editor, keyed by a random cookie or a seal (kept as a hash), for 7 days.

    `other` is the copy of a page that was opened before another page saved something else: `{"typed", "form_key", "saved_at"}`.
    `file_size`: bytes of a checked file that lies here, packed; 0 for a form.
    """

    __tablename__ = "entry_draft"
    # Covers what is asked about all files: their texts need not be read for it.
    __table_args__ = (Index("ix_entry_draft_file_size_saved_at", "file_size", "saved_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    cookie_hash: Mapped[str] = mapped_column(String(64), unique=True)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
    other: Mapped[dict[str, Any] | None] = mapped_column(AsciiJson)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    form_key: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    file_size: Mapped[int] = mapped_column(default=0, server_default="0")
