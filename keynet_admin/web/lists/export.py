"""The rows of a list as a file: CSV for Excel (UTF-8 with BOM) or `.xlsx`. All cells are text; none can become a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, send_file
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from keynet_admin import clock
from keynet_admin.clock import TOKYO

MOST = 20_000
CUT = f"{MOST:,}件までで区切りました。残りは、条件で絞り込んで書き出してください。"
MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# A spreadsheet takes a cell that begins so for a formula or a command.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def answer(view: Any, kind: str, portions: Iterable[list[Any]], name: str) -> Response:
    """The file as an answer. `portions` are the view's rows; `name` may be Japanese, a time is added.

    The file is written before it is sent, so that a slow reader holds no transaction open.
    """
    file = SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115 - send_file closes it
    (_csv if kind == "csv" else _xlsx)(_lines(view, portions), file)
    file.seek(0)
    made = f"{name}_{clock.now().astimezone(TOKYO):%Y%m%d-%H%M}.{kind}"
    return send_file(file, mimetype=MIME[kind], as_attachment=True, download_name=made)


def _lines(view: Any, portions: Iterable[list[Any]]) -> Iterator[list[str]]:
    """The heading, each row's cells and, where there are more rows than a file may have, a sentence that says so."""
    names = list(view.column_export_list or view.column_list)
    yield [view.label(name) for name in names]
    written = 0
    for rows in portions:
        view.prepare(rows)
        for row in rows:
            if written == MOST:
                yield [CUT]
                return
            written += 1
            yield [_CONTROL.sub("", view.text(row, name)) for name in names]


def _csv(lines: Iterable[list[str]], file: IO[bytes]) -> None:
    """A cell that a spreadsheet would run gets an apostrophe in front."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for cells in lines:
        writer.writerow(["'" + cell if _FORMULA.match(cell) else cell for cell in cells])
    text.detach()


def _xlsx(lines: Iterable[list[str]], file: IO[bytes]) -> None:
    """A workbook with one sheet, its heading row kept in sight."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("一覧")
    sheet.freeze_panes = "A2"
    for cells in lines:
        sheet.append([_text_cell(sheet, cell) for cell in cells])
    book.save(file)


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text[:32_000])
    cell.data_type = "s"  # text, whatever it begins with
    return cell
