"""The way from a mail to a signed-in account: by link and by typed code, and everything that can be wrong with them."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, OutboxMail
from keynet_admin.permissions import SYSTEM
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, Role
from tests import factories
from tests.auth.test_sign_in import another, page, remember
from tests.support.clock import MovableClock

EMAIL = "yobo@city.ome.example"
NEW = "tanima no hana ga saku 5"
GOOD = {"password": NEW, "password2": NEW}


@pytest.fixture
def invited(db_session: Session) -> Account:
    """An account that waits for its first login."""
    with transaction():
        return accounts.issue(factories.make_organization("132055", "青梅市"), EMAIL, "見本 一郎", SYSTEM)


def secrets_of_last_mail() -> tuple[str, str]:
    """Path of the link, and the code."""
    mail = db.session.execute(db.select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
    assert mail.sealed is not None
    return mail.sealed["link"].removeprefix("http://127.0.0.1:8000"), mail.sealed["code"]


def status(account: Account) -> AccountStatus:
    """As stored now."""
    return db.session.execute(db.select(Account.status).where(Account.id == account.id)).scalar_one()


@pytest.mark.parametrize("behind", [")", "。", "/", ">", "）。"])
def test_a_sign_behind_the_link_is_forgiven(client: FlaskClient, invited: Account, behind: str) -> None:
    """Cases rep-25a, c, e; every other link and sign: `tests/web/access/test_links.py`."""
    link, _code = secrets_of_last_mail()
    for path in (link, link.replace("/first-login/", "/password/reset/")):
        answer = client.get(path + behind, follow_redirects=True)
        assert (answer.status_code, answer.request.path) == (200, path)
        assert 'name="password2"' in answer.text
    assert client.post(link, data=GOOD).status_code == 303
    assert status(invited) is AccountStatus.active


def test_by_link(client: FlaskClient, invited: Account) -> None:
    """Opened five times by scanners and people, it still works, once."""
    link, _code = secrets_of_last_mail()
    before = db.session.query(AuditEvent).count()
    for method in (client.get, client.head, client.get, client.head, client.get):
        assert method(link).status_code == 200
    assert db.session.query(AuditEvent).count() == before
    shown = page(client.get(link))
    assert EMAIL in shown.find("main").text
    assert [i["name"] for i in shown.find("main").find_all("input", type="password")] == ["password", "password2"]
    response = client.post(link, data=GOOD)
    assert (response.status_code, response.location) == (303, "/office/")
    assert status(invited) is AccountStatus.active
    assert "パスワードの変更" in client.get("/password").text
    stranger = another(client)
    again = stranger.get(link)
    assert again.status_code == 410
    assert "すでにパスワードが設定されています" in again.text
    assert stranger.post(link, data=GOOD).status_code == 410
    assert stranger.post("/login", data={"email": EMAIL, "password": NEW}).location == "/office/"


@pytest.mark.parametrize("write", [str, lambda c: c.lower().replace("-", " "), lambda c: "".join(chr(ord(x) + 0xFEE0) for x in c)])
def test_by_code(client: FlaskClient, invited: Account, write: Any) -> None:
    """Typed in any way, at the one address that stands in the mail."""
    code = secrets_of_last_mail()[1]
    response = client.post("/first-login", data={"email": EMAIL.upper(), "code": write(code)})
    assert (response.status_code, response.location) == (303, "/first-login/password")
    assert client.get(response.location).status_code == 200
    assert client.post(response.location, data=GOOD).location == "/office/"
    assert status(invited) is AccountStatus.active


def test_a_wrong_code_keeps_what_was_typed(client: FlaskClient, invited: Account) -> None:
    """The same words for a known and an unknown address."""
    texts = set()
    for email in (EMAIL, "nobody@city.example"):
        response = client.post("/first-login", data={"email": email, "code": "7K4M-2QXH-9T6P"})
        assert response.status_code == 422
        soup = page(response)
        assert soup.find(id="email")["value"] == email
        assert soup.find(id="code")["value"] == "7K4M-2QXH-9T6P"
        texts.add(soup.find(id="code-e").text)
    assert len(texts) == 1


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_wrong_codes_slow_down_and_burn_nothing(client: FlaskClient, invited: Account) -> None:
    """The code waits until the rate limit is over; the link is not touched by it."""
    link, code = secrets_of_last_mail()
    answers = [client.post("/first-login", data={"email": EMAIL, "code": "2222-2222-2222"}).status_code for _ in range(30)]
    assert set(answers) == {422, 429}
    assert client.post("/first-login", data={"email": EMAIL, "code": code}).status_code == 429
    assert client.post("/first-login", data={"email": "other@city.example", "code": "x"}).status_code == 422
    db.session.execute(db.text("DELETE FROM throttle"))
    db.session.commit()
    assert client.post("/first-login", data={"email": EMAIL, "code": code}).status_code == 303
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"password": "short", "password2": "short"}, "password"),
        ({"password": "", "password2": ""}, "password"),
        ({"password": "password1234", "password2": "password1234"}, "password"),
        ({"password": EMAIL, "password2": EMAIL}, "password"),
        ({"password": NEW, "password2": NEW + "x"}, "password2"),
        ({"password": "ab" * 3000, "password2": "ab" * 3000}, "password"),
    ],
)
def test_a_poor_password(client: FlaskClient, invited: Account, data: dict[str, str], field: str) -> None:
    """Said at the field; nothing is used up."""
    link = secrets_of_last_mail()[0]
    response = client.post(link, data=data)
    assert response.status_code == 422
    assert page(response).find(id=f"{field}-e") is not None
    assert data["password"] == "" or data["password"] not in page(response).find("form", class_="panel").text
    assert status(invited) is AccountStatus.invited
    assert client.post(link, data=GOOD).status_code == 303


def test_unasked_fields_change_nothing(client: FlaskClient, invited: Account) -> None:
    """Role, organization and status are nobody's to choose."""
    client.post(
        secrets_of_last_mail()[0], data=GOOD | {"role": "admin", "status": "active", "organization_id": "1", "email": "x@y.example"}
    )
    db.session.expire_all()
    account = db.session.get(Account, invited.id)
    assert account is not None
    assert (account.role, account.email) == (Role.municipality, EMAIL)


