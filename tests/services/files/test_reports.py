"""Files as people really make them: the public reports of `tests/data/reports/cases.jsonl`, each with siblings of the same kind.

A case's own file is read as it came. Siblings are made here, from the template's clean example.
"""

import json
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from keynet_admin.rules import evaluate
from keynet_admin.services.files.check import findings_of
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.report import examine
from keynet_admin.services.files.rows import FileSubmission
from tests.services.files.workbooks import ON, csv_text, row

REPORTS = Path(__file__).parents[2] / "data" / "reports"
FILES = {case["id"]: case.get("file", "") for case in map(json.loads, (REPORTS / "cases.jsonl").read_text("utf-8").splitlines())}
BASE = row(access="日向市駅から徒歩5分") | {"reference_date": ON.isoformat()}
LETTERS = {name: openpyxl.utils.get_column_letter(index) for index, name in enumerate(BASE, start=1)}
Change: TypeAlias = Callable[[Any], None]
Found: TypeAlias = list[tuple[str, int, str]]


def book(folder: Path, change: Change = lambda _sheet: None, rows: int = 1) -> Path:
    """A workbook of clean rows (the first below the headings is row 2), changed by a function of its sheet."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "募集情報"
    sheet.append(list(BASE))
    for number in range(rows):
        sheet.append([*(BASE | {"title": f"{BASE['title']}（{number + 1}）", "venue_name": f"会場{number}"}).values()])
    change(sheet)
    made.save(folder / "made.xlsx")
    return folder / "made.xlsx"


def put(value: Any, *names: str, line: int = 2, number_format: str = "General", data_type: str = "", font: Font | None = None) -> Change:
    """Write a value into columns of a row."""

    def change(sheet: Any) -> None:
        for name in names:
            cell = sheet[f"{LETTERS[name]}{line}"]
            cell.value, cell.number_format = value, number_format
            cell.data_type = data_type or cell.data_type
            if font is not None:
                cell.font = font

    return change


def edited(path: Path, edit: Callable[[str, bytes], bytes], **more: str) -> Path:
    """The same package with its parts rewritten, and more parts."""
    out = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
        for name, text in more.items():
            new.writestr(f"xl/{name}.xml", text)
    path.write_bytes(out.getvalue())
    return path


def table(folder: Path, encoding: str = "cp932", **values: Any) -> Path:
    """A `.csv` of one clean row with these values."""
    path = folder / "made.csv"
    path.write_bytes(csv_text([BASE | {name.replace("__", "-"): value for name, value in values.items()}]).encode(encoding))
    return path


def found(path: Path) -> Found:
    """What is wrong and what is asked: rule, line, column. What was put right by itself is left out."""
    findings = [finding for item in read_file(path) for finding in findings_of(item) if finding["level"] != "fix"]
    return [(finding["rule"], finding["line"], finding["column"]) for finding in findings]


def about_file(path: Path) -> Found:
    """Only what the reader found, and days and times; the reports' old files ask a few other things today."""
    return [item for item in found(path) if item[0].startswith(("FILE-", "DT-00", "TXT-006", "REQ"))]


def normalized(path: Path) -> dict[str, Any]:
    """The first submission of a file as its rules read it; the first posting's fields and the organization's together."""
    entry = next(item for item in read_file(path) if isinstance(item, FileSubmission))
    document = evaluate(entry.submission, on=ON).normalized
    return {**document["organization"], **document["postings"][0]}


