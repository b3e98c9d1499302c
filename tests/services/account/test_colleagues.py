"""The people of a municipality: what a right opens, invitations by kind of domain, the last manager, hand-over, requests, one's own address."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotPermitted, Refused, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, Organization, OutboxMail, StaffSession
from keynet_admin.permissions import GRANTS, RIGHT_FOR, Permission, can
from keynet_admin.services import workflow
from keynet_admin.services.account import address, colleagues
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, OfficeRight, Role
from tests import factories

A, R = AccountStatus, OfficeRight
OWN = "tanto@city.hyuga-test.lg.jp"
ALL = [right.value for right in R]


@pytest.fixture
def body(app: Flask, db_session: Session, clock: Any) -> Organization:
    return factories.make_organization()


@pytest.fixture
def chief(body: Organization) -> Account:
    """The only one who manages."""
    return factories.account(Role.municipality, organization=body, email="chief@city.hyuga-test.lg.jp", name="川辺 花子")


def person(body: Organization, rights: Iterable[str], **values: Any) -> Account:
    return factories.account(Role.municipality, organization=body, rights=list(rights), **values)


def mails(to: str) -> list[str]:
    query = select(OutboxMail.template).where(OutboxMail.recipient == to).order_by(OutboxMail.id)
    return list(db.session.execute(query).scalars())


NEEDS = {
    Permission.posting_read: R.view,
    Permission.office_account_hand_over: R.view,
    Permission.posting_edit: R.edit,
    Permission.posting_discuss: R.edit,
    Permission.posting_publish: R.publish,
    Permission.posting_close: R.publish,
    Permission.candidate_handle: R.candidates,
    Permission.office_account_manage: R.manage,
    Permission.report_confirm: R.candidates,
}


@pytest.mark.parametrize("right", list(R))
def test_what_a_right_opens(body: Organization, right: OfficeRight) -> None:
    """Each permission of a municipality hangs on one right, within the own body only."""
    assert NEEDS == RIGHT_FOR
    assert GRANTS[Role.municipality] == set(NEEDS)
    actor = actor_of(person(body, [right]))
    elsewhere = factories.make_organization("131016", "千代田区")
    assert {p for p in Permission if can(actor, p)} == {p for p, needed in NEEDS.items() if needed is right}
    own = Permission.office_account_hand_over
    assert {p for p in NEEDS if p is not own and can(actor, p, body)} == {p for p, r in NEEDS.items() if p is not own and r is right}
    assert not [p for p in NEEDS if p is not own and can(actor, p, elsewhere)]


def test_rights_of_accounts_of_before_and_of_operators(body: Organization) -> None:
    """Nothing given means all in a municipality; staff have none of these rights."""
    assert actor_of(factories.account(Role.municipality, organization=body)).rights == set(R)
    assert actor_of(factories.account(Role.admin)).rights == set()


@pytest.mark.parametrize(
    ("email", "status", "mailed"),
    [
        (OWN, A.invited, ["first_login"]),
        ("Ｔａｎｔｏ@CITY.hyuga-test.lg.jp", A.invited, ["first_login"]),
        ("tanto@city.chiyoda-test.lg.jp", A.requested, []),
        ("tanto@gmail.com", A.requested, []),
        ("tanto@hokensho.keynet.example", A.requested, []),
    ],
)
def test_an_invitation_by_kind_of_domain(body: Organization, chief: Account, email: str, status: AccountStatus, mailed: list[str]) -> None:
    """The own domain is invited at once; anybody else waits for an operator and is sent nothing, not even by a forgotten password."""
    done = colleagues.invite(body, actor_of(chief), seen_version=body.version, email=email, name="例田 実", rights=["edit"])
    made = done.made
    assert (made.status, made.name, made.rights, made.organization_id) == (status, "例田 実", ["view", "edit"], body.id)
    assert mails(made.email) == mailed
    assert done.mails == len(mailed)
    again = colleagues.invite(body, actor_of(chief), seen_version=body.version, email=email, name="例田 実", rights=["edit"])
    assert (again.repeated, again.made) == (True, made)
    if status is A.requested:
        accounts.request_reset(made.email)
        assert mails(made.email) == []
        assert not made.first_logins


@pytest.mark.parametrize("kind", ["colleague", "other body", "staff", "shape"])
def test_an_address_that_cannot_be_invited(body: Organization, chief: Account, kind: str) -> None:
    """It is said at the field; that an address belongs to somebody elsewhere is said as little as possible."""
    other = factories.make_organization("131016", "千代田区")
    email = {
        "colleague": person(body, ALL).email,
        "other body": factories.account(Role.municipality, organization=other).email,
        "staff": factories.account(Role.lead).email,
        "shape": "tanto",
    }[kind]
    with pytest.raises(BadField) as refused:
        colleagues.invite(body, actor_of(chief), seen_version=body.version, email=email, name="", rights=[])
    assert refused.value.field == "email"
    assert ("千代田区" in str(refused.value)) is False
    assert (str(refused.value) == colleagues.TAKEN) is (kind in ("other body", "staff"))


def test_an_operator_confirms_a_request_by_telephone(body: Organization, chief: Account) -> None:
    asked = colleagues.invite(body, actor_of(chief), seen_version=body.version, email="tanto@gmail.com", name="", rights=["edit"]).made
    operator = factories.actor(Role.operator)
    assert set(workflow.offers(asked, operator)) == {"confirm", "decline"}
    colleagues.confirm_request(asked, operator, seen_version=asked.version, call="0982-00-0012（団体の公式サイト）　庶務係 見本様")
    assert (asked.status, mails("tanto@gmail.com")) == (A.invited, ["first_login"])
    assert next(e for e in history.of_account(asked) if "電話で確かめ" in e.text).note.startswith("0982-00-0012")


def test_an_operator_declines_a_request(body: Organization, chief: Account) -> None:
    """The body is told why, the stranger nothing."""
    asked = colleagues.invite(body, actor_of(chief), seen_version=body.version, email="tanto@gmail.com", name="", rights=["edit"]).made
    colleagues.decline_request(asked, factories.actor(Role.operator), seen_version=asked.version, reason="団体にそのような方はいません。")
    assert (asked.status, mails("tanto@gmail.com"), mails(chief.email)) == (A.suspended, [], ["account_declined"])


def test_rights_are_changed(body: Organization, chief: Account) -> None:
    """At once, with a mail and both states in the history; the same again is no change."""
    clerk = person(body, ["view", "edit"], email=OWN)
    colleagues.change_rights(clerk, actor_of(chief), seen_version=clerk.version, rights=["publish"])
    assert clerk.rights == ["view", "publish"]
    assert mails(OWN) == ["rights_changed"]
    assert not can(actor_of(clerk), Permission.posting_edit)
    entry = next(e for e in history.of_account(clerk) if "権限を変え" in e.text)
    assert entry.note == "いままで：閲覧、内容の編集\nこれから：閲覧、公開と終了"
    with pytest.raises(BadField, match="いまの権限と同じ"):
        colleagues.change_rights(clerk, actor_of(chief), seen_version=clerk.version, rights=["publish", "view"])


def test_who_may_not_manage_changes_nothing(body: Organization, chief: Account) -> None:
    clerk = person(body, ["view", "edit", "publish", "candidates"])
    assert workflow.offers(chief, actor_of(clerk)) == {}
    for act in (
        lambda: colleagues.change_rights(chief, actor_of(clerk), seen_version=chief.version, rights=[]),
        lambda: colleagues.stop(chief, actor_of(clerk), seen_version=chief.version, reason="x"),
        lambda: colleagues.hand_over(chief, actor_of(clerk), seen_version=chief.version, to=str(clerk.id), reason="x"),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert set(workflow.offers(clerk, actor_of(clerk))) == {"hand_over"}


WAYS = {
    "lose": lambda a, by: colleagues.change_rights(a, by, seen_version=a.version, rights=["edit"]),
    "stop": lambda a, by: colleagues.stop(a, by, seen_version=a.version, reason="退職のため。"),
    "leave": lambda a, by: colleagues.hand_over(a, by, seen_version=a.version, to="new", email=OWN, reason="異動のため。"),
}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("second", [None, A.active, A.invited, A.suspended])
def test_the_last_one_who_manages_stays(body: Organization, chief: Account, way: str, second: AccountStatus | None) -> None:
    """Only somebody who is in use counts beside them."""
    other = person(body, ALL, status=second) if second else None
    by = actor_of(chief)
    if way in ("stop", "lose"):  # by somebody else: nobody stops themselves or changes their own rights
        by = actor_of(other) if other is not None else actor_of(person(body, ALL, status=A.invited))
    if second is A.active:
        WAYS[way](chief, by)
        assert [a.id for a in colleagues.holders(body.id, R.manage)] == [other.id]
    else:
        with pytest.raises((Refused, BadField), match="担当者の管理をする方が、ほかにいません"):
            WAYS[way](chief, by)
        assert [a.id for a in colleagues.holders(body.id, R.manage)] == [chief.id]


def test_a_stop_ends_sessions_and_tells_why(body: Organization, chief: Account) -> None:
    clerk = person(body, ["view"], email=OWN)
    key = sessions.begin(clerk).key
    colleagues.stop(clerk, actor_of(chief), seen_version=clerk.version, reason="退職のため。")
    assert sessions.find(key) is None
    assert mails(OWN) == ["account_suspended"]
    with pytest.raises(Refused, match="ご自分のアカウント"):
        colleagues.stop(chief, actor_of(chief), seen_version=chief.version, reason="x")


@pytest.mark.parametrize("by", ["themselves", "a manager"])
@pytest.mark.parametrize("heir", ["colleague", "new"])
def test_a_hand_over(body: Organization, chief: Account, by: str, heir: str) -> None:
    """Rights move, sessions and links end, both are mailed, the history says why; pressed twice, done once."""
    giver = person(body, ["view", "publish", "candidates"], email="mae@city.hyuga-test.lg.jp", name="前任 太郎")
    colleague = person(body, ["view", "edit"], email="ato@city.hyuga-test.lg.jp", name="後任 一子")
    sessions.begin(giver)
    accounts.request_reset(giver.email)
    to = {"to": str(colleague.id)} if heir == "colleague" else {"to": "new", "email": OWN, "name": "新任 次郎"}
    who, version = actor_of(giver if by == "themselves" else chief), giver.version
    before = len(mails(colleague.email))
    done = colleagues.hand_over(giver, who, seen_version=version, reason="4月の人事異動のため。", **to)
    assert (done.mails, giver.status) == (2, A.suspended)
    assert not db.session.execute(select(StaffSession).where(StaffSession.ended_at.is_(None), StaffSession.account_id == giver.id)).all()
    assert not [
        row for row in db.session.execute(select(FirstLogin).where(FirstLogin.account_id == giver.id)).scalars() if row.replaced_at is None
    ]
    assert mails(giver.email)[-1] == "account_handed_over"
    if heir == "colleague":
        assert colleague.rights == ["view", "edit", "publish", "candidates"]
        assert mails(colleague.email)[before:] == ["account_taken_over"]
        receiver = colleague
    else:
        receiver = accounts.by_email(OWN)
        assert receiver is not None
        assert (receiver.status, receiver.rights, receiver.name) == (A.invited, ["view", "publish", "candidates"], "新任 次郎")
        assert mails(OWN) == ["first_login", "account_taken_over"]
    assert (
        next(e for e in history.of_account(giver) if "引き継ぎ" in e.text and e.note and not e.text.startswith("メール")).note
        == "4月の人事異動のため。"
    )
    assert any("担当を引き継ぎました" in e.text for e in history.of_account(receiver))
    assert colleagues.hand_over(giver, who, seen_version=version, reason="4月の人事異動のため。", **to).repeated


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ({"to": "new", "email": "tanto@gmail.com"}, "email"),
        ({"to": "new", "email": "tanto@city.chiyoda-test.lg.jp"}, "email"),
        ({"to": "new", "email": ""}, "email"),
        ({"to": "stranger"}, "to"),
        ({"to": "self"}, "to"),
        ({"to": "invited"}, "to"),
        ({"to": ""}, "to"),
    ],
)
def test_nothing_is_handed_to_a_stranger(body: Organization, chief: Account, to: dict[str, str], field: str) -> None:
    giver = person(body, ["view", "edit"])
    ids = {
        "stranger": factories.account(Role.municipality, organization=factories.make_organization("131016", "千代田区")).id,
        "self": giver.id,
        "invited": person(body, ["view"], status=A.invited).id,
    }
    to = to | {"to": str(ids.get(to["to"], to["to"]))}
    with pytest.raises(BadField) as refused:
        colleagues.hand_over(giver, actor_of(giver), seen_version=giver.version, reason="異動のため。", **to)
    assert refused.value.field == field
    assert giver.status is A.active


def test_a_reason_is_asked_for_a_hand_over(body: Organization, chief: Account) -> None:
    from keynet_admin.errors import ReasonMissing

    with pytest.raises(ReasonMissing):
        colleagues.hand_over(chief, actor_of(chief), seen_version=chief.version, to=str(person(body, ALL).id), reason=" ")


def test_a_body_that_locked_itself_out(body: Organization, chief: Account) -> None:
    """An operator lets somebody manage again, with a reason; while somebody manages, that is the body's own matter."""
    clerk, operator = person(body, ["view", "edit"], email=OWN), factories.actor(Role.operator)
    with pytest.raises(TransitionRefused):
        colleagues.give_manage(clerk, operator, seen_version=clerk.version, reason="x")
    accounts.suspend(chief, factories.actor(Role.lead), seen_version=chief.version, reason="本人から。")
    assert "manage" in workflow.offers(clerk, operator)
    colleagues.give_manage(clerk, operator, seen_version=clerk.version, reason="課長に電話で確かめたため。")
    assert clerk.rights == ["view", "edit", "manage"]
    assert mails(OWN) == ["rights_changed"]
    assert next(e for e in history.of_account(clerk) if "管理の権限" in e.text).note == "課長に電話で確かめたため。"


