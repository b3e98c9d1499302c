"""What a row of a file of submissions is once it was read: an entry, or the reason why it is none."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter


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
        if not column:
            return ""
        wanted = (column, f"postings-0-{column}")
        for index, name in enumerate(self.names):
            if name in wanted or name.startswith(tuple(f"{name}-" for name in wanted)):
                return get_column_letter(index + 1)
        return ""


NOWHERE = Heading()


@dataclass(frozen=True)
class FileSubmission:
    """One submission of a file, as typed. `lines` are the rows of its postings (tables), `last_line` where it ends."""

    line: int
    submission: dict[str, Any]
    id: str | int | None = None
    reference_date: date | None = None
    lines: tuple[int, ...] = ()
    last_line: int = 0
    heading: Heading = field(default=NOWHERE, compare=False, repr=False)

    def place(self, path: str) -> tuple[int, str]:
        """Row and column of a finding's path. The column is the nested name (`organization-lg_code`, `shifts-0-start`)."""
        parts = path.split(".")
        if parts[0] == "postings" and len(parts) > 1 and parts[1].isdecimal():
            number = int(parts[1])
            if self.lines:
                return (self.lines[number] if number < len(self.lines) else self.line), "-".join(parts[2:])
        return self.line, "-".join(parts)

    def cell(self, path: str) -> Place:
        """The same with the column's letter and the sheet."""
        line, column = self.place(path)
        return Place(line, column, self.heading.letter(column), self.heading.sheet)

    @property
    def rows(self) -> tuple[int, ...]:
        """All rows of the file that make this submission."""
        return self.lines or (self.line,)


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be read at all, with the reason in Japanese. `whole`: nothing below it was read either."""

    line: int
    message: str
    column: str = ""
    id: str | int | None = None
    last_line: int = 0
    letter: str = field(default="", compare=False)
    sheet: str = field(default="", compare=False)
    whole: bool = field(default=False, compare=False)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.line, self.column, self.letter, self.sheet)


def reference_day(value: Any) -> date | None:
    """A reference date (ISO) or None when nothing is given. Raises ValueError for anything else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("not a date")
    return date.fromisoformat(value)
