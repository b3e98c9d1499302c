"""Making the public table anew when the code that derives it has changed (`flask refresh-listing`, called by `flask db upgrade`).

Many short transactions: called with none open.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache

from sqlalchemy import func, select

from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Posting, Setting
from keynet_admin.services import settings
from keynet_admin.services.listing import publish
from keynet_admin.services.transaction import transaction

KEY = "listing_made_by"
BATCH = 50
# What content, facts and search text of a row are made by (files, or folders with all their files).
SOURCES = ("services/listing", "catalogue", "rules/engine/posting_values.py", "models/listing.py")


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """A hash of the code that derives a row."""
    package = ROOT / "keynet_admin"
    found = hashlib.sha256()
    for source in SOURCES:
        files = sorted((package / source).rglob("*.py")) if (package / source).is_dir() else [package / source]
        for file in files:
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def is_stale() -> bool:
    """True when the rows were made by other code than today's."""
    row = db.session.get(Setting, KEY)
    return row is None or row.value != fingerprint()


def count() -> int:
    """How many postings there are to look at."""
    return db.session.execute(select(func.count()).select_from(Posting).where(Posting.live.is_not(None))).scalar_one()


def run(progress: Callable[[int], object] = lambda _done: None) -> None:
    """Make all rows anew and remember by which code; `progress` hears how many more are done."""
    last = 0
    while ids := _batch(last):
        with transaction():
            _remake(ids)
        progress(len(ids))
        last = ids[-1]
    with transaction():
        settings.put(KEY, fingerprint())


def _batch(after: int) -> Sequence[int]:
    query = select(Posting.id).where(Posting.live.is_not(None), Posting.id > after).order_by(Posting.id).limit(BATCH)
    return db.session.execute(query).scalars().all()


def _remake(ids: Sequence[int]) -> None:
    """Under the postings' locks. Their dates stay; a row that comes out the same is not touched."""
    rows = db.session.execute(select(Listing.posting_id, Listing.changed_at).where(Listing.posting_id.in_(ids)))
    dates = {row.posting_id: row.changed_at for row in rows}
    query = select(Posting).where(Posting.id.in_(ids)).order_by(Posting.id).with_for_update(of=Posting)
    for posting in db.session.execute(query, execution_options={"populate_existing": True}).scalars():
        publish.update(posting, changed_at=dates.get(posting.id))
