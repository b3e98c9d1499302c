"""The Excel template: made from the catalogue, its example is clean, and what is filled in comes back as the same document."""

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from keynet_admin.catalogue import SECTIONS, Kind
from keynet_admin.catalogue.difference import changes
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.files import template
from keynet_admin.services.files.columns import BETWEEN, column_of, every_column
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import FileSubmission
from keynet_admin.services.files.template import DAY_CHOICES
from tests.rules.base_submission import ON, base_submission
from tests.services.files.workbooks import filled_template, row


@pytest.fixture(scope="module")
def book() -> Any:
    """The template of the circular's day."""
    return openpyxl.load_workbook(BytesIO(template.template_file(ON)))


def test_every_field_has_its_columns(book: Any) -> None:
    names = [cell.value for cell in book["募集情報"][3]]
    wanted = ["_reasons"]
    for section, fields in SECTIONS.items():
        prefix = "" if section == "postings" else f"{section}-"
        for field in fields:
            if field.columns:
                wanted += [f"{prefix}{field.name}-{number}-{inner.name}" for number in range(field.max_rows) for inner in field.columns]
            elif field.kind is not Kind.AUTO:
                wanted.append(f"{prefix}{field.name}")
    assert names == wanted
    assert {"organization-lg_code", "shifts-5-start", "pay_lines-1-min", "confirmation-agree_terms"} <= set(names)


def test_labels_stand_above_the_names(book: Any) -> None:
    sheet = book["募集情報"]
    for label, name in zip(sheet[2][1:], sheet[3][1:], strict=True):
        column = column_of(name.value)
        assert column is not None
        assert column.spec is not None
        assert column.spec.label in label.value
        assert label.value.endswith(("※必須", "条件により必須", "書くときは必須", "任意"))


def test_no_cell_starts_a_formula(book: Any) -> None:
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "-", "@"))


def test_codes_are_texts_and_numbers_are_numbers(book: Any) -> None:
    sheet = book["募集情報"]
    for cell in sheet[3][1:]:
        column = column_of(cell.value)
        assert column is not None
        assert column.spec is not None
        wanted = "General" if column.spec.kind in template.NUMBERS else "@"
        assert sheet.column_dimensions[cell.column_letter].number_format == wanted


def test_every_list_holds_the_labels_of_its_field(book: Any) -> None:
    sheet, choices = book["募集情報"], book["選択肢"]
    checks = {str(check.sqref).split(":", 1)[0].rstrip("4"): check for check in sheet.data_validations.dataValidation}
    for cell in sheet[3][1:]:
        column, check = column_of(cell.value), checks[cell.column_letter]
        assert column is not None
        assert column.spec is not None
        field = column.spec
        assert check.prompt
        assert len(check.prompt) <= 255
        assert len(check.promptTitle) <= 32
        if field.choices or field.kind is Kind.BOOL:
            assert check.type == "list"
            area = choices[check.formula1.split("!")[1].replace("$", "")]
            labels = [c.value for (c,) in area]
            if field.kind is Kind.DAYS:
                assert labels == list(DAY_CHOICES)
            elif field.kind is not Kind.BOOL:
                assert labels == [choice.label for choice in field.choices]
            assert check.showErrorMessage is (field.kind not in (Kind.MULTI, Kind.DAYS))
        elif field.kind in template.NUMBERS:
            assert check.type in ("whole", "decimal")
        elif field.max_length:
            assert check.type == "textLength"


def test_no_label_of_a_field_with_several_choices_holds_a_separator() -> None:
    for column in every_column():
        if column.spec is not None and column.spec.kind is Kind.MULTI:
            assert not [choice.label for choice in column.spec.choices if BETWEEN.search(choice.label)]


def test_the_empty_template_has_no_rows(tmp_path: Path) -> None:
    assert list(read_file(filled_template(tmp_path / "empty.xlsx", []))) == []


@pytest.mark.parametrize("on", [date(2021, 5, 7), date(2022, 2, 20), date(2022, 3, 15), date(2026, 11, 23), date(2028, 2, 29)])
def test_the_example_is_clean_on_every_day(tmp_path: Path, on: date) -> None:
    (entry,) = read_file(filled_template(tmp_path / "example.xlsx", [row(on), row(on, 1)], on))
    assert isinstance(entry, FileSubmission)
    assert entry.lines == (4, 5)
    assert [found for found in evaluate(entry.submission, on=on).findings if found.level is not Level.FIX] == []


def test_filled_in_with_labels_it_is_the_same_document(tmp_path: Path) -> None:
    """The example is the base document of the rules' tests: typed in Japanese in the cells it normalises to the very same."""
    (entry,) = read_file(filled_template(tmp_path / "one.xlsx", [row()]))
    assert isinstance(entry, FileSubmission)
    wanted = base_submission(ON)
    wanted["postings"][0] |= {"term_start": "2021-06-06", "term_end": "2021-09-04", "publish_until": "2021-06-05"}
    assert evaluate(entry.submission, on=ON).normalized == evaluate(wanted, on=ON).normalized


def test_leading_zeros_live(tmp_path: Path) -> None:
    (entry,) = read_file(filled_template(tmp_path / "zero.xlsx", [row(organization__lg_code="011002")]))
    assert isinstance(entry, FileSubmission)
    assert entry.submission["organization"]["lg_code"] == "011002"


def test_a_copy_is_read_back_as_the_same(tmp_path: Path) -> None:
    """Every clean sample, with all its choices, rows, nights and midnights."""
    samples = [
        json.loads(line) for line in (Path(__file__).parents[2] / "data" / "sample_submissions.jsonl").read_text("utf-8").splitlines()
    ]
    clean = [sample for sample in samples if sample.get("clean")]
    assert len(clean) >= 10
    for sample in clean:
        on = date.fromisoformat(sample["reference_date"])
        wanted = evaluate(sample["submission"], on=on).normalized
        file = tmp_path / "copy.xlsx"
        file.write_bytes(template.filled_file(wanted, on))
        (entry,) = read_file(file)
        assert isinstance(entry, FileSubmission)
        assert changes(dict(wanted), dict(evaluate(entry.submission, on=on).normalized)) == [], sample["id"]
