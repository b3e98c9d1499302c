"""What waits, from the database at the moment of asking. Counts and ages alone, by words of closed lists and ids: nothing of anybody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Listing, OutboxMail, PartnerItem, Posting, StaffSession, Submission
from keynet_admin.services.account.session import LIFE
from keynet_admin.vocabulary import UNANSWERED, MailStatus


@dataclass(frozen=True)
class Figure:
    """One number with its name, what it says, and its labels."""

    name: str
    words: str
    labels: tuple[str, ...] = ()
    values: list[tuple[tuple[str, ...], float]] = field(default_factory=list)


def figures() -> Iterator[Figure]:
    """All of them, by a handful of indexed counts."""
    now, real = clock.now(), clock.real_now()
    yield _by("keynet_submissions", "Cases by state.", ("status",), select(Submission.status, func.count()).group_by(Submission.status))
    late = select(func.count()).where(Submission.awaiting_review(), Submission.due_at < now)
    yield _one("keynet_submissions_overdue", "Cases past their promise.", late)
    yield _by("keynet_postings", "Postings by state.", ("status",), select(Posting.status, func.count()).group_by(Posting.status))
    yield _by(
        "keynet_listings", "Rows of the public table by state.", ("state",), select(Listing.state, func.count()).group_by(Listing.state)
    )
    yield _by("keynet_candidates", "Candidates by stage.", ("status",), select(Candidate.status, func.count()).group_by(Candidate.status))
    lanes = select(OutboxMail.status, OutboxMail.lane, func.count()).group_by(OutboxMail.status, OutboxMail.lane)
    yield _by("keynet_mails", "Mails by state and lane.", ("status", "lane"), lanes)
    waiting = OutboxMail.status == MailStatus.waiting
    yield _age("keynet_mail_oldest_seconds", "Age of the oldest mail that waits.", now, OutboxMail.created_at, waiting)
    alive = StaffSession.ended_at.is_(None), StaffSession.level_at > real - LIFE
    yield _one("keynet_sessions", "Browsers that are signed in.", select(func.count()).select_from(StaffSession).where(*alive))
    items = select(PartnerItem.partner_id, PartnerItem.status, func.count()).group_by(PartnerItem.partner_id, PartnerItem.status)
    yield _by("keynet_partner_items", "Postings at partners by state.", ("partner", "status"), items)
    yield _age(
        "keynet_partner_oldest_seconds",
        "Age of the oldest change that a partner has not answered.",
        now,
        PartnerItem.changed_at,
        PartnerItem.status.in_(UNANSWERED),
    )


def _by(name: str, words: str, labels: tuple[str, ...], query: Any) -> Figure:
    rows = db.session.execute(query).all()
    return Figure(name, words, labels, [(tuple(str(getattr(part, "value", part)) for part in row[:-1]), float(row[-1])) for row in rows])


def _one(name: str, words: str, query: Any) -> Figure:
    return Figure(name, words, (), [((), float(db.session.execute(query).scalar_one()))])


def _age(name: str, words: str, now: datetime, column: Any, *which: ColumnElement[bool]) -> Figure:
    oldest = db.session.execute(select(func.min(column)).where(*which)).scalar_one()
    return Figure(name, words, (), [((), max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)])
