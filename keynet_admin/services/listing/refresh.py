"""Making the public table anew when the code that derives it has changed (`flask refresh-listing`, called by `flask db upgrade`).

Many short transactions: called with none open.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import lru_cache

from sqlalchemy import func, select

from keynet_admin.config import ROOT
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Posting, Setting
from keynet_admin.services import settings
from keynet_admin.services.listing import publish
from keynet_admin.services.transaction import transaction

log = logging.getLogger(__name__)
KEY = "listing_made_by"
BATCH = 50
# What content, facts and search text of a row are made by (files, or folders with all their files).
SOURCES = (
    "services/listing",
    "catalogue",
    "rules/engine/posting_values.py",
    "rules/words/masking.py",
    "rules/words/figures.py",
    "services/posting/balance.py",
    "models/listing.py",
)


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


def run(progress: Callable[[int], object] = lambda _done: None) -> int:
    """Make all rows anew and remember by which code; `progress` hears how many more are done.

    A row that cannot be made any more stays as it is and is logged. Returns how many these are.
    """
    last = refused = 0
    while ids := _batch(last):
        with transaction():
            refused += _remake(ids)
        progress(len(ids))
        last = ids[-1]
    with transaction():
        settings.put(KEY, fingerprint())
    if refused:
        log.warning("%d public rows could not be made anew and stay as they were", refused)
    return refused


def _batch(after: int) -> Sequence[int]:
    query = select(Posting.id).where(Posting.live.is_not(None), Posting.id > after).order_by(Posting.id).limit(BATCH)
    return db.session.execute(query).scalars().all()


def _remake(ids: Sequence[int]) -> int:
    """Under the postings' locks. Their dates stay; a row that comes out the same is not touched. How many could not be made."""
    rows = db.session.execute(select(Listing.posting_id, Listing.changed_at).where(Listing.posting_id.in_(ids)))
    dates = {row.posting_id: row.changed_at for row in rows}
    query = select(Posting).where(Posting.id.in_(ids)).order_by(Posting.id).with_for_update(of=Posting, key_share=True)
    refused = 0
    for posting in db.session.execute(query, execution_options={"populate_existing": True}).scalars():
        try:
            publish.update(posting, changed_at=dates.get(posting.id))
        except Refused as error:
            refused += 1
            log.warning("the public row of %s stays as it was: %s", posting.posting_no, error)
    return refused
