"""What a municipality sees of its own work: postings by state, and where it stands in the six steps of the circular."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services.posting.balance import Headcount, balances
from keynet_admin.vocabulary import PUBLISHED, AccountStatus, PostingStatus

SHOWN = 12
# The circular of 2021-05-07, attachment 「Key-Net」ご利用の流れ: six steps.
STEPS = ("申請", "ログインの案内", "初回ログイン", "確認・公開", "応募への対応", "公開の終了")
TABS: dict[str, tuple[str, tuple[PostingStatus, ...]]] = {
    "all": ("すべて", tuple(PostingStatus)),
    "draft": ("下書き", (PostingStatus.draft,)),
    "waiting": ("確認待ち", (PostingStatus.awaiting_release,)),
    "scheduled": ("公開予定", (PostingStatus.scheduled,)),
    "live": ("公開中", (PostingStatus.live,)),
    "paused": ("停止中", (PostingStatus.paused, PostingStatus.suspended)),
    "closed": ("募集終了", (PostingStatus.closed,)),
}
# The states in the order of the home: where people are looked for first.
RANKS = (
    PostingStatus.live,
    PostingStatus.paused,
    PostingStatus.suspended,
    PostingStatus.awaiting_release,
    PostingStatus.scheduled,
    PostingStatus.draft,
    PostingStatus.closed,
)


@dataclass(frozen=True)
class Step:
    """One step: its word, when it was reached (None = not yet), and whether it is the present one."""

    label: str
    at: datetime | None
    now: bool


def newest(actor: Actor) -> list[Posting]:
    """The actor's postings in the order of `RANKS`, of each state those changed last."""
    rank = case({status: at for at, status in enumerate(RANKS)}, value=Posting.status)
    query = (
        _of(actor).order_by(rank, Posting.changed_at.desc(), Posting.id.desc()).limit(SHOWN).options(joinedload(Posting.approval_asked_by))
    )
    return list(db.session.execute(query).scalars())


def counts(actor: Actor) -> dict[str, int]:
    """How many postings each tab holds."""
    base = _of(actor).with_only_columns(Posting.status, func.count(Posting.id)).group_by(Posting.status)
    found: dict[PostingStatus, int] = {row[0]: row[1] for row in db.session.execute(base)}
    return {tab: sum(found.get(status, 0) for status in states) for tab, (_, states) in TABS.items()}


def steps(actor: Actor, numbers: Mapping[str, int]) -> list[Step]:
    """The six steps with the dates on which they were reached. `numbers` are those of `counts`."""
    organization_id = actor.organization_id or 0
    submitted = _first(select(func.min(Submission.received_at)).where(Submission.organization_id == organization_id))
    issued = _first(select(func.min(Account.created_at)).where(Account.organization_id == organization_id))
    used = (AccountStatus.active, AccountStatus.suspended, AccountStatus.dormant)
    signed_in = _first(select(func.min(Account.password_at)).where(Account.organization_id == organization_id, Account.status.in_(used)))
    published = _first(select(func.min(Posting.published_at)).where(Posting.organization_id == organization_id))
    closed = None
    if numbers["all"] and numbers["closed"] == numbers["all"]:
        closed = _first(select(func.max(Posting.closed_at)).where(Posting.organization_id == organization_id))
    reached = [submitted or issued, issued, signed_in, published, closed, closed]
    present = next((i for i, at in enumerate(reached) if at is None), len(reached) - 1)
    return [Step(label, at, i == present) for i, (label, at) in enumerate(zip(STEPS, reached, strict=True))]


def organization_of(actor: Actor) -> Organization | None:
    """The actor's own organization."""
    return db.session.execute(Organization.visible_to(actor).where(Organization.id == (actor.organization_id or 0))).scalar_one_or_none()


def _of(actor: Actor) -> Select[Any]:
    return Posting.visible_to(actor).where(Posting.organization_id == (actor.organization_id or 0))


def people(actor: Actor) -> Headcount:
    """How many people the municipality's open postings need and have in all."""
    found = balances(db.session.execute(_of(actor).where(Posting.status.in_(PUBLISHED))).scalars()).values()
    return Headcount(sum(b.needed for b in found), sum(b.secured for b in found), sum(b.offered for b in found))


def _first(query: Select[Any]) -> datetime | None:
    value: datetime | None = db.session.execute(query).scalar_one_or_none()
    return value
