"""Somebody on the telephone wants the mails to end: found by the address they say, stopped for them, never read aloud."""

from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, SearchAlert
from keynet_admin.services.alert import subscription
from keynet_admin.vocabulary import AlertPace, Role
from tests import factories
from tests.support.web import Client


def test_an_operator_stops_an_alert_for_its_owner(app: Flask, client: Client, db_session: Session, clock: Any) -> None:
    operator = client.sign_in(Role.operator)
    alert = factories.search_alert(email="sakura@mail.example")
    other = factories.search_alert(email="other@mail.example").id
    number = alert.id
    db_session.commit()
    found = BeautifulSoup(client.get("/admin/desk/?q=Sakura@mail.example").text, "html.parser").select(".desk-bodies a")
    assert [(a.text, a["href"]) for a in found] == [("宮崎県", f"/admin/alert/{number}/stop")]
    assert client.get("/admin/desk/?q=sakura").text.count("/admin/alert/") == 0  # nobody looks through addresses
    page = client.get(f"/admin/alert/{number}/stop")
    assert "sa***@mail.example" in page.text
    assert "sakura@" not in page.text
    subscription.change(number, AlertPace.weekly)
    db_session.commit()
    stale = client.post(f"/admin/alert/{number}/stop", data={"version": "2"})
    assert stale.status_code == 409
    assert "毎週" in stale.text
    done = client.post(f"/admin/alert/{number}/stop", data={"version": "3"})
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/desk/")
    assert client.post(f"/admin/alert/{number}/stop", data={"version": "3"}).status_code == 404
    db_session.expire_all()
    assert list(db_session.execute(select(SearchAlert.id)).scalars()) == [other]
    event = db_session.execute(select(AuditEvent).where(AuditEvent.action == "stop")).scalar_one()
    assert event.actor_id == operator.id
    assert "新しい募集のメールを止め、申し込みを削除しました。" in client.get("/admin/event/?subject=search_alert").text
