"""The clock of a case over returns and reopenings: it stands still while the sender has an answer, and goes on or begins anew.

A return says which (`Submission.resumes`). A reopening always goes on: whoever decides and reopens gains no time by it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Submission
from keynet_admin.services import business_days

_STOPS = {"return": "差し戻し", "reject": "却下", "accept": "承認"}
_GOES = ("resubmit", "reopen", "reopen_accepted")
RESETS = "再提出を受け付けた日から数えて、2営業日以内にメールでお返事します。"


@dataclass(frozen=True)
class Pause:
    """A stretch in which the clock stood still: from a decision (`why`) until the case was back."""

    begun: datetime
    ended: datetime
    why: str


def due_of(case: Submission) -> datetime:
    """The deadline of a case that has to be decided: two business days from where the count began, and what it stood still."""
    return business_days.promise_due(case.clock_from or case.received_at, case.clock_paused)


def stand(case: Submission, since: datetime | None) -> None:
    """The time since `since` does not count."""
    if since is not None:
        case.clock_paused += max(0, business_days.business_seconds_between(since, clock.now()))


def received_again(case: Submission) -> None:
    """A returned case is back just now: its count goes on, or begins anew, as the return said."""
    if case.resumes:
        case.clock_from = case.clock_from or case.received_at
        stand(case, case.returned_at)
    else:
        case.clock_from, case.clock_paused = None, 0
    case.received_at, case.resumes = clock.now(), False
    case.due_at = due_of(case)


def reopened(case: Submission) -> None:
    """A decided case is taken up again: its count goes on from the decision."""
    stand(case, case.decided_at)
    case.due_at = due_of(case)


def answer_words(case: Submission, *, resumes: bool) -> str:
    """What a return promises its sender for the time after the re-entry, in plain words."""
    if not resumes:
        return RESETS
    since = clock.now() if case.is_undecided else case.returned_at or clock.now()
    left = business_days.time_left(since, due_of(case))
    if left.overdue:
        return "再提出を受け付けたら、すぐに確認し、できるだけ早くメールでお返事します。"
    return f"再提出を受け付けたら、確認を続きから進め、受け付けた時から{left.words.removeprefix('残り ')}以内（営業時間）にメールでお返事します。"


def paused_words(case: Submission) -> str:
    """How long the present count stood still, in hours and minutes of opening time."""
    hours, minutes = divmod(case.clock_paused // 60, 60)
    return (f"{hours}時間" if hours else "") + (f"{minutes}分" if minutes or not hours else "")


def pauses_of(case: Submission) -> list[Pause]:
    """When the present count stood still, oldest first."""
    query = select(AuditEvent.action, AuditEvent.at).where(AuditEvent.about(case), AuditEvent.action.in_((*_STOPS, *_GOES)))
    found: list[Pause] = []
    stopped: tuple[datetime, str] | None = None
    for action, at in db.session.execute(query.order_by(AuditEvent.id)):
        if action in _STOPS:
            stopped = (at, _STOPS[action])
        elif stopped is not None:
            found.append(Pause(stopped[0], at, stopped[1]))
            stopped = None
    begun = case.clock_from or case.received_at
    return [pause for pause in found if pause.begun >= begun]
