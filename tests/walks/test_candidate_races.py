"""Two officers on one person at the same moment, with two real connections: one step is taken, the other is told whose."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.errors import StaleVersion
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, OutboxMail, ThreadMessage
from keynet_admin.services.candidate import contact, stages
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import Role
from tests import factories
from tests.walks.test_races import together


def acting(row_id: int, act: Callable[[Candidate], Any]) -> Callable[[], str]:
    def run() -> str:
        with transaction():
            row = db.session.get(Candidate, row_id)
            assert row is not None
            act(row)
        return "done"

    return run


@pytest.mark.parametrize("_round", range(3))
def test_two_officers_decide_about_one_person(app: Flask, db_session: Session, clock: Any, _round: int) -> None:
    row = factories.candidate(S.selection)
    first, second = (factories.actor(Role.municipality, organization=row.organization) for _ in range(2))
    db_session.commit()
    number, version = row.id, row.version
    results = together(
        app,
        acting(number, lambda row: stages.offer(row, first, seen_version=version)),
        acting(number, lambda row: stages.reject(row, second, seen_version=version)),
    )
    assert sorted(type(result).__name__ for result in results) == ["StaleVersion", "str"]
    lost = next(result for result in results if isinstance(result, StaleVersion))
    assert lost.who in (first.name, second.name)
    db_session.expire_all()
    decided = select(func.count()).select_from(AuditEvent).where(AuditEvent.action.in_(("offer", "reject")))
    assert db_session.execute(decided).scalar_one() == 1
    assert db_session.get(Candidate, number).status in (S.offered, S.rejected)


def test_two_officers_write_to_one_person(app: Flask, db_session: Session, clock: Any) -> None:
    row = factories.candidate(S.seen)
    first, second = (factories.actor(Role.municipality, organization=row.organization) for _ in range(2))
    db_session.commit()
    number, version = row.id, row.version
    mails = db_session.execute(select(func.count(OutboxMail.id))).scalar_one()
    db_session.commit()
    results = together(
        app,
        acting(number, lambda row: contact.say(row, first, "一人目", seen_version=version)),
        acting(number, lambda row: contact.say(row, second, "二人目", seen_version=version)),
    )
    assert sorted(type(result).__name__ for result in results) == ["StaleVersion", "str"]
    db_session.expire_all()
    assert db_session.execute(select(func.count(ThreadMessage.id))).scalar_one() == 1
    assert db_session.execute(select(func.count(OutboxMail.id))).scalar_one() == mails + 1
    assert db_session.get(Candidate, number).status is S.contacted
