"""The operators' list of postings: which ones a tab and its filters show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from keynet_admin.catalogue import posting_field
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import PostingStatus

PAGE = 30
TABS: dict[str, str] = {
    "release": "確認待ち",
    "live": "公開中",
    "draft": "下書き",
    "stopped": "停止中",
    "closed": "募集終了",
    "all": "すべて",
}
_STATES: dict[str, tuple[PostingStatus, ...]] = {
    "live": (PostingStatus.live,),
    "draft": (PostingStatus.draft,),
    "stopped": (PostingStatus.paused, PostingStatus.suspended),
    "closed": (PostingStatus.closed,),
}


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; unknown values are already dropped."""

    tab: str = "release"
    q: str = ""
    prefecture: str = ""
    job_type: str = ""
    page: int = 1

    def as_query(self, **changes: Any) -> dict[str, Any]:
        """The address's query for these filters with some changed."""
        values = {name: getattr(self, name) for name in ("tab", "q", "prefecture", "job_type", "page")} | changes
        defaults = Filters()
        return {name: value for name, value in values.items() if value and value != getattr(defaults, name)}


@dataclass(frozen=True)
class Page:
    """One page of postings. `total` counts all hits."""

    rows: list[Posting]
    total: int
    has_next: bool
    counts: dict[str, int]


def filters_from(values: Mapping[str, str]) -> Filters:
    """Filters from an address's query."""
    page, prefecture = values.get("page", "1"), values.get("prefecture", "")
    jobs = {choice.slug for choice in posting_field("job_type").choices}
    return Filters(
        tab=values.get("tab", "release") if values.get("tab") in TABS else "release",
        q=values.get("q", "").replace("\0", "").strip()[:100],
        prefecture=prefecture if prefecture.isascii() and prefecture.isdigit() and len(prefecture) == 2 else "",
        job_type=values.get("job_type", "") if values.get("job_type") in jobs else "",
        page=min(max(int(page), 1), 5000) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def page_of(filters: Filters, actor: Actor) -> Page:
    """One page as this actor may see it; waiting ones oldest first, else newest change first."""
    query = _filtered(filters, actor)
    total = db.session.execute(select(func.count()).select_from(query.with_only_columns(Posting.id).order_by(None).subquery())).scalar_one()
    order = (Posting.changed_at, Posting.id) if filters.tab == "release" else (Posting.changed_at.desc(), Posting.id.desc())
    query = query.options(joinedload(Posting.organization).options(load_only(Organization.name, Organization.prefecture_code)))
    rows = db.session.execute(query.order_by(*order).limit(PAGE + 1).offset((filters.page - 1) * PAGE)).scalars().all()
    return Page(list(rows[:PAGE]), total, len(rows) > PAGE, {tab: _total(Filters(tab=tab), actor) for tab in TABS})


def next_release(actor: Actor) -> Posting | None:
    """The posting that waits longest for release."""
    query = Posting.visible_to(actor).where(Posting.awaiting_release()).order_by(Posting.changed_at, Posting.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def _total(filters: Filters, actor: Actor) -> int:
    return int(db.session.execute(_filtered(filters, actor).with_only_columns(func.count(Posting.id)).order_by(None)).scalar_one())


def _filtered(filters: Filters, actor: Actor) -> Select[Any]:
    query = Posting.visible_to(actor)
    if filters.tab == "release":
        query = query.where(Posting.awaiting_release())
    elif filters.tab in _STATES:
        query = query.where(Posting.status.in_(_STATES[filters.tab]))
    if filters.prefecture:
        query = query.where(Posting.organization_id.in_(select(Organization.id).where(Organization.prefecture_code == filters.prefecture)))
    if filters.job_type:
        query = query.where(Posting.job_type == filters.job_type)
    for word in filters.q.split()[:5]:
        owner = select(Organization.id).where(
            or_(
                Organization.name.contains(word, autoescape=True),
                Organization.kana.contains(word, autoescape=True),
                Organization.lg_code == word,
            )
        )
        query = query.where(
            or_(
                Posting.title.contains(word, autoescape=True),
                Posting.posting_no.contains(word.upper(), autoescape=True),
                Posting.organization_id.in_(owner),
            )
        )
    return query
