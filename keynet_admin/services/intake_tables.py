"""Reads `.csv` (UTF-8 with or without BOM, Shift_JIS) and `.xlsx`: one posting a row, columns named as the form's fields nest.

Columns: `organization-…`, `contact-…`, `confirmation-…`, the posting's fields by their bare name (`title`, `shifts-0-start`;
`postings-0-title` is understood, too), and `id` and `reference_date`. A column that means nothing refuses the whole file: its values would
get lost in silence. Adjacent rows with equal organization and contact are one submission; its confirmation is that of the first row.
"""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.services.intake_rows import Entry, Unreadable, reference_day

MAX_COLUMNS = 1000
MAX_UNPACKED = 300 * 1024 * 1024
_CHUNK = 1024 * 1024
_NUMBERS = (Kind.INT, Kind.YEN, Kind.HOURS)
_BETWEEN = re.compile(r"[、,，;；|\n]+")
# what the codec makes of the bytes 80, A0 and FD to FF, which no Shift_JIS text holds (UTF-16 does)
_NOT_SHIFT_JIS = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_EXTRA = ("id", "reference_date")


@dataclass(frozen=True)
class Column:
    """Where a column's values go: a section, a field and, for rows of a group, the row's number and the column inside it."""

    name: str
    section: str
    field: Field | None = None
    row: int | None = None
    inner: Field | None = None

    def put(self, record: dict[str, Any], value: Any) -> None:
        """Write a cell's value to its place in one section's record."""
        if self.field is None:
            return
        if self.row is None or self.inner is None:
            record[self.field.name] = value
            return
        rows = record.setdefault(self.field.name, [])
        while len(rows) <= self.row:
            rows.append({})
        rows[self.row][self.inner.name] = value


def column_of(name: str) -> Column | None:
    """The place a column's heading names, or None when it means nothing."""
    if name in _EXTRA:
        return Column(name, name)
    parts = name.split("-")
    if parts[0] == "postings" and len(parts) > 2 and parts[1] == "0":
        parts = parts[2:]
    section = "postings"
    if parts[0] in SECTIONS and parts[0] != "postings":
        section, parts = parts[0], parts[1:]
    field = next((f for f in SECTIONS[section] if parts and f.name == parts[0]), None)
    if field is None:
        return None
    if len(parts) == 1:
        return None if field.columns else Column(name, section, field)
    inner = next((c for c in field.columns if len(parts) == 3 and c.name == parts[2]), None)
    if inner is None or not re.fullmatch(r"[0-9]{1,2}", parts[1]):
        return None
    return Column(name, section, field, int(parts[1]), inner)


def read_csv(path: Path) -> Iterator[Entry | Unreadable]:
    """The submissions of a `.csv` file."""
    encoding = _encoding(path)
    if isinstance(encoding, Unreadable):
        yield encoding
        return
    with path.open(encoding=encoding, newline="") as file:
        yield from _entries(_csv_rows(csv.reader(file)))


def _csv_rows(reader: Any) -> Iterator[tuple[int, Sequence[Any] | Unreadable]]:
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, Unreadable(line, "CSVとして読めません（引用符の閉じ忘れか、長すぎる欄があります）。", last_line=reader.line_num)
        else:
            yield line, cells
        line = reader.line_num + 1


def _encoding(path: Path) -> str | Unreadable:
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
    return Unreadable(1, "文字コードがUTF-8でもShift_JISでもありません。UTF-8で保存し直してください。", last_line=1)


