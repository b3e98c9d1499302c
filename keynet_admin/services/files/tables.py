"""Tables of submissions, one posting a row: what the rows below the heading row mean together. Reads `.csv`; `.xlsx` is in `excel.py`.

The heading row is the first of the first 20 rows that holds a column's name: what stands above it (a title, Japanese labels) is for
people. A column that means nothing refuses the whole file: its values would get lost in silence. Adjacent rows with equal organization
and contact are one submission; its confirmation is that of the first row.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from keynet_admin.catalogue import SECTIONS
from keynet_admin.services.files.columns import REASONS, FormColumn, column_of
from keynet_admin.services.files.rows import FileSubmission, Heading, Refusal, reference_day

HEADING_WITHIN = 20
_CHUNK = 1024 * 1024
# what the codec makes of the bytes 80, A0 and FD to FF, which no Shift_JIS text holds (UTF-16 does)
_NOT_SHIFT_JIS = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
# an apostrophe before a sign that would start a formula: how our own files write such a text (`rejects.py`)
_GUARDED = re.compile(r"'[=+\-@\t\r]")

Cells = Sequence[Any]
Rows = Iterable[tuple[int, Cells | Refusal]]


def read_csv(path: Path) -> Iterator[FileSubmission | Refusal]:
    """The submissions of a `.csv` file."""
    encoding = encoding_of(path)
    if isinstance(encoding, Refusal):
        yield encoding
        return
    with path.open(encoding=encoding, newline="") as file:
        yield from entries(csv_rows(file))


def csv_rows(file: Any) -> Iterator[tuple[int, Cells | Refusal]]:
    """The rows of an open `.csv` with the number of the line they begin in."""
    reader, line = csv.reader(file), 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            why = "CSVとして読めません（引用符の閉じ忘れか、長すぎる欄があります）。"
            yield line, Refusal(line, message=why, last_line=reader.line_num)
        else:
            yield line, [cell[1:] if _GUARDED.match(cell) else cell for cell in cells]
        line = reader.line_num + 1


def encoding_of(path: Path) -> str | Refusal:
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
    why = "文字コードがUTF-8でもShift_JISでもありません。UTF-8で保存し直してください。"
    return Refusal(1, message=why, last_line=1, whole=True)


def heading_of(rows: Rows) -> tuple[list[tuple[int, Cells]], Rows]:
    """The rows before the heading row and the heading row itself (the last one), and what follows.

    Without a row that holds a column's name the first row that is not empty counts as the heading. Below a row that cannot be read
    there is none.
    """
    rest = iter(rows)
    first = list(islice(rest, HEADING_WITHIN))
    above = takewhile(lambda row: not isinstance(row[1], Refusal), first)
    readable = [(line, cells) for line, cells in above if not isinstance(cells, Refusal)]
    at = next((index for test in (_names_a_column, _filled) for index, (_, cells) in enumerate(readable) if test(cells)), None)
    if at is None:
        return [], chain(first, rest)
    return readable[: at + 1], chain(first[at + 1 :], rest)


def _names_a_column(cells: Cells) -> bool:
    return any(isinstance(cell, str) and cell and column_of(cell.strip()) for cell in cells)


def _filled(cells: Cells) -> bool:
    return any(cell is not None and cell != "" for cell in cells)


def entries(rows: Rows, sheet: str = "") -> Iterator[FileSubmission | Refusal]:
    """Rows below a heading row as submissions; rows that belong together are adjacent."""
    head, rest = heading_of(rows)
    if not head:
        broken = next((cells for _, cells in rest if isinstance(cells, Refusal)), None)
        yield replace(broken, whole=True) if broken is not None else _no_heading(1, sheet)
        return
    columns, problems = _columns(*head[-1], sheet)
    yield from problems
    if problems:
        return
    heading = Heading(tuple(column.name if column is not None and column.name != REASONS else "" for column in columns), sheet)
    group: list[FileSubmission] = []
    for line, cells in rest:
        row = cells if isinstance(cells, Refusal) else _row(line, columns, cells, heading)
        if row is None:
            continue
        if group and (isinstance(row, Refusal) or not _belongs(group[0], row)):
            yield _joined(group)
            group = []
        if isinstance(row, Refusal):
            yield row
        else:
            group.append(row)
    if group:
        yield _joined(group)


def _no_heading(line: int, sheet: str) -> Refusal:
    return Refusal(line, sheet=sheet, message="見出しの行がありません。", last_line=line, whole=True)


def _columns(line: int, cells: Cells, sheet: str) -> tuple[list[FormColumn | None], list[Refusal]]:
    """What the cells of the heading row mean, and those that nobody could read."""
    names = [str(cell if cell is not None else "").strip() for cell in cells]
    columns = [column_of(name) if name else None for name in names]
    problems: list[Refusal] = []
    for index, (name, column) in enumerate(zip(names, columns, strict=True)):
        if name and (column is None or name in names[:index]):
            why = "この列の名前は申請フォームにありません" if column is None else "同じ名前の列が2つあります"
            letter = get_column_letter(index + 1)
            problems.append(Refusal(line, name[:60], letter, sheet, f"{why}: {name[:60]}", last_line=line, whole=True))
    if not problems and not any(column is not None and column.section for column in columns):
        problems.append(_no_heading(line, sheet))
    return columns, problems


def _row(line: int, columns: Sequence[FormColumn | None], cells: Cells, heading: Heading) -> FileSubmission | Refusal | None:
    """The row as a submission of one posting; None for an empty one.

    A Refusal for a value without a heading, a formula and a bad reference date.
    """
    sections: dict[str, dict[str, Any]] = {section: {} for section in ("", *SECTIONS)}
    width, filled = len(columns), False

    def bad(message: str, index: int, name: str) -> Refusal:
        return Refusal(line, name, get_column_letter(index + 1), heading.sheet, message, last_line=line)

    for index, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        column = columns[index] if index < width else None
        if column is None:
            return bad(f"{index + 1}列目に、見出しのない値があります。", index, str(index + 1))
        if column.name == REASONS:
            continue
        if isinstance(cell, Formula):
            return bad("数式は読み込めません。計算した結果の値を、文字か数値で入力してください。", index, column.name)
        filled = True
        column.put(sections, cell)
    if not filled:
        return None
    extra = sections.pop("")
    try:
        day = reference_day(extra.get("reference_date"))
    except ValueError:
        where = heading.names.index("reference_date")
        return bad("reference_date は 2021-05-07 のような日付で書いてください。", where, "reference_date")
    key = extra.get("id")
    submission = sections | {"postings": [sections["postings"]]}
    return FileSubmission(line, submission, key if isinstance(key, (str, int)) else None, day, (line,), line, heading)


class Formula(str):
    """A cell's formula. It is never calculated, and the value that Excel kept beside it is not trusted."""

    __slots__ = ()


def _belongs(first: FileSubmission, row: FileSubmission) -> bool:
    """Is the row one more posting of the submission that began in the first?"""
    same = all(first.submission[section] == row.submission[section] for section in ("organization", "contact"))
    return same and row.id in (first.id, None) and row.reference_date in (first.reference_date, None)


def _joined(rows: Sequence[FileSubmission]) -> FileSubmission:
    """The submission that adjacent rows make."""
    postings = [row.submission["postings"][0] for row in rows]
    lines = tuple(row.line for row in rows)
    return replace(rows[0], submission=rows[0].submission | {"postings": postings}, lines=lines, last_line=lines[-1])