def test_an_older_link_names_the_newer_mail(client: FlaskClient, invited: Account, clock: MovableClock) -> None:
    """With the moment it was sent."""
    link = secrets_of_last_mail()[0]
    with transaction():
        accounts.resend_invitation(invited, SYSTEM)
    response = client.get(link)
    assert response.status_code == 410
    assert "5月7日 10:00に新しいご案内のメールをお送りしました" in response.text
    assert client.get(secrets_of_last_mail()[0]).status_code == 200


@pytest.mark.parametrize("by", ["link", "code"])
def test_an_expired_one_sends_a_new_one_to_the_same_address(client: FlaskClient, clock: MovableClock, invited: Account, by: str) -> None:
    """By a button, never by looking."""
    link, code = secrets_of_last_mail()
    clock.advance(days=20)
    if by == "code":
        link = client.post("/first-login", data={"email": EMAIL, "code": code}).location
    response = client.get(link)
    assert response.status_code == 410
    form = page(response).find("main").find("form")
    assert EMAIL in page(response).find("main").text
    assert db.session.query(OutboxMail).count() == 1
    assert client.post(form["action"]).status_code == 200
    mail = db.session.query(OutboxMail).order_by(OutboxMail.id.desc()).first()
    assert mail is not None
    assert mail.recipient == EMAIL
    assert client.get(secrets_of_last_mail()[0]).status_code == 200
    assert client.post(form["action"]).status_code == 410


@pytest.mark.parametrize("path", ["/first-login/unknown", "/password/reset/%ff", "/first-login/" + "x" * 3000])
def test_an_unknown_link(client: FlaskClient, db_session: Session, path: str) -> None:
    """Not found, in words, with the ways on."""
    response = client.get(path)
    assert response.status_code == 404
    assert "/first-login" in response.text
    assert client.post(path, data=GOOD).status_code == 404


def test_the_code_page_without_a_code(client: FlaskClient, db_session: Session) -> None:
    """Back to the field, also with a forged or old memory."""
    assert client.get("/first-login/password").location == "/first-login"
    for memory in ("x", [1], [1, "x"], ["a", 2], [1, 5], None):
        remember(client, _first=memory)
        assert client.get("/first-login/password").location == "/first-login", memory


def test_signed_in_as_somebody_else(client: FlaskClient, invited: Account) -> None:
    """Refused with both addresses; nothing happened."""
    factories.account(Role.operator, email="operator@keynet.example")
    db.session.commit()
    client.post("/login", data={"email": "operator@keynet.example", "password": factories.PASSWORD})
    link = secrets_of_last_mail()[0]
    for response in (client.get(link), client.post(link, data=GOOD)):
        assert response.status_code == 409
        text = page(response).find("main").text
        assert EMAIL in text
        assert "operator@keynet.example" in text
    assert status(invited) is AccountStatus.invited


def test_forgotten_password(client: FlaskClient, db_session: Session) -> None:
    """From the form to the new password; the old sessions end."""
    factories.account(Role.operator, email="operator@keynet.example")
    db.session.commit()
    other = another(client)
    other.post("/login", data={"email": "operator@keynet.example", "password": factories.PASSWORD})
    assert client.post("/password/forgot", data={"email": "Operator@keynet.example"}).status_code == 200
    link = secrets_of_last_mail()[0]
    assert link.startswith("/password/reset/")
    assert client.get(link).status_code == 200
    assert client.post(link, data=GOOD).location == "/admin/submission/"
    assert "パスワードの変更" not in other.get("/password").text
    assert other.post("/login", data={"email": "operator@keynet.example", "password": factories.PASSWORD}).status_code == 422


