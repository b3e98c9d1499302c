"""The training: what each answer is worth, that the exercises are what they say under the real rules, and who has done how many."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotFound
from keynet_admin.models import TrainingAttempt
from keynet_admin.permissions import Actor
from keynet_admin.rules import Level
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.training import attempts
from keynet_admin.services.training.exercises import exercise, exercises
from keynet_admin.vocabulary import ActorKind, Role
from tests import factories

P = "postings.0."
BREAK, HEADS, KEEP, TITLE, SHIFTS = f"{P}shifts.0.break", f"{P}headcount", f"{P}retention", f"{P}title", f"{P}shifts"
# exercise, decision, places, points
ANSWERS = [
    (1, "accept", [], 10),
    (1, "accept", [TITLE], 10),  # what was ticked counts for a return only
    (1, "return", [TITLE], 0),
    (1, "call_back", [], 0),
    (2, "return", [BREAK], 10),
    (2, "return", [SHIFTS], 10),  # what lies around it
    (2, "return", [BREAK, TITLE], 8),
    (2, "return", [TITLE], 2),
    (2, "return", [TITLE, HEADS, KEEP], 1),
    (2, "accept", [], 0),
    (3, "return", [f"{P}duty_detail"], 10),
    (4, "return", [HEADS, KEEP], 10),
    (4, "return", [HEADS], 7),
    (5, "call_back", [], 10),
    (5, "ask_second", [], 10),
    (5, "return", ["contact.contact_email"], 0),
    (5, "accept", [], 0),
    (6, "return", [SHIFTS], 10),
    (6, "return", [TITLE], 10),
    (7, "accept", [], 10),
    (7, "return", [HEADS], 0),
    (8, "return", [HEADS], 10),
    (8, "accept", [], 0),
    (9, "return", [f"{P}venue_name", f"{P}pay_note"], 10),
    (10, "return", [f"{P}duty_detail"], 7),
    (10, "return", [f"{P}duty_detail", f"{P}workdays_note"], 10),
]


@pytest.mark.parametrize(("number", "decision", "places", "points"), ANSWERS)
def test_what_an_answer_is_worth(number: int, decision: str, places: list[str], points: int) -> None:
    assert attempts.mark(exercise(number), decision, places).points == points


def test_the_exercises_are_what_they_say() -> None:
    """Under the real rules exactly what is named is found, so that a changed rule changes its exercise, too."""
    assert len(exercises()) == 10
    kinds = []
    for row in exercises():
        found = [f for f in row.judged().findings if f.level is not Level.FIX]
        named = [*row.faults, *row.harmless]
        assert [f for f in found if not any(fault.named_by(f.path) for fault in named)] == [], row.number
        for fault in named:
            assert (fault.rule == "") or fault.rule in {f.rule for f in found if fault.named_by(f.path)}, (row.number, fault.rule)
            assert fault.rule or not any(fault.named_by(f.path) for f in found), row.number
        assert ("accept" in row.right) == (not row.faults and all(check.ok for check in row.checks())), row.number
        kinds.append("eye" if any(not f.rule for f in row.faults) else "rule" if row.faults else row.right[0])
    assert {kind: kinds.count(kind) for kind in kinds} == {"accept": 2, "rule": 3, "eye": 4, "call_back": 1}
    with pytest.raises(NotFound):
        exercise(11)


def test_scores_of_all(app: Flask, db_session: Session, clock: object) -> None:
    """The better of two answers counts; who has not begun stands there with nothing; no municipality does."""
    first, second = factories.account(Role.operator, name="一 一郎"), factories.account(Role.lead, name="二 二郎")
    factories.account(Role.municipality, organization=factories.make_organization(), name="三 三郎")
    who = actor_of(first)
    for number, decision, places in ((1, "return", [TITLE]), (1, "accept", []), (4, "return", [HEADS])):
        attempts.answer(exercise(number), who, decision, places)
    for decision, places, field in (("", [], "decision"), ("reject", [], "decision"), ("return", [], "place")):
        with pytest.raises(BadField) as error:
            attempts.answer(exercise(1), who, decision, places)
        assert error.value.field == field
    rows = {row["name"]: (row["done"], row["points"], row["tries"]) for row in attempts.scores()}
    assert rows == {first.name: (2, 17, 3), second.name: (0, 0, 0)}
    assert attempts.best(who) == {1: 10, 4: 7}
    assert attempts.last(exercise(1), who).answer == {"decision": "accept", "places": []}  # type: ignore[union-attr]
    assert attempts.last(exercise(1), Actor(ActorKind.account, second.id, Role.lead)) is None
    assert db_session.query(TrainingAttempt).count() == 3