OWN: dict[str, Found] = {
    "rep-01": [("FILE-001", 2, "venue_name")],
    "rep-02": [],
    "rep-04": [("FILE-001", 2, name) for name in ("venue_address", "workdays_note", "pay_lines-0-label")],
    "rep-05": [("FILE-002", 2, "venue_address")],
    "rep-06": [],
    "rep-10": [("FILE-002", 2, "deadline")],
    "rep-12": [("FILE-002", 3, "")],
    "rep-13": [("FILE-002", 3, "")],
    "rep-14": [("TXT-006", 2, "organization-department")],
    "rep-18": [("DT-001", 2, "deadline")],  # 17:00, which a text is refused for; the two days at midnight are read
    "rep-19": [],
    "rep-23": [],
}
READ: dict[str, dict[str, Any]] = {
    "rep-02": {"duty_detail": "予診票の聞き取りを補助します。\n1回の来場は90人ほどです。\n6人で分担します。"},
    "rep-06": {"term_start": "2021-06-01", "term_end": "2021-09-30"},
    "rep-10": {"deadline": "2021-05-28"},
    "rep-17": {"nonregular": True},
    "rep-18": {"term_start": "2021-06-01", "term_end": "2021-09-30"},
    "rep-23": {"org_zip": "8830045", "org_tel": "0982-00-0001"},
}


@pytest.mark.parametrize("case", OWN)
def test_the_report_is_found(case: str) -> None:
    assert about_file(REPORTS / FILES[case]) == OWN[case]


@pytest.mark.parametrize("case", READ)
def test_the_report_is_understood(case: str) -> None:
    values = normalized(REPORTS / FILES[case])
    assert {name: values[name] for name in READ[case]} == READ[case]


def test_blank_rows_of_the_report_are_no_rows() -> None:
    assert [item.rows for item in read_file(REPORTS / FILES["rep-19"]) if isinstance(item, FileSubmission)] == [(2,)]


STRUCK = Font(strike=True)
DAY = datetime(2021, 6, 1, 13, 0)  # noqa: DTZ001
MIDNIGHT = datetime(2021, 6, 1)  # noqa: DTZ001


def every(*changes: Change) -> Change:
    """One change after the other."""

    def change(sheet: Any) -> None:
        for one in changes:
            one(sheet)

    return change


def hide(*lines: int) -> Change:
    """Rows hidden."""

    def change(sheet: Any) -> None:
        sheet.auto_filter.ref = sheet.dimensions
        for line in lines:
            sheet.row_dimensions[line].hidden = True

    return change


FOUND_IN_EXCEL: list[tuple[str, Change, Found]] = [
    # rep-01
    ("#N/A twice", put("#N/A", "title", "access", data_type="e"), [("FILE-001", 2, "title"), ("FILE-001", 2, "access")]),
    ("#DIV/0! in a number", put("#DIV/0!", "headcount", data_type="e"), [("FILE-001", 2, "headcount")]),
    ("error pasted as text", put("#VALUE!", "venue_name"), [("FILE-001", 2, "venue_name")]),
    ("formula", put("=1+1", "headcount"), [("FILE-001", 2, "headcount")]),
    ("a number sign", put("#1会場", "venue_name"), []),
    # rep-04
    ("day as house number", put(MIDNIGHT, "organization-org_address", number_format="m/d"), [("FILE-001", 2, "organization-org_address")]),
    ("day as a number", put(MIDNIGHT, "headcount", number_format="m/d"), [("FILE-001", 2, "headcount")]),
    ("day as a choice", put(MIDNIGHT, "parking", number_format='m"月"d"日"'), [("FILE-001", 2, "parking")]),
    ("day as a time", put(MIDNIGHT, "shifts-0-start", number_format="yyyy/m/d"), [("FILE-001", 2, "shifts-0-start")]),
    ("day as a day", put(MIDNIGHT, "term_start", number_format="yyyy/m/d"), []),
    # rep-07
    ("serial number", put(44348, "term_start"), [("DT-001", 2, "term_start")]),
    ("serial number with a fraction", put(44348.0, "term_start"), [("DT-001", 2, "term_start")]),
    ("fraction of a day", put(0.5416666666666666, "shifts-0-start"), [("DT-005", 2, "shifts-0-start")]),
    # rep-10
    ("time of day", put(DAY, "term_start", number_format="yyyy/m/d h:mm"), [("FILE-002", 2, "term_start")]),
    ("time by halves of a second", put(44348.99999999, "term_start", number_format="yyyy/m/d"), []),
    ("day of a time", put(DAY, "shifts-0-start", number_format="yyyy/m/d h:mm"), [("FILE-002", 2, "shifts-0-start")]),
    # rep-12
    ("one cell struck", put(BASE["access"], "access", font=STRUCK), [("FILE-002", 2, "access")]),
    ("an empty cell struck", put(None, "access", font=STRUCK), []),
    # rep-13
    ("hidden by a filter", hide(2), [("FILE-002", 2, "")]),
    ("an empty row hidden", hide(7), []),
    # rep-14
    ("mojibake of UTF-8", put("健康課".encode().decode("cp932"), "organization-department"), [("TXT-006", 2, "organization-department")]),
    ("mojibake of Latin-1", put("会場".encode().decode("latin-1"), "venue_name"), [("TXT-006", 2, "venue_name")]),
    # rep-17
    ("=TRUE()", put("=TRUE()", "nonregular"), []),
    ("=true()", put("=true()", "nonregular"), []),
    ("=1=1", put("=1=1", "nonregular"), [("FILE-001", 2, "nonregular")]),
]


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in FOUND_IN_EXCEL], ids=[case[0] for case in FOUND_IN_EXCEL])
def test_found_in_excel(tmp_path: Path, change: Change, expected: Found) -> None:
    assert about_file(book(tmp_path, change)) == expected


