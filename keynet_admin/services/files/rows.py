"""What a row of a file of submissions is once it was read: a submission with what is to be looked at, or a refusal with the reason."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: row, nested name, and for tables the column's letter and the sheet's name."""

    line: int
    column: str = ""
    letter: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Heading:
    """The heading row of a table: the nested names in their columns (empty: no value is read there) and the sheet's name."""

    names: tuple[str, ...] = ()
    sheet: str = ""

    def letter(self, column: str) -> str:
        """The letter of a column (`AB`), of the first column of a group (`shifts`), or an empty text when the file has none."""
        wanted = (column, f"postings-0-{column}")
        groups = tuple(f"{name}-" for name in wanted)
        found = (index for index, name in enumerate(self.names, start=1) if name in wanted or name.startswith(groups))
        return next(map(get_column_letter, found), "") if column else ""

    def name(self, letter: str) -> str:
        """The nested name in a column's letter, or an empty text."""
        index = column_index_from_string(letter) if letter else 0
        return self.names[index - 1] if 0 < index <= len(self.names) else ""


NOWHERE = Heading()


@dataclass(frozen=True)
class Remark(Place):
    """Something at a place that its sender should look at (in Japanese); the row is read all the same. Shown as a warning."""

    message: str = ""

    def words(self) -> str:
        """One line for the terminal: 「募集情報 4行目 AB列 contact-contact_email: …」."""
        parts = (self.sheet, f"{self.line}行目", f"{self.letter}列" if self.letter else "", self.column)
        return f"{' '.join(filter(None, parts))}: {self.message}"


@dataclass(frozen=True)
class Refusal(Remark):
    """The reason why a row is not taken. `more`: further cells of the same row. `whole`: nothing below it was read either.

    `cells` are those of a table's row below its `heading`, so that it can be given back to be mended.
    """

    id: str | int | None = None
    last_line: int = 0
    whole: bool = False
    more: tuple["Refusal", ...] = ()
    cells: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    heading: Heading = field(default=NOWHERE, compare=False, repr=False)

    @property
    def rows(self) -> tuple[int, ...]:
        """The row of the file that it is about."""
        return (self.line,)


@dataclass(frozen=True)
class FileSubmission:
    """One submission of a file, as typed. `lines` are the rows of its postings (tables), `last_line` where it ends.

    `remarks` are about its rows, or (with the first submission) about the file. `differs`: the few places in which it differs from the
    one before it, whose body it shares: perhaps they are one (`joining.py`).
    """

    line: int
    submission: dict[str, Any]
    id: str | int | None = None
    reference_date: date | None = None
    lines: tuple[int, ...] = ()
    last_line: int = 0
    heading: Heading = field(default=NOWHERE, compare=False, repr=False)
    remarks: tuple[Remark, ...] = ()
    differs: tuple[str, ...] = ()

    def cell(self, path: str) -> Place:
        """Where a finding's path stands. The column is the nested name (`organization-lg_code`, `shifts-0-start`)."""
        line, parts = self.line, path.split(".")
        if self.lines and parts[0] == "postings" and len(parts) > 1 and parts[1].isdecimal():
            number, parts = int(parts[1]), parts[2:]
            line = self.lines[number] if number < len(self.lines) else self.line
        column = "-".join(parts)
        return Place(line, column, self.heading.letter(column), self.heading.sheet)

    @property
    def rows(self) -> tuple[int, ...]:
        """All rows of the file that make this submission."""
        return self.lines or (self.line,)


def reference_day(value: Any) -> date | None:
    """A reference date (ISO) or None when nothing is given. Raises ValueError for anything else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("not a date")
    return date.fromisoformat(value)
