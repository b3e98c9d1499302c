"""The Excel template, made from the field catalogue: one posting a row, lists and checks in the cells, an example and an explanation.

Sheet 「募集情報」: row 1 sections, row 2 Japanese labels, row 3 the nested names (the row that is read as heading), from row 4 on the
postings. The first column takes the reasons of a refused row and is never read. No cell holds a formula.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from keynet_admin.catalogue import MAX_POSTINGS, SECTION_LABELS, Field, Kind
from keynet_admin.services.files.columns import REASONS, Column, every_column
from keynet_admin.services.files.excel import SHEET
from keynet_admin.services.files.template_example import example_of
from keynet_admin.services.files.template_words import DAY_WORDS, YES_NO, explanation, help_of, label_of

CHOICES, EXAMPLE, GUIDE = "選択肢", "記入例", "説明"
HEADING_ROW, FIRST_ROW, LAST_ROW = 3, 4, 1003
NUMBERS = (Kind.INT, Kind.YEN, Kind.HOURS)
_WIDTHS = {Kind.AREA: 44, Kind.TEXT: 26, Kind.NAME: 22, Kind.ADDRESS: 34, Kind.KANA: 24, Kind.EMAIL: 34, Kind.URL: 34, Kind.MULTI: 40}
# Longer than the stored value: hyphens, brackets and spaces are taken out by the rules.
_TYPED_LENGTH = {Kind.ZIP: 10, Kind.PHONE: 24, Kind.LG_CODE: 6, Kind.DATE: 20, Kind.TIME: 12, Kind.DAYS: 40}

_THIN = Side(style="thin", color="FFB3B3B3")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_BAND = PatternFill("solid", start_color="FF000060")
_MUST = PatternFill("solid", start_color="FFFFE8E8")
_MAYBE = PatternFill("solid", start_color="FFFFF6DC")
_FREE = PatternFill("solid", start_color="FFF2F2F2")
_TOP = Alignment(vertical="top", wrap_text=True)


def made(on: date) -> bytes:
    """The template as a file, with an example that fits the day `on`."""
    return _file(on)


@lru_cache(maxsize=2)
def _file(on: date) -> bytes:
    book = Workbook()
    columns = tuple(every_column())
    sheet = book.worksheets[0]
    sheet.title = SHEET
    lists = _choices(book.create_sheet(CHOICES), columns)
    _head(sheet, columns)
    _checks(sheet, columns, lists)
    _example(book.create_sheet(EXAMPLE), columns, on)
    _explain(book.create_sheet(GUIDE))
    book.move_sheet(GUIDE, -3)
    book.move_sheet(EXAMPLE, -1)
    book.active = book.sheetnames.index(SHEET)
    for other in book.worksheets:
        other.sheet_view.tabSelected = other.title == SHEET
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _put(sheet: Any, row: int, column: int, value: Any) -> Cell:
    """A cell whose text stays a text, whatever it begins with."""
    cell: Cell = sheet.cell(row=row, column=column, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    return cell


def _head(sheet: Any, columns: Sequence[Column]) -> None:
    """Bands, labels and names; widths, number formats and frozen panes."""
    top = _put(sheet, 1, 1, "入力は4行目から、1行に1件の募集です。1～3行目は消さないでください。")
    note = _put(sheet, 2, 1, "直すところ（記入不要。受け付けられなかったときに、理由が入ります）")
    _put(sheet, HEADING_ROW, 1, REASONS)
    for cell in (top, note):
        cell.alignment = _TOP
    sheet.column_dimensions["A"].width = 32
    band = ""
    for index, column in enumerate(columns, start=2):
        field = column.spec
        if field is None:
            continue
        words = _band_of(column)
        cell = _put(sheet, 1, index, words if words != band else None)
        cell.fill, cell.font = _BAND, Font(bold=True, color="FFFFFFFF")
        band = words
        label = _put(sheet, 2, index, label_of(column))
        label.fill, label.font = _fill_of(column), Font(bold=True)
        label.alignment, label.border = _TOP, _BOX
        name = _put(sheet, HEADING_ROW, index, column.name)
        name.font, name.border = Font(color="FF626264", size=9), _BOX
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = _WIDTHS.get(field.kind, 16)
        dimension.number_format = "General" if field.kind in NUMBERS else "@"
        if column.row:
            dimension.outlineLevel = 1
    sheet.row_dimensions[1].height = 34
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = f"B{FIRST_ROW}"


def _band_of(column: Column) -> str:
    letter = dict(zip(SECTION_LABELS, "ABCD", strict=True))[column.section]
    group = column.field.group if column.field is not None else ""
    return f"{letter} {SECTION_LABELS[column.section]}{f'（{group}）' if group else ''}"


def _fill_of(column: Column) -> PatternFill:
    field = column.spec
    if field is None or field.required is None:
        return _FREE
    if column.row:
        return _MAYBE
    whole = column.field is None or column.field.required is not None
    return _MUST if field.required.field is None and field.required.since is None and whole else _MAYBE


def _choices(sheet: Any, columns: Sequence[Column]) -> dict[str, str]:
    """One column a list of Japanese labels. Returns the catalogue's field → the range of its labels."""
    lists: dict[str, str] = {}
    number = 0
    for column in columns:
        words = _list_of(column.spec)
        key = _list_key(column)
        if not words or key in lists:
            continue
        number += 1
        letter = get_column_letter(number)
        head = _put(sheet, 1, number, column.spec.label if column.spec is not None and key != "bool" else "はい・いいえ")
        head.font, head.fill, head.border = Font(bold=True), _FREE, _BOX
        for row, word in enumerate(words, start=2):
            _put(sheet, row, number, word)
        sheet.column_dimensions[letter].width = min(60, max(12, *(2 * len(word) for word in words)))
        lists[key] = f"'{CHOICES}'!${letter}$2:${letter}${len(words) + 1}"
    sheet.freeze_panes = "A2"
    return lists


