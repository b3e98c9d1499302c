"""What one workbook may cost: hostile ones are refused in words before they are read, and each limit holds at it and beside it."""

import errno
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

import openpyxl
import pytest

from keynet_admin.services.files.excel import sheet_process
from keynet_admin.services.files.excel.workbook import OVER_THE_WEB, ReadingLimits
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import FileSubmission, Refusal
from tests.services.files.test_reports import book, edited
from tests.support.hostile import hostile_workbook


def whole(path: Path, limits: ReadingLimits = OVER_THE_WEB) -> str:
    """Why nothing of a file is read; empty when all of it is."""
    items = list(read_file(path, limits))
    assert all(isinstance(item, FileSubmission) or item.whole for item in items)
    return next((item.message for item in items if isinstance(item, Refusal)), "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("texts", "大きすぎます"),
        ("cells", "1行のセルが多すぎます"),
        ("elements", "大きすぎます"),
        ("rows", "行が多すぎます"),
        ("entity", "DOCTYPE"),
    ],
)
def test_hostile_workbooks_are_refused(tmp_path: Path, name: str, words: str) -> None:
    assert words in whole(hostile_workbook(tmp_path / "hostile.xlsx", name))


def _with(path: Path, part: str, old: bytes, new: bytes) -> Path:
    return edited(path, lambda name, content: content.replace(old, new, 1) if name == part else content)


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'


@pytest.mark.parametrize(("count", "refused"), [(sheet_process.ROW_CELLS, False), (sheet_process.ROW_CELLS + 1, True)])
def test_cells_of_a_row(tmp_path: Path, count: int, refused: bool) -> None:
    path = _with(book(tmp_path), SHEET, b"</row></sheetData>", b"</row><row>" + b"<c/>" * count + b"</row></sheetData>")
    assert ("1行のセルが多すぎます" in whole(path)) is refused


@pytest.mark.parametrize(("count", "refused"), [(sheet_process.ROW_CELLS, False), (sheet_process.ROW_CELLS + 1, True)])
@pytest.mark.parametrize("heading", [True, False])
def test_cells_of_a_line(tmp_path: Path, count: int, refused: bool, heading: bool) -> None:
    """A heading of a million names would be compared with itself for hours."""
    path = tmp_path / "wide.csv"
    lines = ["title", "看護師の募集"]
    lines[not heading] += "," * (count - 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    items = list(read_file(path))
    assert any(isinstance(item, Refusal) and "1行のセルが多すぎます" in item.message for item in items) is refused


@pytest.mark.parametrize(("count", "refused"), [(3, False), (4, True)])
def test_rows_of_a_sheet(tmp_path: Path, count: int, refused: bool) -> None:
    """Empty ones count, too."""
    path = _with(book(tmp_path), SHEET, b"</sheetData>", b"<row/>" * (count - 2) + b"</sheetData>")
    assert ("行が多すぎます（3行まで）" in whole(path, replace(OVER_THE_WEB, rows=3))) is refused


@pytest.mark.parametrize(("count", "refused"), [(5, False), (6, True)])
def test_texts_of_a_book(tmp_path: Path, count: int, refused: bool) -> None:
    path = edited(book(tmp_path), lambda _name, content: content, sharedStrings=STRINGS.format("<si/>" * count))
    assert ("大きすぎます" in whole(path, replace(OVER_THE_WEB, strings=5))) is refused


@pytest.mark.parametrize(("change", "refused"), [(0, False), (-1, True)])
def test_bytes_unpacked(tmp_path: Path, change: int, refused: bool) -> None:
    path = book(tmp_path)
    with zipfile.ZipFile(path) as packed:
        size = sum(part.file_size for part in packed.infolist())
    assert ("大きすぎます" in whole(path, replace(OVER_THE_WEB, unpacked=size + change))) is refused


@pytest.mark.parametrize(("change", "refused"), [(0, False), (-1, True)])
def test_characters_of_a_book(tmp_path: Path, change: int, refused: bool) -> None:
    """One text may stand in every cell: a small file would fill the memory of whoever reads its rows."""
    path = book(tmp_path)
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].values for cell in row if isinstance(cell, str)]
    assert ("文字が多すぎます" in whole(path, replace(OVER_THE_WEB, text=sum(map(len, cells)) + change))) is refused


@pytest.mark.parametrize(("count", "refused"), [(sheet_process.ROW_TEXT, False), (sheet_process.ROW_TEXT + 1, True)])
def test_characters_of_a_row(tmp_path: Path, count: int, refused: bool) -> None:
    cells = b'<row><c t="inlineStr"><is><t>' + b"a" * count + b"</t></is></c></row>"
    path = _with(book(tmp_path), SHEET, b"</sheetData>", cells + b"</sheetData>")
    assert ("文字が多すぎます" in whole(path)) is refused


def test_merged_ranges_are_followed_for_so_many_rows() -> None:
    """Ten thousand ranges over all rows would keep the process busy for minutes."""
    found = sheet_process.ranges_of(["A1:B200000"] * sheet_process.MERGED, 200_000)
    assert sum(map(len, found.values())) == sheet_process.MERGED_ROWS


def test_elements_of_no_row(tmp_path: Path) -> None:
    path = _with(book(tmp_path), SHEET, b"<sheetData>", b"<a/>" * (sheet_process.RUN + 1) + b"<sheetData>")
    assert "大きすぎます" in whole(path)


def test_a_declaration_of_kinds_is_refused_however_harmless(tmp_path: Path) -> None:
    path = _with(book(tmp_path), SHEET, b"<worksheet", b"<!DOCTYPE worksheet><worksheet")
    assert "DOCTYPE" in whole(path)


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    """The library would leave the second out in silence."""
    assert "行の順序が乱れています" in whole(_with(book(tmp_path), SHEET, b'<row r="2"', b'<row r="1"'))


@pytest.mark.parametrize("limits", [replace(OVER_THE_WEB, memory=1024 * 1024), replace(OVER_THE_WEB, deadline=0.0)])
def test_memory_and_time_end_the_process(tmp_path: Path, limits: ReadingLimits) -> None:
    assert "大きすぎ" in whole(book(tmp_path), limits)


def test_any_sign_of_a_full_memory_says_too_large() -> None:
    """Which library reaches the limit first differs from machine to machine, and each says it in its own way."""
    wrapped = KeyError("styles")
    wrapped.__context__ = MemoryError()
    full = (
        MemoryError(),
        zlib.error("Error -4 while decompressing data"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError("failed to map segment from shared object"),
        expat.ExpatError("out of memory: line 1, column 0"),
        wrapped,
    )
    assert all(map(sheet_process.out_of_memory, full))
    broken = (zlib.error("Error -3 while decompressing data: invalid block type"), OSError(errno.EIO, "I/O error"), KeyError("styles"))
    assert not any(map(sheet_process.out_of_memory, broken))


def test_a_large_table_of_contents_is_not_read(tmp_path: Path) -> None:
    path = edited(book(tmp_path), lambda _name, content: content, **{f"customXml/item{number}": "" for number in range(20_000)})
    assert "大きすぎます" in whole(path)
