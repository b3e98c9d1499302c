"""What somebody of a partner answers on the screen, to the row as they saw it. Machines answer by `receipts.py`."""

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.partner import feed
from keynet_admin.services.partner.ledger import THERE
from keynet_admin.services.partner.receipts import REASON_MOST
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PartnerItemStatus

REFUSE_HELP = "どこを直せば受け取れるかを書いてください。応募した方のことは書かないでください。"


def acknowledge(item: PartnerItem, actor: Actor, *, seen_version: int) -> Outcome:
    """The posting was taken over, or, when it has to vanish there, taken down."""
    if again := _begun(item, actor, seen_version, "acknowledge"):
        return again
    goal = PartnerItemStatus.acknowledged if item.change in THERE else PartnerItemStatus.withdrawn
    done = workflow.move(item, "acknowledge", actor, seen_version=seen_version, target=goal)
    item.answered_at, item.reason = clock.now(), ""
    return done


def refuse(item: PartnerItem, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """The posting cannot be taken; the operators read why. Raises ReasonMissing, BadField."""
    if again := _begun(item, actor, seen_version, "refuse"):
        return again
    try:
        text = workflow.not_too_long(reason, most=REASON_MOST)
    except BadField as long:
        raise BadField(str(long), "reason") from None
    done = workflow.move(item, "refuse", actor, seen_version=seen_version, reason=text)
    item.answered_at, item.reason = clock.now(), text
    return done


def _begun(item: PartnerItem, actor: Actor, seen_version: int, action: str) -> Outcome | None:
    """All that happens to rows of one partner happens one after the other."""
    db.session.execute(select(Partner.id).where(Partner.id == item.partner_id).with_for_update())
    feed.seen(item.partner_id)
    return workflow.repeated(item, actor, seen_version, action)
