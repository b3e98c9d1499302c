"""Tables of submissions, one posting a row: what the rows below the heading row mean together. Reads `.csv`; `.xlsx` is in `excel.py`.

The heading row is the first of the first 20 rows that holds a column's name: what stands above it (a title, Japanese labels) is for
people. A column that means nothing refuses the whole file: its values would get lost in silence. Adjacent rows with equal organization
and contact are one submission; its confirmation is that of the first row.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from keynet_admin.catalogue import SECTIONS, Kind
from keynet_admin.services.files.columns import FormColumn, column_of, value_of
from keynet_admin.services.files.rows import NOWHERE, FileSubmission, Heading, Unreadable, reference_day

HEADING_WITHIN = 20
_CHUNK = 1024 * 1024
# what the codec makes of the bytes 80, A0 and FD to FF, which no Shift_JIS text holds (UTF-16 does)
_NOT_SHIFT_JIS = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
# an apostrophe before a sign that would start a formula: how our own files write such a text (`rejects.py`)
_GUARDED = re.compile(r"'[=+\-@\t\r]")

Cells = Sequence[Any]
Rows = Iterable[tuple[int, Cells | Unreadable]]


def read_csv(path: Path) -> Iterator[FileSubmission | Unreadable]:
    """The submissions of a `.csv` file."""
    encoding = encoding_of(path)
    if isinstance(encoding, Unreadable):
        yield encoding
        return
    with path.open(encoding=encoding, newline="") as file:
        yield from entries(csv_rows(file))


def csv_rows(file: Any) -> Iterator[tuple[int, Cells | Unreadable]]:
    """The rows of an open `.csv` with the number of the line they begin in."""
    reader, line = csv.reader(file), 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, Unreadable(line, "CSVとして読めません（引用符の閉じ忘れか、長すぎる欄があります）。", last_line=reader.line_num)
        else:
            yield line, [cell[1:] if _GUARDED.match(cell) else cell for cell in cells]
        line = reader.line_num + 1


def encoding_of(path: Path) -> str | Unreadable:
    """UTF-8 when the whole file is, else Shift_JIS when the whole file is; never a guess from its beginning."""
    for name in ("utf-8-sig", "cp932"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                for chunk in iter(lambda: file.read(_CHUNK), b""):
                    if _NOT_SHIFT_JIS.search(decoder.decode(chunk)) and name == "cp932":
                        raise ValueError(name)
                decoder.decode(b"", final=True)
        except ValueError:
            continue
        return name
    return Unreadable(1, "文字コードがUTF-8でもShift_JISでもありません。UTF-8で保存し直してください。", last_line=1, whole=True)


def heading_of(rows: Rows) -> tuple[list[tuple[int, Cells]], Iterator[tuple[int, Cells | Unreadable]]]:
    """The rows before the heading row and the heading row itself (the last one), and an iterator over what follows.

    Without a row that holds a column's name the first row that is not empty counts as the heading.
    """
    head: list[tuple[int, Cells | Unreadable]] = []
    rest = iter(rows)
    for line, cells in rest:
        head.append((line, cells))
        if isinstance(cells, Unreadable):
            break
        if any(isinstance(cell, str) and cell and column_of(cell.strip()) for cell in cells):
            return [(number, row) for number, row in head if not isinstance(row, Unreadable)], rest
        if len(head) == HEADING_WITHIN:
            break
    for index, (_, cells) in enumerate(head):
        if isinstance(cells, Unreadable):
            return [], chain(head[index:], rest)
        if not _empty(cells):
            before = [(number, row) for number, row in head[: index + 1] if not isinstance(row, Unreadable)]
            return before, chain(head[index + 1 :], rest)
    return [], rest


def entries(rows: Rows, sheet: str = "") -> Iterator[FileSubmission | Unreadable]:
    """Rows below a heading row as submissions; rows that belong together are adjacent."""
    head, rest = heading_of(rows)
    if not head:
        for _, cells in rest:
            if isinstance(cells, Unreadable):
                yield replace(cells, whole=True)
                return
        yield Unreadable(1, "見出しの行がありません。", last_line=1, sheet=sheet, whole=True)
        return
    line, cells = head[-1]
    columns, problems = _heading(line, cells, sheet)
    yield from problems
    if problems:
        return
    heading = Heading(tuple(c.name if c is not None and not c.ignored else "" for c in columns), sheet)
    readers = [_Reader.of(column) for column in columns]
    group: _Group | None = None
    for number, row_cells in rest:
        if isinstance(row_cells, Unreadable):
            row: _Row | Unreadable = row_cells
        else:
            read = _Row.of(number, readers, row_cells, sheet)
            if read is None:
                continue
            row = read
        if isinstance(row, Unreadable):
            if group:
                yield group.entry(heading)
            group = None
            yield row
        elif group is not None and group.takes(row):
            group.rows.append(row)
        else:
            if group:
                yield group.entry(heading)
            group = _Group(row)
    if group:
        yield group.entry(heading)


def _empty(cells: Cells) -> bool:
    return all(cell is None or cell == "" for cell in cells)


def _heading(line: int, cells: Cells, sheet: str) -> tuple[list[FormColumn | None], list[Unreadable]]:
    columns: list[FormColumn | None] = []
    problems: list[Unreadable] = []
    seen: set[str] = set()

    def bad(message: str, name: str, index: int) -> Unreadable:
        letter = get_column_letter(index + 1)
        return Unreadable(line, message, name[:60], last_line=line, letter=letter, sheet=sheet, whole=True)

    for index, cell in enumerate(cells):
        name = str(cell if cell is not None else "").strip()
        column = column_of(name) if name else None
        if name and column is None:
            problems.append(bad(f"この列の名前は申請フォームにありません: {name[:60]}", name, index))
        elif name and name in seen:
            problems.append(bad(f"同じ名前の列が2つあります: {name[:60]}", name, index))
        seen.add(name)
        columns.append(column)
    if not any(column is not None and column.field is not None for column in columns) and not problems:
        problems.append(Unreadable(line, "見出しの行がありません。", last_line=line, sheet=sheet, whole=True))
    return columns, problems


@dataclass(frozen=True, slots=True)
class _Reader:
    """A column made ready for ten thousand rows: its section, its kind, and the plain field's name when a value goes straight there."""

    column: FormColumn
    section: str
    kind: Kind
    straight: str | None
    as_typed: bool

    @staticmethod
    def of(column: FormColumn | None) -> "_Reader | None":
        if column is None:
            return None
        spec = column.spec
        kind = spec.kind if spec is not None else Kind.TEXT
        straight = column.field.name if column.field is not None and column.inner is None else None
        return _Reader(column, column.section, kind, straight, kind is not Kind.MULTI)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a table: the records of its four sections."""

    line: int
    sections: dict[str, dict[str, Any]]
    id: str | int | None
    reference_date: date | None

    @staticmethod
    def of(line: int, readers: Sequence[_Reader | None], cells: Cells, sheet: str) -> "_Row | Unreadable | None":
        """The row as records; None for an empty one; Unreadable for a value without a heading, a formula and a bad reference date."""
        sections: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        extra: dict[str, Any] = {}
        width, filled = len(readers), False

        def bad(message: str, index: int, name: str = "") -> Unreadable:
            return Unreadable(line, message, name or str(index + 1), last_line=line, letter=get_column_letter(index + 1), sheet=sheet)

        for index, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            reader = readers[index] if index < width else None
            if reader is None:
                return bad(f"{index + 1}列目に、見出しのない値があります。", index)
            if reader.column.ignored:
                continue
            if isinstance(cell, Formula):
                return bad("数式は読み込めません。計算した結果の値を、文字か数値で入力してください。", index, reader.column.name)
            filled = True
            if type(cell) is str and reader.as_typed:
                value: Any = cell
            else:
                value = value_of(reader.kind, cell)
            if reader.straight is not None:
                sections[reader.section][reader.straight] = value
            elif reader.column.field is not None:
                reader.column.put(sections[reader.section], value)
            else:
                extra[reader.section] = cell.date().isoformat() if isinstance(cell, datetime) else cell
        if not filled:
            return None
        try:
            day = reference_day(extra.get("reference_date")) if extra else None
        except ValueError:
            index = next(i for i, reader in enumerate(readers) if reader is not None and reader.section == "reference_date")
            return bad("reference_date は 2021-05-07 のような日付で書いてください。", index, "reference_date")
        key = extra.get("id")
        return _Row(line, sections, key if isinstance(key, (str, int)) else None, day)


class Formula(str):
    """A cell's formula. It is never calculated, and the value that Excel kept beside it is not trusted."""

    __slots__ = ()


class _Group:
    """Adjacent rows of one submission."""

    def __init__(self, row: _Row) -> None:
        self.first = row
        self.rows = [row]

    def takes(self, row: _Row) -> bool:
        """Does the row belong to the same submission?"""
        mine, other = self.first.sections, row.sections
        same = mine["organization"] == other["organization"] and mine["contact"] == other["contact"]
        return same and row.id in (self.first.id, None) and row.reference_date in (self.first.reference_date, None)

    def entry(self, heading: Heading = NOWHERE) -> FileSubmission:
        """The submission that the rows make."""
        sections = self.first.sections
        submission = {
            "organization": sections["organization"],
            "contact": sections["contact"],
            "postings": [row.sections["postings"] for row in self.rows],
            "confirmation": sections["confirmation"],
        }
        lines = tuple(row.line for row in self.rows)
        return FileSubmission(self.first.line, submission, self.first.id, self.first.reference_date, lines, lines[-1], heading)