def test_the_same_answer_and_work_for_every_address(client: FlaskClient, invited: Account) -> None:
    """Known, waiting, unknown: the same page to the last byte, and the same statements behind it."""
    factories.account(Role.operator, email="operator@keynet.example")
    db.session.commit()
    pages, work = [], []
    event.listen(db.engine, "before_cursor_execute", lambda *args: work[-1].append(args[2]))
    for email in ("operator@keynet.example", "nobody@city.example"):
        work.append([])
        pages.append(client.post("/password/forgot", data={"email": email}).data)
    assert pages[0] == pages[1]
    # A process looks every two seconds whether master data changed: that look belongs to no address.
    kinds = [[sent.split()[0] for sent in statements if "FROM counter" not in sent] for statements in work]
    counted = [[word for word in words if word in ("SELECT", "INSERT", "UPDATE", "DELETE")] for words in kinds]
    assert sorted(counted[0]) == sorted(counted[1]), "the seal of an event comes at the very end"


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_forgotten_password_has_a_rate_limit(client: FlaskClient, invited: Account) -> None:
    """Nobody fills a town's mailbox, and nobody is told that it is full: the five links that were sent still work."""
    answers = [client.post("/password/forgot", data={"email": EMAIL}).status_code for _ in range(10)]
    assert answers == [200] * 10
    assert db.session.query(OutboxMail).count() == 6


@pytest.mark.parametrize("email", ["", "x", "@", "\x00", "a" * 400])
def test_forgotten_without_an_address(client: FlaskClient, db_session: Session, email: str) -> None:
    """Said at the field."""
    response = client.post("/password/forgot", data={"email": email})
    assert response.status_code == 422
    assert page(response).find(id="email-e") is not None


def test_the_password_page_of_nobody(client: FlaskClient, db_session: Session) -> None:
    """Who is not signed in has forgotten it."""
    assert "パスワードを忘れたとき" in client.get("/password").text


@pytest.mark.parametrize("address", ["/login", "/first-login", "/password/forgot"])
def test_pages_are_whole(client: FlaskClient, db_session: Session, address: str) -> None:
    """One heading, every control labelled, nothing inline, no cookie hook of the sign-in library on visitors' pages."""
    soup = page(client.get(address))
    assert soup.html["lang"] == "ja"
    assert len(soup.find_all("h1")) == 1
    for control in soup.find("main").find_all("input"):
        assert control.get("type") == "hidden" or soup.find("label", {"for": control["id"]})
    assert not soup.find_all(style=True)


@pytest.mark.settings  # an application of its own: it gets a route more
def test_a_page_of_visitors_gets_no_cookie(app: Flask, client: FlaskClient, db_session: Session) -> None:
    """Also not for somebody who is signed in."""

    @app.get("/visitor-page-of-this-test")
    def visitor() -> str:
        return render_template_string("{% extends 'layout/visitor.html' %}")

    factories.account(Role.operator, email="operator@keynet.example")
    db.session.commit()
    client.post("/login", data={"email": "operator@keynet.example", "password": factories.PASSWORD})
    response = client.get("/visitor-page-of-this-test")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


LINK = re.compile(r"https?://[!-~]+")
# What mail gateways of municipalities do to a text on its way (X04).
GATEWAYS: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "html stripped": lambda text: html.unescape(re.sub(r"<[^>]*>", "", f"<html><body><pre>{html.escape(text)}</pre></body></html>")),
    "links removed": lambda text: LINK.sub("", text),
    "links named": lambda text: LINK.sub("（リンクは削除されました）", text),
    "links rewritten": lambda text: LINK.sub(lambda found: f"https://scan.example/v2/url?u={quote(found[0], safe='')}&d=x", text),
    "blanks collapsed": lambda text: "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip()),
    "letters full-width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_gateway_cannot_kill_the_first_login(client: FlaskClient, invited: Account, gateway: str) -> None:
    """Every link is fetched five times by GET and HEAD; the reader types address and code from what is left of the real mail."""
    mail = db.session.execute(db.select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
    assert mail.sealed is not None
    text = mail.body.replace("⟦link⟧", mail.sealed["link"]).replace("⟦code⟧", mail.sealed["code"])
    for link in LINK.findall(text):
        for method in (client.get, client.head, client.get, client.head, client.get):
            assert method("/" + link.split("/", 3)[3] if link.count("/") > 2 else "/").status_code == 200, link
    left = GATEWAYS[gateway](text)
    assert gateway != "links removed" or "//" not in left
    address = re.search(r"メールアドレス[\s　]+(\S+)", left)
    code = re.search(r"コード[\s　]+(\S+)", left)
    assert address is not None
    assert code is not None
    typed = client.post("/first-login", data={"email": address[1], "code": code[1]})
    assert (typed.status_code, typed.location) == (303, "/first-login/password")
    assert client.post(typed.location, data=GOOD).location == "/office/"
    assert status(invited) is AccountStatus.active
