"""docs/rules.md says what the rows say, and every row of the domain notes is there."""

from keynet_admin.rules import DOMAIN_RULES, RULES
from tests.support import rules_table


def test_the_document_is_made_from_the_rows() -> None:
    """Run `python -m tests.support.rules_table` after a change of a rule."""
    rows = [line for line in rules_table.FILE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    made = [line for line in rules_table.table().splitlines() if line.startswith("| ")]
    # The last column counts the tests that name a rule: it may lag behind, the rest may not.
    assert [row.rsplit("|", 2)[0] for row in rows] == [row.rsplit("|", 2)[0] for row in made]


def test_every_row_is_there_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert len(DOMAIN_RULES) == 164


def test_every_row_has_words_and_examples() -> None:
    for rule in RULES:
        assert rule.summary, rule.code
        assert rule.why, rule.code
        assert rule.how, rule.code
        assert rule.basis, rule.code
        assert rule.bad or rule.where, rule.code
