"""The outbox: written with the change, sent once by whoever claims it, and its fate stays readable."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.config import Settings
from keynet_admin.errors import TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail
from keynet_admin.services import persons
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.mail import transport
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, Role
from tests import factories
from tests.support.net import free_port
from tests.support.smtp import SmtpServer
from tests.support.web import change_settings

WORDS = {"org_name": "青梅市", "contact_name": "見本 一郎", "receipt_no": "KN-210510-0044"}
SEALED = {"link": "http://127.0.0.1:8000/entry/tokentokentokentokentoken", "code": "7K4M-2QXH-9T6P"}


def write(to: str = "yobo@city.ome.example", template: str = "returned", **more: Any) -> int:
    """A committed mail, by its id."""
    with transaction():
        row = mailer.enqueue(template, to, WORDS | {"reason": "ご確認ください。", "items": []}, sealed=SEALED, **more)
        return row.id


def fate(number: int) -> OutboxMail:
    """The row as it is in the database now."""
    db.session.commit()
    row = db.session.get(OutboxMail, number, populate_existing=True)
    assert row is not None
    db.session.commit()
    return row


def spool(instance: Path) -> list[Path]:
    """Everything in the spool, also unfinished files."""
    return sorted((instance / "mail").iterdir())


@pytest.fixture
def by_smtp(app: Flask, smtp: SmtpServer) -> SmtpServer:
    """The mailer talks to a real server."""
    change_settings(app, mail_url=smtp.url)
    return smtp


def test_a_file_each_named_by_its_message_id(db_session: Session, instance: Path) -> None:
    """The mail is whole, plain text, holds its secrets; the row holds them no more."""
    number = write()
    row = fate(number)
    assert (row.status, row.sealed) == (MailStatus.waiting, SEALED)
    assert "⟦link⟧" in row.body
    assert SEALED["code"] not in row.body
    assert mailer.deliver_due() == 1
    row = fate(number)
    assert (row.status, row.sealed, row.attempts, row.lease_until) == (MailStatus.sent, None, 1, None)
    assert row.sent_at is not None
    (file,) = spool(instance)
    assert file.name == f"{row.message_id}.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Message-ID"] == f"<{row.message_id}>"
    assert message.get_content_type() == "text/plain"
    assert message["To"] == "yobo@city.ome.example"
    assert message["Subject"] == "【Key-Net】募集情報の申請の修正のお願い（KN-210510-0044）"
    text = message.get_content()
    assert SEALED["link"] in text.splitlines()
    assert SEALED["code"] in text
    assert mailer.deliver_due() == 0


def test_nothing_leaves_before_the_commit(db_session: Session, instance: Path) -> None:
    """A rolled-back decision sends no mail."""

    def decision() -> None:
        with transaction():
            mailer.enqueue("returned", "a@b.example", WORDS, sealed=SEALED)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decision()
    assert mailer.deliver_due() == 0
    assert not (instance / "mail").exists()


def test_the_wake_up_comes_after_the_commit(db_session: Session) -> None:
    """Once a transaction, whatever the number of mails; a failing one harms nothing."""
    calls: list[bool] = []

    def action() -> None:
        calls.append(db.session().in_transaction())
        raise OSError("no queue")

    mailer.on_enqueued(action)
    with transaction():
        mailer.enqueue("rejected", "a@b.example", WORDS | {"reason": "x"})
        mailer.enqueue("rejected", "a@b.example", WORDS | {"reason": "x"})
        assert calls == []
    assert calls == [False]


def test_over_smtp(db_session: Session, by_smtp: SmtpServer) -> None:
    """Real server, one connection, headers readable, plain text, one recipient."""
    numbers = [write(), write("b@city.example")]
    assert mailer.deliver_due() == 2
    assert by_smtp.recipients == [["yobo@city.ome.example"], ["b@city.example"]]
    first = by_smtp.messages[0]
    assert str(make_header(decode_header(first["Subject"]))).startswith("【Key-Net】募集情報の申請")
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == f"<{fate(numbers[0]).message_id}>"
    assert SEALED["link"] in first.get_content()
    assert fate(numbers[1]).status is MailStatus.sent


@pytest.mark.parametrize(
    ("answer", "state", "attempts"),
    [
        ("550 5.1.1 no such user", MailStatus.refused, 1),
        ("451 4.7.1 greylisted", MailStatus.waiting, 1),
        ("552 5.2.2 mailbox full", MailStatus.waiting, 1),
    ],
)
def test_what_the_server_answers(db_session: Session, by_smtp: SmtpServer, answer: str, state: MailStatus, attempts: int) -> None:
    """Permanent or not, the answer is kept, and the next mail goes all the same."""
    by_smtp.refuse["bad@city.example"] = answer
    bad, good = write("bad@city.example"), write("good@city.example")
    before = datetime.now(UTC)
    assert mailer.deliver_due() == 1
    row = fate(bad)
    assert (row.status, row.attempts, row.answer) == (state, attempts, answer)
    assert row.sealed == SEALED
    assert fate(good).status is MailStatus.sent
    if state is MailStatus.waiting:
        assert row.next_try_at >= before + timedelta(seconds=mailer.DELAYS[0])
        by_smtp.refuse.clear()
        assert mailer.deliver_due() == 0
        assert mailer.deliver_due(now=row.next_try_at) == 1
        assert fate(bad).status is MailStatus.sent


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


def test_a_mute_server(app: Flask, db_session: Session, mute: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait ends, the mail is kept for later, and the others are not tried against the same wall."""
    monkeypatch.setattr(transport, "LIMITS", transport.TransportLimits(connect=0.2, command=0.2, final_dot=0.2))
    change_settings(app, mail_url=mute)
    first, second = write(), write()
    assert mailer.deliver_due() == 0
    assert (fate(first).status, fate(first).attempts) == (MailStatus.waiting, 1)
    assert (fate(second).status, fate(second).attempts) == (MailStatus.waiting, 0)


