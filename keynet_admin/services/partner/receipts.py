"""What partners answer: a posting was taken (or taken down), or refused with a reason that becomes a task of the operators.

Each row is judged by itself. An answer about an older change than the newest one changes nothing: the newest is still to come.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services.partner import feed, ledger, sandbox
from keynet_admin.services.partner.ledger import THERE
from keynet_admin.vocabulary import UNANSWERED, PartnerItemStatus, PartnerKind

MOST = 500  # rows of one request
TOGETHER = 50  # rows of one transaction: those who publish a posting may have to wait for it
REASON_MOST = 400
_KEY = re.compile(r"(KN-P-[0-9]{6,10})(?:-([0-9]{1,4}))?", re.ASCII)


class AnswerCode(StrEnum):
    """What became of one row that a partner sent; a word for its program."""

    accepted = "accepted"
    repeated = "repeated"
    stale = "stale"
    unknown = "unknown"
    answered = "answered"
    invalid = "invalid"
    not_possible = "not_possible"
    key_taken = "key_taken"


@dataclass(frozen=True)
class RowAnswer:
    """What became of one row, with a sentence for the partner's people. `ok`: nothing is left to do."""

    code: AnswerCode
    message: str

    @property
    def ok(self) -> bool:
        """Whether the row has its effect now."""
        return self.code in (AnswerCode.accepted, AnswerCode.repeated)


@dataclass(frozen=True)
class ReceiptRow:
    """One answer: the key as it was given, the number of the change, and what the partner did with it."""

    key: str
    sequence: int
    refused: bool
    reason: str = ""


ACCEPTED = RowAnswer(AnswerCode.accepted, "受け付けました。")
REPEATED = RowAnswer(AnswerCode.repeated, "すでに受け付けています。何も変えていません。")
UNKNOWN = RowAnswer(AnswerCode.unknown, "この番号の募集は、貴団体にお送りしたものの中にありません。番号を確かめてください。")
STALE = RowAnswer(AnswerCode.stale, "その後に内容が変わっています。次の取得で届く新しい変更に、お答えください。")
ANSWERED = RowAnswer(AnswerCode.answered, "この変更には、すでに別の答えを受け付けています。変える場合は事務局へお知らせください。")


def parse_key(text: str) -> tuple[str, int] | None:
    """Posting number and issue of a key as a partner gives it; None when it is none. Forgives case and width."""
    found = _KEY.fullmatch(unicodedata.normalize("NFKC", text[:40]).strip().upper())
    return (found[1], int(found[2] or 1)) if found else None


def receive(partner: Partner, actor: Actor, rows: Sequence[ReceiptRow]) -> list[RowAnswer]:
    """Take answers, at most `TOGETHER` in one transaction, and give back what became of each."""
    if partner.kind is PartnerKind.sandbox:
        return [_rehearsed(row) for row in rows]
    # All that happens to rows of one partner happens one after the other.
    db.session.execute(select(Partner.id).where(Partner.id == partner.id).with_for_update())
    keys = [parse_key(row.key) for row in rows]
    numbers = {key[0] for key in keys if key is not None}
    query = select(PartnerItem, Posting.posting_no).join(Posting, Posting.id == PartnerItem.posting_id)
    query = query.where(PartnerItem.partner_id == partner.id, Posting.posting_no.in_(numbers)).order_by(PartnerItem.id)
    found = db.session.execute(query.with_for_update(of=PartnerItem), execution_options={"populate_existing": True})
    items = {number: item for item, number in found}
    feed.seen(partner.id)
    return [
        _answer(items.get(key[0]) if key is not None else None, key[1] if key else 0, row, actor)
        for key, row in zip(keys, rows, strict=True)
    ]


def _answer(item: PartnerItem | None, issue: int, row: ReceiptRow, actor: Actor) -> RowAnswer:
    if item is None or not 1 <= issue <= item.issue or ledger.never_had(item):
        return UNKNOWN
    if issue < item.issue:  # an older key, whose withdrawal goes with each change of the newest
        return ACCEPTED if row.sequence == (item.sequence or 0) - item.issue + issue else STALE
    if row.sequence != item.sequence:
        return STALE
    if item.status not in UNANSWERED:
        return REPEATED if (item.status is PartnerItemStatus.refused) is row.refused else ANSWERED
    if row.refused:
        ledger.move(item, "refuse", actor, seen_version=item.version, reason=row.reason)
    else:
        goal = PartnerItemStatus.acknowledged if item.change in THERE else PartnerItemStatus.withdrawn
        ledger.move(item, "acknowledge", actor, seen_version=item.version, target=goal)
    item.answered_at, item.reason = clock.now(), row.reason if row.refused else ""
    return ACCEPTED


def _rehearsed(row: ReceiptRow) -> RowAnswer:
    line = sandbox.line_of(row.key.strip().upper())
    if line is None:
        return UNKNOWN
    return ACCEPTED if line.sequence == row.sequence else STALE
