"""Who has a case open, and whether they only look or have begun to write; and the claim, which lets go by itself.

Pages tell it by a small post every half minute (`static/js/here.js`), never by a GET. Whoever was not seen for `GONE` has left. A post of
the assignee renews the claim on a case in review; without one it ends after `LEASE` (`services/submission/review.py` lets the case go).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, CasePresence, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services.transaction import rows_changed
from keynet_admin.vocabulary import SubmissionStatus

GONE = timedelta(seconds=90)
LEASE = timedelta(minutes=30)
KEPT = timedelta(days=90)
_P = CasePresence


@dataclass(frozen=True)
class Present:
    """A colleague who has a case open now."""

    account_id: int
    name: str
    writing: bool

    @property
    def word(self) -> str:
        """入力中 or 閲覧中."""
        return "入力中" if self.writing else "閲覧中"


def look(case: Submission, actor: Actor, *, writing: bool = False) -> None:
    """The actor has the case open now, and is `writing` or not. A visit begins anew when they had been gone. Renews their own claim."""
    now = clock.now()
    # The case before the visit, as the way to the next case locks them: of two tabs of one person neither waits for the other.
    own = Submission.id == case.id, Submission.assignee_id == actor.account_id, Submission.status == SubmissionStatus.in_review
    rows_changed(update(Submission).where(*own).values(held_until=now + LEASE))
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    seen = {"seen_at": now, "writing_at": now if writing else None}
    statement = insert(_P).values(submission_id=case.id, account_id=actor.account_id, **seen)
    # On a new visit the end of the last one is kept; within a visit it stays what it was.
    before = sql_case((_P.seen_at < now - GONE, _P.seen_at), else_=_P.before_at)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=[_P.submission_id, _P.account_id], set_=seen | {"before_at": before}),
    )


def before(case: Submission, actor: Actor) -> datetime | None:
    """When the actor's visit before the present one ended; None on their first. Asked for by the page that begins the visit."""
    found = db.session.execute(select(_P).where(_P.submission_id == case.id, _P.account_id == (actor.account_id or 0))).scalar_one_or_none()
    if found is None:
        return None
    return found.seen_at if found.seen_at < clock.now() - GONE else found.before_at


def others(case: Submission, actor: Actor) -> list[Present]:
    """The colleagues who have the case open, those who write first."""
    return others_of([case.id], actor).get(case.id, [])


def others_of(cases: Sequence[int], actor: Actor) -> dict[int, list[Present]]:
    """The same of several cases at once, by their ids."""
    writing = _P.writing_at.is_not(None)
    query = (
        select(_P.submission_id, Account.id, Account.shown_name, writing)
        .join(Account, Account.id == _P.account_id)
        .where(_P.submission_id.in_(cases), *_here(actor))
        .order_by(writing.desc(), _P.id)
    )
    found: dict[int, list[Present]] = defaultdict(list)
    for number, account, name, writes in db.session.execute(query):
        found[number].append(Present(account, name, bool(writes)))
    return found


def forget() -> int:
    """Drop what is older than anybody asks for. Returns how many visits."""
    return rows_changed(delete(_P).where(_P.seen_at < clock.now() - KEPT))


def held_by_others(actor: Actor) -> Any:
    """Where-clause: a colleague holds the case by a claim, or has it open."""
    claimed = (Submission.status == SubmissionStatus.in_review) & (Submission.assignee_id != (actor.account_id or 0))
    opened = select(literal(1)).where(_P.submission_id == Submission.id, *_here(actor)).exists()
    return claimed | opened


def _here(actor: Actor) -> tuple[Any, ...]:
    return _P.seen_at >= clock.now() - GONE, _P.account_id != (actor.account_id or 0)
