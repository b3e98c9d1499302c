"""Every row of the domain notes is there."""

from keynet_admin.rules import DOMAIN_RULES, RULES


def test_every_row_is_there_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert len(DOMAIN_RULES) == 165  # those of the domain notes, and MAIL-010