def test_an_invitation_is_sent_again_and_taken_back(body: Organization, chief: Account) -> None:
    """The body takes back and sends again; what an operator took back it does not send."""
    who = actor_of(chief)
    made = colleagues.invite(body, who, seen_version=body.version, email=OWN, name="", rights=[]).made
    address.cancel_invitation(made, who, seen_version=made.version, action="take_back")
    db.session.flush()
    db.session.expire_all()
    (row,) = made.first_logins
    assert "日向市（川辺 花子）がこのご案内を取り消しました" in accounts.first_login(row.id).problem
    accounts.resend_invitation(made, who, seen_version=made.version, action="send_again")
    db.session.flush()
    db.session.expire_all()
    assert mails(OWN) == ["first_login"] * 2
    address.cancel_invitation(made, factories.actor(Role.operator), seen_version=made.version, reason="団体の電話による。")
    db.session.flush()
    db.session.expire_all()
    assert "send_again" not in workflow.offers(made, who)


def test_ones_own_address(body: Organization, chief: Account) -> None:
    """The code of the new mailbox proves it, for this address and this state of the account only; the old one is told."""
    old, new = chief.email, "kawabe@city.hyuga-test.lg.jp"
    here = sessions.begin(chief)
    assert address.send_own_code(chief, "KAWABE@city.hyuga-test.lg.jp", 1000) == new
    mail = db.session.execute(select(OutboxMail).where(OutboxMail.recipient == new)).scalar_one()
    code = address.own_code(chief, new, 1000)
    assert mail.sealed == {"code": "-".join(re.findall("....", code))}
    assert code not in mail.body.replace("-", "")
    assert code not in (address.own_code(chief, new, 1001), address.own_code(chief, old, 1000))
    assert accounts.check_code(old, code) is None, "no way to a new password"
    address.change_own(chief, actor_of(chief), new, here.key)
    assert chief.email == new
    assert mails(old) == ["address_changed"]
    assert address.own_code(chief, new, 1000) != code
    assert len(db.session.execute(select(StaffSession).where(StaffSession.ended_at.is_(None))).all()) == 1


@pytest.mark.parametrize("typed", ["tanto", "tanto@gmail.com", "chief@city.hyuga-test.lg.jp", "taken@city.hyuga-test.lg.jp"])
def test_an_address_that_cannot_be_ones_own(body: Organization, chief: Account, typed: str) -> None:
    person(body, ["view"], email="taken@city.hyuga-test.lg.jp")
    with pytest.raises(BadField) as refused:
        address.send_own_code(chief, typed, 1000)
    assert refused.value.field == "email"
