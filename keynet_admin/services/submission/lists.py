"""The operators' queue: which cases a tab and its filters show, with counts of all hits and one page of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Text, and_, func, or_, select, type_coerce
from sqlalchemy.orm import joinedload, load_only

from keynet_admin import clock
from keynet_admin.business_time import business_seconds_between, time_left
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.folding import fold
from keynet_admin.extensions import db
from keynet_admin.models import Account, Submission, SubmissionContact, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import AWAITING_REVIEW, SETTLED, STAFF_ROLES, SubmissionStatus

PAGE = 30
PROMISE_SECONDS = 2 * 7 * 3600  # two business days of seven hours (10:00-17:00)

TABS: dict[str, str] = {"due": "期限順", "mine": "自分の担当", "returned": "差し戻し中", "done": "完了"}
FINDINGS: dict[str, str] = {"errors": "要修正あり", "warnings": "要確認あり", "clean": "指摘なし"}
SORTS: dict[str, str] = {"due": "残り時間", "findings": "指摘", "assignee": "担当", "receipt": "受付番号"}


@dataclass(frozen=True)
class Filters:
    """What the reader asked for. Unknown values are already dropped (see `filters_from`)."""

    tab: str = "due"
    q: str = ""
    prefecture: str = ""
    job_type: str = ""
    findings: str = ""
    assignee: str = ""
    sort: str = "due"
    page: int = 1
    status: tuple[str, ...] = field(default=())

    def as_query(self, **changes: Any) -> dict[str, Any]:
        """The address's query for these filters with some changed; defaults are left out."""
        values = {
            name: getattr(self, name) for name in ("tab", "q", "prefecture", "job_type", "findings", "assignee", "sort", "page", "status")
        }
        values.update(changes)
        defaults = Filters()
        return {name: value for name, value in values.items() if value and value != getattr(defaults, name)}


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    case: Submission
    words: str
    percent: int
    tone: str

    @property
    def jobs(self) -> list[tuple[str, int | None]]:
        """Japanese job names with headcounts, in the form's order."""
        return [(posting_field("job_type").label_of(slug), number) for slug, number in self.case.jobs]


@dataclass(frozen=True)
class Page:
    """One page of the queue. `total` counts all hits."""

    rows: list[Row]
    total: int
    has_next: bool
    counts: dict[str, int]


def filters_from(values: Mapping[str, str], status: list[str] | None = None) -> Filters:
    """Filters from an address's query; whatever is not understood falls back to its default."""
    page = values.get("page", "1")
    prefecture = values.get("prefecture", "")
    jobs = {choice.slug for choice in posting_field("job_type").choices}
    assignee = values.get("assignee", "")
    return Filters(
        tab=values.get("tab", "due") if values.get("tab") in TABS else "due",
        q=values.get("q", "").replace("\0", "").strip()[:100],
        prefecture=prefecture if prefecture.isascii() and prefecture.isdigit() and len(prefecture) == 2 else "",
        job_type=values.get("job_type", "") if values.get("job_type") in jobs else "",
        findings=values.get("findings", "") if values.get("findings") in FINDINGS else "",
        assignee=assignee if assignee == "none" or (assignee.isascii() and assignee.isdigit() and len(assignee) < 10) else "",
        sort=values.get("sort", "due") if values.get("sort") in SORTS else "due",
        page=min(max(int(page), 1), 5000) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        status=tuple(s for s in status or [] if s in set(SubmissionStatus)),
    )


def page_of(filters: Filters, actor: Actor) -> Page:
    """One page of the queue as this actor may see it."""
    query = _filtered(filters, actor)
    total = db.session.execute(
        select(func.count()).select_from(query.with_only_columns(Submission.id).order_by(None).subquery())
    ).scalar_one()
    rows = (
        db.session.execute(
            query.options(joinedload(Submission.assignee).load_only(Account.name, Account.email))
            .order_by(*_order(filters))
            .limit(PAGE + 1)
            .offset((filters.page - 1) * PAGE)
        )
        .scalars()
        .all()
    )
    return Page([line(case) for case in rows[:PAGE]], total, len(rows) > PAGE, counts(actor))


def counts(actor: Actor) -> dict[str, int]:
    """How many cases each tab holds, without filters."""
    result = {}
    for tab in TABS:
        query = _filtered(Filters(tab=tab), actor).with_only_columns(func.count(Submission.id)).order_by(None)
        result[tab] = db.session.execute(query).scalar_one()
    return result


def line(case: Submission) -> Row:
    """A case with its time left in words, the used share of the promise in percent, and a tone (red past, orange within a day)."""
    if case.due_at is None or case.status not in AWAITING_REVIEW:
        return Row(case, "", 0, "")
    now = clock.now()
    left = time_left(now, case.due_at)
    remaining = 0 if left.overdue else business_seconds_between(now, case.due_at)
    percent = 100 - round(100 * min(remaining, PROMISE_SECONDS) / PROMISE_SECONDS)
    tone = "is-must" if left.overdue else "is-ask" if remaining <= PROMISE_SECONDS // 2 else ""
    return Row(case, left.words, percent, tone)


