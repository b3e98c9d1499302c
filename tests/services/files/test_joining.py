"""Which rows are one submission: equal once normalised; what differs slightly is asked about, never guessed."""

from pathlib import Path
from typing import Any

import pytest

from keynet_admin.services.files.joining import answered, questions
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import FileSubmission, Refusal
from tests.services.files.workbooks import csv_text, row, town

REPORTS = Path(__file__).parents[2] / "data" / "reports"
TEL, DEPARTMENT = "contact.contact_tel", "organization.department"


def read(tmp_path: Path, *rows: dict[str, Any]) -> list[FileSubmission | Refusal]:
    """The rows as a file."""
    path = tmp_path / "rows.csv"
    path.write_text(csv_text(rows), encoding="utf-8")
    return list(read_file(path))


def shape(items: list[FileSubmission | Refusal]) -> list[tuple[int, ...]]:
    """The rows of each submission."""
    return [item.rows if isinstance(item, FileSubmission) else (item.line,) for item in items]


def test_the_reported_file_is_one_submission() -> None:
    """rep-11: a trailing space in the second row's department made two cases of one town."""
    (item,) = read_file(REPORTS / "split.xlsx")
    assert isinstance(item, FileSubmission)
    assert [posting["title"] for posting in item.submission["postings"]] == [
        "集団接種会場の看護師（土日・午後）",
        "集団接種会場の看護師（平日・午前）",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"organization__department": "健康課 感染症対策係"}, {"organization__department": "健康課 感染症対策係 "}),
        ({"organization__department": "健康課 感染症対策係"}, {"organization__department": "\u3000健康課 感染症対策係"}),
        ({"organization__org_tel": "0982-00-0001"}, {"organization__org_tel": "０９８２－００－０００１"}),
        ({"contact__contact_last_kana": "カワベ"}, {"contact__contact_last_kana": "ｶﾜﾍﾞ"}),
        ({"organization__lg_code": "452068"}, {"organization__lg_code": "45206"}),
        ({"organization__org_zip": "883-0046"}, {"organization__org_zip": "〒8830046"}),
        ({"organization__org_building": None}, {"organization__org_building": " "}),
    ],
)
def test_rows_that_are_equal_once_normalised_are_one_submission(tmp_path: Path, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert shape(read(tmp_path, row(**one), row(**other))) == [(2, 3)]
    assert shape(read(tmp_path, row(**other), row(**one))) == [(2, 3)]


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"contact__contact_tel": "0982-00-0044"}, (TEL,)),  # counted up by Excel's fill handle
        ({"organization__department": "健康福祉部 健康増進課"}, (DEPARTMENT,)),
        ({"contact__contact_tel": "0982-00-0044", "organization__department": "健康福祉部"}, (DEPARTMENT, TEL)),
        (
            {"contact__contact_email": "kenkou@city.hyuga-test.lg.jp", "contact__contact_email2": "kenkou@city.hyuga-test.lg.jp"},
            ("contact.contact_email", "contact.contact_email2"),
        ),
        ({"contact__contact_ext": "12"}, ("contact.contact_ext",)),
    ],
)
def test_a_slight_difference_is_asked_about(tmp_path: Path, changes: dict[str, Any], differs: tuple[str, ...]) -> None:
    items = read(tmp_path, row(), row(**changes))
    assert shape(items) == [(2,), (3,)]
    assert [item.differs for item in items if isinstance(item, FileSubmission)] == [(), differs]
    assert [[part.line for part in run] for run in questions(items)] == [[2, 3]]


@pytest.mark.parametrize(
    "changes",
    [
        {"organization__lg_code": "452033", "organization__org_name": "延岡市"},  # another body beside it, one clerk for both
        {"contact__contact_tel": "0982-00-0044", "organization__department": "福祉課", "contact__contact_last": "小林"},
        {"reference_date": "2021-05-08"},
        {"id": "b"},
    ],
)
def test_another_form_is_not_asked_about(tmp_path: Path, changes: dict[str, Any]) -> None:
    first = row(id="a", reference_date="2021-05-07")
    items = read(tmp_path, first, first | {name.replace("__", "-"): value for name, value in changes.items()})
    assert shape(items) == [(2,), (3,)]
    assert questions(items) == []


def test_a_row_without_its_body_may_go_with_the_one_above(tmp_path: Path) -> None:
    """Merged cells: only the first row holds the body. The rows below it are one question, not one each."""
    bare = {name: value for name, value in row().items() if not name.startswith(("organization-", "contact-"))}
    items = read(tmp_path, row(), bare, bare, town(1))
    assert shape(items) == [(2,), (3, 4), (5,)]
    (run,) = questions(items)
    assert shape(list(answered(items, {run[0].line}))) == [(2, 3, 4), (5,)]


def test_an_answer_joins_the_whole_run_with_the_first_rows_contact(tmp_path: Path) -> None:
    counted = [row(title=f"看護師（第{number + 1}会場）", contact__contact_tel=f"0982-00-004{3 + number}") for number in range(4)]
    items = read(tmp_path, *counted, town(1))
    assert [[part.line for part in run] for run in questions(items)] == [[2, 3, 4, 5]]
    one, other = answered(items, {2})
    assert isinstance(one, FileSubmission)
    assert (one.rows, one.line, one.last_line) == ((2, 3, 4, 5), 2, 5)
    assert one.submission["contact"]["contact_tel"] == "0982-00-0043"
    assert one.cell("postings.3.title").line == 5
    assert isinstance(other, FileSubmission)
    assert other.rows == (6,)
    assert list(answered(items, ())) == items
    assert questions([one, other]) == []


def test_what_cannot_be_read_stands_between(tmp_path: Path) -> None:
    """Nothing is asked across a row that nobody could read."""
    items = read(tmp_path, row(), row(reference_date="昨日"), row(contact__contact_tel="0982-00-0044"))
    assert [type(item) for item in items] == [FileSubmission, Refusal, FileSubmission]
    assert questions(items) == []
    assert isinstance(items[1], Refusal)
    assert "昨日" in items[1].cells
