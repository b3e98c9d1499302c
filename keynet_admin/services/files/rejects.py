"""The rows of a file that were left out, in a file of the same format and columns, with a column `_reasons` that readers skip.

It can be mended and read in again as it is. Nothing in it starts a formula: Excel's cells are texts, and in `.csv` an apostrophe stands
before a sign that would start one, which our reader takes away again.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from keynet_admin.services.files.columns import REASONS
from keynet_admin.services.files.excel import excel_rows, open_sheet
from keynet_admin.services.files.read_file import entry_of
from keynet_admin.services.files.rows import Refusal
from keynet_admin.services.files.tables import Rows, csv_rows, encoding_of, heading_of

_BOM = b"\xef\xbb\xbf"
_STARTS_FORMULA = re.compile(r"[=+\-@\t\r]")
_RED = Font(color="B00020")
_BOLD = Font(bold=True)
_PALE = PatternFill("solid", start_color="FFF4F4F4")
_TOP = Alignment(vertical="top", wrap_text=True)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def free_name(file: Path) -> Path:
    """`forms-rejected.csv` beside `forms.csv`; with a number when there is one already: somebody may be mending it."""
    path = file.with_name(f"{file.stem}-rejected{file.suffix}")
    number = 2
    while path.exists():
        path = file.with_name(f"{file.stem}-rejected-{number}{file.suffix}")
        number += 1
    return path


def write_rejects(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> Path | None:
    """Copy the rows with these numbers from `file` to `target` (format by the name of `file`). Returns the target.

    None when no row could be copied (an unreadable file): then nothing is written.
    """
    if not rejected:
        return None
    suffix = file.suffix.lower()
    if suffix == ".jsonl":
        return _write_jsonl(file, target, rejected)
    return _write_csv(file, target, rejected) if suffix == ".csv" else _write_xlsx(file, target, rejected)


def _write_jsonl(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> Path:
    """Lines as wrappers with `_reasons`; a line that cannot be read stands as it was."""
    with file.open("rb") as source, target.open("wb") as out:
        for number, line in enumerate(source, start=1):
            if number in rejected:
                out.write(_with_reasons(number, line, rejected[number]) + b"\n")
    return target


def _with_reasons(number: int, line: bytes, reasons: Sequence[str]) -> bytes:
    line = line.removeprefix(_BOM).rstrip(b"\r\n")
    if isinstance(entry_of(number, line), Refusal):
        return line
    content = json.loads(line)
    wrapper = content if "submission" in content else {"submission": content}
    # Escapes only: what was typed may hold a lone surrogate, which UTF-8 cannot carry.
    return json.dumps({**wrapper, REASONS: list(reasons)}, ensure_ascii=not _is_text(line)).encode()


def _is_text(line: bytes) -> bool:
    return b"\\u" not in line


def _picked(rows: Rows, rejected: Mapping[int, Sequence[str]]) -> list[tuple[list[Any], str | None]]:
    """Rows to write: (cells, reasons). The rows up to the heading come first, their reasons are None or the column's heading."""
    head, rest = heading_of(rows)
    if not head:
        return []
    heading = [str(cell).strip() if cell is not None else "" for cell in head[-1][1]]
    at = heading.index(REASONS) if REASONS in heading else None

    def placed(cells: Sequence[Any], text: Any) -> list[Any]:
        made = list(cells) + [None] * (len(heading) - len(cells))
        if at is None:
            return [text, *made]
        made[at] = text
        return made

    picked: list[tuple[list[Any], str | None]] = []
    for index, (_, cells) in enumerate(head):
        last = index == len(head) - 1
        picked.append((placed(cells, REASONS) if last else list(cells) if at is not None else [None, *cells], None))
    for line, row in rest:
        if line in rejected and not isinstance(row, Refusal):
            text = "\n".join(rejected[line])
            picked.append((placed(row, text), text))
    return picked


def _write_csv(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> Path | None:
    encoding = encoding_of(file)
    if isinstance(encoding, Refusal):
        return None
    with file.open("rb") as raw:
        bom = raw.read(3) == _BOM
    with file.open(encoding=encoding, newline="") as source:
        picked = _picked(csv_rows(source), rejected)
    if not picked:
        return None
    # Shift_JIS lacks a few letters that a reason may quote: the reasons lose them, the values cannot have any.
    with target.open("w", encoding="utf-8-sig" if bom else encoding.removesuffix("-sig"), errors="replace", newline="") as out:
        writer = csv.writer(out)
        for cells, _ in picked:
            writer.writerow([_guarded("" if cell is None else str(cell)) for cell in cells])
    return target


def _guarded(text: str) -> str:
    return f"'{text}" if _STARTS_FORMULA.match(text) else text


def _write_xlsx(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> Path | None:
    with open_sheet(file) as sheet:
        picked = _picked(excel_rows(sheet), rejected)
        title = sheet.title
    if not picked:
        return None
    book = Workbook(write_only=True)
    copy = book.create_sheet(title)
    heads = sum(1 for _, reasons in picked if reasons is None)
    copy.freeze_panes = f"B{heads + 1}"
    first = next(cells for index, (cells, _) in enumerate(picked) if index == heads - 1)
    for index, name in enumerate(first, start=1):
        copy.column_dimensions[get_column_letter(index)].width = 60 if name == REASONS else 18
        if name:
            copy.column_dimensions[get_column_letter(index)].number_format = "@"
    for cells, reasons in picked:
        copy.append([_cell(copy, cell, reasons is None, cell is not None and cell == reasons) for cell in cells])
    book.save(target)
    return target


def _cell(sheet: Any, value: Any, head: bool, reason: bool) -> Any:
    """A cell of the copy; a text stays a text, whatever it begins with."""
    if isinstance(value, str):
        value = _ILLEGAL.sub("\ufffd", value)[:32_767]
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value.startswith("=")
    if head:
        cell.font, cell.fill = _BOLD, _PALE
    if reason:
        cell.font, cell.alignment = _RED, _TOP
    return cell
