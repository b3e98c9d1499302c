"""`flask import`: every encoding, what is left out by row and column, the file to mend, and nothing twice."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import (
    AuditEvent,
    OutboxMail,
    Submission,
    SubmissionContact,
    SubmissionFinding,
    SubmissionRevision,
    SubmissionSearch,
)
from keynet_admin.permissions import SYSTEM
from keynet_admin.services.files import import_file
from keynet_admin.services.files.check import check_submission
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import FileSubmission
from keynet_admin.services.files.store import store_all
from keynet_admin.services.submission import intake as submission
from keynet_admin.vocabulary import Source, SubmissionStatus
from tests.services.files.workbooks import csv_text, filled_template, row, town

TABLES = (Submission, SubmissionRevision, SubmissionContact, SubmissionFinding, AuditEvent, OutboxMail)


def counts(session: Session) -> list[int]:
    """Rows of each table that an import writes."""
    return [session.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


def run(app: Flask, *args: Any) -> Any:
    """The command."""
    return app.test_cli_runner().invoke(args=["import", *map(str, args)])


ROWS = [
    town(1),
    town(
        1,
        title="集団接種会場の看護師（平日）",
        duty_detail="予診票の確認を行い、\n「接種後」の観察を行います。\n6人で分担し、1回の来場は90人ほどです。",
    ),
    town(2),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_in_every_encoding_gives_the_same_cases(app: Flask, db_session: Session, clock: Any, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "forms.csv"
    path.write_bytes(csv_text(ROWS).encode(encoding))
    assert b"\r\n" in path.read_bytes()
    outcome = run(app, path)
    assert outcome.exit_code == 0, outcome.output
    assert "受け付け 2件（うち要修正の項目があるもの 0件）、登録済み 0件" in outcome.output
    first = db_session.execute(select(Submission).order_by(Submission.id)).scalars().first()
    assert first is not None
    typed = submission.current_revision(first).typed["postings"]
    assert [len(typed), typed[1]["duty_detail"]] == [2, ROWS[1]["duty_detail"]]


def test_excel_and_csv_are_the_same_submission(app: Flask, db_session: Session, clock: Any, tmp_path: Path) -> None:
    (tmp_path / "forms.csv").write_text(csv_text(ROWS), encoding="utf-8")
    assert run(app, filled_template(tmp_path / "forms.xlsx", ROWS)).exit_code == 0
    before = counts(db_session)
    outcome = run(app, tmp_path / "forms.csv")
    assert "受け付け 0件（うち要修正の項目があるもの 0件）、登録済み 2件" in outcome.output
    assert counts(db_session) == before


def test_a_batch_writes_what_one_case_writes(app: Flask, db_session: Session, clock: Any, tmp_path: Path) -> None:
    """FormColumn by column: the quick way and the form's way leave the same rows behind."""
    (entry,) = read_file(filled_template(tmp_path / "one.xlsx", [town(1, headcount="若干名", smoking="その他")]))
    assert isinstance(entry, FileSubmission)
    checked = check_submission(entry)
    assert checked.has_errors
    identity = submission.identity_of(checked.result.normalized)
    submission.submit(
        entry.submission, checked.result, reference_date=checked.day.isoformat(), actor=SYSTEM, source=Source.file, identity="x"
    )
    (stored,) = store_all([checked], SYSTEM)
    assert stored.new
    skipped = {
        "id",
        "receipt_no",
        "identity",
        "submission_id",
        "revision_id",
        "subject_id",
        "message_id",
        "next_try_at",
        "sealed",
        "body",
        "title",
    }
    for table in TABLES:
        rows = db_session.execute(select(*(c for c in table.__table__.columns if c.name not in skipped))).mappings().all()
        half = len(rows) // 2
        assert rows
        assert [dict(r) for r in rows[:half]] == [dict(r) for r in rows[half:]], table.__tablename__
    one, two = db_session.execute(select(Submission).order_by(Submission.id)).scalars()
    assert (two.identity, two.status, two.receipt_no) == (identity, SubmissionStatus.received, stored.receipt_no)
    words = [db_session.get(SubmissionSearch, row.id).text for row in (one, two)]
    assert words[1] == words[0].replace("kn2105070001", "kn2105070002")
    mails = db_session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars().all()
    assert mails[1].body == mails[0].body.replace(one.receipt_no, two.receipt_no)
    assert [mail.sealed for mail in mails] == [{"code": submission.copy_code(case)} for case in (one, two)]
    assert len({mail.message_id for mail in mails}) == 2


