"""What the check page tells of a file: one group a rule, with rows and columns; the file to mend, made of what was read."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from keynet_admin.catalogue import reference
from keynet_admin.services.files import report as report_of
from keynet_admin.services.files.joining import answered
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rejects import rejects_of
from keynet_admin.services.files.report import MOST_QUESTIONS, MOST_ROWS, ONE, examine, spans
from keynet_admin.services.files.rows import FileSubmission, Refusal
from tests.rules.base_submission import base_submission
from tests.services.files.workbooks import csv_text, filled_template, row, town


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([7], "7"),
        ([8, 7], "7、8"),
        ([7, 8, 9], "7～9"),
        ([7, 8, 11, 12, 13, 20], "7、8、11～13、20"),
        ([5, 5], "5"),
        (range(2, 80, 2), "、".join(map(str, range(2, 62, 2))) + "…"),
    ],
)
def test_numbers_of_rows_are_told_as_spans(lines: Any, words: str) -> None:
    assert spans(lines) == words


def read(path: Path, *rows: dict[str, Any]) -> list[FileSubmission | Refusal]:
    """The rows as a file of the path's kind."""
    if path.suffix == ".xlsx":
        filled_template(path, rows)
    elif path.suffix == ".csv":
        path.write_text(csv_text(rows), encoding="utf-8")
    return list(read_file(path))


def test_the_same_fault_in_many_rows_is_one_group(clock: Any, tmp_path: Path) -> None:
    wrong = [town(n, organization__org_type="町") for n in range(5)]
    report = examine(read(tmp_path / "a.csv", town(9), *wrong, town(7, headcount="若干名"))).report
    assert (report.good, report.errors, report.problem_count) == (1, 6, sum(group["count"] for group in report.groups))
    (kinds,) = (group for group in report.groups if any(row["label"] == "団体の区分" for row in group["rows"]))
    assert (kinds["count"], [row["lines"] for row in kinds["rows"]], kinds["rows"][0]["orgs"]) == (5, ["3～7"], "日向市")
    assert len({group["rule"] for group in report.groups}) == len(report.groups)


def test_errors_come_first_and_different_values_are_cut_but_counted(clock: Any, tmp_path: Path) -> None:
    rows = [town(n, title=f"注射を看護婦{n}人で", headcount="若干名" if n == 69 else 3) for n in range(70)]
    report = examine(read(tmp_path / "a.csv", *rows)).report
    levels = [group["level"] for group in report.groups]
    assert levels == sorted(levels)
    most = max(report.groups, key=lambda group: group["count"])
    assert (most["count"], len(most["rows"]), most["hidden"]) == (70, MOST_ROWS, 70 - MOST_ROWS)


def test_messages_that_name_their_values_share_a_group_when_they_are_many(clock: Any, monkeypatch: Any, tmp_path: Path) -> None:
    """Otherwise the report would grow with the file."""
    monkeypatch.setattr(report_of, "MOST_GROUPS", 2)
    rows = [town(n, venue_name=f"{n}月{n}日") for n in range(1, 9)]
    groups = [group for group in examine(read(tmp_path / "a.csv", *rows)).report.groups if not group["rule"]]
    assert len(groups) <= 3
    assert sum(group["count"] for group in groups) == 8
    assert len({row["message"] for group in groups for row in group["rows"]}) == 8


def test_a_line_of_jsonl_names_its_posting(clock: Any, tmp_path: Path) -> None:
    document = base_submission()
    document["postings"] = [document["postings"][0], {**document["postings"][0], "headcount": "若干名"}]
    (tmp_path / "a.jsonl").write_text(json.dumps(document), encoding="utf-8")
    report = examine(read(tmp_path / "a.jsonl")).report
    assert [group["labels"] for group in report.groups if group["level"] == "error"] == ["募集2 募集人数"]


