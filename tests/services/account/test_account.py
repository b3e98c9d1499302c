"""Accounts: issued once, opened by link or code, and nothing that is only looked at is used up."""

import re
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, LinkDead, NotFound, NotPermitted, Refused, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, FirstLogin, OutboxMail, StaffSession
from keynet_admin.permissions import SYSTEM
from keynet_admin.services.access.device import BrowserPlace
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import tokens as secret
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.tokens import token_hash
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, MailStatus, Role
from tests import factories
from tests.support.clock import MovableClock

EMAIL = "yobo@city.ome.example"


def issue(email: str = EMAIL, name: str = "見本 一郎") -> Account:
    """An account issued and committed."""
    with transaction():
        return accounts.issue(factories.make_organization("132055", "青梅市"), email, name, SYSTEM)


def mails() -> list[OutboxMail]:
    """All mails, oldest first."""
    return list(db.session.execute(db.select(OutboxMail).order_by(OutboxMail.id)).scalars())


def sealed(row: OutboxMail) -> tuple[str, str]:
    """Token and code of a mail."""
    assert row.sealed is not None
    return row.sealed["link"].rpartition("/")[2], row.sealed["code"]


def test_issue(db_session: Session, clock: MovableClock) -> None:
    """One account, one mail with a link and a code, both until 17:00 of the seventh business day."""
    clock.set("2021-05-10 11:00")
    account = issue("  Yobo@City.Ome.Example ")
    assert (account.email, account.status, account.role) == (EMAIL, AccountStatus.invited, Role.municipality)
    (mail,) = mails()
    assert (mail.recipient, mail.status, mail.account_id) == (EMAIL, MailStatus.waiting, account.id)
    token, code = sealed(mail)
    assert len(token) >= 22
    assert re.fullmatch("[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", code)
    assert "令和3年5月19日（2021-05-19・水）17:00" in mail.body
    row = db.session.execute(db.select(FirstLogin)).scalar_one()
    assert row.expires_at == datetime.fromisoformat("2021-05-19T17:00+09:00")
    stored = f"{mail.body} {row.token_hash} {row.code_hash}"
    assert token not in stored
    assert secret.typed(code) not in secret.typed(stored)


def test_issuing_twice_is_harmless(db_session: Session, clock: MovableClock) -> None:
    """No second account, no second mail while the first invitation is open; afterwards a new one."""
    first = issue()
    assert issue(EMAIL.upper()).id == first.id
    assert len(mails()) == 1
    clock.advance(days=30)
    issue()
    assert len(mails()) == 2
    assert db.session.query(Account).count() == 1


def test_an_address_of_somebody_else(db_session: Session) -> None:
    """Another body's, an operator's, or one that is stopped."""
    other = factories.account(Role.municipality, email="other@city.example")
    staff = factories.account(Role.operator)
    stopped = factories.account(
        Role.municipality, organization=factories.make_organization("132055", "青梅市"), status=AccountStatus.suspended
    )
    db.session.commit()
    for email in (other.email, staff.email, stopped.email):
        with pytest.raises(Refused):
            issue(email)
    assert mails() == []


@pytest.mark.parametrize(
    "write",
    [
        str,
        str.lower,
        lambda c: c.replace("-", " "),
        lambda c: c.replace("-", ""),
        lambda c: f"　{c.replace('-', 'ー')} ",
        lambda c: "".join(chr(ord(x) + 0xFEE0) for x in c),
    ],
    ids=["as shown", "lower case", "spaces", "no hyphens", "long marks", "full width"],
)
def test_a_code_however_it_is_typed(db_session: Session, write: "type[str]") -> None:
    """And the address in capitals."""
    issue()
    found = accounts.check_code(EMAIL.upper(), write(sealed(mails()[0])[1]))
    assert found is not None
    assert found.account.email == EMAIL
    assert not found.problem


@pytest.mark.parametrize("code", ["", "7K4M-2QXH-9T6P", "\x00", "\ud800", "x" * 100_000, "é", "０"])
def test_a_wrong_code(db_session: Session, code: str) -> None:
    """For known and unknown addresses; it burns nothing, however often."""
    issue()
    right = sealed(mails()[0])[1]
    for email in (EMAIL, "nobody@city.example", "", "\x00", "\ud800"):
        for _ in range(5):
            assert accounts.check_code(email, code) is None
    assert accounts.check_code("nobody@city.example", right) is None
    assert accounts.check_code(EMAIL, right) is not None


