"""The factories give what their names say, on both databases."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.services.invariants.check import broken
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.recorded import unrecorded
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.web import Applications, Client


@pytest.mark.parametrize("role", list(Role))
def test_an_account_may_be_used(db_session: Session, role: Role) -> None:
    """Active, with a password, and with an organization exactly when it is a municipality's."""
    account = factories.account(role)
    assert account.password_hash
    assert (account.organization_id is not None) == (role is Role.municipality)


@pytest.mark.parametrize("state", [state for state in SubmissionStatus if state is not SubmissionStatus.resubmitted])
def test_a_case_stands_in_its_state(db_session: Session, clock: MovableClock, state: SubmissionStatus) -> None:
    """The base form has no finding, so every decision is open to it."""
    case = factories.submission(state)
    assert case.status is state
    assert (case.errors, case.warnings) == (0, 0)


@pytest.mark.parametrize("state", [state for state in PostingStatus if state is not PostingStatus.awaiting_release])
def test_a_posting_stands_in_its_state(db_session: Session, clock: MovableClock, state: PostingStatus) -> None:
    """Published by its own municipality, at once, since nothing is found."""
    assert factories.posting(state).status is state


@pytest.mark.parametrize("role", [Role.operator, Role.municipality])
def test_a_signed_in_client_is_let_in(client: Client, role: Role) -> None:
    """The short way in leaves the cookie and the row that the form would leave."""
    assert client.get("/login").status_code == 200
    client.sign_in(role)
    assert client.get("/login").status_code == 303


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """All that is in the database, table by table."""
    return {table.name: sorted(map(tuple, db.session.execute(table.select())), key=str) for table in db.metadata.sorted_tables}


def build() -> None:
    """A bit of everything that factories make, one after the other."""
    live = factories.posting(PostingStatus.live, {"title": "録画の看護師募集"})
    person = factories.candidate(CandidateStatus.offered, posting=live)
    assert (live.status, person.status, person.posting.title) == (PostingStatus.live, CandidateStatus.offered, "録画の看護師募集")
    factories.submission(SubmissionStatus.returned, {"organization.lg_code": "302058", "organization.org_name": "海南市"})
    factories.keying(by=factories.actor(Role.lead))
    factories.report(live.organization)
    factories.partner_item(live)
    factories.search_alert()


def test_what_is_written_again_is_what_the_real_line_wrote(
    databases: Databases, database_kind: str, instance: Path, applications: Applications, clock: MovableClock
) -> None:
    """Each row of each table, with the seals and the numbers of the commit; afterwards the database goes on as if nothing had been spared."""
    seen, sent = [], []
    for _ in range(2):
        with databases.copy(database_kind, instance) as url, applications.on(url, instance) as app, app.app_context():
            listener = event.listens_for(db.engine, "before_cursor_execute")
            asked: list[str] = []
            listener(lambda _c, _cursor, statement, *_rest, asked=asked: asked.append(statement))
            clock.set("2021-05-11 09:30")
            build()
            sent.append(len(asked))
            with transaction():
                pass
            seen.append(rows())
            assert broken() == {}
            with unrecorded():
                factories.candidate(posting=factories.posting(PostingStatus.live))
    assert seen[0] == seen[1]
    assert sent[1] < sent[0] / 5, f"{sent}: written again without thinking"


def test_a_database_that_somebody_else_wrote_to_is_not_known(db_session: Session, clock: MovableClock) -> None:
    """A row of the test's own, or a step back, and the factory runs: it does what the rows then ask for."""
    for _ in range(2):
        first = factories.posting(PostingStatus.live)
        db_session.rollback()
        second = factories.posting(PostingStatus.live)
        assert second is not first
        second.organization.name = "日向市（改）"
        assert factories.posting(PostingStatus.live, organization=second.organization).organization.name == "日向市（改）"
        db_session.rollback()
