"""Cases that came together, from senders whom nobody knows: by one file, or on one day from one network. Operators set them aside as one.

The cases keep only marks of where they came from: of a file a hash of its random key, of a network a keyed hash with the day, so that
nobody reads an address out of it or follows one over days. Each case is moved in a short transaction of its own; what changed since the
page was drawn (a colleague decided it, it arrived later) is left alone and told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select

from keynet_admin import clock
from keynet_admin.errors import BadField, KeynetError
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Submission
from keynet_admin.network import network
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.account.tokens import seal
from keynet_admin.services.submission.intake import close_links
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import Outcome
from keynet_admin.services.workflow.moves import DECIDABLE
from keynet_admin.vocabulary import ReturnClosed, SubmissionStatus

MOST = 300  # cases of one press of the button, some seconds' work
FILE, NETWORK = "file", "network"
_WAITING = Submission.status.in_(DECIDABLE)
_ASIDE = Submission.set_aside


@dataclass(frozen=True)
class Batch:
    """Cases that came together: how, how many in all, and those that the decision would be about (`ids`, at most so many at once)."""

    scope: str
    total: int
    count: int
    ids: list[int]

    def rows(self) -> list[Submission]:
        """The cases that the decision would be about, in their order."""
        return list(db.session.execute(select(Submission).where(Submission.id.in_(self.ids)).order_by(Submission.id)).scalars())


def network_mark(address: str | None) -> str | None:
    """What a case keeps of the network it came from today; None where there is none."""
    return seal(f"network:{clock.today().isoformat()}:{network(address)}") if address else None


def batches_of(case: Submission, *, aside: bool = False) -> list[Batch]:
    """The batches of a case that have more than itself: those who wait for a decision, or (`aside`) were set aside."""
    found = []
    for scope, where in _scopes(case):
        total = db.session.execute(select(func.count()).select_from(Submission).where(where)).scalar_one()
        if total > 1:
            ids = _ids(where, aside=aside)
            found.append(Batch(scope, total, len(ids), ids[:MOST]))
    return found


def seen_now() -> int:
    """The number of the last event: what a page that is drawn now has seen."""
    return db.session.execute(select(func.coalesce(func.max(AuditEvent.id), 0))).scalar_one()


def set_aside(case: Submission, actor: Actor, *, seen_version: int, reason: str, scope: str, until: int) -> Outcome:
    """Reject the waiting cases of a batch without a mail, each with the same reason (commits). The first one as `reject` does."""

    def one(row: Submission, version: int) -> Outcome:
        if again := workflow.repeated(row, actor, version, "set_aside"):
            return again
        done = workflow.move(row, "set_aside", actor, seen_version=version, reason=reason, revision=row.current)
        row.decided_at, row.set_aside = clock.now(), True
        close_links(row, ReturnClosed.decided)
        return done

    return _each(case, scope, until, seen_version, one, "対象外にしました", aside=False)


def put_back(case: Submission, actor: Actor, *, seen_version: int, scope: str, until: int) -> Outcome:
    """Let the cases of a batch that were set aside wait again, with the deadlines they had (commits)."""

    def one(row: Submission, version: int) -> Outcome:
        if again := workflow.repeated(row, actor, version, "put_back"):
            return again
        first = SubmissionStatus.received if row.times_sent == 1 else SubmissionStatus.resubmitted
        goal = first if row.assignee_id is None else SubmissionStatus.in_review
        done = workflow.move(row, "put_back", actor, seen_version=version, target=goal, revision=row.current)
        row.decided_at, row.set_aside = None, False
        return done

    return _each(case, scope, until, seen_version, one, "確認待ちに戻しました", aside=True)


def _each(
    case: Submission, scope: str, until: int, seen_version: int, one: Callable[[Submission, int], Outcome], words: str, *, aside: bool
) -> Outcome:
    number = case.id
    where = dict(_scopes(case)).get(scope)
    if where is None:
        raise BadField("対象にする範囲を選んでください。", "scope")
    others = [key for key in _ids(where, aside=aside, until=until) if key != number][: MOST - 1]
    with transaction():
        outcome = one(case, seen_version)
    done = 0 if outcome.repeated else 1
    for key in others:
        try:
            with transaction():
                row = db.session.get_one(Submission, key)
                one(row, row.version)
        except KeynetError:  # somebody else was quicker with this one
            continue
        done += 1
    left = len(_ids(where, aside=aside))
    rest = (
        f"残りの{left}件は、画面を開いたあとに届いたか変わったもの、または一度に扱える{MOST}件を超えたもので、そのままです。"
        if left
        else ""
    )
    return (
        outcome if outcome.repeated and not done else outcome.but(repeated=False, note=f"{done}件を{words}。メールは送っていません。{rest}")
    )


def _scopes(case: Submission) -> Iterator[tuple[str, Any]]:
    if case.batch is not None:
        yield FILE, Submission.batch == case.batch
    if case.network is not None:
        yield NETWORK, Submission.network == case.network


def _ids(where: Any, *, aside: bool, until: int | None = None) -> list[int]:
    """The cases of a batch that a decision is about; `until`: only those about which nothing was written after this event."""
    query = select(Submission.id).where(where, _ASIDE if aside else _WAITING).order_by(Submission.id)
    if until is not None:
        about = AuditEvent.subject == Submission.__tablename__, AuditEvent.subject_id == Submission.id
        query = query.where(~exists().where(*about, AuditEvent.id > until))
    return list(db.session.execute(query).scalars())
