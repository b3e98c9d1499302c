"""The rows of a file that were left out, in a file of the same format and columns, with a column `_reasons` that readers skip.

A command copies them from the file; a file that was sent over the web is gone by then, and they are made of what was read. It can be
mended and read in again as it is. Nothing in it starts a formula: Excel's cells are texts, and in `.csv` an apostrophe stands before a
sign that would start one, which our reader takes away again.
"""

import csv
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from keynet_admin.catalogue import label_at
from keynet_admin.rules.normalise.characters import INSTEAD, UNWRITABLE
from keynet_admin.services.files.columns import REASONS, FormColumn, NoValue, column_of
from keynet_admin.services.files.excel.workbook import SHEET, open_sheet
from keynet_admin.services.files.read_file import entry_of
from keynet_admin.services.files.rows import FileSubmission, Heading, Refusal
from keynet_admin.services.files.tables import Rows, csv_rows, encoding_of, heading_of

_STARTS_FORMULA = re.compile(r"[=+\-@\t\r]")
_RED = Font(color="B00020")
_BOLD = Font(bold=True)
_PALE = PatternFill("solid", start_color="FFF4F4F4")
_TOP = Alignment(vertical="top", wrap_text=True)
MOST_ROWS = 1_000  # of a file that is made while somebody waits for it


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


def rejects_of(name: str, items: Sequence[FileSubmission | Refusal], rejected: Mapping[int, Sequence[str]]) -> tuple[str, bytes]:
    """The rows of what was read that stand in `rejected`, as a file like the one of this name: its name and content.

    At most 1,000 rows. Of a `.jsonl` the lines that could not be read are missing: nobody kept them.
    """
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        lines = (item for item in items if isinstance(item, FileSubmission) and item.line in rejected)
        content = b"".join(_line_of(item, rejected[item.line]) + b"\n" for item in islice(lines, MOST_ROWS))
        return f"{path.stem}-rejected{suffix}", content
    heading = next((item.heading for item in items if item.heading.names), Heading())
    columns = [(index, column) for index, title in enumerate(heading.names) if title and (column := column_of(title)) is not None]
    labels = ["直すところ", *(label_at(column.path).removeprefix("募集1 ") if column.section else column.name for _, column in columns)]
    picked = [labels, [REASONS, *(column.name for _, column in columns)]]
    picked += islice(_rows_of(items, rejected, columns, len(heading.names)), MOST_ROWS)
    if suffix == ".csv":
        text = StringIO(newline="")
        csv.writer(text).writerows([_guarded("" if cell is None else str(cell)) for cell in cells] for cells in picked)
        return f"{path.stem}-rejected{suffix}", BOM_UTF8 + text.getvalue().encode("utf-8", "replace")
    out = BytesIO()
    _book(out, heading.sheet or SHEET, picked, heads=2, at=0)
    return f"{path.stem}-rejected.xlsx", out.getvalue()


def _rows_of(
    items: Sequence[FileSubmission | Refusal], rejected: Mapping[int, Sequence[str]], columns: Sequence[tuple[int, FormColumn]], width: int
) -> Iterator[list[Any]]:
    for item in items:
        if isinstance(item, Refusal):
            if item.line in rejected and item.cells:
                cells = [*item.cells, *[None] * (width - len(item.cells))]
                yield ["\n".join(rejected[item.line]), *(cells[index] for index, _ in columns), *cells[width:]]
            continue
        for line, posting in zip(item.rows, item.submission.get("postings") or (), strict=False):
            if line in rejected:
                row = item.submission | {"postings": posting}
                yield ["\n".join(rejected[line]), *(_typed(item, row, column) for _, column in columns)]


def _typed(item: FileSubmission, row: Mapping[str, Any], column: FormColumn) -> Any:
    if column.section:
        return column.cell(row)
    return item.id if column.name == "id" else item.reference_date.isoformat() if item.reference_date else None


def _line_of(item: FileSubmission, reasons: Sequence[str]) -> bytes:
    day = item.reference_date
    named = ({} if item.id is None else {"id": item.id}) | ({} if day is None else {"reference_date": day.isoformat()})
    return json.dumps({**named, "submission": item.submission, REASONS: list(reasons)}, ensure_ascii=True).encode()


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
    picked += [placed(row, "\n".join(rejected[line])) for line, row, _ in rest if line in rejected and not isinstance(row, Refusal)]
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
        picked, heads, at = _picked(sheet.rows, rejected)
        title = sheet.title
    if picked:
        _book(target, title, picked, heads=heads, at=at)
    return bool(picked)


def _book(target: Any, title: str, picked: Sequence[Sequence[Any]], *, heads: int, at: int) -> None:
    """Write a workbook of one sheet to a file: `heads` rows down to the heading, the reasons in column `at`."""
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


def _cell(sheet: Any, value: Any) -> Any:
    """A cell of the copy; a text stays a text, whatever it begins with."""
    value = value.shown if isinstance(value, NoValue) else value
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value=value)
    text = UNWRITABLE.sub(INSTEAD, value)[:32_767]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith("=")
    return cell
