"""What a row of a file of submissions is once it was read: a submission, or a refusal with the reason."""

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
class Refusal(Place):
    """A place with the reason (in Japanese) why its row is not taken. `whole`: nothing below it was read either."""

    message: str = ""
    id: str | int | None = None
    last_line: int = 0
    whole: bool = False

    def words(self) -> str:
        """One line for the terminal: 「募集情報 4行目 AB列 contact-contact_email: …」."""
        parts = (self.sheet, f"{self.line}行目", f"{self.letter}列" if self.letter else "", self.column)
        return f"{' '.join(filter(None, parts))}: {self.message}"


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
