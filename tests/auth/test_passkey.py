"""Passkeys, with one in software: registered, used as the second step, refused in every way in which an answer can be wrong."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, OutboxMail, Passkey, StaffSession
from keynet_admin.services.access import passkeys
from keynet_admin.vocabulary import Role
from tests import factories
from tests.auth.authenticator import SoftPasskey
from tests.auth.factor import with_app
from tests.auth.test_sign_in import another
from tests.support.web import Client

ORIGIN = "https://keynet.example.jp"
pytestmark = pytest.mark.settings(PUBLIC_URL=ORIGIN, SESSION_COOKIE_NAME="session", SESSION_COOKIE_SECURE=False, TRUSTED_HOSTS=None)


@pytest.fixture
def holder(client: Client, db_session: Session) -> Account:
    """A signed-in municipality's account."""
    return client.sign_in(Role.municipality)


def registered(client: Any, **kind: Any) -> SoftPasskey:
    """A passkey that was registered from the page."""
    made = SoftPasskey(**kind)
    options = client.post("/security/passkeys/options").text
    answer = client.post("/security/passkeys", data={"name": "庁内のパソコン", "passkey": made.create(options, ORIGIN)})
    assert answer.status_code == 200, answer.text
    return made


def half_in(client: Any, account: Account) -> Any:
    """Another browser, behind the password."""
    browser = another(client)
    answer = browser.post("/login", data={"email": account.email, "password": factories.PASSWORD})
    assert answer.location == "/login/second"
    return browser


def prove(browser: Any, answer: str) -> int:
    """The second step by this answer."""
    status: int = browser.post("/login/second", data={"proof_passkey": answer}).status_code
    return status


def test_registered_and_used(client: Client, holder: Account) -> None:
    """The first factor shows recovery codes; in another browser the passkey alone is the second step; the holder was mailed."""
    options = json.loads(client.post("/security/passkeys/options").text)
    assert (options["rp"]["id"], options["authenticatorSelection"]["userVerification"]) == ("keynet.example.jp", "required")
    made = registered(client, count=1)
    assert [mail.template for mail in db.session.execute(select(OutboxMail)).scalars()] == ["factor_changed"]
    browser = half_in(client, holder)
    options = browser.post("/login/passkey").text
    assert len(json.loads(options)["allowCredentials"]) == 1
    made.count = 2
    assert prove(browser, made.get(options, ORIGIN)) == 303
    assert browser.get("/office/").status_code == 200
    row = db.session.execute(select(Passkey)).scalar_one()
    assert (row.sign_count, row.name) == (2, "庁内のパソコン")


def test_what_is_refused(client: Client, holder: Account) -> None:
    """A replayed or foreign challenge, another origin, a counter that went back, nobody verified, another account's key, nonsense."""
    made, stranger = registered(client, count=5), registered_elsewhere(client)
    browser = half_in(client, holder)

    def asked() -> str:
        text: str = browser.post("/login/passkey").text
        return text

    made.count = 6
    first = made.get(asked(), ORIGIN)
    assert prove(browser, made.get(asked(), "https://keynet.example.jp.evil.example")) == 422
    assert prove(browser, first) == 422, "an older challenge"
    other = half_in(client, holder)
    assert prove(browser, made.get(other.post("/login/passkey").text, ORIGIN)) == 422, "the challenge of another browser"
    made.count = 5
    assert prove(browser, made.get(asked(), ORIGIN)) == 422, "a copy of the key"
    made.count, made.verifies = 7, False
    assert prove(browser, made.get(asked(), ORIGIN)) == 422, "nobody looked at the person"
    made.verifies = True
    assert prove(browser, stranger.get(asked(), ORIGIN)) == 422
    for odd in (
        "x",
        "{}",
        "[]",
        "null",
        '{"id": 1}',
        json.dumps({"id": "é" * 40, "rawId": "\0", "response": {}, "type": "public-key"}),
        "9" * 30_000,
    ):
        asked()
        assert prove(browser, odd) == 422, odd[:40]
    late = made.get(asked(), ORIGIN)
    db.session.execute(update(StaffSession).values(challenge_until=program_clock.real_now()))
    assert prove(browser, late) == 422, "too late"
    good = made.get(asked(), ORIGIN)
    assert prove(browser, good) == 303
    assert browser.get("/office/").status_code == 200
    again = half_in(client, holder)
    assert prove(again, good) == 422, "replayed"


