"""The security log: one line for each refusal, failed sign-in, closed limit and bad token, with nothing in it that was typed."""

import json
import logging
from typing import Any

import pytest
from sqlalchemy.orm import Session

from keynet_admin.models import Account, Posting
from keynet_admin.services import logs
from keynet_admin.vocabulary import Role
from keynet_admin.web.access import security_log
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

TYPED = "kenko.kakari@city.hyuga.example"
WRONG = "not the right password 9"
TOKEN = "Zq8TokenThatNobodyEverHad2345"
NETWORK = "192.0.2.0/24"


@pytest.fixture
def account(db_session: Session) -> Account:
    """A municipality's account."""
    made = factories.account(Role.municipality, email=TYPED, organization=factories.make_organization("131016", "千代田区"))
    db_session.commit()
    return made


@pytest.fixture
def foreign(db_session: Session, clock: MovableClock) -> Posting:
    """Another body's posting."""
    made = factories.posting()
    db_session.commit()
    return made


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged, without the moment, which each line has."""
    found = [json.loads(record.getMessage()) for record in caplog.records if record.name == "keynet.security"]
    for line in found:
        assert line.pop("at")
        assert line["request"] is None, "the layer that gives numbers is not around a test's application"
        assert set(line) == {"kind", "account", "network", "method", "route", "request"}
    text = caplog.text
    assert not any(secret in text for secret in (TYPED, WRONG, TOKEN, "192.0.2.77", "KN-2105", factories.PASSWORD))
    return found


# What is sent (method, address, form) by whom, and the kinds that are logged, with or without the account.
CASES: dict[str, tuple[str, str, str, dict[str, str], list[tuple[str, bool]]]] = {
    "wrong password": ("nobody", "POST", "/login", {"email": TYPED, "password": WRONG}, [("sign_in_failed", True)]),
    "unknown address": ("nobody", "POST", "/login", {"email": "x" + TYPED, "password": WRONG}, [("sign_in_failed", False)]),
    "wrong code": ("nobody", "POST", "/first-login", {"email": TYPED, "code": "7K4M-2QXH-9T6P"}, [("code_failed", True)]),
    "unknown link": ("nobody", "GET", f"/first-login/{TOKEN}", {}, [("unknown_link", False)]),
    "unknown reset link": ("nobody", "POST", f"/password/reset/{TOKEN}", {"password": WRONG}, [("unknown_link", False)]),
    "unknown return link": ("nobody", "GET", f"/entry/{TOKEN}", {}, [("unknown_link", False)]),
    "status of nothing": ("nobody", "POST", "/entry/status", {"receipt_no": "KN-210507-9999", "email": TYPED}, [("status_failed", False)]),
    "wrong present password": (
        "owner", "POST", "/password", {"current": WRONG, "password": WRONG, "password2": WRONG}, [("password_failed", True)],
    ),
    "no right": ("owner", "GET", "/admin/account/", {}, [("refused", True)]),
    "foreign row": ("owner", "GET", "/office/posting/{foreign}/", {}, [("foreign_row", True)]),
    "foreign row posted": ("owner", "POST", "/office/posting/{foreign}/close", {"version": "1"}, [("foreign_row", True)]),
    "no row": ("owner", "GET", "/office/posting/999999/", {}, []),
    "nobody's post": ("nobody", "POST", "/office/posting/{foreign}/close", {"version": "1"}, [("refused", False)]),
    "sign-in": ("nobody", "POST", "/login", {"email": TYPED, "password": factories.PASSWORD}, []),
    "a page": ("nobody", "GET", "/", {}, []),
    "no page": ("nobody", "GET", "/nothing/here", {}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CASES))
def test_what_is_logged(client: Client, account: Account, foreign: Posting, caplog: pytest.LogCaptureFixture, case: str) -> None:
    who, method, address, form, expected = CASES[case]
    if who == "owner":
        client.sign_in(account)
    caplog.clear()
    client.open(
        address.format(foreign=foreign.id),
        method=method,
        data=form or None,
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
        follow_redirects=case == "status of nothing",
    )
    found = lines(caplog)
    assert [(line["kind"], line["account"] == account.id) for line in found] == expected
    if case != "status of nothing":  # answered by a redirect, which the test's browser follows from its own address
        assert {(line["network"], line["method"]) for line in found} <= {(NETWORK, method)}


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("address", ["/login", "/entry/status", "/office/posting/new"])
def test_a_bad_token_is_logged_once(client: Client, account: Account, caplog: pytest.LogCaptureFixture, address: str) -> None:
    """On the way in and inside."""
    if address.startswith("/office"):
        client.sign_in(account)
    caplog.clear()
    # The status page answers every post with a redirect, this one to itself.
    assert client.post(address, data={"csrf_token": TOKEN, "email": TYPED}).status_code == (303 if address == "/entry/status" else 400)
    assert [line["kind"] for line in lines(caplog)] == ["bad_token"]


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_a_closed_limit_is_logged(client: Client, account: Account, caplog: pytest.LogCaptureFixture) -> None:
    """Also where the page does not say so."""
    for _ in range(11):
        client.post("/login", data={"email": TYPED, "password": WRONG})
    assert [line["kind"] for line in lines(caplog)] == ["sign_in_failed"] * 10 + ["limit_closed"]
    assert lines(caplog)[-1]["account"] == account.id
    caplog.clear()
    pages = {client.post("/password/forgot", data={"email": TYPED}).text for _ in range(6)}
    assert len(pages) == 1
    assert [line["kind"] for line in lines(caplog)] == ["limit_closed"]


def test_it_is_written_as_bare_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of tests, to standard error, one object a line, whatever else the server does with its log."""
    from flask import Flask

    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logs.start(as_json=False)
    app = Flask("plain")
    security_log.init_app(app)
    with app.test_request_context("/x", environ_base={"REMOTE_ADDR": "2001:db8:1:2:3::4"}):
        security_log.write("refused")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["network"] == "2001:db8:1:2::/64"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", None),
        ("unix:", None),
        ("192.0.2.77\x00", None),
    ],
)
def test_networks(address: str, network: str | None) -> None:
    assert security_log.network_of(address) == network