def neighbours(case: Submission, actor: Actor) -> tuple[Submission | None, Submission | None]:
    """The waiting cases before and after this one in the order of deadlines (for 前の申請, 次の申請 and the way on after a decision)."""
    base = Submission.visible_to(actor).where(Submission.awaiting_review(), Submission.id != case.id)
    due = case.due_at or clock.now()
    before = base.where(or_(Submission.due_at < due, and_(Submission.due_at == due, Submission.id < case.id)))
    after = base.where(or_(Submission.due_at > due, and_(Submission.due_at == due, Submission.id > case.id)))
    return (
        db.session.execute(before.order_by(Submission.due_at.desc(), Submission.id.desc()).limit(1)).scalar_one_or_none(),
        db.session.execute(after.order_by(Submission.due_at, Submission.id).limit(1)).scalar_one_or_none(),
    )


def next_case(actor: Actor) -> Submission | None:
    """The case with the nearest deadline."""
    query = Submission.visible_to(actor).where(Submission.awaiting_review()).order_by(Submission.due_at, Submission.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def assignees() -> list[Account]:
    """The people of the service center, for the filter."""
    return list(db.session.execute(select(Account).where(Account.role.in_(STAFF_ROLES)).order_by(Account.name, Account.id)).scalars())


def earlier_cases(case: Submission, limit: int = 5) -> list[Submission]:
    """Other cases of the same body, newest first."""
    if not case.lg_code:
        return []
    query = (
        select(Submission).where(Submission.lg_code == case.lg_code, Submission.id != case.id).order_by(Submission.id.desc()).limit(limit)
    )
    return list(db.session.execute(query).scalars())


def _filtered(filters: Filters, actor: Actor) -> Select[Any]:
    query = Submission.visible_to(actor).options(
        load_only(
            Submission.receipt_no,
            Submission.status,
            Submission.version,
            Submission.current,
            Submission.lg_code,
            Submission.org_name,
            Submission.prefecture_code,
            Submission.jobs,
            Submission.errors,
            Submission.warnings,
            Submission.due_at,
            Submission.received_at,
            Submission.decided_at,
            Submission.assignee_id,
            Submission.organization_id,
        )
    )
    if filters.tab == "due":
        query = query.where(Submission.awaiting_review())
    elif filters.tab == "mine":
        query = query.where(Submission.assignee_id == (actor.account_id or 0), Submission.status.not_in(SETTLED))
    elif filters.tab == "returned":
        query = query.where(Submission.status == SubmissionStatus.returned)
    else:
        query = query.where(Submission.status.in_(SETTLED))
    if filters.status:
        query = query.where(Submission.status.in_([s for s in SubmissionStatus if s.value in filters.status]))
    if filters.prefecture:
        query = query.where(Submission.prefecture_code == filters.prefecture)
    if filters.job_type:
        query = query.where(type_coerce(Submission.jobs, Text).contains(f'["{filters.job_type}",', autoescape=True))
    if filters.findings == "errors":
        query = query.where(Submission.errors > 0)
    elif filters.findings == "warnings":
        query = query.where(Submission.warnings > 0)
    elif filters.findings == "clean":
        query = query.where(Submission.errors == 0, Submission.warnings == 0)
    if filters.assignee == "none":
        query = query.where(Submission.assignee_id.is_(None))
    elif filters.assignee:
        query = query.where(Submission.assignee_id == int(filters.assignee))
    for word in filters.q.split():
        key = fold(word)
        if key:
            query = query.where(or_(Submission.search_text.contains(key, autoescape=True), Submission.id.in_(_with_contact(key))))
    return query


def _with_contact(key: str) -> Select[Any]:
    """Ids of cases with a revision whose contact section matches: phone, mail, name, reading."""
    return (
        select(SubmissionRevision.submission_id)
        .join(SubmissionContact, SubmissionContact.revision_id == SubmissionRevision.id)
        .where(SubmissionContact.search_text.contains(key, autoescape=True))
    )


def _order(filters: Filters) -> list[Any]:
    if filters.tab == "done":
        first: list[Any] = [Submission.decided_at.desc()]
    elif filters.tab == "returned":
        first = [Submission.id.desc()]
    else:
        first = [Submission.due_at]
    if filters.sort == "findings":
        first = [Submission.errors.desc(), Submission.warnings.desc(), *first]
    elif filters.sort == "assignee":
        first = [Submission.assignee_id.is_(None).desc(), Submission.assignee_id, *first]
    elif filters.sort == "receipt":
        first = [Submission.receipt_no]
    return [*first, Submission.id]
