"""Accounts of prefectures and partners: issued by administrators, invited as everybody, and told in words that fit."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotPermitted, Refused
from keynet_admin.models import Account, OutboxMail
from keynet_admin.permissions import Permission, can
from keynet_admin.services.account import external
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.session import actor_of
from keynet_admin.vocabulary import AccountStatus, PartnerKind, PartnerStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

EMAIL = "iryo@pref.keynet.example"


@pytest.fixture
def partner(db_session: Session, clock: MovableClock) -> Any:
    """A partner in use."""
    return factories.partner(PartnerKind.other, name="医療人材バンク")


def mails_to(session: Session, address: str) -> list[OutboxMail]:
    return list(session.execute(select(OutboxMail).where(OutboxMail.recipient == address).order_by(OutboxMail.id)).scalars())


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.admin])
def test_only_administrators_issue(db_session: Session, role: Role) -> None:
    values = (
        {"partner_id": factories.partner().id} if role is Role.partner else {"prefecture_code": "45"} if role is Role.prefecture else {}
    )
    actor = actor_of(factories.account(role, **values))
    with pytest.raises(NotPermitted):
        external.issue(actor, to="prefecture.45", email=EMAIL, name="")


def test_a_prefecture_and_a_partner_get_their_account(db_session: Session, partner: Any) -> None:
    """Role and body are those chosen; the mail says what kind of account it is; pressed twice it is one account and one mail."""
    admin = factories.actor(Role.admin)
    for to, email, role, body, words in (
        ("prefecture.45", EMAIL, Role.prefecture, "宮崎県", "都道府県のアカウント"),
        (f"partner.{partner.id}", "bank@jinzai.example", Role.partner, "医療人材バンク", "連携先のアカウント"),
    ):
        done = [external.issue(admin, to=to, email=f" {email.upper()} ", name="担当課") for _ in range(2)]
        made = done[0].made
        assert [outcome.repeated for outcome in done] == [False, True]
        assert done[1].made is made
        assert (made.role, made.body_name, made.status, made.email) == (role, body, AccountStatus.invited, email)
        (mail,) = mails_to(db_session, email)
        assert words in mail.body
        assert body in mail.title
        assert "管理者アカウント" not in mail.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": ""}, "to"),
        ({"to": "prefecture.99"}, "to"),
        ({"to": "partner.99999"}, "to"),
        ({"to": "operator.1"}, "to"),
        ({"email": "だめ"}, "email"),
        ({"email": "known@keynet.example"}, "email"),
        ({"name": "あ" * 81}, "name"),
    ],
)
def test_what_is_refused_at_its_field(db_session: Session, changes: dict[str, str], field: str) -> None:
    factories.account(Role.operator, email="known@keynet.example")
    with pytest.raises(BadField) as refused:
        external.issue(factories.actor(Role.admin), **{"to": "prefecture.45", "email": EMAIL, "name": "", **changes})
    assert refused.value.field == field


@pytest.mark.parametrize("status", [PartnerStatus.preparing, PartnerStatus.stopped])
def test_nothing_goes_to_an_unverified_partner(db_session: Session, partner: Any, status: PartnerStatus) -> None:
    """Neither a new account nor a new invitation, nor a mail about a password; nobody of it signs in."""
    admin = factories.actor(Role.admin)
    invited = external.issue(admin, to=f"partner.{partner.id}", email="a@jinzai.example", name="").made
    active = factories.account(Role.partner, email="b@jinzai.example", partner_id=partner.id)
    sent = len(db_session.execute(select(OutboxMail)).scalars().all())
    db_session.execute(partner.__table__.update().values(status=status))
    db_session.expire_all()
    with pytest.raises(BadField):
        external.issue(admin, to=f"partner.{partner.id}", email="c@jinzai.example", name="")
    with pytest.raises(Refused):
        accounts.invite(invited)
    accounts.request_reset(active.email)
    assert accounts.credentials(active.email).account_id is None
    assert len(db_session.execute(select(OutboxMail)).scalars().all()) == sent


def test_operators_look_after_such_accounts(db_session: Session, partner: Any) -> None:
    """As after those of municipalities: address, code and invitation; colleagues' stay the leads' matter."""
    operator = factories.actor(Role.operator)
    outside = [factories.account(Role.partner, partner_id=partner.id), factories.account(Role.prefecture, prefecture_code="45")]
    assert all(can(operator, Permission.account_correct, row) for row in outside)
    assert not can(operator, Permission.account_correct, factories.account(Role.operator))
    assert not any(can(operator, Permission.account_suspend, row) for row in outside)
    assert all(can(factories.actor(Role.lead), Permission.account_suspend, row) for row in outside)


def test_the_whole_way_of_an_account(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    """Issued on the page, corrected after a call, suspended and restored, each told in words for a prefecture."""
    client.sign_in(Role.operator)
    assert client.get("/admin/account/issue").status_code == 403
    assert "アカウントを発行" not in client.get("/admin/account/").text
    client.sign_in(Role.admin)
    assert "/admin/account/issue" in client.get("/admin/account/").text
    blank = client.post("/admin/account/issue", data={"to": "", "email": "だめ", "name": "担当課"})
    assert blank.status_code == 422
    assert 'id="to-e"' in client.post("/admin/account/issue", data={"to": "", "email": EMAIL, "name": "担当課"}).text
    assert 'value="担当課"' in blank.text
    form = {"to": "prefecture.45", "email": "wrong@pref.keynet.example", "name": "担当課"}
    assert [client.post("/admin/account/issue", data=form).status_code for _ in range(2)] == [303, 303]
    made = db_session.execute(select(Account).where(Account.role == Role.prefecture)).scalar_one()
    assert "宮崎県" in client.get("/admin/account/?role=prefecture").text
    assert "宮崎県" in client.get(f"/admin/account/{made.id}/").text
    assert "wrong@pref.keynet.example" in client.get("/admin/account/?q=宮崎").text
    client.sign_in(Role.operator)
    assert client.post(f"/admin/account/{made.id}/resend", data={"version": str(made.version)}).status_code == 303
    version = str(db_session.get_one(Account, made.id).version)
    typed = {"version": version, "recipient": EMAIL, "reason": "打ち間違い"}
    assert client.post(f"/admin/account/{made.id}/readdress", data=typed).status_code == 422
    call = {"phone": "0985-00-0001", "source": "directory", "person": "医療対策課 見本様"}
    assert client.post(f"/admin/account/{made.id}/readdress", data=typed | call).status_code == 303
    assert db_session.get_one(Account, made.id).email == EMAIL
    client.sign_in(Role.lead)
    for step in ("suspend", "restore"):
        version = str(db_session.get_one(Account, made.id).version)
        assert client.post(f"/admin/account/{made.id}/{step}", data={"version": version, "reason": "確認のため"}).status_code == 303
    bodies = "\n".join(mail.body for mail in mails_to(db_session, EMAIL))
    assert "都道府県のアカウント" in bodies
    assert "管理者アカウント" not in bodies


@pytest.mark.parametrize(("role", "home"), [(Role.prefecture, "/prefecture/"), (Role.partner, "/partner/")])
def test_the_sign_in_leads_to_their_area(client: Client, db_session: Session, partner: Any, role: Role, home: str) -> None:
    values = {"partner_id": partner.id} if role is Role.partner else {"prefecture_code": "45"}
    account = factories.account(role, **values)
    db_session.commit()
    answer = client.post("/login", data={"email": account.email, "password": factories.PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, home)
    page = client.get("/security").text
    assert re.search(rf'class="brand" href="{home}"', page), "in the frame of their own area"