def test_the_same_submission_twice_in_one_file_is_one_case(app: Flask, db_session: Session, clock: Any, tmp_path: Path) -> None:
    outcome = run(app, filled_template(tmp_path / "twice.xlsx", [town(1), town(2), town(1)]))
    assert "受け付け 2件（うち要修正の項目があるもの 0件）、登録済み 1件" in outcome.output


def mixed() -> list[dict[str, Any]]:
    """Ten bodies; the fourth has a bad number in its second row, the seventh no address, the ninth a formula."""
    rows = []
    for index in range(1, 11):
        rows.append(town(index))
        if index == 4:
            rows.append(town(index, number=1, headcount="若干名"))
    rows[7] = row(contact__contact_email=None, contact__contact_email2=None)
    rows[9] = town(9, weekly_hours="=9*1")
    return rows


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_strict_takes_the_good_ones_and_keeps_the_bad_ones_to_mend(
    app: Flask, db_session: Session, clock: Any, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"forms{suffix}"
    rows = mixed()
    first = 4 if suffix == ".xlsx" else 2
    if suffix == ".xlsx":
        filled_template(path, rows)
    else:
        rows[9]["weekly_hours"] = "九時間くらい"
        path.write_bytes(csv_text(rows).encode("cp932"))
    outcome = run(app, path, "--strict")
    assert outcome.exit_code == 1
    assert "受け付け 7件（うち要修正の項目があるもの 0件）、登録済み 0件" in outcome.output
    assert f"{first + 4}行目" in outcome.output
    assert "headcount: [JOB-002]" in outcome.output
    assert f"{first + 7}行目" in outcome.output
    assert "メールアドレスがありません" in outcome.output
    kept = tmp_path / f"forms-rejected{suffix}"
    assert kept.exists()

    # All rows of a refused submission are there, each with its reasons, below the same headings.
    table = read_table(kept)
    head = next(index for index, line in enumerate(table) if "_reasons" in line)
    at = table[head].index("_reasons")
    reasons = [line[at] for line in table[head + 1 :]]
    assert len(reasons) == 4
    assert [("申請の一部" in reasons[0]), "JOB-002" in reasons[1], "メールアドレス" in reasons[2]] == [True, True, True]
    assert ("数式" in reasons[3]) or ("HOURS" in reasons[3]) or "weekly_hours" in reasons[3]

    # Imported unmended they are refused again; mended they come in, and what was in before stays as it is.
    assert run(app, kept, "--strict").exit_code == 1
    assert len(db_session.execute(select(Submission)).scalars().all()) == 7
    mend(
        kept,
        head,
        {
            "headcount": {1: 4},
            "contact-contact_email": {2: "desk7@city.hyuga-test.lg.jp"},
            "contact-contact_email2": {2: "desk7@city.hyuga-test.lg.jp"},
            "weekly_hours": {3: 9},
        },
    )
    outcome = run(app, kept, "--strict")
    assert outcome.exit_code == 0, outcome.output
    assert "受け付け 3件" in outcome.output

    before = counts(db_session)
    again = [run(app, kept, "--strict"), run(app, path, "--strict")]
    assert [outcome.exit_code for outcome in again] == [0, 1]
    assert counts(db_session) == before


def read_table(path: Path) -> list[list[Any]]:
    """All cells of a file."""
    if path.suffix == ".csv":
        with path.open(encoding="cp932", newline="") as file:
            return list(csv.reader(file))
    return [
        ["" if cell is None else cell for cell in line] for line in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    ]


def mend(path: Path, head: int, values: dict[str, dict[int, Any]]) -> None:
    """Write values into the rows below the heading, by column name."""
    if path.suffix == ".csv":
        table = read_table(path)
        for name, cells in values.items():
            for index, value in cells.items():
                table[head + 1 + index][table[head].index(name)] = str(value)
        with path.open("w", encoding="cp932", newline="") as file:
            csv.writer(file).writerows(table)
        return
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    where = {cell.value: cell.column for cell in sheet[head + 1]}
    for name, cells in values.items():
        for index, value in cells.items():
            sheet.cell(row=head + 2 + index, column=where[name]).value = value
    book.save(path)


def test_rejected_lines_of_jsonl_are_wrappers_with_reasons(app: Flask, db_session: Session, clock: Any, tmp_path: Path) -> None:
    path = tmp_path / "forms.jsonl"
    good = {"submission": {"organization": {"lg_code": "452068"}, "contact": {"contact_email": "a@city.hyuga-test.lg.jp"}}}
    bare = {"organization": {"lg_code": "999999"}, "contact": {"contact_email": "日本@"}}
    lines = [json.dumps(good), json.dumps(bare, ensure_ascii=False), "{not json", '{"id": 1, "id": 2}']
    path.write_text("\n".join(lines), encoding="utf-8")
    outcome = run(app, path, "--rejects", tmp_path / "bad.jsonl")
    assert outcome.exit_code == 1
    assert "受け付け 1件" in outcome.output
    kept = (tmp_path / "bad.jsonl").read_text(encoding="utf-8").splitlines()
    wrapper = json.loads(kept[0])
    assert wrapper["submission"] == bare
    assert "団体が見つかりません" in wrapper["_reasons"][0]
    assert kept[1:] == lines[2:]


def test_an_older_file_to_mend_is_not_overwritten(app: Flask, clock: Any, tmp_path: Path) -> None:
    path = filled_template(tmp_path / "forms.xlsx", [row(contact__contact_email=None)])
    (tmp_path / "forms-rejected.xlsx").write_bytes(b"somebody mends this")
    assert "forms-rejected-2.xlsx" in run(app, path).output
    assert (tmp_path / "forms-rejected.xlsx").read_bytes() == b"somebody mends this"


def test_the_file_itself_is_never_the_file_of_rejects(app: Flask, clock: Any, tmp_path: Path) -> None:
    path = filled_template(tmp_path / "forms.xlsx", [row()])
    assert run(app, path, "--rejects", path).exit_code == 2


def test_nothing_refused_writes_no_file(app: Flask, clock: Any, tmp_path: Path) -> None:
    assert run(app, filled_template(tmp_path / "forms.xlsx", [row()]), "--strict").exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("forms*")) == ["forms.xlsx"]


