"""Workbooks of a stranger who wants to cost memory and time: small packages of 100 MB that an XML reader would keep as a tree."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = f'<worksheet xmlns="{MAIN}">'.encode()
ROWS = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c></row></sheetData></worksheet>'
STRINGS = f'<sst xmlns="{MAIN}">'.encode()
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="募集情報" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
MILLION = 1_000_000
NAMES = ("texts", "cells", "elements", "rows", "entity")


def hostile_workbook(path: Path, name: str) -> Path:
    """Write one of the five (`NAMES`), of which each once took 1.6 to 73 s and 0.8 to 2.4 GB."""
    no_strings: Iterable[bytes] = (STRINGS, b"</sst>")
    if name == "texts":
        return _written(path, (SHEET, ROWS), (STRINGS, *([b"<si/>" * MILLION] * 20), b"</sst>"))
    if name == "cells":
        return _written(
            path, (SHEET, b'<sheetData><row r="1">', *([b"<c/>" * MILLION] * 24), b"</row></sheetData></worksheet>"), no_strings
        )
    if name == "elements":
        return _written(path, (SHEET, *([b"<a/>" * MILLION] * 24), ROWS), no_strings)
    if name == "rows":
        return _written(path, (SHEET, b"<sheetData>", *([b"<row/>" * MILLION] * 16), b"</sheetData></worksheet>"), no_strings)
    entity = b'<!DOCTYPE sst [<!ENTITY a "' + b"a" * (8 * MILLION) + b'">]>'
    return _written(path, (SHEET, ROWS), (entity, STRINGS, b"<si><t>&a;</t></si>" * 90, b"</sst>"))


def _written(path: Path, sheet: Iterable[bytes], strings: Iterable[bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for part, text in _PARTS.items():
            made.writestr(part, text)
        for part, pieces in (("xl/worksheets/sheet1.xml", sheet), ("xl/sharedStrings.xml", strings)):
            with made.open(part, "w") as out:
                for piece in pieces:
                    out.write(piece)
    return path
