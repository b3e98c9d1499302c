"""The commands, as somebody types them: what they print, their exit codes, and that repeating them changes nothing."""

import importlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, OutboxMail, Submission, SubmissionRevision
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, Role, Source, SubmissionStatus
from tests import factories
from tests.rules.base_submission import base_submission, changed


def run(app: Flask, *arguments: str) -> Result:
    """`flask …` inside the test process."""
    return app.test_cli_runner().invoke(args=list(arguments))


def jsonl(tmp_path: Path, *lines: Any) -> str:
    """A .jsonl file of submissions (or raw text)."""
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return str(path)


def wrapped(number: int, **values: Any) -> dict[str, Any]:
    """A valid submission of 2021-05-07 with its own contact and some changes."""
    document = changed(base_submission.__defaults__[0], values)  # type: ignore[index]
    document["contact"]["contact_ext"] = str(200 + number)
    return {"id": f"t{number}", "reference_date": "2021-05-07", "submission": document}


def counts(app: Flask) -> tuple[int, ...]:
    """Rows that an import could make."""
    with app.app_context():
        return tuple(
            db.session.execute(select(func.count()).select_from(m)).scalar_one()
            for m in (Submission, SubmissionRevision, OutboxMail, AuditEvent)
        )


def test_check_prints_findings_as_json_lines(app: Flask, tmp_path: Path) -> None:
    before = counts(app)
    file = jsonl(tmp_path, wrapped(1), wrapped(2, **{"postings.0.headcount": "若干名"}), "{broken", wrapped(3))
    result = run(app, "check", file)
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    errors = [(f["line"], f["id"], f["rule"], f["path"]) for f in findings if f["level"] == "error"]
    assert errors == [(2, "t2", "JOB-002", "postings.0.headcount"), (3, None, "FILE-001", "")]
    assert all(f["message"] for f in findings)
    assert result.exit_code == 1
    assert counts(app) == before


def test_check_of_a_clean_file_succeeds(app: Flask, tmp_path: Path) -> None:
    assert run(app, "check", jsonl(tmp_path, wrapped(1))).exit_code == 0


def test_check_survives_values_that_are_no_text(app: Flask, tmp_path: Path) -> None:
    result = run(app, "check", jsonl(tmp_path, r'{"organization": {"org_name": "\ud800\u0000"}, "postings": [7], "contact": []}'))
    assert result.exit_code == 1
    assert all(json.loads(line) for line in result.stdout.splitlines())


@pytest.mark.parametrize("arguments", [("check", "missing.jsonl"), ("check", "."), ("import", "missing.jsonl")])
def test_a_file_that_is_not_there(app: Flask, arguments: tuple[str, ...]) -> None:
    assert run(app, *arguments).exit_code == 2


def test_an_unknown_format(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "rows.pdf"
    file.write_text("x", encoding="ascii")
    result = run(app, "check", str(file))
    assert result.exit_code == 2
    assert ".jsonl" in result.stderr


def test_import_fills_the_queue_once(app: Flask, tmp_path: Path) -> None:
    file = jsonl(tmp_path, *(wrapped(n) for n in range(3)), wrapped(3, **{"postings.0.headcount": "若干名"}))
    first = run(app, "import", file)
    assert first.exit_code == 0, first.stderr
    assert "受け付け 4件（うち要修正の項目があるもの 1件）、登録済み 0件" in first.stdout
    after = counts(app)
    assert after[:3] == (4, 4, 1), "one receipt for the file and its one address"
    with app.app_context():
        rows = db.session.execute(select(Submission).order_by(Submission.id)).scalars().all()
        assert [(r.status, r.source, r.errors) for r in rows] == [(SubmissionStatus.received, Source.file, e) for e in (0, 0, 0, 1)]
        assert db.session.execute(select(SubmissionRevision.reference_date)).scalars().first() == "2021-05-07"
    second = run(app, "import", file)
    assert second.exit_code == 0
    assert "受け付け 0件" in second.stdout
    assert "登録済み 4件" in second.stdout
    assert counts(app) == after


def test_strict_refuses_rows_with_errors(app: Flask, tmp_path: Path) -> None:
    result = run(app, "import", "--strict", jsonl(tmp_path, wrapped(1), wrapped(2, **{"postings.0.headcount": "若干名"})))
    assert result.exit_code == 1
    assert "2行目 postings-0-headcount: [JOB-002]" in result.stderr
    assert counts(app)[0] == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"contact.contact_email": ""}, "contact-contact_email: 連絡担当者のメールアドレスがありません"),
        ({"contact.contact_email": "　"}, "contact-contact_email"),
        ({"contact.contact_email": None}, "contact-contact_email"),
        (
            {"organization.lg_code": "999999", "organization.org_name": "海山市", "organization.org_address": "中央1"},
            "団体が見つかりません",
        ),
        ({"organization.lg_code": "", "organization.org_name": "府中市", "organization.org_address": "中央1"}, "団体が見つかりません"),
        ({"organization": "日向市"}, "団体が見つかりません"),
    ],
    ids=["no mail", "blank mail", "mail left out", "unknown body", "two bodies of that name", "no object"],
)
def test_rows_nobody_could_answer_are_refused(app: Flask, tmp_path: Path, values: dict[str, Any], words: str) -> None:
    result = run(app, "import", jsonl(tmp_path, wrapped(1, **values), wrapped(2)))
    assert result.exit_code == 1
    assert "1行目" in result.stderr
    assert words in result.stderr
    assert counts(app)[0] == 1


