"""Strict reading of a CSV table: every refusal names file, row and column. The folder is `seed_data/` or `KEYNET_SEED_DATA`."""

import csv
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from keynet_admin.errors import KeynetError

T = TypeVar("T")


class BadReferenceFile(KeynetError):
    """A table that cannot be trusted: which file, row (line number, header = 1, 0 = the file itself) and column, and why."""

    def __init__(self, file: str, row: int, column: str, why: str) -> None:
        place = "".join((file, f" {row}行目" if row else "", f" {column}" if column else ""))
        super().__init__(f"{place}: {why}")
        self.file, self.row, self.column, self.why = file, row, column, why


class CsvRow:
    """One row of a table, read column by column; every refusal names file, row and column."""

    def __init__(self, file: str, number: int, cells: dict[str, str]) -> None:
        """`number` is the line of the file as an editor shows it (the header is 1)."""
        self.file, self.number, self.cells = file, number, cells

    def bad(self, column: str, why: str) -> BadReferenceFile:
        """The refusal of one cell."""
        return BadReferenceFile(self.file, self.number, column, why)

    def text(self, column: str, *, empty: bool = False, pattern: str = "") -> str:
        """The cell's text; it must match `pattern` when it is not empty."""
        value = self.cells[column]
        if value != value.strip():
            raise self.bad(column, "前後に空白があります")
        if not value:
            if empty:
                return ""
            raise self.bad(column, "空欄です")
        if pattern and not re.fullmatch(pattern, value):
            raise self.bad(column, f"書き方が違います: {value[:40]}")
        return value

    def one_of(self, column: str, allowed: tuple[str, ...]) -> str:
        """The cell's text, which must be one of `allowed`."""
        value = self.text(column, empty="" in allowed)
        if value not in allowed:
            raise self.bad(column, f"決められた語ではありません: {value[:40]}")
        return value

    def day(self, column: str) -> date:
        """The cell as an ISO date."""
        value = self.text(column, pattern=r"\d{4}-\d{2}-\d{2}")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.bad(column, f"実在しない日付です: {value}") from None

    def day_or_none(self, column: str) -> date | None:
        """The cell as an ISO date, None when it is empty."""
        return self.day(column) if self.cells[column] else None

    def number_in(self, column: str, low: int, high: int) -> int:
        """The cell as a whole number between two bounds (both included)."""
        value = int(self.text(column, pattern=r"\d{1,9}"))
        if not low <= value <= high:
            raise self.bad(column, f"{low}から{high}までの数ではありません: {value}")
        return value


def seed_folder() -> Path:
    """The folder of the tables."""
    moved = os.environ.get("KEYNET_SEED_DATA")
    return Path(moved) if moved else Path(__file__).resolve().parents[2] / "seed_data"


def read_rows(name: str, columns: tuple[str, ...], folder: Path | None = None) -> Iterator[CsvRow]:
    """Rows of `name`; raises BadReferenceFile for a missing file, another header, a row of another width or bad bytes."""
    path = (folder or seed_folder()) / name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadReferenceFile(name, 0, "", f"ファイルを読めません: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadReferenceFile(name, 0, "", "文字コードがUTF-8ではありません") from None
    reader = csv.reader(text.splitlines())
    header = tuple(next(reader, ()))
    if header != columns:
        raise BadReferenceFile(name, 1, "", f"見出しが違います: {','.join(header)[:80]}")
    for cells in reader:
        if len(cells) != len(columns):
            raise BadReferenceFile(name, reader.line_num, "", f"列の数が{len(columns)}ではなく{len(cells)}です")
        yield CsvRow(name, reader.line_num, dict(zip(columns, cells, strict=True)))


def table(
    name: str, columns: tuple[str, ...], make: Callable[[CsvRow], T], key: Callable[[T], object], folder: Path | None = None
) -> tuple[T, ...]:
    """All rows of a table made into objects; a second row with the same key is refused."""
    seen: set[object] = set()
    made: list[T] = []
    for row in read_rows(name, columns, folder):
        item = make(row)
        if key(item) in seen:
            raise row.bad(columns[0], "同じ行が2つあります")
        seen.add(key(item))
        made.append(item)
    if not made:
        raise BadReferenceFile(name, 1, "", "行がありません")
    return tuple(made)
