"""The ledger: for each posting and partner where it stands there. One row each, at the newest change that concerns the partner.

`follow(posting_id)` brings the rows of a posting up to its public row, and `refill(partner)` those of a partner whose state, scope or limits
have changed. Both decide as the last work of the transaction that made the change, under the lock of the numbers: nobody publishes or
withdraws between what they see and what they write, so no posting is forgotten and none is left standing at a partner.

Who holds the row of a partner or of a posting may wait for that lock, if it lets new rows name them (`key_share`: a new row of the ledger
is written under the lock of the numbers); who holds only rows of the ledger must not. So `resend`, `reissue` and `secured_by_phone` lock
partner and posting first, and answers of partners (`receipts.py`) and notes of deliveries (`feed.py`) take no number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Partner, PartnerItem, Posting, PostingRevision
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import workflow
from keynet_admin.services.listing import version
from keynet_admin.services.partner import scope
from keynet_admin.services.partner.scope import SharedPosting
from keynet_admin.services.transaction import before_commit
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ListingState, PartnerChange, PartnerItemStatus, PartnerKind, PartnerStatus

THERE = (PartnerChange.new, PartnerChange.changed)
_CHUNK = 500


@dataclass(frozen=True)
class PublicState:
    """What visitors can read of a posting now. `shared`: None once it is over, withdrawn or at no time public; `since`: when it ended."""

    posting_id: int
    sequence: int
    shared: SharedPosting | None
    closed: bool
    since: datetime


@dataclass(frozen=True)
class FeedLine:
    """What a partner is told of one key: how it stands now (`listed`, `withdrawn` or `closed`), and what visitors read when it is listed."""

    sequence: int
    key: str
    state: str
    changed_at: datetime
    content: dict[str, Any] | None = None


def follow(posting_id: int) -> None:
    """Bring the rows of one posting up to date. Part of `services.listing.publish`, which runs it last in the transaction (it locks)."""
    version.lock()
    items = _items(PartnerItem.posting_id == posting_id)
    found = _states(Listing.posting_id == posting_id)
    if not found or (not items and found[0].shared is None):
        return
    partners = _partners(
        Partner.status.in_((PartnerStatus.active, PartnerStatus.preparing)) | Partner.id.in_([i.partner_id for i in items])
    )
    of = {item.partner_id: item for item in items}
    _number([item for partner in partners if (item := _bring(partner, found[0], of.get(partner.id))) is not None])


def refill(partner: Partner) -> None:
    """Before the commit: bring all rows of a partner up to date, since its state, its scope or its limits have changed."""
    before_commit(_refill, partner.id)


def resend(item: PartnerItem, actor: Actor, *, seen_version: int) -> Outcome:
    """Put the row into the next delivery once more, as it is now."""
    lock_for_number(item)
    if again := workflow.repeated(item, actor, seen_version, "resend"):
        return again
    _deliverable(item.partner)
    if limited(item):
        raise Refused(f"{item.reason}このまま送ることはできません。団体に内容の変更を相談するか、送付を取りやめてください。")
    goal = PartnerItemStatus.waiting if item.change in THERE else PartnerItemStatus.recalling
    done = workflow.move(item, "resend", actor, seen_version=seen_version, target=goal)
    _begin_again(item)
    return done


def reissue(item: PartnerItem, actor: Actor, *, seen_version: int | None, limit: bool = False) -> Outcome:
    """Give the posting a further number at the partner: the old ones are withdrawn there, and it is sent as a new one.

    `limit`: because the partner shows nothing for longer than so many days. Raises Refused when it is not to stand there any more.
    """
    lock_for_number(item)
    if again := workflow.repeated(item, actor, seen_version, "reissue"):
        return again
    _deliverable(item.partner)
    workflow.require(item, "reissue", actor, seen_version)
    if item.change not in THERE:
        raise Refused("この募集は、もうこの連携先に載せないものです。取下げを伝える場合は「再送」を使ってください。")
    done = workflow.move(item, "reissue", actor, seen_version=seen_version, issue=item.issue + 1, limit=limit or None)
    item.issue, item.issued_at, item.change = item.issue + 1, None, PartnerChange.new
    _begin_again(item)
    return done


def tell(item: PartnerItem, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Record that the partner was told on the telephone and has taken it, or taken it down."""
    if again := workflow.repeated(item, actor, seen_version, "tell"):
        return again
    goal = PartnerItemStatus.acknowledged if item.change in THERE else PartnerItemStatus.withdrawn
    done = move(item, "tell", actor, seen_version=seen_version, target=goal, reason=reason)
    item.answered_at, item.reason = clock.now(), ""
    return done


