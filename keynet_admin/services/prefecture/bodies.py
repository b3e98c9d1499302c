"""The bodies of one prefecture: how far each has come, what it needs and has secured, whom to ask there. A fixed number of queries.

A posting counts once it has been public, also after it was closed, as in the report; the numbers are the balance's. No person stands here but
the contact of a body's office.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import load_only

from keynet_admin.catalogue import reference
from keynet_admin.errors import NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    MunicipalityContact,
    MunicipalityRecord,
    Organization,
    Posting,
    PrefectureNotice,
    Report,
    ReportRound,
    Submission,
)
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services.posting.balance import balances
from keynet_admin.services.report import figures
from keynet_admin.vocabulary import AWAITING_REVIEW, AccountStatus, MunicipalityState, OfficeRight, ReportStatus, SubmissionStatus

# The kinds of body, in the order of the page, with what people call them. Wards of designated cities are parts of their city.
GROUPS = {
    "special_ward": "区",
    "designated_city": "市",
    "core_city": "市",
    "city": "市",
    "town": "町",
    "village": "村",
}
# A case that somebody works on: its body has applied.
_UNDER_WAY = (*AWAITING_REVIEW, SubmissionStatus.returned)


@dataclass(frozen=True)
class Need:
    """People that are needed and secured."""

    needed: int = 0
    secured: int = 0

    @property
    def open(self) -> int:
        """Still to be found."""
        return self.needed - self.secured

    @property
    def percent(self) -> int:
        """Secured of needed, rounded down: only all are 100."""
        return 100 * self.secured // self.needed if self.needed else 0

    def __add__(self, other: "Need") -> "Need":
        return Need(self.needed + other.needed, self.secured + other.secured)


@dataclass(frozen=True)
class MunicipalityRow:
    """One body. `contact_*`: the office's contact person, or the verified public address of a body without an account.

    `applying`: its application is being looked at. `published`: it has a posting that was public. `report`: its state in the newest round
    (None: it is in none). `noticed_at`: when the prefecture last wrote to it.
    """

    code: str
    name: str
    group: str
    state: MunicipalityState
    organization_id: int | None = None
    by_job: Mapping[str, Need] = field(default_factory=dict)
    published: bool = False
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    applying: bool = False
    last_move: datetime | None = None
    report: ReportStatus | None = None
    noticed_at: datetime | None = None

    @cached_property
    def need(self) -> Need:
        """Over all job types."""
        return sum(self.by_job.values(), Need())

    @property
    def missing(self) -> list[tuple[str, int]]:
        """Job types of which people are still needed, most first, with their numbers."""
        found = [(job_name(job), need.open) for job, need in self.by_job.items() if need.open]
        return sorted(found, key=lambda pair: -pair[1])

    @property
    def may_be_invited(self) -> bool:
        """Whether a letter about registering makes sense."""
        return self.state is MunicipalityState.unregistered and not self.applying


@dataclass(frozen=True)
class PrefectureOverview:
    """A prefecture with its bodies in the order of their codes. `round`: the newest round's number, None before the first."""

    code: str
    name: str
    bodies: Sequence[MunicipalityRow]
    round: int | None

    @cached_property
    def groups(self) -> dict[str, list[MunicipalityRow]]:
        """The bodies by 区, 市, 町, 村; only groups that the prefecture has."""
        found: dict[str, list[MunicipalityRow]] = {group: [] for group in GROUPS.values()}
        for body in self.bodies:
            found[body.group].append(body)
        return {group: rows for group, rows in found.items() if rows}

    @property
    def noun(self) -> str:
        """What its bodies are called together."""
        return "市区町村" if "区" in self.groups else "市町村"

    @cached_property
    def states(self) -> dict[MunicipalityState, int]:
        """How many bodies are in each state."""
        counts = Counter(body.state for body in self.bodies)
        return {state: counts[state] for state in MunicipalityState}

    @property
    def registered(self) -> int:
        """Bodies with somebody who has signed in."""
        return len(self.bodies) - self.states[MunicipalityState.unregistered] - self.states[MunicipalityState.invited]

    @property
    def recruiting(self) -> int:
        """Bodies with a posting that was public."""
        return sum(body.published for body in self.bodies)

    @cached_property
    def jobs(self) -> list[tuple[str, Need]]:
        """Names of the job types that are needed, in the order of the form, with what is needed of each."""
        found: defaultdict[str, Need] = defaultdict(Need)
        for body in self.bodies:
            for job, need in body.by_job.items():
                found[job] += need
        order = {item.slug: item.sort for item in reference.job_types()}
        return [(job_name(job), found[job]) for job in sorted(found, key=lambda job: order.get(job, 99))]

    @cached_property
    def need(self) -> Need:
        """Over all bodies."""
        return sum((need for _job, need in self.jobs), Need())

    @cached_property
    def by_urgency(self) -> list[MunicipalityRow]:
        """Not registered first, then those who wait for the first sign-in, then by what is still needed; then by code."""
        early = {MunicipalityState.unregistered: 0, MunicipalityState.invited: 1}
        return sorted(self.bodies, key=lambda body: (early.get(body.state, 2), -body.need.open, body.code))

    def invitable(self) -> list[MunicipalityRow]:
        """The bodies to which a letter about registering makes sense."""
        return [body for body in self.bodies if body.may_be_invited]


