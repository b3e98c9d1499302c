"""An account gets its right address, its invitation is taken back, its code is read out: who may, who is told, what dies."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, OutboxMail, StaffSession
from keynet_admin.permissions import Permission, can
from keynet_admin.services import workflow
from keynet_admin.services.account import address, tokens
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.mail import outbox
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, InvitationState, MailStatus, Role, SubmissionStatus
from tests import factories
from tests.support.web import Client

NEW = "kenko@city.hyuga-test.lg.jp"
CALL = {"phone": "0982-00-0031", "source": "website", "person": "庶務係 試田様"}
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$ZmFrZWZha2VmYWtlZmFrZQ"


def settle(status: MailStatus) -> None:
    """What becomes of all waiting mails."""
    workflow.move_where(OutboxMail, "send")
    workflow.move_where(OutboxMail, "settle", target=status)
    db.session.flush()
    db.session.expire_all()


@pytest.fixture
def invited(app: Flask, db_session: Session, clock: Any) -> Account:
    """An account that waits for its first login, of an accepted case."""
    case = factories.submission(SubmissionStatus.accepted)
    assert case.organization is not None
    return case.organization.accounts[0]


def mails_to(address: str) -> list[str]:
    return [mail.template for mail in db.session.execute(select(OutboxMail).where(OutboxMail.recipient == address)).scalars()]


@pytest.mark.parametrize(("reached", "told"), [(MailStatus.sent, ["address_changed"]), (MailStatus.refused, [])])
def test_an_active_account_at_its_new_address(invited: Account, reached: MailStatus, told: list[str]) -> None:
    """Sessions, password and links end; the new address chooses a password; the old one is told, unless nothing arrives there."""
    operator, old = factories.actor(Role.operator, name="佐伯 美和"), invited.email
    accounts.set_password(invited, HASH)
    sessions.begin(invited)
    settle(reached)
    before = mails_to(old)
    done = address.readdress(
        invited, operator, seen_version=invited.version, recipient="ＫＥＮＫＯ@city.hyuga-test.lg.jp", reason="書き違い。"
    )
    assert (invited.email, invited.status, invited.password_hash) == (NEW, AccountStatus.invited, None)
    assert done.mails == 1 + len(told)
    assert mails_to(NEW) == ["first_login"]
    assert mails_to(old)[len(before) :] == told
    assert not db.session.execute(select(StaffSession).where(StaffSession.ended_at.is_(None))).all()
    entry = next(e for e in history.of_account(invited) if "直し" in e.text)
    assert (entry.text, entry.note) == ("佐伯 美和がメールアドレスを直し、新しいアドレスへご案内を送りました。", "書き違い。")
    assert old not in entry.text
    bodies = db.session.execute(
        select(OutboxMail.body).where(OutboxMail.recipient == old, OutboxMail.template == "address_changed")
    ).scalars()
    assert all(NEW not in body for body in bodies), "the old address may be a stranger's"
    assert accounts.credentials(old).account_id is None


def test_a_lost_invitation_is_no_task_any_more(invited: Account) -> None:
    settle(MailStatus.refused)
    assert outbox.undeliverable_count() > 0
    address.readdress(invited, factories.actor(), seen_version=invited.version, recipient=NEW, reason="書き違い。")
    lost = select(OutboxMail).where(outbox.undeliverable(), OutboxMail.account_id == invited.id)
    assert db.session.execute(lost).first() is None
    first, second = invited.first_logins
    assert (first.state, second.state) == (InvitationState.superseded, InvitationState.waiting)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "形が正しくありません"), ("kenko", "形が正しくありません"), ("own", "いまのアドレスと同じ"), ("other", "別のアカウント")],
)
def test_an_address_that_cannot_be(invited: Account, typed: str, words: str) -> None:
    other = factories.account(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    recipient = {"own": invited.email.upper(), "other": other.email}.get(typed, typed)
    with pytest.raises(BadField, match=words) as refused:
        address.readdress(invited, factories.actor(), seen_version=invited.version, recipient=recipient, reason="書き違い。")
    assert refused.value.field == "recipient"


@pytest.mark.parametrize("whose", [Role.municipality, Role.operator, Role.lead, Role.admin])
@pytest.mark.parametrize("who", [Role.operator, Role.lead, Role.admin])
def test_nobody_takes_a_colleagues_account_over(app: Flask, db_session: Session, clock: Any, who: Role, whose: Role) -> None:
    """An operator corrects municipalities' addresses and reads their codes out; for a colleague that needs the right to stop them."""
    may = {Role.operator: {Role.municipality}, Role.lead: {Role.municipality, Role.operator, Role.lead}}.get(who, set(Role))
    actor, account = factories.actor(who), factories.account(whose, status=AccountStatus.invited)
    assert can(actor, Permission.account_correct, account) is (whose in may)
    accounts.invite(account)
    db_session.expire_all()
    decisions = {"cancel_invitation", "readdress", "read_code"}
    assert decisions & set(workflow.allowed(account, actor)) == (decisions if whose in may else set())


