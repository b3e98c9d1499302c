"""docs/rules.md is what `python -m tests.support.rules_table` writes."""

from tests.support import rules_table


def test_the_document_is_made_from_the_rows() -> None:
    assert rules_table.FILE.read_text(encoding="utf-8") == rules_table.table(), "run python -m tests.support.rules_table"
