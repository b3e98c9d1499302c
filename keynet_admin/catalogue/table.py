"""Strict reading of a CSV table into a dataclass: every refusal names file, row and column.

The class is the table: its annotated fields are the columns in the file's order, each with the function that reads a cell. The
folder is `seed_data/` or `KEYNET_SEED_DATA`.
"""

import csv
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar, get_type_hints

from keynet_admin.errors import KeynetError

T = TypeVar("T")


class BadReferenceFile(KeynetError):
    """A table that cannot be trusted: which file, row (line number, header = 1, 0 = the file itself) and column, and why."""

    def __init__(self, file: str, row: int, column: str, why: str) -> None:
        place = "".join((file, f" {row}行目" if row else "", f" {column}" if column else ""))
        super().__init__(f"{place}: {why}")
        self.file, self.row, self.column, self.why = file, row, column, why


class BadCell(ValueError):
    """A row whose cells do not fit together: the column to blame, and why. Raised by a table's class when an object is made."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column = column


def text(pattern: str = "", *, empty: bool = False) -> Callable[[str], str]:
    """Reads a text, which must match `pattern` when it is not empty."""

    def read(cell: str) -> str:
        if cell != cell.strip():
            raise ValueError("前後に空白があります")
        if not cell and not empty:
            raise ValueError("空欄です")
        if cell and pattern and not re.fullmatch(pattern, cell):
            raise ValueError(f"書き方が違います: {cell[:40]}")
        return cell

    return read


def one_of(*allowed: str) -> Callable[[str], str]:
    """Reads one of the allowed words."""

    def read(cell: str) -> str:
        if text()(cell) not in allowed:
            raise ValueError(f"決められた語ではありません: {cell[:40]}")
        return cell

    return read


def number(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number between two bounds (both included)."""

    def read(cell: str) -> int:
        value = int(text(r"\d{1,9}")(cell))
        if not low <= value <= high:
            raise ValueError(f"{low}から{high}までの数ではありません: {value}")
        return value

    return read


def _day(cell: str) -> date:
    text(r"\d{4}-\d{2}-\d{2}")(cell)
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"実在しない日付です: {cell}") from None


Text = Annotated[str, text()]
MaybeText = Annotated[str, text(empty=True)]
Day = Annotated[date, _day]
MaybeDay = Annotated[date | None, lambda cell: _day(cell) if cell else None]


def seed_folder() -> Path:
    """The folder of the tables."""
    moved = os.environ.get("KEYNET_SEED_DATA")
    return Path(moved) if moved else Path(__file__).resolve().parents[2] / "seed_data"


def read_table(name: str, kind: type[T], *key: str) -> tuple[T, ...]:
    """All rows of a table as objects of `kind`; no two may have the same values in the columns `key`.

    Raises BadReferenceFile for a missing file, another header, a row of another width, bad bytes, or a cell that cannot be trusted.
    """
    hints = get_type_hints(kind, include_extras=True)
    readers = {column: hint.__metadata__[0] for column, hint in hints.items() if hasattr(hint, "__metadata__")}
    try:
        lines = (seed_folder() / name).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadReferenceFile(name, 0, "", f"ファイルを読めません: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadReferenceFile(name, 0, "", "文字コードがUTF-8ではありません") from None
    rows = csv.reader(lines)
    header = next(rows, [])
    if header != list(readers):
        raise BadReferenceFile(name, 1, "", f"見出しが違います: {','.join(header)[:80]}")
    made: dict[tuple[object, ...], T] = {}
    for cells in rows:
        if len(cells) != len(readers):
            raise BadReferenceFile(name, rows.line_num, "", f"列の数が{len(readers)}ではなく{len(cells)}です")
        values = {}
        column = header[0]
        try:
            for (column, read), cell in zip(readers.items(), cells, strict=True):
                values[column] = read(cell)
            item = kind(**values)
            if made.setdefault(tuple(values[column] for column in key), item) is not item:
                raise BadCell(header[0], "同じ行が2つあります")
        except ValueError as why:
            raise BadReferenceFile(name, rows.line_num, why.column if isinstance(why, BadCell) else column, str(why)) from None
    if not made:
        raise BadReferenceFile(name, 1, "", "行がありません")
    return tuple(made.values())
