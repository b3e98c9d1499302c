"""Reasons of a sender: they let an overridable error pass as a warning, and stand beside a warning for the operator.

A reason belongs to a rule at a path. The entry check never sees one: it always reports a row's own level.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from keynet_admin.rules import rule_by_code
from keynet_admin.rules.engine.rule import Finding, Level, Result

Reasons = Mapping[tuple[str, str], str]
LONGEST = 400


def may_be_reasoned(finding: Finding) -> bool:
    """True for a finding that a stated reason changes: any warning, and an error whose row says `overridable`."""
    if finding.level is Level.WARNING:
        return True
    rule = rule_by_code(finding.rule)
    return finding.level is Level.ERROR and rule is not None and rule.overridable


def with_reasons(result: Result, reasons: Reasons) -> Result:
    """The result with the sender's reasons put to their findings; an overridable error with one becomes a warning."""
    if not reasons:
        return result
    return replace(result, findings=tuple(_reasoned(finding, reasons) for finding in result.findings))


def reasons_from(stored: Any) -> dict[tuple[str, str], str]:
    """Reasons as stored (a list of `{"rule", "path", "reason"}`) by rule and path; anything else in the list is ignored."""
    found: dict[tuple[str, str], str] = {}
    for item in stored if isinstance(stored, list) else []:
        if (
            isinstance(item, Mapping)
            and all(isinstance(item.get(key), str) for key in ("rule", "path", "reason"))
            and item["reason"].strip()
        ):
            found[item["rule"], item["path"]] = item["reason"].strip()[:LONGEST]
    return found


def stored(reasons: Reasons) -> list[dict[str, str]]:
    """Reasons as they are kept in JSON."""
    return [{"rule": rule, "path": path, "reason": reason} for (rule, path), reason in reasons.items()]


def moved(findings: Iterable[Finding], old: str, new: str) -> list[dict[str, str]]:
    """Reasons of findings below a path, with that part of the path replaced (a posting of a form becomes a posting of its own)."""
    return [
        {"rule": f.rule, "path": new + f.path.removeprefix(old), "reason": f.reason}
        for f in findings
        if f.reason and f.path.startswith(old)
    ]


def _reasoned(finding: Finding, reasons: Reasons) -> Finding:
    reason = reasons.get((finding.rule, finding.path), "")
    if not reason or not may_be_reasoned(finding):
        return finding
    if finding.level is Level.ERROR:
        return replace(finding, level=Level.WARNING, own_level=Level.ERROR, reason=reason)
    return replace(finding, reason=reason)
