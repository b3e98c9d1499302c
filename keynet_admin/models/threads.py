"""Messages between a person without an account and a municipality, notes for colleagues (both hang on any subject), texts for messages, published answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Select, String, false, or_, select, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import About, CleanText, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import ActorKind, CandidateKind, TemplateUse

MESSAGE_MOST = 2000
NOTE_MOST = 400
QUESTION_MOST, ANSWER_MOST = 200, 800
_UNREAD = "read_at IS NULL"
TEMPLATE_MOST = 1500  # leaves room for the values: a message has 2,000 characters


class ThreadMessage(About, db.Model):  # type: ignore[name-defined,misc]
    """One message of a thread. `author_kind`: who wrote it; `author_id` and `author_name` name an account's person to colleagues only.

    `read_at`: when the other side opened it first.
    """

    __tablename__ = "thread_message"
    __table_args__ = (
        Index("ix_thread_message_subject_subject_id_id", "subject", "subject_id", "id"),
        Index("ix_thread_message_unread", "subject", "subject_id", sqlite_where=text(_UNREAD), postgresql_where=text(_UNREAD)),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    author_kind: Mapped[ActorKind] = mapped_column(words(ActorKind))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(CleanText(80), default="")
    body: Mapped[str] = mapped_column(CleanText(MESSAGE_MOST))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffNote(About, db.Model):  # type: ignore[name-defined,misc]
    """A colleague's note. The person whom it is about never sees it. `asked_id`: whose opinion it asks for, which stands in `answer`."""

    __tablename__ = "staff_note"
    __table_args__ = (
        Index("ix_staff_note_subject_subject_id_id", "subject", "subject_id", "id"),
        Index("ix_staff_note_asked_id_answered_at", "asked_id", "answered_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(CleanText(80), default="")
    body: Mapped[str] = mapped_column(CleanText(NOTE_MOST))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str] = mapped_column(CleanText(NOTE_MOST), default="", server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    asked: Mapped[Account | None] = relationship(foreign_keys=[asked_id])


class MessageTemplate(Versioned, db.Model):  # type: ignore[name-defined,misc]
    """A text of one municipality, or (no organization) a standard text of the service center. `use`: where it may be chosen; those for
    people who apply are for all municipalities, the others for the service center's own letters about cases. `rule`: whose findings it fits.

    `code`: what names a standard text in its file of `seed_data/`, None for every other. `kind`: whom it fits, None: both. `step`: the
    move that it brings where that is open ("": none). `edited`: by hand, so that `load-reference` leaves it as it is.
    """

    __tablename__ = "message_template"
    __table_args__ = (Index("ix_message_template_organization_id_name", "organization_id", "name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    code: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(CleanText(40))
    body: Mapped[str] = mapped_column(CleanText(TEMPLATE_MOST))
    use: Mapped[TemplateUse] = mapped_column(words(TemplateUse), default=TemplateUse.candidate, server_default=TemplateUse.candidate.value)
    rule: Mapped[str] = mapped_column(String(20), default="", server_default="")
    kind: Mapped[CandidateKind | None] = mapped_column(words(CandidateKind))
    step: Mapped[str] = mapped_column(String(24), default="", server_default="")
    sort: Mapped[int] = mapped_column(Integer, default=100, server_default="100")
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    edited: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    organization: Mapped[Organization | None] = relationship()

    @classmethod
    def visible_to(cls, actor: Actor) -> Select[Any]:
        """The rows that this actor may see: the standard ones, and a municipality's own for its people."""
        standard = cls.organization_id.is_(None)
        if actor.is_staff:
            return select(cls).where(standard)
        shared = standard & (cls.use == TemplateUse.candidate)
        return select(cls).where(or_(shared, cls.organization_id == (actor.organization_id or 0)))

    def fits(self, kind: CandidateKind) -> bool:
        """Whether it is a text for such a person."""
        return self.kind in (None, kind)


class PublishedAnswer(db.Model):  # type: ignore[name-defined,misc]
    """A question and its answer in words that everybody may read on the posting's public page. It names nobody; taken back, it is deleted.

    `candidate_id`: the inquiry that it came from, which the office reads; visitors read the texts only, in the Listing's content.
    """

    __tablename__ = "published_answer"
    __table_args__ = (Index("ix_published_answer_posting_id_id", "posting_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidate.id"), unique=True)
    question: Mapped[str] = mapped_column(CleanText(QUESTION_MOST))
    answer: Mapped[str] = mapped_column(CleanText(ANSWER_MOST))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
