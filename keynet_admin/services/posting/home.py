"""What a municipality sees of its own work: postings by state, duties, and where it stands in the six steps of the circular."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Submission
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import AccountStatus, PostingStatus

SHOWN = 9
SOON_DAYS = 7
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


@dataclass(frozen=True)
class Step:
    """One step: its word, when it was reached (None = not yet), and whether it is the present one."""

    label: str
    at: datetime | None
    now: bool


@dataclass(frozen=True)
class Duty:
    """Something to do now. `posting` is where the button leads."""

    tone: str
    icon: str
    title: str
    text: str
    posting: Posting
    button: str
    action: str


def newest(actor: Actor) -> list[Posting]:
    """The actor's postings changed last; closed ones come after all others."""
    query = _of(actor).order_by(Posting.status == PostingStatus.closed, Posting.changed_at.desc(), Posting.id.desc()).limit(SHOWN)
    return list(db.session.execute(query).scalars())


def counts(actor: Actor) -> dict[str, int]:
    """How many postings each tab holds."""
    base = _of(actor).with_only_columns(Posting.status, func.count(Posting.id)).group_by(Posting.status)
    found: dict[PostingStatus, int] = {row[0]: row[1] for row in db.session.execute(base)}
    return {tab: sum(found.get(status, 0) for status in states) for tab, (_, states) in TABS.items()}


def duties(actor: Actor) -> list[Duty]:
    """What waits for the municipality, the most pressing first."""
    found: list[Duty] = []
    open_ = (PostingStatus.draft, PostingStatus.live, PostingStatus.paused, PostingStatus.suspended)
    rows = db.session.execute(_of(actor).where(Posting.status.in_(open_)).order_by(Posting.id).limit(200)).scalars().all()
    for row in rows:
        duty = _duty(row)
        if duty is not None:
            found.append(duty)
    order = {"must": 0, "ask": 1, "info": 2}
    return sorted(found, key=lambda duty: order[duty.tone])[:10]


def steps(actor: Actor) -> list[Step]:
    """The six steps with the dates on which they were reached."""
    organization_id = actor.organization_id or 0
    submitted = _first(select(func.min(Submission.received_at)).where(Submission.organization_id == organization_id))
    issued = _first(select(func.min(Account.created_at)).where(Account.organization_id == organization_id))
    used = (AccountStatus.active, AccountStatus.suspended)
    signed_in = _first(select(func.min(Account.password_at)).where(Account.organization_id == organization_id, Account.status.in_(used)))
    published = _first(select(func.min(Posting.published_at)).where(Posting.organization_id == organization_id))
    numbers = counts(actor)
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


def _duty(row: Posting) -> Duty | None:
    name = f"「{row.title or row.posting_no}」"
    if row.status is PostingStatus.suspended:
        return Duty(
            "must",
            "stop",
            f"{name}は運営事務局が掲載を停止しています。",
            "理由を確かめて、サービスセンターへご連絡ください。",
            row,
            "理由を見る",
            "",
        )
    if row.status is PostingStatus.draft and row.errors:
        return Duty("must", "x", f"{name}は入力の途中です（残り{row.errors}項目）。", "直すと公開できます。", row, "内容を直す", "edit")
    if row.status is PostingStatus.draft:
        return Duty("ask", "pen", f"{name}はまだ公開されていません。", "内容を確かめて公開してください。", row, "確かめて公開する", "")
    if row.live is not None and row.live != row.current and row.errors:
        return Duty(
            "ask",
            "x",
            f"{name}の直した内容に、要修正が{row.errors}件あります。",
            "公開中の内容は前のままです。",
            row,
            "内容を直す",
            "edit",
        )
    if row.status is PostingStatus.live and row.publish_until is not None:
        left = (row.publish_until - clock.today()).days
        if 0 <= left <= SOON_DAYS:
            words = "今日で公開が終わります。" if left == 0 else f"あと{left}日で公開が終わります。"
            return Duty(
                "info", "clock", f"{name}は{words}", "続けるときは、公開終了予定日と応募の締切を直してください。", row, "日付を直す", "edit"
            )
    return None


def _first(query: Select[Any]) -> datetime | None:
    value: datetime | None = db.session.execute(query).scalar_one_or_none()
    return value
