"""The engine: shape of the answer, what rules see, partial checks, sections, required fields, rows."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.engine.evaluate import _missing, judge
from keynet_admin.rules.engine.read import position, read_document
from keynet_admin.rules.engine.rule import Example, Finding, Hit, Per, Rule
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


def test_rows_at_the_most_that_is_taken():
    for path, most in (("postings", 20), ("postings.0.shifts", 6), ("postings.0.pay_lines", 6)):
        for count in (most, most + 1):
            document = base_submission(ON)
            owner = document if path == "postings" else document["postings"][0]
            name = path.rsplit(".", 1)[-1]
            owner[name] = owner[name][:1] * count
            found = [f for f in evaluate(document, on=ON).findings if f.rule == "ROWS-001"]
            assert [f.path for f in found] == [path] * (count - most)
            assert all(str(count) in f.what for f in found)


def test_rows_that_are_no_records_are_named_by_their_number():
    typed = changed(
        ON, {"postings.0.shifts": ["9時から", {"start": "9:00", "end": "17:00", "break": 0, "days": "月"}, "10時から", {"start": ""}]}
    )
    typed["postings"].append("看護師")
    result = evaluate(typed, on=ON)
    whats = {f.path: f.what for f in result.findings}
    assert "1行目" in whats["postings.0.shifts.0"]
    assert "3行目" in whats["postings.0.shifts.2"]
    assert "募集2の形" in whats["postings.1"]
    assert not [path for path in whats if path.startswith(("postings.0.shifts.0.", "postings.0.shifts.2.", "postings.0.shifts.3"))]
    assert result.normalized["postings"][0]["shifts"][0] == "9時から"
    assert len(result.normalized["postings"][0]["shifts"]) == 3


def test_a_blank_row_behind_one_that_is_no_record_is_no_row():
    typed = changed(ON, {"postings.0.shifts": ["9時から", {"start": "", "end_next_day": False}]})
    assert evaluate(typed, on=ON).normalized["postings"][0]["shifts"] == ["9時から"]


@pytest.mark.parametrize("bad", [{0}, {1}, {0, 1}])
def test_rules_see_none_in_place_of_what_was_not_understood(bad):
    row = base_submission(ON)["postings"][0]["shifts"][0]
    rows = [row | {"start": "シフト"} if n in bad else row for n in (0, 1)]
    reading = read_document(changed(ON, {"postings.0.shifts": rows}), ON)
    assert [shift["start"] for shift in reading.postings[0]["shifts"]] == [None if n in bad else "13:00" for n in (0, 1)]
    assert [shift["start"] for shift in reading.document["postings"][0]["shifts"]] == ["シフト" if n in bad else "13:00" for n in (0, 1)]


def test_partial_keeps_what_was_said_of_a_value():
    result = evaluate({"postings": [{"headcount": "若干名", "shifts": "9時から", "retention": "たぶん"}]}, on=ON, partial=True)
    assert {(f.rule, f.path) for f in result.at(Level.ERROR)} == {
        ("JOB-002", "postings.0.headcount"),
        ("HOURS-001", "postings.0.shifts"),
        ("CHOICE-001", "postings.0.retention"),
    }


def test_fixes_of_the_head_come_before_those_of_postings():
    def head(_scope):
        yield Hit("organization.department", "", value="総務課")

    def posting(scope):
        yield Hit("title", "", value=scope.document["organization"]["department"])

    words = {"fields": (), "levels": (Level.FIX,), "basis": "", "what": "", "why": "", "how": ""}
    rules = {
        "A-1": Rule(code="A-1", fix=posting, per=Per.POSTING, **words),
        "B-1": Rule(code="B-1", fix=head, per=Per.SUBMISSION, **words),
    }
    document, findings = judge(rules, base_submission(ON), on=ON)
    assert document["postings"][0]["title"] == "総務課"
    assert [f.rule for f in findings] == ["B-1", "A-1"]


def test_a_place_in_the_form():
    order = ["organization.lg_code", "contact.contact_tel", "postings.0.title", "postings.0.shifts.0.start", "postings.0.shifts.1.start"]
    order += ["postings.0.pay_day", "postings.0.nothing", "postings.1.title", "postings.10.title", "confirmation.agree_terms", "x"]
    assert sorted(order[5:] + order[:5], key=position) == order
    assert (position("postings.1"), position("x")) == ((2, 1), (6,))  # two sections of people lie between
    assert position("postings.0.shifts.1.end") == (*position("postings.0.shifts"), 1, position("postings.0.shifts.0.end")[-1])


@pytest.mark.parametrize("sections", [None, frozenset(), frozenset({"postings"})])
def test_a_check_knows_the_sections_and_its_first_example_is_shown(sections):
    seen = []

    def check(scope):
        seen.append(scope.sections)
        yield Hit("title", "何か。")

    good = (Example({}, "一"), Example({}, "二"))
    rules = {"A-1": Rule("A-1", (), (Level.WARNING,), "", "", "", "", good, check=check)}
    _, findings = judge(rules, base_submission(ON), on=ON, sections=sections)
    assert seen == [sections or frozenset()]
    assert [f.example for f in findings] == ([] if sections == frozenset() else ["一"])


SHIFTS = "postings.0.shifts"


@pytest.mark.parametrize(
    ("missing", "rule", "level", "at", "silent"),
    [
        (SHIFTS, "HOURS-001", Level.WARNING, SHIFTS, True),
        (SHIFTS, "HOURS-001", Level.WARNING, f"{SHIFTS}.0.start", True),
        (f"{SHIFTS}.0.start", "HOURS-001", Level.WARNING, SHIFTS, True),
        (f"{SHIFTS}.0.start", "HOURS-001", Level.WARNING, f"{SHIFTS}.1.start", False),
        (SHIFTS, "HOURS-001", Level.WARNING, f"{SHIFTS}x", False),
        (f"{SHIFTS}.0.start", "HOURS-001", Level.WARNING, "postings.0.shift", False),
        (SHIFTS, "HOURS-002", Level.WARNING, SHIFTS, False),
        (SHIFTS, "HOURS-002", Level.WARNING, f"{SHIFTS}.0.start", False),
        (SHIFTS, "HOURS-002", Level.ERROR, SHIFTS, True),
        (SHIFTS, "HOURS-002", Level.ERROR, f"{SHIFTS}.0.start", False),
        ("postings.0.title", "HOURS-001", Level.WARNING, "postings.0.title", False),
    ],
)
def test_the_rule_of_a_field_speaks_for_it_above_and_below(missing, rule, level, at, silent):
    findings = SimpleNamespace(found=[Finding(rule, level, at, "")], note=lambda path, _note: told.append(path))
    told = []
    _missing([(missing, None)], findings)
    assert told == ([] if silent else [missing])
