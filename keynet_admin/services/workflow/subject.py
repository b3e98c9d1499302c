"""What an audit event is about, and who did it, by the name people use: a receipt number, a posting number, a body, an address."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, cast, func, literal, or_, select, union_all

from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Organization, OutboxMail, Posting, Submission

_NAMES: dict[str, tuple[Any, Any, Any]] = {
    "submission": (Submission.id, Submission.receipt_no, Submission.org_name),
    "posting": (Posting.id, Posting.posting_no, Posting.title),
    "account": (Account.id, Account.email, Account.name),
    "organization": (Organization.id, Organization.name, Organization.lg_code),
    "outbox_mail": (OutboxMail.id, OutboxMail.title, OutboxMail.recipient),
    "actor": (Account.id, func.coalesce(func.nullif(Account.name, ""), Account.email), literal("")),
}


def names_of(events: Iterable[AuditEvent]) -> dict[tuple[str, int], str]:
    """Names by (subject, id), and of who acted by ("actor", account id), in one query. What is not there any more has none."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        wanted[event.subject].add(event.subject_id)
        if event.actor_id:
            wanted["actor"].add(event.actor_id)
    parts = [
        select(literal(kind), number, cast(first, String), cast(second, String)).where(number.in_(wanted[kind]))
        for kind, (number, first, second) in _NAMES.items()
        if wanted[kind]
    ]
    if not parts:
        return {}
    rows = db.session.execute(union_all(*parts))
    return {(kind, number): "　".join(part for part in (first, second) if part) for kind, number, first, second in rows}


def named(word: str) -> Any:
    """Where-clause for a search of the log: the event's subject has the word in its name."""
    clauses = []
    for kind, (number, first, second) in _NAMES.items():
        if kind != "actor":
            found = select(number).where(or_(first.icontains(word, autoescape=True), second.icontains(word, autoescape=True)))
            clauses.append((AuditEvent.subject == kind) & AuditEvent.subject_id.in_(found))
    return or_(*clauses)