def mended(name: str, content: bytes, tmp_path: Path, column: str, value: Any) -> Path:
    """The file to mend, with one column mended in every row, saved again by Excel's way or as text."""
    path = tmp_path / f"again-{name}"
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(BytesIO(content))
        sheet = book.worksheets[0]
        at = next(cell.column for cell in sheet[2] if cell.value == column)
        for line in range(3, sheet.max_row + 1):
            sheet.cell(line, at, value)
        book.save(path)
    else:
        head, *rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))[1:]
        for cells in rows:
            cells[head.index(column)] = str(value)
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([head, *rows])
    return path


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_rows_to_mend_come_back_as_the_same_submissions(clock: Any, tmp_path: Path, suffix: str) -> None:
    """Round trip: what is mended in the file and sent again is what it would have been at once."""
    bad = [town(2, headcount="若干名", access="=駅から徒歩5分" if suffix == ".csv" else "-"), town(2, title="集団接種会場の看護師（平日）")]
    bad.append(town(3, headcount="若干名", nonregular=True))
    items = read(tmp_path / f"a{suffix}", town(1), *bad)
    examined = examine(items)
    first = 2 if suffix == ".csv" else 4
    assert (examined.report.good, sorted(examined.rejected)) == (1, [first + 1, first + 2, first + 3])
    name, content = rejects_of(f"表{suffix}", items, examined.rejected)
    assert name == f"表-rejected{suffix}"
    again = list(read_file(mended(name, content, tmp_path, "headcount", 3)))
    right = read(tmp_path / f"right{suffix}", *({**cells, "headcount": "3"} for cells in bad))
    assert [len(item.rows) for item in again] == [2, 1]
    assert [checked.result.normalized for checked in examine(again).good] == [checked.result.normalized for checked in examine(right).good]
    assert len(examine(again).good) == 2


def test_rows_that_could_not_be_read_come_back_with_their_cells(clock: Any, tmp_path: Path) -> None:
    """Also when no row of the file could be read; a formula's cell is left free for its value."""
    items = read(tmp_path / "a.xlsx", town(1, weekly_hours="=9*1"), town(2, weekly_hours="=9*1"))
    examined = examine(items)
    assert (examined.report.good, examined.report.refused) == (0, 2)
    name, content = rejects_of("a.xlsx", items, examined.rejected)
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    assert sheet.title == "募集情報"
    assert "数式" in sheet["A3"].value
    assert sheet["A1"].value == "直すところ"
    again = list(read_file(mended(name, content, tmp_path, "weekly_hours", 9)))
    assert len(examine(again).good) == 2


def test_lines_of_jsonl_come_back_as_they_were(clock: Any, tmp_path: Path) -> None:
    document = base_submission()
    document["postings"][0]["headcount"] = "若干名"
    lines = [{"id": "x", "reference_date": "2021-05-07", "submission": document}, base_submission()]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    items = read(tmp_path / "a.jsonl")
    name, content = rejects_of("a.jsonl", items, examine(items).rejected)
    (line,) = content.decode().splitlines()
    assert name == "a-rejected.jsonl"
    assert {k: v for k, v in json.loads(line).items() if k != "_reasons"} == lines[0]
    assert "募集1 募集人数" in json.loads(line)["_reasons"][0]


def test_nothing_in_the_file_to_mend_starts_a_formula(clock: Any, tmp_path: Path) -> None:
    items = read(tmp_path / "a.csv", town(1, title="=1+1", headcount="若干名"))
    _, content = rejects_of("a.csv", items, examine(items).rejected)
    cells = [cell for cells in csv.reader(StringIO(content.decode("utf-8-sig"))) for cell in cells]
    assert "'=1+1" in cells
    assert not any(cell.startswith("=") for cell in cells)
    _, book = rejects_of("a.xlsx", items, examine(items).rejected)
    assert all(cell.data_type != "f" for cells in openpyxl.load_workbook(BytesIO(book)).worksheets[0] for cell in cells)


def test_a_question_shows_what_differs_and_an_answer_is_judged(clock: Any, tmp_path: Path) -> None:
    items = read(tmp_path / "a.csv", row(), row(title="別の会場の看護師", contact__contact_tel="0982-00-0044"), town(1))
    report = examine(items).report
    (asked,) = report.asked
    assert (asked["line"], asked["lines"], asked["labels"], asked["answer"]) == (2, "2、3", ["直通電話番号"], "")
    assert [r["values"] for r in asked["rows"]] == [["0982-00-0043"], ["0982-00-0044"]]
    assert (report.unanswered, report.good) == (1, 3)
    report = examine(items, {2: ONE}).report
    assert (report.unanswered, report.good, report.postings, len(report.asked)) == (0, 2, 3, 1)
    assert len(list(answered(items, {2}))) == 2


def test_more_neighbours_than_anybody_answers_stay_apart_and_that_is_told(clock: Any, tmp_path: Path) -> None:
    near = {"contact__contact_tel": "0982-00-0044"}
    codes = [city.code6 for city in reference.municipalities() if city.prefecture_code == "01"][: MOST_QUESTIONS + 2]
    rows = [row(organization__lg_code=code, **more) for code in codes for more in ({}, near)]
    report = examine(read(tmp_path / "a.csv", *rows)).report
    assert (len(report.asked), report.kept_apart, report.unanswered) == (MOST_QUESTIONS, 2, MOST_QUESTIONS)
