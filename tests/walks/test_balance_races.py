"""Two people touch one posting's headcount at the same moment, with two connections, on both databases: the sum holds, it ends once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from keynet_admin.errors import KeynetError
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Posting
from keynet_admin.permissions import Actor, candidate_of
from keynet_admin.services.candidate import stages
from keynet_admin.services.posting import balance, closing, drafts, placements, publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role, SecuredWay
from tests import factories
from tests.walks.test_races import together

P, S = PostingStatus, CandidateStatus
Act = Callable[[Posting, Candidate, Actor], Any]


def _close(row: Posting, _person: Candidate, who: Actor) -> Any:
    tells = {group.name: True for group in closing.GROUPS}
    values: dict[str, Any] = {"figures": {SecuredWay.other: 1}, "results": {}, "rest": "enough", "fates": tells}
    return closing.close(row, who, seen_version=row.version, **values)


ACTS: dict[str, Act] = {
    "secure": lambda _row, person, who: stages.secure(person, who, seen_version=person.version),
    "withdraw": lambda _row, person, _who: stages.withdraw(person, candidate_of(person.id), seen_version=person.version),
    "place": lambda row, _person, who: placements.place(row, who, seen_version=row.version, way=SecuredWay.other, count=1),
    "headcount": lambda row, _person, who: drafts.change_headcount(row, "1", who, seen_version=row.version),
    "pause": lambda row, _person, who: publication.pause(row, who, seen_version=row.version),
    "close": _close,
}
PAIRS = [
    ("secure", "secure"),
    ("secure", "close"),
    ("secure", "place"),
    ("secure", "headcount"),
    ("withdraw", "close"),
    ("place", "headcount"),
    ("place", "close"),
    ("secure", "pause"),
]


def doing(name: str, posting: int, person: int, who: Actor) -> Callable[[], str]:
    """One act in a transaction of its own, on rows that it reads itself."""

    def act() -> str:
        with transaction():
            ACTS[name](db.session.get_one(Posting, posting), db.session.get_one(Candidate, person), who)
        return name

    return act


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_sum_holds(app: Flask, db_session: Session, clock: Any, first: str, second: str) -> None:
    """Whoever comes first: nobody waits in a circle, the loser is told, the posting ends at most once."""
    row = factories.posting(P.live, {"headcount": 2})
    officers = [factories.actor(Role.municipality, organization=row.organization) for _ in range(2)]
    people = [factories.candidate(S.offered, posting=row) for _ in range(2)]
    db_session.commit()
    pairs = zip((first, second), people, officers, strict=True)
    results = together(app, *(doing(name, row.id, person.id, who) for name, person, who in pairs))
    assert all(isinstance(result, (str, KeynetError)) and not isinstance(result, OperationalError) for result in results), results
    assert any(isinstance(result, str) for result in results)
    db_session.expire_all()
    found = balance.balance(row)
    assert found.needed == found.secured + found.open
    assert found.wanted >= found.secured or found.needed == found.secured
    ends = db_session.execute(select(func.count(AuditEvent.id)).where(AuditEvent.action.in_(("fill", "close")))).scalar_one()
    assert ends == (row.status is P.closed)
    assert (first, second) != ("secure", "secure") or (row.status, found.secured) == (P.closed, 2)


def test_two_postings_at_once(app: Flask, db_session: Session, clock: Any) -> None:
    """One officer ends both, candidates of both are secured: each posting is locked before its people."""
    rows = [factories.posting(P.live, {"headcount": 3}) for _ in range(2)]
    officers = [factories.actor(Role.municipality, organization=row.organization) for row in rows]
    people = [factories.candidate(S.offered, posting=row) for row in rows]
    db_session.commit()
    acts = [
        doing(name, row.id, person.id, who)
        for row, person, who in zip(rows, people, officers, strict=True)
        for name in ("secure", "close", "place")
    ]
    results = together(app, *acts)
    assert all(isinstance(result, (str, KeynetError)) for result in results), results
    db_session.expire_all()
    for row in rows:
        found = balance.balance(row)
        assert found.needed == found.secured + found.open
        assert row.status in (P.live, P.closed)
