"""How the mails get through: what waits by lane, what left lately, and where mails do not arrive, by domain."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail
from keynet_admin.services.mail import pause
from keynet_admin.vocabulary import UNDELIVERED, MailStatus

PERIOD = timedelta(days=30)
MOST_DOMAINS = 20
_TRIES = timedelta(days=4)  # longer than a mail is tried
# A mail that an operator settled had not arrived either.
_LOST = (*UNDELIVERED, MailStatus.settled)


@dataclass(frozen=True)
class LaneWaiting:
    """What waits in one lane: how many, since when the oldest, and how many of them a pause holds."""

    lane: int
    label: str
    count: int
    oldest: datetime | None
    held: int


@dataclass(frozen=True)
class DomainFigures:
    """What went to one domain within the period."""

    name: str
    arrived: int
    lost: int

    @property
    def percent(self) -> float:
        """The share of what did not arrive."""
        return 100 * self.lost / (self.arrived + self.lost)


@dataclass(frozen=True)
class Traffic:
    """Everything that the page shows."""

    waiting: list[LaneWaiting]
    last_hour: int
    last_day: int
    undelivered: int
    domains: list[DomainFigures]


def read() -> Traffic:
    """Count now."""
    now = clock.now()
    recent = select(OutboxMail.sent_at).where(
        OutboxMail.status == MailStatus.sent, OutboxMail.created_at > now - timedelta(days=1) - _TRIES
    )
    sent = recent.where(OutboxMail.sent_at > now - timedelta(days=1)).subquery()
    hour, day = db.session.execute(
        select(func.count(case((sent.c.sent_at > now - timedelta(hours=1), 1))), func.count()).select_from(sent)
    ).one()
    undelivered = select(func.count()).select_from(OutboxMail).where(OutboxMail.status.in_(UNDELIVERED))
    return Traffic(_waiting(), hour, day, db.session.execute(undelivered).scalar_one(), domains())


def _waiting() -> list[LaneWaiting]:
    leaves = pause.may_leave(pause.active())
    held = func.count() if leaves is None else func.count(case((~leaves, 1)))
    query = select(OutboxMail.lane, func.count(), func.min(OutboxMail.created_at), held)
    query = query.where(OutboxMail.status == MailStatus.waiting).group_by(OutboxMail.lane)
    found: dict[int, Any] = {row[0]: row for row in db.session.execute(query)}
    return [LaneWaiting(lane, label, *found.get(lane, (lane, 0, None, 0))[1:]) for lane, label in pause.LANES.items()]


def domains() -> list[DomainFigures]:
    """The domains where mails of the period did not arrive, the worst share first."""
    address = func.lower(OutboxMail.recipient)
    sqlite = db.engine.dialect.name == "sqlite"
    domain = func.substr(address, func.instr(address, "@") + 1) if sqlite else func.split_part(address, "@", 2)
    arrived = func.count(case((OutboxMail.status == MailStatus.sent, 1)))
    lost = func.count(case((OutboxMail.status.in_(_LOST), 1)))
    known = OutboxMail.created_at > clock.now() - PERIOD, OutboxMail.recipient != ""
    query = select(domain.label("name"), arrived.label("arrived"), lost.label("lost")).where(*known).group_by("name").having(lost > 0)
    found = [DomainFigures(row.name, row.arrived, row.lost) for row in db.session.execute(query)]
    return sorted(found, key=lambda one: (-one.percent, -one.lost, one.name))[:MOST_DOMAINS]
