"""Reads `.xlsx`: the sheet 「募集情報」, row by row, in a process of its own with limits of memory and time (`sheet_process.py`).

Nothing in a book is ever calculated or run: formulas and error values are refused with their address, macros and links to other books
are not looked at. This module reads no book itself; it starts the process, reads what it prints and ends it.
"""

import json
import re
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from keynet_admin.errors import Refused
from keynet_admin.services.files.columns import EXTRA, FORMULA, error_value, every_column
from keynet_admin.services.files.rows import FileSubmission, Refusal, Remark
from keynet_admin.services.files.tables import FileRow, Rows, entries

SHEET, EXAMPLE = "募集情報", "記入例"
_PROCESS = Path(__file__).with_name("sheet_process.py")
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')
_CUT_SHORT = "ファイルを読み切れませんでした。大きすぎるか、複雑すぎます。使っていないシートや書式を消すか、分けてお送りください。"


@dataclass(frozen=True)
class ReadingLimits:
    """What one book may cost: bytes unpacked, rows of a sheet (also empty ones), texts, characters of all cells that are read, bytes of
    memory, seconds of CPU and on the clock.
    """

    unpacked: int = 100 * 1024 * 1024
    rows: int = 200_000
    strings: int = 500_000
    text: int = 20_000_000
    memory: int = 400 * 1024 * 1024
    seconds: int = 60
    deadline: float = 90.0


OVER_THE_WEB = ReadingLimits()
# A command of the house's own staff: as much as 200,000 rows need.
BY_COMMAND = ReadingLimits(
    unpacked=300 * 1024 * 1024, strings=5_000_000, text=1_000_000_000, memory=4 * 1024 * 1024 * 1024, seconds=3600, deadline=24 * 3600.0
)


class BadWorkbook(Refused):
    """The file is no workbook, or more than the limits allow."""


@dataclass(frozen=True)
class OpenSheet:
    """The sheet that is read: its title, its rows (to be read once), and what is to be said about the file."""

    title: str
    rows: Rows
    remarks: tuple[Remark, ...] = ()


@contextmanager
def open_sheet(path: Path, limits: ReadingLimits = BY_COMMAND) -> Iterator[OpenSheet]:
    """The sheet of submissions of a book. Raises BadWorkbook."""
    names = [*EXTRA, *(column.name for column in every_column())]
    request = asdict(limits) | {"path": str(path), "sheet": SHEET, "example": EXAMPLE, "names": names}
    command = [sys.executable, "-I", str(_PROCESS), json.dumps(request)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={})  # noqa: S603
    timer = threading.Timer(limits.deadline, process.kill)
    timer.daemon = True
    timer.start()
    try:
        lines = _objects(process.stdout or ())
        head = next(lines)
        if "problem" in head:
            raise BadWorkbook(head["problem"])
        title = head["sheet"]
        yield OpenSheet(title, _rows(lines, title), tuple(Remark(1, sheet=title, message=words) for words in head["remarks"]))
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _objects(lines: Iterable[bytes]) -> Iterator[Any]:
    """What the process prints; a problem when it was ended (by its limits) before the end."""
    for line in lines:
        try:
            item = json.loads(line)
        except ValueError:  # ended within a line
            break
        yield item
        if isinstance(item, dict) and ("end" in item or "problem" in item):
            return
    yield {"problem": _CUT_SHORT, "line": 0}


def _rows(lines: Iterator[Any], title: str) -> Iterator[FileRow]:
    for item in lines:
        if isinstance(item, dict):
            if "problem" in item:
                yield FileRow(item["line"], Refusal(item["line"], sheet=title, message=item["problem"], whole=True))
            return
        line, cells, remarks = item
        values = [_cell(cell) if isinstance(cell, dict) else cell for cell in cells]
        yield FileRow(line, values, tuple(Remark(line, letter=letter, sheet=title, message=words) for letter, words in remarks))


def _cell(given: dict[str, Any]) -> Any:
    """What a cell holds beside texts and numbers (`sheet_process.value_of`)."""
    ((kind, value),) = given.items()
    if kind == "day":
        return datetime.fromisoformat(value)
    if kind == "time":
        return time.fromisoformat(value)
    if kind == "seconds":
        return timedelta(seconds=value)
    return error_value(value) if kind == "error" else FORMULA


def read_xlsx(path: Path, limits: ReadingLimits = BY_COMMAND) -> Iterator[FileSubmission | Refusal]:
    """The submissions of an `.xlsx` file."""
    try:
        with open_sheet(path, limits) as sheet:
            remarks = sheet.remarks
            for item in entries(sheet.rows, sheet.title):
                if remarks and isinstance(item, FileSubmission):
                    yield replace(item, remarks=(*remarks, *item.remarks))
                    remarks = ()
                else:
                    yield item
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
