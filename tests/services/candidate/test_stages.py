"""The stages under any order of steps: nothing moves but by the table, what is taken back stands as before, every stage has its time."""

from datetime import datetime, time
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import business_time
from keynet_admin.clock import TOKYO
from keynet_admin.errors import BadVersion, KeynetError, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate
from keynet_admin.permissions import candidate_of
from keynet_admin.services import workflow
from keynet_admin.services.candidate import stages
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.services.workflow.table import TABLE

STEPS = (
    "see",
    "contact",
    "select",
    "move_direct",
    "offer",
    "secure",
    "decline",
    "reject",
    "record_withdrawal",
    "withdraw",
    "answer",
    "undo",
)


def machine(clock: Any) -> type[RuleBasedStateMachine]:
    """A machine over an application and a question at one posting, each beside a plain model of it."""

    class People(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            clock.set("2021-05-07 10:00")
            posting = factories.posting(PostingStatus.live)
            self.rows = [factories.candidate(S.received, posting=posting), factories.candidate(S.open, posting=posting)]
            self.office = factories.actor(Role.municipality, organization=posting.organization)
            self.states = [row.status for row in self.rows]
            self.back: list[tuple[S, datetime] | None] = [None, None]

        @rule(hours=st.integers(1, 60))
        def wait(self, hours: int) -> None:
            clock.advance(hours=hours)

        @rule(which=st.integers(0, 1), step=st.sampled_from(STEPS), stale=st.sampled_from([False] * 9 + [True]))
        def step(self, which: int, step: str, stale: bool) -> None:
            row, state, back = self.rows[which], self.states[which], self.back[which]
            sources, targets, _, _ = TABLE["candidate"][step]
            person = step == "withdraw"
            open_ = state.value in sources.split() and not stale
            if step == "undo":
                open_ = not stale and back is not None and clock.now <= back[1]
            try:
                version = row.version - 1 if stale else row.version
                who = candidate_of(row.id) if person else self.office
                if step == "answer":
                    stages.with_message(row, step, who, "はい、使えます。", seen_version=version)
                else:
                    getattr(stages, step)(row, who, seen_version=version)
            except KeynetError:
                assert not open_, (step, state)
                db.session.refresh(row)
                return
            assert open_ or (stale and row.status is state), (step, state)
            if stale:
                return  # the same press again: nothing happened
            goal = back[0] if step == "undo" and back is not None else S(targets)
            self.states[which] = goal
            day = business_time.add_business_days(clock.now.astimezone(TOKYO).date(), 1)
            limit = datetime.combine(day, time(17), TOKYO)
            self.back[which] = None if person or step == "undo" else (state, limit)

        @invariant()
        def as_the_model_says(self) -> None:
            for row, state in zip(getattr(self, "rows", ()), getattr(self, "states", ()), strict=True):
                assert row.status is state
                assert (row.ended_at is not None) == row.is_ended

        @invariant()
        def every_stage_has_its_event(self) -> None:
            for row in getattr(self, "rows", ()):
                events = db.session.execute(select(AuditEvent).where(AuditEvent.about(row)).order_by(AuditEvent.id)).scalars().all()
                told = [event for event in events if "to" in event.codes]
                at = [event.at for event in events]
                assert at == sorted(at)
                assert row.status.value == (told[-1].codes["to"] if told else "open" if row.is_inquiry else "received")
                assert all(a.codes["to"] == b.codes["from"] for a, b in pairwise(told))

        def teardown(self) -> None:
            db.session.rollback()

    return People


def test_any_order_of_steps(app: Flask, db_session: Session, clock: Any) -> None:
    fixed = settings(max_examples=12, stateful_step_count=14, suppress_health_check=list(HealthCheck), deadline=None)
    run_state_machine_as_test(machine(clock), settings=fixed)


@pytest.mark.parametrize("state", [S.seen, S.selection, S.offered, S.secured, S.rejected, S.declined])
def test_what_is_taken_back_stands_as_before(app: Flask, db_session: Session, clock: Any, state: S) -> None:
    row = factories.candidate(state)
    office = factories.actor(Role.municipality, organization=row.organization)
    before = row.undo_to
    db_session.flush()
    clock.set("2021-05-10 17:00")
    stages.undo(row, office, seen_version=row.version)
    assert row.status is before
    with pytest.raises(KeynetError):
        stages.undo(row, office, seen_version=row.version)


def test_after_the_end_of_the_next_business_day_nothing_is_taken_back(app: Flask, db_session: Session, clock: Any) -> None:
    row = factories.candidate(S.offered)
    office = factories.actor(Role.municipality, organization=row.organization)
    stages.record_withdrawal(row, office, seen_version=row.version)
    assert "undo" in workflow.offers(row, office)
    clock.set("2021-05-10 17:01")
    assert "undo" not in workflow.offers(row, office)
    with pytest.raises(KeynetError):
        stages.undo(row, office, seen_version=row.version)


def test_a_person_s_own_withdrawal_is_not_the_office_s_to_take_back(app: Flask, db_session: Session, clock: Any) -> None:
    row = factories.candidate(S.selection)
    stages.withdraw(row, candidate_of(row.id), seen_version=row.version)
    assert "undo" not in workflow.offers(row, factories.actor(Role.municipality, organization=row.organization))


def test_nobody_without_a_version_or_of_another_body(app: Flask, db_session: Session, clock: Any) -> None:
    row: Candidate = factories.candidate(S.seen)
    foreign = factories.actor(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    with pytest.raises(NotPermitted):
        stages.select(row, foreign, seen_version=row.version)
    with pytest.raises(BadVersion):
        stages.select(row, factories.actor(Role.municipality, organization=row.organization), seen_version=None)
