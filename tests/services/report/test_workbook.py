"""The one Excel layout, opened by LibreOffice: what is text stays text, numbers are numbers, each sheet prints one page wide."""

import csv
import io
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from keynet_admin.clock import TOKYO
from keynet_admin.services.report import figures, workbook
from keynet_admin.services.report.workbook import HIDDEN, WorkbookLine
from tests.support.missing import missing

ROUND: Any = SimpleNamespace(number=2, as_of=datetime(2021, 5, 14, 17, tzinfo=TOKYO))
COUNTS: dict[str, int | str | None] = {column.name: at for at, column in enumerate(figures.COLUMNS)}
LINES = [
    WorkbookLine("011002", "北海道", "=1+1", "nurse", COUNTS, "確認済み", datetime(2021, 5, 20, 11, 2, tzinfo=TOKYO), 1),
    WorkbookLine("452068", "宮崎県", "@SUM(A1)\x00", "physician", {"wanted": 1234567, "secured": HIDDEN}, "+81"),
]
FIX: Any = SimpleNamespace(
    job_type="nurse",
    figure="secured_site",
    before=1,
    after=2,
    reason="=HYPERLINK(1)",
    at=datetime(2021, 5, 20, 11, 1, tzinfo=TOKYO),
    late=False,
)
REPORT: Any = SimpleNamespace(organization=SimpleNamespace(lg_code="011002", prefecture_code="01", name="札幌市"), corrections=[FIX])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "report.xlsx"
    path.write_bytes(workbook.book(ROUND, LINES, [REPORT]))
    return path


def converted(file: Path, kind: str, extension: str) -> Path:
    """The file as LibreOffice makes it of the workbook."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        missing("LibreOffice", "no soffice on the path")
    profile = (file.parent / "profile").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", kind, "--outdir", str(file.parent)]
    subprocess.run([*command, str(file)], check=True, capture_output=True)
    return file.with_suffix(f".{extension}")


def test_every_cell_has_its_type(file: Path) -> None:
    book = load_workbook(file)
    assert book.sheetnames == ["実績", "職種ごとの計", "訂正"]
    head, first, second = book["実績"].iter_rows()
    found = {str(cell.value): value for cell, value in zip(head, first, strict=True)}
    assert (found["団体コード"].value, found["団体コード"].data_type, found["団体コード"].number_format) == ("011002", "s", "@")
    assert (found["団体"].value, found["団体"].data_type) == ("=1+1", "s")
    assert f"{found['基準日'].value:%Y-%m-%d %H:%M}" == "2021-05-14 17:00"
    assert found["基準日（和暦）"].value == "令和3年5月14日"
    assert [cell.value for cell in first[7 : 7 + len(COUNTS)]] == list(COUNTS.values())
    assert second[5].data_type == "s"
    assert "\x00" not in str(second[5].value)
    assert [cell.value for cell in second[7 : 7 + len(COUNTS)]] == [None, 1234567, *[None] * 7, HIDDEN, *[None] * 4]
    assert book["訂正"]["I2"].data_type == "s"


def test_a_spreadsheet_reads_it_as_it_is_meant(file: Path) -> None:
    made = converted(file, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1", "csv")
    found = next(path for path in made.parent.glob("report*.csv"))
    rows = list(csv.reader(io.StringIO(found.read_text(encoding="utf-8-sig"))))
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["団体コード"], line["団体"], line["確保した人数：計"]) == ("011002", "=1+1", "9")
    assert line["基準日"].startswith("2021-05-14")
    other = dict(zip(rows[0], rows[2], strict=True))
    assert (other["募集：人数"], other["確保した人数：計"], other["状態"]) == ("1234567", HIDDEN, "+81")


def test_it_prints_one_page_wide(file: Path) -> None:
    """Three sheets, three pages: no sheet is broken into columns of pages."""
    pages = converted(file, "pdf", "pdf").read_bytes()
    assert pages.count(b"/Type/Page") - pages.count(b"/Type/Pages") == 3
