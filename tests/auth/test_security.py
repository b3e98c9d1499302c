"""ログインの安全: one's own sessions, what happened, factors made anew; a new device is told; a lead helps who has lost everything."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Authenticator, OutboxMail, RecoveryCode, StaffSession
from keynet_admin.services.access import factors, proof
from keynet_admin.services.account import session as sessions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.auth.factor import code, with_app
from tests.auth.test_sign_in import another
from tests.support.web import Client

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Safari/537.36 Edg/90.0"
PHONE = "Mozilla/5.0 (Linux; Android 11; Pixel 5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Mobile Safari/537.36"


def come(client: Any, account: Account, agent: str = EDGE, place: str = "203.0.113.24") -> Any:
    """Sign in by the form, with this browser and from there."""
    typed = {"email": account.email, "password": factories.PASSWORD}
    return client.post("/login", data=typed, headers={"User-Agent": agent}, environ_base={"REMOTE_ADDR": place})


def page(client: Any, address: str = "/security") -> BeautifulSoup:
    """The parsed page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html5lib")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_it(client: Client, db_session: Session, role: Role) -> None:
    """In the frame of their own area, with the link in its head; nobody who is not signed in."""
    assert client.get("/security").location == "/login?next=/security"
    values: dict[str, Any] = {"prefecture_code": "45"} if role is Role.prefecture else {}
    if role is Role.partner:
        values = {"partner_id": factories.partner().id}
    client.sign_in(factories.account(role, **values))
    shown = page(client)
    assert shown.find("h1").text == "ログインの安全"
    assert shown.select_one("form.whoami a[href='/security']") is not None


def test_ones_own_sessions(client: Client, db_session: Session) -> None:
    """Browser, place and times of each; one is ended, then all others; what belongs to others is never ended."""
    account, other = factories.account(Role.municipality), factories.account(Role.municipality)
    db.session.commit()
    phone, third, stranger = another(client), another(client), another(client)
    come(client, account)
    come(phone, account, PHONE, "198.51.100.7")
    come(third, account)
    come(stranger, other)
    rows = page(client).select("table.table--sess tbody tr")
    assert len(rows) == 3
    assert "Windows の Edge" in rows[0].text
    assert "この端末" in rows[0].text
    assert any("Android の Chrome" in row.text and "接続元 198.51.100.7" in row.text for row in rows[1:])
    foreign = db.session.execute(select(StaffSession.id).where(StaffSession.account_id == other.id)).scalar_one()
    client.post("/security/sessions/end", data={"session": str(foreign)})
    assert stranger.get("/office/").status_code == 200
    number = next(row for row in rows if "Android" in row.text).find("button")["value"]
    client.post("/security/sessions/end", data={"session": number})
    assert [phone.get("/office/").status_code, third.get("/office/").status_code] == [302, 200]
    assert client.post("/security/sessions/end").status_code == 303
    assert [third.get("/office/").status_code, client.get("/office/").status_code] == [302, 200]
    for odd in ("x", "１", "9" * 20, "-1"):
        assert client.post("/security/sessions/end", data={"session": odd}).status_code == 400, odd
    assert "ほかの端末のログインを終了しました" in page(client).find("ul", class_="timeline").text


def test_when_a_session_ends(client: Client, db_session: Session) -> None:
    """By idling, but not later than twelve hours after the last proof."""
    client.sign_in(factories.account(Role.municipality))
    now = program_clock.now()
    row = db.session.execute(select(StaffSession)).scalar_one()
    from keynet_admin.auth.security import _ends

    row.used_at = now
    assert _ends(row, here=False) == now + timedelta(minutes=240)
    row.level_at -= timedelta(hours=11)
    left = _ends(row, here=False) - program_clock.now()
    assert timedelta(minutes=58) < left <= timedelta(hours=1)


