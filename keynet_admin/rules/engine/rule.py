"""What a rule and a finding are. Pure Python: no Flask, no database.

A rule's `check` is a function of one `Scope` that yields `Hit`s. The engine (`engine.py`) calls it once for each scope the rule is
made for, turns hits into `Finding`s and keeps what the rule's period and binding allow.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

Document = dict[str, Any]
Record = Mapping[str, Any]


class Level(StrEnum):
    """How strong a finding is: must be re-entered, an operator must look, was normalised."""

    ERROR = "error"
    WARNING = "warning"
    FIX = "fix"


class Per(StrEnum):
    """What a rule looks at: the whole submission once, each posting, or the record of a person who applies or asks."""

    SUBMISSION = "submission"
    POSTING = "posting"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Message:
    """A message in parts: what was found, why it matters, how to put it right. Each part is whole sentences; the last two may be empty."""

    what: str
    why: str = ""
    how: str = ""

    def after(self, start: str) -> "Message":
        """The message with words in front of its first sentence."""
        return replace(self, what=start + self.what)


@dataclass(frozen=True)
class Finding:
    """What a rule found at one place of one document. `path` is dotted: `postings.0.pay_lines.0.min`; the parts are those of `Message`."""

    rule: str
    level: Level
    path: str
    what: str
    why: str = ""
    how: str = ""
    typed: Any = None
    value: Any = None
    basis: str = ""
    example: str = ""
    choices: tuple[Any, ...] = ()
    # Only in stored findings: the sender's reason, and the row's own level where the reason made an error a warning.
    reason: str = ""
    own_level: Level | None = None

    @property
    def message(self) -> str:
        """The whole sentence."""
        return self.what + self.why + self.how

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Finding":
        """A stored finding (see `as_json`) as an object again."""
        values = {name: value for name, value in stored.items() if name != "message"}
        own = values.pop("own_level", None)
        return cls(
            **values
            | {
                "level": Level(values["level"]),
                "choices": tuple(values.get("choices", ())),
                "own_level": Level(own) if own else None,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """The finding as the contract's JSON object (`choices` only where two readings are offered)."""
        result: dict[str, Any] = {
            "rule": self.rule,
            "level": self.level.value,
            "path": self.path,
            "message": self.message,
            "what": self.what,
            "why": self.why,
            "how": self.how,
            "typed": self.typed,
            "value": self.value,
            "basis": self.basis,
            "example": self.example,
        }
        if self.choices:
            result["choices"] = list(self.choices)
        if self.reason:
            result["reason"] = self.reason
        if self.own_level is not None:
            result["own_level"] = self.own_level.value
        return result


@dataclass(slots=True)
class Scope:
    """What a check may look at (it changes nothing). `record` is the posting or person that a rule is about, else the whole document.

    All values are normalised; what could not be understood stands as typed and its path is in `unread`
    (a check must not report such a value: another finding already does). `typed` is the raw document.
    """

    document: Record
    record: Record
    prefix: str
    on: date
    typed: Record = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    partial: bool = False
    sections: frozenset[str] = frozenset()
    unused: Record = field(default_factory=dict)
    """What was given for fields that do not apply (hours of overtime beside 時間外勤務 なし). In `record` there is nothing of it."""
    plain_texts: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Plain text of the fields read so far (`words.plain`)."""
    computed: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Other work shared by the rules of one scope: the engine makes one scope a posting and hands it to all rows."""
    organization: Record = field(init=False, compare=False, repr=False)
    """The normalised organization section (empty when it is not an object)."""

    def __post_init__(self) -> None:
        section = self.document.get("organization")
        self.organization = section if isinstance(section, dict) else {}

    def path(self, name: str) -> str:
        """Full path of a field of the record."""
        return f"{self.prefix}{name}"

    def get(self, name: str) -> Any:
        """Normalised value of a field of the record, None when absent, blank or not understood."""
        value = self.record.get(name)
        if not value:
            return None if value is None or value == "" or value == [] else value
        if self.unread and f"{self.prefix}{name}" in self.unread:
            return None
        return value

    def text(self, *names: str) -> str:
        """The named fields' texts joined by newlines (non-strings and absent ones left out)."""
        return "\n".join(v for v in (self.record.get(name) for name in names) if isinstance(v, str) and v)


@dataclass(frozen=True)
class Hit:
    """What a check found at one place, in the parts of a `Message`. `name` is relative to the scope (`pay_lines.0.min`); level None = the rule's own."""

    name: str
    what: str
    why: str = ""
    how: str = ""
    level: Level | None = None
    value: Any = None
    example: str = ""
    choices: tuple[Any, ...] = ()


Check = Callable[[Scope], Iterable[Hit]]


@dataclass(frozen=True)
class Example:
    """A good or bad example of a rule: what to put into a valid submission, and where.

    `values` maps full paths to typed values (`{"postings.0.headcount": "若干名"}`); a value of `None` removes the field.
    `on` is the reference date of the example. `note` is the short text the guide prints.
    """

    values: Mapping[str, Any]
    note: str
    on: date = date(2021, 5, 7)


@dataclass(frozen=True)
class Rule:
    """One entry rule as a row. `binds`: "all", "pub" (municipality's own engagement) or "priv" (委託先による雇用).

    `levels` says every level the row can report, strongest first. `check` finds what is wrong, `fix` what to change before anything is
    judged. A row with neither names what runs it in `runs_in`: "normalise", "engine" or a dotted function of a service. `planned`: no
    code runs the row yet, and it is printed nowhere. `basis` is the law or practice in words, `sources` its numbers in the domain
    notes' list of sources, which no user sees.
    """

    code: str
    fields: tuple[str, ...]
    levels: tuple[Level, ...]
    basis: str
    what: str
    why: str
    how: str
    good: tuple[Example, ...] = ()
    bad: tuple[Example, ...] = ()
    check: Check | None = None
    fix: Check | None = None
    per: Per = Per.POSTING
    valid_from: date | None = None
    valid_to: date | None = None
    binds: str = "all"
    overridable: bool = False
    sources: tuple[str, ...] = ()
    runs_in: str = ""
    planned: bool = False

    @property
    def level(self) -> Level:
        """The strongest level the row can report."""
        return self.levels[0]

    @property
    def family(self) -> str:
        """The code's first part, for example `WAGE`."""
        return self.code.split("-")[0]

    def in_force(self, on: date) -> bool:
        """True on a reference date inside the row's period (both ends included)."""
        return (self.valid_from is None or on >= self.valid_from) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Result:
    """A checked document: `normalized` has the same shape as the typed one, `ruleset` names the rules that judged it."""

    normalized: Document
    findings: tuple[Finding, ...]
    ruleset: str

    def at(self, level: Level) -> list[Finding]:
        """The findings of one level, in the form's order."""
        return [finding for finding in self.findings if finding.level is level]

    def as_json(self) -> dict[str, Any]:
        """The contract's answer."""
        return {"normalized": self.normalized, "findings": [f.as_json() for f in self.findings], "ruleset": self.ruleset}
