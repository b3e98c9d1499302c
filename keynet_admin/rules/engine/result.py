"""What a normaliser says about one typed value.

A normaliser never raises and never guesses: a certain meaning gives a value, an uncertain one is refused with a hint.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from keynet_admin.rules.engine.rule import Level, Message

NOTHING: Mapping[str, Any] = MappingProxyType({})
LONGEST = 400  # characters of a value that is no text; a longer one is not read at all


@dataclass(frozen=True, slots=True)
class Note:
    """One remark of a normaliser: the rule it belongs to, its level and message.

    `value` None means: the reading's own value. `name` is the field it belongs to when that is not the field read.
    """

    rule: str
    level: Level
    message: Message
    example: str = ""
    choices: tuple[Any, ...] = ()
    value: Any = None
    name: str = ""


class Read(NamedTuple):
    """The outcome for one value. `understood` False: `value` is what was typed. `also` holds values for sibling fields."""

    value: Any
    understood: bool = True
    notes: tuple[Note, ...] = ()
    also: Mapping[str, Any] = NOTHING


@dataclass(slots=True)
class Context:
    """What a normaliser may know besides the value: the reference day, the body's prefecture and code, the record being read."""

    on: date
    pref: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    parent: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""


def clip(value: Any, length: int = 40) -> str:
    """A typed value as short text for a message, on one line, without characters that break a terminal or a page."""
    if isinstance(value, str):
        text = value
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (ValueError, TypeError, RecursionError):
            text = type(value).__name__
    text = "".join(c if c.isprintable() or c == "\u3000" else "□" for c in text[: length + 1].replace("\n", " "))
    return text if len(text) <= length else text[:length] + "…"


def fixed(rule: str, value: Any, message: Message, *, example: str = "", also: Mapping[str, Any] = NOTHING) -> Read:
    """An understood value with the remark that it was normalised."""
    return Read(value, True, (Note(rule, Level.FIX, message, example),), also)


def refuse(rule: str, typed: Any, message: Message, *, example: str = "", choices: tuple[Any, ...] = ()) -> Read:
    """A value that was not understood: it stands as typed, and the error says how to write it."""
    return Read(typed, False, (Note(rule, Level.ERROR, message, example, choices),))


def wrong_type(typed: Any, wanted: str, example: str) -> Read:
    """A value of a JSON type that the field cannot hold."""
    return refuse("TYPE-001", typed, Message(f"「{clip(typed)}」は読み取れません。", how=f"{wanted}で入力してください。"), example=example)
