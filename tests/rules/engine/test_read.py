"""Reading a document: what can be missing, what is not there, what does not apply, what a posting knows of its head."""

from dataclasses import replace
from typing import Any

import pytest

from keynet_admin.catalogue import Kind
from keynet_admin.catalogue.base import When
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.read import _required_of, read_document
from tests.rules.base_submission import ON, changed
from tests.rules.reading import field

TITLE = field("postings.0.title")


@pytest.mark.parametrize(
    ("changes", "required"),
    [
        ({}, True),
        ({"required": When("overtime", ("yes",))}, True),
        ({"required": None}, False),
        ({"default": False}, False),
        ({"kind": Kind.AUTO}, False),
        ({"kind": Kind.AUTO, "required": None}, False),
        ({"default": "", "required": None}, False),
        ({"kind": Kind.AUTO, "default": True}, False),
    ],
)
def test_what_can_be_missing(changes: dict[str, Any], required: bool) -> None:
    made = replace(TITLE, **changes)
    assert _required_of((made,)) == ((made,) if required else ())


@pytest.mark.parametrize("name", ["shifts", "pay_lines"])
@pytest.mark.parametrize(
    ("typed", "refused"),
    [(None, False), ("", False), ({}, False), ([], False), ((), False), ({"start": "9:00"}, True), (0, True), ("9時", True)],
)
def test_rows_that_are_not_there(name: str, typed: Any, refused: bool) -> None:
    reading = read_document(changed(ON, {}) | {"postings": [{name: typed}]}, ON)
    assert (f"postings.0.{name}" in reading.not_read) is refused
    assert reading.document["postings"][0][name] == (typed if refused else [])
    assert reading.postings[0][name] == []


@pytest.mark.parametrize(
    ("values", "unused"),
    [
        ({"age_limit": "no", "age_reason": "item_1"}, "item_1"),
        ({"age_limit": "no", "age_reason": "item_1", "headcount": "若干名"}, "item_1"),
        ({"age_limit": "no", "age_reason": "たぶん"}, None),
    ],
)
def test_what_does_not_apply_is_given_back_as_the_rules_would_see_it(values: dict[str, Any], unused: Any) -> None:
    reading = read_document(changed(ON, {f"postings.0.{name}": value for name, value in values.items()}), ON)
    assert reading.unused[0]["age_reason"] == unused
    assert "age_reason" not in reading.document["postings"][0] | reading.postings[0]
    assert "postings.0.age_reason" not in [path for path, _ in reading.notes]


@pytest.mark.parametrize(
    ("code", "typed", "offers"), [("452068", "市内", ("452068",)), ("452068", "日向", ("452068",)), (None, "市内", ())]
)
def test_a_posting_knows_the_body_and_its_prefecture(code: str | None, typed: str, offers: tuple[str, ...]) -> None:
    result = evaluate(changed(ON, {"organization.lg_code": code, "postings.0.venue_city": typed}), on=ON)
    assert next(f.choices for f in result.findings if f.path == "postings.0.venue_city") == offers
