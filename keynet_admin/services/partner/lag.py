"""Lateness: how long a closing or a withdrawal takes to reach a partner. One alarm for one outage.

An outage is over once nothing has been late for a day: a partner that comes back haltingly does not ring again with every closing.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import settings, workflow
from keynet_admin.services.operation import alarms
from keynet_admin.vocabulary import PartnerItemStatus, PartnerStatus, Role

QUIET = timedelta(days=1)


def promised() -> timedelta:
    """Within what time a closing is to be answered."""
    return timedelta(hours=settings.get("partner_lag_hours"))


def is_late(now: datetime | None = None) -> tuple[Any, ...]:
    """Where-clauses over the ledger: gone here, and still standing at a partner that had it, for longer than promised."""
    before = (now or clock.now()) - promised()
    return PartnerItem.status == PartnerItemStatus.recalling, PartnerItem.sent_at.is_not(None), PartnerItem.changed_at <= before


def due() -> list[int]:
    """Ids of partners whose alarm begins or may be over (reads only)."""
    late = select(PartnerItem.partner_id).where(*is_late())
    begins = Partner.late_since.is_(None) & Partner.id.in_(late) & (Partner.status == PartnerStatus.active)
    over = Partner.late_since.is_not(None) & Partner.id.not_in(late)
    return list(db.session.execute(select(Partner.id).where(begins | over).order_by(Partner.id)).scalars())


def sweep(partner_id: int) -> bool:
    """Begin or end the alarm of this partner; leads get one mail when it begins. False when nothing is to be done any more."""
    query = select(Partner).where(Partner.id == partner_id).with_for_update(skip_locked=True, of=Partner)
    partner = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if partner is None:
        return False
    mine = select(func.min(PartnerItem.changed_at), func.count()).where(PartnerItem.partner_id == partner.id, *is_late())
    oldest, count = db.session.execute(mine).one()
    if count and partner.late_since is None and partner.status is PartnerStatus.active:
        workflow.move(partner, "alarm", SYSTEM, seen_version=None, count=count)
        partner.late_since = oldest + promised()
        _mail_leads(partner, count)
        return True
    if not count and partner.late_since is not None and not _was_late(partner.id):
        workflow.move(partner, "alarm_over", SYSTEM, seen_version=None)
        partner.late_since = None
        return True
    return False


def _was_late(partner_id: int) -> bool:
    """Whether something that the partner took down within `QUIET` had waited for too long."""
    query = select(PartnerItem.changed_at, PartnerItem.answered_at).where(PartnerItem.partner_id == partner_id)
    query = query.where(PartnerItem.status == PartnerItemStatus.withdrawn, PartnerItem.answered_at > clock.now() - QUIET)
    return any(answered is not None and answered - changed > promised() for changed, answered in db.session.execute(query))


def _mail_leads(partner: Partner, count: int) -> None:
    """To every lead; to the administrators where there is none."""
    words = {
        "partner": partner.name,
        "partner_id": partner.id,
        "count": count,
        "hours": settings.get("partner_lag_hours"),
        "since": partner.late_since,
        "phone": partner.contact_phone,
    }
    if not alarms.tell(Role.lead, "partner_late", words, about=partner):
        alarms.tell(Role.admin, "partner_late", words, about=partner)
