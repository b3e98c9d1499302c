"""The boxes for reasons on a form: `reasons-0-rule`, `reasons-0-path`, `reasons-0-reason` and so on."""

from collections.abc import Iterable, Mapping

from keynet_admin.rules.engine.reasons import Reasons, may_be_reasoned, reasons_from
from keynet_admin.rules.engine.rule import Finding, Level

MOST = 200


def posted_reasons(form: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The reasons of a posted form by rule and path, at most 200."""
    found = []
    for index in range(MOST):
        rule = form.get(f"reasons-{index}-rule")
        if rule is None:
            break
        found.append({"rule": rule, "path": form.get(f"reasons-{index}-path", ""), "reason": form.get(f"reasons-{index}-reason", "")})
    return reasons_from(found)


def boxes(findings: Iterable[Finding], reasons: Reasons) -> list[tuple[Finding, str]]:
    """The findings that a reason may be given for, each with the one already given; errors first."""
    wanted = [found for found in findings if may_be_reasoned(found)]
    wanted.sort(key=lambda found: Level.ERROR not in (found.level, found.own_level))
    return [(found, reasons.get((found.rule, found.path), "")) for found in wanted][:MOST]
