"""Every row's good and bad examples are tests: put into a valid submission, the rule speaks on the bad ones and is silent on the good ones."""

import re

import pytest

from keynet_admin.rules import DOMAIN_RULES, RULES, RUNNING, Level, Per, Result, Rule, evaluate, evaluate_person, rule_by_code
from keynet_admin.rules.engine.rule import Example
from tests.rules.base_submission import changed, person, posting_read

# Planned rows have no code yet; a row that a service runs needs what is stored, and is tried there.
JUDGED = [rule for rule in RUNNING if not rule.runs_in.startswith("keynet_admin.")]
GOOD = [(rule, example) for rule in JUDGED for example in rule.good]
BAD = [(rule, example) for rule in JUDGED for example in rule.bad]


# The numbers of the domain notes' list of sources (S48) are for ourselves.
SOURCE = re.compile(r"\bS\d{2,3}[a-z]?\b")


def name(value: object) -> str:
    """A short id of a case."""
    return str(getattr(value, "code", None) or getattr(value, "note", value))[:40]


def judged(rule: Rule, example: Example) -> Result:
    """A valid submission, or a valid applicant, with the example's values."""
    if rule.per is Per.PERSON:
        return evaluate_person("applicant", person(example.values), posting_read(example.on), on=example.on)
    return evaluate(changed(example.on, example.values), on=example.on)


@pytest.mark.parametrize(("rule", "example"), GOOD, ids=name)
def test_good(rule, example):
    result = judged(rule, example)
    assert [f for f in result.findings if f.rule == rule.code and f.level is not Level.FIX] == []


@pytest.mark.parametrize(("rule", "example"), BAD, ids=name)
def test_bad(rule, example):
    result = judged(rule, example)
    found = [f for f in result.findings if f.rule == rule.code]
    assert found, [f"{f.rule} {f.path}" for f in result.findings]
    assert {f.level for f in found} <= set(rule.levels)
    for finding in found:
        assert finding.what
        assert finding.message == finding.what + finding.why + finding.how
        assert not SOURCE.search(finding.message + finding.basis + finding.example)
        assert finding.basis == rule.basis
        assert finding.example


def test_rows_are_whole():
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.what, rule.code
        assert rule.why, rule.code
        assert rule.how, rule.code
        assert rule.basis, rule.code
        assert rule.levels, rule.code
        assert rule.good, rule.code
        assert rule.bad, rule.code
        assert not SOURCE.search(rule.what + rule.why + rule.how + rule.basis + "".join(e.note for e in (*rule.good, *rule.bad)))
        assert rule_by_code(rule.code) is rule
    assert rule_by_code("NONE-001") is None


def test_rules_are_those_of_the_domain_notes():
    counts = {"ORG": 10, "TEL": 6, "MAIL": 10, "TXT": 19, "DT": 8, "JOB": 10, "LIC": 11, "DUTY": 5, "PLACE": 6, "TERM": 9, "HOURS": 12}
    counts |= {"WAGE": 15, "INS": 7, "AGE": 4, "SEX": 3, "PRIV": 7, "PUB": 10, "SHARE": 5, "APP": 8, "RPT": 5}
    expected = [f"{family}-{number:03}" for family, count in counts.items() for number in range(1, count + 1)]
    assert [rule.code for rule in DOMAIN_RULES] == expected
