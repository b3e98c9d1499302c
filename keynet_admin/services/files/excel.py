"""Reads `.xlsx`: the sheet 「募集情報」, else the first one, row by row, never the whole book in memory.

Nothing in a book is ever calculated or run: formulas are refused with their address, macros and links to other books are not looked at.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from keynet_admin.errors import Refused
from keynet_admin.services.files.rows import FileSubmission, Refusal
from keynet_admin.services.files.tables import Formula, Rows, entries

SHEET = "募集情報"
MAX_UNPACKED = 300 * 1024 * 1024
MAX_PART = 16 * 1024 * 1024  # of anything that is neither a sheet nor the table of texts
MAX_ROW = 200_000
_LAST_ROW = 1_048_576  # of any sheet in Excel
_LARGE_PARTS = ("xl/worksheets/", "xl/sharedStrings")
_NO_WORKBOOK = "Excelファイル（.xlsx）として読めません。パスワードの付いたファイルは、解除してからお使いください。"
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')


class BadWorkbook(Refused):
    """The file is no workbook, or too large once unpacked."""


@contextmanager
def open_sheet(path: Path, most: int = MAX_UNPACKED) -> Iterator[Any]:
    """The sheet of submissions of a book (openpyxl's read-only one). `most`: bytes it may have unpacked. Raises BadWorkbook."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
        small = (part for part in parts if not part.filename.startswith(_LARGE_PARTS))
        if sum(part.file_size for part in parts) > most or any(part.file_size > MAX_PART for part in small):
            raise BadWorkbook("ファイルが大きすぎます（展開後の大きさ）。分けてお使いください。")
        book = load_workbook(path, read_only=True, keep_links=False)
        sheet = next((sheet for sheet in book.worksheets if sheet.title == SHEET), book.worksheets[0])
    except BadWorkbook:
        raise
    except Exception as error:  # openpyxl raises errors of many kinds (zip, XML, keys) for a file that is no workbook
        raise BadWorkbook(_NO_WORKBOOK) from error
    try:
        yield sheet
    finally:
        book.close()


def read_xlsx(path: Path, most: int = MAX_UNPACKED) -> Iterator[FileSubmission | Refusal]:
    """The submissions of an `.xlsx` file. `most`: bytes it may have unpacked."""
    try:
        with open_sheet(path, most) as sheet:
            yield from entries(excel_rows(sheet), sheet.title)
    except BadWorkbook as error:
        yield Refusal(1, message=str(error), last_line=1, whole=True)


def count_rows(path: Path) -> int:
    """About how many rows the longest sheet has, as the file says itself; 0 when it does not say. For a progress bar only."""
    try:
        with zipfile.ZipFile(path) as packed:
            sheets = [packed.open(name).read(4096) for name in packed.namelist() if name.startswith("xl/worksheets/")]
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error):  # the reading itself says what is wrong
        return 0
    return max((int(found[1]) for sheet in sheets if (found := _DIMENSION.search(sheet))), default=0)


def excel_rows(sheet: Any) -> Rows:
    """The rows of a sheet that have cells, with their numbers; a formula comes as `Formula`."""

    def broken(line: int, message: str) -> tuple[int, Refusal]:
        return line, Refusal(line, sheet=sheet.title, message=message, whole=True)

    sheet.reset_dimensions()  # a wrong claim of the file would leave cells out in silence
    rows = enumerate(sheet.iter_rows(), start=1)
    while True:
        try:
            line, row = next(rows)
            cells = [Formula("=") if cell.data_type == "f" else cell.value for cell in row]
        except StopIteration:
            return
        except Exception:  # a damaged sheet; what was read before it stands
            yield broken(0, "シートの途中から読めません。ファイルが壊れている可能性があります。")
            return
        if line > MAX_ROW and (any(cells) or line > _LAST_ROW):
            yield broken(line, f"行が多すぎます（{MAX_ROW:,}行まで）。分けてお使いください。")
            return
        if cells:
            yield line, cells
