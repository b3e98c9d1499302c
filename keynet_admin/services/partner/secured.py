"""People whom partners found: a number for each key that the partner chooses, sent as often as it likes, corrected by sending it again.

The numbers land in the placements of the posting, beside those that the municipality types; the balance counts people of one way whom both
tell of once (`services/posting/balance.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem, Placement, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.partner import feed, ledger, sandbox
from keynet_admin.services.partner.receipts import ACCEPTED, REPEATED, UNKNOWN, AnswerCode, RowAnswer, parse_key
from keynet_admin.services.partner.scope import way_of
from keynet_admin.services.posting.publication import settle
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PartnerKind

COUNT_MOST, KEY_MOST = 999, 80
EARLIEST = date(2020, 1, 1)
KEY_TAKEN = RowAnswer(AnswerCode.key_taken, "この key は、別の募集の報告に使われています。別の key を付けてください。")


@dataclass(frozen=True)
class SecuredRow:
    """So many people (0 takes the report back) from a day on, under a key of the partner."""

    key: str
    partner_key: str
    count: int
    on: date


def problem(row: SecuredRow) -> tuple[str, str] | None:
    """The field that cannot be and why, None when the row can be taken."""
    if not 0 <= row.count <= COUNT_MOST:
        return "count", f"人数は0から{COUNT_MOST}までの数です。"
    if not 1 <= len(_stored(row.partner_key)) <= KEY_MOST:
        return "key", f"報告ごとの key を、1字から{KEY_MOST}字までで付けてください。"
    if not EARLIEST <= row.on <= clock.today():
        return "on", f"確保した日は、{EARLIEST.isoformat()}から今日までの日付です。"
    return None


def secured(partner: Partner, actor: Actor, row: SecuredRow) -> RowAnswer:
    """Take one report, in a transaction of its own. At zero open the posting closes itself; fewer people may open a place again."""
    if wrong := problem(row):
        return RowAnswer(AnswerCode.not_possible, wrong[1])
    if partner.kind is PartnerKind.sandbox:
        return ACCEPTED if sandbox.line_of(row.key.strip().upper()) is not None else UNKNOWN
    db.session.execute(select(Partner.id).where(Partner.id == partner.id).with_for_update(key_share=True))
    feed.seen(partner.id)
    key = parse_key(row.key)
    item = _item(partner, key[0]) if key is not None else None
    if key is None or item is None or not 1 <= key[1] <= item.issue or ledger.never_had(item):
        return UNKNOWN
    return _put(item, actor, row)


def secured_by_phone(item: PartnerItem, actor: Actor, *, seen_version: int, count: int, on: date) -> Outcome:
    """Record how many people the partner says on the telephone it has found in all for this posting; said again, the newer number counts.

    What it reported under keys of its own is among them. Raises BadField.
    """
    ledger.lock_for_number(item)
    if again := workflow.repeated(item, actor, seen_version, "report_secured"):
        return again
    row = SecuredRow(item.key, f"phone-{item.id}", count, on)
    if wrong := problem(row):
        raise BadField(wrong[1], wrong[0])
    others = _reported_otherwise(item, row.partner_key)
    if count < others:
        raise BadField(
            f"この連携先は、画面やシステムから{others}名を報告しています。{others}以上を入力するか、違うときは相手に報告の訂正を頼んでください。",
            "count",
        )
    done = ledger.move(item, "report_secured", actor, seen_version=seen_version, way=way_of(item.partner).value, count=count)
    if _put(item, actor, replace(row, count=count - others)) is KEY_TAKEN:
        raise BadField(KEY_TAKEN.message, "count")
    return done


def _item(partner: Partner, posting_no: str) -> PartnerItem | None:
    query = select(PartnerItem).join(Posting, Posting.id == PartnerItem.posting_id)
    return db.session.execute(query.where(PartnerItem.partner_id == partner.id, Posting.posting_no == posting_no)).scalar_one_or_none()


def _put(item: PartnerItem, actor: Actor, row: SecuredRow) -> RowAnswer:
    """Write the number under its key. Two tellings under one key are one; the partner's row is locked, so they come one after the other."""
    partner, posting, name = item.partner, item.posting, _stored(row.partner_key)
    workflow.lock(posting)
    told = _told(partner.id, name)
    first, before = (told[0] if told else None), sum(one.count for one in told)
    if first is not None and first.posting_id != posting.id:
        return KEY_TAKEN
    if before == row.count and (first is None or first.on == row.on):
        return REPEATED
    for one in told:
        one.on = row.on
    way = way_of(partner)
    values = {"organization_id": posting.organization_id, "way": way, "count": row.count - before, "on": row.on, "created_at": clock.now()}
    values |= {"corrects_id": first.id} if first is not None else {"partner_key": name}
    if row.count != before:
        db.session.add(Placement(posting_id=posting.id, partner_id=partner.id, **values))
    audit.record(posting, "partner_secured", actor, way=way.value, count=row.count - before, partner=partner.id)
    db.session.flush()
    settle(posting)
    return ACCEPTED


def _stored(name: str) -> str:
    """A key as the column can hold it, so that it is found again."""
    return name.replace("\0", "").encode("utf-8", "ignore").decode("utf-8").strip()


def _told(partner_id: int, name: str) -> Sequence[Placement]:
    """What was told first under a key, and its corrections: together they make what stands."""
    first = select(Placement.id).where(Placement.partner_id == partner_id, Placement.partner_key == name).scalar_subquery()
    query = select(Placement).where((Placement.id == first) | (Placement.corrects_id == first)).order_by(Placement.id)
    return db.session.execute(query).scalars().all()


def _reported_otherwise(item: PartnerItem, name: str) -> int:
    """How many people stand at this posting and partner under other keys."""
    query = select(func.coalesce(func.sum(Placement.count), 0))
    every = query.where(Placement.partner_id == item.partner_id, Placement.posting_id == item.posting_id)
    return int(db.session.execute(every).scalar_one()) - sum(one.count for one in _told(item.partner_id, name))
