"""Named queries of the operators' list of postings."""

from typing import Any

from sqlalchemy import or_, select

from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting
from keynet_admin.permissions import Actor


def next_release(actor: Actor) -> Posting | None:
    """The posting that waits longest for release."""
    query = Posting.visible_to(actor).where(Posting.awaiting_release()).order_by(Posting.changed_at, Posting.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def of_body(word: str) -> Any:
    """Where-clause: the posting's body has the word in its name or reading, or that very code."""
    name, kana = Organization.name.icontains(word, autoescape=True), Organization.kana.icontains(word, autoescape=True)
    return Posting.organization_id.in_(select(Organization.id).where(or_(name, kana, Organization.lg_code == word)))
