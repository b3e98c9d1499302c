"""Whom people are in the care of (担当) when a colleague leaves: nobody who has left keeps somebody who waits.

Whoever takes both locks the people before the accounts: what is written about a person names an account, which waits for that account's lock.
"""

from collections.abc import Sequence

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate
from keynet_admin.permissions import Actor
from keynet_admin.services import audit


def lock(account: Account) -> Sequence[Candidate]:
    """The people in the account's care, in the order of their numbers, locked."""
    query = select(Candidate).where(Candidate.organization_id == (account.organization_id or 0), Candidate.owner_id == account.id)
    query = query.order_by(Candidate.id).with_for_update(of=Candidate).execution_options(populate_existing=True)
    return db.session.execute(query).scalars().all()


def leave(account: Account, actor: Actor, *, ended: bool = False) -> None:
    """Leave the people in the account's care to nobody; their history and the list say so. Whose application has `ended` keeps the name."""
    for candidate in lock(account):
        if not candidate.is_ended:
            audit.record(candidate, "assign", actor, left=True)
        if ended or not candidate.is_ended:
            candidate.owner_id = None
