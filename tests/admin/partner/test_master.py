"""Partners as master data, the decisions about them, and their keys: shown once, after a password, and kept nowhere."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, NurseCenterRecord, Partner, PartnerItem, PartnerKey, StaffSession
from keynet_admin.services.partner import keys
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import (
    KeyStatus,
    PartnerChannel,
    PartnerItemStatus,
    PartnerKind,
    PartnerStatus,
    PostingStatus,
    Role,
)
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

SECRET = re.compile(r"kn_[A-Za-z0-9_-]{20,}")
FORM = {
    "name": "医療人材バンク",
    "kind": "other",
    "prefecture_code": "45",
    "job_types": ["nurse", "physician"],
    "channel": "csv",
    "encoding": "cp932",
}


def partner_named(name: str) -> Partner:
    return db.session.execute(select(Partner).where(Partner.name == name)).scalar_one()


def test_a_partner_is_added_and_changed(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Added without a verified contact; a changed contact has to be verified again, a changed limit has not; nothing typed is lost."""
    client.sign_in(Role.admin)
    wrong = client.post("/admin/partner/list/new/", data=FORM | {"name": "", "email": "だめ", "days_most": "0", "title_most": "千"})
    assert wrong.status_code == 422
    errors = {tag["id"] for tag in BeautifulSoup(wrong.text, "html.parser").select(".error")}
    assert errors == {"name-e", "email-e", "days_most-e", "title_most-e"}
    assert 'value="千"' in wrong.text
    ticked = BeautifulSoup(wrong.text, "html.parser").select("input[name=job_types][checked]")
    assert {tag["value"] for tag in ticked} == {"nurse", "physician"}
    contact = {"email": "bank@jinzai.example", "phone": "03-0000-0021", "days_most": "１８０", "title_most": ""}
    assert client.post("/admin/partner/list/new/", data=FORM | contact).status_code == 303
    made = partner_named("医療人材バンク")
    assert (made.status, made.kind, made.job_types, made.days_most) == (
        PartnerStatus.preparing,
        PartnerKind.other,
        ["nurse", "physician"],
        180,
    )
    page = client.get(f"/admin/partner/list/{made.id}/").text
    assert "宮崎県・" in page
    assert "何も送りません" in page
    address = f"/admin/partner/list/{made.id}/verify"
    assert client.post(address, data={"version": str(made.version)}).status_code == 422
    assert client.post(address, data={"version": str(made.version), "reason": "代表電話で担当の見本様に確かめた。"}).status_code == 303
    assert partner_named("医療人材バンク").status is PartnerStatus.active
    edit = f"/admin/partner/list/edit/?id={made.id}"
    assert client.get(edit).text.count('name="kind"') == 0
    for change, status in (({"title_most": "60"}, PartnerStatus.active), ({"email": "new@jinzai.example"}, PartnerStatus.preparing)):
        contact |= change
        row = partner_named("医療人材バンク")
        assert client.post(edit, data=FORM | contact | {"version": str(row.version)}).status_code == 303
        assert partner_named("医療人材バンク").status is status
    assert client.post(edit, data=FORM | contact | {"version": "1"}).status_code == 409


