"""How the staff's lists are searched by body: for each word of a search a condition on organizations, accounts and mails.

They are the words of the telephone desk: folded names and readings, code, prefecture, telephone of the public record, receipt number.
"""

from sqlalchemy import ColumnElement, and_, or_, select

from keynet_admin.models import Account, Organization, OutboxMail, Posting, Submission
from keynet_admin.services.search.typed import keys_of
from keynet_admin.services.submission import search_index


def organization(word: str) -> ColumnElement[bool]:
    """Where-clause: organizations with this word."""
    return and_(*(Organization.search_text.contains(key, autoescape=True) for key in keys_of(word)))


def account(word: str) -> ColumnElement[bool]:
    """Where-clause: accounts with this word, or of a body with it."""
    own = and_(*(Account.search_text.contains(key, autoescape=True) for key in keys_of(word)))
    return or_(own, Account.organization_id.in_(select(Organization.id).where(organization(word))))


def mail(word: str) -> ColumnElement[bool]:
    """Where-clause: mails about a case with this word, to an account or about a posting of a body with it."""
    cases = search_index.found(select(Submission.id), word)
    bodies = select(Organization.id).where(organization(word))
    return or_(
        and_(OutboxMail.subject == Submission.__tablename__, OutboxMail.subject_id.in_(cases)),
        and_(OutboxMail.subject == Organization.__tablename__, OutboxMail.subject_id.in_(bodies)),
        and_(
            OutboxMail.subject == Posting.__tablename__,
            OutboxMail.subject_id.in_(select(Posting.id).where(Posting.organization_id.in_(bodies))),
        ),
        OutboxMail.account_id.in_(select(Account.id).where(account(word))),
    )
