"""Mails to partners that take the postings by mail: what changed, on the morning of a business day; recalls and closings at once.

The morning's mail tells what changed until 8:30 and was not sent yet, so that it needs no memory of its own: what was told is noted in the
ledger as sent. A recall does not wait for the morning, for an ended posting must vanish within the promised hours; one mail tells all that
wait, and no more than `MOST` postings, the rest follows in the next one.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from keynet_admin import business_time, clock
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem
from keynet_admin.services import business_days
from keynet_admin.services.listing import card
from keynet_admin.services.mail import outbox
from keynet_admin.services.partner import delivery
from keynet_admin.services.partner.files import table
from keynet_admin.vocabulary import PartnerChange, PartnerChannel, PartnerItemStatus, PartnerStatus

DIGEST_AT = time(8, 30)
MOST = 100
_ORDER = (PartnerChange.closed, PartnerChange.withdrawn, PartnerChange.changed, PartnerChange.new)


def due() -> list[int]:
    """Ids of the partners whom a mail has something to tell now (reads only)."""
    query = select(Partner.id).where(*_by_mail(), exists().where(PartnerItem.partner_id == Partner.id, _untold()))
    return list(db.session.execute(query.order_by(Partner.id)).scalars())


def send(partner_id: int) -> bool:
    """Mail a partner what it was not told yet. False when there is nothing, or nobody whose address was verified."""
    query = select(Partner).where(Partner.id == partner_id, *_by_mail()).with_for_update(skip_locked=True, of=Partner)
    partner = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if partner is None or not partner.contact_email:
        return False
    mine = select(PartnerItem).where(PartnerItem.partner_id == partner.id, _untold()).with_for_update(of=PartnerItem)
    items = db.session.execute(mine.order_by(PartnerItem.sequence, PartnerItem.id).limit(MOST)).scalars().all()
    if not items:
        return False
    outbox.enqueue("partner_digest", partner.contact_email, words(partner, table.lines_of(items)), about=partner)
    delivery.sent(partner.id, delivery.given(items))
    return True


def words(partner: Partner, lines: Sequence[table.PartnerLine]) -> dict[str, Any]:
    """What the mail says: what must vanish first, then what changed, then what is new."""
    groups = []
    for change in _ORDER:
        of_change = [_words(line) for line in lines if line.change is change]
        if of_change:
            groups.append({"label": change.label, "count": len(of_change), "lines": of_change})
    recalls_only = all(line.content is None for line in lines)
    return {"partner_name": partner.name, "groups": groups, "count": len(lines), "recalls_only": recalls_only}


def _words(line: table.PartnerLine) -> dict[str, str]:
    content = line.content
    facts = "　".join((card.place(content), card.job(content["posting"]))) if content is not None else ""
    path = f"/postings/{line.posting_no}" if line.posting_no else ""
    return {"key": line.key, "title": line.title, "facts": facts, "older": "、".join(line.older), "path": path}


def _by_mail() -> tuple[ColumnElement[bool], ...]:
    """Partners in use, so that their contact is verified."""
    return Partner.channel == PartnerChannel.mail, Partner.status == PartnerStatus.active


def _untold() -> ColumnElement[bool]:
    """What was not sent since it changed: recalls at any time, all else from this morning on if it changed before."""
    recalled = (PartnerItem.status == PartnerItemStatus.recalling) & (PartnerItem.attempts == 0)
    morning = _morning()
    if morning is None:
        return recalled
    return or_(recalled, (PartnerItem.status == PartnerItemStatus.waiting) & (PartnerItem.changed_at < morning))


def _morning() -> datetime | None:
    """8:30 of today once it has come on a day on which people work, else None."""
    now = clock.now().astimezone(clock.TOKYO)
    begins = datetime.combine(now.date(), DIGEST_AT, clock.TOKYO)
    return begins if now >= begins and business_time.is_business_day(now.date(), business_days.closed()) else None
