"""How much of what a stranger sends is kept and repeated: names that the form does not know, long values in findings."""

from collections.abc import Iterable, Mapping
from typing import Any

from keynet_admin.catalogue import SECTIONS
from keynet_admin.catalogue.base import Kind
from keynet_admin.rules.engine.result import clip

MOST_UNKNOWN = 20  # names outside the form that are named and kept; the others are counted and dropped
MOST_FINDINGS = 2000  # of one result; a form of 20 postings in which every field is empty has half as many
MOST_REPEATED = 400  # characters of a typed or understood value that a finding repeats
MOST_REPEATED_IN_ROWS = 4000  # the same, where the value is a list or a record
_LONGEST_NAME = 100

_NAMES = {section: frozenset(f.name for f in fields) for section, fields in SECTIONS.items()}
_ROWS = {f.name: frozenset(column.name for column in f.columns) for f in SECTIONS["postings"] if f.kind is Kind.ROWS}


class _Room:
    """How many unknown names may still be kept, and how many were dropped."""

    def __init__(self) -> None:
        self.left = MOST_UNKNOWN
        self.dropped = 0

    def record(self, value: Any, known: Iterable[str]) -> Any:
        """The record without the unknown names for which there is no room; the same object when it has no unknown ones."""
        if not isinstance(value, Mapping) or not (unknown := value.keys() - known):
            return value
        kept = {}
        for name, content in value.items():
            if name in unknown:
                if self.left == 0 or len(str(name)) > _LONGEST_NAME:
                    self.dropped += 1
                    continue
                self.left -= 1
                content = repeated(content)
            kept[name] = content
        return kept

    def posting(self, value: Any) -> Any:
        """The same for a posting and the rows in it."""
        value = self.record(value, _NAMES["postings"])
        if not isinstance(value, Mapping):
            return value
        rows = {name: self.rows(value[name], names) for name, names in _ROWS.items() if isinstance(value.get(name), (list, tuple))}
        changed = {name: row for name, row in rows.items() if row is not value[name]}
        return {**value, **changed} if changed else value

    def rows(self, value: Any, names: frozenset[str]) -> Any:
        """The same for a list of records."""
        kept = [self.record(row, names) for row in value]
        return value if all(new is old for new, old in zip(kept, value, strict=True)) else kept


def known_part(typed: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """A typed document with at most `MOST_UNKNOWN` names that the form does not know, and how many others were dropped.

    The document itself when it has none. What was dropped is neither judged, nor answered, nor stored.
    """
    room = _Room()
    parts: dict[str, Any] = {}
    for section in SECTIONS:
        value = typed.get(section)
        if section != "postings":
            parts[section] = room.record(value, _NAMES[section])
        elif isinstance(value, (list, tuple)):
            kept = [room.posting(posting) for posting in value]
            parts[section] = value if all(new is old for new, old in zip(kept, value, strict=True)) else kept
    top = room.record(typed, SECTIONS)
    changed = {section: part for section, part in parts.items() if section in typed and part is not typed[section]}
    return ({**top, **changed} if changed else top), room.dropped


def weight(value: Any, most: int) -> int:
    """About how many bytes of UTF-8 the words and numbers of a JSON value take; counting stops beyond `most`."""
    total, waiting = 0, [value]
    while waiting and total <= most:
        item = waiting.pop()
        if isinstance(item, str):
            total += len(item) if item.isascii() or len(item) > most else len(item.encode("utf-8", "surrogatepass"))
        elif isinstance(item, Mapping):
            total += len(item)
            waiting.extend(item.values())
        elif isinstance(item, (list, tuple)):
            total += len(item)
            waiting.extend(item)
        else:
            total += 1
    return total


def repeated(value: Any) -> Any:
    """A value as a finding repeats it: itself, or its beginning when it is long."""
    if isinstance(value, str):
        return value if len(value) <= MOST_REPEATED else value[:MOST_REPEATED] + "…"
    if isinstance(value, (Mapping, list, tuple)) and weight(value, MOST_REPEATED_IN_ROWS) > MOST_REPEATED_IN_ROWS:
        return clip(_beginning(value), MOST_REPEATED)
    return value


def _beginning(value: Any) -> str:
    """Some words of a large list or record, without going through all of it."""
    words: list[str] = []
    waiting = [value]
    while waiting and len(words) < MOST_REPEATED // 4:
        item = waiting.pop()
        if isinstance(item, Mapping):
            item = [part for _, part in zip(range(MOST_REPEATED), item.values(), strict=False)]
        if isinstance(item, (list, tuple)):
            waiting.extend(reversed(item[:MOST_REPEATED]))
        elif item not in (None, ""):
            words.append(str(item)[:MOST_REPEATED])
    return "、".join(words)
