"""Mails to everybody of a role of the service center, when something is wrong that waits for none of them by name."""

from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import AccountStatus, Role


def tell(role: Role, template: str, words: dict[str, Any], *, about: Any = None) -> int:
    """Write the mail to each account of this role that is in use, with its name as `contact_name`. Returns how many there are."""
    query = select(Account).where(Account.status == AccountStatus.active, Account.role == role).order_by(Account.id)
    people = db.session.execute(query).scalars().all()
    for account in people:
        outbox.enqueue(template, account.email, words | {"contact_name": account.name}, about=about, account_id=account.id)
    return len(people)
