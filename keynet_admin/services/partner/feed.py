"""The changes for one partner, in the order of their numbers. What is asked for twice is given twice: windows may overlap.

A line says how the posting stands now, not what happened: whoever reads all lines since their cursor, in whatever portions and however
often, knows everything. A row that was issued anew gives one line for each of its keys: the older ones are withdrawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Partner, PartnerItem
from keynet_admin.services import workflow
from keynet_admin.services.listing import version
from keynet_admin.services.partner import sandbox
from keynet_admin.services.partner.ledger import THERE, FeedLine, dropped, key_of, limited, never_had
from keynet_admin.services.partner.scope import sends_to
from keynet_admin.services.transaction import rows_changed
from keynet_admin.vocabulary import ListingState, PartnerKind

LIMIT, MOST = 200, 500


@dataclass(frozen=True)
class FeedPage:
    """Lines, the cursor after them, whether more are waiting, and the ids of the ledger's rows that they are made of."""

    lines: Sequence[FeedLine]
    next: int
    more: bool
    item_ids: Sequence[int] = ()


def page(partner: Partner, since: int = 0, limit: int = LIMIT) -> FeedPage:
    """The changes after the number `since`, at most `limit` rows of the ledger (reads only; `note` keeps that they were given).

    Raises BadField for a cursor that was never given out: the partner, or we, have gone back to an older state, and it has to begin anew.
    """
    if partner.kind is PartnerKind.sandbox:
        lines = [line for line in sandbox.lines() if line.sequence > since]
        return FeedPage(lines[:limit], lines[:limit][-1].sequence if lines else since, len(lines) > limit)
    if since > version.newest():
        raise BadField("この続きの位置（since）は、まだ発行していません。since を付けずに、最初から取得し直してください。", "since")
    if not sends_to(partner, known=False):
        return FeedPage((), since, False)
    columns = PartnerItem, Listing.posting_no, Listing.state, Listing.open_until, Listing.content
    query = select(*columns).join(Listing, Listing.posting_id == PartnerItem.posting_id)
    query = query.where(PartnerItem.partner_id == partner.id, PartnerItem.sequence > since).order_by(PartnerItem.sequence)
    rows = db.session.execute(query.limit(limit + 1)).all()
    given = rows[:limit]
    lines = [line for row in given for line in _lines(*row)]
    ids = [row[0].id for row in given if not never_had(row[0])]
    return FeedPage(lines, given[-1][0].sequence if given else since, len(rows) > limit, ids)


def note(partner_id: int, found: FeedPage) -> None:
    """Keep that a page was given: its rows are sent, but for those that have changed since it was read (their line is still to come).

    To be called before the page leaves the house, so that a partner never has what we do not know of.
    """
    now = clock.now()
    db.session.execute(select(Partner.id).where(Partner.id == partner_id).with_for_update())
    here = PartnerItem.id.in_(found.item_ids), PartnerItem.partner_id == partner_id
    issued = case((PartnerItem.change.in_(THERE), func.coalesce(PartnerItem.issued_at, now)), else_=PartnerItem.issued_at)
    rows_changed(update(PartnerItem).where(*here).values(sent_at=now, attempts=PartnerItem.attempts + 1, issued_at=issued))
    workflow.move_where(PartnerItem, "send", *here, PartnerItem.sequence <= found.next)


def seen(partner_id: int) -> None:
    """Keep that the partner has shown itself."""
    rows_changed(update(Partner).where(Partner.id == partner_id).values(last_seen_at=clock.now()))


def _lines(
    item: PartnerItem, posting_no: str, state: ListingState, open_until: datetime, content: Mapping[str, Any] | None
) -> Iterator[FeedLine]:
    if never_had(item):
        return
    number = item.sequence or 0
    for issue in range(1, item.issue):
        yield FeedLine(number - item.issue + issue, key_of(posting_no, issue), "withdrawn", item.changed_at)
    over = state is ListingState.closed or (state is ListingState.listed and open_until <= clock.now())
    there = item.change in THERE and state is ListingState.listed and not over and not limited(item) and not dropped(item)
    told = "listed" if there else "closed" if over else "withdrawn"
    yield FeedLine(number, key_of(posting_no, item.issue), told, item.changed_at, dict(content or {}) if there else None)
