"""The public page of a posting says the same whichever way the form came in: typed in a browser, or from JSONL, CSV or Excel."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import SECTIONS
from keynet_admin.models import Organization
from keynet_admin.rules import evaluate
from keynet_admin.services.files.columns import every_column
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import FileSubmission
from keynet_admin.services.listing.publish import public_content
from keynet_admin.web import form_reader, forms, posting_page
from tests.rules.base_submission import ON, changed
from tests.services.files.workbooks import csv_text, filled_template
from tests.support.forms import Form

Document = dict[str, Any]
FORM = """{% from "macros/field.html" import section %}<form>
{% for part in (form.organization, form.contact, form.confirmation) %}{{ section(part.form, on) }}{% endfor %}
{% for posting in form.postings.entries %}{{ section(posting.form, on) }}{% endfor %}</form>"""
SAMPLES = [json.loads(line) for line in (Path(__file__).parents[1] / "data" / "sample_submissions.jsonl").read_text("utf-8").splitlines()]
CASES = {sample["id"]: (date.fromisoformat(sample["reference_date"]), sample["submission"]) for sample in SAMPLES} | {
    "nothing applies": (
        ON,
        changed(ON, {"postings.0.fixed_ot_excess": False, "postings.0.also_junior": False, "postings.0.job_other": ""}),
    ),
    "all applies": (
        ON,
        changed(
            ON,
            {
                "postings.0.also_junior": True,
                "postings.0.fixed_ot": "yes",
                "postings.0.fixed_ot_yen": 10000,
                "postings.0.fixed_ot_hours": 5,
                "postings.0.fixed_ot_excess": True,
                "postings.0.overtime": "yes",
                "postings.0.overtime_hours": 5,
                "postings.0.renewal": "possible",
                "postings.0.renewal_rule": "勤務成績により判断します。",
                "postings.0.renewal_cap": "上限なし",
            },
        ),
    ),
}


def in_browser(document: Document, on: date, app: Flask, _folder: Path) -> Document:
    """The form filled in and sent as a browser without script does."""
    with app.test_request_context("/entry/"):
        page = BeautifulSoup(render_template_string(FORM, form=forms.fill(document), on=on), "html.parser")
    form = page.find("form")
    assert form is not None
    return form_reader.read(MultiDict(Form(form).pairs())).document


def as_jsonl(document: Document, _on: date, _app: Flask, folder: Path) -> Document:
    """A line of a file of JSON."""
    file = folder / "a.jsonl"
    file.write_text(json.dumps({"submission": document}, ensure_ascii=False), encoding="utf-8")
    return only(file)


def as_csv(document: Document, _on: date, _app: Flask, folder: Path) -> Document:
    """The rows of a CSV table."""
    file = folder / "a.csv"
    file.write_text(csv_text(list(rows(document))), encoding="utf-8", newline="")
    return only(file)


def as_excel(document: Document, on: date, _app: Flask, folder: Path) -> Document:
    """The template of Excel, filled in."""
    return only(filled_template(folder / "a.xlsx", list(rows(document)), on))


def rows(document: Document) -> Iterator[Document]:
    """The cells by column name, a row for each posting; lists as a person writes them in a cell."""
    for posting in document["postings"]:
        cells: Document = {}
        for column in every_column():
            record = posting if column.section == "postings" else document.get(column.section, {})
            value = record.get(column.field.name) if column.field else None
            if column.inner is not None:
                value = value[column.row].get(column.inner.name) if column.row is not None and column.row < len(value or ()) else None
            if isinstance(value, bool):
                value = "はい" if value else "いいえ"
            if isinstance(value, list):
                labels = column.spec
                assert labels is not None
                value = "、".join(labels.label_of(item) for item in value)
            if value is not None:
                cells[column.name] = value
        yield cells


def only(file: Path) -> Document:
    """The one submission of a file."""
    [entry] = read_file(file)
    assert isinstance(entry, FileSubmission), entry
    return entry.submission


def pages(document: Document, on: date) -> list[Any]:
    """What the public page prints of each posting."""
    normalized = evaluate(document, on=on).normalized
    about = {field.name: normalized["organization"].get(field.name) for field in SECTIONS["organization"]}
    body = Organization(
        lg_code=about["lg_code"] or "",
        name=about["org_name"] or "",
        kana="",
        union_name="",
        prefecture_code=about["pref"] or "",
        details=about,
    )
    return [posting_page.view(public_content(body, posting)) for posting in normalized["postings"]]


@pytest.mark.parametrize("way", [in_browser, as_jsonl, as_csv, as_excel])
@pytest.mark.parametrize("case", CASES)
def test_every_way_makes_the_same_page(small_app: Flask, tmp_path: Path, case: str, way: Callable[..., Document]) -> None:
    """Labels, values and notes, section by section."""
    on, document = CASES[case]
    expected = pages(document, on)
    assert sum(len(section.rows) for section in expected[0]["sections"]) > 20
    assert pages(way(document, on, small_app, tmp_path), on) == expected
    if case == "nothing applies":
        labels = [row.label for section in expected[0]["sections"] for row in section.rows]
        assert not {"超過分の追加支給", "固定残業代の額", "その他の職種名", "准看護師の応募も可とする"} & set(labels)
