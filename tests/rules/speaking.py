"""How tests of single rules ask: what does a rule say about the valid submission with some values changed?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from keynet_admin.rules import Finding, evaluate
from tests.rules.base_submission import ON, changed

P = "postings.0."


def said(code: str, values: Mapping[str, Any], on: date = ON, *, partial: bool = False) -> list[Finding]:
    """The findings of one rule about the valid submission of a day; `values` are of its first posting unless they name a section."""
    paths = {name if name.startswith(("organization.", "contact.", "postings.")) else P + name: value for name, value in values.items()}
    return [finding for finding in evaluate(changed(on, paths), on=on, partial=partial).findings if finding.rule == code]


def level(code: str, values: Mapping[str, Any], on: date = ON, *, partial: bool = False) -> str | None:
    """The strongest level at which a rule speaks, None when it is silent."""
    found = {finding.level.value for finding in said(code, values, on, partial=partial)}
    return next((name for name in ("error", "warning", "fix") if name in found), None)


def paths(code: str, values: Mapping[str, Any], on: date = ON) -> list[str]:
    """Where a rule speaks, without the posting's prefix."""
    return [finding.path.removeprefix(P) for finding in said(code, values, on)]
