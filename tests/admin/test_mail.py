"""The operators' page of mails: delivery status in plain words, no secrets, a retry that sends once, and how each task ends."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, OutboxMail
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, Role
from tests import factories

LINK, CODE = "http://127.0.0.1:8000/first-login/abcdefghijklmnopqrstuvwxyz23", "7K4M-2QXH-9T6P"


@pytest.fixture
def mail(db_session: Session) -> OutboxMail:
    """A mail that the other side refused."""
    with transaction():
        row = mailer.enqueue("first_login", "yobo@city.ome.example", {"org_name": "青梅市"}, sealed={"link": LINK, "code": CODE})
        row.status, row.answer, row.attempts = MailStatus.refused, "550 5.1.1 no such user", 1
        return row


def enter(client: FlaskClient, role: Role = Role.operator) -> None:
    """Sign in as somebody of that role."""
    account = factories.account(role)
    db.session.commit()
    client.post("/login", data={"email": account.email, "password": factories.PASSWORD})


def test_pages(client: FlaskClient, mail: OutboxMail) -> None:
    """List and page say what happened and what to do; link and code are nowhere."""
    enter(client)
    listed, shown = client.get("/admin/mail/?state=refused&q=yobo"), client.get(f"/admin/mail/{mail.id}/")
    for response in (listed, shown, client.get(f"/admin/mail/{mail.id}/retry")):
        assert response.status_code == 200
        assert "yobo@city.ome.example" in response.text
        assert LINK not in response.text
        assert CODE not in response.text
    assert "550 5.1.1 no such user" in listed.text
    assert "この宛先を受け付けませんでした" in shown.text
    assert "⟦link⟧" in shown.text
    assert "もう一度送る" in shown.text
    assert "yobo" not in client.get("/admin/mail/?state=sent").text
    assert client.get("/admin/mail/999999/").status_code == 404


def test_retry(client: FlaskClient, mail: OutboxMail) -> None:
    """Pressed twice, sent once, with an event; looking does nothing."""
    enter(client)
    address = f"/admin/mail/{mail.id}/retry"
    assert client.head(address).status_code == 200
    assert db.session.get(OutboxMail, mail.id).status is MailStatus.refused
    for _ in range(2):
        response = client.post(address, data={"version": "1"})
        assert (response.status_code, response.location) == (303, f"/admin/mail/{mail.id}/")
    assert db.session.query(AuditEvent).filter_by(subject="outbox_mail", action="retry").count() == 1
    assert mailer.deliver_due() == 1
    db.session.commit()
    assert "相手のメールサーバーが受け取りました" in client.get(f"/admin/mail/{mail.id}/").text
    assert client.post(address, data={"version": "1"}).status_code == 303
    assert mailer.deliver_due() == 0


@pytest.mark.parametrize("version", [None, "", "x", "１", "-1"])
def test_retry_needs_its_form(client: FlaskClient, mail: OutboxMail, version: str | None) -> None:
    """A missing or odd version is a bad request."""
    enter(client)
    assert client.post(f"/admin/mail/{mail.id}/retry", data={} if version is None else {"version": version}).status_code == 400


def test_not_for_others(client: FlaskClient, mail: OutboxMail) -> None:
    """Nobody is asked to sign in, a municipality is refused."""
    assert client.get("/admin/mail/").location.startswith("/login")
    enter(client, Role.municipality)
    for address in ("/admin/mail/", f"/admin/mail/{mail.id}/", f"/admin/mail/{mail.id}/retry"):
        assert client.get(address).status_code == 403
    assert client.post(f"/admin/mail/{mail.id}/retry", data={"version": "1"}).status_code == 403


def test_a_mail_that_is_tried_again_by_itself(client: FlaskClient, mail: OutboxMail) -> None:
    """It says what is going on and when the next try comes, in minutes from now."""
    mail.status, mail.answer, mail.next_try_at = MailStatus.waiting, "451 4.7.1 greylisted", datetime.now(UTC) + timedelta(minutes=20)
    enter(client)
    text = client.get(f"/admin/mail/{mail.id}/").text
    assert "約20分後" in text
    assert "451 4.7.1 greylisted" in text
    assert "もう一度送る" not in text


@pytest.mark.parametrize(
    ("action", "status", "words"),
    [
        ("retry", MailStatus.refused, "同じメールはもう送れません"),
        ("correct", MailStatus.refused, "ここでは直せません"),
        ("retry", MailStatus.sent, "いまの状態（送信済み）"),
        ("confirm", MailStatus.refused, "いまの状態（宛先不明・拒否）"),
    ],
)
def test_what_cannot_be_done_is_not_asked(client: FlaskClient, mail: OutboxMail, action: str, status: MailStatus, words: str) -> None:
    """The page says so and why, in its heading, and has no button."""
    mail.status, mail.sealed = status, None
    enter(client)
    page = client.get(f"/admin/mail/{mail.id}/{action}").text
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    assert heading.endswith("は、いまはできません")
    assert "送りますか" not in heading
    assert words in page
    assert 'name="do"' not in page


def test_stuck_mails_go_again_together(client: FlaskClient, mail: OutboxMail) -> None:
    """The one that is stuck goes again with an event; the one that waits anyway is named and left."""
    with transaction():
        waiting = mailer.enqueue("first_login", "kenko@city.ome.example", {"org_name": "青梅市"}, sealed={"link": LINK, "code": CODE})
    enter(client)
    rows = [f"{row.id}.{row.version}" for row in (mail, waiting)]
    page = client.get(f"/admin/mail/bulk?move=retry&row={rows[0]}&row={rows[1]}")
    assert "1件について行います" in page.text
    assert "行わないもの 1件" in page.text
    assert client.post("/admin/mail/bulk", data={"move": "retry", "row": rows}).status_code == 303
    db.session.commit()
    assert db.session.get(OutboxMail, mail.id).status is MailStatus.waiting
    assert db.session.query(AuditEvent).filter_by(subject="outbox_mail", action="retry").count() == 1


def test_the_recipient_is_corrected(client: FlaskClient, db_session: Session) -> None:
    """A wrong address comes back with what was typed; the right one gets the same mail, once, and the task is over."""
    with transaction():
        mail = mailer.enqueue("rejected", "-oQ/tmp@x.jp", {"reason": "対象外のため。"})
    enter(client)
    address = f"/admin/mail/{mail.id}/correct"
    assert "-oQ/tmp@x.jp" in client.get(address).text
    wrong = client.post(address, data={"version": str(mail.version), "recipient": "kenko@localhost"})
    assert wrong.status_code == 422
    assert 'value="kenko@localhost"' in wrong.text
    for odd in ("", "-oQ/tmp@x.jp", "kenko@city.ome.example\r\nBcc: x@x.example", "あ@city.ome.example", f"{'a' * 250}@city.ome.example"):
        assert client.post(address, data={"version": str(mail.version), "recipient": odd}).status_code == 422
    assert mailer.undeliverable_count() == 1
    form = {"version": str(mail.version), "recipient": " kenko@city.ome.example "}
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert mailer.undeliverable_count() == 0
    assert mailer.deliver_due() == 1
    db.session.commit()
    row = db.session.get(OutboxMail, mail.id, populate_existing=True)
    assert (row.recipient, row.status) == ("kenko@city.ome.example", MailStatus.sent)
    event = db.session.query(AuditEvent).filter_by(subject="outbox_mail", action="correct").one()
    assert event.codes == {"from": "refused", "to": "waiting", "version": int(form["version"]) + 1}


def test_the_same_address_is_no_correction(client: FlaskClient, mail: OutboxMail) -> None:
    enter(client)
    answer = client.post(f"/admin/mail/{mail.id}/correct", data={"version": str(mail.version), "recipient": mail.recipient})
    assert answer.status_code == 422
    assert "いまの宛先と同じです" in answer.text
    assert mailer.undeliverable_count() == 1


def test_an_accounts_link_goes_to_nobody_else(client: FlaskClient, mail: OutboxMail) -> None:
    """The address of an account is corrected at the account."""
    mail.account_id = factories.account(Role.municipality).id
    enter(client)
    assert "宛先を直して送る" not in client.get(f"/admin/mail/{mail.id}/").text
    assert 'name="recipient"' not in client.get(f"/admin/mail/{mail.id}/correct").text
    form = {"version": str(mail.version), "recipient": "other@city.ome.example"}
    assert client.post(f"/admin/mail/{mail.id}/correct", data=form).status_code == 409


@pytest.mark.parametrize("status", [MailStatus.refused, MailStatus.failed, MailStatus.uncertain])
def test_a_mail_that_did_not_arrive_is_a_task_that_ends(client: FlaskClient, mail: OutboxMail, status: MailStatus) -> None:
    """With how it was settled; the link is forgotten, the number beside the menu is gone, and nothing is sent."""
    mail.status = status
    enter(client)
    address, version = f"/admin/mail/{mail.id}/close", str(mail.version)
    assert "送るメールを読む" not in client.get(address).text
    again = client.post(address, data={"version": version, "reason": " "})
    assert again.status_code == 422
    assert "自治体に送るメールに記載されます" not in again.text
    assert mailer.undeliverable_count() == 1
    form = {"version": version, "reason": "電話で伝えました。"}
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    row = db.session.get(OutboxMail, mail.id, populate_existing=True)
    assert (row.status, row.sealed, row.note) == (MailStatus.settled, None, "電話で伝えました。")
    assert mailer.undeliverable_count() == 0
    assert mailer.deliver_due() == 0
    db.session.commit()
    text = client.get(f"/admin/mail/{mail.id}/").text
    assert "電話で伝えました。" in text
    assert "もう一度送る" not in text


def test_whether_a_mail_arrived_is_found_out(client: FlaskClient, mail: OutboxMail) -> None:
    """The page says so; it is settled as delivered, or sent again by decision."""
    mail.status, mail.answer = MailStatus.uncertain, "SMTPServerDisconnected"
    enter(client)
    text = client.get(f"/admin/mail/{mail.id}/").text
    assert "届いたか確かめる" in text
    assert all(label in text for label in ("届いたことを記録する", "もう一度送る", "対応済みにする"))
    address, form = f"/admin/mail/{mail.id}/confirm", {"version": str(mail.version)}
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    row = db.session.get(OutboxMail, mail.id, populate_existing=True)
    assert (row.status, row.sealed, row.sent_at) == (MailStatus.sent, None, None)
    assert (mailer.undeliverable_count(), mailer.deliver_due()) == (0, 0)


@pytest.mark.parametrize("template", ["returned", "return_reminder", "receipt", "receipt_code"])
def test_link_and_code_of_a_case_go_nowhere_without_a_call(client: FlaskClient, db_session: Session, template: str) -> None:
    """The address of a contact is corrected at the case, where the call is logged."""
    from keynet_admin.vocabulary import SubmissionStatus

    enter(client)
    with transaction():
        case = factories.submission(SubmissionStatus.returned)
        row = mailer.enqueue(template, "yobo@city.ome.example", {"org_name": "青梅市"}, sealed={"link": LINK, "code": CODE}, about=case)
        row.status = MailStatus.refused
    form = {"version": str(row.version), "recipient": "kenko@city.ome.example"}
    assert client.post(f"/admin/mail/{row.id}/correct", data=form).status_code == 409
    assert f'href="/admin/submission/{case.id}/"' in client.get(f"/admin/mail/{row.id}/").text
