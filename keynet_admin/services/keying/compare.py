"""Two keyings of the same key fields, compared: as typed, and as the entry rules understand them. Pure: no database.

The texts are read by the very rules that judge the form. Two texts that differ mean the same only when nothing at all in the record
comes out differently and no rule says anything else about it; everything else is a difference that a person settles.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from keynet_admin.catalogue import field_at, label_at
from keynet_admin.catalogue.base import Field
from keynet_admin.catalogue.key_fields import key_paths
from keynet_admin.catalogue.paths import put, walk
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level

PICKS = ("first", "second", "third")
# Texts longer than this are not laid beside each other letter by letter: no key field is so long, and the rules refuse it.
LONGEST = 2000

Segments = list[tuple[str, bool]]


@dataclass(frozen=True)
class Pair:
    """One key field keyed twice. `values` are both texts as understood; `chosen` is how a difference was settled (None = open)."""

    path: str
    label: str
    field: Field
    first: str
    second: str
    values: tuple[Any, Any]
    same: bool
    chosen: Mapping[str, str] | None = None

    @property
    def open(self) -> bool:
        """True while somebody must say which is right."""
        return not self.same and self.chosen is None

    @property
    def name(self) -> str:
        """The path as an id or a name of a form."""
        return self.path.replace(".", "-")

    @property
    def marked(self) -> tuple[Segments, Segments]:
        """Both texts cut into pieces, with a mark on what the other one does not have."""
        return pieces(self.first, self.second)


def text_of(value: Any) -> str:
    """A typed value as the text that was keyed (the key fields are texts and choices)."""
    return value if isinstance(value, str) else "" if value is None or isinstance(value, (bool, list, dict)) else str(value)


def compare(
    typed: Mapping[str, Any],
    second: Mapping[str, str],
    chosen: Mapping[str, Any],
    on: date,
    paths: Iterable[str] | None = None,
) -> list[Pair]:
    """Every field keyed twice (`paths`) in which the two keyings are not written alike, in their order; by default the key fields.

    A choice in `chosen` counts only for the very two texts it was made about: a later change of either opens the question again.
    """
    found: list[Pair] = []
    for path in key_paths(typed) if paths is None else paths:
        field = field_at(path)
        one, two = text_of(walk(typed, path)), text_of(second.get(path))
        if one == two or field is None:
            continue
        readings = [_reading(typed, path, text, on) for text in (one, two)]
        same = bool(one.strip()) is bool(two.strip()) and readings[0] == readings[1]
        settled = chosen.get(path)
        valid = isinstance(settled, Mapping) and (settled.get("first"), settled.get("second")) == (one, two)
        values = (readings[0][0], readings[1][0])
        found.append(Pair(path, label_at(path), field, one, two, values, same, settled if valid and not same else None))
    return found


def composed(typed: Mapping[str, Any], pairs: Iterable[Pair]) -> dict[str, Any]:
    """The document that is sent: the first keying with what was settled.

    The repeated mail address of the form is filled with the address itself: here the second keying is that repetition.
    """
    document = deepcopy(dict(typed))
    for pair in pairs:
        if pair.chosen is not None:
            put(document, pair.path, pair.chosen["value"])
    contact = document.get("contact")
    if isinstance(contact, dict):
        contact["contact_email2"] = contact.get("contact_email", "")
    return document


def pieces(one: str, two: str) -> tuple[Segments, Segments]:
    """Two texts cut into pieces, each with True where the other text has something else."""
    if max(len(one), len(two)) > LONGEST:
        return list(_piece(one, one != two)), list(_piece(two, one != two))
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    left: Segments = []
    right: Segments = []
    for tag, a, b, c, d in matcher.get_opcodes():
        left.extend(_piece(one[a:b], tag != "equal"))
        right.extend(_piece(two[c:d], tag != "equal"))
    return left, right


def _piece(text: str, differs: bool) -> Iterator[tuple[str, bool]]:
    if text:
        yield text, differs


def _reading(typed: Mapping[str, Any], path: str, text: str, on: date) -> tuple[Any, Any, Any]:
    """The value at the path, the whole record and what the rules say about it, when `text` stands there.

    Only the record around the path is read, with the organization as its context.
    """
    parts = path.split(".")
    document: dict[str, Any] = {"organization": deepcopy(walk(typed, "organization") or {})}
    here = path
    if parts[0] == "postings":
        here = ".".join(["postings", "0", *parts[2:]])
        document["postings"] = [deepcopy(walk(typed, f"postings.{parts[1]}") or {})]
    elif parts[0] == "contact":
        document["contact"] = {name: value for name, value in (walk(typed, "contact") or {}).items() if name != "contact_email2"}
    put(document, here, text)
    result = evaluate(document, on=on, partial=True)
    verdict = frozenset((found.rule, found.path, found.level) for found in result.findings if found.level is not Level.FIX)
    return walk(result.normalized, here), result.normalized, verdict
