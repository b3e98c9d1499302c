"""The engine of the moves: the only code that sets a status.

`move()` looks the row of the table up, checks right, version, state and reason, updates `WHERE id AND status AND version` and writes the
review and the audit event, in the caller's transaction. The loser of a race gets `StaleVersion`, which says who did what and when.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from keynet_admin import clock
from keynet_admin.errors import BadField, BadVersion, NotPermitted, ReasonMissing, Refused, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, PartnerItem, Posting, Review
from keynet_admin.models.base import subject_of
from keynet_admin.permissions import Actor, can
from keynet_admin.services import audit
from keynet_admin.services.transaction import rows_changed
from keynet_admin.services.workflow.moves import TOLD, move_of, moves_of
from keynet_admin.services.workflow.outcome import Outcome
from keynet_admin.services.workflow.row import SYSTEM_ONLY, Move
from keynet_admin.vocabulary import ActorKind, Word

REASON_MOST = 2000
NO_REASON = "理由を入力してください。"
NO_VERSION = "画面の情報が足りません。ページを開き直してからもう一度お試しください。"
# Events that change nothing anybody decides about, and tasks that the system sets or ends.
_QUIET = tuple(
    {name for (_, name), row in TOLD.items() if (row.claims and row.kinds == SYSTEM_ONLY if isinstance(row, Move) else row.quiet)}
)


def allowed(row: Any, actor: Actor) -> list[str]:
    """The names of the moves that `move()` would let this actor do now, in the table's order."""
    return [m.name for m in moves_of(type(row)) if m.fits(row) and _may(row, m, actor) and not _is_author(row, m, actor)]


def offers(row: Any, actor: Actor) -> dict[str, Move]:
    """The decisions with a page of their own that this actor may take now, by the last part of their address."""
    found = [move_of(type(row), name) for name in allowed(row, actor)]
    return {m.address: m for m in found if m.page is not None}


