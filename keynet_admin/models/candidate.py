"""People who applied for a posting or asked about it, without an account: one row an application or inquiry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Select, String, event, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.catalogue.folding import search_key
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import AsciiJson, CleanText, UtcDateTime, Versioned, words
from keynet_admin.models.organization import Organization
from keynet_admin.models.posting import Posting
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import CANDIDATE_ENDED, CandidateKind, CandidateStatus


class Candidate(Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One application or inquiry at one posting. What was typed lies in `content`; the other columns repeat what lists need.

    `salt`: from it and the secret key follow the link and the code of the person's own page (`services/candidate/access.py`); emptied with
    the person's data, so that both die. `sealed`: both, once the key from which they followed is to go. `inquiry_id`: the inquiry that became this application. `posting_revision`: the one that
    the person read. `search_text`: the folded words by which the person is found, `choices`: licences and wished slots, by
    which lists are narrowed (|nurse|sat-afternoon|); both kept by themselves. `due_at`: when the municipality has promised its next step, None while nothing is promised; `remind_at` and `reminders`: the ladder of reminders (`services/candidate/silence.py`),
    `task_at`: since when the service center should ask the municipality. `warned_at`: it was told that the person's data will end.
    `shifts`: names of the posting's shifts that the person takes once they are offered a place. `direct`: the person went through the
    municipality's own selection (SecuredWay `moved`). `undo_to` and `undo_until`: the state that the last step may be taken back
    to. `not_working`: whether the person was without work when they applied (None: not said). `tel_key`, `email_key`: keyed hashes by which
    reports count somebody once (`services/candidate/person_keys.py`); never shown, exported or logged. `unread`: the municipality has not opened what the person wrote last. `erased_at`: only numbers are left.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        # All that the tabs of the list ask for: they are counted without a look at the rows, which are wide.
        Index("ix_candidate_tabs", "organization_id", "status", "erased_at", "kind", "due_at", "unread", "locked", "choices", "id"),
        Index("ix_candidate_organization_id_due_at_id", "organization_id", "due_at", "id"),
        Index("ix_candidate_organization_id_kana", "organization_id", "kana"),
        Index("ix_candidate_posting_id_status_id", "posting_id", "status", "id"),
        Index("ix_candidate_remind_at", "remind_at"),
        Index("ix_candidate_ended_at", "ended_at"),
        Index("ix_candidate_task_at_id", "task_at", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    candidate_no: Mapped[str] = mapped_column(CleanText(16), unique=True)
    kind: Mapped[CandidateKind] = mapped_column(words(CandidateKind))
    status: Mapped[CandidateStatus] = mapped_column(words(CandidateStatus))
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    posting_revision: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(CleanText(80), default="")
    kana: Mapped[str] = mapped_column(CleanText(80), default="")
    email: Mapped[str] = mapped_column(CleanText(254), default="")
    tel: Mapped[str] = mapped_column(CleanText(20), default="")
    search_text: Mapped[str] = mapped_column(CleanText(), default="", server_default="")
    choices: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    tel_key: Mapped[str] = mapped_column(String(32), default="", server_default="")
    email_key: Mapped[str] = mapped_column(String(32), default="", server_default="")
    not_working: Mapped[bool | None] = mapped_column(Boolean)
    typed: Mapped[dict[str, Any]] = mapped_column(AsciiJson, default=dict)
    content: Mapped[dict[str, Any]] = mapped_column(AsciiJson, default=dict)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(AsciiJson, default=list)
    shifts: Mapped[list[str]] = mapped_column(AsciiJson, default=list)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    task_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    interview_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    interview_place: Mapped[str] = mapped_column(CleanText(200), default="")
    interview_minutes: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unread: Mapped[bool] = mapped_column(Boolean, default=True)
    direct: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    undo_to: Mapped[CandidateStatus | None] = mapped_column(words(CandidateStatus))
    undo_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(String(32), default="")
    sealed: Mapped[str | None] = mapped_column(String(300))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    locked: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    inquiry_id: Mapped[int | None] = mapped_column(ForeignKey("candidate.id"), index=True)

    posting: Mapped[Posting] = relationship()
    organization: Mapped[Organization] = relationship()
    owner: Mapped[Account | None] = relationship()

    @classmethod
    def visible_to(cls, actor: Actor) -> Select[Any]:
        """The rows that this actor may see: those of the own municipality. The service center sees no applicant."""
        query = select(cls)
        return query.where(false()) if actor.is_staff else query.where(cls.organization_id == (actor.organization_id or 0))

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is to come."""
        return self.status in CANDIDATE_ENDED

    @property
    def is_inquiry(self) -> bool:
        """Whether it is a question, not an application."""
        return self.kind is CandidateKind.inquiry

    @property
    def undoable(self) -> bool:
        """Whether the municipality's last step can still be taken back."""
        return self.undo_to is not None and self.undo_until is not None and clock.now() <= self.undo_until

    @staticmethod
    def words(number: str, *person: str) -> str:
        """What somebody is found by: the number and their name, reading and addresses. Nothing once nothing is left of the person."""
        keys = [search_key(word or "") for word in person]
        return " ".join(filter(None, (search_key(number), *keys))) if any(keys) else ""

    @staticmethod
    def chosen(content: Mapping[str, Any] | None) -> str:
        """The licences and slots that a content names."""
        kept = content if isinstance(content, Mapping) else {}
        names = [str(name) for field in ("licenses", "availability") for name in kept.get(field) or ()]
        return f"|{'|'.join(names)}|" if names else ""


@event.listens_for(Candidate, "before_insert")
@event.listens_for(Candidate, "before_update")
def _remember(_mapper: Any, _connection: Any, row: Candidate) -> None:
    row.search_text = row.words(row.candidate_no, row.name, row.kana, row.email, row.tel)
    row.choices = row.chosen(row.content)
