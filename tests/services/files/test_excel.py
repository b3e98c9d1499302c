"""Workbooks as they come: which sheet and which row counts, formulas by their address, and files that are none or far too large."""

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from keynet_admin.services.files.excel.workbook import OVER_THE_WEB
from keynet_admin.services.files.read_file import count_lines, read_file
from keynet_admin.services.files.rows import FileSubmission, Place, Refusal
from tests.services.files.workbooks import filled_template, plain_workbook, row

HEAD = ["organization-lg_code", "title", "headcount"]


def test_the_named_sheet_is_read_wherever_it_stands(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["something", "else"])
    sheet = book.create_sheet("募集情報")
    sheet.append(HEAD)
    sheet.append(["452068", "看護師", 3])
    book.save(tmp_path / "two.xlsx")
    (entry,) = read_file(tmp_path / "two.xlsx")
    assert isinstance(entry, FileSubmission)
    assert entry.heading.sheet == "募集情報"
    assert entry.cell("postings.0.headcount") == Place(2, "headcount", "C", "募集情報")


def test_a_heading_below_a_title_is_found(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "titled.xlsx", [["募集の一覧"], [], ["コード", "見出し", "人数"], HEAD, ["452068", "看護師", 3]])
    (entry,) = read_file(path)
    assert isinstance(entry, FileSubmission)
    assert entry.line == 5
    assert entry.submission["postings"] == [{"title": "看護師", "headcount": 3}]


def test_a_formula_is_refused_with_its_address_and_never_calculated(tmp_path: Path) -> None:
    path = filled_template(tmp_path / "formula.xlsx", [row(), row(number=1, headcount="=1+1"), row(title="=cmd|'/c calc'!A1")])
    good, *bad = read_file(path)
    assert isinstance(good, FileSubmission)
    letters = {cell.value: cell.column_letter for cell in openpyxl.load_workbook(path)["募集情報"][3]}
    assert [(item.line, item.column, item.letter) for item in bad if isinstance(item, Refusal)] == [
        (5, "headcount", letters["headcount"]),
        (6, "title", letters["title"]),
    ]
    assert all("数式" in item.message for item in bad if isinstance(item, Refusal))


def test_a_text_that_begins_with_an_equals_sign_is_no_formula(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    sheet.append(["452068", "x", 1])
    sheet["B2"].value, sheet["B2"].data_type = "=日勤のみ", "s"
    book.save(tmp_path / "text.xlsx")
    (entry,) = read_file(tmp_path / "text.xlsx")
    assert isinstance(entry, FileSubmission)
    assert entry.submission["postings"][0]["title"] == "=日勤のみ"


def test_a_value_without_a_heading_is_named_by_its_letter(tmp_path: Path) -> None:
    (problem,) = read_file(plain_workbook(tmp_path / "wide.xlsx", [HEAD, ["452068", "a", 1, None, "lost"]]))
    assert isinstance(problem, Refusal)
    assert (problem.line, problem.column, problem.letter, problem.sheet) == (2, "5", "E", "Sheet1")


def test_an_unknown_column_refuses_the_file(tmp_path: Path) -> None:
    (problem,) = read_file(plain_workbook(tmp_path / "unknown.xlsx", [[*HEAD, "salary"], ["452068", "a", 1, 2]]))
    assert isinstance(problem, Refusal)
    assert problem.whole
    assert (problem.line, problem.letter) == (1, "D")


def _repacked(path: Path, changes: dict[str, bytes]) -> Path:
    """The same package with parts replaced or added."""
    out = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in changes:
                new.writestr(item.filename, old.read(item.filename))
        for name, content in changes.items():
            new.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(8))
    + b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>&i;</v></c></row></sheetData></worksheet>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>&a;</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "part",
    [b"", b"<not xml", BILLION, OUTSIDE, b'<worksheet><sheetData><row r="x"/></sheetData></worksheet>'],
    ids=["empty", "no xml", "entities", "outside file", "odd row"],
)
def test_a_damaged_sheet_is_told_in_words(tmp_path: Path, part: bytes) -> None:
    path = _repacked(plain_workbook(tmp_path / "bad.xlsx", [HEAD, ["452068", "a", 1]]), {"xl/worksheets/sheet1.xml": part})
    (problem,) = read_file(path)
    assert isinstance(problem, Refusal)
    assert problem.message
    assert count_lines(path) == 0


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = _repacked(plain_workbook(tmp_path / "bomb.xlsx", [HEAD]), {"xl/sharedStrings.xml": b" " * 2_000_000})
    (problem,) = read_file(path, replace(OVER_THE_WEB, unpacked=1_000_000))
    assert isinstance(problem, Refusal)
    assert "大きすぎます" in problem.message


def test_a_large_picture_is_not_looked_at(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "picture.xlsx", [HEAD, ["452068", "a", 1]])
    (entry,) = read_file(_repacked(path, {"xl/media/image1.bin": b"\0" * 20_000_000}), OVER_THE_WEB)
    assert isinstance(entry, FileSubmission)


@pytest.mark.parametrize("line", [1_048_576, 999_999_999])
def test_a_cell_far_down_is_told_and_takes_no_memory(tmp_path: Path, line: int) -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c></row>'
        f'<row r="{line}"><c r="XFD{line}" t="inlineStr"><is><t>lost</t></is></c></row></sheetData></worksheet>'
    ).encode()
    (problem,) = read_file(_repacked(plain_workbook(tmp_path / "far.xlsx", [HEAD]), {"xl/worksheets/sheet1.xml": sheet}))
    assert isinstance(problem, Refusal)
    assert "行が多すぎます" in problem.message


def test_furigana_and_rich_text_leave_the_plain_words(tmp_path: Path) -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><r><t>看護</t></r><r><t>師</t></r><rPh sb="0" eb="2"><t>カンゴ</t></rPh></is></c></row>'
        "</sheetData></worksheet>"
    ).encode()
    (entry,) = read_file(_repacked(plain_workbook(tmp_path / "kana.xlsx", [HEAD]), {"xl/worksheets/sheet1.xml": sheet}))
    assert isinstance(entry, FileSubmission)
    assert (entry.line, entry.submission["postings"]) == (3, [{"title": "看護師"}])


def test_rows_said_by_the_sheet_are_the_progress(tmp_path: Path) -> None:
    assert count_lines(plain_workbook(tmp_path / "three.xlsx", [HEAD, ["452068", "a", 1], ["452068", "b", 1]])) == 3
