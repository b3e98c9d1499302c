"""Conditional fields: each with its condition answered for it, against it, and not at all."""

from typing import Any

import pytest

from keynet_admin.catalogue import POSTING, Field, Kind, posting_field
from keynet_admin.catalogue.applicability import condition_words, drop_unused
from keynet_admin.rules import evaluate
from tests.rules.base_submission import ON, base_submission

CONDITIONAL = [field for field in POSTING if field.applies]
IN_ROWS = [(field, column) for field in POSTING for column in field.columns if column.applies]
# The rules of the domain notes that name a contradiction speak about a value that does not apply; about all others nobody does.
SPEAKING = {"overtime_hours": "HOURS-009", "share_nc": "SHARE-005", "share_stt": "SHARE-005"}


def typed_for(field: Field) -> Any:
    """Some value that somebody might type into a field."""
    if field.choices:
        return field.choices[0].slug
    typed: dict[Kind, Any] = {Kind.BOOL: True, Kind.INT: "5", Kind.YEN: "1,000円", Kind.HOURS: "4", Kind.DATE: "2021-05-20"}
    return typed.get(field.kind, "海山会場での説明")


def other_answer(field: Field) -> str:
    """An answer of the deciding field with which the field does not apply."""
    assert field.applies is not None
    deciding = posting_field(str(field.applies.field))
    return next(choice.slug for choice in deciding.choices if choice.slug not in field.applies.values)


def judged(changes: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The normalised posting and what was found at each place."""
    document = base_submission(ON)
    document["postings"][0].update(changes)
    result = evaluate(document, on=ON)
    return result.normalized["postings"][0], [(f.path.removeprefix("postings.0."), f.rule) for f in result.findings]


def test_conditions_name_real_answers() -> None:
    """The deciding field is a choice, its values are choices, and what must be filled under a condition applies under it."""
    assert {field.name for field in CONDITIONAL} >= {"fixed_ot_yen", "fixed_ot_hours", "fixed_ot_excess", "overtime_hours", "deadline"}
    for field in [*CONDITIONAL, *(column for _, column in IN_ROWS)]:
        assert field.applies is not None
        slugs = {choice.slug for choice in posting_field(str(field.applies.field)).choices}
        assert set(field.applies.values) < slugs, field.name
        if field.required is not None:
            assert field.required.field == field.applies.field, field.name
            assert set(field.required.values) <= set(field.applies.values), field.name
        assert condition_words(field)


@pytest.mark.parametrize("field", CONDITIONAL, ids=lambda field: field.name)
def test_a_value_that_does_not_apply_is_dropped(field: Field) -> None:
    assert field.applies is not None
    deciding, value = str(field.applies.field), typed_for(field)
    normal, found = judged({deciding: other_answer(field), field.name: value})
    assert field.name not in normal
    assert [rule for path, rule in found if path == field.name] == ([SPEAKING[field.name]] if field.name in SPEAKING else [])


@pytest.mark.parametrize("field", CONDITIONAL, ids=lambda field: field.name)
@pytest.mark.parametrize("answer", ["given", "missing", "unreadable"])
def test_a_value_stays_while_it_may_apply(field: Field, answer: str) -> None:
    assert field.applies is not None
    deciding = str(field.applies.field)
    answers = {"given": field.applies.values[0], "missing": None, "unreadable": "どちらともいえません"}
    normal, _ = judged({deciding: answers[answer], field.name: typed_for(field)})
    assert normal[field.name] not in (None, "")


@pytest.mark.parametrize("field", CONDITIONAL, ids=lambda field: field.name)
@pytest.mark.parametrize("nothing", [None, "", False])
def test_nothing_is_left_of_nothing(field: Field, nothing: Any) -> None:
    """A form sends every control: unticked boxes and empty texts of fields that do not apply leave no trace."""
    assert field.applies is not None
    for answer in (other_answer(field), None):
        normal, _ = judged({str(field.applies.field): answer, field.name: nothing})
        assert field.name not in normal


def test_what_could_not_be_read_is_no_matter_where_it_does_not_apply() -> None:
    normal, found = judged({"commute": "none", "commute_cap": "千五百くらい", "deadline_type": "until_filled", "deadline": "来月末"})
    assert not {"commute_cap", "deadline"} & set(normal)
    assert not [rule for path, rule in found if path in ("commute_cap", "deadline")]


@pytest.mark.parametrize(("unit", "kept"), [("hour", False), ("day", True), ("session", True), ("month", True), (None, True)])
def test_hours_of_a_unit_belong_to_pay_by_unit(unit: str | None, kept: bool) -> None:
    normal, _ = judged({"pay_type": unit, "pay_lines": [{"label": "平日", "min": "1,500円", "hours_per_unit": "4時間"}]})
    assert normal["pay_lines"][0].get("hours_per_unit") == (4 if kept else None)
    assert ("hours_per_unit" in normal["pay_lines"][0]) is kept


def test_an_experience_that_contradicts_is_said() -> None:
    normal, found = judged({"experience": "not_asked", "experience_note": "臨床経験3年以上の方"})
    assert ("experience_note", "LIC-007") in found
    assert "experience_note" not in normal


def test_typed_and_dropped_by_path() -> None:
    posting = {"fixed_ot": "no", "fixed_ot_yen": 1000, "pay_type": "hour", "pay_lines": [{"min": 1, "hours_per_unit": 4}, "?"], "x": 1}
    assert drop_unused(posting) == {"fixed_ot_yen": 1000, "pay_lines.0.hours_per_unit": 4}
    assert posting == {"fixed_ot": "no", "pay_type": "hour", "pay_lines": [{"min": 1}, "?"], "x": 1}


def test_partial_checks_know_the_contradiction() -> None:
    posting = {"overtime": "no", "overtime_hours": "10時間"}
    found = evaluate({"postings": [posting]}, on=ON, partial=True).findings
    assert [(f.rule, f.path, f.typed, f.value) for f in found] == [("HOURS-009", "postings.0.overtime_hours", "10時間", 10)]