def read_xlsx(path: Path) -> Iterator[Entry | Unreadable]:
    """The submissions of the first sheet of an `.xlsx` file."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                yield Unreadable(1, "ファイルが大きすぎます。分けて取り込んでください。", last_line=1)
                return
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception:  # openpyxl raises errors of many kinds (zip, XML, keys) for a file that is no workbook
        yield Unreadable(1, "Excelファイル（.xlsx）として読めません。", last_line=1)
        return
    try:
        yield from _entries(_xlsx_rows(book.worksheets[0]))
    finally:
        book.close()


def _xlsx_rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any] | Unreadable]]:
    rows = enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1)
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except Exception:  # a damaged sheet; what was read before it stands
            yield 0, Unreadable(0, "シートの途中から読めません。ファイルが壊れている可能性があります。")
            return


def _entries(rows: Iterable[tuple[int, Sequence[Any] | Unreadable]]) -> Iterator[Entry | Unreadable]:
    """Rows below a header row as submissions; rows that belong together are adjacent."""
    columns: list[Column | None] | None = None
    group: _Group | None = None
    for line, cells in rows:
        if isinstance(cells, Unreadable):
            if group:
                yield group.entry()
            group = None
            yield cells
            continue
        if all(cell in (None, "") for cell in cells):
            continue
        if columns is None:
            columns, problems = _header(line, cells)
            yield from problems
            if problems:
                return
            continue
        row = _Row.of(line, columns, cells)
        if isinstance(row, Unreadable):
            if group:
                yield group.entry()
            group = None
            yield row
        elif group is not None and group.takes(row):
            group.add(row)
        else:
            if group:
                yield group.entry()
            group = _Group(row)
    if group:
        yield group.entry()


def _header(line: int, cells: Sequence[Any]) -> tuple[list[Column | None], list[Unreadable]]:
    columns: list[Column | None] = []
    problems: list[Unreadable] = []
    seen: set[str] = set()
    for cell in cells:
        name = str(cell or "").strip()
        column = column_of(name) if name else None
        if name and column is None:
            problems.append(Unreadable(line, f"この列の名前は申請フォームにありません: {name[:60]}", name[:60], last_line=line))
        elif name and name in seen:
            problems.append(Unreadable(line, f"同じ名前の列が2つあります: {name[:60]}", name[:60], last_line=line))
        seen.add(name)
        columns.append(column)
    if not any(columns) and not problems:
        problems.append(Unreadable(line, "見出しの行がありません。", last_line=line))
    return columns, problems


@dataclass(frozen=True)
class _Row:
    """One row of a table: the records of its four sections."""

    line: int
    sections: dict[str, dict[str, Any]]
    id: str | int | None
    reference_date: date | None

    @staticmethod
    def of(line: int, columns: Sequence[Column | None], cells: Sequence[Any]) -> "_Row | Unreadable":
        sections: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        extra: dict[str, Any] = {}
        for number, cell in enumerate(cells):
            column = columns[number] if number < len(columns) else None
            if cell is None or cell == "":
                continue
            if column is None:
                return Unreadable(line, f"{number + 1}列目に、見出しのない値があります。", str(number + 1), last_line=line)
            if column.section in sections:
                column.put(sections[column.section], _value(column, cell))
            else:
                extra[column.section] = cell.date().isoformat() if isinstance(cell, datetime) else cell
        try:
            day = reference_day(extra.get("reference_date"))
        except ValueError:
            return Unreadable(line, "reference_date は 2021-05-07 のような日付で書いてください。", "reference_date", last_line=line)
        key = extra.get("id")
        return _Row(line, sections, key if isinstance(key, (str, int)) else None, day)


class _Group:
    """Adjacent rows of one submission."""

    def __init__(self, row: _Row) -> None:
        self.first = row
        self.rows = [row]

    def takes(self, row: _Row) -> bool:
        """Does the row belong to the same submission?"""
        same = all(self.first.sections[section] == row.sections[section] for section in ("organization", "contact"))
        return same and row.id in (self.first.id, None) and row.reference_date in (self.first.reference_date, None)

    def add(self, row: _Row) -> None:
        """One posting more."""
        self.rows.append(row)

    def entry(self) -> Entry:
        """The submission that the rows make."""
        sections = self.first.sections
        submission = {
            "organization": sections["organization"],
            "contact": sections["contact"],
            "postings": [row.sections["postings"] for row in self.rows],
            "confirmation": sections["confirmation"],
        }
        lines = tuple(row.line for row in self.rows)
        return Entry(self.first.line, submission, self.first.id, self.first.reference_date, lines, lines[-1])


def _value(column: Column, cell: Any) -> Any:
    """A cell's value as somebody would type it: Excel's dates, times and numbers become text again, lists are taken apart."""
    field = column.inner or column.field
    kind = field.kind if field else Kind.TEXT
    if isinstance(cell, str):
        return [part.strip() for part in _BETWEEN.split(cell) if part.strip()] if kind is Kind.MULTI else cell
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime):
        return cell.strftime("%H:%M") if kind is Kind.TIME else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return cell if kind in _NUMBERS and isinstance(cell, (int, float)) else str(cell)
