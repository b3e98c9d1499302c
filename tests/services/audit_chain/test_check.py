"""The nightly verification: what grew, on Mondays the whole; a month's digest is given away once, and faults are told."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import AuditCheck, OutboxMail
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit, settings
from keynet_admin.services.audit_chain import check, seal
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.services.audit_chain.attack import drop_triggers
from tests.support.clock import MovableClock
from tests.support.web import Client


def grow(session: Session) -> None:
    """Two events more."""
    with transaction():
        for _ in range(2):
            audit.record(factories.account(Role.operator), "sign_in", SYSTEM)


def mails(session: Session, template: str) -> list[OutboxMail]:
    """What was written of one kind."""
    session.rollback()
    return list(session.execute(select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.id)).scalars())


def test_each_night_looks_at_what_grew(db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tuesday to Sunday from the last good place on, on Mondays from the beginning."""
    begun: list[int] = []
    lines = seal.lines
    monkeypatch.setattr(seal, "lines", lambda after=0: begun.append(after) or lines(after))
    grow(db_session)
    ends = []
    for day in ("2021-05-07", "2021-05-08", "2021-05-10"):
        clock.set(f"{day} 04:00")
        assert jobs.verify_log() == 0
        ends.append(seal.head()[0])
        db_session.rollback()
        grow(db_session)
    assert begun == [0, ends[0], 0]
    assert [row.position for row in db_session.execute(select(AuditCheck).order_by(AuditCheck.id)).scalars()] == ends


def test_a_months_digest_is_given_away_once(client: Client, db_session: Session, clock: MovableClock) -> None:
    """By mail to the address of the settings, on the page of the numbers, beside the open data."""
    client.sign_in(factories.account(Role.admin))
    with transaction():
        settings.put("audit_digest_mail", "kansa@audit.example")
    clock.set("2021-05-31 04:00")
    jobs.verify_log()
    assert [mail.recipient for mail in mails(db_session, "audit_digest")] == ["kansa@audit.example"], "April's"
    clock.set("2021-06-01 04:00")
    grow(db_session)
    position, digest = seal.head()
    jobs.verify_log()
    clock.set("2021-06-02 04:00")
    jobs.verify_log()
    april, may = mails(db_session, "audit_digest")
    assert f"  位置：{position}\n" in may.body
    assert f"  {digest}\n" in may.body
    assert ("（2021-05）" in may.title, "（2021-04）" in april.title) == (True, True)
    assert [row.month for row in check.months()] == ["2021-05", "2021-04"]
    for page in ("/admin/report/service/", "/opendata/"):
        assert digest in client.get(page).get_data(as_text=True)


def test_without_an_address_nothing_is_mailed(db_session: Session, clock: MovableClock) -> None:
    grow(db_session)
    jobs.verify_log()
    assert mails(db_session, "audit_digest") == []
    assert len(check.months()) == 1


def test_faults_are_told(client: Client, db_session: Session, clock: MovableClock) -> None:
    """On the first page, on the log's, and by mail to the administrators: once for what was found, again when it is more."""
    admin = factories.account(Role.admin)
    factories.account(Role.lead)
    grow(db_session)
    clock.set("2021-05-07 04:00")
    jobs.verify_log()
    client.sign_in(admin)
    assert "書き換えられたおそれ" not in client.get("/admin/").get_data(as_text=True)
    assert "問題なし" in client.get("/admin/event/").get_data(as_text=True)
    drop_triggers(db_session)
    grow(db_session)
    for wanted, day in ((1, 8), (1, 9), (2, 10)):
        db_session.execute(text("DELETE FROM audit_event WHERE id = (SELECT max(id) FROM audit_event)")) if day != 9 else None
        db_session.commit()
        clock.set(f"2021-05-{day:02} 04:00")
        assert jobs.verify_log() == wanted
    told = mails(db_session, "audit_broken")
    assert [mail.recipient for mail in told] == [admin.email] * 2
    client.sign_in(admin)
    assert "書き換えられたおそれ" in client.get("/admin/").get_data(as_text=True)
    assert "2件" in client.get("/admin/event/").get_data(as_text=True)


def test_the_address_is_looked_at(client: Client, db_session: Session) -> None:
    """At its field, with everything typed kept."""
    client.sign_in(factories.account(Role.admin))
    form = client.form("/admin/setting/") if hasattr(client, "form") else {}
    typed = {name: str(value or "") for name, value in settings.DEFAULTS.items()} | form
    answer = client.post("/admin/setting/", data=typed | {"audit_digest_mail": "kansa.example"})
    assert answer.status_code == 422
    assert "kansa.example" in answer.get_data(as_text=True)
    assert client.post("/admin/setting/", data=typed | {"audit_digest_mail": " kansa@audit.example "}).status_code == 303
    db_session.rollback()
    assert settings.get("audit_digest_mail") == "kansa@audit.example"
