"""What a field of the application form is. Pure data types, no behaviour that depends on Flask or a database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any


class Kind(StrEnum):
    """How a field's value is typed and normalised. One normaliser a kind lives in `rules/normalise.py`."""

    TEXT = "text"
    AREA = "area"
    NAME = "name"
    ADDRESS = "address"
    KANA = "kana"
    DIGITS = "digits"
    LG_CODE = "lg_code"
    ZIP = "zip"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    INT = "int"
    YEN = "yen"
    HOURS = "hours"
    DATE = "date"
    TIME = "time"
    DAYS = "days"
    CHOICE = "choice"
    MULTI = "multi"
    MUNICIPALITY = "municipality"
    BOOL = "bool"
    ROWS = "rows"
    AUTO = "auto"


class Visibility(StrEnum):
    """Who sees a field: visitors, visitors unless the posting is masked, nobody outside."""

    PUBLIC = "public"
    MASKED = "masked"
    NEVER = "never"


def words(text: str) -> tuple[str, ...]:
    """Words written with spaces between them."""
    return tuple(text.split())


@dataclass(frozen=True)
class Choice:
    """One choice: `slug` is stored, `label` shown; `aliases` are accepted as input, too.

    An alias means this choice and no other of the field, whatever the rest of the form says. Width, case, spaces, brackets and
    middle dots do not count; a word that fits two choices stands in `rules/normalise/choices.py` among those that are asked about.
    """

    slug: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class When:
    """A condition: another field of the same record has one of `values`, from the day `since` on.

    For a column of a repeated group the record is the posting that holds the row. `field=None` means: whatever the other fields say.
    A multi-valued field matches when it contains one of `values`.
    """

    field: str | None = None
    values: tuple[str, ...] = ()
    since: date | None = None

    def holds(self, record: Mapping[str, Any], on: date) -> bool:
        """True when the condition is met by a normalised record on the reference date."""
        if self.since is not None and on < self.since:
            return False
        if self.field is None:
            return True
        value = record.get(self.field)
        if value is None:
            return False
        if isinstance(value, (list, tuple)):
            return any(item in self.values for item in value)
        return value in self.values


ALWAYS = When()


@dataclass(frozen=True)
class Field:
    """One field of the form.

    `applies` is the condition under which the field means anything (None: always). Where it does not hold, a value is not stored,
    shown or exported, and the form does not ask for it (`applicability.py`).
    `required` is None for an optional field, else the condition under which it must be filled.
    `max_length` counts characters after normalising. `columns` describes the rows of a repeated group.
    """

    name: str
    label: str
    kind: Kind
    required: When | None = None
    applies: When | None = None
    max_length: int | None = None
    visibility: Visibility = Visibility.NEVER
    help: str = ""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    default: bool | str | None = None
    group: str = ""
    choices: tuple[Choice, ...] = ()
    columns: tuple["Field", ...] = ()
    max_rows: int = 0

    def label_of(self, slug: str) -> str:
        """Japanese label of a choice, or the value itself when it is not one of the choices."""
        return self._labels.get(slug, slug)

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        return {choice.slug: choice.label for choice in self.choices}

    def column(self, name: str) -> "Field":
        """The column of a repeated group. Raises KeyError for an unknown name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def grouped(name: str, *fields: Field) -> tuple[Field, ...]:
    """The fields that stand under one heading of the form."""
    return tuple(replace(field, group=name) for field in fields)