def try_again(number: int) -> None:
    """As an operator does, on the version that is there."""
    with transaction():
        mailer.retry(fate(number), factories.actor(Role.operator), seen_version=fate(number).version)


def test_no_server_at_all(app: Flask, db_session: Session) -> None:
    """Down, then up again: sent once."""
    change_settings(app, mail_url=f"smtp://127.0.0.1:{free_port()}")
    number = write()
    assert mailer.deliver_due() == 0
    row = fate(number)
    assert row.status is MailStatus.waiting
    assert "refused" in row.answer.lower()
    change_settings(app, mail_url="file:")
    assert mailer.deliver_due(now=row.next_try_at) == 1
    assert mailer.deliver_due(now=row.next_try_at) == 0


def test_given_up_after_days(db_session: Session, by_smtp: SmtpServer) -> None:
    """About three days of tries, then it becomes an operator's task, who may try again."""
    assert timedelta(days=2.5) < timedelta(seconds=sum(mailer.DELAYS) + (mailer.MAX_ATTEMPTS - len(mailer.DELAYS)) * mailer.DELAYS[-1])
    by_smtp.refuse_all = "451 later"
    number = write()
    with transaction():
        db.session.execute(db.update(OutboxMail).values(attempts=mailer.MAX_ATTEMPTS - 1))
    mailer.deliver_due()
    assert fate(number).status is MailStatus.failed
    assert mailer.undeliverable_count() == 1
    by_smtp.refuse_all = None
    try_again(number)
    assert mailer.deliver_due() == 1
    with pytest.raises(TransitionRefused):
        try_again(number)


