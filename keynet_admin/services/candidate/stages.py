"""The steps of an application from its receipt to its outcome, and how one is taken back.

Every function locks the posting before the candidate: a step may change how many people the posting still needs.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.models import Candidate
from keynet_admin.permissions import Actor, candidate_of
from keynet_admin.services import threads, workflow
from keynet_admin.services.candidate import access, mail, promises
from keynet_admin.services.posting import publication
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ActorKind, CandidateKind
from keynet_admin.vocabulary import CandidateStatus as S

CLOSED = "posting_closed_candidate"


def see(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The municipality has opened what the person sent."""
    done = _step(candidate, "see", actor, seen_version)
    opened(candidate)
    return done


def contact(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The municipality has contacted the person."""
    return _step(candidate, "contact", actor, seen_version)


def select(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """Into the selection."""
    return _step(candidate, "select", actor, seen_version)


def move_direct(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """Into a selection that the municipality holds outside of this site."""
    return _step(candidate, "move_direct", actor, seen_version)


def offer(candidate: Candidate, actor: Actor, *, seen_version: int | None, shifts: Sequence[str] = ()) -> Outcome:
    """Offer a place, for these shifts of the posting (names) where they carry numbers."""
    return _step(candidate, "offer", actor, seen_version, shifts=shifts)


def secure(candidate: Candidate, actor: Actor, *, seen_version: int | None, shifts: Sequence[str] = ()) -> Outcome:
    """The person will come."""
    return _step(candidate, "secure", actor, seen_version, shifts=shifts)


def decline(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The person does not take the place."""
    return _step(candidate, "decline", actor, seen_version)


def reject(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The person is not chosen."""
    return _step(candidate, "reject", actor, seen_version)


def end_with_posting(candidate: Candidate, actor: Actor, *, seen_version: int | None, word: str = "") -> Outcome:
    """The recruitment ended, and the person is told so: no choice was made, a question is answered by it. `word`: said besides."""
    action = "answer" if candidate.is_inquiry else "reject"
    return _step(candidate, action, actor, seen_version, template=CLOSED, words={"word": word}, closing=True)


def record_withdrawal(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The person told the municipality that they do not come."""
    return _step(candidate, "record_withdrawal", actor, seen_version)


def withdraw(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The person withdraws on their own page."""
    done = _step(candidate, "withdraw", actor, seen_version)
    candidate.unread = True
    return done


def with_message(candidate: Candidate, action: str, actor: Actor, text: str, *, seen_version: int | None) -> Outcome:
    """A step whose words to the person the officer wrote: they stand in the thread, and go by mail in the place of the step's own mail."""
    return _step(candidate, action, actor, seen_version, text=text)


def to_inquiry(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """What came as an application was meant as a question. What the person wrote with it begins the thread, unless they wrote since."""
    done = _step(candidate, "to_inquiry", actor, seen_version)
    asked = str(candidate.content.get("message") or "").strip()
    if not done.repeated and asked and not any(message.author_kind is ActorKind.candidate for message in threads.of(candidate)):
        threads.write(candidate, candidate_of(candidate.id), asked)
    return done


def convert(inquiry: Candidate) -> Outcome:
    """The person has applied instead (`intake.receive` makes the application, with their consent)."""
    return _step(inquiry, "convert", candidate_of(inquiry.id), None)


def decline_offer(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The person does not take the place that was offered."""
    done = _step(candidate, "decline_offer", actor, seen_version)
    candidate.unread = True
    return done


def accept_offer(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """The person takes the place that was offered; the municipality has to confirm it."""
    done = _step(candidate, "accept_offer", actor, seen_version)
    candidate.unread = True
    return done


def ask_again(candidate: Candidate, actor: Actor) -> Outcome:
    """The person asks on after an answer."""
    return _step(candidate, "ask_again", actor, None)


def undo(candidate: Candidate, actor: Actor, *, seen_version: int | None) -> Outcome:
    """Take the municipality's last step back. Mails that have gone stay gone."""
    workflow.lock(candidate.posting)
    if again := workflow.repeated(candidate, actor, seen_version, "undo"):
        return again
    workflow.require(candidate, "undo", actor, seen_version)
    _open(candidate, actor)
    before = candidate.status
    done = workflow.move(candidate, "undo", actor, seen_version=seen_version, target=candidate.undo_to)
    candidate.undo_to = candidate.undo_until = None
    _after(candidate, before)
    return done


def opened(candidate: Candidate) -> None:
    """The municipality has read what the person wrote."""
    threads.mark_read(candidate, ActorKind.candidate)
    candidate.unread = False


def _step(
    candidate: Candidate,
    action: str,
    actor: Actor,
    seen_version: int | None,
    *,
    shifts: Sequence[str] = (),
    template: str = "",
    words: Mapping[str, Any] = MappingProxyType({}),
    closing: bool | None = None,
    text: str = "",
) -> Outcome:
    workflow.lock(candidate.posting)
    if again := workflow.repeated(candidate, actor, seen_version, action):
        return again
    _open(candidate, actor)
    before = candidate.status
    done = workflow.move(candidate, action, actor, seen_version=seen_version, closing=closing)
    office = actor.kind is ActorKind.account
    candidate.undo_to = before if office else None
    candidate.undo_until = promises.undo_until(candidate, clock.now()) if office else None
    if shifts or action == "offer":  # they stay when the person leaves: a step that is taken back finds them
        candidate.shifts = list(shifts)
    if candidate.seen_at is None and office:
        candidate.seen_at = clock.now()
    _after(candidate, before)
    if text:
        return done.but(mails=say(candidate, actor, text))
    template = template or workflow.move_of(Candidate, action).mail
    return done.but(mails=mail.tell(candidate, template, words) if template else 0)


def _open(candidate: Candidate, actor: Actor) -> None:
    """Raises Refused: nobody of the municipality decides about a row that they can no longer read."""
    if actor.kind is ActorKind.account and (closed := access.why_closed(candidate)):
        raise Refused(closed)


def say(candidate: Candidate, actor: Actor, text: str) -> int:
    """Put the municipality's words into the thread and mail them. 0 when the person gave no address (they are telephoned), else 1."""
    candidate.unread = False
    return mail.tell(candidate, "candidate_message", {"words": threads.write(candidate, actor, text).body})


def _after(candidate: Candidate, before: S) -> None:
    """What follows from the new state: what is promised next, when it ended; a posting that needs nobody more closes itself."""
    candidate.ended_at = clock.now() if candidate.is_ended else None
    promises.begin(candidate)
    if candidate.status is not S.withdrawn:
        candidate.kind = CandidateKind.inquiry if candidate.status in (S.open, S.answered, S.converted) else CandidateKind.application
    if candidate.status in (S.received, S.seen, S.contacted, S.selection, S.moved):
        candidate.direct = candidate.status is S.moved
    if S.secured in (before, candidate.status):
        publication.settle(candidate.posting)
