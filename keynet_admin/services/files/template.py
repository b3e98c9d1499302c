"""The Excel template, made from the field catalogue: one posting a row, lists and checks in the cells, an example and an explanation.

Sheet 「募集情報」: row 1 sections, row 2 Japanese labels, row 3 the nested names (the row that is read as heading), from row 4 on the
postings. The first column takes the reasons of a refused row and is never read. No cell holds a formula.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from keynet_admin.catalogue import MAX_POSTINGS, SECTION_LABELS, SECTIONS, Field, Kind
from keynet_admin.catalogue.applicability import condition_words
from keynet_admin.rules.normalise.characters import INSTEAD, UNWRITABLE
from keynet_admin.services.files.columns import REASONS, FormColumn, every_column
from keynet_admin.services.files.excel.workbook import SHEET
from keynet_admin.services.files.template_example import YES_NO, example_of

CHOICES, EXAMPLE, GUIDE = "選択肢", "記入例", "説明"
HEADING_ROW, FIRST_ROW, LAST_ROW = 3, 4, 1003
DAY_CHOICES = ("月～金", "土日", "土日祝", "月、水、金", "月", "火", "水", "木", "金", "土", "日", "祝")
NUMBERS = (Kind.INT, Kind.YEN, Kind.HOURS)
_WIDTHS = {Kind.AREA: 44, Kind.TEXT: 26, Kind.NAME: 22, Kind.ADDRESS: 34, Kind.KANA: 24, Kind.EMAIL: 34, Kind.URL: 34, Kind.MULTI: 40}
# Longer than the stored value: hyphens, brackets and spaces are taken out by the rules.
_TYPED_LENGTH = {Kind.ZIP: 10, Kind.PHONE: 24, Kind.LG_CODE: 6, Kind.DATE: 20, Kind.TIME: 12, Kind.DAYS: 40}
_HOW = {
    Kind.DATE: "例：2021-06-01、令和3年6月1日",
    Kind.TIME: "24時間表記（例：13:00）",
    Kind.DAYS: "例：月～金、土日祝、月、水、金",
    Kind.MULTI: "2つ以上は「、」で区切ります。",
    Kind.BOOL: "はい／いいえ",
    Kind.LG_CODE: "先頭の0も省略しません。",
    Kind.MUNICIPALITY: "市区町村名か、6桁の団体コード。",
    Kind.YEN: "数字だけ（円）。",
}

# The lines of the sheet 「説明」; those that begin with ■ are headings.
_EXPLANATION = f"""\
■募集情報の申請　Excel様式の使い方
シート「{SHEET}」だけを読み込みます。シート「記入例」「選択肢」「説明」は読み込みません。

■書き方
{HEADING_ROW}行目の英字の名前（organization-lg_code など）が見出しです。1～{HEADING_ROW}行目は消したり、書き替えたりしないでください。
{FIRST_ROW}行目から、1行に1件の募集を書きます。間を空けずに続けてください。
1つの団体の募集が2件以上あるときは、行を続け、団体と連絡担当者の欄に同じ内容をコピーしてください。団体と連絡担当者が同じ、続いた行が、1つの申請になります（{MAX_POSTINGS}件まで。空白や全角・半角の違いは問いません）。少しだけ違う行が続くときは、送る前の確認の画面でお聞きします。
都道府県などが取りまとめるときは、団体ごとに行を続けて書いてください。団体ごとに別の申請になり、受付番号は団体の担当者へ届きます。
確認（D）の欄は、その申請の最初の行の内容を使います。
使わない列は、空欄のままにするか、列ごと消して構いません。列の並びを変えても読み込めます。新しい列は足さないでください。
数式は使えません。数式の入ったセルがあると、その行は受け付けられません。値として貼り付けてください。
団体コードや電話番号の先頭の0が消えないよう、セルは文字列の書式にしてあります。ほかの表から貼り付けるときは「値」だけを貼り付けてください。
セルを選ぶと、書き方の説明が出ます。選択肢のある欄は、▼から選べます。2つ以上選ぶ欄は、「、」で区切って書きます。

■送り方
申請フォームの「Excel・CSVファイルで申請する」から送ります。送るとまず内容を確かめ、直すところを行と列で示します。送信するまで登録されません。
受け付けた申請ごとに受付番号を示し、連絡担当者のメールアドレスへ受付のメールを送ります。同じ内容を2回送っても、二重には登録されません。