def _list_of(field: Field | None) -> tuple[str, ...]:
    if field is None:
        return ()
    if field.kind is Kind.BOOL:
        return YES_NO
    if field.kind is Kind.DAYS:
        return DAY_WORDS
    return tuple(choice.label for choice in field.choices)


def _list_key(column: Column) -> str:
    field = column.spec
    if field is None or field.kind is Kind.BOOL:
        return "bool"
    return f"{column.section}.{column.field.name if column.field else ''}.{field.name}"


def _checks(sheet: Any, columns: Sequence[Column], lists: dict[str, str]) -> None:
    """A check and a help text in every cell that is filled in."""
    for index, column in enumerate(columns, start=2):
        field = column.spec
        if field is None:
            continue
        check = _check_of(field, lists.get(_list_key(column), ""))
        check.promptTitle = label_of(column, marks=False)[:32]
        check.prompt = help_of(column)[:255]
        check.errorTitle = label_of(column, marks=False)[:32]
        check.showInputMessage = True
        check.allow_blank = True
        letter = get_column_letter(index)
        check.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
        sheet.add_data_validation(check)


def _check_of(field: Field, listed: str) -> DataValidation:
    if listed:
        # Several choices are written with 、 between them, which a list cannot check: there it only offers the words.
        one = field.kind not in (Kind.MULTI, Kind.DAYS)
        error = "選択肢から選んでください（シート「選択肢」に一覧があります）。"
        return DataValidation(type="list", formula1=listed, error=error, errorStyle="stop", showErrorMessage=one)
    if field.kind in NUMBERS:
        low, high = field.minimum or 0, field.maximum if field.maximum is not None else 10 ** (field.max_length or 7) - 1
        kind: Any = "decimal" if field.kind is Kind.HOURS else "whole"
        error = f"{low}から{high}までの数字だけを入力してください{f'（単位は{field.unit}）' if field.unit else ''}。"
        return DataValidation(
            type=kind, operator="between", formula1=str(low), formula2=str(high), error=error, errorStyle="stop", showErrorMessage=True
        )
    most = _TYPED_LENGTH.get(field.kind) or field.max_length
    if most is None:
        return DataValidation()
    error = f"{most}文字までで入力してください。"
    return DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(most), error=error, errorStyle="stop", showErrorMessage=True
    )


def _example(sheet: Any, columns: Sequence[Column], on: date) -> None:
    """The same columns with two postings of an invented town."""
    filled = [column for column in columns if any(example_of(column, on, number) is not None for number in (0, 1))]
    _put(sheet, 1, 1, "記入例（架空の団体です。使わない列は省いています。このシートは読み込まれません）").font = Font(bold=True)
    for index, column in enumerate(filled, start=1):
        label = _put(sheet, 2, index, label_of(column))
        label.fill, label.font, label.alignment, label.border = _fill_of(column), Font(bold=True), _TOP, _BOX
        name = _put(sheet, HEADING_ROW, index, column.name)
        name.font = Font(color="FF626264", size=9)
        for number in (0, 1):
            _put(sheet, FIRST_ROW + number, index, example_of(column, on, number)).alignment = _TOP
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(column.spec.kind, 16) if column.spec else 16
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = f"A{FIRST_ROW}"


def _explain(sheet: Any) -> None:
    """How to fill in and how to send, line by line."""
    sheet.column_dimensions["A"].width = 110
    for row, (head, text) in enumerate(_lines(), start=1):
        cell = _put(sheet, row, 1, text)
        cell.alignment = _TOP
        if head:
            cell.font = Font(bold=True, size=14 if row == 1 else 12)
    for colour, row in ((_MUST, 0), (_MAYBE, 1), (_FREE, 2)):
        cell = _put(sheet, sheet.max_row + 1, 1, ("※必須の項目の色", "条件により必須の項目の色", "任意の項目の色")[row])
        cell.fill = colour


def _lines() -> Iterator[tuple[bool, str]]:
    for text in explanation(SHEET, HEADING_ROW, FIRST_ROW, MAX_POSTINGS):
        yield text.startswith("■"), text.removeprefix("■")
