"""Which fields of a posting mean something: those whose condition (`Field.applies`) holds.

A value that does not apply is dropped when a document is normalised, so that nothing behind it (pages, files, feeds, differences)
has to ask. Which fields, and why: `docs/decisions/0015-conditional-fields.md`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from keynet_admin.catalogue.base import Field, When
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.catalogue.sections import POSTING, posting_field


def drop_unused(posting: dict[str, Any]) -> dict[str, Any]:
    """Take what does not apply out of a normalised posting (changed in place) and give it back by path (`pay_lines.0.hours_per_unit`).

    Where the deciding field is empty or was not understood nobody can say: what was typed stays, until that field is answered.
    """
    dropped: dict[str, Any] = {}
    for prefix, record, fields in _records(posting):
        for field in fields:
            if field.name in record and not _kept(field.applies, posting, record[field.name]):
                dropped[prefix + field.name] = record.pop(field.name)
    return dropped


def _records(posting: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], tuple[Field, ...]]]:
    """The posting and its readable rows, each with the fields in it that have a condition."""
    for name, fields in _CONDITIONAL.items():
        rows = posting.get(name) if name else [posting]
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict):
                yield f"{name}.{number}." if name else "", row, fields


_CONDITIONAL = {"": tuple(f for f in POSTING if f.applies)} | {
    f.name: found for f in POSTING if (found := tuple(column for column in f.columns if column.applies))
}


def _kept(when: When | None, posting: Mapping[str, Any], value: Any) -> bool:
    if when is None or when.field is None or when.holds(posting, date.max):
        return True
    answered = posting.get(when.field) in [choice.slug for choice in posting_field(when.field).choices]
    return not answered and not says_nothing(value)


def condition_words(field: Field, on: date = date.max) -> str:
    """When a field applies and when it must be filled on a day, in sentences; empty for a field without a condition.

    「任用・契約の形」が「委託先による雇用」の場合は必須です。
    """
    applies, required = field.applies, field.required
    if required is not None and (required.field is None or (required.since is not None and on < required.since)):
        required = None
    parts = []
    if applies is not None and (required is None or required.values != applies.values):
        parts.append(f"{_case(applies)}の場合に入力します。")
    if required is not None:
        parts.append(f"{_case(required)}の場合は必須です。")
    return "".join(parts)


def _case(when: When) -> str:
    asked = posting_field(str(when.field))
    return f"「{asked.label}」が「{'・'.join(asked.label_of(value) for value in when.values)}」"