def registered_elsewhere(client: Any) -> SoftPasskey:
    """A passkey of another account."""
    browser = another(client)
    browser.sign_in(factories.account(Role.operator))
    return registered(browser)


def test_what_is_not_registered(client: Client, holder: Account) -> None:
    """An answer for another origin, one without a name, the same key twice, one without its person verified."""
    made = SoftPasskey()
    for data in (
        {"name": "鍵", "passkey": made.create(client.post("/security/passkeys/options").text, "https://evil.example")},
        {"name": "鍵", "passkey": SoftPasskey(verifies=False).create(client.post("/security/passkeys/options").text, ORIGIN)},
        {"name": " ", "passkey": made.create(client.post("/security/passkeys/options").text, ORIGIN)},
        {"name": "あ" * 41, "passkey": "x"},
        {"name": "鍵", "passkey": ""},
    ):
        answer = client.post("/security/passkeys", data=data)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    made = registered(client)
    again = {"name": "同じ鍵", "passkey": made.create(client.post("/security/passkeys/options").text, ORIGIN)}
    assert client.post("/security/passkeys", data=again).status_code == 422
    assert len(db.session.execute(select(Passkey)).scalars().all()) == 1


def test_removed(client: Client, holder: Account) -> None:
    """One's own; then the password alone is enough again. Nobody removes another's."""
    registered(client)
    row = db.session.execute(select(Passkey)).scalar_one()
    thief = another(client)
    thief.sign_in(factories.account(Role.operator))
    assert thief.post(f"/security/passkeys/{row.id}/remove").status_code == 404
    assert db.session.execute(select(Passkey)).scalars().all()
    assert client.post(f"/security/passkeys/{row.id}/remove").status_code == 303
    assert not db.session.execute(select(Passkey)).scalars().all()
    browser = another(client)
    assert browser.post("/login", data={"email": holder.email, "password": factories.PASSWORD}).location == "/office/"


@pytest.mark.settings(SECOND_FACTOR=True)
def test_the_last_one_stays(client: Client, db_session: Session) -> None:
    """Of who must have a factor."""
    account = with_app(factories.account(Role.operator))
    client.sign_in(account)
    answer = client.post("/security/authenticator/remove")
    assert answer.status_code == 303
    assert "先に別の方法を登録してから" in client.get("/security").text
    made = registered(client)
    client.post("/security/authenticator/remove")
    shown = client.get("/security").text
    assert "認証アプリを消しました。" in shown
    number = db.session.execute(select(Passkey.id)).scalar_one()
    client.post(f"/security/passkeys/{number}/remove")
    assert "先に別の方法を登録してから" in client.get("/security").text
    browser = half_in(client, account)
    assert prove(browser, made.get(browser.post("/login/passkey").text, ORIGIN)) == 303


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://keynet.example.jp", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://keynet.example.jp", False),
    ],
)
def test_where_browsers_offer_them(client: Client, holder: Account, address: str, offered: bool) -> None:
    """Only under a name, over TLS or on this machine; elsewhere the page says that there are none."""
    from tests.support.web import change_settings

    change_settings(client.application, public_url=address)
    with client.application.app_context():
        assert passkeys.usable() is offered
    assert client.post("/security/passkeys/options").status_code == (200 if offered else 409)
    assert ("このアドレスでは使えません" in client.get("/security").text) is not offered
