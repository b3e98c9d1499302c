"""Partners in a few numbers, for the operators: what waits for whom, how long it takes until a closing is gone, alarms that stand."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem, PartnerKey, Placement
from keynet_admin.models.base import UtcDateTime
from keynet_admin.vocabulary import UNANSWERED, KeyStatus, PartnerItemStatus, PartnerKind, PartnerStatus, SecuredWay

DAYS = 30
_ITEM = PartnerItemStatus


class SecondsBetween(FunctionElement[float]):
    """The seconds from one moment to a later one, on either database."""

    type = Float()
    inherit_cache = True


@compiles(SecondsBetween, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(part, **more) for part in element.clauses)
    return f"(julianday({end}) - julianday({start})) * 86400.0"


@compiles(SecondsBetween, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(part, **more) for part in element.clauses)
    return f"EXTRACT(EPOCH FROM ({end}) - ({start}))"


def lag_seconds() -> ColumnElement[float]:
    """A row's lag as an expression: from the change at our side to the answer, or to now while one is awaited."""
    now = bindparam("lag_until", callable_=clock.now, type_=UtcDateTime(), unique=True)
    answered = func.coalesce(PartnerItem.answered_at, PartnerItem.changed_at)
    return SecondsBetween(PartnerItem.changed_at, case((PartnerItem.status.in_(UNANSWERED), now), else_=answered))


def lag_of(item: PartnerItem) -> timedelta:
    """The same of one row."""
    end = clock.now() if item.status in UNANSWERED else item.answered_at or item.changed_at
    return max(end - item.changed_at, timedelta())


def standing_there() -> ColumnElement[bool]:
    """Where-clause: gone here, and the partner, which had it, has not said that it is gone there."""
    return and_(PartnerItem.status == _ITEM.recalling, PartnerItem.sent_at.is_not(None))


def open_tasks() -> ColumnElement[bool]:
    """Where-clause: an operator has to act. The partner could not take it, or must take it down while an alarm about it stands or
    nothing is sent to it any more.
    """
    silent = select(Partner.id).where(Partner.late_since.is_not(None) | (Partner.status != PartnerStatus.active))
    return or_(PartnerItem.status == _ITEM.refused, and_(standing_there(), PartnerItem.partner_id.in_(silent)))


def words_of(lag: timedelta) -> str:
    """A length of time for people: 35分, 1.6時間, 26時間, 4日."""
    minutes = lag.total_seconds() / 60
    if minutes < 60:
        return f"{math.floor(minutes)}分"
    hours = minutes / 60
    if hours < 10:
        return f"{math.floor(hours * 10) / 10:.1f}".removesuffix(".0") + "時間"
    return f"{math.floor(hours)}時間" if hours < 72 else f"{math.floor(hours / 24)}日"


@dataclass(frozen=True)
class Alarm:
    """A partner at which closings stand for longer than promised: `late` of the `standing` rows, the oldest of `since`.

    `item_id`: the row where there is but one.
    """

    partner: Partner
    late: int
    standing: int
    since: datetime
    item_id: int | None

    @property
    def lag(self) -> timedelta:
        """How long the oldest has stood there."""
        return clock.now() - self.since


def alarms(promise: timedelta) -> list[Alarm]:
    """One for each partner whose alarm stands, the longest first."""
    partners = db.session.execute(select(Partner).where(Partner.late_since.is_not(None)).order_by(Partner.late_since)).scalars().all()
    if not partners:
        return []
    columns = PartnerItem.partner_id, PartnerItem.id, PartnerItem.changed_at
    query = select(*columns).where(standing_there(), PartnerItem.partner_id.in_([p.id for p in partners]))
    rows: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for partner_id, number, changed_at in db.session.execute(query.order_by(PartnerItem.changed_at, PartnerItem.id)):
        rows[partner_id].append((number, changed_at))
    before, found = clock.now() - promise, []
    for partner in partners:
        mine = rows[partner.id]
        late = [changed_at for _, changed_at in mine if changed_at <= before]
        if mine:
            found.append(Alarm(partner, len(late), len(mine), mine[0][1], mine[0][0] if len(mine) == 1 else None))
    return found


@dataclass(frozen=True)
class LedgerNumbers:
    """Of all partners but sandboxes. `secured`: people whom partners reported for this month, by way."""

    partners: int
    in_use: int
    standing: int
    waiting: int
    oldest: datetime | None
    refused: int
    secured: dict[SecuredWay, int]


