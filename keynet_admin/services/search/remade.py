"""Making the words of the staff's searches anew when the code that folds them has changed (called by `flask refresh-listing` and `db upgrade`).

Many short transactions: called with none open. Nothing is read but what the search knows already and the postings' telephones: what was
forgotten of a person does not come back.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, select, update

from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    Candidate,
    Organization,
    Posting,
    PostingRevision,
    Setting,
    Submission,
    SubmissionRevision,
    SubmissionSearch,
)
from keynet_admin.models.organization import NAMED_BY
from keynet_admin.services import settings
from keynet_admin.services.posting import revisions
from keynet_admin.services.submission import search_index
from keynet_admin.services.transaction import transaction

KEY, BATCH = "search_made_by", 200
SOURCES = ("catalogue/folding.py", "services/search/remade.py", "services/submission/search_index.py")


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """A hash of the code that folds words."""
    return hashlib.sha256(b"".join((ROOT / "keynet_admin" / source).read_bytes() for source in SOURCES)).hexdigest()[:16]


def is_stale() -> bool:
    """True when the words were folded by other code than today's."""
    row = db.session.get(Setting, KEY)
    return row is None or row.value != fingerprint()


def run() -> None:
    """Fold all words anew, and remember by which code."""
    for model, remake in _PARTS:
        last = 0
        key: Any = model.__table__.primary_key.columns[0]
        while ids := list(db.session.execute(select(key).where(key > last).order_by(key).limit(BATCH)).scalars()):
            db.session.rollback()
            with transaction():
                remake(ids)
            last = ids[-1]
        db.session.rollback()
    with transaction():
        settings.put(KEY, fingerprint())


def _cases(ids: Sequence[int]) -> None:
    current = and_(SubmissionRevision.submission_id == Submission.id, SubmissionRevision.number == Submission.current)
    query = select(Submission.id, SubmissionRevision.normalized).join(SubmissionRevision, current).where(Submission.id.in_(ids))
    for number, normalized in db.session.execute(query.order_by(Submission.id)).all():
        search_index.put(number, search_index.inquiry_tels(normalized) if isinstance(normalized, dict) else [], anew=True)


def _organizations(ids: Sequence[int]) -> None:
    columns = (Organization.id, *(getattr(Organization, name) for name in (*NAMED_BY, "prefecture_code", "details")))
    rows = db.session.execute(select(*columns).where(Organization.id.in_(ids))).mappings().all()
    db.session.execute(update(Organization), [{"id": row["id"], "search_text": Organization.words(dict(row))} for row in rows])


def _accounts(ids: Sequence[int]) -> None:
    rows = db.session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(ids))).all()
    db.session.execute(update(Account), [{"id": number, "search_text": Account.words(*row)} for number, *row in rows])


def _candidates(ids: Sequence[int]) -> None:
    columns = Candidate.id, Candidate.content, Candidate.candidate_no, Candidate.name, Candidate.kana, Candidate.email, Candidate.tel
    rows = db.session.execute(select(*columns).where(Candidate.id.in_(ids))).all()
    made = [
        {"id": number, "choices": Candidate.chosen(content), "search_text": Candidate.words(*person)} for number, content, *person in rows
    ]
    db.session.execute(update(Candidate), made)


def _postings(ids: Sequence[int]) -> None:
    current = and_(PostingRevision.posting_id == Posting.id, PostingRevision.number == Posting.current)
    query = select(Posting.id, PostingRevision.normalized).join(PostingRevision, current).where(Posting.id.in_(ids))
    rows = db.session.execute(query.order_by(Posting.id)).all()
    keys = [
        {"id": number, "tel_reversed": revisions.tel_reversed(normalized)} for number, normalized in rows if isinstance(normalized, dict)
    ]
    if keys:
        db.session.execute(update(Posting), keys)


_PARTS: tuple[tuple[type[Any], Callable[[Sequence[int]], None]], ...] = (
    (Organization, _organizations),
    (Account, _accounts),
    (Candidate, _candidates),
    (Posting, _postings),
    (SubmissionSearch, _cases),
)
