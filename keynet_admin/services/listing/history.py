"""What stood in the public table: every version of a posting's row as visitors read it, with the time during which it stood.

A version is one INSERT … SELECT, the last work of the transaction that publishes it; its end is the beginning of the next one, or the end
of the posting itself. Nothing here is shown to visitors. docs/decisions/0066.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, exists, func, insert, literal, select, type_coerce
from sqlalchemy.orm import aliased

from keynet_admin import clock
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Posting, PublishedVersion
from keynet_admin.models.base import UtcDateTime
from keynet_admin.models.listing import SHOWN
from keynet_admin.vocabulary import ListingState


@dataclass(frozen=True)
class KeptVersion:
    """One version, which stood from its beginning to before `until` (None: still). `number` counts from 1.

    `changed` is what a listed one has other than the listed one before it; `answers_changed` tells that of the published questions.
    """

    number: int
    version: PublishedVersion
    until: datetime | None
    changed: Sequence[Change] = ()
    answers_changed: bool = False

    @property
    def listed(self) -> bool:
        """Whether visitors could read the posting."""
        return self.version.state is ListingState.listed

    def stood(self, moment: datetime) -> bool:
        """Whether this is what stood at a moment."""
        return self.version.begins_at <= moment and (self.until is None or moment < self.until)


def keep(posting_id: int) -> None:
    """Keep the posting's public row as it stands now, unless that is what was kept last. The caller has locked the posting."""
    last = select(func.max(PublishedVersion.id)).where(PublishedVersion.posting_id == posting_id).scalar_subquery()
    kept = aliased(PublishedVersion)
    same = and_(*(getattr(kept, name).is_not_distinct_from(getattr(Listing, name)) for name in SHOWN))
    row = select(
        Listing.posting_id,
        Listing.sequence,
        literal(clock.now(), UtcDateTime).label("begins_at"),
        *(getattr(Listing, name) for name in SHOWN),
    ).where(Listing.posting_id == posting_id, ~exists().where(kept.id == last, same))
    columns = ["posting_id", "sequence", "begins_at", *SHOWN]
    db.session.connection().execute(insert(PublishedVersion).from_select(columns, row))


def of(posting: Posting, now: datetime) -> list[KeptVersion]:
    """All versions of a posting, the first one first. A listed one ends with the posting's own end at the latest."""
    query = select(PublishedVersion).where(PublishedVersion.posting_id == posting.id).order_by(PublishedVersion.id)
    rows = db.session.execute(query).scalars().all()
    found: list[KeptVersion] = []
    before: PublishedVersion | None = None
    for at, row in enumerate(rows):
        until = rows[at + 1].begins_at if at + 1 < len(rows) else None
        if row.state is not ListingState.listed:
            found.append(KeptVersion(at + 1, row, until))
            continue
        if row.open_until <= (until or now):
            until = row.open_until
        found.append(KeptVersion(at + 1, row, until, *(_compared(before, row) if before is not None else ())))
        before = row
    return found


def _compared(old: PublishedVersion, new: PublishedVersion) -> tuple[Sequence[Change], bool]:
    before, after = old.content or {}, new.content or {}
    found = changes(*({"organization": content.get("organization"), "postings": [content.get("posting")]} for content in (before, after)))
    return found, before.get("answers") != after.get("answers")


def forget_answers(posting_ids: Sequence[int]) -> None:
    """Take from all kept versions of these postings the questions that somebody asked: one of the askers is forgotten.

    A version does not say who asked what, so all its questions go; what is published still stands on the page itself.
    """
    asked = type_coerce(PublishedVersion.content, String).contains('"answers":')
    query = select(PublishedVersion).where(PublishedVersion.posting_id.in_(posting_ids), asked)
    for row in db.session.execute(query).scalars():
        row.content = {name: value for name, value in (row.content or {}).items() if name != "answers"}
