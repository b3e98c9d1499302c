"""The operators' page of accounts: the change of a role, typed in a form."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, OutboxMail
from keynet_admin.services.account import address
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.vocabulary import MailStatus, Role, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


def test_a_role_is_changed(client: Client, db_session: Session) -> None:
    """Nothing typed is lost while something is wrong; the error stands at its field; pressed twice, done once; the mail can be read before."""
    account = factories.account(Role.operator, email="tanto@keynet.example")
    client.sign_in(Role.admin)
    address, version = f"/admin/account/{account.id}/role", str(account.version)
    shown = client.get(f"{address}?role=lead").text
    assert "いまの役割は「運営担当」です" in shown
    assert "これから　　運営主任" in shown
    for form, at in (
        ({"reason": "異動のため"}, "role-e"),
        ({"role": "operator", "reason": "異動のため"}, "role-e"),
        ({"role": "lead"}, "reason-e"),
    ):
        again = client.post(address, data={"version": version, **form})
        assert again.status_code == 422
        assert f'id="{at}"' in again.text
        assert ("異動のため</textarea>" in again.text) is ("reason" in form)
        assert ('value="lead" aria-describedby="role-h" checked' in again.text) is (form.get("role") == "lead")
    form = {"version": version, "role": "lead", "reason": "異動のため"}
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert db.session.get(Account, account.id, populate_existing=True).role is Role.lead
    assert "役割を変えました" in client.get(f"/admin/account/{account.id}/").text


@pytest.mark.parametrize(
    ("by", "of", "offered"), [(Role.lead, Role.operator, False), (Role.admin, Role.operator, True), (Role.admin, Role.municipality, False)]
)
def test_who_is_offered_the_change_of_a_role(client: Client, db_session: Session, by: Role, of: Role, offered: bool) -> None:
    account = factories.account(of)
    client.sign_in(by)
    assert (f"/admin/account/{account.id}/role" in client.get(f"/admin/account/{account.id}/").text) is offered


def test_the_list_says_how_far_each_invitation_is(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Until when, over, taken back; how far its mail came, in plain words; resent from the list, what cannot be says why."""
    client.sign_in(Role.operator)
    body = factories.make_organization(kana="ヒュウガシ")
    actor = factories.actor()
    made = {name: accounts.issue(body, f"{name}@city.example", "見本 一郎", actor) for name in ("waiting", "over", "taken")}
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.account_id == made["over"].id)).scalar_one()
    db_session.execute(
        update(OutboxMail).where(OutboxMail.id == mail.id).values(status=MailStatus.refused, answer="550 5.1.1 <over@city.example> unknown")
    )
    db_session.execute(update(FirstLogin).where(FirstLogin.account_id == made["over"].id).values(expires_at=clock.now))
    address.cancel_invitation(made["taken"], actor, seen_version=made["taken"].version, reason="別の方に替わったため。")
    db_session.commit()
    clock.advance(minutes=1)
    soup = BeautifulSoup(client.get("/admin/account/?tab=all&q=ひゅうが").text, "html.parser")
    rows = {row.select_one("th").get_text(strip=True): row.get_text() for row in soup.select("tbody tr")}  # type: ignore[union-attr]
    assert {name.partition("@")[0] for name in rows} == set(made)
    for name, words in (("waiting", "招待中"), ("over", "期限切れ"), ("taken", "取り消し"), ("over", "宛先のアドレスがありません")):
        assert words in rows[f"{name}@city.example"], name
    for query, number in (
        ("tab=invited", 1),
        ("tab=dead", 2),
        ("tab=all&q=0982-00-0001", 3),
        ("tab=all&q=09820000", 3),
        ("tab=all&q=0982-99", 0),
    ):
        found = BeautifulSoup(client.get(f"/admin/account/?{query}").text, "html.parser").select("tbody tr")
        assert len(found) == number, query
    page = client.get(f"/admin/account/{made['over'].id}/").text
    assert "<h1>日向市　見本 一郎</h1>" in page
    assert "5.1.1" in page
    active = factories.account(Role.municipality, organization=body)
    rows_sent = {"move": "resend", "row": [f"{row.id}.{row.version}" for row in (made["over"], active)]}
    assert "いまの状態は「利用中」です" in client.get("/admin/account/bulk", query_string=rows_sent).text
    assert client.post("/admin/account/bulk", data=rows_sent).status_code == 303
    sent = select(func.count(OutboxMail.id)).where(OutboxMail.template == "first_login")
    assert db_session.execute(sent.where(OutboxMail.account_id == made["over"].id)).scalar_one() == 2
    assert db_session.execute(sent.where(OutboxMail.account_id == active.id)).scalar_one() == 0


