"""What a candidate is promised: until when the municipality's next step is due, and the touch points with what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from keynet_admin import business_time, clock
from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate
from keynet_admin.services import business_days, settings
from keynet_admin.vocabulary import CandidateStatus as S


def begin(candidate: Candidate) -> None:
    """The promise that follows from the present state; nobody has been reminded of it yet. Called with every step."""
    candidate.due_at = due_at(candidate)
    candidate.remind_at, candidate.reminders, candidate.task_at = None, 0, None


def business_days_after(candidate: Candidate, moment: datetime, days: int) -> datetime:
    """17:00 of the n-th business day after a moment, as the offices of the municipality's prefecture count them."""
    day = business_days.add_business_days(moment.astimezone(TOKYO).date(), days, candidate.organization.prefecture_code)
    return datetime.combine(day, business_time.CLOSES, TOKYO)


def due_at(candidate: Candidate) -> datetime | None:
    """Until when the municipality's next step is due, None when it is not its turn."""
    # An interview that is still to come is the step that was promised; what follows is counted from it.
    since = max(candidate.changed_at, candidate.interview_at or candidate.changed_at)
    if candidate.status is S.received:
        return business_days_after(candidate, candidate.received_at, settings.get("candidate_seen_days"))
    if candidate.status is S.open:
        return business_days_after(candidate, since, settings.get("inquiry_days"))
    if candidate.status in (S.seen, S.contacted):
        return business_days_after(candidate, since, settings.get("candidate_selection_days"))
    if candidate.status in (S.selection, S.moved, S.offered):
        return business_days_after(candidate, since, settings.get("candidate_result_days"))
    return None


def undo_until(candidate: Candidate, moment: datetime) -> datetime:
    """Until when a step may be taken back: 17:00 of the next business day (CONTRACT, "States and moves")."""
    return business_days_after(candidate, moment, 1)


@dataclass(frozen=True)
class TouchPoint:
    """One promised step: `done` at `at`, `now` or `missed` with `at` as its promised end (None: nothing is promised), `later` within `days`
    business days after the step before, or `never`: the way ended without it.
    """

    name: str  # received, seen, selection, result; received, answer
    state: Literal["done", "now", "missed", "later", "never"]
    at: datetime | None = None
    days: int = 0


def reached(candidate: Candidate) -> dict[S, datetime]:
    """When each state was entered that the candidate has come to since its receipt, without what was taken back."""
    found: dict[S, datetime] = {}
    query = select(AuditEvent.action, AuditEvent.codes, AuditEvent.at).where(AuditEvent.about(candidate)).order_by(AuditEvent.id)
    for action, codes, at in db.session.execute(query):
        if action == "undo":
            found.pop(S[codes["from"]], None)
        elif "to" in codes:
            found[S[codes["to"]]] = at
    return found


def touch_points(candidate: Candidate) -> list[TouchPoint]:
    """The steps that the person was promised, in their order: four of an application, two of an inquiry."""
    been, over = reached(candidate), candidate.is_ended
    if candidate.is_inquiry:
        answered = been.get(candidate.status) if candidate.status in (S.answered, S.converted) else None
        steps = [("received", candidate.received_at, 0), ("answer", answered, settings.get("inquiry_days"))]
    else:
        result = been.get(S.offered) or (been.get(candidate.status) if over else None)
        over = over or result is not None
        steps = [
            ("received", candidate.received_at, 0),
            ("seen", candidate.seen_at, settings.get("candidate_seen_days")),
            ("selection", been.get(S.selection) or been.get(S.moved), settings.get("candidate_selection_days")),
            ("result", result, settings.get("candidate_result_days")),
        ]
    return [_point(candidate, number, steps, over) for number in range(len(steps))]


def _point(candidate: Candidate, number: int, steps: list[tuple[str, datetime | None, int]], over: bool) -> TouchPoint:
    name, at, days = steps[number]
    if at is not None:
        return TouchPoint(name, "done", at)
    if over:
        return TouchPoint(name, "never")
    if any(before is None for _, before, _ in steps[:number]):
        return TouchPoint(name, "later", days=days)
    missed = candidate.due_at is not None and candidate.due_at < clock.now()
    return TouchPoint(name, "missed" if missed else "now", candidate.due_at)