def test_a_mended_csv_starts_no_formula_and_loses_nothing(app: Flask, db_session: Session, clock: Any, tmp_path: Path) -> None:
    """An apostrophe guards the cell in a spreadsheet; our reader takes it away."""
    path = tmp_path / "forms.csv"
    path.write_text(csv_text([row(title="=HYPERLINK(1)", contact__contact_email=None)]), encoding="utf-8-sig")
    run(app, path)
    kept = tmp_path / "forms-rejected.csv"
    assert kept.read_bytes().startswith(b"\xef\xbb\xbf")
    with kept.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    (entry,) = read_file(kept)
    assert isinstance(entry, FileSubmission)
    assert entry.submission["postings"][0]["title"] == "=HYPERLINK(1)"


def test_a_whole_file_that_cannot_be_read_leaves_no_file(app: Flask, clock: Any, tmp_path: Path) -> None:
    path = tmp_path / "forms.xlsx"
    path.write_bytes(b"PK\x03\x04")
    outcome = run(app, path)
    assert outcome.exit_code == 1
    assert "Excelファイル" in outcome.output
    assert not (tmp_path / "forms-rejected.xlsx").exists()


def test_ten_thousand_are_taken_in_batches(app: Flask, db_session: Session, clock: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """The work is cut into batches of the given size, and the progress follows."""
    monkeypatch.setattr(import_file, "BATCH", 2)
    seen: list[int] = []
    path = filled_template(tmp_path / "forms.xlsx", [town(index) for index in range(5)])
    monkeypatch.setattr(import_file.batches, "__defaults__", (2,))
    report = import_file.import_file(path, progress=seen.append)
    assert (report.new, seen) == (5, [5, 7, 8])


def test_the_template_by_command(app: Flask, tmp_path: Path) -> None:
    outcome = app.test_cli_runner().invoke(args=["template", str(tmp_path / "form.xlsx")])
    assert outcome.exit_code == 0
    assert "募集情報" in openpyxl.load_workbook(tmp_path / "form.xlsx").sheetnames
