"""What asks for a fresh proof: the table, written by hand, over every decision and post; and that nothing typed is lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import StaffSession
from keynet_admin.services import settings
from keynet_admin.services.workflow import MOVES
from keynet_admin.vocabulary import AccountStatus, Role
from tests import factories
from tests.auth.factor import code, with_app
from tests.support.web import Client

# Rights and roles, account decisions, keys. What operators and municipalities decide all day is not here.
STEP_UP_MOVES = {
    *(
        ("account", name)
        for name in ("readdress", "read_code", "suspend", "change_role", "restore", "reset_factor", "reopen_unused", "view_as")
    ),
    *(("account", name) for name in ("give_manage", "change_rights", "stop", "hand_over")),
    *(("partner_key", name) for name in ("rotate", "extend")),
    *((table, "transfer") for table in ("posting", "submission")),
}
STEP_UP_EDITS = {("admin_partner", "issue"), ("office_organization", "invite")}
# Every list of people exports by `export_persons`; these besides.
STEP_UP_POSTS = {
    *{("admin_account", "issue"), ("admin_setting", "index"), ("admin_report", "file")},
    *{("admin_person", "index"), ("admin_person", "erase")},
}


def views(app: Flask) -> list[Any]:
    """Every view of every area."""
    return [view for area in app.extensions["admin"] for view in area._views]


def test_which_moves_ask() -> None:
    assert {(m.subject.__tablename__, m.name) for m in MOVES if m.step_up} == STEP_UP_MOVES
    assert all(m.page is not None for m in MOVES if m.step_up), "only a page can ask"


def test_which_other_posts_ask(app: Flask) -> None:
    """Decisions that are no moves, and methods; a list's bulk moves never ask, so none of them is one that should."""
    edits, posts = set(), set()
    for view in views(app):
        decisions = getattr(view, "decisions", {})
        edits |= {(view.endpoint, name) for name, one in decisions.items() if one.change is not None and one.change.step_up}
        posts |= {(view.endpoint, name) for name in view.asks_proof}
        for bulk in getattr(view, "bulk_moves", ()):
            assert (view.model.__tablename__, bulk.name) not in STEP_UP_MOVES
    assert edits == STEP_UP_EDITS
    assert {post for post in posts if post[1] != "export_persons"} == STEP_UP_POSTS
    persons = {view.endpoint for view in views(app) if getattr(view, "exports_persons", False)}
    assert persons
    assert persons <= {endpoint for endpoint, name in posts if name == "export_persons"}


def age(minutes: int = 16) -> None:
    """The last proof of every session was so long ago."""
    db.session.execute(update(StaffSession).values(level_at=program_clock.real_now() - timedelta(minutes=minutes)))
    db.session.commit()


def parsed(answer: Any) -> BeautifulSoup:
    """The page."""
    return BeautifulSoup(answer.data, "html5lib")


