"""Accounts that nobody uses: told, closed, opened again by their address; nobody is locked out by it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.errors import LinkDead, Refused
from keynet_admin.models import Account, FirstLogin, Organization, OutboxMail
from keynet_admin.services import settings, workflow
from keynet_admin.services.account import dormant
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, OfficeRight, Role
from tests import factories
from tests.support.clock import MovableClock


def templates(session: Session, account: Account) -> list[str]:
    """The mails to an account, in their order."""
    query = select(OutboxMail.template).where(OutboxMail.account_id == account.id).order_by(OutboxMail.id)
    return list(session.execute(query).scalars())


@pytest.fixture
def body(db_session: Session, clock: MovableClock) -> Organization:
    """A body whose people somebody manages who signs in today and at the end of each test's time."""
    return factories.make_organization()


def manager(session: Session, body: Organization, clock: MovableClock, days: int) -> Account:
    """Somebody who signs in after so many days, so that the body is never without a manager."""
    made = factories.account(Role.municipality, organization=body)
    clock.advance(days=days)
    sessions.begin(made)
    session.commit()
    return made


def test_an_unused_account_is_told_and_then_closed(db_session: Session, clock: MovableClock, body: Organization) -> None:
    """Told two weeks before, once; closed on the day that the mail names; each job twice does it once; its session ends."""
    account = factories.account(Role.municipality, organization=body, email="kyu@city.hyuga.example")
    key = sessions.begin(account).key
    manager(db_session, body, clock, 165)
    assert jobs.close_unused_accounts() == 0
    clock.advance(days=1)
    assert [jobs.close_unused_accounts(), jobs.close_unused_accounts()] == [1, 0]
    db_session.expire_all()
    assert account.status is AccountStatus.active
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "account_unused")).scalar_one()
    assert "休止する日　令和3年11月3日（2021-11-03・水）" in mail.body
    clock.advance(days=13)
    assert jobs.close_unused_accounts() == 0
    clock.advance(days=1)
    assert clock.now.date().isoformat() == "2021-11-03"
    assert [jobs.close_unused_accounts(), jobs.close_unused_accounts()] == [1, 0]
    db_session.expire_all()
    assert account.status is AccountStatus.dormant
    assert sessions.find(key) is None
    assert templates(db_session, account) == ["account_unused", "account_dormant"]
    assert "休止しました" in history.of_account(account)[0].text or "休止しました" in history.of_account(account)[1].text


def test_whoever_signs_in_after_the_warning_keeps_it(db_session: Session, clock: MovableClock, body: Organization) -> None:
    """The days count anew, and before the next end there is a new warning."""
    account = factories.account(Role.municipality, organization=body)
    manager(db_session, body, clock, 170)
    assert jobs.close_unused_accounts() == 1
    sessions.begin(account)
    db_session.commit()
    clock.advance(days=100)
    assert jobs.close_unused_accounts() == 0
    sessions.begin(factories.account(Role.municipality, organization=body))
    db_session.commit()
    clock.advance(days=70)
    assert jobs.close_unused_accounts() == 2  # both of those who have not been here for 166 days and more are told
    db_session.expire_all()
    assert templates(db_session, account) == ["account_unused", "account_unused"]


def test_a_late_worker_gives_the_whole_time(db_session: Session, clock: MovableClock, body: Organization) -> None:
    """Nobody is closed in the round in which they are told, however late it is; the mail names the day that is kept."""
    account = factories.account(Role.municipality, organization=body)
    manager(db_session, body, clock, 300)
    assert jobs.close_unused_accounts() == 1
    clock.advance(days=13)
    assert jobs.close_unused_accounts() == 0
    db_session.expire_all()
    assert dormant.closes_at(account) == account.unused_warned_at + (clock.now - account.unused_warned_at) / 13 * 14
    clock.advance(days=1)
    assert jobs.close_unused_accounts() == 1


def test_the_times_are_settings(db_session: Session, clock: MovableClock, body: Organization) -> None:
    factories.account(Role.municipality, organization=body)
    settings.put("account_unused_days", 60)
    settings.put("account_warn_days", 7)
    manager(db_session, body, clock, 53)
    assert jobs.close_unused_accounts() == 1
    clock.advance(days=7)
    assert jobs.close_unused_accounts() == 1


LAST = [
    (Role.municipality, {}, True),
    (Role.municipality, {"rights": ["view", "edit"]}, False),
    (Role.prefecture, {"prefecture_code": "45"}, True),
    (Role.partner, {}, True),
    (Role.admin, {}, True),
    (Role.lead, {}, False),
    (Role.operator, {}, False),
]