def test_finish(db_session: Session) -> None:
    """Looking changes nothing; setting the password uses it up, makes the account active and ends what was open."""
    account = issue()
    token, code = sealed(mails()[0])
    before = db.session.query(AuditEvent).count()
    for _ in range(5):
        assert not accounts.open_first_login(token).problem
    assert db.session.query(AuditEvent).count() == before
    found = accounts.open_first_login(token)
    with transaction():
        accounts.finish_first_login(found.row.id, factories.password_hash())
    assert account.status is AccountStatus.active
    assert accounts.credentials(EMAIL).account_id == account.id
    db.session.expire_all()
    by_code = accounts.check_code(EMAIL, code)
    assert by_code is not None
    assert "すでに" in by_code.problem
    with pytest.raises(LinkDead), transaction():
        accounts.finish_first_login(found.row.id, "again")
    assert account.password_hash == factories.password_hash()


def test_an_older_link(db_session: Session, clock: MovableClock) -> None:
    """It says that and when a newer mail was sent; the newer one works; its code, too."""
    account = issue()
    clock.set("2021-05-11 9:05".replace(" 9", " 09"))
    with transaction():
        accounts.resend_invitation(account, SYSTEM)
    old, new = (sealed(mail) for mail in mails())
    db.session.expire_all()
    assert accounts.open_first_login(old[0]).problem.startswith("5月11日 9:05に新しいご案内のメールをお送りしました")
    assert not accounts.open_first_login(new[0]).problem
    found = accounts.check_code(EMAIL, old[1])
    assert found is not None
    assert found.problem
    assert not found.renewable


def test_an_expired_link(db_session: Session, clock: MovableClock) -> None:
    """It offers a new one to the same address, and that one works."""
    issue()
    clock.set("2021-05-18 16:59")
    token = sealed(mails()[0])[0]
    assert not accounts.open_first_login(token).problem
    clock.set("2021-05-18 17:00")
    found = accounts.open_first_login(token)
    assert found.renewable
    assert "5月18日 17:00" in found.problem
    with pytest.raises(LinkDead), transaction():
        accounts.finish_first_login(found.row.id, "x")
    with transaction():
        accounts.renew(accounts.open_first_login(token))
    assert mails()[-1].recipient == EMAIL
    db.session.expire_all()
    assert not accounts.open_first_login(sealed(mails()[-1])[0]).problem
    with pytest.raises(Refused), transaction():
        accounts.renew(accounts.open_first_login(token))


@pytest.mark.parametrize("token", ["", "x" * 28, "\x00", "\ud800", "../etc"])
def test_an_unknown_link(db_session: Session, token: str) -> None:
    """Not found, whatever it holds."""
    with pytest.raises(NotFound):
        accounts.open_first_login(token)


def test_reset(db_session: Session, clock: MovableClock) -> None:
    """A new password by mail ends every session; the old password works until then."""
    account = factories.account(Role.operator, email=EMAIL)
    sessions.begin(account)
    db.session.commit()
    with transaction():
        accounts.request_reset(EMAIL)
    (mail,) = mails()
    assert mail.template == "password_reset"
    assert accounts.credentials(EMAIL).password_hash == factories.password_hash()
    found = accounts.open_first_login(sealed(mail)[0])
    with transaction():
        accounts.finish_first_login(found.row.id, "another hash")
    assert accounts.credentials(EMAIL).password_hash == "another hash"
    assert db.session.query(StaffSession).filter(StaffSession.ended_at.is_(None)).count() == 0
    with transaction():
        accounts.request_reset(EMAIL)
    assert [mail.template for mail in mails()] == ["password_reset", "password_changed", "password_reset"]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2021-05-10 09:00", "2021-05-11T17:00"),
        ("2021-05-10 16:59", "2021-05-11T17:00"),
        ("2021-05-10 23:00", "2021-05-11T17:00"),
        ("2021-05-07 11:10", "2021-05-10T17:00"),  # a Friday
        ("2021-05-08 11:10", "2021-05-10T17:00"),
        ("2021-04-30 11:10", "2021-05-06T17:00"),  # before the holidays of May
        ("2021-12-28 11:10", "2022-01-04T17:00"),
    ],
)
def test_a_reset_lives_one_business_day(db_session: Session, clock: MovableClock, asked: str, due: str) -> None:
    """Its link and its code, to 17:00; the mail says so; a new one is offered then."""
    factories.account(Role.operator, email=EMAIL)
    clock.set(asked)
    with transaction():
        accounts.request_reset(EMAIL)
    end = datetime.fromisoformat(f"{due}+09:00")
    assert db.session.execute(db.select(FirstLogin.expires_at)).scalar_one() == end
    token, code = sealed(mails()[-1])
    assert f"{end:%Y-%m-%d}" in mails()[-1].body
    clock.set(f"{end - timedelta(minutes=1):%Y-%m-%d %H:%M}")
    assert not accounts.open_first_login(token).problem
    clock.set(f"{end:%Y-%m-%d %H:%M}")
    assert accounts.open_first_login(token).renewable
    late = accounts.check_code(EMAIL, code)
    assert late is not None
    assert late.problem