def test_a_nurse_centers_contact_is_that_of_the_reference_data(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Its form has no address; nobody is verified without one; another address there ends the verification here."""
    row = db_session.execute(select(Partner).where(Partner.prefecture_code == "45", Partner.kind == PartnerKind.nurse_center)).scalar_one()
    client.sign_in(Role.admin)
    form = BeautifulSoup(client.get(f"/admin/partner/list/edit/?id={row.id}").text, "html.parser")
    names = {tag["name"] for tag in form.select("main [name]")}
    assert "channel" in names
    assert not names & {"email", "phone", "job_types", "kind"}
    page = client.get(f"/admin/partner/list/{row.id}/verify").text
    assert "メールアドレスと電話番号が登録されていません" in page
    center = db_session.execute(select(NurseCenterRecord).where(NurseCenterRecord.prefecture_code == "45")).scalar_one()
    contact = {"email": "nc@miyazaki.example", "phone": "0985-00-0015"}
    edit = f"/admin/nurse-center/edit/?id={center.id}"
    assert client.post(edit, data=contact | {"version": str(center.version)}).status_code == 303
    row = db_session.get_one(Partner, row.id)
    assert "nc@miyazaki.example" in client.get(f"/admin/partner/list/{row.id}/verify").text
    typed = {"version": str(row.version), "reason": "電話で確かめた。"}
    assert client.post(f"/admin/partner/list/{row.id}/verify", data=typed).status_code == 303
    assert db_session.get_one(Partner, row.id).status is PartnerStatus.active
    version = str(db_session.get_one(NurseCenterRecord, center.id).version)
    assert client.post(edit, data=contact | {"email": "other@miyazaki.example", "version": version}).status_code == 303
    assert db_session.get_one(Partner, row.id).status is PartnerStatus.preparing


def test_a_stopped_partner_is_shut_out(client: Client, app: Flask, db_session: Session, clock: MovableClock) -> None:
    """Its people are signed out and cannot sign in, and get no mail about a password."""
    row = factories.partner(PartnerKind.other, name="やめる連携先", phone="03-0000-0021")
    account = factories.account(Role.partner, partner_id=row.id)
    db_session.commit()
    theirs = Client(app, app.response_class, use_cookies=True)
    theirs.sign_in(account)
    assert theirs.get("/password").status_code == 200
    client.sign_in(Role.admin)
    address, typed = f"/admin/partner/list/{row.id}/stop", {"version": str(row.version), "reason": "契約の終わり。"}
    assert client.post(address, data=typed).status_code == 303
    assert theirs.get("/security").status_code == 303
    answer = theirs.post("/login", data={"email": account.email, "password": factories.PASSWORD})
    assert answer.status_code == 422


def test_the_list_of_partners(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Those in use first; what is not verified says that nothing is sent; numbers of what stands there."""
    with transaction():
        posting = factories.posting(PostingStatus.live)
    row = factories.partner(PartnerKind.other, name="使う連携先", last_seen_at=program_clock.now())
    factories.partner_key(row)
    factories.partner_item(posting, row, status=PartnerItemStatus.acknowledged)
    factories.partner(PartnerKind.sandbox, name="試験の相手")
    db_session.commit()
    client.sign_in(Role.operator)
    page = client.get("/admin/partner/list/")
    cells = [tag.get_text(" ", strip=True) for tag in BeautifulSoup(page.text, "html.parser").select("tbody tr")]
    assert cells[0].startswith("使う連携先 全国・すべての職種 JSON（鍵 1本） 確認済み 1 0 0")
    assert "架空の募集だけ" in cells[1]
    assert "未確認・送りません" in page.text
    assert "連携先を加える" not in page.text
    found = client.get("/admin/partner/list/?tab=active&kind=other&q=使う").text
    assert found.count("data-open") == 1
    assert client.get("/admin/partner/list/export.csv").status_code == 200


def issued(client: Client, address: str, version: int) -> tuple[str, Any]:
    """The secret of the page that answers the post, and the answer."""
    answer = client.post(address, data={"version": str(version)})
    found = SECRET.findall(answer.text)
    assert len(found) == 1, answer.text
    return found[0], answer


def test_a_key_is_shown_exactly_once(client: Client, db_session: Session, clock: MovableClock, caplog: pytest.LogCaptureFixture) -> None:
    """In the answer to the post, which nothing stores: not the session, the log, the database; pressed again it is not shown again."""
    caplog.set_level(logging.DEBUG)
    row = factories.partner(PartnerKind.other, name="鍵の連携先", phone="03-0000-0021")
    db_session.commit()
    client.sign_in(Role.lead)
    address = f"/admin/partner/list/{row.id}/issue"
    assert "一度だけ表示します" in client.get(address).text
    secret, answer = issued(client, address, row.version)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in caplog.text
    assert secret not in str(answer.headers)
    with client.session_transaction("/admin/") as cookie:
        assert secret not in str(dict(cookie))
    held = keys.holder(secret)
    assert held is not None
    assert held.partner_id == row.id
    assert secret.startswith(held.prefix)
    assert secret not in {held.prefix, held.key_hash}
    assert not [e for e in db_session.execute(select(AuditEvent)).scalars() if secret in str(e.codes)]
    again = client.post(address, data={"version": str(row.version)})
    assert again.status_code == 409
    assert not SECRET.search(again.text)
    assert not SECRET.search(client.get(f"/admin/partner/list/{row.id}/").text)
    assert len(db_session.execute(select(PartnerKey)).scalars().all()) == 1


def test_a_key_is_rotated_extended_and_stopped(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Both work for seven days; a stop counts at once."""
    row = factories.partner(PartnerKind.other, name="鍵の連携先")
    db_session.commit()
    client.sign_in(Role.lead)
    first, _ = issued(client, f"/admin/partner/list/{row.id}/issue", row.version)
    old = db_session.execute(select(PartnerKey)).scalar_one()
    second, answer = issued(client, f"/admin/partner/key/{old.id}/rotate", old.version)
    assert f"古い鍵（{old.prefix}…）は5/14(金) 10:00まで使えます" in answer.text
    again = client.post(f"/admin/partner/key/{old.id}/rotate", data={"version": "1"})
    assert again.status_code == 303
    assert keys.holder(first) is not None
    assert keys.holder(second) is not None
    clock.set("2021-05-13 10:00")
    client.sign_in(Role.lead)
    old = db_session.get_one(PartnerKey, old.id)
    assert client.post(f"/admin/partner/key/{old.id}/extend", data={"version": str(old.version)}).status_code == 303
    clock.set("2021-05-19 10:00")
    assert keys.holder(first) is not None
    new = db_session.execute(select(PartnerKey).where(PartnerKey.status == KeyStatus.active)).scalar_one()
    client.sign_in(Role.lead)
    typed = {"version": str(new.version), "reason": "漏れたおそれがあるため。"}
    assert client.post(f"/admin/partner/key/{new.id}/stop", data=typed).status_code == 303
    assert keys.holder(second) is None
    page = client.get(f"/admin/partner/list/{row.id}/").text
    assert "漏れたおそれがあるため。" in page
    listed = client.get("/admin/partner/key/?tab=all").text
    assert listed.count(f"/admin/partner/list/{row.id}/#keys") == 2
    assert client.get(f"/admin/partner/key/{new.id}/").headers["Location"] == f"/admin/partner/list/{row.id}/#keys"


def test_a_key_asks_for_the_password_again(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Fifteen minutes after it was typed last the button does nothing before it is typed again; stopping a key never waits."""
    row = factories.partner(PartnerKind.other, name="鍵の連携先")
    key = factories.partner_key(row)
    other = factories.partner(PartnerKind.other, name="新しい連携先")
    db_session.commit()
    client.sign_in(Role.lead)
    long_ago = update(StaffSession).values(level_at=program_clock.real_now() - timedelta(minutes=16))
    db_session.execute(long_ago)
    for address in (f"/admin/partner/list/{other.id}/issue", f"/admin/partner/key/{key.id}/rotate", f"/admin/partner/key/{key.id}/extend"):
        assert client.get(address).status_code == 200
        answer = client.post(address, data={"version": "1"})
        assert answer.status_code == 401
        assert "もう一度ご本人の確認をお願いします" in answer.text
    assert len(db_session.execute(select(PartnerKey)).scalars().all()) == 1
    typed = {"version": str(key.version), "proof_password": factories.PASSWORD}
    assert client.post(f"/admin/partner/key/{key.id}/rotate", data=typed).status_code == 200
    assert len(db_session.execute(select(PartnerKey)).scalars().all()) == 2
    db_session.execute(long_ago)
    stopped = client.post(f"/admin/partner/key/{key.id}/stop", data={"version": str(key.version), "reason": "漏れたおそれがあるため。"})
    assert stopped.status_code == 303


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"status": PartnerStatus.preparing, "verified_at": None}, "連絡先を確かめて使用を始めるまで"),
        ({"channel": PartnerChannel.csv}, "CSV（ログイン）"),
    ],
)
def test_who_gets_no_key(client: Client, db_session: Session, values: dict[str, Any], why: str) -> None:
    row = factories.partner(PartnerKind.other, name="鍵のない連携先", **values)
    db_session.commit()
    client.sign_in(Role.admin)
    page = client.get(f"/admin/partner/list/{row.id}/issue")
    assert why in page.text
    assert "鍵を発行する</button>" not in page.text
    answer = client.post(f"/admin/partner/list/{row.id}/issue", data={"version": str(row.version)})
    assert (answer.status_code, SECRET.search(answer.text)) == (409, None)
    assert db_session.execute(select(PartnerKey)).first() is None


def test_a_partners_page_names_its_people(client: Client, db_session: Session) -> None:
    row = factories.partner(PartnerKind.other, name="人のいる連携先")
    account = factories.account(Role.partner, partner_id=row.id)
    db_session.commit()
    for role, offered in ((Role.operator, False), (Role.admin, True)):
        client.sign_in(role)
        page = client.get(f"/admin/partner/list/{row.id}/").text
        assert f"/admin/account/{account.id}/" in page
        assert (f"/admin/account/issue?to=partner.{row.id}" in page) is offered


def test_an_item_of_another_kind_of_row_is_not_found(client: Client, db_session: Session) -> None:
    client.sign_in(Role.admin)
    assert [client.get(f"/admin/partner/{place}99999/").status_code for place in ("", "list/", "key/")] == [404] * 3
    assert db_session.execute(select(PartnerItem)).first() is None
    assert db_session.execute(select(Account).where(Account.partner_id.is_not(None))).first() is None
