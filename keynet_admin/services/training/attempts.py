"""Answers to the exercises: their points, keeping them, and the scores of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, TrainingAttempt
from keynet_admin.permissions import Actor
from keynet_admin.services.training.exercises import DECISIONS, Exercise, TrainingFault
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus

FULL = 10  # points of an exercise
_DECIDED, _EXTRA = 4, 2  # points for the right decision of a return, and those that each needless place costs
MOST_PLACES = 40


@dataclass(frozen=True)
class Marked:
    """What an answer is worth: what was seen, what was overlooked, and the places that had no need of it."""

    points: int
    decided: bool
    seen: tuple[TrainingFault, ...]
    overlooked: tuple[TrainingFault, ...]
    needless: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing is missing in it."""
        return self.points == FULL


def mark(exercise: Exercise, decision: str, places: Sequence[str]) -> Marked:
    """The points (0 to 10) of a decision with the places that are to be put right. Only a return has places."""
    ticked = places if decision == "return" else ()
    seen = tuple(fault for fault in exercise.faults if any(fault.named_by(path) for path in ticked))
    overlooked = tuple(fault for fault in exercise.faults if fault not in seen)
    needless = tuple(path for path in ticked if not any(fault.named_by(path) for fault in exercise.faults))
    decided = decision in exercise.right
    if not decided:
        points = 0
    elif not exercise.faults:
        points = FULL
    else:
        points = max(1, _DECIDED + (FULL - _DECIDED) * len(seen) // len(exercise.faults) - _EXTRA * len(needless))
    return Marked(points, decided, seen, overlooked, needless)


def answer(exercise: Exercise, actor: Actor, decision: str, places: Sequence[str]) -> TrainingAttempt:
    """Keep what somebody answered. Raises BadField for no decision, or a return that names no place."""
    if decision not in DECISIONS:
        raise BadField("どうするかを選んでください。", "decision")
    if decision == "return" and not places:
        raise BadField("差し戻すときは、直していただく項目を1つ以上選んでください。", "place")
    chosen = list(dict.fromkeys(places))[:MOST_PLACES] if decision == "return" else []
    content = {"decision": decision, "places": chosen}
    made = TrainingAttempt(
        account_id=actor.account_id, exercise=exercise.number, answer=content, points=mark(exercise, decision, chosen).points
    )
    db.session.add(made)
    db.session.flush()
    return made


def last(exercise: Exercise, actor: Actor) -> TrainingAttempt | None:
    """The newest answer of this person."""
    mine = TrainingAttempt.account_id == actor.account_id, TrainingAttempt.exercise == exercise.number
    return db.session.execute(select(TrainingAttempt).where(*mine).order_by(TrainingAttempt.id.desc()).limit(1)).scalar_one_or_none()


def best(actor: Actor) -> dict[int, int]:
    """The best points of this person by the exercise's number."""
    columns = TrainingAttempt.exercise, func.max(TrainingAttempt.points)
    query = select(*columns).where(TrainingAttempt.account_id == actor.account_id).group_by(TrainingAttempt.exercise)
    return {row[0]: row[1] for row in db.session.execute(query)}


def scores() -> list[Mapping[str, Any]]:
    """Of each active colleague: `name`, exercises `done`, the sum of their best `points`, the number of `tries`, when the `last` was."""
    each = (
        select(
            TrainingAttempt.account_id,
            func.max(TrainingAttempt.points).label("points"),
            func.count().label("tries"),
            func.max(TrainingAttempt.at).label("last"),
        )
        .group_by(TrainingAttempt.account_id, TrainingAttempt.exercise)
        .subquery()
    )
    query = (
        select(
            func.coalesce(func.nullif(Account.name, ""), Account.email).label("name"),
            func.count(each.c.account_id).label("done"),
            func.coalesce(func.sum(each.c.points), 0).label("points"),
            func.coalesce(func.sum(each.c.tries), 0).label("tries"),
            func.max(each.c.last).label("last"),
        )
        .outerjoin(each, each.c.account_id == Account.id)
        .where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active)
        .group_by(Account.id, Account.name)
        .order_by(Account.name, Account.id)
    )
    return [dict(row) for row in db.session.execute(query).mappings()]
