"""From a posted form to a typed document, and what its buttons ask for. Nothing that was typed is lost on the way."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import MAX_POSTINGS, POSTING, SECTIONS, field_at, posting_field
from keynet_admin.catalogue.base import Field, Kind
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.catalogue.paths import is_index, walk
from keynet_admin.rules.engine.reasons import Reasons, may_be_reasoned, reasons_from
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.web.forms import TICKED, blank_posting

Document = dict[str, Any]
Values = dict[str, Any]

BUTTONS = ("add", "remove", "copy", "choose", "undo")
# More are not read: the rules refuse 21 postings and 7 rows anyway, and a page has to be drawn again.
MOST_POSTINGS = 100
MOST_ROWS = 40
MOST_REASONS = 200

_SECTION = re.compile(r"(organization|contact|confirmation)-(\w+)")
_POSTING = re.compile(r"postings-([0-9]{1,6})-(.+)")
_ROW = re.compile(r"(\w+)-([0-9]{1,6})-(\w+)")
_POSTING_NAMES = {spec.name: spec for spec in POSTING}


@dataclass
class TypedForm:
    """A posted form: the typed document, and a finding for every scalar that came twice with different values."""

    document: Document
    doubled: list[Finding] = field(default_factory=list)


def read(data: MultiDict[str, str]) -> TypedForm:
    """The whole submission as posted. Names that are not in the catalogue are ignored.

    Rows and postings are numbered anew in their order, an unticked box is False, days and choices not ticked are [],
    and empty rows at the end of a group are left out (kept while an add or remove button is pressed).
    """
    sections: dict[str, Values] = {name: {} for name in SECTIONS if name != "postings"}
    postings: dict[int, Values] = {}
    for key, values in data.lists():
        if found := _SECTION.fullmatch(key):
            sections[found[1]][found[2]] = values
        elif found := _POSTING.fullmatch(key):
            _take(postings.setdefault(int(found[1]), {}), found[2], values)
    reading = TypedForm({})
    keep = pressed(data)
    for name, specs in SECTIONS.items():
        if name != "postings":
            reading.document[name] = _record(specs, sections[name], f"{name}.", reading, keep)
            continue
        numbers = sorted(postings)[:MOST_POSTINGS]
        reading.document[name] = [_record(POSTING, postings[n], f"postings.{i}.", reading, keep) for i, n in enumerate(numbers)]
    return reading


def read_posting(data: MultiDict[str, str], prefix: str = "postings.0.") -> TypedForm:
    """One posting from names without a prefix; `prefix` is put before the paths of findings."""
    values: Values = {}
    for key, given in data.lists():
        _take(values, key, given)
    reading = TypedForm({})
    reading.document = _record(POSTING, values, prefix, reading, pressed(data))
    return reading


def read_record(data: MultiDict[str, str], specs: Iterable[Field]) -> Document:
    """One record of a form of its own, from names without a prefix; of a doubled value the first counts."""
    return _record(specs, dict(data.lists()), "", TypedForm({}), keep=False)


def apply_buttons(document: Document, data: Mapping[str, str]) -> str | None:
    """Do what a pressed add, remove, copy or choose button asks for. Changes the document.

    The id of the element to go to next, or None when no such button was pressed. Values: `add=postings`,
    `add=postings-0-shifts`, `remove=postings-1`, `remove=postings-0-shifts-1`, `copy=postings-0`, `choose=postings-0-term_end=2021-06-30`;
    in the form of one posting without `postings-0-`.
    """
    for name, action in _ACTIONS.items():
        value = data.get(name)
        if value:
            return action(document, value) or "main"
    return None


def removal(document: Document, data: Mapping[str, str]) -> Document | None:
    """What the pressed remove button is about to take away, so that `put_back` can undo it; None when there is nothing.

    `{"name": "postings-1", "rows": "postings", "words": "募集2（看護師 12名）", "value": {…}}`: JSON, to be kept with the draft.
    """
    name = data.get("remove", "")
    record, parts, _prefix = _walk(document, name)
    rows = record.get(parts[0]) if len(parts) == 2 else None
    at = _number(parts[1], len(rows)) if isinstance(rows, list) else None
    if at is None or not isinstance(rows, list) or says_nothing(rows[at]):
        return None
    spec = _rows_spec(parts[0])
    value, words = rows[at], f"{spec.label}{at + 1}" if spec is not None else ""
    if parts[0] == "postings":
        job = posting_field("job_type").label_of(str(value.get("job_type") or ""))
        people = f"{value['headcount']}名" if str(value.get("headcount") or "").isdecimal() else ""
        about = " ".join(filter(None, (job, people))) or str(value.get("title") or "")
        words = f"募集{at + 1}{f'（{about}）' if about else ''}"
    return {"name": name, "rows": name.rpartition("-")[0], "words": words, "value": value}


def put_back(document: Document, removed: Mapping[str, Any] | None) -> str:
    """Undo a removal as far as the place is still there. The id of the element to go to."""
    if removed is None:
        return "main"
    record, parts, prefix = _walk(document, removed["name"])
    rows = record.get(parts[0])
    if len(parts) != 2 or not isinstance(rows, list):
        return "main"
    # The form always shows one: what stands alone and says nothing was put there by the removal.
    blank = blank_posting() if parts[0] == "postings" else {}
    if len(rows) == 1 and all(says_nothing(value) or blank.get(name) == value for name, value in rows[0].items()):
        rows.clear()
    at = min(int(parts[1]), len(rows))
    rows.insert(at, removed["value"])
    return f"{prefix}{parts[0]}-{at}"


def pressed(data: Mapping[str, str]) -> bool:
    """True when the form was sent by an add, remove, copy or choose button."""
    return any(data.get(name) for name in BUTTONS)


def _take(record: Values, key: str, values: list[str]) -> None:
    if key in _POSTING_NAMES:
        record[key] = values
    elif found := _ROW.fullmatch(key):
        spec = _POSTING_NAMES.get(found[1])
        if spec is not None and spec.kind is Kind.ROWS:
            record.setdefault(f"{spec.name}[]", {}).setdefault(int(found[2]), {})[found[3]] = values


def _record(specs: Iterable[Field], given: Values, prefix: str, reading: TypedForm, keep: bool) -> Document:
    record: Document = {}
    for spec in specs:
        path = f"{prefix}{spec.name}"
        values: list[str] = given.get(spec.name, [])
        if spec.kind is Kind.ROWS:
            rows = given.get(f"{spec.name}[]", {})
            numbers = sorted(rows)[:MOST_ROWS]
            records = [_record(spec.columns, rows[n], f"{path}.{i}.", reading, keep) for i, n in enumerate(numbers)]
            while not keep and records and says_nothing(records[-1]):
                records.pop()
            record[spec.name] = records
        elif spec.kind in (Kind.MULTI, Kind.DAYS):
            record[spec.name] = [value for value in dict.fromkeys(values) if value]
        elif spec.kind is Kind.BOOL:
            record[spec.name] = _ticked(values)
        elif values:
            record[spec.name] = values[0]
            _note_doubled(values, spec, path, reading)
    return record


def _ticked(values: list[str]) -> bool | str:
    """Ticked or not; a value that no tick box of ours sends stays as typed."""
    value = next((v for v in values if v), "")
    if value.lower() in TICKED:
        return True
    return value or False


def _note_doubled(values: list[str], spec: Field, path: str, reading: TypedForm) -> None:
    different = tuple(dict.fromkeys(values))
    if len(different) > 1:
        shown = "と".join(f"「{value[:40]}」" for value in different[:3])
        reading.doubled.append(
            Finding(
                "TYPE-001",
                Level.ERROR,
                path,
                f"{spec.label}が{len(different)}通り送られてきました（{shown}）。",
                how="どれか1つにしてください。",
                typed=list(different),
            )
        )


def _walk(document: Document, value: str) -> tuple[Document, list[str], str]:
    """The record that a button's value names, the rest of its parts, and the prefix of the record's element ids."""
    parts = value.split("-")
    if "postings" not in document:
        return document, parts, ""
    postings = document["postings"]
    if parts[0] == "postings" and len(parts) > 2 and _number(parts[1], len(postings)) is not None:
        return postings[int(parts[1])], parts[2:], f"postings-{parts[1]}-"
    return document, parts, ""


def _add(document: Document, value: str) -> str:
    record, parts, prefix = _walk(document, value)
    if parts == ["postings"] and isinstance(record.get("postings"), list):
        if len(record["postings"]) < MAX_POSTINGS:
            record["postings"].append(blank_posting())
        return f"postings-{len(record['postings']) - 1}"
    spec = _rows_spec(parts[0]) if len(parts) == 1 else None
    if spec is None:
        return ""
    # The form always shows one row: adding to a group without any means a second one.
    rows = record.setdefault(spec.name, [])
    wanted = min(max(len(rows), 1) + 1, max(spec.max_rows, len(rows)))
    rows.extend({} for _ in range(wanted - len(rows)))
    return f"{prefix}{spec.name}-{len(rows) - 1}"


def _remove(document: Document, value: str) -> str:
    parts = value.split("-")
    if parts[0] == "postings" and len(parts) == 2 and isinstance(document.get("postings"), list):
        postings = document["postings"]
        at = _number(parts[1], len(postings))
        if at is not None:
            del postings[at]
            if not postings:
                postings.append(blank_posting())
            return f"postings-{min(at, len(postings) - 1)}"
        return ""
    record, rest, prefix = _walk(document, value)
    spec = _rows_spec(rest[0]) if len(rest) == 2 else None
    rows = record.get(spec.name) if spec is not None else None
    at = _number(rest[1], len(rows)) if rows else None
    if spec is None or at is None or not rows:
        return ""
    del rows[at]
    return f"{prefix}{spec.name}"


def _copy(document: Document, value: str) -> str:
    postings = document.get("postings")
    at = _number(value.removeprefix("postings-"), len(postings)) if isinstance(postings, list) else None
    if at is None or not isinstance(postings, list):
        return ""
    if len(postings) < MAX_POSTINGS:
        postings.append(deepcopy(postings[at]))
    return f"postings-{len(postings) - 1}"


def _choose(document: Document, value: str) -> str:
    name, _, chosen = value.partition("=")
    path = name.replace("-", ".")
    spec = field_at(path if "postings" in document else f"postings.0.{path}")
    if spec is None or spec.kind in (Kind.ROWS, Kind.MULTI, Kind.DAYS, Kind.BOOL):
        return ""
    way, _, last = path.rpartition(".")
    record = walk(document, way) if way else document
    if not isinstance(record, dict):
        return ""
    record[last] = chosen
    return name


def _rows_spec(name: str) -> Field | None:
    spec = _POSTING_NAMES.get(name)
    return spec if spec is not None and spec.kind is Kind.ROWS else None


def _number(text: str, below: int) -> int | None:
    """The number when it is one of our indices."""
    return int(text) if is_index(text) and int(text) < below else None


_ACTIONS = {"add": _add, "remove": _remove, "copy": _copy, "choose": _choose}


def posted_reasons(form: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The reasons of a posted form (`reasons-0-rule`, `reasons-0-path`, `reasons-0-reason` and so on) by rule and path, at most 200."""
    found = []
    for index in range(MOST_REASONS):
        rule = form.get(f"reasons-{index}-rule")
        if rule is None:
            break
        found.append({"rule": rule, "path": form.get(f"reasons-{index}-path", ""), "reason": form.get(f"reasons-{index}-reason", "")})
    return reasons_from(found)


def boxes(findings: Iterable[Finding], reasons: Reasons, *levels: Level, keep: bool = False) -> list[tuple[Finding, str]]:
    """The findings (of these levels, else all) that a reason may be given for, each with the one already given; errors first.

    `keep`: the other reasons follow, under findings without words, so that they are not lost on the way to another page.
    """
    wanted = [f for f in findings if may_be_reasoned(f) and (not levels or f.level in levels or f.own_level in levels)]
    wanted.sort(key=lambda found: Level.ERROR not in (found.level, found.own_level))
    rest = dict(reasons)
    found = [(f, rest.pop((f.rule, f.path), "")) for f in wanted]
    found += [(Finding(rule, Level.WARNING, path, ""), reason) for (rule, path), reason in rest.items()] if keep else []
    return found[:MOST_REASONS]