def drop(item: PartnerItem, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Leave a refused posting alone until it changes."""
    if again := workflow.repeated(item, actor, seen_version, "drop"):
        return again
    return move(item, "drop", actor, seen_version=seen_version, reason=reason)


def misplaced() -> Iterator[tuple[Partner, int, str]]:
    """Rows that do not stand as their posting's public row asks for: partner, posting (its id) and why (reads only).

    What is over by its time and not yet tidied up is left out: the sweep brings it down.
    """
    states = _states(~Listing.over(clock.now()))
    items = {(item.partner_id, item.posting_id): item for item in _items()}
    for partner in _partners(Partner.kind != PartnerKind.sandbox):
        for state in states:
            if why := _misplaced(partner, state, items.get((partner.id, state.posting_id))):
                yield partner, state.posting_id, why


def _misplaced(partner: Partner, state: PublicState, item: PartnerItem | None) -> str:
    """Why a row is not as `_bring` would leave it; empty when it is."""
    shared = state.shared if state.shared is not None and scope.takes(partner, state.shared) else None
    if shared is None or not scope.sends_to(partner, known=item is not None):
        return "渡さない募集が載っています。" if item is not None and _may_stand_there(item) else ""
    if item is None:
        return "渡す募集が載っていません。"
    if item.sequence is None:
        return "送る順の番号がありません。"
    return "" if _is_current(item, state) else "公開している内容より古いままです。"


def move(item: PartnerItem, action: str, actor: Actor, **values: Any) -> Outcome:
    """`workflow.move` of an answer: since when our side stands as it does is left as it is, for the lag is counted from there."""
    since = item.changed_at
    done = workflow.move(item, action, actor, **values)
    item.changed_at = since
    return done


def due_to_reissue() -> list[int]:
    """Ids of rows whose partner shows nothing any longer, because its days are over (reads only)."""
    found: list[int] = []
    for partner in _partners(Partner.days_most.is_not(None), Partner.status == PartnerStatus.active):
        query = select(PartnerItem.id).where(PartnerItem.partner_id == partner.id, *_days_over(partner))
        found += db.session.execute(query.order_by(PartnerItem.id)).scalars()
    return found


def reissue_due(item_id: int) -> bool:
    """Issue this row anew if its days at the partner are over. False when they are not."""
    item = db.session.get_one(PartnerItem, item_id)
    lock_for_number(item)
    due = select(PartnerItem.id).where(PartnerItem.id == item_id, *_days_over(item.partner))
    if item.partner.status is not PartnerStatus.active or db.session.execute(due).first() is None:
        return False
    reissue(item, SYSTEM, seen_version=None, limit=True)
    return True


def key_of(posting_no: str, issue: int) -> str:
    """The number under which a partner knows this issue of a posting."""
    return posting_no if issue == 1 else f"{posting_no}-{issue}"


def limited(item: PartnerItem) -> bool:
    """Whether the row is not sent because the partner could not take it: refused by us, not by its answer."""
    return item.status is PartnerItemStatus.refused and item.answered_at is None


def never_had(item: PartnerItem) -> bool:
    """Whether the partner could not take it, and has never had it: there is nothing to tell or to answer (`table.offered`)."""
    return item.sent_at is None and (limited(item) or dropped(item))


def dropped(item: PartnerItem) -> bool:
    """Whether an operator decided that the posting as it stands is not for this partner."""
    return item.status is PartnerItemStatus.withdrawn and item.change in THERE


def _days_over(partner: Partner) -> tuple[Any, ...]:
    if partner.days_most is None:
        return (PartnerItem.id.is_(None),)
    over = PartnerItem.issued_at <= clock.now() - timedelta(days=partner.days_most)
    there = PartnerItem.status.in_((PartnerItemStatus.sent, PartnerItemStatus.acknowledged)), PartnerItem.change.in_(THERE)
    return (over, *there)


def _deliverable(partner: Partner) -> None:
    if partner.status is not PartnerStatus.active:
        raise Refused("この連携先へは、いま何も送れません。連絡先を確かめて使用を始めるか、電話で伝えてください。")


def _begin_again(item: PartnerItem) -> None:
    """The row goes out anew: nothing is known of it until the partner answers."""
    item.sequence, item.changed_at, item.attempts, item.answered_at, item.reason = None, clock.now(), 0, None, ""
    before_commit(_number_one, item.id)


def lock_for_number(item: PartnerItem) -> None:
    """Lock a row for a change that may take a number or change its posting: partner, posting, row, in this order."""
    db.session.execute(select(Partner.id).where(Partner.id == item.partner_id).with_for_update(key_share=True))
    db.session.execute(select(Posting.id).where(Posting.id == item.posting_id).with_for_update(key_share=True))
    workflow.lock(item)


def _refill(partner_id: int) -> None:
    version.lock()
    partner = _partners(Partner.id == partner_id)[0]
    if partner.kind is PartnerKind.sandbox:
        return
    jobs, area = scope.jobs_of(partner), partner.prefecture_code
    wide = select(Listing.posting_id).where(Listing.listed(clock.now()))
    wide = wide.where(*([Listing.job_type.in_(jobs)] if jobs else []), *([Listing.prefecture_code == area] if area else []))
    mine = select(PartnerItem.posting_id).where(PartnerItem.partner_id == partner.id, PartnerItem.status != PartnerItemStatus.withdrawn)
    every = sorted({*db.session.execute(wide).scalars(), *db.session.execute(mine).scalars()})
    for start in range(0, len(every), _CHUNK):
        ids = every[start : start + _CHUNK]
        of = {item.posting_id: item for item in _items(PartnerItem.partner_id == partner.id, PartnerItem.posting_id.in_(ids))}
        found = [_bring(partner, state, of.get(state.posting_id)) for state in _states(Listing.posting_id.in_(ids))]
        _number([item for item in found if item is not None])


def _bring(partner: Partner, state: PublicState, item: PartnerItem | None) -> PartnerItem | None:
    """Bring one row up to date; the row when it must be sent, None when it is right as it stands."""
    if partner.kind is PartnerKind.sandbox:
        return None
    shared = state.shared if state.shared is not None and scope.takes(partner, state.shared) else None
    if shared is not None and scope.sends_to(partner, known=item is not None):
        return _offer(partner, state, shared, item)
    if item is None or not _may_stand_there(item):
        return None
    change, since = (PartnerChange.closed, state.since) if state.closed else (PartnerChange.withdrawn, clock.now())
    return _queue(item, PartnerItemStatus.recalling, change, since)


def _offer(partner: Partner, state: PublicState, shared: SharedPosting, item: PartnerItem | None) -> PartnerItem | None:
    """Let the partner have the posting, or say why it cannot take it."""
    why = scope.beyond_limits(partner, shared)
    if item is None:
        item = PartnerItem(partner_id=partner.id, posting_id=state.posting_id, change=PartnerChange.new, changed_at=clock.now())
        db.session.add(item)
        db.session.flush()
    elif _is_current(item, state) and (item.status is PartnerItemStatus.withdrawn or (why != "") is limited(item)):
        return None
    else:
        fresh = item.sent_at is None or (item.status is PartnerItemStatus.withdrawn and item.change not in THERE)
        _queue(item, PartnerItemStatus.waiting, PartnerChange.new if fresh else PartnerChange.changed, clock.now())
    if why:
        move(item, "limit", SYSTEM, seen_version=None)
        item.reason = why
    return item


def _is_current(item: PartnerItem, state: PublicState) -> bool:
    """Whether the row is about the posting as visitors read it now (one that an operator dropped, too)."""
    return item.change in THERE and (item.sequence or 0) >= state.sequence


def _may_stand_there(item: PartnerItem) -> bool:
    """Whether the partner may still show it: it has not been told otherwise, and what an operator dropped was there before."""
    return item.change in THERE and not (item.status is PartnerItemStatus.withdrawn and item.sent_at is None)


def _queue(item: PartnerItem, goal: PartnerItemStatus, change: PartnerChange, since: datetime) -> PartnerItem:
    values = {"change": change, "changed_at": since, "sequence": None, "attempts": 0, "answered_at": None, "reason": ""}
    workflow.move_where(PartnerItem, "queue", PartnerItem.id == item.id, target=goal, **values)
    db.session.refresh(item)
    return item


def _number_one(item_id: int) -> None:
    _number(_items(PartnerItem.id == item_id))


def _number(items: Iterable[PartnerItem]) -> None:
    """Give rows their numbers. A row takes one for each key that it ever had, so that the withdrawal of an older key has its own."""
    rows = [item for item in items if item.sequence is None]
    if not rows:
        return
    db.session.flush()
    number = version.take(sum(item.issue for item in rows)) - sum(item.issue for item in rows)
    values = []
    for item in rows:
        number += item.issue
        values.append({"row": item.id, "number": number})
    table: Any = PartnerItem.__table__
    db.session.connection().execute(update(table).where(table.c.id == bindparam("row")).values(sequence=bindparam("number")), values)
    for item in rows:
        db.session.refresh(item, ["sequence"])


def _items(*where: Any) -> list[PartnerItem]:
    """Rows of the ledger as they are now, whatever the session has read before."""
    query = select(PartnerItem).where(*where).order_by(PartnerItem.id)
    return list(db.session.execute(query, execution_options={"populate_existing": True}).scalars())


def _partners(*where: Any) -> Sequence[Partner]:
    query = select(Partner).where(*where).order_by(Partner.id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().all()


def _states(*where: Any) -> list[PublicState]:
    """What visitors can read of these postings, with the consents of the revisions that are live."""
    columns = Listing.posting_id, Listing.sequence, Listing.state, Listing.title, Listing.job_type, Listing.prefecture_code
    query = select(*columns, Listing.open_until, Listing.closed_at, PostingRevision.normalized).join(
        Posting, Posting.id == Listing.posting_id
    )
    live = (PostingRevision.posting_id == Posting.id) & (PostingRevision.number == Posting.live)
    found, now = [], clock.now()
    for row in db.session.execute(query.outerjoin(PostingRevision, live).where(*where).order_by(Listing.posting_id)):
        over = row.state is ListingState.listed and row.open_until <= now
        shared = None
        if row.state is ListingState.listed and not over:
            shared = SharedPosting(row.job_type, row.prefecture_code, scope.consents_of(row.normalized or {}), row.title)
        ended = row.open_until if over else row.closed_at
        since = min(now, ended) if ended is not None else now
        found.append(PublicState(row.posting_id, row.sequence or 0, shared, over or row.state is ListingState.closed, since))
    return found