def job_name(slug: str) -> str:
    """What people call a job type."""
    return next((item.name_ja for item in reference.job_types() if item.slug == slug), slug)


def name_of(actor: Actor) -> str:
    """The name of the actor's prefecture. Raises NotPermitted for an account of none."""
    found = reference.prefecture(actor.prefecture_code)
    if found is None or not can(actor, Permission.prefecture_read):
        raise NotPermitted("都道府県のアカウントで開いてください。")
    return found.name


def overview(actor: Actor) -> PrefectureOverview:
    """The actor's prefecture as it stands now. Seven queries. Raises NotPermitted."""
    name = name_of(actor)
    code = actor.prefecture_code
    contacts = _bodies(code)
    offices = _offices(code, [row.code6 for row, _ in contacts])
    ids = {office.id: body for body, office in offices.items()}
    needs, moved = _needs(ids)
    applying = _applying(code)
    number, reports = _newest_round(list(ids))
    noticed = _noticed(code)
    rows = []
    for record, contact in contacts:
        office = offices.get(record.code6, _NO_OFFICE)
        needs_here = needs.get(record.code6)
        who = office.contact or (contact if contact is not None and contact.verified else None)
        rows.append(
            MunicipalityRow(
                code=record.code6,
                name=record.name,
                group=GROUPS[record.kind],
                state=_state(office, needs_here),
                organization_id=office.id,
                by_job=needs_here or {},
                published=needs_here is not None,
                contact_name=office.contact.name if office.contact is not None else "",
                contact_email=who.email if who is not None else "",
                contact_phone=contact.phone if contact is not None and contact is who else "",
                applying=record.code6 in applying,
                last_move=max(filter(None, (moved.get(record.code6), office.moved_at)), default=None),
                report=reports.get(office.id or 0),
                noticed_at=noticed.get(record.code6),
            )
        )
    return PrefectureOverview(code, name, rows, number)


def secured_at(actor: Actor, found: PrefectureOverview, moment: datetime) -> int:
    """How many people these bodies had secured at an earlier moment, counted from the events as the report is."""
    ids = {body.organization_id for body in found.bodies if body.published}
    if not ids:
        return 0
    postings = figures.snapshot(moment, None, actor.prefecture_code).postings.values()
    return sum(posting.secured for posting in postings if posting.organization_id in ids)


@dataclass
class _Office:
    """What is known of a body's accounts. `contact`: the one to be asked."""

    id: int | None = None
    issued: bool = False
    used: bool = False
    contact: Account | None = None
    moved_at: datetime | None = None


_NO_OFFICE = _Office()


def _bodies(code: str) -> list[tuple[MunicipalityRecord, MunicipalityContact | None]]:
    query = (
        select(MunicipalityRecord, MunicipalityContact)
        .outerjoin(MunicipalityContact, MunicipalityContact.code6 == MunicipalityRecord.code6)
        .where(MunicipalityRecord.prefecture_code == code, MunicipalityRecord.kind.in_(GROUPS))
        .order_by(MunicipalityRecord.code6)
    )
    return [(record, contact) for record, contact in db.session.execute(query)]