def test_the_last_use_is_noted_by_posts(client: Client, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most once in five minutes; looking at pages writes nothing."""
    client.sign_in(factories.account(Role.municipality))
    long_ago = program_clock.now() - timedelta(hours=1)
    db.session.execute(update(StaffSession).values(used_at=long_ago))
    client.get("/security")
    client.post("/security/sessions/end")
    assert db.session.execute(select(StaffSession.used_at)).scalar_one() == long_ago
    with client.session_transaction("/login") as cookie:
        cookie["_noted"] -= 301
    client.get("/security")
    assert db.session.execute(select(StaffSession.used_at)).scalar_one() == long_ago
    client.post("/security/sessions/end")
    noted = db.session.execute(select(StaffSession.used_at)).scalar_one()
    assert noted is not None
    assert noted > long_ago + timedelta(minutes=59)


def test_a_new_device_is_told(client: Client, db_session: Session) -> None:
    """By mail and on the page; neither the first sign-in of all, nor a browser that was here before, nor one that stopped half way."""
    account = factories.account(Role.municipality)
    db.session.commit()

    def mails() -> list[OutboxMail]:
        return list(db.session.execute(select(OutboxMail).where(OutboxMail.template == "new_device")).scalars())

    come(client, account)
    client.post("/logout")
    come(client, account)
    assert mails() == []
    phone = another(client)
    come(phone, account, PHONE, "198.51.100.7")
    (mail,) = mails()
    assert mail.recipient == account.email
    assert "Android の Chrome" in mail.body
    assert "198.51.100.7" in mail.body
    shown = page(client)
    assert "新しい端末からのログインがありました。" in shown.find(class_="notice").text
    assert "新しい端末からログインしました" in shown.find("ul", class_="timeline").text
    with_app(account)
    half = another(client)
    come(half, account)
    assert len(mails()) == 1
    half.post("/login/second", data={"proof_code": code()})
    assert len(mails()) == 2


def test_enrolling_replacing_and_new_codes(client: Client, db_session: Session) -> None:
    """The other open session has to do the second step from then on; every change is mailed; another app's codes no longer count."""
    account = factories.account(Role.municipality)
    db.session.commit()
    other = another(client)
    for browser in (client, other):
        come(browser, account)
    secrets = []
    for count in (8, 0):  # the codes are shown with the first factor only
        secret = page(client, "/security/authenticator").find("code", class_="secret").text.replace("-", "")
        done = client.post("/security/authenticator", data={"code": code(secret=secret)})
        assert len(BeautifulSoup(done.data, "html5lib").select("ul.recovery li")) == count
        secrets.append(secret)
    assert secrets[0] != secrets[1]
    assert other.get("/office/").status_code == 302
    assert other.post("/login/second", data={"proof_code": code(1, secrets[0])}).status_code == 422
    assert other.post("/login/second", data={"proof_code": code(1, secrets[1])}).status_code == 303
    before = set(db.session.execute(select(RecoveryCode.code_hash)).scalars())
    done = client.post("/security/recovery-codes")
    assert len(BeautifulSoup(done.data, "html5lib").select("ul.recovery li")) == 8
    assert not before & set(db.session.execute(select(RecoveryCode.code_hash)).scalars())
    assert client.post("/security/authenticator/remove").status_code == 303
    assert not db.session.execute(select(RecoveryCode)).scalars().all()
    assert other.get("/office/").status_code == 200
    told = [mail.body for mail in db.session.execute(select(OutboxMail).where(OutboxMail.template == "factor_changed")).scalars()]
    assert [word in body for word, body in zip(("登録しました", "登録しました", "作り直しました", "消しました"), told, strict=True)] == [
        True
    ] * 4


def test_changes_ask_for_a_fresh_proof(client: Client, db_session: Session) -> None:
    """The second factor where there is one, else the password."""
    account = factories.account(Role.municipality)
    client.sign_in(account)
    old = update(StaffSession).values(level_at=program_clock.real_now() - timedelta(minutes=16))
    for factor in (False, True):
        if factor:
            with_app(account)
            client.sign_in(account)
        for address in (
            "/security/authenticator",
            "/security/authenticator/remove",
            "/security/passkeys",
            "/security/sessions/end",
            "/security/recovery-codes",
        ):
            db.session.execute(old)
            answer = client.post(address, data={"code": "000000"})
            assert answer.status_code == 401, address
            assert ('name="proof_code"' in answer.text, 'name="proof_password"' in answer.text) == (factor, not factor)
    assert client.post("/security/recovery-codes", data={"proof_password": factories.PASSWORD}).status_code == 422
    assert client.post("/security/recovery-codes", data={"proof_code": code()}).status_code == 200


def lost(role: Role) -> Account:
    """Somebody with an app that is in a river."""
    account = with_app(factories.account(role))
    with transaction():
        proof.new_recovery_codes(account)
        sessions.begin(account)
    return account


@pytest.mark.parametrize("role", [Role.operator, Role.municipality, Role.lead])
def test_a_lead_helps(client: Client, db_session: Session, role: Role) -> None:
    """Factors and codes are gone, sessions ended, the holder mailed with the reason, the log tells; twice is once."""
    who = lost(role)
    client.sign_in(Role.lead)
    address = f"/admin/account/{who.id}/reset_factor"
    assert "factor_reset" not in client.get(address).text
    asked = {"version": str(who.version), "reason": "電話で本人を確かめました。"}
    assert client.post(address, data=asked | {"reason": " "}).status_code == 422
    assert client.post(address, data=asked).status_code == 303
    assert client.post(address, data=asked).status_code == 303
    for table in (Authenticator, RecoveryCode):
        assert not db.session.execute(select(table)).scalars().all()
    assert not db.session.execute(select(StaffSession).where(StaffSession.account_id == who.id, StaffSession.ended_at.is_(None))).first()
    (mail,) = db.session.execute(select(OutboxMail).where(OutboxMail.template == "factor_reset")).scalars()
    assert (mail.recipient, "電話で本人を確かめました。" in mail.body) == (who.email, True)
    assert len(db.session.execute(select(AuditEvent).where(AuditEvent.action == "reset_factor")).scalars().all()) == 1


def test_who_may_not_reset(db_session: Session) -> None:
    """A lead an administrator's, nobody their own, no operator, and nobody one that is not there."""
    administrator, lead, operator = lost(Role.admin), lost(Role.lead), lost(Role.operator)
    bare = factories.account(Role.operator)

    def reset(who: Account, by: Account) -> None:
        factors.reset(who, sessions.actor_of(by), seen_version=who.version, reason="なくしたため。")

    for who, by, why in (
        (administrator, lead, NotPermitted),
        (lead, lead, Refused),
        (bare, operator, NotPermitted),
        (operator, operator, NotPermitted),
    ):
        with pytest.raises(why):
            reset(who, by)
    from keynet_admin.errors import TransitionRefused

    with pytest.raises(TransitionRefused):
        reset(bare, administrator)
    reset(administrator, factories.account(Role.admin))
