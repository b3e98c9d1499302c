"""The rows of a file that were left out, in a file of the same format and columns, with a column `_reasons` that readers skip.

It can be mended and read in again as it is. Nothing in it starts a formula: Excel's cells are texts, and in `.csv` an apostrophe stands
before a sign that would start one, which our reader takes away again.
"""

import csv
import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from itertools import chain, count
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

_STARTS_FORMULA = re.compile(r"[=+\-@\t\r]")
_RED = Font(color="B00020")
_BOLD = Font(bold=True)
_PALE = PatternFill("solid", start_color="FFF4F4F4")
_TOP = Alignment(vertical="top", wrap_text=True)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def free_name(file: Path) -> Path:
    """`forms-rejected.csv` beside `forms.csv`; with a number when there is one already: somebody may be mending it."""
    names = chain([f"{file.stem}-rejected"], (f"{file.stem}-rejected-{number}" for number in count(2)))
    return next(path for name in names if not (path := file.with_name(f"{name}{file.suffix}")).exists())


def write_rejects(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> Path | None:
    """Copy the rows with these numbers from `file` to `target` (format by the name of `file`). Returns the target.

    None when no row could be copied (an unreadable file): then nothing is written.
    """
    write = {".jsonl": _write_jsonl, ".csv": _write_csv}.get(file.suffix.lower(), _write_xlsx)
    return target if write(file, target, rejected) else None


def _write_jsonl(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> bool:
    """Lines as wrappers with `_reasons`; a line that cannot be read stands as it was."""
    with file.open("rb") as source, target.open("wb") as out:
        for number, line in enumerate(source, start=1):
            if number in rejected:
                out.write(_with_reasons(number, line.removeprefix(BOM_UTF8).rstrip(b"\r\n"), rejected[number]) + b"\n")
    return True


def _with_reasons(number: int, line: bytes, reasons: Sequence[str]) -> bytes:
    if isinstance(entry_of(number, line), Refusal):
        return line
    content = json.loads(line)
    wrapper = content if "submission" in content else {"submission": content}
    # A line with escapes keeps them: what was typed may hold a lone surrogate, which UTF-8 cannot carry.
    return json.dumps({**wrapper, REASONS: list(reasons)}, ensure_ascii=b"\\u" in line).encode()


def _picked(rows: Rows, rejected: Mapping[int, Sequence[str]]) -> tuple[list[list[Any]], int, int]:
    """The rows to write, how many of them reach down to the heading, and the index of the reasons' column (a new first one if none)."""
    head, rest = heading_of(rows)
    if not head:
        return [], 0, 0
    *above, (_, heading) = head
    names = [str(cell if cell is not None else "").strip() for cell in heading]
    new = [] if REASONS in names else [None]
    at = 0 if new else names.index(REASONS)

    def placed(cells: Sequence[Any], text: str) -> list[Any]:
        made = [*new, *cells, *[None] * (len(heading) - len(cells))]
        made[at] = text
        return made

    picked = [[*new, *cells] for _, cells in above] + [placed(heading, REASONS)]
    picked += [placed(row, "\n".join(rejected[line])) for line, row in rest if line in rejected and not isinstance(row, Refusal)]
    return picked, len(head), at


def _write_csv(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> bool:
    encoding = encoding_of(file)
    if isinstance(encoding, Refusal):
        return False
    with file.open("rb") as raw:
        bom = raw.read(3) == BOM_UTF8
    with file.open(encoding=encoding, newline="") as source:
        picked, _, _ = _picked(csv_rows(source), rejected)
    if picked:
        # Shift_JIS lacks a few letters that a reason may quote: the reasons lose them, the values cannot have any.
        with target.open("w", encoding="utf-8-sig" if bom else encoding.removesuffix("-sig"), errors="replace", newline="") as out:
            writer = csv.writer(out)
            writer.writerows([_guarded("" if cell is None else str(cell)) for cell in cells] for cells in picked)
    return bool(picked)


def _guarded(text: str) -> str:
    return f"'{text}" if _STARTS_FORMULA.match(text) else text


def _write_xlsx(file: Path, target: Path, rejected: Mapping[int, Sequence[str]]) -> bool:
    with open_sheet(file) as sheet:
        picked, heads, at = _picked(excel_rows(sheet), rejected)
        title = sheet.title
    if not picked:
        return False
    book = Workbook(write_only=True)
    copy = book.create_sheet(title)
    copy.freeze_panes = f"B{heads + 1}"
    for index, name in enumerate(picked[heads - 1], start=1):
        column = copy.column_dimensions[get_column_letter(index)]
        column.width = 60 if name == REASONS else 18
        if name:
            column.number_format = "@"
    for number, cells in enumerate(picked):
        row = [_cell(copy, value) for value in cells]
        if number < heads:
            for cell in row:
                cell.font, cell.fill = _BOLD, _PALE
        else:
            row[at].font, row[at].alignment = _RED, _TOP
        copy.append(row)
    book.save(target)
    return True


def _cell(sheet: Any, value: Any) -> Any:
    """A cell of the copy; a text stays a text, whatever it begins with."""
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value=value)
    text = _ILLEGAL.sub("\ufffd", value)[:32_767]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith("=")
    return cell
