"""Sign-in, sign-out, idling, rate limits, and where one lands afterwards."""

import time
from typing import Any

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from keynet_admin import config
from keynet_admin.extensions import db
from keynet_admin.models import Account, OutboxMail, StaffSession
from keynet_admin.services.account import password as passwords
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, Role
from tests import factories

EMAIL = "operator@keynet.example"


@pytest.fixture
def operator(db_session: Session) -> Account:
    """A committed operator."""
    account = factories.account(Role.operator, email=EMAIL)
    db.session.commit()
    return account


def sign_in(client: FlaskClient, email: str = EMAIL, password: str = factories.PASSWORD, **more: str) -> Any:
    """Post the form."""
    return client.post("/login", data={"email": email, "password": password, **more})


def signed_in(client: FlaskClient) -> bool:
    """Does the password page know who it is?"""
    return "パスワードの変更" in client.get("/password").text


def another(client: FlaskClient) -> FlaskClient:
    """A second browser."""
    return type(client)(client.application, client.application.response_class, use_cookies=True)


def remember(client: FlaskClient, **values: Any) -> None:
    """Put values into the browser's signed cookie, as an older version of the program might have."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(client.application)
    assert serializer is not None
    cookie = client.get_cookie("session")
    known = serializer.loads(cookie.value) if cookie is not None else {}
    client.set_cookie("session", serializer.dumps(known | values))


def page(response: Any) -> BeautifulSoup:
    """The parsed page."""
    return BeautifulSoup(response.data, "html5lib")


@pytest.mark.parametrize(
    ("role", "home"), [(Role.operator, "/admin/submission/"), (Role.lead, "/admin/submission/"), (Role.municipality, "/office/")]
)
def test_lands_at_home(client: FlaskClient, db_session: Session, role: Role, home: str) -> None:
    """By role."""
    account = factories.account(role)
    db.session.commit()
    response = sign_in(client, f" {account.email.upper()} ")
    assert (response.status_code, response.location) == (303, home)
    assert signed_in(client)


@pytest.mark.parametrize("wanted", ["/admin/submission/12/", "/admin/?q=%E3%81%82", "/password"])
def test_goes_where_one_wanted(client: FlaskClient, operator: Account, wanted: str) -> None:
    """A page of one's own side."""
    form = page(client.get("/login", query_string={"next": wanted})).find("form")
    assert form.find("input", {"name": "next"})["value"] == wanted
    assert sign_in(client, next=wanted).location == wanted


FOREIGN = [
    "https://evil.example/", "//evil.example/", "///evil.example", "http:evil.example", "https:evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t/evil.example", "/%09/evil.example", "http://127.0.0.1\\@evil.example", "javascript:alert(1)",
    "/admin\\@evil.example", "/admin/\r\nLocation: https://evil.example", "/adminevil.example", " //evil.example", "/admin/あ", "/logout",
    "@evil.example", ".evil.example", "/office/",
]  # fmt: skip


def test_never_leaves(client: FlaskClient, operator: Account) -> None:
    """Before and after the sign-in, by address and by form."""
    for wanted in FOREIGN:
        assert "evil" not in str(page(client.get("/login", query_string={"next": wanted})).find("form"))
        assert sign_in(client, next=wanted).location == "/admin/submission/", wanted
        assert client.get("/login", query_string={"next": wanted}).location == "/admin/submission/", wanted
        client.post("/logout")


def test_a_new_cookie_and_a_dead_old_one(client: FlaskClient, operator: Account) -> None:
    """The cookie changes at sign-in; a copy of it is dead after the sign-out."""
    client.get("/login")
    sign_in(client)
    copy = client.get_cookie("session")
    assert copy is not None
    assert copy.http_only
    assert copy.same_site == "Lax"
    assert client.post("/logout").status_code == 303
    assert not signed_in(client)
    thief = another(client)
    thief.set_cookie("session", copy.value)
    assert not signed_in(thief)
    assert client.get("/logout").status_code == 405