def version_of(text: str | None) -> int:
    """The hidden form field `version` as a number. Raises BadVersion when it is missing or not a plain number."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadVersion(NO_VERSION)
    return int(text)


def not_too_long(text: str, what: str = "理由", most: int = REASON_MOST, field: str = "reason") -> str:
    """The text, stripped. Raises BadField (at `field`), which says how long it is and may be: nothing is ever cut off silently."""
    # A browser sends each line break as two characters; people count one.
    length = len(text.replace("\r\n", "\n").strip())
    if length > most:
        raise BadField(f"{what}は{most:,}字までです（いま{length:,}字）。短くしてください。", field)
    return text.strip()


def require(row: Any, action: str, actor: Actor, seen_version: int | None) -> Move:
    """The row of the table, when this actor may do it now with what they saw.

    `seen_version` is demanded of every person: None is only for the system and for the holder of a link. Raises NotPermitted,
    BadVersion, StaleVersion, TransitionRefused.
    """
    found = move_of(type(row), action)
    if not _may(row, found, actor):
        raise NotPermitted("この操作を行う権限がありません。")
    if _is_author(row, found, actor):
        raise Refused(f"「{found.label}」は、ご自分のアカウントには行えません。")
    _same_version(row, actor, seen_version)
    if not found.fits(row):
        if found.claims:
            raise stale(row)
        raise TransitionRefused(f"いまの状態（{row.status.label}）では「{found.label}」を行えません。")
    return found


def move(
    row: Any,
    action: str,
    actor: Actor,
    *,
    seen_version: int | None,
    reason: str = "",
    items: Sequence[Mapping[str, str]] = (),
    target: Word | None = None,
    **codes: Any,
) -> Outcome:
    """Do one move and return its outcome: the new state and, of a reviewed move, the Review with `reason` and `items`.

    Other columns that the service changed on `row` are flushed after the guarded update. Raises what `require` raises, ReasonMissing and
    BadField.
    """
    found = require(row, action, actor, seen_version)
    if found.needs_reason and not reason.strip():
        raise ReasonMissing(NO_REASON + (found.page.reason_help if found.page else ""))
    text = not_too_long(reason)
    goal = target or (found.targets[0] if found.targets else row.status)
    if goal not in (found.targets or (row.status,)):
        raise ValueError(f"{action} does not lead to {goal}")
    before, status = row.status, {"status": goal} if found.targets else {}
    _guarded(row, **status, **({} if found.claims else {"version": row.version + 1}))
    review = _reviewed(row, action, actor, text, items) if found.reviewed else None
    marks = {"from": before.value, "to": goal.value} if found.targets else {}
    audit.record(row, action, actor, **marks, version=row.version, review=review.id if review is not None else None, **codes)
    return Outcome(goal, review=review)


def move_where(kind: type[Any], action: str, *where: Any, target: Word | None = None, **values: Any) -> int:
    """A machine's move of rows that are not loaded, in one guarded UPDATE. Returns how many moved; writes no event.

    Only for rows of the table that say so (`logged=False`): ValueError for any other, and for a target that is not theirs.
    """
    found = move_of(kind, action)
    goal = target or found.targets[0]
    if found.logged or goal not in found.targets:
        raise ValueError(f"{action} of {kind.__tablename__} to {goal}")
    values |= {"status": goal, "version": kind.version + 1}
    return rows_changed(update(kind).where(kind.status.in_(found.sources), *where).values(**values))


def touch(row: Any, actor: Actor, seen_version: int | None) -> None:
    """Raise the version of a row whose content changes without a move (a new revision). Raises StaleVersion, BadVersion."""
    _same_version(row, actor, seen_version)
    _guarded(row, version=row.version + 1)


def stale(row: Any) -> StaleVersion:
    """The refusal that says who did what to the row last."""
    last = last_event(row)
    if last is None or last.codes.get("version", row.version) < row.version:
        # A machine moved it since without an event (a mail on its way).
        return StaleVersion("変更", ActorKind.system.label, None)
    words = TOLD.get((last.subject, last.action))
    who = db.session.get(Account, last.actor_id) if last.actor_id else None
    return StaleVersion(words.label if words else "変更", who.shown_name if who else last.actor_kind.label, last.at)


def lock(row: Any) -> None:
    """Take the row for this transaction and read it afresh, so that of a double click the second sees what the first one did.

    Rows that name it can still be added by others (`FOR NO KEY UPDATE`): the ledger does so while it holds the numbers, for which we may wait.
    """
    table = type(row)
    query = select(table).where(table.id == row.id)
    query = query.with_for_update(of=table, key_share=True)  # SQLite leaves it out: its write lock is ours already
    db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()
    if isinstance(row, Posting):
        # While we waited, all postings of its body may have been stopped (`incident_moves.may_show`).
        db.session.expire(row.organization, ["status"])


def repeated(row: Any, actor: Actor, seen_version: int | None, *actions: str) -> Outcome | None:
    """The outcome to show when this very actor already did one of these actions on the version they saw: no error, nothing happens.

    The row is locked first. Without a seen version (the system, the holder of a link) nothing counts as repeated.
    """
    lock(row)
    if seen_version is None:
        return None
    told = TOLD.get((row.__tablename__, actions[0]))
    claims = isinstance(told, Move) and told.claims
    # A claim leaves the version alone: it is repeated only while nothing else happened since.
    event = last_event(row) if claims else last_event(row, *actions)
    if event is None or event.action not in actions or event.actor_id != actor.account_id:
        return None
    if event.codes.get("version") != seen_version + (0 if claims else 1):
        return None
    return Outcome(row.status, repeated=True)


def last_event(row: Any, *actions: str) -> AuditEvent | None:
    """The latest event of these actions on the row; without any, the latest that somebody decided by."""
    query = select(AuditEvent).where(AuditEvent.about(row))
    query = query.where(AuditEvent.action.in_(actions) if actions else AuditEvent.action.not_in(_QUIET))
    return db.session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).scalar_one_or_none()


def last_events(rows: Sequence[Any]) -> dict[int, AuditEvent]:
    """Of each of these rows (all of one table) the latest event that somebody decided by. One query."""
    if not rows:
        return {}
    told = AuditEvent.subject == type(rows[0]).__tablename__, AuditEvent.subject_id.in_([row.id for row in rows])
    latest = select(func.max(AuditEvent.id)).where(*told, AuditEvent.action.not_in(_QUIET)).group_by(AuditEvent.subject_id)
    events = db.session.execute(select(AuditEvent).where(AuditEvent.id.in_(latest))).scalars()
    return {event.subject_id: event for event in events}


def _may(row: Any, found: Move, actor: Actor) -> bool:
    return actor.kind in found.kinds and can(actor, found.permission, row)


def _is_author(row: Any, found: Move, actor: Actor) -> bool:
    """Whether the row is the actor's own (an account is its holder's) and the move is not for them."""
    return not found.author_may and isinstance(row, Account) and row.id == actor.account_id


def _same_version(row: Any, actor: Actor, seen_version: int | None) -> None:
    if seen_version is None and actor.kind is ActorKind.account:
        raise BadVersion(NO_VERSION)
    if seen_version is not None and seen_version != row.version:
        raise stale(row)


def _guarded(row: Any, **values: Any) -> None:
    """Update the row only if nobody else did since it was read, then make the object agree with the database."""
    table = type(row)
    # What the service changed on the object waits: the guarded update comes first.
    with db.session.no_autoflush:
        here = update(table).where(table.id == row.id, table.status == row.status, table.version == row.version)
        done = rows_changed(here.values(**values or {"version": row.version}))
    if done != 1:
        db.session.refresh(row)
        raise stale(row)
    for name, value in values.items():
        set_committed_value(row, name, value)
    # A line of the ledger carries the moment at which our side changed: from there on the answer's lag is measured.
    if hasattr(row, "changed_at") and not isinstance(row, PartnerItem):
        row.changed_at = clock.now()


def _reviewed(row: Any, action: str, actor: Actor, reason: str, items: Sequence[Mapping[str, str]]) -> Review:
    review = Review(
        **subject_of(row),
        revision=getattr(row, "current", 0),
        action=action,
        actor_id=actor.account_id,
        actor_name=actor.name,
        reason=reason,
        items=[dict(item) for item in items],
        created_at=clock.now(),
    )
    db.session.add(review)
    db.session.flush()
    return review
