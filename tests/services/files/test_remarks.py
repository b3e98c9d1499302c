"""What is to be looked at in a file reaches every door: the check page's report, the kept file, the two commands."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.permissions import SENDER
from keynet_admin.services.files import check, import_file, upload
from keynet_admin.services.files.rows import FileSubmission, Heading, Refusal, Remark
from keynet_admin.services.transaction import transaction
from tests import factories

REMARK = Remark(2, "deadline", "C", "募集情報", "時刻は残りません。")
REFUSED = Refusal(3, "title", "A", "募集情報", "数式です。", more=(Refusal(3, "access", "B", "募集情報", "エラーの値です。"),))


@pytest.fixture
def items(app: Flask, clock: Any) -> list[FileSubmission | Refusal]:
    """A submission with a remark and a row refused for two cells."""
    heading = Heading(("title", "access", "deadline"), "募集情報")
    return [FileSubmission(2, factories.document(), lines=(2,), last_line=2, heading=heading, remarks=(REMARK,)), REFUSED]


def test_the_report_shows_a_remark_as_a_warning_and_every_refused_cell(items: list[FileSubmission | Refusal]) -> None:
    report, good, _, rejected = upload.examine(items)
    assert [(g["level"], g["labels"], g["message"], g["rows"][0]["letter"], g["rows"][0]["lines"]) for g in report.groups] == [
        ("warning", "締切日", "時刻は残りません。", "C", "2"),
        ("error", "募集の見出し", "数式です。", "A", "3"),
        ("error", "交通手段", "エラーの値です。", "B", "3"),
    ]
    assert rejected == {3: ["A列「募集の見出し」数式です。", "B列「交通手段」エラーの値です。"]}
    assert (report.good, report.refused, report.warnings, len(good)) == (1, 1, 1, 1)


def test_a_kept_file_keeps_them(items: list[FileSubmission | Refusal], db_session: Session) -> None:
    with transaction():
        key = upload.keep("a.xlsx", items, upload.examine(items), SENDER)
    content = upload._draft(key, SENDER).typed["file"]
    assert upload._unpacked(content["items"])[0] == items


def test_the_commands_tell_them(items: list[FileSubmission | Refusal], db_session: Session, monkeypatch: Any) -> None:
    found = [finding for item in items for finding in check.findings_of(item)]
    assert [(f["rule"], f["level"], f["line"], f["column"], f["letter"]) for f in found] == [
        ("FILE-002", "warning", 2, "deadline", "C"),
        ("FILE-001", "error", 3, "title", "A"),
        ("FILE-001", "error", 3, "access", "B"),
    ]
    assert json.dumps(found)
    monkeypatch.setattr(import_file, "read_file", lambda _file: iter([replace(items[0], heading=Heading())]))
    assert import_file.import_file(None, keep=False).remarks == [REMARK]  # type: ignore[arg-type]
    assert REMARK.words() == "募集情報 2行目 C列 deadline: 時刻は残りません。"
