"""The people of a municipality on its pages: list, invitation, one's own name and address, hand-over, and what a reduced account sees."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, OutboxMail
from keynet_admin.vocabulary import AccountStatus, PostingStatus, Role
from tests import factories
from tests.support.web import Client

OWN = "tanto@city.hyuga-test.lg.jp"


@pytest.fixture
def body(app: Flask, db_session: Session, clock: Any) -> Organization:
    return factories.make_organization()


@pytest.fixture
def chief(body: Organization, client: Client) -> Account:
    """Signed in, with every right."""
    return client.sign_in(factories.account(Role.municipality, organization=body, email="chief@city.hyuga-test.lg.jp", name="川辺 花子"))


def person(body: Organization, *rights: str, **values: Any) -> Account:
    return factories.account(Role.municipality, organization=body, rights=["view", *rights], **values)


def test_the_list_shows_the_own_people_only(client: Client, chief: Account, body: Organization) -> None:
    clerk = person(body, "edit", name="例田 実")
    other = factories.account(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    page = client.get("/office/account/").text
    assert "例田 実" in page
    assert "閲覧、内容の編集" in page
    assert other.email not in page
    assert client.get(f"/office/account/{clerk.id}/").status_code == 200
    for at in ("", "rights", "stop", "hand_over", "send_again", "take_back"):
        assert client.get(f"/office/account/{other.id}/{at}").status_code == 404
        assert not at or client.post(f"/office/account/{other.id}/{at}", data={"version": 1}).status_code == 404


@pytest.mark.parametrize("status", [None, AccountStatus.invited, AccountStatus.active])
def test_a_warning_stands_while_one_manages(client: Client, chief: Account, body: Organization, status: AccountStatus | None) -> None:
    """On the home and beside the accounts, until a second one is in use."""
    if status is not None:
        person(body, "manage", status=status)
    for at in ("/office/", "/office/account/"):
        assert ("担当者の管理をする方が1名だけです" in client.get(at).text) is (status is not AccountStatus.active)


def test_a_person_is_invited_on_the_page(client: Client, chief: Account, body: Organization) -> None:
    """Nothing typed is lost while something is wrong; pressed twice, done once."""
    at = f"/office/organization/{body.id}/invite"
    assert 'value="manage"' in client.get(at).text
    form = {"version": str(body.version), "email": "tanto", "name": "例田 実", "rights": ["edit", "manage"]}
    again = client.post(at, data=form)
    assert again.status_code == 422
    assert 'id="email-e"' in again.text
    assert 'value="例田 実"' in again.text
    assert again.text.count(" checked") == 2
    form["email"] = OWN
    first = client.post(at, data=form)
    assert [first.status_code, client.post(at, data=form).status_code] == [303, 303]
    made = db.session.execute(select(Account).where(Account.email == OWN)).scalar_one()
    assert first.headers["Location"] == f"/office/account/{made.id}/"
    assert (made.rights, made.status) == (["view", "edit", "manage"], AccountStatus.invited)
    assert len(db.session.execute(select(OutboxMail).where(OutboxMail.recipient == OWN)).all()) == 1
    assert "招待の再送" in client.get(first.headers["Location"]).text


def test_a_request_waits_on_both_sides(client: Client, chief: Account, body: Organization) -> None:
    """The body sees that it waits, operators have it in a tab with a number."""
    form = {"version": str(body.version), "email": "tanto@gmail.com", "rights": ["edit"]}
    page = client.get(client.post(f"/office/organization/{body.id}/invite", data=form).headers["Location"]).text
    assert "運営事務局が、団体の代表電話で確かめています" in page
    client.sign_in(Role.operator)
    assert "tanto@gmail.com" in client.get("/admin/account/?tab=requested").text
    made = db.session.execute(select(Account).where(Account.email == "tanto@gmail.com")).scalar_one()
    assert f"/admin/account/{made.id}/confirm" in client.get(f"/admin/account/{made.id}/").text
    call = {"version": str(made.version), "phone": "0982-00-0031", "source": "website", "person": "庶務係 試田様"}
    assert client.post(f"/admin/account/{made.id}/confirm", data=call | {"person": ""}).status_code == 422
    assert client.post(f"/admin/account/{made.id}/confirm", data=call).status_code == 303
    assert db.session.get_one(Account, made.id, populate_existing=True).status is AccountStatus.invited


def test_a_decision_on_an_old_page(client: Client, chief: Account, body: Organization) -> None:
    """409 with what was ticked."""
    clerk = person(body, "edit")
    at, form = f"/office/account/{clerk.id}/rights", {"version": str(clerk.version), "rights": ["publish"]}
    assert client.post(at, data=form).status_code == 303
    chief2 = person(body, "manage", "candidates")
    client.sign_in(chief2)
    late = client.post(at, data=form | {"rights": ["candidates"]})
    assert late.status_code == 409
    assert "川辺 花子が先に「権限の変更」を行いました" in late.text
    assert late.text.count(" checked") == 1


def test_a_hand_over_on_the_page_signs_out(client: Client, chief: Account, body: Organization) -> None:
    heir = person(body, "edit", name="例田 実")
    page = client.get(f"/office/account/{chief.id}/hand_over").text
    assert f'name="to" value="{heir.id}"' in page
    form = {"version": str(chief.version), "to": str(heir.id), "reason": "人事異動のため。"}
    done = client.post(f"/office/account/{chief.id}/hand_over", data=form)
    assert (done.status_code, done.headers["Location"]) == (303, "/login")
    assert client.get("/office/").status_code == 302
    assert set(db.session.get_one(Account, heir.id, populate_existing=True).rights) >= {"manage", "publish"}


def test_ones_own_name(client: Client, chief: Account) -> None:
    form = {"version": str(chief.version), "do": "name", "name": "川辺 はな"}
    assert client.post("/office/account/me", data=form | {"name": " "}).status_code == 422
    assert client.post("/office/account/me", data=form).status_code == 303
    assert "川辺 はな" in client.get("/office/account/me").text
    assert client.post("/office/account/me", data=form | {"name": "別の名前"}).status_code == 409


def test_ones_own_address(client: Client, chief: Account, clock: Any) -> None:
    """The password, then the code that the new mailbox got; before it the old address counts."""
    at, form = "/office/account/me", {"do": "address", "email": OWN, "current": factories.PASSWORD}
    wrong = client.post(at, data=form | {"current": "chigau pasuwaado"})
    assert (wrong.status_code, 'id="current-e"' in wrong.text, f'value="{OWN}"' in wrong.text) == (422, True, True)
    assert client.post(at, data=form | {"email": "chief@gmail.com"}).status_code == 422
    assert client.post(at, data={"do": "code", "code": "AAAA"}).status_code == 422
    assert client.post(at, data=form).status_code == 303
    assert "に送ったコードを入力してください" in client.get(at).text
    code = db.session.execute(select(OutboxMail.sealed).where(OutboxMail.recipient == OWN)).scalar_one()["code"]
    assert client.post(at, data={"do": "code", "code": "AAAA-AAAA-AAAA"}).status_code == 422
    assert db.session.get_one(Account, chief.id).email == "chief@city.hyuga-test.lg.jp"
    assert client.post(at, data={"do": "code", "code": code.lower()}).status_code == 303
    assert db.session.get_one(Account, chief.id).email == OWN
    assert OWN in client.get(at).text
    assert client.post(at, data={"do": "code", "code": code}).status_code == 422, "used once"
    told = select(OutboxMail.template).where(OutboxMail.recipient == "chief@city.hyuga-test.lg.jp")
    assert db.session.execute(told).scalars().all() == ["address_changed"]


@pytest.mark.parametrize(
    ("rights", "shown", "hidden"),
    [
        ((), (), ("内容を直す", "公開へ進む", "一時停止する", "募集を終了する", "コピーして", "募集を追加する")),
        (("edit",), ("内容を直す", "コピーして", "募集を追加する"), ("一時停止する", "募集を終了する")),
        (("publish",), ("一時停止する", "募集を終了する"), ("内容を直す", "コピーして", "募集を追加する")),
    ],
)
def test_buttons_follow_the_rights(
    client: Client, body: Organization, rights: tuple[str, ...], shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    """On the posting, its card and the home."""
    row = factories.posting(PostingStatus.live)
    client.sign_in(person(row.organization, *rights))
    text = "".join(client.get(at).text for at in (f"/office/posting/{row.id}/", "/office/posting/", "/office/"))
    text = text.replace("「内容を直す」", "")
    assert [word for word in shown if word not in text] == []
    assert [word for word in hidden if word in text] == []


def test_a_page_without_right_says_who_gives_it(client: Client, chief: Account, body: Organization) -> None:
    row = factories.posting(PostingStatus.live)
    client.sign_in(person(row.organization))
    refused = client.get(f"/office/posting/{row.id}/pause")
    assert refused.status_code == 403
    assert "川辺 花子さん" in refused.text
    for account in row.organization.accounts:
        account.rights = ["view"]
    db.session.flush()
    assert "サービスセンターへ、権限を付けるようご相談ください" in client.get(f"/office/posting/{row.id}/pause").text
