"""The service center and a municipality talk about a posting; who looks after a prefecture is told what waits there."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail, ThreadMessage
from keynet_admin.services import persons
from keynet_admin.services.account import desk_notices, regions
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.posting import duties
from keynet_admin.vocabulary import OfficeRight, PostingStatus, Role
from tests import factories
from tests.support.web import Client

P = PostingStatus
ASKED, ANSWERED = "締切の曜日は、どちらが正しいですか。", "日曜日が正しいです。"


def mailed(session: Session, template: str) -> list[tuple[str, str]]:
    query = select(OutboxMail.recipient, OutboxMail.body).where(OutboxMail.template == template).order_by(OutboxMail.id)
    return [tuple(found) for found in session.execute(query)]


def test_both_sides_of_a_thread(app: Flask, client: Client, db_session: Session, clock: Any) -> None:
    """Each is mailed in its own words with the way to this very posting, sees what is new in its list, and presses twice for one message."""
    row = factories.posting(P.awaiting_release, {"headcount": 300})
    town = factories.account(Role.municipality, organization=row.organization, email="kanri@city.example", name="見本 健太")
    looker = factories.account(Role.municipality, organization=row.organization, rights=[OfficeRight.view.value])
    reviewer = client.sign_in(factories.account(Role.operator, name="佐藤 直子", email="sato@keynet.example"))
    office = Client(app, app.response_class)
    office.sign_in(town)
    desk_page, town_page, version = f"/admin/posting/{row.id}/talk", f"/office/posting/{row.id}/talk", row.version
    for text, said in ((" ", "メッセージを入力してください"), ("長" * 2001, "2,000字までです（いま2,001字）")):
        answer = client.post(desk_page, data={"version": version, "message": text})
        assert (answer.status_code, said in answer.text, text.strip() in answer.text) == (422, True, True)
    assert db_session.execute(select(func.count(ThreadMessage.id))).scalar_one() == 0
    assert [client.post(desk_page, data={"version": version, "message": ASKED}).status_code for _ in range(2)] == [303, 303]
    mails = mailed(db_session, "posting_message")
    assert [to for to, _ in mails].count("kanri@city.example") == 1
    assert looker.email not in [to for to, _ in mails]
    assert ASKED in mails[0][1]
    assert town_page in mails[0][1]
    assert [duty.number for duty in duties.of_postings(actor_of(town), "/office/posting/") if duty.name == "talk"] == [1]
    shown = office.get(town_page).text
    assert ASKED in shown
    assert "佐藤 直子" not in shown
    assert office.post(town_page, data={"version": version, "message": ANSWERED}).status_code == 303
    ((to, body),) = mailed(db_session, "posting_answer")
    assert (to, ANSWERED in body, desk_page in body) == (reviewer.email, True, True)
    assert not [duty for duty in duties.of_postings(actor_of(town), "/office/posting/") if duty.name == "talk"]
    assert row.posting_no in client.get("/admin/posting/?tab=talk").text
    assert ANSWERED in client.get(f"/admin/posting/{row.id}/").text
    assert client.post(desk_page, data={"version": version, "do": "read"}).status_code == 303
    assert "読んだことを記録しました" in client.get("/admin/posting/").text
    assert row.posting_no not in client.get("/admin/posting/?tab=talk").text
    assert (row.version, row.status) == (version, P.awaiting_release), "a message disturbs nobody who decides"
    nobody = Client(app, app.response_class)
    nobody.sign_in(looker)
    assert nobody.post(town_page, data={"version": version, "message": "x"}).status_code == 403
    db_session.commit()
    persons.purge(clock.now.replace(year=clock.now.year + 4))
    db_session.expire_all()
    assert db_session.execute(select(func.count(ThreadMessage.id))).scalar_one() == 0


def test_only_those_of_the_region_are_told(client: Client, db_session: Session, clock: Any) -> None:
    """The choice narrows the list and the notices; who has chosen nothing hears of all; what is no prefecture is left out."""
    mine, theirs, all_ = (factories.account(role) for role in (Role.operator, Role.lead, Role.admin))
    client.sign_in(mine)
    assert client.post("/admin/notice/", data={"do": "regions", "prefecture": ["45", "99", "13"]}).status_code == 303
    assert mine.prefectures == ["13", "45"]
    regions.choose(theirs, ["13"], actor_of(theirs))
    for account in (mine, theirs, all_):
        account.notice_kinds = {"posting": "instant"}
    db_session.commit()
    assert regions.accounts_responsible("45") == [mine]
    clock.advance(minutes=11)
    first = factories.posting(P.awaiting_release, {"headcount": 300})
    db_session.commit()
    clock.advance(minutes=1)
    for account in (mine, theirs, all_):
        desk_notices.tell_at_once(account.id)
    assert {to for to, _ in mailed(db_session, "desk_instant")} == {mine.email, all_.email}
    assert first.posting_no in client.get("/admin/posting/?region=mine").text
    assert client.post("/admin/notice/", data={"do": "regions"}).status_code == 303
    assert first.posting_no in client.get("/admin/posting/?region=mine").text, "no choice: all"
    regions.choose(mine, ["01"], actor_of(mine))
    db_session.commit()
    assert "条件に合う募集情報はありません" in client.get("/admin/posting/?region=mine").text
