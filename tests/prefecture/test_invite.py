"""The letter to bodies that have not registered: only verified addresses, once a week, one use an event, nothing lost when it is refused."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, MunicipalityContact, OutboxMail, PrefectureNotice
from keynet_admin.services.mail import outbox
from keynet_admin.services.prefecture.bodies import GROUPS
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.smtp import SmtpServer
from tests.support.web import Client, change_settings

BODIES = [body.code6 for body in reference.municipalities() if body.prefecture_code == "29" and body.kind in GROUPS]
ANDO, KAWANISHI, MIYAKE = "293458", "293610", "293628"


def contacts(codes: Iterable[str], *, verified: bool = True) -> None:
    """A public address for each of these bodies."""
    for code in codes:
        db.session.add(MunicipalityContact(code6=code, email=f"daihyo@m{code}.example", verified=verified))
    db.session.commit()


@pytest.fixture
def nara(app: Flask, db_session: Session, clock: MovableClock, client: Client) -> Account:
    """奈良県 signed in on Friday 2021-05-07 at 10:00."""
    return client.sign_in(factories.account(Role.prefecture, prefecture_code="29", name="福祉医療部 見本", email="iryo@pref.example"))


def version(client: Client) -> str:
    """The hidden number of the page."""
    page = BeautifulSoup(client.get("/prefecture/mail").data, "html.parser")
    return str(page.select_one("[name=version]")["value"])  # type: ignore[index]


def post(client: Client, codes: Iterable[str], seen: str, **more: str) -> Any:
    """Press the button."""
    return client.post("/prefecture/mail", data={"org": list(codes), "version": seen, **more})


def mails(session: Session) -> list[OutboxMail]:
    """The letters, in order."""
    return list(session.execute(select(OutboxMail).where(OutboxMail.template == "prefecture_invite").order_by(OutboxMail.id)).scalars())


def test_from_the_text_to_the_outbox(nara: Account, client: Client, db_session: Session, smtp: SmtpServer, app: Flask) -> None:
    contacts([ANDO, KAWANISHI])
    contacts([MIYAKE], verified=False)
    home = client.get("/prefecture/").text
    assert "奈良県からのお願いです" in home
    assert "まだ送っていません" in home
    assert home.count('name="org"') == 2
    page = BeautifulSoup(client.get("/prefecture/mail").data, "html.parser")
    assert [str(box["value"]) for box in page.select("[name=org][checked]")] == [ANDO, KAWANISHI]
    assert "三宅町：公開されているメールアドレスを、運営事務局がまだ確かめていません" in page.get_text()
    assert mails(db_session) == []

    seen = version(client)
    answer = post(client, [ANDO, KAWANISHI], seen)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/prefecture/")
    assert [(mail.recipient, mail.sender_name, mail.reply_to) for mail in mails(db_session)] == [
        (f"daihyo@m{code}.example", "奈良県", "iryo@pref.example") for code in (ANDO, KAWANISHI)
    ]
    assert "安堵町 ご担当者 様" in mails(db_session)[0].body
    event = db_session.execute(select(AuditEvent).where(AuditEvent.action == "prefecture_mail")).scalar_one()
    assert (event.actor_id, event.codes) == (nara.id, {"count": 2, "prefecture": "29"})
    assert "前回 5/7(金)、2市町村（福祉医療部 見本）" in client.get("/prefecture/").text

    # The same press again sends nothing and says so; another week's letter is refused with its day.
    assert post(client, [ANDO, KAWANISHI], seen).status_code == 303
    assert "すでに2市区町村に送っています" in client.get("/prefecture/").text
    assert "5/7(金)に送りました" in client.get("/prefecture/mail").text
    assert post(client, [ANDO], version(client)).status_code == 303
    assert len(mails(db_session)) == 2

    change_settings(app, mail_url=smtp.url)
    db_session.rollback()
    outbox.deliver_waiting()
    sent = smtp.messages[0]
    assert sent["Reply-To"] == "iryo@pref.example"
    assert str(sent["From"]) == "奈良県 <noreply@keynet.example>"


def test_at_most_one_a_week(nara: Account, client: Client, db_session: Session, clock: MovableClock) -> None:
    contacts([ANDO])
    post(client, [ANDO], "0")
    clock.set("2021-05-14 09:59")
    client.sign_in(nara)
    assert "送れる市町村がありません" in client.get("/prefecture/mail").text
    clock.set("2021-05-14 10:01")
    assert post(client, [ANDO], version(client)).status_code == 303
    assert len(mails(db_session)) == 2


def test_a_colleague_was_quicker(nara: Account, client: Client, app: Flask, db_session: Session) -> None:
    contacts([ANDO, KAWANISHI])
    colleague = Client(app, app.response_class, use_cookies=True)
    colleague.sign_in(factories.account(Role.prefecture, prefecture_code="29", name="福祉医療部 例田"))
    seen = version(client)
    post(colleague, [ANDO], seen)
    answer = post(client, [ANDO, KAWANISHI], seen)
    assert answer.status_code == 409
    assert "福祉医療部 例田が先に" in answer.text
    assert len(mails(db_session)) == 1
    assert post(client, [ANDO, KAWANISHI], version(client)).status_code == 303
    assert [mail.recipient for mail in mails(db_session)] == [f"daihyo@m{code}.example" for code in (ANDO, KAWANISHI)]


def test_many_recipients_are_counted(nara: Account, client: Client, db_session: Session) -> None:
    contacts(BODIES[:31])
    assert 'name="count"' in client.get("/prefecture/mail").text
    answer = post(client, BODIES[:31], "0", count="30")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.data, "html.parser")
    assert page.select_one("#count")["value"] == "30"  # type: ignore[index]
    assert "選んだ市町村の数（31）" in page.select_one("#count-e").get_text()  # type: ignore[union-attr]
    assert mails(db_session) == []
    assert post(client, BODIES[:31], "0", count="31").status_code == 303
    assert len(mails(db_session)) == 31


@pytest.mark.parametrize(("data", "status"), [({"version": ""}, 400), ({"version": "0"}, 422), ({"version": "0", "org": "131016"}, 404)])
def test_what_is_refused(nara: Account, client: Client, db_session: Session, data: dict[str, str], status: int) -> None:
    contacts([ANDO, "131016"])
    assert client.post("/prefecture/mail", data=data).status_code == status
    assert mails(db_session) == []


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_an_old_page_loses_nothing(nara: Account, client: Client, db_session: Session) -> None:
    contacts([ANDO, KAWANISHI])
    answer = post(client, [KAWANISHI], "0")
    assert answer.status_code == 400
    page = BeautifulSoup(answer.data, "html.parser")
    assert [str(box["value"]) for box in page.select("[name=org][checked]")] == [KAWANISHI]
    assert mails(db_session) == []


def test_two_at_the_same_moment_send_once(nara: Account, client: Client, app: Flask, db_session: Session) -> None:
    contacts([ANDO, KAWANISHI])
    browsers = []
    for _ in range(4):
        browser = Client(app, app.response_class, use_cookies=True)
        browser.sign_in(factories.account(Role.prefecture, prefecture_code="29"))
        browsers.append(browser)
    db_session.commit()
    db_session.rollback()
    gate = Barrier(len(browsers))

    def press(browser: Client) -> int:
        gate.wait()
        return int(post(browser, [ANDO, KAWANISHI], "0").status_code)

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = sorted(pool.map(press, browsers))
    assert answers == [303, 409, 409, 409]
    assert len(mails(db_session)) == 2
    assert len(db_session.execute(select(PrefectureNotice)).scalars().all()) == 2


def test_administrators_keep_the_addresses(client: Client, app: Flask, db_session: Session) -> None:
    client.sign_in(Role.admin)
    add = {"code6": ANDO, "email": "daihyo@town.ando.example", "phone": "0743-00-0001", "source": "町のホームページ", "verified": "y"}
    assert client.post("/admin/municipality-contact/new/", data=add).status_code == 303
    row = db_session.execute(select(MunicipalityContact)).scalar_one()
    assert (row.code6, row.email, row.verified, row.edited) == (ANDO, "daihyo@town.ando.example", True, True)
    assert "奈良県安堵町" in client.get("/admin/municipality-contact/?q=安堵&prefecture=29").text
    assert "一覧にありません" in client.post("/admin/municipality-contact/new/", data=add | {"code6": "999999"}).text
    assert "メールアドレスがあるとき" in client.post("/admin/municipality-contact/new/", data=add | {"code6": KAWANISHI, "email": ""}).text
