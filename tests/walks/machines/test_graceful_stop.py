"""SIGTERM to a web server and a worker that are at work: what is under way is finished, nothing more is begun, nothing is lost or done twice."""

import json
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, text

from keynet_admin.extensions import db, reading
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, SubmissionStatus
from tests.support.databases import Databases
from tests.support.net import end, wait_until
from tests.support.server import LiveServer, start_worker
from tests.support.smtp import SmtpServer
from tests.support.web import application, change_settings
from tests.walks.test_kill import accepted_over_http, prepare

CASES = 5  # and as many receipts to be mailed, more than a worker sends at once
BODY = json.dumps({"submission": {}, "partial": True}).encode()


def states() -> Counter[MailStatus]:
    """How many mails stand where."""
    with reading():
        found = Counter(db.session.execute(select(OutboxMail.status)).scalars())
        db.session.rollback()
    return found


def refused(port: int) -> bool:
    """Whether nobody takes a connection any more."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def half_a_form(port: int) -> Iterator[socket.socket]:
    """A connection on which a request's body is being read; its second half is still to come."""
    head = f"POST /api/entry-check HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 "), "the program has begun to read"
        connection.sendall(BODY[:10])
        yield connection


def test_what_is_under_way_is_finished(databases: Databases, instance: Path, smtp: SmtpServer) -> None:
    """A decision that waits for a lock, half a form, and mails that their server takes slowly; all of it is let go only after the signal."""
    with databases.copy("postgresql", instance) as url, application(url, instance, {}) as app:
        with app.app_context():
            cases, cookie = prepare(app, CASES)
            smtp.held.update(db.session.execute(select(OutboxMail.recipient)).scalars())
            db.session.rollback()
        environ = {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "MAIL_URL": smtp.url}
        worker, web = start_worker(instance, environ), LiveServer(instance, environ, workers=1).start()
        try:
            with app.app_context(), ThreadPoolExecutor(1) as pool, half_a_form(web.port) as form:
                wait_until(lambda: states()[MailStatus.sending] > 0, "the worker's first mail", 60)
                with transaction():
                    db.session.execute(select(Submission.id).where(Submission.id == cases[0]).with_for_update())
                    decision = pool.submit(accepted_over_http, web.port, cases[0], cookie)
                    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    wait_until(lambda: db.session.execute(waiting).scalar_one() > 0, "the decision to be written", 30)
                    assert web.process is not None
                    web.process.send_signal(signal.SIGTERM)
                    worker.send_signal(signal.SIGTERM)
                    began = time.monotonic()
                    wait_until(lambda: refused(web.port), "the closed door", 5)
                    assert not decision.done()
                form.sendall(BODY[10:])
                assert form.recv(1000).startswith(b"HTTP/1.1 200 ")
                assert decision.result(20), "answered, and with success"
                assert web.process.wait(20) == 0
                log = instance / "worker.log"
                wait_until(lambda: "the worker stops" in log.read_text(encoding="utf-8"), "the worker to hear of it", 5)
                on_their_way = states()[MailStatus.sending]
                smtp.held.clear()
                assert worker.wait(20) == 0
                assert time.monotonic() - began < 20
                assert db.session.get_one(Submission, cases[0]).status is SubmissionStatus.accepted
                found = states()
                assert 0 < found[MailStatus.sent] == on_their_way == len(smtp.messages), "finished, and no other begun"
                assert set(found) == {MailStatus.sent, MailStatus.waiting}, "none that a person has to look at"
                change_settings(app, mail_url=smtp.url)
                outbox.deliver_waiting()
                assert set(states()) == {MailStatus.sent}
                assert set(Counter(message["Message-ID"] for message in smtp.messages).values()) == {1}
        finally:
            smtp.held.clear()
            web.stop()
            end(worker)