def test_each_sign_in_has_its_own_key(client: FlaskClient, operator: Account) -> None:
    """Signing out here does not sign out there."""
    other = another(client)
    sign_in(client)
    sign_in(other)
    client.post("/logout")
    assert signed_in(other)
    assert db.session.query(StaffSession).count() == 2


WRONG = [
    (EMAIL, "wrong wrong wrong"), ("nobody@keynet.example", factories.PASSWORD), ("x", "y"), ("\x00", "\x00"), ("', --", "%00"),
    (EMAIL, "z" * 10_000), ("é" * 300, "x"),
]  # fmt: skip


def test_wrong(client: FlaskClient, operator: Account) -> None:
    """One answer for all, the address kept, the password not."""
    for email, password in WRONG:
        response = sign_in(client, email, password)
        assert response.status_code == 422
        soup = page(response)
        assert "メールアドレスまたはパスワードが違います。" in soup.find(id="password-e").text
        assert soup.find(id="password").get("value") is None
        assert soup.find("section", class_="error-summary").find("a")["href"] == "#password"
    assert not signed_in(client)


@pytest.mark.parametrize("field", ["email", "password"])
def test_an_empty_field(client: FlaskClient, db_session: Session, field: str) -> None:
    """Said at the field, tied to it."""
    soup = page(client.post("/login", data={"email": "a@b.example", "password": "x", field: " "}))
    control = soup.find(id=field)
    assert control["aria-invalid"] == "true"
    assert f"{field}-e" in control["aria-describedby"].split()


@pytest.mark.parametrize("status", [AccountStatus.invited, AccountStatus.suspended])
def test_who_may_not(client: FlaskClient, db_session: Session, status: AccountStatus) -> None:
    """With the right password, too."""
    account = factories.account(Role.operator, status=status)
    db.session.commit()
    assert sign_in(client, account.email).status_code == 422


def test_suspended_while_signed_in(client: FlaskClient, operator: Account) -> None:
    """The next request is nobody's."""
    sign_in(client)
    db.session.execute(db.update(Account).values(status=AccountStatus.suspended))
    db.session.commit()
    assert not signed_in(client)


@pytest.mark.settings(RATELIMIT_ENABLED=True)
@pytest.mark.parametrize("email", [EMAIL, "nobody@keynet.example"])
def test_the_rate_limit(client: FlaskClient, operator: Account, email: str) -> None:
    """Within 30 wrong passwords, whichever worker they reach; then the right one waits, too, and others do not."""
    browsers = [another(client), another(client)]
    codes = [sign_in(browsers[n % 2], email, "wrong wrong wrong").status_code for n in range(30)]
    assert set(codes) == {422, 429}
    assert codes == sorted(codes)
    response = sign_in(browsers[0], email)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "回数が多いため" in response.text
    assert page(response).find(id="email")["value"] == email
    assert sign_in(browsers[0], "other@keynet.example", "wrong wrong wrong").status_code == 422


NEAR, FAR = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}


