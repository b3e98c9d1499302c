"""Every row of the domain notes is there."""

from keynet_admin.rules import DOMAIN_RULES, RULES


def test_every_row_is_there_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert len(DOMAIN_RULES) == 170  # those of the domain notes, MAIL-010, PUB-010, and TXT-016 to TXT-019


# The law of a period, as its sources say it: the day it begins and the last day it holds.
PERIODS = {
    "JOB-010": ("2021-05-01", "2021-05-31"),
    "DUTY-003": ("2024-04-01", ""),
    "PLACE-002": ("2020-04-01", ""),
    "PLACE-003": ("2020-04-01", ""),
    "PLACE-004": ("2020-04-01", ""),
    "PLACE-005": ("2024-04-01", ""),
    "TERM-002": ("2020-04-01", ""),
    "TERM-004": ("", "2024-03-31"),
    "TERM-006": ("2024-04-01", ""),
    "TERM-007": ("2020-04-01", ""),
    "TERM-009": ("2020-04-01", ""),
    "HOURS-006": ("2020-04-01", ""),
    "HOURS-007": ("2020-04-01", ""),
    "INS-006": ("2021-04-01", "2023-03-31"),
}


def test_rules_of_a_period() -> None:
    """Written by hand once more, so that a slip in a row is seen."""
    found = {rule.code: (str(rule.valid_from or ""), str(rule.valid_to or "")) for rule in RULES if rule.valid_from or rule.valid_to}
    assert found == PERIODS
