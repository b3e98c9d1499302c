"""Findings of a case as rows: recorded with each revision, cleared by operators, counted per rule."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from keynet_admin import clock
from keynet_admin.errors import NotFound, NotPermitted, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Review, Submission, SubmissionFinding, SubmissionRevision
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services import audit, workflow
from keynet_admin.vocabulary import AWAITING_REVIEW


@dataclass(frozen=True)
class Count:
    """How often one rule was found, confirmed by senders, cleared by operators, and returned for re-entry."""

    rule: str
    found: int
    confirmed: int
    cleared: int
    returned: int

    @property
    def false_alarms(self) -> float:
        """Share of the findings that an operator cleared: the rule spoke and there was nothing (0 to 1)."""
        return self.cleared / self.found if self.found else 0.0


def record(revision: SubmissionRevision, findings: Iterable[Finding]) -> None:
    """Store the findings of a new revision as rows (level fix is left out: nobody decides about it)."""
    db.session.add_all(SubmissionFinding(**values) for values in row_values(revision.id, findings))


def row_values(revision_id: int, findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    """The columns of those rows."""
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        key = (finding.rule, finding.path[:120])
        if finding.level is Level.FIX or key in seen:
            continue
        seen.add(key)
        yield {
            "revision_id": revision_id,
            "rule": finding.rule,
            "path": finding.path[:120],
            "level": finding.level.value,
            "own_level": (finding.own_level or finding.level).value,
            "confirmed": bool(finding.reason),
        }


def rows_of(revision: SubmissionRevision) -> dict[tuple[str, str], SubmissionFinding]:
    """The rows of a revision by rule and path."""
    query = select(SubmissionFinding).where(SubmissionFinding.revision_id == revision.id)
    return {(row.rule, row.path): row for row in db.session.execute(query).scalars()}


def clearers(rows: Iterable[SubmissionFinding]) -> dict[int, str]:
    """The names, by account, of the operators who cleared these."""
    ids = {row.cleared_by_id for row in rows if row.cleared_by_id is not None}
    if not ids:
        return {}
    query = select(Account.id, Account.shown_name).where(Account.id.in_(ids))
    return dict(db.session.execute(query).all())


def clear(submission: Submission, rule: str, path: str, actor: Actor, *, seen_version: int, undo: bool = False) -> None:
    """An operator says that a warning is no problem here (or takes that back). Logged; the case's count follows.

    Raises NotFound for a finding that the newest revision does not have, TransitionRefused for an error or a settled case.
    """
    if not can(actor, Permission.submission_decide):
        raise NotPermitted("この操作を行う権限がありません。")
    action = "unclear" if undo else "clear"
    again = workflow.repeated(submission, actor, seen_version, action)
    row = db.session.execute(
        select(SubmissionFinding)
        .join(SubmissionRevision, SubmissionRevision.id == SubmissionFinding.revision_id)
        .where(
            SubmissionRevision.submission_id == submission.id,
            SubmissionRevision.number == submission.current,
            SubmissionFinding.rule == rule,
            SubmissionFinding.path == path,
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("この指摘は、いまの申請にはありません。")
    if row.level != Level.WARNING or submission.status not in AWAITING_REVIEW:
        raise TransitionRefused("問題なしにできるのは、確認を待つ申請の要確認の指摘だけです。")
    if (row.cleared_at is None) is undo:
        if again is None and seen_version != submission.version:
            raise workflow.stale(submission)
        return
    workflow.touch(submission, actor, seen_version)
    row.cleared_at, row.cleared_by_id = (None, None) if undo else (clock.now(), actor.account_id)
    submission.warnings += 1 if undo else -1
    audit.record(submission, action, actor, rule=rule, path=path[:60], version=submission.version)


def carry_over(before: Mapping[tuple[str, str], SubmissionFinding], revision: SubmissionRevision) -> int:
    """What operators had cleared stays cleared in a revision of the same case; how many warnings that are."""
    done = 0
    for key, row in rows_of(revision).items():
        known = before.get(key)
        if known is not None and known.cleared_at is not None and row.level == Level.WARNING:
            row.cleared_at, row.cleared_by_id = known.cleared_at, known.cleared_by_id
            done += 1
    return done


def mark_returned(revision: SubmissionRevision, items: Iterable[Mapping[str, str]]) -> None:
    """Remember which findings an operator returned for re-entry."""
    rows = rows_of(revision)
    for item in items:
        row = rows.get((item.get("rule", ""), item.get("path", "")))
        if row is not None:
            row.returned = True


def unwritten_returns() -> tuple[int, int]:
    """Returns that went out as they wrote themselves, without a word typed by hand, and all returns of which that is known."""
    query = select(func.count(Review.id), func.sum(case((Review.written.is_(True), 0), else_=1))).where(Review.written.is_not(None))
    number, unwritten = db.session.execute(query).one()
    return int(unwritten or 0), number


def counts() -> dict[str, Count]:
    """Statistics of all rules that were ever found."""
    row = SubmissionFinding
    query: Any = select(
        row.rule,
        func.count(row.id),
        func.sum(case((row.confirmed, 1), else_=0)),
        func.sum(case((row.cleared_at.is_not(None), 1), else_=0)),
        func.sum(case((row.returned, 1), else_=0)),
    ).group_by(row.rule)
    return {found[0]: Count(found[0], *(int(number or 0) for number in found[1:])) for found in db.session.execute(query)}
