"""What an audit event is about, by the name people use for it: a receipt number, a posting number, a body, an address."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Organization, OutboxMail, Posting, Submission

_NAMES = {
    "submission": (Submission.id, Submission.receipt_no, Submission.org_name),
    "posting": (Posting.id, Posting.posting_no, Posting.title),
    "account": (Account.id, Account.email, Account.name),
    "organization": (Organization.id, Organization.name, Organization.lg_code),
    "outbox_mail": (OutboxMail.id, OutboxMail.subject, OutboxMail.recipient),
}


def names_of(events: Iterable[AuditEvent]) -> dict[tuple[str, int], str]:
    """Names by (subject, id), one query for each kind of subject. What is not there any more has none."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        wanted[event.subject].add(event.subject_id)
    found = {}
    for subject in wanted.keys() & _NAMES.keys():
        number, *parts = _NAMES[subject]
        for row in db.session.execute(select(number, *parts).where(number.in_(wanted[subject]))):
            found[subject, row[0]] = "　".join(str(part) for part in row[1:] if part)
    return found
