"""The entry rules (記入ルール): rows of data with their checks, and the engine that runs them.

`RULES` holds every row in the order of the domain notes, the rows of the field catalogue last. A family is a module of this
package that exports `RULES`; `evaluate` judges a submission.
"""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from keynet_admin.rules.base import RULESET, Example, Finding, Hit, Level, Per, Result, Rule, Scope
from keynet_admin.rules.engine import evaluate
from keynet_admin.rules.required import CATALOGUE_RULES

FAMILY_NAMES = (
    "organization",
    "telephone",
    "mail",
    "text",
    "dates",
    "job",
    "licence",
    "duty",
    "place",
    "term",
    "hours",
    "pay",
    "insurance",
    "fairness",
    "privacy",
    "publication",
    "sharing",
    "candidate",
    "report",
)
FAMILIES = tuple(import_module(f"{__name__}.{name}") for name in FAMILY_NAMES if find_spec(f"{__name__}.{name}"))
DOMAIN_RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
RULES: tuple[Rule, ...] = DOMAIN_RULES + CATALOGUE_RULES


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Rule]:
    return {rule.code: rule for rule in RULES}


def rule_by_code(code: str) -> Rule | None:
    """The row of a rule, None for an unknown code."""
    return _by_code().get(code)


__all__ = [
    "CATALOGUE_RULES",
    "DOMAIN_RULES",
    "RULES",
    "RULESET",
    "Example",
    "Finding",
    "Hit",
    "Level",
    "Per",
    "Result",
    "Rule",
    "Scope",
    "evaluate",
    "rule_by_code",
]
