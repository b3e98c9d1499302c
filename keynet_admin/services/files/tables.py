"""Tables of submissions, one posting a row: what the rows below the heading row mean together. Reads `.csv`; `.xlsx` is in `excel/`.

What a cell cannot be (a formula, an error value, a day where none belongs) refuses its row, with every such cell by its letter.

The heading row is the first of the first 20 rows that holds a column's name: what stands above it (a title, Japanese labels) is for
people. A column that means nothing refuses the whole file: its values would get lost in silence. Adjacent rows with equal organization
and contact are one submission (`joining.py`); its confirmation is that of the first row.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from keynet_admin.catalogue import SECTIONS, Kind
from keynet_admin.catalogue.blank import blank
from keynet_admin.services.files.columns import REASONS, FormColumn, NoValue, column_of, lost
from keynet_admin.services.files.excel.sheet_process import ROW_CELLS, ROW_TOO_WIDE
from keynet_admin.services.files.joining import difference, joined
from keynet_admin.services.files.rows import FileSubmission, Heading, Refusal, Remark, reference_day

HEADING_WITHIN = 20
_CHUNK = 1024 * 1024
# what the codec makes of the bytes 80, A0 and FD to FF, which no Shift_JIS text holds (UTF-16 does)
_NOT_SHIFT_JIS = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
# an apostrophe before a sign that would start a formula: how our own files write such a text (`rejects.py`)
_GUARDED = re.compile(r"'[=+\-@\t\r]")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # how a leading zero is kept from Excel
_DAY = re.compile(r"(?:[0-9]{4}[年/-])?[0-9]{1,2}[月/-][0-9]{1,2}日?")
_NAMES = "様式の3行目にある英字の名前"
_AGAIN = "様式をダウンロードし直して、3行目をそのままコピーしてください。"
_OTHER_SEPARATOR = re.compile(r"[\t;|]")
_NO = (False, "いいえ", "FALSE", "False", "false")  # a column of boxes is often filled down to the last row

Cells = Sequence[Any]


class FileRow(NamedTuple):
    """A row of a table as it stands in the file; `remarks` name letters, their columns are filled in below the heading."""

    number: int
    cells: Cells | Refusal
    remarks: tuple[Remark, ...] = ()


Rows = Iterable[FileRow]


def read_csv(path: Path) -> Iterator[FileSubmission | Refusal]:
    """The submissions of a `.csv` file."""
    encoding = encoding_of(path)
    if isinstance(encoding, Refusal):
        yield encoding
        return
    with path.open(encoding=encoding, newline="") as file:
        yield from entries(csv_rows(file))


def csv_rows(file: Any) -> Iterator[FileRow]:
    """The rows of an open `.csv` with the number of the line they begin in."""
    reader, line = csv.reader(file), 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            why = "CSVとして読めません（引用符の閉じ忘れか、長すぎる欄があります）。"
            yield FileRow(line, Refusal(line, message=why, last_line=reader.line_num))
        else:
            if len(cells) > ROW_CELLS:
                yield FileRow(line, Refusal(line, message=ROW_TOO_WIDE, last_line=reader.line_num))
            else:
                yield FileRow(line, [_csv_cell(cell) if cell[:1] in ("'", "=") else cell for cell in cells])
        line = reader.line_num + 1


def _csv_cell(cell: str) -> str:
    kept = _KEPT_AS_TEXT.fullmatch(cell)
    return kept[1] if kept else cell[1:] if _GUARDED.match(cell) else cell


def encoding_of(path: Path) -> str | Refusal:
    """UTF-8 when the whole file is, else Shift_JIS when the whole file is; never a guess from its beginning. Other encodings are named."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    other = "UTF-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "JIS（ISO-2022-JP）" if b"\x1b$" in head else ""
    if not other:
        if _decodes(path, "utf-8-sig"):
            return "utf-8-sig"
        # Letters of Shift_JIS are no EUC-JP, but those of EUC-JP may be half-width kana of Shift_JIS.
        if _decodes(path, "euc_jp"):
            other = "EUC-JP"
        elif _decodes(path, "cp932", _NOT_SHIFT_JIS):
            return "cp932"
    if other:
        why, line = f"文字コードが{other}です。UTF-8で保存し直してください（Excelでは「CSV UTF-8（コンマ区切り）」）。", 1
    elif line := _first_line_of_another_encoding(path):
        why = f"{line}行目に、ほかの行と違う文字コードの文字があります。違う文字コードの表を合わせた可能性があります。ファイル全体をUTF-8で保存し直してください。"
    else:
        why, line = "文字コードがUTF-8でもShift_JISでもありません。UTF-8で保存し直してください。", 1
    return Refusal(line, message=why, last_line=line, whole=True)


def _decodes(path: Path, name: str, unlike: re.Pattern[str] | None = None) -> bool:
    """Is a whole file text of this encoding, without the signs that its text never holds?"""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                text = decoder.decode(chunk)
                if unlike is not None and unlike.search(text):
                    return False
            decoder.decode(b"", final=True)
    except ValueError:
        return False
    return True


def _first_line_of_another_encoding(path: Path) -> int:
    """In a file that is whole in no encoding: the first line that is no UTF-8 while others are; 0 when none is."""
    first, others = 0, False
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                line.decode()
                others = True
            except ValueError:
                first = first or number
    return first if others else 0


