"""A case that came back: what was asked for beside what became of it, and what changed without being asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from keynet_admin.admin.case.asked import in_words
from keynet_admin.catalogue import field_at
from keynet_admin.catalogue.difference import Change
from keynet_admin.catalogue.display import show
from keynet_admin.catalogue.paths import walk
from keynet_admin.extensions import db
from keynet_admin.models import Review, Submission
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.services.submission.intake import RETURNS


@dataclass(frozen=True)
class ReturnAnswer:
    """One place: what was asked (empty: nothing), old and new as pairs, the present value where nothing changed, whether a finding stands."""

    place: str
    asked: str
    pairs: tuple[tuple[str, str], ...]
    now: str
    open: bool
    flagged: bool = False


def return_before(case: Submission) -> Review | None:
    """The return that the present revision answers."""
    query = select(Review).where(Review.about(case), Review.action.in_(RETURNS), Review.revision == case.current - 1)
    return db.session.execute(query.order_by(Review.id.desc()).limit(1)).scalar_one_or_none()


def answers(
    returned: Review | None, changed: Sequence[Change], document: Mapping[str, Any], findings: Iterable[Finding]
) -> tuple[list[ReturnAnswer], list[ReturnAnswer]]:
    """The answers to a return, and the changes that it did not ask for. A return without marked places asks for anything: nothing is flagged."""
    open_paths = [found.path for found in findings]
    items = {
        str(item["path"]): str(item.get("message", "")) for item in (returned.items if returned is not None else ()) if item.get("path")
    }
    told: list[ReturnAnswer] = []
    for path, message in items.items():
        spec = field_at(path)
        value = walk(document, path)
        now = show(spec, value) if spec is not None else ""
        pairs = tuple(_pair(change) for change in changed if _covers(path, change.path))
        told.append(ReturnAnswer(in_words(path), message, pairs, now, any(_covers(path, at) for at in open_paths)))
    rest = [change for change in changed if not any(_covers(path, change.path) for path in items)]
    return told, [ReturnAnswer(in_words(change.path), "", (_pair(change),), "", False, flagged=bool(items)) for change in rest]


def _pair(change: Change) -> tuple[str, str]:
    return show(change.field, change.old), show(change.field, change.new)


def _covers(asked: str, path: str) -> bool:
    return path == asked or path.startswith(f"{asked}.") or asked.startswith(f"{path}.")
