"""Which findings a stated reason changes, and how reasons are kept."""

from typing import Any

import pytest

from keynet_admin.rules import RULES
from keynet_admin.rules.engine.reasons import LONGEST, may_be_reasoned, moved, reasons_from, stored, with_reasons
from keynet_admin.rules.engine.rule import Finding, Level, Result

MAY = next(rule.code for rule in RULES if rule.overridable)
MAY_NOT = next(rule.code for rule in RULES if not rule.overridable)


@pytest.mark.parametrize(
    ("code", "level", "may"),
    [
        (MAY, Level.ERROR, True),
        (MAY, Level.WARNING, True),
        (MAY, Level.FIX, False),
        (MAY_NOT, Level.ERROR, False),
        (MAY_NOT, Level.WARNING, True),
        (MAY_NOT, Level.FIX, False),
        ("X-999", Level.ERROR, False),
        ("X-999", Level.WARNING, True),
    ],
)
def test_what_a_reason_changes(code: str, level: Level, may: bool) -> None:
    finding = Finding(code, level, "postings.0.title", "")
    assert may_be_reasoned(finding) is may
    made = with_reasons(Result({}, (finding,), ""), {(code, "postings.0.title"): "理由"}).findings[0]
    assert made.reason == ("理由" if may else "")
    assert made.level == (Level.WARNING if may else level)
    assert made.own_level == (Level.ERROR if may and level is Level.ERROR else None)
    other = with_reasons(Result({}, (finding,), ""), {(code, "postings.1.title"): "理由"})
    assert other.findings == (finding,)


GOOD = {"rule": "X-1", "path": "a", "reason": "理由"}


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ([GOOD], {("X-1", "a"): "理由"}),
        ([GOOD | {"reason": " 理由 "}], {("X-1", "a"): "理由"}),
        ([GOOD | {"reason": " "}], {}),
        ([GOOD | {"reason": 3}], {}),
        ([GOOD | {"path": None}], {}),
        ([{"rule": "X-1"}, "x", GOOD], {("X-1", "a"): "理由"}),
        ([GOOD | {"reason": "あ" * (LONGEST + 1)}], {("X-1", "a"): "あ" * 400}),
        ("x", {}),
        (None, {}),
    ],
)
def test_reasons_as_they_are_kept(kept: Any, found: dict[tuple[str, str], str]) -> None:
    assert reasons_from(kept) == found
    assert reasons_from(stored(found)) == found


def test_reasons_move_with_their_posting() -> None:
    findings = [
        Finding("X-1", Level.WARNING, path, "", reason=reason) for path, reason in (("postings.1.a", "r"), ("postings.1.b", ""), ("c", "r"))
    ]
    assert moved(findings, "postings.1.", "postings.0.") == [{"rule": "X-1", "path": "postings.0.a", "reason": "r"}]
