"""Makes docs/rules.md: rule → level → period → binds → basis → tests. `python -m tests.support.rules_table` writes the file."""

import re
from pathlib import Path

from keynet_admin.rules import RUNNING, Rule

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / "docs" / "rules.md"
CODE = re.compile(r"\b[A-Z]{2,6}-\d{3}\b")
BINDS = {"all": "all", "pub": "municipality", "priv": "contractor"}


def table() -> str:
    """The whole document as text, from the rows and from the tests that name a rule."""
    named = tests_by_rule()
    lines = [
        "# Entry rules",
        "",
        f"{len(RUNNING)} rows that some code runs. Made by `python -m tests.support.rules_table`; a test fails when it is out of date.",
        "Every row's good and bad examples are tests by themselves (`tests/rules/test_examples.py`); the last column names the other tests.",
        "",
        "| rule | what it asks | level | in force | binds | basis | examples | tests |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for rule in RUNNING:
        examples = f"{len(rule.good)} good, {len(rule.bad)} bad"
        cells = [
            rule.code,
            rule.what,
            ", ".join(level.value for level in rule.levels),
            period(rule),
            BINDS[rule.binds],
            rule.basis + (f" ({', '.join(rule.sources)})" if rule.sources else ""),
            examples,
            ", ".join(named.get(rule.code, [])),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def period(rule: Rule) -> str:
    """The row's period in words."""
    if rule.valid_from is None and rule.valid_to is None:
        return "always"
    start = rule.valid_from.isoformat() if rule.valid_from else ""
    end = rule.valid_to.isoformat() if rule.valid_to else ""
    return f"{start} – {end}".strip()


def tests_by_rule() -> dict[str, list[str]]:
    """Test files (without `test_` and ending) that name a rule's code."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for code in set(CODE.findall(file.read_text(encoding="utf-8"))):
            found.setdefault(code, set()).add(file.stem.removeprefix("test_"))
    return {code: sorted(names) for code, names in found.items()}


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
