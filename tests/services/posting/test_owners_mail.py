"""Mails about a posting go to those who can do something about it, not to who only looks."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, OutboxMail, Posting
from keynet_admin.services.posting import freshness, outcome, placements, publication
from keynet_admin.services.posting.moderation import decide
from keynet_admin.vocabulary import AccountStatus, OfficeRight, PostingStatus, Role, SecuredWay
from tests import factories
from tests.services.posting.test_freshness import LONG
from tests.support.clock import MovableClock

pytestmark = pytest.mark.usefixtures("clock", "db_session")
R = OfficeRight
P = PostingStatus


def people(row: Posting, *rights: OfficeRight) -> dict[OfficeRight, Account]:
    """One account for each right, none of which can do what another can; those that there were are stopped."""
    for old in row.organization.accounts:
        old.status = AccountStatus.suspended
    body = row.organization
    return {
        right: factories.account(Role.municipality, organization=body, rights=["view", right.value], email=f"{right.value}@city.example")
        for right in rights
    }


def suspended(row: Posting, _clock: MovableClock) -> None:
    decide.suspend(row, factories.actor(Role.operator), seen_version=row.version, reason="確認のため。")


def still_open(row: Posting, clock: MovableClock) -> None:
    clock.set("2021-06-07 10:00")
    assert freshness.ask(row.id)


def filled(row: Posting, _clock: MovableClock) -> None:
    who = factories.actor(Role.municipality, organization=row.organization)
    placements.place(row, who, seen_version=row.version, way=SecuredWay.other, count=row.headcount or 0)


def asked(row: Posting, clock: MovableClock) -> None:
    clock.set("2021-08-02 10:00")
    assert publication.expire(row.id)
    clock.set("2021-08-20 10:00")
    assert outcome.ask(row.id)


WHEN: dict[str, tuple[Callable[[Posting, MovableClock], Any], str, set[OfficeRight]]] = {
    "suspended": (suspended, "posting_suspended", {R.edit, R.publish}),
    "still open?": (still_open, "posting_still_open", {R.edit, R.publish}),
    "filled": (filled, "posting_filled", {R.edit, R.publish, R.candidates}),
    "how many?": (asked, "posting_outcome", {R.candidates}),
}


def told(session: Session, template: str) -> set[str]:
    session.flush()
    query = select(OutboxMail.recipient).where(OutboxMail.template == template, OutboxMail.recipient.like("%@city.example"))
    return set(session.execute(query).scalars())


@pytest.mark.parametrize("name", list(WHEN))
def test_who_can_act_is_told(db_session: Session, clock: MovableClock, name: str) -> None:
    act, template, able = WHEN[name]
    row = factories.posting(P.live, LONG)
    made = people(row, *R)
    db_session.flush()
    db_session.expire(row.organization, ["accounts"])
    act(row, clock)
    assert told(db_session, template) == {made[right].email for right in able}


def test_while_nobody_can_those_who_may_give_the_right_are_told(db_session: Session, clock: MovableClock) -> None:
    row = factories.posting(P.live, LONG)
    made = people(row, R.view, R.manage)
    db_session.flush()
    db_session.expire(row.organization, ["accounts"])
    assert [address for address, _ in publication.letters(row, "suspend", "")] == [made[R.manage].email]
    suspended(row, clock)
    assert told(db_session, "posting_suspended") == {made[R.manage].email}