def test_a_body_that_one_person_manages_is_found(client: Client, db_session: Session) -> None:
    """In the list and on its page, until a second one in use does."""
    client.sign_in(Role.operator)
    body = factories.account(Role.municipality).organization
    assert body is not None
    for number, query in ((1, "people=one"), (0, "people=none"), (1, "people=unused")):
        found = BeautifulSoup(client.get(f"/admin/organization/?{query}").text, "html.parser").select("tbody tr")
        assert len(found) == number, query
    assert "担当者の管理をする方が1名だけです" in client.get(f"/admin/organization/{body.id}/").text
    factories.account(Role.municipality, organization=body)
    assert "担当者の管理をする方が" not in client.get(f"/admin/organization/{body.id}/").text


def test_the_page_of_an_account(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Who it is, where it is signed in, its mails, what it did and what was done to it; a lead ends one of its sessions, or all."""
    account, lead = factories.account(Role.operator, email="tanto@keynet.example"), client.sign_in(Role.lead)
    first, second = sessions.begin(account), sessions.begin(account)
    case = factories.submission(SubmissionStatus.in_review, by=first.actor)
    accounts.request_reset(account.email)
    db_session.commit()
    page = BeautifulSoup(client.get(f"/admin/account/{account.id}/").text, "html.parser")
    parts = {section["aria-labelledby"]: section.get_text(" ", strip=True) for section in page.select("section[aria-labelledby]")}
    assert "運営担当" in parts["h-who"]
    assert "以降に休止" in parts["h-who"]
    assert len(page.select("#h-sess ~ .table-frame tbody tr")) == 2
    assert "パスワード再設定" in parts["h-mail"]
    assert case.receipt_no in parts["h-acts"]
    assert "確認を始めました" in parts["h-acts"]
    row = sessions.open_of(account)[-1]
    ask = f"/admin/account/{account.id}/close_sessions"
    assert f'value="{row.id}" checked' in client.get(f"{ask}?session={row.id}").text
    version = account.version
    for form, at in (({"session": "999", "reason": "端末の紛失"}, "session-e"), ({"session": str(row.id)}, "reason-e")):
        again = client.post(ask, data={"version": version, **form})
        assert again.status_code == 422
        assert f'id="{at}"' in again.text
    form = {"version": version, "session": str(row.id), "reason": "端末の紛失"}
    assert [client.post(ask, data=form).status_code for _ in range(2)] == [303, 303]
    assert (sessions.find(first.key), sessions.find(second.key) is None) == (None, False)
    done = sessions.close(account, sessions.actor_of(lead), seen_version=account.version, session=sessions.EVERY, reason="念のため")
    assert done.repeated is False
    assert sessions.find(second.key) is None


def test_only_leads_end_sessions_of_others(client: Client, db_session: Session) -> None:
    """And nobody those of a higher role."""
    admin = factories.account(Role.admin)
    other = sessions.begin(factories.account(Role.operator)).account
    for role, target, offered in (
        (Role.operator, other, False),
        (Role.lead, admin, False),
        (Role.lead, other, True),
        (Role.admin, admin, True),
    ):
        client.sign_in(role)
        assert ("close_sessions" in client.get(f"/admin/account/{target.id}/").text) is offered, (role, target.role)