def test_a_part_of_a_text_struck(tmp_path: Path) -> None:
    """As Excel writes it: a text of several runs in the table of texts. The runs, without their reading aids, are the value."""
    runs = "<r><t>平日のみ</t></r><r><rPr><strike/></rPr><t>（土日も可）</t></r><rPh sb='0' eb='2'><t>ヘイジツ</t></rPh>"

    strings = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>{runs}</si></sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

    def edit(name: str, content: bytes) -> bytes:
        content = content.replace(b' t="inlineStr"><is><t>HERE</t></is>', b' t="s"><v>0</v>')
        return content.replace(b"</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode())

    path = edited(book(tmp_path, put("HERE", "holidays")), edit, sharedStrings=strings)
    assert about_file(path) == [("FILE-002", 2, "holidays")]
    assert normalized(path)["holidays"] == "平日のみ（土日も可）"


def test_a_serial_number_is_offered_as_what_it_means(tmp_path: Path) -> None:
    path = book(tmp_path, every(put(44348, "term_start"), put(0.5416666666666666, "shifts-0-start")))
    (entry,) = read_file(path)
    assert isinstance(entry, FileSubmission)
    offers = {finding.path: finding.choices for finding in evaluate(entry.submission, on=ON).findings if finding.choices}
    assert offers["postings.0.term_start"] == ("2021-06-01",)
    assert offers["postings.0.shifts.0.start"] == ("13:00",)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"venue_name": "#REF!"}, [("FILE-001", 2, "venue_name")]),
        ({"deadline": "########"}, [("FILE-001", 2, "deadline")]),
        ({"organization__org_address": "2001/2/3"}, [("FILE-002", 2, "organization-org_address")]),
        ({"venue_address": "2月3日"}, [("FILE-002", 2, "venue_address")]),
        ({"venue_address": "日向市本町3月5日通り1"}, []),
        ({"workdays_note": "3月4日"}, []),
        ({"term_start": "2021/6/6 0:00", "deadline": "2021/5/28 0:00:00"}, []),
        ({"deadline": "2021/5/28 17:00"}, [("DT-001", 2, "deadline")]),
        ({"organization__lg_code": '="452068"', "organization__org_tel": '="0982-00-0001"'}, []),
        ({"title": "=日勤のみ"}, []),
        ({"term_start": "44348", "shifts-0-start": "0.5416666667"}, [("DT-001", 2, "term_start"), ("DT-005", 2, "shifts-0-start")]),
    ],
)
def test_found_in_csv(tmp_path: Path, values: dict[str, str], expected: Found) -> None:
    assert about_file(table(tmp_path, **values)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_mojibake_saved_as_utf8(tmp_path: Path, encoding: str) -> None:
    broken = "健康課".encode().decode("cp932")
    assert about_file(table(tmp_path, encoding, organization__department=f"{broken} 係")) == [("TXT-006", 2, "organization-department")]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("接種を行います。_x000D_\n見守ります。", "接種を行います。\n見守ります。"),
        ("接種を行います。_x000A_見守ります。", "接種を行います。\n見守ります。"),
        ("接種を行います。_x000B_見守ります。", "接種を行います。\n見守ります。"),
        ("接種を_x0041_会場で行います。", "接種をA会場で行います。"),
        ("接種を_x行います_。", "接種を_x行います_。"),
    ],
)
def test_escapes_are_resolved(tmp_path: Path, typed: str, read: str) -> None:
    assert normalized(book(tmp_path, put(typed, "duty_detail")))["duty_detail"] == read


