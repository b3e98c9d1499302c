"""Reads `.xlsx`: the sheet 「募集情報」, else the first one, row by row, never the whole book in memory.

Nothing in a book is ever calculated or run: formulas are refused with their address, macros and links to other books are not looked at.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, INLINE_STRING, ROW_TAG, VALUE_TAG, WorkSheetParser

from keynet_admin.errors import Refused
from keynet_admin.services.files.rows import Entry, Unreadable
from keynet_admin.services.files.tables import Formula, Rows, entries

SHEET = "募集情報"
MAX_UNPACKED = 300 * 1024 * 1024
MAX_PART = 16 * 1024 * 1024  # of anything that is neither a sheet nor the table of texts
MAX_ROW = 200_000
_LARGE_PARTS = ("xl/worksheets/", "xl/sharedStrings")
_NO_WORKBOOK = "Excelファイル（.xlsx）として読めません。パスワードの付いたファイルは、解除してからお使いください。"
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')
_TEXT_TAG = VALUE_TAG[:-1] + "t"


class BadWorkbook(Refused):
    """The file is no workbook, or too large once unpacked."""


@dataclass(frozen=True)
class Sheet:
    """The sheet of submissions of an open book: its name, its part in the package, and what its cells refer to."""

    title: str
    part: str
    reader: ExcelReader

    def rows_said(self) -> int:
        """The number of rows that the sheet claims to have (for a progress bar); 0 when it does not say."""
        with self.reader.archive.open(self.part) as source:
            found = _DIMENSION.search(source.read(4096))
        return int(found[1]) if found else 0


@contextmanager
def open_sheet(path: Path, most: int = MAX_UNPACKED) -> Iterator[Sheet]:
    """The sheet of submissions of a book. `most`: bytes it may have unpacked. Raises BadWorkbook."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
        small = (part for part in parts if not part.filename.startswith(_LARGE_PARTS))
        if sum(part.file_size for part in parts) > most or any(part.file_size > MAX_PART for part in small):
            raise BadWorkbook("ファイルが大きすぎます（展開後の大きさ）。分けてお使いください。")
        # What `load_workbook` does, without looking through every sheet for its size first.
        reader = ExcelReader(path, read_only=True, data_only=False, keep_links=False)
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        sheets = [(sheet.name, rel.target) for sheet, rel in reader.parser.find_sheets() if "chartsheet" not in rel.Type]
        title, part = next((pair for pair in sheets if pair[0] == SHEET), sheets[0])
    except BadWorkbook:
        raise
    except Exception as error:  # openpyxl raises errors of many kinds (zip, XML, keys) for a file that is no workbook
        raise BadWorkbook(_NO_WORKBOOK) from error
    try:
        yield Sheet(title, part, reader)
    finally:
        reader.archive.close()


def read_xlsx(path: Path, most: int = MAX_UNPACKED) -> Iterator[Entry | Unreadable]:
    """The submissions of an `.xlsx` file. `most`: bytes it may have unpacked."""
    try:
        with open_sheet(path, most) as sheet:
            yield from entries(excel_rows(sheet), sheet.title)
    except BadWorkbook as error:
        yield Unreadable(1, str(error), last_line=1, whole=True)


def count_rows(path: Path) -> int:
    """About how many rows the sheet of submissions has; 0 when it cannot be said."""
    try:
        with open_sheet(path) as sheet:
            return sheet.rows_said()
    except Exception:  # only a progress bar asks; the reading itself says what is wrong
        return 0


def excel_rows(sheet: Sheet) -> Rows:
    """The rows of a sheet that have cells, with their numbers; a formula comes as `Formula`."""

    def broken(line: int, message: str) -> tuple[int, Unreadable]:
        return line, Unreadable(line, message, sheet=sheet.title, whole=True)

    try:
        source = sheet.reader.archive.open(sheet.part)
    except Exception:  # the book names a sheet that the package does not hold
        yield broken(0, _NO_WORKBOOK)
        return
    with source:
        rows = _Parser(sheet, source).rows()
        while True:
            try:
                line, cells = next(rows)
            except StopIteration:
                return
            except Exception:  # a damaged sheet; what was read before it stands
                yield broken(0, "シートの途中から読めません。ファイルが壊れている可能性があります。")
                return
            if line > MAX_ROW and any(cells):
                yield broken(line, f"行が多すぎます（{MAX_ROW:,}行まで）。分けてお使いください。")
                return
            yield line, cells


class _Parser(WorkSheetParser):
    """openpyxl's parser with a shorter way through a row: no dict a cell, no coordinates taken apart twice."""

    def __init__(self, sheet: Sheet, source: Any) -> None:
        book: Any = sheet.reader.wb
        texts = sheet.reader.shared_strings
        super().__init__(source, texts, False, book.epoch, date_formats=book._date_formats, timedelta_formats=book._timedelta_formats)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows, and nothing of what follows them in the sheet."""
        for _, element in iterparse(self.source):  # noqa: S314 - expat refuses entity bombs, and nothing outside is ever fetched
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
            elif element.tag == DATA_TAG:
                return

    def parse_row(self, row: Any) -> tuple[int, list[Any]]:
        """Number and values of a `<row>`."""
        number = row.get("r")
        self.row_counter = int(number) if number else self.row_counter + 1
        cells: list[Any] = []
        texts = self.shared_strings
        for element in row:
            value = kept = None
            formula = False
            for child in element:
                tag = child.tag
                if tag == VALUE_TAG:
                    kept = child.text
                elif tag == FORMULA_TAG:
                    formula = True
                elif tag == INLINE_STRING:
                    value = _inline(child)
            if formula:
                value = Formula("=")
            elif kept is not None:
                kind = element.get("t")
                value = texts[int(kept)] if kind == "s" else self._value(kind, kept, element.get("s"))
            reference = element.get("r")
            column = _column(reference.rstrip("0123456789")) if reference else len(cells)
            if column == len(cells):
                cells.append(value)
                continue
            while len(cells) <= column:
                cells.append(None)
            cells[column] = value
        return self.row_counter, cells

    def _value(self, kind: str | None, kept: str, style: str | None) -> Any:
        """What is neither a text of the table nor a formula: a number, a date by its number format, a truth, an error's name."""
        if kind is None or kind == "n":
            number = float(kept) if any(sign in kept for sign in ".eE") else int(kept)
            if style is not None and int(style) in self.date_formats:
                try:
                    return from_excel(number, self.epoch, timedelta=int(style) in self.timedelta_formats)
                except (OverflowError, ValueError):
                    return "#VALUE!"
            return number
        if kind == "b":
            return bool(int(kept))
        return from_ISO8601(kept) if kind == "d" else kept  # type: ignore[no-untyped-call]


@lru_cache(maxsize=2048)
def _column(letters: str) -> int:
    """Index of a column from 0. Raises ValueError for what Excel has no column for."""
    return int(column_index_from_string(letters)) - 1


def _inline(element: Any) -> str | None:
    """A text that stands in the cell itself, without its reading (furigana) and formatting."""
    if len(element) == 1 and element[0].tag == _TEXT_TAG:
        text: str | None = element[0].text
        return text
    whole: Any = Text.from_tree(element)
    content: str = whole.content
    return content