■色の意味"""

_THIN = Side(style="thin", color="FFB3B3B3")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_BOLD = Font(bold=True)
_BAND = PatternFill("solid", start_color="FF000060")
_MUST = PatternFill("solid", start_color="FFFFE8E8")
_MAYBE = PatternFill("solid", start_color="FFFFF6DC")
_FREE = PatternFill("solid", start_color="FFF2F2F2")
_TOP = Alignment(vertical="top", wrap_text=True)


@lru_cache(maxsize=2)
def template_file(on: date) -> bytes:
    """The template as a file, with an example that fits the day `on`."""
    return _file(on)


def filled_file(document: Mapping[str, Any], on: date) -> bytes:
    """The template with a normalised submission in it: one row a posting. It can be read, printed, and sent again as it is."""
    return _file(on, document)


def _file(on: date, document: Mapping[str, Any] | None = None) -> bytes:
    book = Workbook()
    columns = tuple(every_column())
    sheet = book.worksheets[0]
    sheet.title = SHEET
    lists = _choices(book.create_sheet(CHOICES), columns)
    _head(sheet, columns)
    _checks(sheet, columns, lists)
    postings = document.get("postings") if document is not None else None
    for row, posting in enumerate(postings if isinstance(postings, list) else ()):
        for index, column in enumerate(columns, start=2):
            _put(sheet, FIRST_ROW + row, index, column.cell({**(document or {}), "postings": posting}), alignment=_TOP)
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


def _put(sheet: Any, row: int, column: int, value: Any, **style: Any) -> None:
    """A cell whose text stays a text, whatever it begins with."""
    if isinstance(value, str):
        value = UNWRITABLE.sub(INSTEAD, value)
        style = {"data_type": "s", "number_format": "@"} | style
    cell = sheet.cell(row=row, column=column, value=value)
    for name, part in style.items():
        setattr(cell, name, part)


def _head(sheet: Any, columns: Sequence[FormColumn]) -> None:
    """Bands, labels and names; widths, number formats and frozen panes."""
    _put(sheet, 1, 1, "入力は4行目から、1行に1件の募集です。1～3行目は消さないでください。", alignment=_TOP)
    _put(sheet, 2, 1, "直すところ（記入不要。受け付けられなかったときに、理由が入ります）", alignment=_TOP)
    _put(sheet, HEADING_ROW, 1, REASONS)
    sheet.column_dimensions["A"].width = 32
    band = ""
    for index, column in enumerate(columns, start=2):
        words = _band_of(column)
        _put(sheet, 1, index, words if words != band else None, fill=_BAND, font=Font(bold=True, color="FFFFFFFF"))
        band = words
        dimension = _column(sheet, index, column)
        sheet.cell(row=HEADING_ROW, column=index).border = _BOX
        dimension.number_format = "General" if column.spec.kind in NUMBERS else "@"
        if column.row:
            dimension.outlineLevel = 1
    sheet.row_dimensions[1].height = 34
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = f"B{FIRST_ROW}"


def _column(sheet: Any, index: int, column: FormColumn) -> Any:
    """Label, name and width of a column. Returns its dimension."""
    _put(sheet, 2, index, label_of(column), fill=_fill_of(column), font=_BOLD, alignment=_TOP, border=_BOX)
    _put(sheet, HEADING_ROW, index, column.name, font=Font(color="FF626264", size=9))
    dimension = sheet.column_dimensions[get_column_letter(index)]
    dimension.width = _WIDTHS.get(column.spec.kind, 16)
    return dimension


def _band_of(column: FormColumn) -> str:
    letter = dict(zip(SECTIONS, "ABCD", strict=True))[column.section]
    group = column.field.group
    return f"{letter} {SECTION_LABELS[column.section]}{f'（{group}）' if group else ''}"


def _fill_of(column: FormColumn) -> PatternFill:
    required = column.spec.required
    if required is None:
        return _FREE
    always = required.field is None and required.since is None and column.field.required is not None
    return _MUST if always and not column.row else _MAYBE


def _choices(sheet: Any, columns: Sequence[FormColumn]) -> dict[tuple[str, ...], str]:
    """One column a list of Japanese labels. Returns each list (its heading first) → the range of its labels."""
    lists: dict[tuple[str, ...], str] = {}
    for head, *words in dict.fromkeys(_list_of(column.spec) for column in columns):
        if not words:
            continue
        number = len(lists) + 1
        letter = get_column_letter(number)
        _put(sheet, 1, number, head, font=_BOLD, fill=_FREE, border=_BOX)
        for row, word in enumerate(words, start=2):
            _put(sheet, row, number, word)
        sheet.column_dimensions[letter].width = min(60, max(12, *(2 * len(word) for word in words)))
        lists[head, *words] = f"'{CHOICES}'!${letter}$2:${letter}${len(words) + 1}"
    sheet.freeze_panes = "A2"
    return lists


def _list_of(field: Field) -> tuple[str, ...]:
    """The heading and the labels of a field's list; the heading alone when there is nothing to choose from."""
    if field.kind is Kind.BOOL:
        return ("はい・いいえ", *YES_NO)
    return (field.label, *(DAY_CHOICES if field.kind is Kind.DAYS else (choice.label for choice in field.choices)))


