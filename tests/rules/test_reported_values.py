"""Typed values of public reports (`tests/data/reports/cases.jsonl`) give what the reports expect, each with siblings in the tables of its kind."""

import json
from pathlib import Path
from typing import Any

import pytest

from keynet_admin.catalogue import SECTIONS
from keynet_admin.rules import Level, evaluate
from tests.rules.base_submission import ON, changed

CASES = {
    case["id"]: case["input"]
    for case in map(
        json.loads, (Path(__file__).parent.parent / "data" / "reports" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    )
}
SECTION = {field.name: section for section, fields in SECTIONS.items() for field in fields}

# The report gives only the end of its description of the work.
OF_A_SHORT_TEXT = {("TXT-012", "duty_detail"), ("DUTY-004", "duty_detail")}


def typed(case: str) -> dict[str, Any]:
    """The values of a report by full path; what a report writes in other words (a base, bytes) is left out."""
    given = {name.split(" ")[0].replace("pay_lines-0-", "pay_lines.0."): value for name, value in CASES[case].items()}
    return {
        (f"postings.0.{name}" if SECTION[name.split(".")[0]] == "postings" else f"{SECTION[name]}.{name}"): value.split(" (U+")[0]
        for name, value in given.items()
        if name.split(".")[0] in SECTION
    }


@pytest.mark.parametrize(
    ("case", "rules", "values"),
    [
        ("rep-05", {("TXT-019", "venue_address"), ("TXT-019", "workdays_note")}, {"venue_address": "3月5日"}),
        (
            "rep-15",
            {("TXT-016", "venue_name"), ("TXT-016", "access"), ("TXT-016", "venue_address")},
            {"venue_name": "保健センター", "access": "JR日向市駅前バスターミナルから徒歩5分", "venue_address": "本町１−２−３"},
        ),
        (
            "rep-20",
            {("TXT-003", name) for name in ("org_name", "title", "duty_detail", "venue_name", "contact_last")},
            {"contact_last": "小林"},
        ),
        (
            "rep-21",
            {("TXT-017", name) for name in ("org_url", "contact_ext", "sub_contact_email", "venue_zip", "public_tel", "access")},
            {"access": None, "public_tel": None},
        ),
        ("own-04", set(), {"org_tel": "092-000-0001"}),
    ],
)
def test_reported(case, rules, values):
    given = typed(case)
    assert len(given) >= len(rules)
    result = evaluate(changed(ON, given), on=ON)
    said = {(f.rule, f.path.rpartition(".")[2]) for f in result.findings if f.path in given} - OF_A_SHORT_TEXT
    assert said == rules
    assert not [f for f in result.at(Level.ERROR) if f.path in given]
    whole = {**result.normalized["organization"], **result.normalized["contact"], **result.normalized["postings"][0]}
    assert {name: whole[name] for name in values} == values
