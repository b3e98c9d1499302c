"""How the tables of cases ask the rules: a valid posting with some values changed, and what one rule says about it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from keynet_admin.catalogue import posting_field
from keynet_admin.rules import evaluate
from tests.rules.base_submission import ON, changed

LATER = date(2024, 5, 13)
AUTUMN = date(2021, 10, 4)


def said(code: str, values: Mapping[str, Any], on: date = ON, *, partial: bool = False) -> list[tuple[str, str, str]]:
    """Level, path and message of each finding of one rule. `values` are fields of the first posting (or full paths)."""
    paths = {name if name.split(".")[0] in ("postings", "organization") else f"postings.0.{name}": value for name, value in values.items()}
    result = evaluate(changed(on, paths), on=on, partial=partial)
    return [(f.level.value, f.path, f.message) for f in result.findings if f.rule == code]


def answer_for(name: str) -> dict[str, Any]:
    """The answer of another field with which a field applies; nothing for a field that always does."""
    when = posting_field(name).applies
    return {when.field: when.values[-1]} if when is not None and when.field else {}


def levels(code: str, values: Mapping[str, Any], on: date = ON, *, partial: bool = False) -> set[str]:
    """The levels at which one rule speaks, empty when it is silent."""
    return {level for level, _, _ in said(code, values, on, partial=partial)}


def shift(start: str, end: str, rest: Any = 0, days: Any = ("sat", "sun"), **more: Any) -> dict[str, Any]:
    """A row of 勤務時間帯."""
    return {"name": "", "days": list(days) if isinstance(days, tuple) else days, "start": start, "end": end, "break": rest, **more}