@pytest.mark.parametrize("status", [AccountStatus.active, AccountStatus.invited])
def test_who_presses_forgotten_kills_no_link(db_session: Session, status: AccountStatus) -> None:
    """A stranger may press it, too: what was mailed before works until a password is set, and is dead then."""
    account = issue()
    account.status = status
    db.session.commit()
    for _ in range(2):
        with transaction():
            accounts.request_reset(EMAIL)
    tokens = [sealed(mail)[0] for mail in mails()]
    assert [accounts.open_first_login(token).problem for token in tokens] == ["", "", ""]
    with transaction():
        accounts.finish_first_login(accounts.open_first_login(tokens[0]).row.id, "new hash")
    db.session.expire_all()
    assert all(accounts.open_first_login(token).problem for token in tokens)


def test_forgotten_before_the_first_login(db_session: Session) -> None:
    """The invitation comes again."""
    issue()
    with transaction():
        accounts.request_reset(EMAIL)
    assert [mail.template for mail in mails()] == ["first_login", "first_login"]


def test_known_and_unknown_addresses_cost_the_same(app: Flask, db_session: Session) -> None:
    """The same kinds of statements in nearly the same number, and an unknown address leaves nothing behind."""
    factories.account(Role.operator, email=EMAIL)
    db.session.commit()
    work: list[list[str]] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: work[-1].append(args[2].split()[0]))
    for email in (EMAIL, "nobody@city.example"):
        for function in (accounts.request_reset, accounts.credentials):
            work.append([])
            with transaction():
                function(email)
    reset_known, login_known, reset_unknown, login_unknown = ([w for w in words if w in ("SELECT", "INSERT", "UPDATE")] for words in work)
    assert sorted(reset_known) == sorted(reset_unknown), "the seal of an event comes at the very end"
    assert login_known == login_unknown == ["SELECT", "SELECT"], "whether anything may be written, and the account"
    assert [mail.recipient for mail in mails()] == [EMAIL]


def test_suspend_and_restore(db_session: Session) -> None:
    """Sessions end, links die, the reason is mailed; restored with the old password."""
    lead = factories.actor(Role.lead)
    account = factories.account(Role.municipality, email=EMAIL)
    signed_in = sessions.begin(account)
    db.session.commit()
    with transaction():
        accounts.suspend(account, lead, seen_version=account.version, reason="担当者の異動のため")
    assert sessions.find(signed_in.key) is None
    assert accounts.credentials(EMAIL).account_id is None
    assert "担当者の異動のため" in mails()[-1].body
    with transaction():
        accounts.request_reset(EMAIL)
    assert len(mails()) == 1
    with transaction():
        accounts.restore(account, lead, seen_version=account.version, reason="確認が取れたため")
    assert accounts.credentials(EMAIL).account_id == account.id
    assert sessions.find(signed_in.key) is None


def test_create_operator(db_session: Session) -> None:
    """Invited by mail, or active at once with a password; one account an address; staff roles only."""
    with transaction():
        invited = accounts.create_operator("new@keynet.example", Role.lead, name="新任")
        active = accounts.create_operator("ready@keynet.example", Role.operator, password_hash=factories.password_hash())
    assert (invited.status, active.status) == (AccountStatus.invited, AccountStatus.active)
    assert [mail.recipient for mail in mails()] == ["new@keynet.example"]
    for email, role in (("NEW@keynet.example", Role.lead), ("x@keynet.example", Role.municipality), ("nonsense", Role.lead)):
        with pytest.raises(Refused), transaction():
            accounts.create_operator(email, role)


def test_change_password(db_session: Session) -> None:
    """This browser gets a new key, every other one goes, and the owner is told."""
    account = factories.account(Role.operator, email=EMAIL)
    here, there = sessions.begin(account), sessions.begin(account)
    db.session.commit()
    known = accounts.credentials(EMAIL)
    with transaction():
        changed = accounts.change_password(known, "new hash", here)
    assert changed is not None
    assert sessions.find(changed.key) is not None
    assert sessions.find(here.key) is None
    assert sessions.find(there.key) is None
    assert [(mail.template, mail.recipient) for mail in mails()] == [("password_changed", EMAIL)]
    with transaction():
        assert accounts.change_password(known, "late hash", here) is None
        assert accounts.sign_in(known, BrowserPlace()) is None


def test_a_session_ends_however_busy_it_is(db_session: Session) -> None:
    """Its life counts from the moment at which the password was proven."""
    account = factories.account(Role.operator)
    young, old = sessions.begin(account), sessions.begin(account)
    row = db.session.query(StaffSession).filter_by(key_hash=token_hash(old.key)).one()
    row.level_at -= sessions.LIFE
    db.session.flush()
    assert sessions.find(young.key) is not None
    assert sessions.find(old.key) is None


