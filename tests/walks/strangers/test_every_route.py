"""Every route × whoever has something that is not, or no more, good for it: old sessions, stopped accounts, made-up numbers, others' links and keys.

The rows are made from the routes themselves (`matrix_table.py`); a new route is tried without a word here.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Candidate, OutboxMail, StaffSession
from keynet_admin.permissions import SYSTEM
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.candidate import access
from keynet_admin.services.partner import keys
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, PartnerStatus, Role
from tests import factories
from tests.support.web import Client
from tests.walks.matrix_table import ROUTES, VISITORS
from tests.walks.test_matrix import address, world

__all__ = ["world"]

NOBODY = VISITORS.index("nobody")
# What an account's own session opens at all: the areas, and the pages about its password.
GUARDED = {route: expected for route, expected in ROUTES.items() if expected[NOBODY] in (302, 303, 403) and len(set(expected)) > 1}


def _idle(client: Client, _account: Account) -> None:
    with client.session_transaction("/login") as cookie:
        cookie["_seen"] -= 5 * 3600


def _too_old(_client: Client, account: Account) -> None:
    values = {"level_at": program_clock.real_now() - timedelta(hours=13)}
    db.session.execute(update(StaffSession).where(StaffSession.account_id == account.id).values(values))


def _ended(_client: Client, account: Account) -> None:
    sessions.end_all(account)


def _in_state(status: AccountStatus) -> Callable[[Client, Account], None]:
    def change(_client: Client, account: Account) -> None:
        db.session.execute(update(Account).where(Account.id == account.id).values(status=status))

    return change


STALE: dict[str, Callable[[Client, Account], None]] = {
    "ended": _ended,
    "idle": _idle,
    "too old": _too_old,
    "suspended": _in_state(AccountStatus.suspended),
    "dormant": _in_state(AccountStatus.dormant),
    "asked for": _in_state(AccountStatus.requested),
}


def changes() -> tuple[Any, ...]:
    """Numbers that grow with whatever is done."""
    tables = (AuditEvent, OutboxMail, Account, Candidate)
    return tuple(db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


@pytest.mark.parametrize("way", list(STALE))
def test_an_old_session_opens_nothing(app: Flask, world: dict[str, Any], way: str) -> None:
    """Of an administrator and of a municipality's account: each guarded route answers as it answers nobody, and nothing is done."""
    wrong = []
    for visitor in ("admin", "own"):
        account = world["accounts"][visitor]
        client = Client(app, app.response_class, use_cookies=True)
        client.sign_in(account)
        assert client.get("/admin/" if visitor == "admin" else "/office/").status_code == 200
        with transaction():
            STALE[way](client, account)
        before = changes()
        side = "/admin" if visitor == "admin" else "/office"
        for (method, rule), expected in GUARDED.items():
            if rule.startswith(("/admin", "/office")) and not rule.startswith(side):
                continue
            answer = client.open(address(rule, world), method=method)
            if answer.status_code != expected[NOBODY]:
                wrong.append(f"{visitor} {method} {rule}: {answer.status_code}, expected {expected[NOBODY]}")
        assert changes() == before
    assert wrong == []


FORGED = ("0", "999999999", "00000001x", "-1", "１", "9999999999")
# Addresses with a number of which nothing is told: what they show is not a row of that number, or they say "nobody's" in another way.
OTHERWISE = {"/admin/training/<num:id>/answer"}


@pytest.mark.parametrize("visitor", ["admin", "own", "prefecture", "partner"])
def test_a_made_up_number_is_not_there(app: Flask, world: dict[str, Any], visitor: str) -> None:
    """Of each route with a number, for whoever may open it: 404 for a number of nothing, of too many digits, of other letters."""
    client, wrong = Client(app, app.response_class, use_cookies=True), []
    client.sign_in(world["accounts"][visitor])
    before = changes()
    for (method, rule), expected in ROUTES.items():
        if "<num:id>" not in rule or expected[VISITORS.index(visitor)] in (403, 302) or rule in OTHERWISE:
            continue
        for number in FORGED if method == "GET" else FORGED[:2]:
            place = address(rule.replace("<num:id>", "FORGED"), world).replace("FORGED", number)
            answer = client.open(place, method=method)
            # A post without the version that it needs is refused before any row is looked for.
            if answer.status_code not in ((404,) if method == "GET" else (404, 400)):
                wrong.append(f"{method} {place}: {answer.status_code}")
    assert changes() == before
    assert wrong == []


