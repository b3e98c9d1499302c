"""The rows of a list as a file: CSV for Excel (UTF-8 with BOM) or `.xlsx`. All cells are text; none can become a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, request, send_file
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from keynet_admin import clock
from keynet_admin.clock import TOKYO
from keynet_admin.rules.normalise.characters import INSTEAD, UNWRITABLE
from keynet_admin.web.access import step_up

MOST = 20_000
NAMED = {"csv": "CSV", "xlsx": "Excel"}
CUT = f"{MOST:,}件までで区切りました。残りは、条件で絞り込んで書き出してください。"
MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# A spreadsheet takes a cell that begins so for a formula or a command.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")


def answer(view: Any, kind: str, portions: Iterable[list[Any]], name: str) -> tuple[Response, int]:
    """The file as an answer, and how many rows are in it. `portions` are the view's rows; `name` may be Japanese, a time is added.

    The file is written before it is sent, so that a slow reader holds no transaction open.
    """
    lines = _ListLines(view, portions)
    return of_lines(kind, lines, name), lines.written


def asked(view: Any, *, kind: str) -> step_up.StepUp:
    """What the page that asks for a fresh proof says of an export: which list, how many rows, in which form."""
    query = request.query_string.decode("ascii", "replace")
    back, rows = f"{view.url}/{'?' + query if query else ''}", sum(map(len, view.exported_rows(view.state())))
    return step_up.StepUp(f"{view.noun}の一覧を{NAMED[kind]}に書き出す", to=f"{rows:,}件、氏名と連絡先を含む", back=back)


def of_lines(kind: str, lines: Iterable[list[str]], name: str, *, encoding: str = "utf-8-sig") -> Response:
    """The same of any lines, the first of which is the heading. What no file can carry becomes a placeholder.

    `encoding` is that of a CSV; whoever asks for another one gives lines whose letters it has.
    """
    file = SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115 - send_file closes it
    written = ([UNWRITABLE.sub(INSTEAD, cell) for cell in cells] for cells in lines)
    if kind == "csv":
        _csv(written, file, encoding)
    else:
        _xlsx(written, file)
    file.seek(0)
    made = f"{name}_{clock.now().astimezone(TOKYO):%Y%m%d-%H%M}.{kind}"
    return send_file(file, mimetype=MIME[kind], as_attachment=True, download_name=made)


class _ListLines:
    """The heading, each row's cells and, where there are more rows than a file may have, a sentence that says so; `written` counts rows."""

    def __init__(self, view: Any, portions: Iterable[list[Any]]) -> None:
        self.view, self.portions, self.written = view, portions, 0

    def __iter__(self) -> Iterator[list[str]]:
        view, names = self.view, list(self.view.column_export_list or self.view.column_list)
        yield [view.label(name) for name in names]
        for rows in self.portions:
            view.prepare(rows)
            for row in rows:
                if self.written == MOST:
                    yield [CUT]
                    return
                self.written += 1
                yield [view.text(row, name) for name in names]


def _csv(lines: Iterable[list[str]], file: IO[bytes], encoding: str) -> None:
    """A cell that a spreadsheet would run gets an apostrophe in front."""
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="", write_through=True)
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