@pytest.mark.parametrize(
    "values",
    [
        {"organization.lg_code": "452069"},
        {"organization.lg_code": ""},
        {"organization.lg_code": "", "organization.org_name": "府中市", "organization.org_address": "広島県府中市府川町1"},
        {"organization.lg_code": "458830", "organization.org_name": "海山広域連合", "organization.org_type": "union"},
        {"contact.contact_email": "kenko@city..hyuga-test.lg.jp", "contact.contact_email2": "kenko@city..hyuga-test.lg.jp"},
    ],
    ids=["wrong check digit", "code left out", "name and prefecture", "union", "broken address"],
)
def test_a_wrong_code_or_address_enters_as_a_finding(app: Flask, tmp_path: Path, values: dict[str, Any]) -> None:
    assert run(app, "import", jsonl(tmp_path, wrapped(1, **values))).exit_code == 0
    assert counts(app)[0] == 1


def test_unreadable_rows_are_named_and_the_others_taken(app: Flask, tmp_path: Path) -> None:
    result = run(app, "import", jsonl(tmp_path, "{broken", wrapped(1), "[]"))
    assert result.exit_code == 1
    assert "1行目: JSONとして読めません" in result.stderr
    assert "3行目: JSONのオブジェクト" in result.stderr
    assert "受け付けなかった行 2件" in result.stdout
    assert counts(app)[0] == 1


def test_csv_rows_are_submissions_with_several_postings(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    head = "organization-lg_code,organization-org_name,contact-contact_email,title,headcount"
    row = "452068,日向市,v@city.hyuga-test.lg.jp"
    file.write_text(f"{head}\n{row},看護師の募集,5\n{row},事務職員の募集,数名\n", encoding="utf-8-sig")
    result = run(app, "check", str(file))
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(f["line"], f["column"]) for f in found if f["rule"] == "JOB-002"] == [(3, "headcount")]
    assert run(app, "import", str(file)).exit_code == 0
    with app.app_context():
        (revision,) = db.session.execute(select(SubmissionRevision)).scalars()
        assert [p["title"] for p in revision.normalized["postings"]] == ["看護師の募集", "事務職員の募集"]


def test_load_demo_counts_what_it_made(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_hashes: str) -> None:
        for state in (CandidateStatus.seen, CandidateStatus.open, CandidateStatus.seen):
            factories.candidate(state)

    monkeypatch.setattr(importlib.import_module("keynet_admin.demo.load"), "_fill", fill)
    result = run(app, "load-demo")
    assert result.exit_code == 0, result.output
    assert [line.split(" ")[0] for line in result.stdout.splitlines()] == ["団体", "申請", "募集", "応募・質問"]
    assert result.stdout.splitlines()[-1] == "応募・質問 3（確認済み 2、未回答 1）"


def test_load_reference_says_what_it_did(app: Flask) -> None:
    result = run(app, "load-reference")
    assert result.exit_code == 0
    assert "municipality: 1959行（追加 0、変更 0、削除 0）" in result.stdout


def test_create_operator(app: Flask) -> None:
    result = run(app, "create-operator", "Shin@keynet.example", "--role", "lead", "--name", "新 一")
    assert result.exit_code == 0, result.output
    with app.app_context():
        account = db.session.execute(select(Account)).scalar_one()
        assert (account.email, account.role, account.status, account.name) == (
            "shin@keynet.example",
            Role.lead,
            AccountStatus.invited,
            "新 一",
        )
        assert db.session.execute(select(OutboxMail.recipient)).scalars().all() == ["shin@keynet.example"]
    again = run(app, "create-operator", "shin@keynet.example", "--role", "lead")
    assert again.exit_code == 1
    assert "すでにあります" in again.stderr


@pytest.mark.parametrize("role", ["municipality", "root"])
def test_create_operator_knows_its_roles(app: Flask, role: str) -> None:
    assert run(app, "create-operator", "shin@keynet.example", "--role", role).exit_code == 2


def test_deliver_mail_empties_the_outbox(app: Flask, tmp_path: Path, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(app, "import", jsonl(tmp_path, wrapped(1)))
    # a minute long a receipt waits for the rest of its file
    later = clock.real_now() + timedelta(minutes=1)
    monkeypatch.setattr("keynet_admin.clock.real_now", lambda: later)
    result = run(app, "deliver-mail")
    assert result.exit_code == 0
    assert "送信 1通" in result.stdout
    assert len(list((instance / "mail").glob("*.eml"))) == 1
