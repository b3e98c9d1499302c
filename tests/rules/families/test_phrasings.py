"""How people really write what a rule looks for, and the harmless neighbours: of the first at least 95 of 100 are found, of the second none.

The tables are in `tests/data/phrasings/`: verdict, set (`first` was written before the rule, `held_out` after it and measured once
before the rule was mended; the rates are in decisions 0030 and 0031; `neighbours` are harmless texts near what was mended), field, text
(`\\n` is a new line), and in some tables what else the posting says (`name=value`, `body=` a municipality's code). When a new phrasing
is missed, mend the kind.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from keynet_admin.catalogue import reference
from keynet_admin.rules import evaluate
from tests.rules.base_submission import ON, changed
from tests.rules.judging import answer_for

DATA = Path(__file__).parents[2] / "data" / "phrasings"
RULES = {
    "masking": ("PUB-005",),
    "place": ("PLACE-001",),
    "later": ("TXT-010",),
    "driving": ("LIC-006",),
    "contact": ("PRIV-006", "TEL-006"),
    "hours": ("HOURS-011",),
    "sex": ("SEX-001", "SEX-002", "LIC-003"),
    "age": ("AGE-001",),
    "job": ("JOB-001",),
    "licence": ("LIC-007",),
    "papers": ("PRIV-001", "PRIV-002", "PRIV-003", "PRIV-004", "PRIV-005"),
    "private": ("PRIV-001", "PRIV-004", "PRIV-005"),
}
# What is harmless in one of these families is so in the others: who is wanted, and what is asked of them.
OF_PERSONS = ("sex", "age", "job", "licence", "papers", "private")
ALWAYS = {"masking": {"visibility": "masked", "share_private": False}}
Row = dict[str, str]


def rows(family: str) -> list[Row]:
    with (DATA / f"{family}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def values_of(family: str, row: Row) -> dict[str, Any]:
    """Typed values at dotted paths of the form that a row describes."""
    field = row["field"]
    values: dict[str, Any] = (
        ALWAYS.get(family, {}) | ({} if "." in field else answer_for(field)) | {field: row["text"].replace("\\n", "\n")}
    )
    for name, value in (part.split("=", 1) for part in (row.get("more") or "").split(";") if part):
        if name != "body":
            values[name] = value
        elif (body := reference.municipality(value)) is not None:
            values |= {"organization.lg_code": body.code6, "organization.org_name": body.name, "organization.org_kana": body.kana}
    if "licenses" in values:
        values["licenses"] = values["licenses"].split(",")
    return {name if name.startswith("organization.") else f"postings.0.{name}": value for name, value in values.items()}


def speaks(family: str, row: Row) -> bool:
    found = evaluate(changed(ON, values_of(family, row)), on=ON).findings
    codes = RULES[family]
    if family in OF_PERSONS and row["verdict"] == "silent":
        codes = tuple(code for name in OF_PERSONS for code in RULES[name])
    return any(finding.rule in codes for finding in found)


@pytest.mark.parametrize("family", RULES)
def test_phrasings(family: str) -> None:
    table = rows(family)
    counts = Counter(row["verdict"] for row in table)
    assert min(counts["found"], counts["silent"]) >= 70
    assert len({(row["field"], row["text"], row.get("more")) for row in table}) == len(table), "a phrasing stands twice"
    judged = [
        (row, f"{row['field']} {row['text']} {row.get('more') or ''}")
        for row in table
        if speaks(family, row) != (row["verdict"] == "found")
    ]
    assert [text for row, text in judged if row["verdict"] == "silent"] == []
    missed = [text for row, text in judged if row["verdict"] == "found"]
    assert len(missed) <= counts["found"] * 0.05, missed
