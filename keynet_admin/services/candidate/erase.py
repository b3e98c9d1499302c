"""The end of a person's data before its time, at their own wish. The number, the state, the moments and the counts stay."""

from sqlalchemy import delete, update

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, OutboxMail, Review, StaffNote, ThreadMessage
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, persons, workflow
from keynet_admin.services.candidate import mail, stages
from keynet_admin.services.listing import published
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import after_commit, forget_log


def erase(candidate: Candidate, actor: Actor, *, seen_version: int | None, last_words: bool = True) -> None:
    """Withdraw what is still open, then forget the person: columns, messages, notes and mails, their spooled files included.

    A question of theirs that stands on the posting's page goes, too: the words began with theirs, and nobody could take it back any more.

    A last mail goes to the address, which is forgotten with its delivery (`outbox.FORGOTTEN`), unless the caller says the `last_words`.
    Done twice it does nothing.
    Raises StaleVersion, BadVersion.
    """
    workflow.lock(candidate.posting)
    workflow.lock(candidate)
    if candidate.erased_at is not None:
        return
    address, words = candidate.email, mail.words_of(candidate) | {"name": ""}
    if not candidate.is_ended:
        stages.withdraw(candidate, actor, seen_version=seen_version)
        seen_version = candidate.version
    workflow.touch(candidate, actor, seen_version)
    for ahead in persons.AHEAD:
        setattr(candidate, ahead, None)
    candidate.unread, candidate.erased_at = False, clock.now()
    audit.record(candidate, "erase", actor, version=candidate.version)
    db.session.flush()
    for table in (ThreadMessage, StaffNote):
        db.session.execute(delete(table).where(table.about(candidate)))
    published.forget(candidate)
    persons.end_mails(OutboxMail.about(candidate))
    reasons = update(Review).where(Review.about(candidate)).values(dict(persons.REVIEW))
    db.session.execute(reasons, execution_options={"synchronize_session": False})
    blank = update(Candidate).where(Candidate.id == candidate.id).values(dict(persons.CANDIDATE))
    db.session.execute(blank, execution_options={"synchronize_session": False})
    db.session.refresh(candidate)
    if last_words and outbox.deliverable(address):
        outbox.enqueue("candidate_erased", address, words, about=candidate)
    after_commit(forget_log)
