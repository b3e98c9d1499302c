"""A posting, its candidates and everything that touches its headcount, in any order: needed = secured + open, never below zero."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import hypothesis
import pytest
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import clock, jobs
from keynet_admin.errors import KeynetError
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Placement
from keynet_admin.permissions import candidate_of, partner_of
from keynet_admin.services import workflow
from keynet_admin.services.candidate import stages
from keynet_admin.services.partner import secured
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.posting import balance, closing, drafts, outcome, placements, publication
from keynet_admin.services.report import figures
from keynet_admin.services.report.figures import ReportFigures
from keynet_admin.vocabulary import CandidateStatus, PartnerKind, PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.clock import START

P, S, W = PostingStatus, CandidateStatus, SecuredWay
STEPS = ("contact", "select", "move_direct", "offer", "secure", "decline", "reject", "record_withdrawal", "undo")
SMALL = st.integers(0, 4)


class Numbers(RuleBasedStateMachine):
    """One posting. What a service refuses changes nothing; what it does not refuse keeps the invariants."""

    clock: Any

    def __init__(self) -> None:
        """Five wanted; some who apply."""
        super().__init__()
        self.clock.set(START)
        self.row = factories.posting(P.live, {"headcount": 5})
        self.officer = factories.actor(Role.municipality, organization=self.row.organization)
        self.people = [self.applicant(number) for number in range(3)]
        self.partner = factories.partner(PartnerKind.other)
        factories.partner_item(self.row, self.partner, sent_at=START)
        self.reports: list[tuple[datetime, ReportFigures]] = []
        db.session.commit()

    def applicant(self, number: int) -> Candidate:
        """Somebody whose address nobody else has."""
        return factories.candidate(content={"email": f"person{number}@mail.example"}, posting=self.row)

    def attempt(self, act: Callable[[], Any]) -> None:
        """Commit, or be refused and leave everything as it was."""
        db.session.commit()
        try:
            act()
            db.session.commit()
        except KeynetError:
            db.session.rollback()
        db.session.expire_all()

    @rule(who=st.integers(0, 5), name=st.sampled_from(STEPS))
    def step(self, who: int, name: str) -> None:
        """The municipality takes a step, if the table offers it."""
        person = self.people[who % len(self.people)]
        self.attempt(lambda: getattr(stages, name)(person, self.officer, seen_version=person.version))

    @rule(who=st.integers(0, 5))
    def secured_at_once(self, who: int) -> None:
        """The whole way of one person."""
        for name in ("see", "select", "offer", "secure"):
            self.step(who, name)

    @rule(who=st.integers(0, 5))
    def person_withdraws(self, who: int) -> None:
        """On their own page."""
        person = self.people[who % len(self.people)]
        self.attempt(lambda: stages.withdraw(person, candidate_of(person.id), seen_version=person.version))

    @rule()
    def somebody_applies(self) -> None:
        """While that is open."""
        if len(self.people) < 6:
            self.attempt(lambda: self.people.append(self.applicant(len(self.people))))
            self.people = [person for person in self.people if person in db.session or db.session.get(Candidate, person.id)]

    @rule(count=SMALL, way=st.sampled_from((W.nurse_center, W.other)))
    def place(self, count: int, way: SecuredWay) -> None:
        """By another way."""
        self.attempt(lambda: placements.place(self.row, self.officer, seen_version=self.row.version, way=way, count=count))

    @rule(key=st.sampled_from("ab"), count=SMALL)
    def partner_reports(self, key: str, count: int) -> None:
        """What it says under a key replaces what it said before."""
        row = SecuredRow(self.row.posting_no, key, count, clock.today())
        self.attempt(lambda: secured.secured(self.partner, partner_of(self.partner.id), row))

    @rule(which=SMALL)
    def unplace(self, which: int) -> None:
        """One record taken back."""
        rows = placements.of(self.row)
        number = rows[which % len(rows)].id if rows else None
        self.attempt(lambda: placements.unplace(self.row, self.officer, seen_version=self.row.version, placement=number))

    @rule(number=st.integers(0, 6))
    def headcount(self, number: int) -> None:
        """Another number is wanted."""
        self.attempt(lambda: drafts.change_headcount(self.row, str(number), self.officer, seen_version=self.row.version))

    @rule(
        total=st.none() | SMALL,
        tell=st.booleans(),
        result=st.sampled_from(("secured", "rejected", "")),
        reason=st.sampled_from(("", "増員")),
    )
    def close(self, total: int | None, tell: bool, result: str, reason: str) -> None:
        """With or without its figures."""
        values: dict[str, Any] = {
            "figures": None if total is None else {W.other: total},
            "results": {person.id: result for person in self.people},
            "fates": {group.name: tell for group in closing.GROUPS},
            "rest": "enough",
            "reason": reason,
        }
        self.attempt(lambda: closing.close(self.row, self.officer, seen_version=self.row.version, **values))

    @rule(total=SMALL)
    def outcome(self, total: int) -> None:
        """The question of an end without figures is answered."""
        self.attempt(lambda: outcome.answer(self.row, self.officer, seen_version=self.row.version, figures={W.other: total}, reason="増員"))

    @rule(pick=st.randoms(use_true_random=False))
    def turn(self, pick: Any) -> None:
        """Back into the lists, or out of them for a time."""
        names = [name for name in ("reopen", "pause", "resume") if name in workflow.allowed(self.row, self.officer)]
        if names:
            self.attempt(lambda: getattr(publication, pick.choice(names))(self.row, self.officer, seen_version=self.row.version))

    @rule(hours=st.sampled_from((1, 30, 24 * 40)))
    def time_passes(self, hours: int) -> None:
        """The sweeps come by."""
        db.session.commit()
        self.clock.advance(hours=hours)
        jobs.expire_postings()
        jobs.ask_outcomes()
        db.session.expire_all()

    @invariant()
    def the_sum_holds(self) -> None:
        """Counted again by hand, from the rows."""
        found = balance.balance(self.row)
        people = db.session.execute(
            select(func.count(Candidate.id)).where(Candidate.posting_id == self.row.id, Candidate.status == S.secured)
        ).scalar_one()
        told = Counter[tuple[SecuredWay, bool]]()
        for row in db.session.execute(select(Placement).where(Placement.posting_id == self.row.id)).scalars():
            told[row.way, row.partner_id is not None] += row.count
        others = sum(max(told[way, False], told[way, True]) for way in W)
        assert found.secured == people + others == sum(found.by_way.values())
        assert found.needed == found.secured + found.open == max(self.row.headcount or 0, found.secured)
        assert found.open >= found.open_if_taken >= 0
        assert all(row.count > 0 for row in placements.of(self.row))

    @invariant()
    def the_report_tells_the_same_at_any_moment(self) -> None:
        """What it told of an earlier moment stays, whatever was done or undone since; nothing is ever below zero."""
        now, found = self.clock.now, balance.balance(self.row)
        for moment, told in [*self.reports[:1], *self.reports[-1:]]:
            assert self.figures(moment) == told
        row = self.figures(now)
        assert (row.wanted, row.secured, row.open) == (found.needed, found.secured, found.open)
        assert min(asdict(row).values()) >= 0
        assert row.secured_site + row.secured_moved + row.declined + row.rejected <= row.applications
        assert max(row.moved, row.not_working + row.secured_moved) <= row.applications
        self.reports.append((now, row))
        self.clock.advance(seconds=1)

    def figures(self, moment: datetime) -> ReportFigures:
        """The report of this posting alone: its body has those of earlier examples, too."""
        found = figures.snapshot(moment, self.row.organization_id)
        posting = found.postings[self.row.id]
        people = [person for person in found.people.get(posting.cell, ()) if person.posting_id == self.row.id]
        return figures.counted(figures.Snapshot({posting.id: posting}, {posting.cell: people}))[posting.cell]

    @invariant()
    def a_closed_one_knows_what_came_free(self) -> None:
        """Offered to be reopened only while more are needed than at its end, at the fewest."""
        assert not self.row.vacated or self.row.status is P.closed
        if self.row.status is P.closed and self.row.open_at_close is not None:
            assert self.row.vacated == (balance.balance(self.row).open > self.row.open_at_close)
            assert "reopen" in workflow.allowed(self.row, self.officer) or not self.row.vacated
        assert self.row.status is P.closed or (not self.row.outcome_due and self.row.reopen_until is None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_balance_holds_in_any_order(app: Flask, db_session: Session, clock: Any) -> None:
    Numbers.clock = clock
    settings = hypothesis.settings(
        max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    run_state_machine_as_test(Numbers, settings=settings)
