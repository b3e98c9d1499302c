"""What a row of a file of submissions is once it was read: an entry, or the reason why it is none."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One submission of a file, as typed. `lines` are the rows of its postings (tables), `last_line` where it ends."""

    line: int
    submission: dict[str, Any]
    id: str | int | None = None
    reference_date: date | None = None
    lines: tuple[int, ...] = ()
    last_line: int = 0

    def place(self, path: str) -> tuple[int, str]:
        """Row and column of a finding's path. The column is the nested name (`organization-lg_code`, `shifts-0-start`)."""
        parts = path.split(".")
        if parts[0] == "postings" and len(parts) > 1 and parts[1].isdecimal():
            number = int(parts[1])
            if self.lines:
                return (self.lines[number] if number < len(self.lines) else self.line), "-".join(parts[2:])
        return self.line, "-".join(parts)


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be read at all, with the reason in Japanese."""

    line: int
    message: str
    column: str = ""
    id: str | int | None = None
    last_line: int = 0


def reference_day(value: Any) -> date | None:
    """A reference date (ISO) or None when nothing is given. Raises ValueError for anything else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("not a date")
    return date.fromisoformat(value)
