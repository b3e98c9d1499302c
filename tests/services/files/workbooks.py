"""Files for tests: rows by column name as the template, as CSV, and as plain workbooks."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl

from keynet_admin.services.files.columns import column_of, every_column
from keynet_admin.services.files.template import template_file
from keynet_admin.services.files.template_example import example_of

ON = date(2021, 5, 7)


def row(on: date = ON, number: int = 0, **changes: Any) -> dict[str, Any]:
    """The template's example as a row by column name; changes by name with `__` for `-` (None empties a cell)."""
    names = [column.name for column in every_column()]
    values = {name: example_of(column, on, number) for name in names if (column := column_of(name)) is not None}
    values |= {name.replace("__", "-"): value for name, value in changes.items()}
    return {name: value for name, value in values.items() if value is not None}


def town(index: int, **changes: Any) -> dict[str, Any]:
    """A clean row of another contact each: more than a slip of the keyboard apart."""
    address = f"desk{index}@city.hyuga-test.lg.jp"
    own = {"contact__contact_tel": f"0982-00-0{100 + index}", "contact__contact_ext": str(200 + index)}
    return row(**{"contact__contact_email": address, "contact__contact_email2": address, **own, **changes})


def filled_template(path: Path, rows: Sequence[Mapping[str, Any]], on: date = ON) -> Path:
    """The template with these rows written into it by openpyxl, from row 4 on."""
    book = openpyxl.load_workbook(BytesIO(template_file(on)))
    sheet = book["募集情報"]
    where = {cell.value: cell.column for cell in sheet[3]}
    for number, values in enumerate(rows, start=4):
        for name, value in values.items():
            sheet.cell(row=number, column=where[name], value=value)
    book.save(path)
    return path


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with the columns that the rows have, lines ended as Windows does."""
    names = list(dict.fromkeys(name for values in rows for name in values))
    out = StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def plain_workbook(path: Path, lines: Iterable[Sequence[Any]], title: str = "Sheet1") -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for line in lines:
        sheet.append(list(line))
    book.save(path)
    return path
