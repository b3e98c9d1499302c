"""States and moves: the only code that sets a status. Everything a move needs is one row of a table.

`move()` looks the move up, checks the right and the reason, updates `WHERE id AND status AND version` and writes the audit event,
in the caller's transaction. The loser of a race gets `StaleVersion`, which says who did what and when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm.attributes import set_committed_value

from keynet_admin import clock
from keynet_admin.errors import BadVersion, NotPermitted, ReasonMissing, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Posting, Submission
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit
from keynet_admin.vocabulary import AccountStatus, ActorKind, PostingStatus, SubmissionStatus, Word

S, P, A = SubmissionStatus, PostingStatus, AccountStatus


@dataclass(frozen=True)
class Transition:
    """One allowed move: from any of `sources` to one of `targets` (the first unless the service names another)."""

    sources: frozenset[Word]
    targets: tuple[Word, ...]
    permission: Permission
    label: str
    needs_reason: bool = False
    kinds: frozenset[ActorKind] = frozenset(ActorKind)


def _t(sources: tuple[Word, ...], targets: tuple[Word, ...], permission: Permission, label: str, **more: Any) -> Transition:
    return Transition(frozenset(sources), targets, permission, label, **more)


# Events that change nothing anybody decides about.
_QUIET = ("sign_in", "sign_out", "password_reset_asked")
NO_REASON = "理由を入力してください。相手に送るメールに記載されます。"
_DECIDABLE = (S.received, S.in_review, S.resubmitted)
_PEOPLE = frozenset({ActorKind.account})
_SYSTEM = frozenset({ActorKind.system})

SUBMISSION: dict[str, Transition] = {
    "take": _t((S.received, S.resubmitted), (S.in_review,), Permission.submission_decide, "確認の開始", kinds=_PEOPLE),
    "accept": _t(_DECIDABLE, (S.accepted,), Permission.submission_decide, "承認", kinds=_PEOPLE),
    "return": _t(_DECIDABLE, (S.returned,), Permission.submission_decide, "差し戻し", needs_reason=True, kinds=_PEOPLE),
    "reject": _t(_DECIDABLE, (S.rejected,), Permission.submission_decide, "却下", needs_reason=True, kinds=_PEOPLE),
    "resubmit": _t((S.returned,), (S.resubmitted,), Permission.submission_create, "再提出"),
    "withdraw": _t((*_DECIDABLE, S.returned), (S.withdrawn,), Permission.submission_withdraw, "取下げ"),
    "reopen": _t((S.rejected,), (S.in_review,), Permission.submission_decide, "再開", needs_reason=True, kinds=_PEOPLE),
    "reopen_accepted": _t((S.accepted,), (S.in_review,), Permission.submission_reopen_accepted, "再開", needs_reason=True, kinds=_PEOPLE),
}

POSTING: dict[str, Transition] = {
    "publish": _t((P.draft,), (P.live, P.awaiting_release), Permission.posting_publish, "公開", kinds=_PEOPLE),
    "unpublish": _t((P.awaiting_release,), (P.draft,), Permission.posting_publish, "公開の取りやめ", kinds=_PEOPLE),
    "release": _t((P.awaiting_release,), (P.live,), Permission.posting_release, "公開の許可", kinds=_PEOPLE),
    "return": _t((P.awaiting_release,), (P.draft,), Permission.posting_release, "差し戻し", needs_reason=True, kinds=_PEOPLE),
    "pause": _t((P.live,), (P.paused,), Permission.posting_publish, "一時停止", kinds=_PEOPLE),
    "resume": _t((P.paused,), (P.live,), Permission.posting_publish, "再開", kinds=_PEOPLE),
    "close": _t((P.draft, P.awaiting_release, P.live, P.paused), (P.closed,), Permission.posting_close, "募集終了", kinds=_PEOPLE),
    "expire": _t((P.live, P.paused), (P.closed,), Permission.posting_close, "公開期限による終了", kinds=_SYSTEM),
    "suspend": _t(
        (P.live, P.paused, P.awaiting_release), (P.suspended,), Permission.posting_suspend, "掲載停止", needs_reason=True, kinds=_PEOPLE
    ),
    "restore": _t((P.suspended,), (P.paused,), Permission.posting_suspend, "掲載停止の解除", needs_reason=True, kinds=_PEOPLE),
}

ACCOUNT: dict[str, Transition] = {
    "activate": _t((A.invited,), (A.active,), Permission.account_issue, "初回ログイン", kinds=_SYSTEM),
    "suspend": _t((A.invited, A.active), (A.suspended,), Permission.account_suspend, "利用停止", needs_reason=True, kinds=_PEOPLE),
    "restore": _t((A.suspended,), (A.active, A.invited), Permission.account_suspend, "利用停止の解除", needs_reason=True, kinds=_PEOPLE),
}

TRANSITIONS: Mapping[type[Any], dict[str, Transition]] = {Submission: SUBMISSION, Posting: POSTING, Account: ACCOUNT}


def allowed(row: Any, actor: Actor) -> list[str]:
    """The actions that `move()` would let this actor do now, in the table's order."""
    return [name for name, t in TRANSITIONS[type(row)].items() if row.status in t.sources and _may(row, t, actor)]


