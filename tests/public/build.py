"""Listed postings made quickly: rows of the tables and `listing.update`, without the walk through the queue."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting, PostingRevision
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.rules.base_submission import base_submission


def content(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A valid posting of today with normalised values put in (None removes a field)."""
    values: dict[str, Any] = base_submission(clock.today())["postings"][0] | dict(changes or {})
    return {name: value for name, value in values.items() if value is not None}


def listed(
    changes: Mapping[str, Any] | None = None,
    *,
    organization: Organization | None = None,
    until: date | None = None,
    number: int | None = None,
) -> Posting:
    """A live posting with its row in the public table, in the test's transaction."""
    body = organization or factories.make_organization()
    last = {"publish_until": until.isoformat(), "deadline_type": "until_filled"} if until else {}
    values = content({**last, **(changes or {})})
    made = number or (db.session.execute(db.select(db.func.max(Posting.id))).scalar() or 0) + 1
    posting = Posting(
        id=made,
        posting_no=f"KN-P-{made:06d}",
        status=PostingStatus.live,
        organization=body,
        title="見出し",
        job_type=values.get("job_type", ""),
        live=1,
        published_at=clock.now(),
    )
    db.session.add(posting)
    revise(posting, values)
    return posting


def revise(posting: Posting, values: dict[str, Any]) -> None:
    """List the posting with this content as its next revision."""
    db.session.flush()
    newest = db.session.execute(db.select(db.func.max(PostingRevision.number)).where(PostingRevision.posting_id == posting.id)).scalar()
    revision = PostingRevision(
        posting_id=posting.id,
        number=(newest or 0) + 1,
        typed=values,
        normalized=values,
        findings=[],
        ruleset="test",
        reference_date=clock.today().isoformat(),
    )
    db.session.add(revision)
    db.session.flush()
    posting.live = posting.current = revision.number
    put(posting, posting.status)


def put(posting: Posting, state: PostingStatus) -> None:
    """Bring the posting to a state, its row with it, and commit as the program does."""
    posting.status = state
    if state is PostingStatus.closed:
        posting.closed_at = clock.now()
    listing.update(posting)
    with transaction():
        pass