def numbers() -> LedgerNumbers:
    """Count everything once."""
    real = select(Partner.id).where(Partner.kind != PartnerKind.sandbox)
    mine = PartnerItem.partner_id.in_(real)

    def counted(*where: Any) -> Any:
        return select(func.count(PartnerItem.id)).where(mine, *where).scalar_subquery()

    unanswered = PartnerItem.status.in_(UNANSWERED)
    query = select(
        select(func.count()).select_from(real.subquery()).scalar_subquery(),
        select(func.count()).select_from(real.where(Partner.status == PartnerStatus.active).subquery()).scalar_subquery(),
        counted(PartnerItem.status == _ITEM.acknowledged),
        counted(unanswered),
        select(func.min(PartnerItem.changed_at)).where(mine, unanswered).scalar_subquery(),
        counted(PartnerItem.status == _ITEM.refused),
    )
    partners, in_use, standing, waiting, oldest, refused = db.session.execute(query).one()
    month = clock.today().replace(day=1)
    by_way = select(Placement.way, func.sum(Placement.count)).where(Placement.partner_id.is_not(None), Placement.on >= month)
    secured = {way: int(total) for way, total in db.session.execute(by_way.group_by(Placement.way)) if total}
    return LedgerNumbers(partners, in_use, standing, waiting, oldest, refused, secured)


@dataclass(frozen=True)
class Reach:
    """How long it took until closings and withdrawals were gone at one partner: the middle and the worst of the last 30 days."""

    name: str
    middle: timedelta
    worst: timedelta
    late: bool


def reach(promise: timedelta, most: int = 12) -> list[Reach]:
    """The partners with a closing in the last 30 days, the slowest first; beyond `most` one line for all others."""
    since, now = clock.now() - timedelta(days=DAYS), clock.now()
    had_it = PartnerItem.issued_at.is_not(None)  # else it was over before the partner first took anything
    gone = and_(PartnerItem.status == _ITEM.withdrawn, PartnerItem.answered_at >= since, had_it)
    columns = Partner.name, PartnerItem.changed_at, PartnerItem.answered_at
    query = select(*columns).join(Partner, Partner.id == PartnerItem.partner_id)
    query = query.where(Partner.kind != PartnerKind.sandbox, or_(gone, standing_there()))
    lags: defaultdict[str, list[timedelta]] = defaultdict(list)
    for name, changed_at, answered_at in db.session.execute(query):
        lags[name].append(max((answered_at or now) - changed_at, timedelta()))
    by_worst = sorted(lags.items(), key=lambda pair: (-max(pair[1]), pair[0]))
    shown = by_worst if len(by_worst) <= most else by_worst[: most - 1]
    rest = [lag for _, found in by_worst[len(shown) :] for lag in found]
    if rest:
        shown = [*shown, (f"ほかの{len(by_worst) - len(shown)}の連携先", rest)]
    return [Reach(name, _middle(found), max(found), max(found) > promise) for name, found in shown]


def _middle(lags: list[timedelta]) -> timedelta:
    ranked, half = sorted(lags), len(lags) // 2
    return ranked[half] if len(lags) % 2 else (ranked[half - 1] + ranked[half]) / 2


@dataclass(frozen=True)
class PartnerCounts:
    """What stands at one partner."""

    acknowledged: int = 0
    waiting: int = 0
    refused: int = 0
    keys: int = 0
    secured: int = 0


def standings(partner_ids: Sequence[int]) -> dict[int, PartnerCounts]:
    """What stands at each of these partners, in three queries."""

    def of(status: Any) -> Any:
        return func.count(PartnerItem.id).filter(status)

    counts = of(PartnerItem.status == _ITEM.acknowledged), of(PartnerItem.status.in_(UNANSWERED)), of(PartnerItem.status == _ITEM.refused)
    items = select(PartnerItem.partner_id, *counts).where(PartnerItem.partner_id.in_(partner_ids)).group_by(PartnerItem.partner_id)
    keys = select(PartnerKey.partner_id, func.count(PartnerKey.id)).where(
        PartnerKey.partner_id.in_(partner_ids), PartnerKey.status != KeyStatus.stopped
    )
    secured = select(Placement.partner_id, func.sum(Placement.count)).where(Placement.partner_id.in_(partner_ids))
    by_item = {partner: numbers for partner, *numbers in db.session.execute(items)}
    by_key = {partner: count for partner, count in db.session.execute(keys.group_by(PartnerKey.partner_id))}  # noqa: C416 - rows are no pairs to mypy
    people = {partner: int(total or 0) for partner, total in db.session.execute(secured.group_by(Placement.partner_id))}
    found = {}
    for number in partner_ids:
        standing, waiting, refused = by_item.get(number, (0, 0, 0))
        found[number] = PartnerCounts(standing, waiting, refused, by_key.get(number, 0), people.get(number, 0))
    return found


def secured_at(items: Sequence[PartnerItem]) -> dict[tuple[int, int], int]:
    """How many people the partners reported for the postings of these rows, by (partner, posting)."""
    wanted = Placement.posting_id.in_({item.posting_id for item in items}), Placement.partner_id.is_not(None)
    query = select(Placement.partner_id, Placement.posting_id, func.sum(Placement.count)).where(*wanted)
    rows = db.session.execute(query.group_by(Placement.partner_id, Placement.posting_id))
    return {(partner, posting): int(total) for partner, posting, total in rows if partner is not None and total}