def version_of(text: str | None) -> int:
    """The hidden form field `version` as a number. Raises BadVersion when it is missing or not a plain number."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadVersion("画面の情報が足りません。ページを開き直してからもう一度お試しください。")
    return int(text)


def move(
    row: Any, action: str, actor: Actor, *, seen_version: int | None, reason: str = "", target: Word | None = None, **codes: Any
) -> Word:
    """Do one move and return the new state.

    `seen_version` is the version the actor decided on (None only for the system and for a sender's link). Other columns that the
    service changed on `row` are flushed after the guarded update. Raises NotPermitted, TransitionRefused, ReasonMissing, StaleVersion.
    """
    transition = require(row, action, actor)
    if seen_version is not None and seen_version != row.version:
        raise stale(row)
    if row.status not in transition.sources:
        raise TransitionRefused(f"いまの状態（{row.status.label}）では「{transition.label}」を行えません。")
    if transition.needs_reason and not reason.strip():
        raise ReasonMissing(NO_REASON)
    goal = target or transition.targets[0]
    if goal not in transition.targets:
        raise TransitionRefused(f"「{transition.label}」の後の状態として {goal} は使えません。")
    before = row.status
    _guarded(row, status=goal)
    audit.record(row, action, actor, **{"from": before.value}, to=goal.value, version=row.version, **codes)
    return goal


def require(row: Any, action: str, actor: Actor, *, reason: str | None = None) -> Transition:
    """The row of the table, when this actor has its right. Raises NotPermitted, or ReasonMissing for a blank `reason` that is needed."""
    transition = TRANSITIONS[type(row)][action]
    if not _may(row, transition, actor):
        raise NotPermitted("この操作を行う権限がありません。")
    if reason is not None and transition.needs_reason and not reason.strip():
        raise ReasonMissing(NO_REASON)
    return transition


def touch(row: Any, seen_version: int | None) -> None:
    """Raise the version of a row whose content changes without a move (a new revision). Raises StaleVersion for the loser."""
    if seen_version is not None and seen_version != row.version:
        raise stale(row)
    _guarded(row)


def stale(row: Any) -> StaleVersion:
    """The refusal that says who did what to the row last, read afresh."""
    last = db.session.execute(
        select(AuditEvent).where(AuditEvent.about(row), AuditEvent.action.not_in(_QUIET)).order_by(AuditEvent.id.desc()).limit(1)
    ).scalar_one_or_none()
    if last is None:
        return StaleVersion("変更", "ほかの担当者", None)
    transition = TRANSITIONS[type(row)].get(last.action)
    who = db.session.get(Account, last.actor_id) if last.actor_id else None
    return StaleVersion(transition.label if transition else "変更", who.name or who.email if who else last.actor_kind.label, last.at)


def lock(row: Any) -> None:
    """Take the row for this transaction and read it afresh, so that of a double click the second sees what the first one did."""
    table = type(row)
    query = select(table).where(table.id == row.id).with_for_update(of=table)  # SQLite leaves it out: its write lock is ours already
    db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def repeated(row: Any, action: str, actor: Actor, seen_version: int | None) -> bool:
    """True when this very actor already did this very action on the version it shows: the answer is the result, not an error.

    The row is locked first. Without a seen version (the system, a sender's link) nothing counts as repeated.
    """
    lock(row)
    if seen_version is None:
        return False
    event = db.session.execute(
        select(AuditEvent).where(AuditEvent.about(row), AuditEvent.action == action).order_by(AuditEvent.id.desc()).limit(1)
    ).scalar_one_or_none()
    return event is not None and event.actor_id == actor.account_id and event.codes.get("version") == seen_version + 1


def _may(row: Any, transition: Transition, actor: Actor) -> bool:
    return actor.kind in transition.kinds and can(actor, transition.permission, row)


def _guarded(row: Any, **values: Any) -> None:
    """Update the row only if nobody else did since it was read, then make the object agree with the database."""
    table = type(row)
    with db.session.no_autoflush:
        done = db.session.execute(
            update(table)
            .where(table.id == row.id, table.status == row.status, table.version == row.version)
            .values(version=table.version + 1, **values),
            execution_options={"synchronize_session": False},
        )
    if cast(CursorResult[Any], done).rowcount != 1:
        raise stale(row)
    set_committed_value(row, "version", row.version + 1)
    if "status" in values:
        set_committed_value(row, "status", values["status"])
    if hasattr(row, "changed_at"):
        row.changed_at = clock.now()