def guess(client: FlaskClient, times: int, **place: Any) -> list[int]:
    """Wrong passwords for the operator, by browsers that keep nothing."""
    wrong = {"email": EMAIL, "password": "wrong wrong wrong"}
    return [another(client).post("/login", data=wrong, **place).status_code for _ in range(times)]


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_a_stranger_does_not_lock_the_owner_out(client: FlaskClient, operator: Account) -> None:
    """By wrong passwords: from elsewhere never; from the owner's own network not in a browser where the owner has been before."""
    assert sign_in(client).status_code == 303
    client.post("/logout")
    assert 429 in guess(client, 12, environ_base=FAR)
    assert another(client).post("/login", data={"email": EMAIL, "password": factories.PASSWORD}, environ_base=NEAR).status_code == 303
    assert 429 in guess(client, 12)
    assert sign_in(another(client)).status_code == 429
    assert sign_in(client).status_code == 303
    client.post("/logout")
    codes = [sign_in(client, password="wrong wrong wrong").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429], "the known browser has a limit, too"


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_guesses_from_everywhere_leave_the_way_by_mail(client: FlaskClient, operator: Account) -> None:
    """A new browser is refused then and says where the door is; the link of the mail signs in, and the browser is known from then on."""
    for number in range(11):
        guess(client, 10, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
    refused = sign_in(client)
    assert refused.status_code == 429
    assert page(refused).find("a", href="/password/forgot", string="パスワードの再設定のご案内") is not None
    client.post("/password/forgot", data={"email": EMAIL})
    mail = db.session.execute(db.select(OutboxMail)).scalar_one()
    assert mail.sealed is not None
    new = "yama no ue ni tsuki ga aru 3"
    address = f"/password/reset/{mail.sealed['link'].rpartition('/')[2]}"
    assert client.post(address, data={"password": new, "password2": new}).status_code == 303
    client.post("/logout")
    assert sign_in(another(client), password=new).status_code == 429
    assert sign_in(client, password=new).status_code == 303


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_forgotten_pressed_by_a_stranger(client: FlaskClient, operator: Account) -> None:
    """However often and from wherever: one answer, five mails an hour at most, and the owner's first one still works."""
    answers = {
        another(client).post("/password/forgot", data={"email": email}, environ_base={"REMOTE_ADDR": f"198.51.100.{number % 3}"}).text
        for number in range(12)
        for email in (EMAIL, "nobody@keynet.example")
    }
    assert len(answers) == 1
    mails = db.session.execute(db.select(OutboxMail).order_by(OutboxMail.id)).scalars().all()
    assert [mail.recipient for mail in mails] == [EMAIL] * 5
    first = mails[0].sealed
    assert first is not None
    assert client.get(f"/password/reset/{first['link'].rpartition('/')[2]}").status_code == 200
    typed = client.post("/first-login", data={"email": EMAIL, "code": first["code"]})
    assert typed.location == "/first-login/password"


def test_which_browser_is_known(client: FlaskClient, operator: Account) -> None:
    """The mark outlives the sign-out, is the account's own and cannot be made up; a shared browser keeps one for each, the newest eight."""
    others = [factories.account(Role.operator) for _ in range(9)]
    db.session.commit()
    for account in (operator, *others):
        sign_in(client, account.email)
        client.post("/logout")
    cookie = client.get_cookie("known")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    signer = URLSafeTimedSerializer(config.of(client.application).secret_key, salt="known-browser")
    assert list(signer.loads(cookie.value)) == [str(account.id) for account in reversed(others)][:8]
    for odd in ("", "x", cookie.value[:-2], URLSafeTimedSerializer("other", salt="known-browser").dumps({"1": "x"})):
        client.set_cookie("known", odd)
        assert sign_in(client).status_code == 303
        client.post("/logout")


@pytest.mark.settings(IDLE_MINUTES=10)
def test_idling(client: FlaskClient, operator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes without a request end it; each request on a staff page begins them anew; nothing is written for it."""
    sign_in(client)
    now = time.time()
    for minutes in (9, 18, 27):
        monkeypatch.setattr(time, "time", lambda minutes=minutes: now + minutes * 60)
        assert signed_in(client)
    monkeypatch.setattr(time, "time", lambda: now + 38 * 60)
    response = client.get("/login")
    assert "もう一度ログインしてください" in response.text
    assert not signed_in(client)


@pytest.mark.parametrize("days", [-400, 400])
def test_the_clock_jumps(client: FlaskClient, operator: Account, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Not a 500, just a new sign-in."""
    sign_in(client)
    then = time.time() + days * 86_400
    monkeypatch.setattr(time, "time", lambda: then)
    for address in ("/password", "/login"):
        assert client.get(address).status_code == 200
    assert sign_in(client).status_code == 303
    assert signed_in(client)


def test_an_odd_time_stamp(client: FlaskClient, operator: Account) -> None:
    """Counts as idle."""
    for seen in (None, "x", 1.5, [], True, 10**30, -(10**30)):
        sign_in(client)
        assert signed_in(client)
        remember(client, _seen=seen)
        assert not signed_in(client), seen


def test_no_lock_is_held_while_hashing(client: FlaskClient, operator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's write lock would stop every other writer for the time argon2 takes."""
    seen: list[bool] = []
    for name in ("verify", "hashed"):
        real = getattr(passwords, name)
        monkeypatch.setattr(passwords, name, lambda *args, real=real: (seen.append(db.session().in_transaction()), real(*args))[1])
    sign_in(client)
    new = "yama no ue ni tsuki ga aru 3"
    assert client.post("/password", data={"current": factories.PASSWORD, "password": new, "password2": new}).status_code == 303
    assert seen == [False, False, False]


def test_a_password_changed_while_hashing(client: FlaskClient, operator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old password must not open a session after the new one ended all."""

    def slow(_stored: str, _text: str) -> bool:
        with transaction():
            db.session.execute(db.update(Account).values(password_hash="new"))
        return True

    monkeypatch.setattr(passwords, "verify", slow)
    assert sign_in(client).status_code == 422


def test_the_session_ends_with_a_new_password(client: FlaskClient, operator: Account) -> None:
    """Elsewhere, not here."""
    other = another(client)
    sign_in(client)
    sign_in(other)
    new = "yama no ue ni tsuki ga aru 3"
    wrong = client.post("/password", data={"current": "wrong", "password": new, "password2": new})
    assert "いまのパスワードが違います。" in wrong.text
    assert client.post("/password", data={"current": factories.PASSWORD, "password": new, "password2": new}).status_code == 303
    assert signed_in(client)
    assert not signed_in(other)
    assert sign_in(other, password=new).status_code == 303


def test_a_hash_made_with_older_parameters_is_made_again(client: FlaskClient, operator: Account) -> None:
    """By the right password alone; the second sign-in finds nothing to do, and the password stays the same."""
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    operator.password_hash = old.hash(factories.PASSWORD)
    first = operator.password_hash
    sign_in(client, password="not the password at all")
    assert operator.password_hash == first
    assert sign_in(client).status_code == 303
    again = operator.password_hash
    assert again != first
    assert not old.check_needs_rehash(first)
    assert passwords.renewed(again or "", factories.PASSWORD) is None
    assert sign_in(another(client)).status_code == 303
    assert operator.password_hash == again


def test_the_sign_out_clears_what_the_browser_keeps_of_pages(client: FlaskClient, operator: Account) -> None:
    """For the Back button; what a body typed and did not send stays."""
    sign_in(client)
    assert client.post("/logout").headers["Clear-Site-Data"] == '"cache"'


def test_signed_in_pages_are_not_stored(client: FlaskClient, operator: Account) -> None:
    """By the browser or anything between."""
    sign_in(client)
    assert client.get("/password").headers["Cache-Control"] == "no-store"


@pytest.mark.settings(
    PUBLIC_URL="https://keynet.example", TRUSTED_HOSTS=["keynet.example"], SESSION_COOKIE_NAME="__Host-session", SESSION_COOKIE_SECURE=True
)
def test_the_cookie_behind_tls(client: FlaskClient, operator: Account) -> None:
    """Secure, without a domain, by its prefix for this host only."""
    response = client.post("/login", data={"email": EMAIL, "password": factories.PASSWORD}, base_url="https://keynet.example")
    cookies = response.headers.getlist("Set-Cookie")
    assert sorted(cookie.partition("=")[0] for cookie in cookies) == ["__Host-known", "__Host-session"]
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize(
    "address", ["/login", "/logout", "/first-login", "/first-login/x", "/first-login/x/renew", "/password", "/password/forgot"]
)
def test_forged_requests(client: FlaskClient, operator: Account, address: str) -> None:
    """No form without its token."""
    assert client.post(address, data={"email": EMAIL, "password": factories.PASSWORD}).status_code == 400


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_the_form_as_a_browser_sends_it(client: FlaskClient, operator: Account) -> None:
    """With the token of the page."""
    token = page(client.get("/login")).find("input", {"name": "csrf_token"})["value"]
    assert sign_in(client, csrf_token=token).status_code == 303
