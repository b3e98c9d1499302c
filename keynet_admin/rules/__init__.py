"""The entry rules (記入ルール): rows of data with their checks, and the engine that runs them.

`table` holds every row; a family is a file or folder of `families/`. `evaluate` judges a submission by all of them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from keynet_admin.rules.engine.evaluate import judge, judge_person
from keynet_admin.rules.engine.rule import Example, Finding, Hit, Level, Per, Result, Rule, Scope
from keynet_admin.rules.ruleset import RULESET
from keynet_admin.rules.table import BY_CODE, DOMAIN_RULES, RULES, RUNNING, rule_by_code


def evaluate(typed: Mapping[str, Any], *, on: date, partial: bool = False, sections: frozenset[str] | None = None) -> Result:
    """Check a submission document on a reference date.

    `partial`: required fields that are missing, null or blank are not reported. `sections` limits the findings to those sections
    (`{"postings"}` in a municipality's own editor); the others are normalised and serve as context.
    """
    return Result(*judge(BY_CODE, typed, on=on, partial=partial, sections=sections), RULESET)


def evaluate_person(section: str, typed: Mapping[str, Any], posting: Mapping[str, Any], *, on: date) -> Result:
    """Check what somebody typed who applies for a posting (`applicant`) or asks about it (`inquiry`); `normalized` has the section as key."""
    return Result(*judge_person(BY_CODE, section, typed, posting, on=on), RULESET)


__all__ = [
    "DOMAIN_RULES",
    "RULES",
    "RULESET",
    "RUNNING",
    "Example",
    "Finding",
    "Hit",
    "Level",
    "Per",
    "Result",
    "Rule",
    "Scope",
    "evaluate",
    "evaluate_person",
    "rule_by_code",
]
