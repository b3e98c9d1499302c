"""A partner's file of the people it secured: `.csv`, one report a row, read without judging what it says.

Columns in any order, named as the interface for machines names them or in Japanese: posting_no, key, count, on.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.errors import Refused
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.normalise.dates import read_date
from keynet_admin.services.files.rows import Refusal
from keynet_admin.services.files.tables import csv_rows, encoding_of

MOST_ROWS = 500
LABELS = {"posting_no": "募集番号", "key": "貴団体の番号", "count": "人数", "on": "確保した日"}
EXAMPLE = ("KN-P-000123", "2021-0520-01", "2", "2021-05-20")
_NAMES = {**{name: name for name in LABELS}, **{label: name for name, label in LABELS.items()}, "確保した人数": "count", "控え番号": "key"}


@dataclass(frozen=True)
class TypedRow:
    """What one row says, as it was typed; `cells` are the letters of its columns by name."""

    line: int
    posting_no: str
    key: str
    count: str
    on: str
    cells: dict[str, str]

    def values(self) -> dict[str, str]:
        """The values by name."""
        return {name: getattr(self, name) for name in LABELS}


class CellError(NamedTuple):
    """What is wrong in a file: in which line, in which column (letter and name, empty for the whole line)."""

    line: int
    letter: str
    label: str
    message: str


def template_lines() -> list[list[str]]:
    """Heading and an example row of the file to fill in."""
    return [list(LABELS.values()), list(EXAMPLE)]


def read(path: Path) -> Iterator[TypedRow | CellError]:
    """The rows of a file below its heading. Raises Refused when it is no such table at all."""
    encoding = encoding_of(path)
    if isinstance(encoding, Refusal):
        raise Refused(encoding.message)
    with path.open(encoding=encoding, newline="") as file:
        rows = (row for row in csv_rows(file) if isinstance(row.cells, Refusal) or any(str(cell).strip() for cell in row.cells))
        first = next(rows, None)
        if first is None or isinstance(first.cells, Refusal):
            raise Refused("ファイルの中身を読めません。様式をダウンロードして、書き込んでください。")
        columns = _columns(first.cells)
        for number, (line, cells, _) in enumerate(rows):
            if number == MOST_ROWS:
                raise Refused(f"1つのファイルは{MOST_ROWS:,}行までです。分けてお送りください。")
            yield CellError(line, "", "", cells.message) if isinstance(cells, Refusal) else _row(line, cells, columns)


def read_day(text: str) -> date | None:
    """A day in either calendar, None when it is empty or not understood."""
    read = read_date(posting_field("term_start"), text.strip(), Context(on=clock.today()))
    return date.fromisoformat(read.value) if text.strip() and read.understood else None


def _columns(cells: Any) -> dict[str, int]:
    names = [_NAMES.get(unicodedata.normalize("NFKC", str(cell)).strip()) for cell in cells]
    missing = [label for name, label in LABELS.items() if name not in names]
    if missing:
        raise Refused(f"見出しの行に「{'」「'.join(missing)}」の列がありません。1行目は様式のままにしてください。")
    return {name: names.index(name) for name in LABELS}


def _row(line: int, cells: Any, columns: dict[str, int]) -> TypedRow:
    values = {name: str(cells[at]).strip() if at < len(cells) else "" for name, at in columns.items()}
    return TypedRow(line=line, **values, cells={name: get_column_letter(at + 1) for name, at in columns.items()})