@pytest.mark.parametrize("with_factor", [False, True])
def test_a_decision_is_carried_over_the_proof(client: Client, db_session: Session, with_factor: bool) -> None:
    """The page names deed, whom and reason and does nothing; a wrong proof keeps all; a right one decides, once, and holds for a quarter of an hour."""
    lead, clerk, other = factories.account(Role.lead), factories.account(Role.municipality), factories.account(Role.municipality)
    if with_factor:
        with_app(lead)
    client.sign_in(lead)
    age()
    address, typed = (
        f"/admin/account/{clerk.id}/suspend",
        {"version": str(clerk.version), "reason": "退職のため。\n2行目 <b>", "do": "suspend"},
    )
    asked = client.post(address, data=typed)
    assert asked.status_code == 401
    shown = parsed(asked)
    facts = shown.select_one("dl.step-up").get_text()
    assert all(word in facts for word in ("利用停止", clerk.email, "退職のため。", lead.name))
    form = shown.select_one("form.panel")
    carried = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    assert {name: carried[name].replace("\r\n", "\n") for name in typed} == typed
    assert (form["action"], shown.find("a", string="やめて戻る")["href"]) == (address, f"/admin/account/{clerk.id}/")
    name = "proof_code" if with_factor else "proof_password"
    wrong = client.post(address, data=carried | {name: "000000"})
    assert (wrong.status_code, "退職のため。" in wrong.text) == (422, True)
    assert client.post(address, data=carried | {name: " "}).status_code == 422
    unasked = "proof_password" if with_factor else "proof_code"
    answer = client.post(address, data=carried | {unasked: factories.PASSWORD if with_factor else code()})
    assert answer.status_code == 422, "the weaker way is not open"
    assert clerk.status is AccountStatus.active
    before = set(db.session.execute(select(StaffSession.key_hash)).scalars())
    done = client.post(address, data=carried | {name: code() if with_factor else factories.PASSWORD})
    assert (done.status_code, done.location) == (303, f"/admin/account/{clerk.id}/")
    assert client.get("/admin/").status_code == 200
    db.session.refresh(clerk)
    assert clerk.status is AccountStatus.suspended
    assert set(db.session.execute(select(StaffSession.key_hash)).scalars()) != before, "a new key"
    again = client.post(f"/admin/account/{other.id}/suspend", data={"version": str(other.version), "reason": "退職のため。"})
    assert again.status_code == 303


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_a_forged_post_is_not_carried(client: Client, db_session: Session) -> None:
    """Without the token the decision's own page comes back, which asks for nothing."""
    clerk = factories.account(Role.municipality)
    client.sign_in(Role.lead)
    age()
    answer = client.post(f"/admin/account/{clerk.id}/suspend", data={"version": "1", "reason": "x", "proof_password": factories.PASSWORD})
    assert (answer.status_code, "proof_password" in answer.text) == (400, False)
    client.sign_in(Role.admin)
    age()
    assert client.post("/admin/setting/", data={"notice": "x", "proof_password": factories.PASSWORD}).status_code == 400


def test_settings(client: Client, db_session: Session) -> None:
    """The whole form is carried."""
    client.sign_in(Role.admin)
    form = parsed(client.get("/admin/setting/")).select_one("form.stack, form.panel, main form[method=post]:not(.whoami)")
    typed = {field["name"]: field.get("value", "") for field in form.select("input[name], textarea[name]")} | {"notice": "新しいお知らせ"}
    age()
    asked = client.post("/admin/setting/", data=typed)
    assert asked.status_code == 401
    carried = {field["name"]: field["value"] for field in parsed(asked).select("form.panel input[type=hidden]")}
    assert client.post("/admin/setting/", data=carried | {"proof_password": factories.PASSWORD}).status_code == 303
    settings_now = settings.get("notice")
    assert settings_now == "新しいお知らせ"


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_guesses_are_counted(client: Client, db_session: Session) -> None:
    """Ten wrong passwords, five wrong codes; then 429 with the time to wait, and what was typed is still there."""
    clerk = factories.account(Role.municipality)
    plain, holder = factories.account(Role.lead), with_app(factories.account(Role.lead))
    for who, field, most in ((plain, "proof_password", 10), (holder, "proof_code", 5)):
        client.sign_in(who)
        age()
        typed = {"version": str(clerk.version), "reason": "残る理由です。", field: "111111"}
        codes = [client.post(f"/admin/account/{clerk.id}/suspend", data=typed).status_code for _ in range(most + 1)]
        assert codes == [422] * most + [429]
        assert "残る理由です。" in client.post(f"/admin/account/{clerk.id}/suspend", data=typed).text


def test_what_is_decided_all_day_does_not_ask(client: Client, db_session: Session, clock: Any) -> None:
    case = factories.submission()
    client.sign_in(Role.operator)
    age(60 * 11)
    typed = {"version": str(case.version), "reason": "対象外のため。"}
    assert client.post(f"/admin/submission/{case.id}/reject", data=typed).status_code == 303