def test_the_code_of_an_administrator_is_not_shown_to_an_operator(app: Flask, db_session: Session, client: Client, clock: Any) -> None:
    account = factories.account(Role.admin, status=AccountStatus.invited)
    made = address.read_code(account, factories.actor(Role.admin), seen_version=account.version).made
    code = tokens.shown(address.code_of(made))
    for role, shown in ((Role.operator, False), (Role.admin, True)):
        client.sign_in(role)
        assert (code in client.get(f"/admin/account/{account.id}/code").text) is shown


def test_an_invitation_that_was_taken_back(invited: Account, client: Client, clock: Any) -> None:
    """Its link says who did it; nothing but an operator's new mail revives it."""
    (row,) = invited.first_logins
    sealed = db.session.execute(select(OutboxMail.sealed).where(OutboxMail.template == "first_login")).scalar_one()
    address.cancel_invitation(invited, factories.actor(name="佐伯 美和"), seen_version=invited.version, reason="宛先の間違い。")
    assert invited.first_logins[0].state is InvitationState.cancelled
    page = client.get("/first-login/" + sealed["link"].rsplit("/", 1)[1])
    assert page.status_code == 410
    assert "5月7日 10:00に、サービスセンター（佐伯 美和）がこのご案内を取り消しました" in page.text
    before = len(mails_to(invited.email))
    accounts.request_reset(invited.email)
    assert len(mails_to(invited.email)) == before
    assert "cancel_invitation" not in workflow.allowed(invited, factories.actor())
    accounts.resend_invitation(invited, factories.actor(), seen_version=invited.version)
    assert len(mails_to(invited.email)) == before + 1
    assert accounts.first_login(row.id).problem


def test_the_code_that_is_read_out_opens_the_account(invited: Account, clock: Any) -> None:
    """By telephone alone: shown for ten minutes, good for thirty, forgiving, and not stored."""
    done = address.read_code(invited, factories.actor(), seen_version=invited.version)
    code = tokens.shown(address.code_of(done.made))
    assert address.code_shown(invited) is done.made
    assert code.replace("-", "") not in done.made.code_hash
    found = accounts.check_code(invited.email.upper(), code.lower().replace("-", "　"))
    assert found is not None
    assert not found.problem
    clock.advance(minutes=11)
    assert address.code_shown(invited) is None
    account = accounts.finish_first_login(found.row.id, passwords.dummy())
    assert account.status is AccountStatus.active
    assert {row.state for row in account.first_logins} == {InvitationState.used, InvitationState.superseded}


def test_a_code_that_nobody_typed_is_over_after_thirty_minutes(invited: Account, clock: Any) -> None:
    done = address.read_code(invited, factories.actor(), seen_version=invited.version)
    clock.advance(minutes=31)
    found = accounts.first_login(done.made.id)
    assert found.problem
    assert found.row.state is InvitationState.expired
    assert invited.invitation is not None
    assert invited.invitation.state is InvitationState.waiting, "the mail's own link is still good"


def test_the_pages(invited: Account, client: Client) -> None:
    """List and page say how the invitation stands; each decision is a page, the code is shown after one."""
    client.sign_in(Role.operator)
    listed = client.get("/admin/account/").text
    assert "招待中" in listed
    assert "期限 5/18(火) 17:00" in listed
    shown = client.get(f"/admin/account/{invited.id}/").text
    assert "招待中" in shown
    for name in ("cancel", "readdress", "read_code"):
        assert f"/admin/account/{invited.id}/{name}" in shown
        assert client.get(f"/admin/account/{invited.id}/{name}").status_code == 200
    wrong = client.post(
        f"/admin/account/{invited.id}/readdress", data=CALL | {"version": invited.version, "recipient": "x", "reason": "書き違い"}
    )
    assert wrong.status_code == 422
    assert 'value="x"' in wrong.text
    assert "書き違い" in wrong.text
    done = client.post(f"/admin/account/{invited.id}/read_code", data=CALL | {"version": invited.version})
    row = db.session.execute(select(FirstLogin).where(FirstLogin.read_out)).scalar_one()
    assert done.location == f"/admin/account/{invited.id}/code"
    assert any("試田様" in entry.note for entry in history.of_account(invited)), "who answered is kept"
    alone = client.post(f"/admin/account/{invited.id}/read_code", data=CALL | {"version": invited.version, "person": ""})
    assert (alone.status_code, "話した相手の部署とお名前" in alone.text) == (422, True)
    assert tokens.shown(address.code_of(row)) in client.get(done.location).text
