"""Fixes that look at several fields of the head of a submission; those of a posting are checks of rows of level fix (JOB-006, SHARE-005)."""

from collections.abc import Callable, Iterable

from keynet_admin.rules.engine.rule import Hit, Scope
from keynet_admin.rules.families.organization import fix_name

# Rule code → the function that says what to change. `Hit.name` is a full path of two parts: `organization.org_name`.
SUBMISSION_FIXES: dict[str, Callable[[Scope], Iterable[Hit]]] = {"ORG-006": fix_name}
