"""The one Excel layout of the follow-up report: the same columns for a municipality, a prefecture and the whole country.

Codes are text, numbers and moments typed cells, the day stands in both calendars. Each sheet prints one page wide.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from keynet_admin import clock
from keynet_admin.catalogue import display
from keynet_admin.catalogue.eras import wareki
from keynet_admin.models import Report, ReportRound
from keynet_admin.rules.engine.posting_values import job_label
from keynet_admin.rules.normalise.characters import INSTEAD, UNWRITABLE
from keynet_admin.services.report import corrected, figures
from keynet_admin.services.report.corrected import Numbers

A4 = 9  # as Excel counts paper sizes
HIDDEN = "×"
_DAY, _MOMENT, _TEXT, _COUNT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@", "#,##0"
_HEAD = PatternFill("solid", fgColor="FFE8F1FE")
_BEFORE = (("回", 5), ("基準日", 17), ("基準日（和暦）", 18), ("団体コード", 11), ("都道府県", 10), ("団体", 22), ("職種", 14))
_AFTER = (("状態", 12), ("報告した日時", 17), ("訂正", 7))
_CORRECTIONS = (
    *(("回", 5), ("団体コード", 11), ("都道府県", 10), ("団体", 22), ("職種", 14), ("項目", 16), ("訂正前", 9), ("訂正後", 9)),
    *(("理由", 50), ("訂正した日時", 17), ("締切の後", 9)),
)


@dataclass(frozen=True)
class WorkbookLine:
    """One row: a body (or a prefecture) and a job type. `values`: by figure; None = not told, `HIDDEN` = hidden."""

    code: str
    prefecture: str
    body: str
    job: str
    values: Mapping[str, int | str | None]
    state: str = ""
    confirmed_at: datetime | None = None
    corrections: int = 0


def lines(bodies: Iterable[tuple[Report, Numbers]]) -> list[WorkbookLine]:
    """The rows of these bodies as they reported them, with what they corrected later."""
    made = []
    for report, numbers in bodies:
        body = report.organization
        head = body.lg_code, display.prefecture(body.prefecture_code), body.name
        for job, row in corrected.in_order(numbers.now):
            count = sum(fix.job_type == job for fix in report.corrections)
            values = {column.name: getattr(row, column.name) for column in figures.COLUMNS}
            made.append(WorkbookLine(*head, job, values, report.status.label, report.confirmed_at, count))
    return made


def book(chosen: ReportRound, rows: Sequence[WorkbookLine], reports: Sequence[Report] = ()) -> bytes:
    """The workbook: the rows, their sums by job type, and the corrections of these reports."""
    made = Workbook(write_only=True)
    title = f"確保実績の報告　第{chosen.number}回"
    columns = [(*_label(column), 9) for column in figures.COLUMNS]
    headings = [*_BEFORE, *((label, width) for label, width in columns), *_AFTER]
    sheet = _sheet(made, "実績", title, headings)
    for row in rows:
        before = [*_moment(sheet, chosen), _text(sheet, row.code), _text(sheet, row.prefecture), _text(sheet, row.body)]
        numbers = [_value(sheet, row.values.get(column.name)) for column in figures.COLUMNS]
        after = [_text(sheet, row.state), _time(sheet, row.confirmed_at), _count(sheet, row.corrections)]
        sheet.append([*before, _text(sheet, job_label(row.job)), *numbers, *after])
    _end(sheet, len(headings), len(rows))
    _sums(made, chosen, title, rows)
    if reports:
        _corrections(made, chosen, title, reports)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _sums(made: Workbook, chosen: ReportRound, title: str, rows: Sequence[WorkbookLine]) -> None:
    """By job type; a figure with a hidden part has no sum here."""
    headings = [*_BEFORE[:3], _BEFORE[6], ("団体の数", 9), *((_label(column)[0], 9) for column in figures.COLUMNS)]
    sheet = _sheet(made, "職種ごとの計", title, headings)
    jobs = list(dict.fromkeys(row.job for row in rows))
    order = [job for job, _ in corrected.in_order(dict.fromkeys(jobs, figures.ReportFigures()))]
    for job in order:
        part = [row for row in rows if row.job == job]
        sums = []
        for column in figures.COLUMNS:
            values = [row.values.get(column.name) for row in part]
            known = [value for value in values if isinstance(value, int)]
            sums.append(_value(sheet, sum(known) if len(known) == len(values) else None))
        sheet.append([*_moment(sheet, chosen), _text(sheet, job_label(job)), _count(sheet, len(part)), *sums])
    _end(sheet, len(headings), len(order))


def _corrections(made: Workbook, chosen: ReportRound, title: str, reports: Sequence[Report]) -> None:
    sheet = _sheet(made, "訂正", title, _CORRECTIONS)
    labels = {column.name: _label(column)[0] for column in figures.COLUMNS}
    number = 0
    for report in reports:
        body = report.organization
        for fix in report.corrections:
            words = body.lg_code, display.prefecture(body.prefecture_code), body.name, job_label(fix.job_type), labels[fix.figure]
            cells = [_count(sheet, chosen.number), *(_text(sheet, word) for word in words), _count(sheet, fix.before)]
            late = "はい" if fix.late else "いいえ"
            sheet.append([*cells, _count(sheet, fix.after), _text(sheet, fix.reason), _time(sheet, fix.at), _text(sheet, late)])
            number += 1
    _end(sheet, len(_CORRECTIONS), number)


def _label(column: figures.FigureColumn) -> tuple[str]:
    """A heading that stands alone: the group's word with the column's own."""
    return (f"{column.group}：{column.label}",)


def _sheet(made: Workbook, name: str, title: str, headings: Sequence[tuple[str, int]]) -> Any:
    """A sheet with its heading row, kept in sight and on each printed page, one page wide."""
    sheet = made.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddHeader.left.text, sheet.oddHeader.right.text = f"{title}　{name}", "&P／&N"
    for at, (_, width) in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    cells = []
    for label, _ in headings:
        cell = _text(sheet, label)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, Alignment(wrap_text=True, vertical="top")
        cells.append(cell)
    sheet.append(cells)
    return sheet


def _end(sheet: Any, columns: int, rows: int) -> None:
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"


def _moment(sheet: Any, chosen: ReportRound) -> list[Any]:
    """Number of the round, its moment as a typed cell and in the Japanese calendar."""
    local = chosen.as_of.astimezone(clock.TOKYO)
    return [_count(sheet, chosen.number), _time(sheet, chosen.as_of), _text(sheet, wareki(local.date()))]


def _text(sheet: Any, value: str) -> Any:
    """Text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=UNWRITABLE.sub(INSTEAD, value))
    cell.data_type, cell.number_format = "s", _TEXT
    return cell


def _count(sheet: Any, value: int) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = _COUNT
    return cell


def _value(sheet: Any, value: int | str | None) -> Any:
    if isinstance(value, int):
        return _count(sheet, value)
    return _text(sheet, value or "")


def _time(sheet: Any, value: datetime | None) -> Any:
    """A moment in Japan (a spreadsheet knows no zones)."""
    cell = WriteOnlyCell(sheet, value=value.astimezone(clock.TOKYO).replace(tzinfo=None, second=0, microsecond=0) if value else None)
    cell.number_format = _MOMENT
    return cell