@pytest.mark.parametrize(("role", "values", "last"), LAST, ids=[f"{role}-{last}" for role, _values, last in LAST])
def test_the_last_one_of_a_body_is_called_instead(db_session: Session, clock: MovableClock, role: Role, values: dict, last: bool) -> None:
    """Who manages a body alone (an administrator, a prefecture, a partner alone) is neither warned nor closed, but listed for a call."""
    if role is Role.partner:
        values = {"partner_id": factories.partner().id}
    account = factories.account(role, **values)
    db_session.commit()
    for days in (170, 30, 15):
        clock.advance(days=days)
        jobs.close_unused_accounts()
    db_session.expire_all()
    assert (account.status is AccountStatus.active) is last
    listed = list(db_session.execute(select(Account.id).where(dormant.to_call())).scalars())
    assert (account.id in listed) is last


def test_of_two_who_are_both_unused_none_is_closed(db_session: Session, clock: MovableClock, body: Organization) -> None:
    """Else the body would lose both in one night; once one of them signs in, the other one is told."""
    one, two = (factories.account(Role.municipality, organization=body) for _ in range(2))
    db_session.commit()
    clock.advance(days=400)
    assert jobs.close_unused_accounts() == 0
    sessions.begin(one)
    db_session.commit()
    assert jobs.close_unused_accounts() == 1
    db_session.expire_all()
    assert (one.unused_warned_at is None, two.unused_warned_at is None) == (True, False)


def test_an_operator_who_has_asked_keeps_it(db_session: Session, clock: MovableClock) -> None:
    """The days count anew; pressed twice, done once; nothing to confirm about an account that is used; nobody confirms their own."""
    account, operator = factories.account(Role.municipality), factories.actor(Role.operator)
    db_session.commit()
    clock.advance(days=181)
    version = account.version
    for repeated in (False, True):
        assert dormant.keep(account, operator, seen_version=version, call="代表電話にかけた。").repeated is repeated
    db_session.commit()
    assert not db_session.execute(select(Account.id).where(dormant.to_call(), Account.id == account.id)).first()
    assert "keep_unused" not in workflow.allowed(account, operator)
    own = factories.account(Role.operator, created_at=clock.now.replace(year=2020))
    with pytest.raises(Refused, match="ご自分"):
        dormant.keep(own, sessions.actor_of(own), seen_version=own.version, call="")


def closed(session: Session, clock: MovableClock, body: Organization, **values: object) -> Account:
    """An account of the body that was closed for disuse."""
    account = factories.account(Role.municipality, organization=body, **values)
    manager(session, body, clock, 185)
    jobs.close_unused_accounts()
    clock.advance(days=14)
    jobs.close_unused_accounts()
    session.expire_all()
    assert account.status is AccountStatus.dormant
    return account


def test_opening_again_asks_the_address(db_session: Session, clock: MovableClock, body: Organization) -> None:
    """Nothing that was known before lets anybody in: neither the old password, nor an old link, nor 「forgotten」; the new invitation does."""
    account = closed(db_session, clock, body)
    assert account.password_hash
    accounts.request_reset(account.email)
    db_session.flush()
    assert db_session.execute(select(FirstLogin).where(FirstLogin.account_id == account.id)).first() is None
    assert accounts.credentials(account.email).password_hash is None
    operator = factories.actor(Role.operator)
    done = dormant.reopen(account, operator, seen_version=account.version, call="代表電話にかけた。")
    assert (done.mails, account.status, account.password_hash) == (1, AccountStatus.invited, None)
    stopped = accounts.suspend(account, factories.actor(Role.lead), seen_version=account.version, reason="確認のため。")
    assert stopped.status is AccountStatus.suspended
    accounts.restore(account, factories.actor(Role.lead), seen_version=account.version, reason="確認したため。")
    assert account.status is AccountStatus.invited
    link = (
        db_session.execute(select(FirstLogin).where(FirstLogin.account_id == account.id).order_by(FirstLogin.id.desc())).scalars().first()
    )
    assert link is not None
    accounts.finish_first_login(link.id, "new")
    assert account.status is AccountStatus.active
    with pytest.raises(LinkDead):
        accounts.finish_first_login(link.id, "again")


def test_a_new_form_with_the_address_of_a_closed_account(db_session: Session, clock: MovableClock, body: Organization) -> None:
    """The operator is told what to do first."""
    account = closed(db_session, clock, body)
    with pytest.raises(Refused, match="再開してから"):
        accounts.issue(body, account.email, "見本", factories.actor(Role.operator))


def test_whoever_was_in_its_care_is_left_to_the_colleagues(db_session: Session, clock: MovableClock) -> None:
    applied = factories.candidate(CandidateStatus.seen)
    body = applied.organization
    account = factories.account(Role.municipality, organization=body, rights=[OfficeRight.view.value, OfficeRight.candidates.value])
    applied.owner_id = account.id
    manager(db_session, body, clock, 185)
    jobs.close_unused_accounts()
    clock.advance(days=14)
    jobs.close_unused_accounts()
    db_session.expire_all()
    assert account.status is AccountStatus.dormant
    assert applied.owner_id is None