def _checks(sheet: Any, columns: Sequence[FormColumn], lists: dict[tuple[str, ...], str]) -> None:
    """A check and a help text in every cell that is filled in."""
    for index, column in enumerate(columns, start=2):
        title = label_of(column, with_need=False)[:32]
        check = DataValidation(
            **_check_of(column.spec, lists.get(_list_of(column.spec), "")),
            promptTitle=title,
            prompt=help_of(column)[:255],
            errorTitle=title,
            showInputMessage=True,
            errorStyle="stop",
            allow_blank=True,
        )
        letter = get_column_letter(index)
        check.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
        sheet.add_data_validation(check)


def _check_of(field: Field, listed: str) -> dict[str, Any]:
    """What a cell of the field may hold, as arguments of a validation."""
    if listed:
        # Several choices are written with 、 between them, which a list cannot check: there it only offers the words.
        one = field.kind not in (Kind.MULTI, Kind.DAYS)
        error = "選択肢から選んでください（シート「選択肢」に一覧があります）。"
        return {"type": "list", "formula1": listed, "error": error, "showErrorMessage": one}
    if field.kind in NUMBERS:
        low, high = field.minimum or 0, field.maximum if field.maximum is not None else 10 ** (field.max_length or 7) - 1
        kind = "decimal" if field.kind is Kind.HOURS else "whole"
        error = f"{low}から{high}までの数字だけを入力してください{f'（単位は{field.unit}）' if field.unit else ''}。"
        bounds = {"operator": "between", "formula1": str(low), "formula2": str(high)}
        return {"type": kind, "error": error, "showErrorMessage": True} | bounds
    most = _TYPED_LENGTH.get(field.kind) or field.max_length
    if most is None:
        return {}
    error = f"{most}文字までで入力してください。"
    return {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(most), "error": error, "showErrorMessage": True}


def _example(sheet: Any, columns: Sequence[FormColumn], on: date) -> None:
    """The same columns with two postings of an invented town."""
    filled = [column for column in columns if any(example_of(column, on, number) is not None for number in (0, 1))]
    _put(sheet, 1, 1, "記入例（架空の団体です。使わない列は省いています。このシートは読み込まれません）", font=_BOLD)
    for index, column in enumerate(filled, start=1):
        _column(sheet, index, column)
        for number in (0, 1):
            _put(sheet, FIRST_ROW + number, index, example_of(column, on, number), alignment=_TOP)
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = f"A{FIRST_ROW}"


def _explain(sheet: Any) -> None:
    """How to fill in and how to send, line by line."""
    sheet.column_dimensions["A"].width = 110
    lines = _EXPLANATION.split("\n")
    for row, text in enumerate(lines, start=1):
        heading = {"font": Font(bold=True, size=14 if row == 1 else 12)} if text.startswith("■") else {}
        _put(sheet, row, 1, text.removeprefix("■"), alignment=_TOP, **heading)
    colours = ((_MUST, "※必須の項目の色"), (_MAYBE, "条件により必須の項目の色"), (_FREE, "任意の項目の色"))
    for row, (colour, text) in enumerate(colours, start=len(lines) + 1):
        _put(sheet, row, 1, text, fill=colour)


def label_of(column: FormColumn, *, with_need: bool = True) -> str:
    """The column's label: 「勤務時間帯2 始業　※必須」."""
    field = column.spec
    words = field.label if column.inner is None else f"{column.field.label}{column.row + 1} {field.label}"
    unit = f"（{field.unit}）" if field.unit else ""
    return f"{words}{unit}\n{_need_of(column)}" if with_need else words


def _need_of(column: FormColumn) -> str:
    required = column.spec.required
    if required is None or column.field.required is None:
        return "任意"
    if column.row and required.field is None:
        return "書くときは必須"
    return "※必須" if not column.row and required.field is None and required.since is None else "条件により必須"


def help_of(column: FormColumn) -> str:
    """The text that appears when a cell is chosen: the form's help, how to write, and the longest length."""
    field = column.spec
    parts = [field.help or column.field.help, _HOW.get(field.kind, ""), condition_words(field)]
    if field.max_length and field.kind in (Kind.TEXT, Kind.AREA, Kind.NAME, Kind.KANA, Kind.ADDRESS):
        parts.append(f"{field.max_length}文字まで。")
    if field.minimum is not None and field.maximum is not None:
        parts.append(f"{field.minimum}～{field.maximum}。")
    return "\n".join(filter(None, parts)) or field.label
