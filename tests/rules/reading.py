"""One typed value through its field's normaliser, as the document reader does it."""

from datetime import date
from typing import Any

from keynet_admin.catalogue import Field, Kind, field_at
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import Context, Read
from keynet_admin.rules.engine.rule import Level
from keynet_admin.rules.normalise.registry import reader_of

ON = date(2021, 5, 7)


def field(path: str) -> Field:
    """A field of the catalogue by path."""
    found = field_at(path)
    assert found is not None, path
    return found


def normalise(item: Field, typed: Any, context: Context) -> Read:
    """One typed value of a field, blank ones as None."""
    if item.kind is not Kind.AUTO and blank(typed):
        return Read(None)
    return reader_of(item)(item, typed, context)


def read(
    path: str,
    typed: Any,
    record: dict[str, Any] | None = None,
    parent: dict[str, Any] | None = None,
    pref: str = "45",
    on: date = ON,
    body: str = "",
) -> Read:
    """The reading of one typed value."""
    return normalise(field(path), typed, Context(on, pref, record or {}, parent or {}, body))


def refusal(result: Read) -> str:
    """The rule that refused; fails when the value was taken."""
    errors = [note for note in result.notes if note.level is Level.ERROR]
    assert errors, f"taken as {result.value!r}"
    assert all(note.message and note.example for note in errors), errors
    return errors[0].rule
