"""The engine: shape of the answer, what rules see, partial checks, sections, required fields, rows."""

import json
from datetime import date
from pathlib import Path

import pytest

from keynet_admin.rules import Level, evaluate
from tests.rules.base_submission import base_submission, changed

ON = date(2021, 5, 7)
DATA = Path(__file__).parents[2] / "data"


def codes(result, level=None):
    """Codes of the findings, of one level or of all."""
    return {f.rule for f in result.findings if level is None or f.level is level}


def at(result, path):
    """Codes of the findings at a path."""
    return {f.rule for f in result.findings if f.path == path}


@pytest.mark.parametrize(
    "on", [date(2021, 5, 7), date(2021, 10, 4), date(2022, 11, 7), date(2024, 5, 13), date(2026, 11, 16), date(2028, 12, 1)]
)
def test_the_base_submission_is_clean(on):
    result = evaluate(base_submission(on), on=on)
    assert [(f.rule, f.path, f.message) for f in result.findings] == []
    assert result.ruleset


def test_typed_document_is_left_alone():
    typed = changed(ON, {"postings.0.headcount": "15名", "organization.org_name": "宮崎県日向市", "postings.0.nonregular": False})
    before = json.dumps(typed, ensure_ascii=False)
    result = evaluate(typed, on=ON)
    assert json.dumps(typed, ensure_ascii=False) == before
    assert result.normalized["postings"][0]["headcount"] == 15
    assert result.normalized["organization"]["org_name"] == "日向市"
    assert result.normalized["postings"][0]["nonregular"] is True
    assert result.normalized["organization"]["pref"] == "45"


def test_what_was_not_understood_stands_as_typed():
    result = evaluate(changed(ON, {"postings.0.headcount": "若干名", "postings.0.shifts.0.start": "シフト"}), on=ON)
    assert result.normalized["postings"][0]["headcount"] == "若干名"
    assert result.normalized["postings"][0]["shifts"][0]["start"] == "シフト"
    assert at(result, "postings.0.headcount") == {"JOB-002"}
    finding = next(f for f in result.findings if f.path == "postings.0.shifts.0.start")
    assert (finding.typed, finding.value) == ("シフト", "シフト")


def test_findings_stand_in_the_forms_order():
    result = evaluate(
        changed(ON, {"postings.0.title": None, "postings.0.pay_day": None, "contact.contact_tel": "1", "organization.lg_code": "1"}), on=ON
    )
    paths = [f.path for f in result.at(Level.ERROR)]
    assert paths == ["organization.lg_code", "contact.contact_tel", "postings.0.title", "postings.0.pay_day"]


def test_partial_does_not_speak_of_what_is_missing():
    assert evaluate({}, on=ON, partial=True).findings == ()
    assert evaluate({"postings": [{}]}, on=ON, partial=True).findings == ()
    assert (
        evaluate(
            {
                "postings": [
                    {"job_type": "nurse", "engagement": "contractor", "employer": "", "shifts": [{}], "pay_lines": [{"label": "平日"}]}
                ]
            },
            on=ON,
            partial=True,
        ).findings
        == ()
    )
    whole = base_submission(ON)
    for name in list(whole["postings"][0]):
        document = changed(ON, {f"postings.0.{name}": None})
        errors = [f for f in evaluate(document, on=ON, partial=True).findings if f.level is Level.ERROR and f.path.endswith(name)]
        assert errors == [], name


def test_every_required_field_is_asked_for_once():
    result = evaluate({}, on=ON)
    assert {f.rule for f in result.findings} == {"REQ-001"}
    assert "postings" in {f.path for f in result.findings}
    result = evaluate({"postings": [{}]}, on=ON)
    paths = [f.path for f in result.at(Level.ERROR)]
    assert len(paths) == len(set(paths)), sorted(p for p in paths if paths.count(p) > 1)
    assert at(result, "postings.0.job_type") == {"REQ-001"}
    assert at(result, "postings.0.retention") == {"PRIV-007"}


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("postings.0.shifts.0.break", "HOURS-003"),
        ("postings.0.smoking", "PLACE-002"),
        ("postings.0.insurance", "INS-001"),
        ("postings.0.accident", "INS-004"),
        ("postings.0.commute", "WAGE-012"),
        ("postings.0.retention", "PRIV-007"),
        ("postings.0.title", "REQ-001"),
        ("contact.contact_last", "REQ-001"),
        ("confirmation.agree_terms", "REQ-001"),
    ],
)
def test_a_rule_of_the_domain_speaks_for_its_field(path, rule):
    assert at(evaluate(changed(ON, {path: None}), on=ON), path) == {rule}


