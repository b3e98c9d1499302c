"""A partner's postings as a table: one line a posting, with all that its public page shows, for files, mails and its own screen.

Content is that of the public table, already masked. What was withdrawn or has ended has its number only, with the title and the day that
the public page of an ended posting tells as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from keynet_admin import clock
from keynet_admin.catalogue import ORGANIZATION, POSTING, Field, Visibility, display
from keynet_admin.extensions import db
from keynet_admin.models import Listing, PartnerItem
from keynet_admin.services.partner import sandbox
from keynet_admin.services.partner.files import shift_jis
from keynet_admin.services.partner.ledger import THERE, dropped, key_of, limited
from keynet_admin.vocabulary import ListingState, PartnerChange, PartnerItemStatus

SUBSTITUTED = "置き換えた文字"
SUBSTITUTED_HEAD = ("募集番号", "項目", "元の文字", "文字コード", "ファイルでの文字")
_HEAD = ("募集番号", "送ったもの", "通番", "変わった日時", "受け取りの状態", "募集終了日", "取り下げる前の番号")
_FIELDS: tuple[tuple[str, Field], ...] = tuple(
    (section, field)
    for section, fields in (("organization", ORGANIZATION), ("posting", POSTING))
    for field in fields
    if field.visibility is not Visibility.NEVER
)
_CHUNK = 500


@dataclass(frozen=True)
class PartnerLine:
    """One posting at a partner as it stands now.

    `content` is what the partner may show, None once it must show nothing; `older`: numbers under which it stood there before, to be
    withdrawn; `posting_no`: the number of its public page, empty when there is none.
    """

    key: str
    change: PartnerChange
    sequence: int
    changed_at: datetime
    status: str
    title: str = ""
    ended: date | None = None
    older: tuple[str, ...] = ()
    posting_no: str = ""
    content: Mapping[str, Any] | None = None


class Substituted(NamedTuple):
    """A letter that a Shift_JIS file cannot hold: at which posting, in which column, which letter became which."""

    key: str
    field: str
    substitution: shift_jis.Substitution


def offered() -> ColumnElement[bool]:
    """Where-clause over the ledger: the partner was offered it. What it could not take and never had (`ledger.never_had`) is no matter of its own."""
    limited = and_(PartnerItem.status == PartnerItemStatus.refused, PartnerItem.answered_at.is_(None))
    dropped = and_(PartnerItem.status == PartnerItemStatus.withdrawn, PartnerItem.change.in_(THERE))
    return ~and_(PartnerItem.sent_at.is_(None), or_(limited, dropped))


def lines_of(items: Sequence[PartnerItem]) -> list[PartnerLine]:
    """The lines of these rows of one partner, in their order; their public rows are read at once."""
    found: dict[int, Listing] = {}
    for at in range(0, len(items), _CHUNK):
        query = select(Listing).where(Listing.posting_id.in_([item.posting_id for item in items[at : at + _CHUNK]]))
        found |= {row.posting_id: row for row in db.session.execute(query).scalars()}
    return [_line(item, found[item.posting_id]) for item in items]


def sandbox_lines() -> list[PartnerLine]:
    """The invented postings of a sandbox partner."""
    changes = {"listed": PartnerChange.new, "withdrawn": PartnerChange.withdrawn, "closed": PartnerChange.closed}
    return [
        PartnerLine(line.key, changes[line.state], line.sequence, line.changed_at, "", _title(line.content), content=line.content)
        for line in sandbox.lines()
    ]


def heading() -> list[str]:
    """The first line of a file."""
    return [*_HEAD, *(field.label for _, field in _FIELDS)]


def cells(line: PartnerLine) -> list[str]:
    """One line of a file, as people read the values."""
    moment = f"{line.changed_at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M}"
    ended = line.ended.isoformat() if line.ended is not None else ""
    head = [line.key, line.change.label, str(line.sequence), moment, line.status, ended, "、".join(line.older)]
    if line.content is None:
        return [*head, *(line.title if field.name == "title" else "" for _, field in _FIELDS)]
    content = line.content
    return [*head, *(display.show(field, content.get(section, {}).get(field.name)) for section, field in _FIELDS)]


def all_cells(lines: Iterable[PartnerLine]) -> Iterator[list[str]]:
    """Heading and lines of a file whose letters are those of Unicode."""
    yield heading()
    for line in lines:
        yield cells(line)


def in_shift_jis(lines: Iterable[PartnerLine]) -> tuple[list[list[str]], list[Substituted]]:
    """Heading and lines of a Shift_JIS file, and every letter that was substituted. The last column of each line tells its own, by code."""
    names = heading()
    made, found = [[*(shift_jis.written(name)[0] for name in names), SUBSTITUTED]], []
    for line in lines:
        out: list[str] = []
        told: list[str] = []
        for name, text in zip(names, cells(line), strict=True):
            written, substitutions = shift_jis.written(text)
            out.append(written)
            found += [Substituted(line.key, name, each) for each in substitutions]
            told += [f"{name}：{each.instead}（{each.code}）" for each in substitutions]
        made.append([*out, shift_jis.written("、".join(told))[0]])
    return made, found


def substituted_cells(found: Iterable[Substituted]) -> Iterator[list[str]]:
    """Heading and lines of the list of substituted letters, a file of Unicode."""
    yield list(SUBSTITUTED_HEAD)
    for key, field, each in found:
        yield [key, field, each.letter, each.code, each.instead]


def _line(item: PartnerItem, listing: Listing) -> PartnerLine:
    """As the feed tells it (`feed.py`)."""
    over = listing.state is ListingState.closed or (listing.state is ListingState.listed and listing.open_until <= clock.now())
    stands = item.change in THERE and not dropped(item) and not limited(item)
    content = listing.content if stands and listing.state is ListingState.listed and not over else None
    change = item.change
    if content is None:
        change = PartnerChange.closed if over else PartnerChange.withdrawn
    ended = display.as_date(listing.closed_at or listing.open_until) if over else None
    return PartnerLine(
        key_of(listing.posting_no, item.issue),
        change,
        item.sequence or 0,
        item.changed_at,
        item.status.label,
        listing.title if over else _title(content),
        ended,
        tuple(key_of(listing.posting_no, issue) for issue in range(1, item.issue)),
        listing.posting_no if content is not None else "",
        content,
    )


def _title(content: Mapping[str, Any] | None) -> str:
    return str(content["posting"].get("title", "")) if content is not None else ""