@pytest.mark.parametrize(
    ("by", "target", "allowed"),
    [
        (Role.operator, Role.municipality, False),
        (Role.lead, Role.municipality, True),
        (Role.lead, Role.operator, True),
        (Role.lead, Role.lead, True),
        (Role.lead, Role.admin, False),
        (Role.admin, Role.lead, True),
        (Role.admin, Role.admin, True),
    ],
)
def test_nobody_suspends_or_restores_a_higher_role(db_session: Session, by: Role, target: Role, allowed: bool) -> None:
    factories.account(Role.admin)  # so that the target is not the last one
    account, actor = factories.account(target), factories.actor(by)
    for action in (accounts.suspend, accounts.restore):
        account.status = AccountStatus.active if action is accounts.suspend else AccountStatus.suspended
        db.session.commit()
        with nullcontext() if allowed else pytest.raises(NotPermitted), transaction():
            action(account, actor, seen_version=account.version, reason="確認のため")


def test_the_last_administrator_stays(db_session: Session) -> None:
    """Another one has to be active; a suspended one does not count."""
    last, gone = factories.account(Role.admin), factories.account(Role.admin, status=AccountStatus.suspended)
    db.session.commit()
    with pytest.raises(Refused, match="最後"), transaction():
        accounts.suspend(last, factories.actor(Role.admin, status=AccountStatus.suspended), seen_version=last.version, reason="確認のため")
    db.session.refresh(gone)
    gone.status = AccountStatus.active
    db.session.commit()
    with transaction():
        accounts.suspend(last, sessions.actor_of(gone), seen_version=last.version, reason="確認のため")
    assert last.status is AccountStatus.suspended


@pytest.mark.parametrize(
    ("by", "target", "allowed"),
    [
        (Role.operator, Role.operator, False),
        (Role.lead, Role.operator, False),
        (Role.admin, Role.operator, True),
        (Role.admin, Role.admin, True),
        (Role.admin, Role.municipality, False),
        (Role.municipality, Role.operator, False),
    ],
)
def test_a_role_is_changed_by_an_administrator(db_session: Session, by: Role, target: Role, allowed: bool) -> None:
    """Its holder is told of both roles and the reason, and signs in anew; a municipality's account keeps its kind."""
    account, actor = factories.account(target, email=EMAIL), factories.actor(by)
    key = sessions.begin(account).key
    db.session.commit()
    with nullcontext() if allowed else pytest.raises((NotPermitted, TransitionRefused)), transaction():
        accounts.change_role(account, actor, seen_version=account.version, reason="4月の異動のため", role="lead")
    assert (sessions.find(key) is None) is allowed
    assert account.role is (Role.lead if allowed else target)
    assert [(mail.template, mail.recipient) for mail in mails()] == [("role_changed", EMAIL)] * allowed
    if allowed:
        assert all(word in mails()[0].body for word in (target.label, Role.lead.label, "4月の異動のため"))
        event = db.session.query(AuditEvent).filter_by(action="change_role").one()
        assert (event.codes["was"], event.codes["role"]) == (target.value, "lead")


@pytest.mark.parametrize(("role", "words"), [("", "選んで"), ("municipality", "選んで"), ("root", "選んで"), ("operator", "同じ")])
def test_no_role_to_change_to(db_session: Session, role: str, words: str) -> None:
    account, actor = factories.account(Role.operator), factories.actor(Role.admin)
    db.session.commit()
    with pytest.raises(BadField, match=words) as refused, transaction():
        accounts.change_role(account, actor, seen_version=account.version, reason="異動のため", role=role)
    assert refused.value.field == "role"


def test_the_last_administrator_keeps_the_role(db_session: Session) -> None:
    """Nor may anybody change their own."""
    last, gone = factories.account(Role.admin), factories.actor(Role.admin, status=AccountStatus.suspended)
    db.session.commit()
    for actor, words in ((gone, "最後"), (sessions.actor_of(last), "ご自分")):
        with pytest.raises(Refused, match=words), transaction():
            accounts.change_role(last, actor, seen_version=last.version, reason="異動のため", role="operator")
    assert last.role is Role.admin


@pytest.mark.parametrize("ended", ["used_at", "replaced_at", "cancelled_at"])
def test_two_finish_at_once(db_session: Session, ended: str) -> None:
    """The button pressed twice, or the invitation ended meanwhile: one of the two, one refusal."""
    issue()
    found = accounts.open_first_login(sealed(mails()[0])[0])
    with transaction():
        db.session.execute(
            db.update(FirstLogin)
            .values({ended: datetime.fromisoformat("2021-05-07T10:00+09:00")})
            .execution_options(synchronize_session=False)
        )
        with pytest.raises(LinkDead):
            accounts.finish_first_login(found.row.id, "late")
    assert found.account.password_hash is None