def test_no_transaction_is_open_while_sending(db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow mail server must not hold a lock of the database."""
    seen: list[bool] = []

    def send(self: transport.Spool, *_args: Any) -> str:
        seen.append(db.session().in_transaction())
        return "ok"

    monkeypatch.setattr(transport.Spool, "deliver", send)
    write()
    mailer.deliver_due()
    assert seen == [False]


def test_a_worker_killed_while_sending(db_session: Session, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the file is written and before our commit: nobody takes it before the lease ends, then the same file is written again."""
    number = write()

    def killed(*_args: Any, **_values: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mailer, "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            mailer.deliver_due()
    row = fate(number)
    assert row.status is MailStatus.sending
    assert row.lease_until is not None
    assert mailer.deliver_due(now=row.lease_until - timedelta(seconds=1)) == 0
    assert mailer.deliver_due(now=row.lease_until) == 1
    assert [file.name for file in spool(instance)] == [f"{row.message_id}.eml"]
    assert fate(number).attempts == 2


def test_a_worker_killed_while_sending_by_smtp(db_session: Session, by_smtp: SmtpServer) -> None:
    """Never sent again without a decision; the mails behind it go out."""
    number, lease = write(), datetime.now(UTC) + timedelta(minutes=22)
    assert mailer._claim(datetime.now(UTC), timedelta(minutes=22)) is not None
    assert mailer.deliver_due(now=lease - timedelta(seconds=30)) == 0
    assert fate(number).status is MailStatus.sending
    write("b@city.example")
    assert mailer.deliver_due(now=lease + timedelta(seconds=30)) == 1
    row = fate(number)
    assert (row.status, row.attempts, row.lease_until, row.sealed) == (MailStatus.uncertain, 1, None, SEALED)
    assert [to for (to,) in by_smtp.recipients] == ["b@city.example"]
    try_again(number)
    assert mailer.deliver_due() == 1


def test_a_late_worker_does_not_overwrite(db_session: Session) -> None:
    """Its lease ran out and another one sent the mail: what the first one reports afterwards does not count."""
    number = write()
    moment = datetime.now(UTC)
    first = mailer._claim(moment, timedelta(seconds=10))
    second = mailer._claim(moment + timedelta(seconds=11), timedelta(seconds=10))
    assert first is not None
    assert second is not None
    assert mailer._settle(second, MailStatus.sent, "250", sealed=None) == 1
    assert mailer._settle(first, MailStatus.refused, "550") == 0
    assert fate(number).status is MailStatus.sent


def test_two_workers_take_different_mails(db_session: Session) -> None:
    """Each mail is claimed by one."""
    numbers = {write(), write()}
    moment = datetime.now(UTC)
    claims = [mailer._claim(moment, timedelta(seconds=60)) for _ in range(3)]
    assert {claim.id for claim in claims if claim} == numbers
    assert claims[2] is None


def test_an_address_that_cannot_be_one(db_session: Session, by_smtp: SmtpServer) -> None:
    """It becomes a task of the operators at once; nothing is sent, the decision stands."""
    for address in [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "kenko",
        "",
        "健康@市.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example\x00",
        "-oQ/tmp@x.jp",
        "-f@city.example",
        "a@localhost",
        "a@mail.localhost",
        "a@printer.local",
        "a@files.lan",
        "a@city.test",
        "a@127.0.0.1",
        "a@b..example",
        "a@-b.example",
        "a@b-.example",
        "a@.example",
        "a@b.example.",
        f"a@{'b' * 64}.example",
        f"{'a' * 65}@b.example",
    ]:
        number = write(address)
        assert fate(number).status is MailStatus.refused, address
        assert fate(number).answer, address
        assert mailer.deliver_due() == 0, address
        assert by_smtp.messages == [], address


def test_an_address_that_may_be_one(db_session: Session) -> None:
    """Also what the telephone companies once gave out."""
    for address in [
        "kenko@city.ome.example",
        "a..b.@docomo.ne.jp",
        "a-b+c@x.lg.jp",
        "A_1@sub-domain.example.jp",
        "a@xn--eckwd4c7c.xn--zckzah",
        "o'hara@b.jp",
    ]:
        assert fate(write(address)).status is MailStatus.waiting, address


def test_a_connection_lost_after_the_final_dot(db_session: Session, by_smtp: SmtpServer) -> None:
    """The server has the mail but its answer never came: an operator's task, never sent again by itself; sent again by decision."""
    by_smtp.drop_after_dot = True
    number, other = write(), write("b@city.example")
    assert mailer.deliver_due() == 0
    row = fate(number)
    assert (row.status, row.attempts, row.lease_until, row.sealed) == (MailStatus.uncertain, 1, None, SEALED)
    assert row.answer
    assert fate(other).status is MailStatus.waiting
    by_smtp.drop_after_dot = False
    far = datetime.now(UTC) + timedelta(days=2)
    assert mailer.deliver_due(now=far) == 1
    assert [to for (to,) in by_smtp.recipients] == ["yobo@city.ome.example", "b@city.example"]
    assert mailer.undeliverable_count() == 1
    try_again(number)
    assert mailer.deliver_due() == 1
    assert fate(number).status is MailStatus.sent
    assert mailer.undeliverable_count() == 0


def test_a_gateway_that_scans_for_too_long(db_session: Session, by_smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer to the final dot may take longer than any other; when even that is over, nobody knows."""
    by_smtp.delay = 30
    monkeypatch.setattr(transport, "LIMITS", transport.TransportLimits(connect=10, command=10, final_dot=0.2))
    number = write()
    assert mailer.deliver_due() == 0
    assert fate(number).status is MailStatus.uncertain


def test_a_slow_answer_to_the_final_dot_is_waited_for(db_session: Session, by_smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than for a command; the next message of the connection is sent with the short limit again."""
    by_smtp.delay = 0.5
    monkeypatch.setattr(transport, "LIMITS", transport.TransportLimits(connect=10, command=0.2, final_dot=30))
    numbers = [write(), write()]
    assert mailer.deliver_due() == 2
    assert [fate(number).status for number in numbers] == [MailStatus.sent, MailStatus.sent]


def test_the_limits_are_those_of_the_standard(db_session: Session) -> None:
    """Ten minutes after the final dot, and a lease that outlasts every wait of one mail together."""
    assert transport.LIMITS.final_dot >= 600
    lease = transport.Smtp(Settings(mail_url="smtp://mail.example")).lease
    assert lease.total_seconds() > transport.LIMITS.final_dot + 8 * transport.LIMITS.command
    assert lease < mailer._FAR


def test_a_name_makes_no_header(db_session: Session, by_smtp: SmtpServer) -> None:
    """CR and LF in a name that stands in the subject."""
    with transaction():
        mailer.enqueue("first_login", "a@b.example", WORDS | {"org_name": "市\r\nBcc: c@d.example\r\n\r\nx", "due": None}, sealed=SEALED)
    assert mailer.deliver_due() == 1
    assert by_smtp.recipients == [["a@b.example"]]
    assert by_smtp.messages[0]["Bcc"] is None
    assert "Bcc: c@d.example" in str(make_header(decode_header(by_smtp.messages[0]["Subject"])))


def test_links_come_from_the_public_address(app: Flask, db_session: Session) -> None:
    """Whatever Host header the request had."""
    change_settings(app, public_url="https://keynet.example")
    with app.test_request_context("/", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}):
        assert mailer.public_link("/entry/") == "https://keynet.example/entry/"
        assert "https://keynet.example/entry/" in mailer.preview("rejected", WORDS | {"reason": "x"}).body


def test_a_full_disk(db_session: Session, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half file, and the mail waits."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    number = write()
    with monkeypatch.context() as patch:
        patch.setattr(transport.os, "fsync", full)
        assert mailer.deliver_due() == 0
    assert spool(instance) == []
    assert fate(number).status is MailStatus.waiting


def test_secrets_are_forgotten(db_session: Session) -> None:
    """A refused mail keeps its link for a retry, but not for ever."""
    number = write("nonsense")
    persons.purge()
    assert fate(number).sealed is not None
    with transaction():
        db.session.execute(db.update(OutboxMail).values(next_try_at=datetime.now(UTC) - timedelta(days=31)))
    persons.purge()
    assert fate(number).sealed is None
    with pytest.raises(TransitionRefused):
        try_again(number)


def test_a_server_without_eight_bits(app: Flask, db_session: Session, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text in base64."""
    import smtplib

    real = smtplib.SMTP.has_extn
    monkeypatch.setattr(smtplib.SMTP, "has_extn", lambda self, name: name.lower() != "8bitmime" and real(self, name))
    change_settings(app, mail_url=smtp.url)
    write()
    assert mailer.deliver_due() == 1
    assert smtp.messages[0]["Content-Transfer-Encoding"] == "base64"
    assert SEALED["link"] in smtp.messages[0].get_content()


@pytest.mark.parametrize("url", ["http://x", "smtp://", "nonsense"])
def test_an_unknown_mail_url(url: str) -> None:
    """Said at once, not when the first mail is due."""
    with pytest.raises(ValueError, match="MAIL_URL"):
        Settings(mail_url=url)


def test_the_address_with_everything() -> None:
    """User, password with escapes, STARTTLS, implicit TLS and its port."""
    way = transport.Smtp(Settings(mail_url="smtp://us%40er:p%2Fw@mail.example:2525?starttls=1")).mail
    assert (way.server, way.port, way.username, way.password) == ("mail.example", 2525, "us@er", "p/w")
    assert (way.use_tls, way.use_ssl) == (True, False)
    way = transport.Smtp(Settings(mail_url="smtps://mail.example")).mail
    assert (way.port, way.use_tls, way.use_ssl) == (465, False, True)


def test_the_claim_is_two_statements(db_session: Session) -> None:
    """Nothing due: a look at the read-only mode, at what is held and at the mails, no update."""
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    mailer.deliver_due()
    assert [text.split()[0] for text in statements if text.split()[0] not in ("BEGIN", "PRAGMA")] == ["SELECT"] * 3


@pytest.mark.parametrize("state", [MailStatus.waiting, MailStatus.sending])
def test_the_clock_was_turned_back(db_session: Session, state: MailStatus) -> None:
    """A mail written or claimed in a wrong future goes out now."""
    write()
    later = datetime.now(UTC) + timedelta(days=400)
    with transaction():
        db.session.execute(db.update(OutboxMail).values(status=state, next_try_at=later, lease_until=later))
    assert mailer.deliver_due() == 1


def test_many_workers_send_each_mail_once(app: Flask, db_session: Session, by_smtp: SmtpServer) -> None:
    """Four at the same time, real connections."""
    for _ in range(12):
        write()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                mailer.deliver_due()
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    sent = [message["Message-ID"] for message in by_smtp.messages]
    assert len(sent) == len(set(sent)) == 12
    db.session.commit()
    assert set(db.session.execute(db.select(OutboxMail.attempts)).scalars()) == {1}
