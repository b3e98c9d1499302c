"""The factories give what their names say, on both databases."""

import pytest
from sqlalchemy.orm import Session

from keynet_admin.vocabulary import PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


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
