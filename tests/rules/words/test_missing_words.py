"""REQ-001 says what, why and how once; its example is a value and nothing else."""

import pytest

from keynet_admin.catalogue import SECTIONS, Kind
from keynet_admin.rules.engine.required_words import example_of, missing_note
from keynet_admin.rules.engine.result import Context
from tests.rules.base_submission import ON
from tests.rules.reading import normalise

REQUIRED = [
    (section, field)
    for section, fields in SECTIONS.items()
    if section != "confirmation"
    for top in fields
    for field in (top, *top.columns)
    if field.required is not None and field.kind is not Kind.AUTO and field.default is None
]


@pytest.mark.parametrize(("section", "field"), REQUIRED, ids=lambda value: value if isinstance(value, str) else value.name)
def test_words(section, field):
    note = missing_note(section, field)
    message = note.message.what + note.message.why + note.message.how
    assert note.message.what.startswith(f"「{field.label}」が")
    assert message.count("必須の項目です。") == 1
    assert "例：" not in message
    assert "同上" not in message
    assert "ください" in message
    assert note.example
    assert (
        note.example not in message.removeprefix(f"「{field.label}」")
        or field.name in ("duty_change", "renewal_cap")
        or field.kind is Kind.BOOL
    )
    assert "ください" not in note.example
    assert "例：" not in note.example


@pytest.mark.parametrize(("section", "field"), REQUIRED, ids=lambda value: value if isinstance(value, str) else value.name)
def test_the_example_can_be_typed(section, field):
    if field.kind is not Kind.ROWS:
        assert normalise(field, example_of(field), Context(ON, "45")).understood
