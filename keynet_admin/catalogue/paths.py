"""Dotted places in a submission document: `organization.lg_code`, `postings.0.title`, `postings.0.pay_lines.1.min`.

Every finding, remark and difference names its place like this. No function here raises on a strange document or path, but `put`
wants a path of the catalogue.
"""

from collections.abc import Mapping
from typing import Any

from keynet_admin.catalogue.base import Field
from keynet_admin.catalogue.sections import ALL_SECTIONS, PEOPLE_LABELS, SECTION_LABELS


def walk(document: Any, path: str) -> Any:
    """What stands at a path, None when there is nothing."""
    for part in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, (list, tuple)) and is_index(part) and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def is_index(part: str) -> bool:
    """True for a part of a path that counts the rows of a list."""
    return part.isascii() and part.isdigit() and len(part) < 7


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a path; records and rows on the way that are missing are made."""
    at: Any = document
    *way, last = path.split(".")
    for part, following in zip(way, [*way[1:], last], strict=True):
        fresh: Any = [] if is_index(following) else {}
        key: Any = part
        if isinstance(at, list):
            key = int(part)
            at.extend({} for _ in range(key + 1 - len(at)))
        if not isinstance(at[key] if isinstance(at, list) else at.get(key), type(fresh)):
            at[key] = fresh
        at = at[key]
    at[last] = value


def field_at(path: str) -> Field | None:
    """The field, or the column of a repeated group, that a path points at; None when there is none."""
    names = [part for part in path.split(".") if not is_index(part)]
    fields, found = ALL_SECTIONS.get(names[0], ()) if names else (), None
    for name in names[1:]:
        found = next((item for item in fields if item.name == name), None)
        if found is None:
            return None
        fields = found.columns
    return found


def generic(path: str) -> str:
    """The place without the number of its posting: what several postings have alike."""
    parts = path.split(".")
    return ".".join(["postings", "*", *parts[2:]]) if parts[0] == "postings" and len(parts) > 1 and is_index(parts[1]) else path


def label_of_all(paths: list[str]) -> str:
    """Japanese words for one field of one or several postings: 「募集1～3 募集人数」, 「募集1・4 募集人数」."""
    if len(paths) < 2 or len({generic(path) for path in paths}) > 1:
        return "、".join(label_at(path) for path in paths)
    numbers = sorted(int(path.split(".")[1]) + 1 for path in paths)
    joined = numbers[-1] - numbers[0] == len(numbers) - 1 and len(numbers) > 2
    name = label_at(paths[0]).partition(" ")[2]
    return f"募集{numbers[0]}～{numbers[-1]} {name}" if joined else f"募集{'・'.join(map(str, numbers))} {name}"


def label_at(path: str) -> str:
    """Japanese words for a path, for example 「募集2 報酬の額 1 下限」. The path itself when it is unknown; the empty one is the whole form."""
    section, *rest = path.split(".")
    words: list[str] = []
    if section == "postings" and rest and is_index(rest[0]):
        words.append(f"募集{int(rest.pop(0)) + 1}")
    fields = ALL_SECTIONS.get(section, ())
    for part in rest:
        found = next((item for item in fields if item.name == part), None)
        if found is not None:
            words.append(found.label)
            fields = found.columns
        elif words and is_index(part):
            words.append(str(int(part) + 1))
        else:
            break
    return " ".join(words) or (SECTION_LABELS | PEOPLE_LABELS).get(section, path or "申請全体")
