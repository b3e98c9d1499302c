"""What left for a partner by a file or a mail: the ledger notes it as sent, and of a file the log who took how many postings."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem
from keynet_admin.permissions import Actor
from keynet_admin.services import audit
from keynet_admin.services.partner import feed

_CHUNK = 500


Given = Sequence[tuple[int, int]]  # id and number of each row of the ledger that was given


def given(items: Iterable[PartnerItem]) -> Given:
    """The rows as they were read. To be asked for before the transaction that notes them begins: then they are read anew."""
    return [(item.id, item.sequence or 0) for item in items]


def sent(partner_id: int, rows: Given) -> None:
    """Note that these rows were given as they were read. A row that has changed since is left waiting: its change was not among them."""
    newest = max((number for _, number in rows), default=0)
    db.session.execute(select(Partner.id).where(Partner.id == partner_id).with_for_update())
    for at in range(0, len(rows), _CHUNK):
        here = PartnerItem.id.in_([row for row, _ in rows[at : at + _CHUNK]]), PartnerItem.partner_id == partner_id
        query = select(PartnerItem.id).where(*here, PartnerItem.sequence <= newest).order_by(PartnerItem.id).with_for_update()
        feed.note(partner_id, feed.FeedPage((), newest, False, list(db.session.execute(query).scalars())))


def downloaded(partner_id: int, rows: Given, actor: Actor, *, kind: str, count: int, letters: int) -> None:
    """Note a file of so many postings that somebody of the partner took: which rows it held, in how many places a letter was substituted."""
    partner = db.session.get_one(Partner, partner_id)
    sent(partner_id, rows)
    feed.seen(partner_id)
    audit.record(partner, "download", actor, count=count, kind=kind, letters=letters)