@pytest.mark.parametrize(("given", "number"), [("term_start", 27), ("term_start", 36), ("term_start", 50), ("term_start", 58)])
@pytest.mark.parametrize("mac", [False, True])
def test_days_in_formats_that_excel_does_not_write_down(tmp_path: Path, given: str, number: int, mac: bool) -> None:
    """The format stands as a number alone, in a book that counts from 1900 or from 1904."""

    def change(sheet: Any) -> None:
        put(44353 - (1462 if mac else 0), given, number_format="0.0000000")(sheet)
        put(0.5625, "shifts-0-start", number_format="0.00000000")(sheet)
        if mac:
            sheet.parent.epoch = CALENDAR_MAC_1904

    def edit(name: str, content: bytes) -> bytes:
        if name != "xl/styles.xml":
            return content
        return (
            content.replace(b'numFmtId="164"', f'numFmtId="{number}"'.encode())
            .replace(b'numFmtId="165"', b'numFmtId="32"')
            .replace(b"<numFmt ", b"<nothing ")
        )

    values = normalized(edited(book(tmp_path, change), edit))
    assert (values[given], values["shifts"][0]["start"]) == ("2021-06-06", "13:30")


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [
        (time(13, 0), "h:mm", "13:00"),
        (0.541666, "h:mm", "13:00"),
        (0.5416667, '[$-411]h"時"mm"分"', "13:00"),
        (1.3541666, "h:mm", "08:30"),
    ],
)
def test_times_are_rounded_to_the_minute(tmp_path: Path, value: Any, number_format: str, read: str) -> None:
    assert normalized(book(tmp_path, put(value, "shifts-0-start", number_format=number_format)))["shifts"][0]["start"] == read


@pytest.mark.parametrize("blank", [" ", "\u3000", "\n", "いいえ", False])
def test_rows_of_blanks_are_no_rows(tmp_path: Path, blank: Any) -> None:
    path = book(tmp_path, every(put(blank, "nonregular", line=3), put(blank, "nonregular", line=900)))
    assert [item.rows for item in read_file(path) if isinstance(item, FileSubmission)] == [(2,)]


def test_merged_cells_are_named(tmp_path: Path) -> None:
    """Organization and contact merged over two rows: the second is empty, and the reason is said."""

    def merge(sheet: Any) -> None:
        for name, letter in LETTERS.items():
            if name.startswith(("organization-", "contact-")):
                sheet.merge_cells(f"{letter}2:{letter}3")

    first, second = read_file(book(tmp_path, merge, rows=2))
    assert isinstance(first, FileSubmission)
    assert isinstance(second, FileSubmission)
    assert first.remarks == ()
    (remark,) = second.remarks
    assert (remark.line, remark.letter, remark.column) == (3, "A", "organization-org_type")
    assert remark.message.startswith("結合されたセル（A2:A3、B2:B3、C2:C3ほか")
    (first_group, *others) = examine([first, second]).report.groups
    assert first_group["message"] == remark.message
    assert any(group["rule"] == "REQ-001" for group in others)