def _offices(code: str, codes: Iterable[str]) -> dict[str, _Office]:
    """The bodies with a row of their own, by code. The contact is who manages the accounts, else whoever was there first."""
    known, found = set(codes), dict[str, _Office]()
    query = (
        select(Organization.id, Organization.lg_code, Account)
        .outerjoin(Account, Account.organization_id == Organization.id)
        .options(
            load_only(Account.email, Account.name, Account.role, Account.status, Account.rights, Account.last_login_at, Account.created_at)
        )
        .where(Organization.prefecture_code == code, Organization.union_name == "")
        .order_by(Account.id)
    )
    for number, lg_code, account in db.session.execute(query):
        if lg_code not in known:
            continue
        office = found.setdefault(lg_code, _Office(number))
        if account is None or account.is_erased:
            continue
        office.issued = True
        office.used |= account.status in (AccountStatus.active, AccountStatus.suspended, AccountStatus.dormant)
        office.moved_at = max(filter(None, (office.moved_at, account.last_login_at, account.created_at)))
        if account.status is not AccountStatus.suspended and (office.contact is None or _rank(account) > _rank(office.contact)):
            office.contact = account
    return found


def _rank(account: Account) -> tuple[bool, bool]:
    return account.status is AccountStatus.active, OfficeRight.manage in account.held


def _needs(ids: Mapping[int | None, str]) -> tuple[dict[str, dict[str, Need]], dict[str, datetime]]:
    """By code: needs by job type of the bodies that had something public, and when one of its postings last changed."""
    query = select(Posting).where(Posting.organization_id.in_(number for number in ids if number is not None))
    columns = (Posting.organization_id, Posting.job_type, Posting.headcount, Posting.published_at, Posting.changed_at)
    postings = list(db.session.execute(query.options(load_only(*columns))).scalars()) if ids else []
    found = balances(posting for posting in postings if posting.published_at is not None)
    needs: defaultdict[str, defaultdict[str, Need]] = defaultdict(lambda: defaultdict(Need))
    moved: dict[str, datetime] = {}
    for posting in postings:
        code = ids[posting.organization_id]
        moved[code] = max(moved.get(code, posting.changed_at), posting.changed_at)
        if posting.id in found:
            needs[code][posting.job_type] += Need(found[posting.id].needed, found[posting.id].secured)
    return {code: dict(by_job) for code, by_job in needs.items()}, moved


def _state(office: _Office, needs: Mapping[str, Need] | None) -> MunicipalityState:
    if not office.issued:
        return MunicipalityState.unregistered
    if not office.used:
        return MunicipalityState.invited
    if needs is None:
        return MunicipalityState.unpublished
    return MunicipalityState.recruiting if any(need.open for need in needs.values()) else MunicipalityState.filled


def _applying(code: str) -> set[str]:
    query = select(Submission.lg_code).where(Submission.prefecture_code == code, Submission.status.in_(_UNDER_WAY))
    return set(db.session.execute(query).scalars())


def _newest_round(ids: Sequence[int | None]) -> tuple[int | None, dict[int, ReportStatus]]:
    """The newest round's number, and the state of these bodies' reports in it."""
    newest = select(func.max(ReportRound.number)).scalar_subquery()
    mine = and_(Report.round_id == ReportRound.id, Report.organization_id.in_(number for number in ids if number is not None))
    query: Any = (
        select(ReportRound.number, Report.organization_id, Report.status).outerjoin(Report, mine).where(ReportRound.number == newest)
    )
    rows = list(db.session.execute(query))
    return (rows[0][0] if rows else None), {number: status for _round, number, status in rows if number is not None}


def _noticed(code: str) -> dict[str, datetime]:
    query = select(PrefectureNotice.code6, func.max(PrefectureNotice.sent_at)).where(PrefectureNotice.prefecture_code == code)
    return {row.code6: row[1] for row in db.session.execute(query.group_by(PrefectureNotice.code6))}
