"""What changed between two normalised documents, field by field, in the form's order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keynet_admin.catalogue import MAX_POSTINGS, SECTIONS, label_at
from keynet_admin.catalogue.base import Field, Kind


@dataclass(frozen=True)
class Change:
    """One changed place: `path` as in findings, `label` in Japanese, `field` of the catalogue, values None where absent."""

    path: str
    label: str
    field: Field
    old: Any
    new: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All differences of two documents (`{"organization": …, "postings": […]}`)."""
    found: list[Change] = []
    for section, fields in SECTIONS.items():
        if section == "postings":
            before, after = _list(old.get(section)), _list(new.get(section))
            for index in range(min(max(len(before), len(after)), MAX_POSTINGS)):
                found.extend(_record(f"postings.{index}.", fields, _at(before, index), _at(after, index)))
        else:
            found.extend(_record(f"{section}.", fields, _mapping(old.get(section)), _mapping(new.get(section))))
    return found


def differs(field: Field, old: Any, new: Any) -> bool:
    """Whether a reader would call the two values of a field different."""
    return next(_record("", (field,), {field.name: old}, {field.name: new}), None) is not None


def _record(prefix: str, fields: tuple[Field, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for field in fields:
        before, after = _value(field, old.get(field.name)), _value(field, new.get(field.name))
        if before == after:
            continue
        if not field.columns:
            path = f"{prefix}{field.name}"
            yield Change(path, label_at(path), field, before, after)
            continue
        rows_before, rows_after = _list(before), _list(after)
        for index in range(max(len(rows_before), len(rows_after))):
            yield from _record(f"{prefix}{field.name}.{index}.", field.columns, _at(rows_before, index), _at(rows_after, index))


def _value(field: Field, value: Any) -> Any:
    """The value, None for every way to say nothing: a form sends unticked boxes and empty cells that a file leaves out."""
    if field.kind is Kind.BOOL and value is False and field.default is not True:
        return None
    return None if value in ("", [], None) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _at(rows: list[Any], index: int) -> Mapping[str, Any]:
    return _mapping(rows[index]) if index < len(rows) else {}