def _copies(folder: Path, *filled: str) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title in ("募集情報", "募集情報 (2)", "募集情報 (3)", "記入例"):
        sheet = made.create_sheet(title)
        sheet.append(list(BASE))
        if title in (*filled, "記入例"):
            sheet.append(list(BASE.values()))
    made.save(folder / "copies.xlsx")
    return folder / "copies.xlsx"


@pytest.mark.parametrize(
    ("filled", "sheet", "words"),
    [
        (("募集情報",), "募集情報", ""),
        (("募集情報 (2)",), "募集情報 (2)", "シート「募集情報」に募集の行がないため、シート「募集情報 (2)」を読みました"),
        (("募集情報", "募集情報 (3)"), "募集情報", "シート「募集情報 (3)」にも募集の行がありますが、読んでいません"),
    ],
)
def test_a_filled_sheet_beside_an_empty_one(tmp_path: Path, filled: tuple[str, ...], sheet: str, words: str) -> None:
    (entry,) = read_file(_copies(tmp_path, *filled))
    assert isinstance(entry, FileSubmission)
    assert entry.heading.sheet == sheet
    assert [remark.message.startswith(words) for remark in entry.remarks] == [True] * bool(words)


def test_two_filled_sheets_beside_an_empty_one_are_asked_about(tmp_path: Path) -> None:
    (problem,) = read_file(_copies(tmp_path, "募集情報 (2)", "募集情報 (3)"))
    assert "「募集情報 (2)」「募集情報 (3)」にそれぞれ募集の行があります" in getattr(problem, "message", "")


def _strict(name: str, content: bytes) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return content.replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main") if name.endswith(".xml") else content


def _zip(**parts: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
KINDS = [
    (OLE + "EncryptedPackage".encode("utf-16-le"), "パスワードの付いたExcelファイル"),
    (OLE + "Workbook".encode("utf-16-le"), "古い形式のExcelファイル（.xls）"),
    (_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content=b"<x/>"), "OpenDocument形式（.ods）"),
    (_zip(xl__workbook_bin=b"x").replace(b"workbook_bin", b"workbook.bin"), "Excelバイナリ形式（.xlsb）"),
    (b"\xef\xbb\xbf<html><table>", "HTMLかXML"),
    (b"%PDF-1.7", "PDFファイル"),
    ("title\n看護師\n".encode("cp932"), "文字だけのファイル（CSVなど）"),
    (b"\x00\x01\x02", "Excelファイル（.xlsx）として読めません"),
    (_zip(word__document=b"<x/>"), "Excelファイル（.xlsx）として読めません"),
]


@pytest.mark.parametrize(("content", "words"), KINDS, ids=[words for _, words in KINDS])
def test_other_kinds_of_files_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "made.xlsx"
    path.write_bytes(content)
    (problem,) = read_file(path)
    assert words in getattr(problem, "message", "")


def test_strict_open_xml_is_named(tmp_path: Path) -> None:
    (problem,) = read_file(edited(book(tmp_path), _strict))
    assert "Strict Open XML" in getattr(problem, "message", "")


JAPANESE = csv_text([BASE])


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (JAPANESE.encode("utf-16"), 1, "文字コードがUTF-16です"),
        (JAPANESE.encode("euc_jp"), 1, "文字コードがEUC-JPです"),
        (JAPANESE.encode("iso2022_jp"), 1, "文字コードがJIS（ISO-2022-JP）です"),
        (JAPANESE.encode() + JAPANESE.encode("euc_jp"), 4, "4行目に、ほかの行と違う文字コード"),
        (JAPANESE.replace(",", "\t").encode(), 1, "列の区切りがコンマではありません"),
        (JAPANESE.replace(",", ";").encode(), 1, "列の区切りがコンマではありません"),
    ],
)
def test_other_encodings_and_separators_are_named(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(content)
    problem = next(iter(read_file(path)))
    assert words in getattr(problem, "message", "")
    assert (problem.line, getattr(problem, "whole", False)) == (line, True)