def heading_of(rows: Rows) -> tuple[list[tuple[int, Cells]], Rows]:
    """The rows before the heading row and the heading row itself (the last one), and what follows.

    Without a row that holds a column's name the first row that is not empty counts as the heading. Below a row that cannot be read
    there is none.
    """
    rest = iter(rows)
    first = list(islice(rest, HEADING_WITHIN))
    above = takewhile(lambda row: not isinstance(row.cells, Refusal), first)
    readable = [(line, cells) for line, cells, _ in above if not isinstance(cells, Refusal)]
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
        broken = next((cells for _, cells, _ in rest if isinstance(cells, Refusal)), None)
        yield replace(broken, whole=True) if broken is not None else _no_heading(1, sheet)
        return
    columns, problems = _columns(*head[-1], sheet)
    yield from problems
    if problems:
        return
    heading = Heading(tuple(column.name if column is not None and column.name != REASONS else "" for column in columns), sheet)
    group: list[FileSubmission] = []
    for line, cells, remarks in rest:
        row = cells if isinstance(cells, Refusal) else _row(line, columns, cells, heading)
        if isinstance(row, FileSubmission) and remarks:
            about = tuple(replace(remark, column=heading.name(remark.letter)) for remark in remarks)
            row = replace(row, remarks=(*about, *row.remarks))
        if row is None:
            continue
        differs = difference(group[0], row) if group and not isinstance(row, Refusal) else None
        if group and differs != ():
            yield joined(group)
            group = []
        if isinstance(row, Refusal):
            yield row
        else:
            group.append(replace(row, differs=differs or ()))
    if group:
        yield joined(group)


def _no_heading(line: int, sheet: str) -> Refusal:
    return Refusal(line, sheet=sheet, message=f"見出しの行（{_NAMES}）がありません。{_AGAIN}", last_line=line, whole=True)


def _columns(line: int, cells: Cells, sheet: str) -> tuple[list[FormColumn | None], list[Refusal]]:
    """What the cells of the heading row mean, and those that nobody could read."""
    names = [str(cell if cell is not None else "").strip() for cell in cells]
    columns = [column_of(name) if name else None for name in names]
    problems: list[Refusal] = []
    for index, (name, column) in enumerate(zip(names, columns, strict=True)):
        if name and (column is None or name in names[:index]):
            why = (
                f"この列の名前は申請フォームにありません。見出しの行には{_NAMES}を書きます。{_AGAIN}"
                if column is None
                else "同じ名前の列が2つあります。片方を消してください。"
            )
            if len(names) == 1 and any(column_of(part.strip()) for part in _OTHER_SEPARATOR.split(name)):
                why = "列の区切りがコンマではありません。コンマ区切りのCSVで保存し直してください。"
            letter = get_column_letter(index + 1)
            problems.append(Refusal(line, name[:60], letter, sheet, f"「{name[:60]}」：{why}", last_line=line, whole=True))
    if not problems and not any(column is not None and column.section for column in columns):
        problems.append(_no_heading(line, sheet))
    return columns, problems


def _row(line: int, columns: Sequence[FormColumn | None], cells: Cells, heading: Heading) -> FileSubmission | Refusal | None:
    """The row as a submission of one posting; None for a row of blanks, or of nothing but boxes filled in with no.

    A Refusal for a value without a heading, for cells that are no values, and for a bad reference date.
    """
    sections: dict[str, dict[str, Any]] = {section: {} for section in ("", *SECTIONS)}
    filled, bad, remarks, spoilt = False, list[Refusal](), list[Remark](), set[int]()

    def refuse(message: str, index: int, name: str) -> None:
        bad.append(Refusal(line, name, get_column_letter(index + 1), heading.sheet, message, last_line=line))

    for index, cell in enumerate(cells):
        if blank(cell):
            continue
        column = columns[index] if index < len(columns) else None
        if column is None:
            refuse(f"{index + 1}列目に、見出しのない値があります。見出しを付けるか、値を消してください。", index, str(index + 1))
            continue
        if column.name == REASONS:
            continue
        filled = filled or not (column.spec.kind is Kind.BOOL and cell in _NO)
        if (why := column.put(sections, cell)) is not None:
            refuse(why.message, index, column.name)
            spoilt.add(index)
        elif words := lost(column.spec.kind, cell) or _only_a_day(column, cell):
            remarks.append(Remark(line, column.name, get_column_letter(index + 1), heading.sheet, words))
    extra = sections.pop("")
    day = None
    try:
        day = reference_day(extra.get("reference_date"))
    except ValueError:
        where = heading.names.index("reference_date")
        refuse("reference_date は 2021-05-07 のような日付で書いてください。", where, "reference_date")
    if bad:
        kept = tuple("" if index in spoilt else _kept(cell) for index, cell in enumerate(cells))
        return replace(bad[0], more=tuple(bad[1:]), cells=kept, heading=heading)
    if not filled:
        return None
    key = extra.get("id")
    key = key if isinstance(key, (str, int)) else None
    submission = sections | {"postings": [sections["postings"]]}
    return FileSubmission(line, submission, key, day, (line,), line, heading, tuple(remarks))


def _only_a_day(column: FormColumn, cell: Any) -> str:
    """A text of an address or a name that is nothing but a day: what Excel makes of a house number (3-5) before it saves a `.csv`."""
    if column.spec.kind not in (Kind.ADDRESS, Kind.NAME) or not isinstance(cell, str) or not _DAY.fullmatch(cell.strip()):
        return ""
    return f"「{cell.strip()}」は日付だけです。「3-5」のような文字を、Excelが日付に変えた可能性があります。正しいかをご確認ください。"


def _kept(cell: Any) -> Any:
    """A cell of a row that is refused, as it can be kept and given back; what is no value leaves its place free."""
    if cell is None or isinstance(cell, NoValue):
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return cell if isinstance(cell, (str, int, float)) else str(cell)
