"""What a municipality writes to a person: a message alone, or one that brings a stage with it, in the same transaction."""

from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.models import Candidate
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, workflow
from keynet_admin.services.candidate import access, promises, stages
from keynet_admin.services.posting import balance
from keynet_admin.services.workflow import Outcome

# The steps that a message may bring (and a template suggest), as the table of moves names them.
STEPS = ("contact", "select", "move_direct", "offer", "reject", "answer")


def send(candidate: Candidate, actor: Actor, text: str, *, seen_version: int, action: str = "") -> Outcome:
    """Write to the person; with `action` the stage moves at the same moment.

    The same press again gives the first one's outcome. Raises what `workflow.move` raises, Refused when nobody is left to read it, and
    BadField (`message`) for an empty or too long text.
    """
    workflow.lock(candidate.posting)
    if again := workflow.repeated(candidate, actor, seen_version, "message", *STEPS):
        return again
    if closed := access.why_closed(candidate):
        raise Refused(closed)
    if action:
        return stages.with_message(candidate, action, actor, text, seen_version=seen_version)
    if not can(actor, Permission.candidate_handle, candidate):
        raise NotPermitted("この操作を行う権限がありません。")
    workflow.touch(candidate, actor, seen_version)
    mails = stages.say(candidate, actor, text)
    promises.begin(candidate)
    audit.record(candidate, "message", actor, version=candidate.version)
    return Outcome(candidate.status, mails=mails)


def step_of(candidate: Candidate, actor: Actor, wanted: str) -> str:
    """The step that a message with this suggestion brings now: the suggestion where it is open, else none.

    Where the posting's shifts carry numbers, an offer names the person's shifts, which a message does not.
    """
    if wanted == "offer" and balance.shift_names(candidate.posting):
        return ""
    return wanted if wanted in STEPS and wanted in workflow.allowed(candidate, actor) else ""
