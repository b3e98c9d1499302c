"""The page of the sending: a pause from the form to its end, the banner on every page, nothing typed is lost."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import MailPause
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

PAGE = "/admin/mail/sending/"
BANNER = "メールの送信を止めています"


def test_a_pause_from_the_form_to_its_end(app: Flask, db_session: Session, client: Client, clock: MovableClock) -> None:
    """Reason, by whom and until when stand on the page; the banner stands on others, too, until it is resumed."""
    clock.set("2021-05-12 11:20")
    client.sign_in(factories.account(Role.lead, name="例田 主任"))
    typed = {"scope": "domain", "domain": "city.ome.example", "reason": "青梅市のサーバーの障害", "day": "令和3年5月12日", "time": "18:00"}
    page = client.post(f"{PAGE}pause", data=typed, follow_redirects=True).text
    for words in ("@city.ome.example へのメールを止めています", "青梅市のサーバーの障害", "例田 主任", "5/12(水) 18:00"):
        assert words in page
    assert BANNER in client.get("/admin/submission/").text
    number = db.session.execute(select(MailPause.id)).scalar_one()
    db.session.rollback()
    assert "送信を再開しました" in client.post(f"{PAGE}resume", data={"id": number}, follow_redirects=True).text
    assert "すでに再開しています" in client.post(f"{PAGE}resume", data={"id": number}, follow_redirects=True).text
    assert BANNER not in client.get("/admin/submission/").text


def test_what_is_refused_keeps_everything_typed(app: Flask, db_session: Session, client: Client, clock: MovableClock) -> None:
    """At its field, with 422; nothing is held."""
    clock.set("2021-05-12 11:20")
    client.sign_in(factories.account(Role.lead))
    good = {"scope": "all", "domain": "", "reason": "点検のため", "day": "", "time": ""}
    for wrong, words in (
        ({"scope": ""}, "止める範囲を選んでください"),
        ({"scope": "domain"}, "宛先の @ より後ろを"),
        ({"scope": "9"}, "止める範囲を選んでください"),
        ({"reason": ""}, "止める理由を入力してください"),
        ({"day": "あした"}, "日付と時刻の両方を"),
        ({"day": "2021/5/9", "time": "9:00"}, "いまより後の日時"),
    ):
        answer = client.post(f"{PAGE}pause", data=good | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert (wrong.get("reason", good["reason"])) in answer.text
    assert db.session.execute(select(MailPause.id)).first() is None
    db.session.rollback()
    for number in ("", "x", "99", "9" * 30):
        assert client.post(f"{PAGE}resume", data={"id": number}).status_code == 404


def test_an_operator_sees_and_changes_nothing(app: Flask, db_session: Session, client: Client) -> None:
    """Figures, but neither form nor buttons."""
    client.sign_in(factories.account(Role.operator))
    page = client.get(PAGE)
    assert page.status_code == 200
    assert 'name="scope"' not in page.text
    assert client.post(f"{PAGE}pause", data={"scope": "all", "reason": "x"}).status_code == 403