def test_confirmation_must_be_yes():
    assert at(evaluate(changed(ON, {"confirmation.agree_truth": False}), on=ON), "confirmation.agree_truth") == {"REQ-001"}
    assert evaluate(changed(ON, {"confirmation.agree_truth": "はい"}), on=ON).findings == ()


def test_sections_limit_the_findings():
    typed = changed(ON, {"organization.lg_code": "1", "contact.contact_tel": "1", "postings.0.headcount": "若干名"})
    del typed["confirmation"]
    result = evaluate(typed, on=ON, sections=frozenset({"postings"}))
    assert {f.path.split(".")[0] for f in result.findings} == {"postings"}


def test_rows():
    twenty_one = base_submission(ON)
    twenty_one["postings"] *= 21
    result = evaluate(twenty_one, on=ON)
    assert "ROWS-001" in at(result, "postings")
    assert len(result.normalized["postings"]) == 21
    row = base_submission(ON)["postings"][0]["shifts"][0]
    result = evaluate(changed(ON, {"postings.0.shifts": [row] * 7}), on=ON)
    assert "ROWS-001" in at(result, "postings.0.shifts")
    assert len(result.normalized["postings"][0]["shifts"]) == 7


def test_blank_rows_at_the_end_are_no_rows():
    line = {"label": "土日", "min": "1,987円"}
    blank = {"label": "", "min": "", "max": None, "hours_per_unit": " "}
    result = evaluate(changed(ON, {"postings.0.pay_lines": [line, blank, {}, None]}), on=ON)
    assert len(result.normalized["postings"][0]["pay_lines"]) == 1
    assert result.at(Level.ERROR) == []


@pytest.mark.parametrize("value", [[], "", 5, "organization", [1, 2], True])
@pytest.mark.parametrize("section", ["organization", "contact", "postings", "confirmation"])
def test_sections_of_a_wrong_type_are_findings(section, value):
    document = base_submission(ON)
    document[section] = value
    result = evaluate(document, on=ON)
    assert result.at(Level.ERROR)
    assert result.normalized[section] == value


def test_unknown_fields_are_kept_and_pointed_out():
    document = changed(ON, {"postings.0.salary": "1,472円", "organization.fax": "0982-00-0000"})
    document["extra"] = {"a": 1}
    result = evaluate(document, on=ON)
    assert at(result, "postings.0.salary") == at(result, "organization.fax") == at(result, "extra") == {"TYPE-001"}
    assert codes(result, Level.ERROR) == set()
    assert result.normalized["postings"][0]["salary"] == "1,472円"
    assert result.normalized["extra"] == {"a": 1}


def test_defaults_of_sharing():
    document = base_submission(ON)
    for name in ("share_nc", "share_stt", "share_private"):
        del document["postings"][0][name]
    posting = evaluate(document, on=ON).normalized["postings"][0]
    assert (posting["share_nc"], posting.get("share_stt"), posting["share_private"]) == (True, None, False)


def test_two_sides_of_a_split_value():
    result = evaluate(changed(ON, {"postings.0.shifts.0.start": "13時～17時30分", "postings.0.shifts.0.end": ""}), on=ON)
    shift = result.normalized["postings"][0]["shifts"][0]
    assert (shift["start"], shift["end"]) == ("13:00", "17:30")
    assert codes(result) == {"DT-005"}
    result = evaluate(changed(ON, {"contact.contact_tel": "0982-00-0043（内線205）"}), on=ON)
    assert result.normalized["contact"]["contact_ext"] == "205"


@pytest.mark.parametrize(
    "line", (DATA / "sample_submissions.jsonl").read_text(encoding="utf-8").splitlines(), ids=lambda line: json.loads(line)["id"]
)
def test_sample_submissions(line):
    row = json.loads(line)
    result = evaluate(row["submission"], on=date.fromisoformat(row["reference_date"]))
    loud = {f.rule for f in result.findings if f.level is not Level.FIX}
    assert set(row["expect_rules"]) <= loud
    assert not loud & set(row["forbid_rules"])
    for code, level in row.get("expect_levels", {}).items():
        assert level in {f.level.value for f in result.findings if f.rule == code}
    if row.get("clean"):
        assert result.at(Level.ERROR) == []
    assert set(row.get("expect_fix", [])) <= codes(result)


def test_the_answer_is_json():
    result = evaluate(changed(ON, {"postings.0.headcount": "3～4名"}), on=ON)
    data = json.loads(json.dumps(result.as_json()))
    finding = data["findings"][0]
    assert {"rule", "level", "path", "message", "what", "why", "how", "typed", "value", "basis", "example", "choices"} == set(finding)
    assert finding["choices"] == [3, 4]