def test_rows_of_another_partner_are_not_there(app: Flask, world: dict[str, Any]) -> None:
    """Each route of the partners' area with a number: the row of one is 404 for another, and refused for one that was stopped."""
    other = factories.partner(name="別の連携先（試験）")
    client = Client(app, app.response_class, use_cookies=True)
    client.sign_in(factories.account(Role.partner, partner_id=other.id))
    routes = [(method, rule) for method, rule in ROUTES if rule.startswith("/partner/") and "<num:id>" in rule]
    assert len(routes) >= 7
    asked = [(method, address(rule, world)) for method, rule in routes]
    assert {client.open(place, method=method).status_code for method, place in asked} == {404}
    with transaction():
        other.status = PartnerStatus.stopped
    assert {client.open(place, method=method).status_code for method, place in asked} == {302, 403}


# One page under two addresses: who holds either link may choose the password of its account, and nothing else.
PASSWORD_DOORS = {"/first-login", "/password/reset"}


def test_a_link_opens_its_own_door_only(app: Flask, world: dict[str, Any]) -> None:
    """Every live link (re-entry, own page, first login, reset, alert) put into every other address that takes one: it is not there."""
    candidate = db.session.get_one(Candidate, world["ids"]["candidate"])
    invited = accounts.create_operator("shin@keynet.example", Role.operator)
    active = factories.account(Role.operator)
    accounts.request_reset(active.email)
    factories.search_alert(email="betsu@mail.example", confirmed=False)
    db.session.flush()
    sealed = {mail.template: str((mail.sealed or {}).get("link", "")).rpartition("/")[2] for mail in db.session.query(OutboxMail)}
    links = {
        "/entry": world["token"],
        "/my": access.token(candidate),
        "/first-login": sealed["first_login"],
        "/password/reset": sealed["password_reset"],
        "/alerts": sealed["alert_confirm"],
    }
    assert all(len(token) > 20 for token in links.values()), links
    assert invited.status is AccountStatus.invited
    client, wrong = Client(app, app.response_class, use_cookies=True), []
    for (method, rule), _expected in ROUTES.items():
        if "<token>" not in rule:
            continue
        for door, token in links.items():
            if rule.startswith(f"{door}/") or {door, rule.partition("/<")[0]} == PASSWORD_DOORS:
                continue
            answer = client.open(rule.replace("<token>", token), method=method)
            if answer.status_code in (302, 303):  # back to the form of that link, which is not there
                answer = client.get(answer.headers["Location"])
            if answer.status_code != 404:
                wrong.append(f"{method} {rule} with a link of {door}: {answer.status_code}")
    assert wrong == []
    own = [client.get(f"{door}/{token}").status_code for door, token in links.items()]
    assert own == [200] * len(own)


def test_a_partners_key_opens_its_own_door_only(app: Flask, world: dict[str, Any]) -> None:
    """A live key as bearer on every route: what it is not for answers as to nobody."""
    partner = factories.partner(name="鍵の連携先（試験）")
    db.session.flush()
    headers, wrong = {"Authorization": f"Bearer {keys.issue(partner, SYSTEM).secret}"}, []
    db.session.commit()
    client = Client(app, app.response_class, use_cookies=True)
    assert client.get("/partner/v1/postings", headers=headers).status_code == 200
    for (method, rule), expected in ROUTES.items():
        if rule.startswith("/partner/v1/") or rule not in {route for _method, route in GUARDED}:
            continue
        answer = client.open(address(rule, world), method=method, headers=headers)
        if answer.status_code != expected[NOBODY]:
            wrong.append(f"{method} {rule}: {answer.status_code}, expected {expected[NOBODY]}")
    assert wrong == []
