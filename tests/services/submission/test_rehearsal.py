"""Rule rehearsal: seeded flips are all found, nothing is written, another checkout's rules can be asked."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Submission, SubmissionFinding, SubmissionRevision
from keynet_admin.services.submission import rehearsal
from tests import factories

FAULTS: tuple[dict[str, Any], ...] = (
    {"postings.0.headcount": "若干名"},
    {"postings.0.retention": ""},
    {"postings.0.licenses": ["なし"]},
)


@pytest.fixture
def cases(app: Flask, db_session: Session, clock: Any) -> list[Submission]:
    """Two clean cases and one for each fault."""
    made = [factories.submission(), factories.submission()]
    made += [factories.submission(changes=changes) for changes in FAULTS]
    db_session.commit()
    return made


def everything() -> list[int]:
    return [
        db.session.execute(select(func.count()).select_from(t)).scalar_one()
        for t in (Submission, SubmissionRevision, SubmissionFinding, AuditEvent)
    ]


def test_the_present_rules_flip_nothing_that_they_judged(cases: list[Submission]) -> None:
    before = everything()
    report = rehearsal.rehearse(rehearsal.present_rules())
    assert (report.replayed, report.same, report.flips, report.rules) == (5, 5, [], {})
    assert everything() == before


@pytest.mark.parametrize(("rule", "index"), [("JOB-002", 2), ("PRIV-007", 3), ("LIC-001", 4)])
def test_a_rule_left_out_flips_its_cases(cases: list[Submission], rule: str, index: int) -> None:
    case_id, receipt = cases[index].id, cases[index].receipt_no
    report = rehearsal.rehearse(rehearsal.present_rules([rule]))
    assert list(report.rules) == [rule]
    assert report.rules[rule].goes == 1
    assert report.rules[rule].cases[0][:2] == (case_id, receipt)
    assert [flip[0] for flip in report.flips] == [case_id]
    assert report.flips[0][2] == "要修正あり"


def test_every_seeded_flip_is_found(cases: list[Submission]) -> None:
    """A judge that finds fault with every clean case: each of them flips, by the new rule."""
    present = rehearsal.present_rules()

    def stricter(typed: Any, on: date) -> rehearsal.Verdict:
        return present(typed, on) | {("NEW-001", "error", "postings.0.title")}

    ids = {case.id for case in cases}
    report = rehearsal.rehearse(stricter)
    assert report.rules["NEW-001"].comes == len(ids)
    assert {case_id for case_id, _, _ in report.rules["NEW-001"].cases} == ids
    assert len(report.flips) == 2


def test_a_changed_level_is_told_apart(cases: list[Submission]) -> None:
    present = rehearsal.present_rules()

    def softer(typed: Any, on: date) -> rehearsal.Verdict:
        return frozenset((rule, "warning" if rule == "JOB-002" else level, path) for rule, level, path in present(typed, on))

    report = rehearsal.rehearse(softer)
    assert (report.rules["JOB-002"].changes_level, report.rules["JOB-002"].comes, report.rules["JOB-002"].goes) == (1, 0, 0)
    assert [flip[2:] for flip in report.flips] == [("要修正あり", "要確認のみ")]


def test_only_the_newest(cases: list[Submission]) -> None:
    told: list[int] = []
    assert rehearsal.rehearse(rehearsal.present_rules(), newest=2, tick=told.append).replayed == 2
    assert sum(told) == 2
    assert rehearsal.count(2) == 2


def test_the_rules_of_another_checkout(cases: list[Submission], tmp_path: Path) -> None:
    """A copy of this program without one rule: the case that it had spoken about flips, by that rule alone."""
    shutil.copytree(ROOT / "keynet_admin", tmp_path / "keynet_admin", ignore=shutil.ignore_patterns("__pycache__", "static", "migrations"))
    shutil.copytree(ROOT / "seed_data", tmp_path / "seed_data", ignore=shutil.ignore_patterns("demo"))
    file = tmp_path / "keynet_admin" / "rules" / "__init__.py"
    file.write_text(
        file.read_text(encoding="utf-8")
        + "\n_strict = evaluate\n\n\ndef evaluate(typed, **more):\n    from dataclasses import replace\n\n    found = _strict(typed, **more)\n"
        + "    return replace(found, findings=tuple(f for f in found.findings if f.rule != 'LIC-001'))\n",
        encoding="utf-8",
    )
    case_id = cases[4].id
    with rehearsal.rules_of(tmp_path) as judge:
        report = rehearsal.rehearse(judge)
    assert report.replayed == 5
    assert list(report.rules) == ["LIC-001"]
    assert [flip[0] for flip in report.flips] == [case_id]


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no rule set"), rehearsal.rules_of(tmp_path):
        pass


def test_the_command(app: Flask, cases: list[Submission]) -> None:
    receipt = cases[2].receipt_no
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["rehearse-rules", "--without", "JOB-002"])
    assert answer.exit_code == 0, answer.output
    assert "当て直し 5件" in answer.output
    assert f"{receipt}  要修正あり → 指摘なし" in answer.output
    assert app.test_cli_runner().invoke(args=["rehearse-rules", "--without", "NO-999"]).exit_code != 0
