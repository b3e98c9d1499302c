"""The table of a prefecture's bodies as a workbook: codes as text, numbers as numbers, days in both calendars, one page wide in print."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from keynet_admin.catalogue.eras import wareki
from keynet_admin.clock import TOKYO
from keynet_admin.rules.normalise.characters import INSTEAD, UNWRITABLE
from keynet_admin.services.prefecture.bodies import Need, PrefectureOverview

_HEAD = PatternFill("solid", start_color="E8F1FE")
_LINE = Border(bottom=Side("thin", color="B3B3B3"))
_COLUMNS = (
    ("団体コード", 11),
    ("市町村", 14),
    ("区分", 6),
    ("状態", 12),
    ("必要", 7),
    ("確保", 7),
    ("残り", 7),
    ("まだ要る人", 26),
    ("報告", 11),
    ("連絡担当者", 16),
    ("メールアドレス", 30),
    ("電話番号", 15),
    ("最後の動き", 12),
    ("最後の動き（和暦）", 18),
)


def workbook(found: PrefectureOverview, moment: datetime) -> bytes:
    """Two sheets: the bodies in the order of their codes, and the job types."""
    book = Workbook()
    book.remove(book.worksheets[0])
    bodies = book.create_sheet(found.noun)
    heads = [(name if name != "報告" or found.round is None else f"第{found.round}回の報告", width) for name, width in _COLUMNS]
    rows = [
        [
            body.code,
            body.name,
            body.group,
            body.state.label,
            *(_numbers(body.need) if body.published else (None, None, None)),
            "、".join(f"{job} {number}名" for job, number in body.missing),
            body.report.label if body.report is not None else "",
            body.contact_name,
            body.contact_email,
            body.contact_phone,
            body.last_move.astimezone(TOKYO).date() if body.last_move is not None else None,
            wareki(body.last_move.astimezone(TOKYO).date()) if body.last_move is not None else "",
        ]
        for body in found.bodies
    ]
    write_sheet(bodies, f"{found.name}の{found.noun}の状況", moment, heads, rows)
    jobs = book.create_sheet("職種")
    lines = [[name, *_numbers(need)] for name, need in found.jobs]
    lines.append(["計", *_numbers(found.need)])
    write_sheet(jobs, f"{found.name}　職種ごとの必要と確保", moment, [("職種", 20), ("必要", 9), ("確保", 9), ("残り", 9)], lines)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def write_sheet(sheet: Any, title: str, moment: datetime, heads: Sequence[tuple[str, float]], rows: Iterable[Sequence[Any]]) -> None:
    """A titled table with its moment in both calendars; `heads` are names with widths in characters, texts never become formulas."""
    day = moment.astimezone(TOKYO).replace(tzinfo=None, microsecond=0)
    _put(sheet, 1, 1, title).font = Font(bold=True, size=14)
    _put(sheet, 2, 1, "基準日時")
    _put(sheet, 2, 2, day).number_format = "yyyy-mm-dd hh:mm"
    _put(sheet, 2, 3, wareki(day.date()))
    for column, (name, width) in enumerate(heads, start=1):
        cell = _put(sheet, 4, column, name)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _LINE
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    last = 4
    for last, values in enumerate(rows, start=5):
        for column, value in enumerate(values, start=1):
            _put(sheet, last, column, value).border = _LINE
    sheet.freeze_panes = "C5" if len(heads) > 4 else "A5"
    sheet.auto_filter.ref = f"A4:{get_column_letter(len(heads))}{last}"
    sheet.print_title_rows = "4:4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(sheet: Any, row: int, column: int, value: Any) -> Any:
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        # Text, whatever it begins with.
        cell.value, cell.data_type, cell.number_format = UNWRITABLE.sub(INSTEAD, value)[:32_000], "s", "@"
    else:
        cell.value = value
        if value is not None and hasattr(value, "year"):
            cell.number_format = "yyyy-mm-dd"
    return cell


def _numbers(need: Need) -> tuple[int, int, int]:
    return need.needed, need.secured, need.open
