"""Many checked submissions of a file into the queue at once: a handful of statements a batch instead of a dozen a case.

What is written is what `submission.submit` writes for one: case, revision, contact, findings, event and receipt mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Submission, SubmissionContact, SubmissionFinding, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, counter
from keynet_admin.services.business_days import promise_due
from keynet_admin.services.files.check import Checked
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.submission import finding, search_index
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import Source, SubmissionStatus


@dataclass(frozen=True)
class Stored:
    """What became of one checked submission: its case's receipt number and whether the case is new."""

    receipt_no: str
    new: bool


def store_all(checked: Sequence[Checked], actor: Actor, *, batch: str | None = None, network: str | None = None) -> list[Stored]:
    """Put submissions into the queue, in the caller's transaction; one that is there already is left alone. In the given order.

    `batch` and `network` mark cases that came together without an account. A case that another process stores at the same moment is not
    stored twice: the batch is begun again with it as known.
    """
    identities = [submissions.identity_of(item.result.normalized) for item in checked]
    for attempt in (1, 2):
        known = _known(identities)
        fresh: dict[str, Checked] = {}
        for identity, item in zip(identities, checked, strict=True):
            if identity not in known:
                fresh.setdefault(identity, item)
        try:
            with db.session.begin_nested():
                made = _insert(fresh, actor, {"batch": batch, "network": network}) if fresh else {}
        except IntegrityError:
            if attempt == 2:
                raise
            continue
        first = set(made)
        stored = []
        for identity in identities:
            stored.append(Stored(made.get(identity) or known[identity], identity in first))
            first.discard(identity)
        return stored
    return []


def _known(identities: Sequence[str]) -> dict[str, str]:
    query = select(Submission.identity, Submission.receipt_no).where(Submission.identity.in_(identities))
    return {identity: receipt_no for identity, receipt_no in db.session.execute(query) if identity is not None}


def _insert(fresh: dict[str, Checked], actor: Actor, marks: dict[str, str | None]) -> dict[str, str]:
    """Write the rows of new cases. Returns identity → receipt number."""
    now = clock.now()
    due = promise_due(now)
    numbers = counter.receipt_nos(now, len(fresh))
    cases: list[dict[str, Any]] = [
        {
            "receipt_no": number,
            "status": SubmissionStatus.received,
            "source": Source.file,
            "current": 1,
            "received_at": now,
            "due_at": due,
            "identity": identity,
            "version": 1,
            "set_aside": False,
            **marks,
            **submissions.described(item.result),
        }
        for number, (identity, item) in zip(numbers, fresh.items(), strict=True)
    ]
    ids = _ids(Submission, cases)
    words = (
        (case, search_index.words_of(item.result.normalized, row["receipt_no"]))
        for case, row, item in zip(ids, cases, fresh.values(), strict=True)
    )
    search_index.put_new(words)
    contacts: list[dict[str, Any]] = []
    revisions: list[dict[str, Any]] = []
    for case, item in zip(ids, fresh.values(), strict=True):
        values, contact = submissions.revision_values(item.entry.submission, item.result, item.day.isoformat())
        revisions.append({"submission_id": case, "number": 1, "message": "", "created_at": now, **values})
        contacts.append(contact)
    revision_ids = _ids(SubmissionRevision, revisions)
    for revision, contact in zip(revision_ids, contacts, strict=True):
        contact["revision_id"] = revision
    db.session.execute(insert(SubmissionContact), contacts)
    found = [
        row
        for revision, item in zip(revision_ids, fresh.values(), strict=True)
        for row in finding.row_values(revision, item.result.findings)
    ]
    if found:
        db.session.execute(insert(SubmissionFinding), found)
    audit.record_all([_event(case, row, actor) for case, row in zip(ids, cases, strict=True)])
    receipts = (
        mailer.Receipt(
            contact["email"],
            submissions.sender_words(item.result.normalized, row["org_name"])
            | {"receipt_no": row["receipt_no"], "due": due, "received_at": now},
            submissions.code_of_copy(case, row["receipt_no"], contact["email"]),
            case,
        )
        for case, row, contact, item in zip(ids, cases, contacts, fresh.values(), strict=True)
        if "@" in contact["email"]
    )
    mailer.enqueue_receipts(receipts, more=True)
    return {row["identity"]: row["receipt_no"] for row in cases}


def _ids(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their ids in the rows' order."""
    return list(db.session.execute(insert(model).returning(model.id, sort_by_parameter_order=True), rows).scalars())


def _event(case: int, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    return {
        "at": row["received_at"],
        "actor_kind": actor.kind,
        "actor_id": actor.account_id,
        "organization_id": None,
        "subject": Submission.__tablename__,
        "subject_id": case,
        "action": "submit",
        "codes": {"source": Source.file.value, "revision": 1, "errors": row["errors"], "warnings": row["warnings"]},
    }
