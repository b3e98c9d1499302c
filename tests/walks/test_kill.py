"""`kill -9` of web and worker in the middle of many acceptances: what was acknowledged is there once, nothing is there by halves."""

import email
import email.policy
import http.client
import random
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db, reading
from keynet_admin.models import Account, AuditEvent, OutboxMail, Posting, Submission
from keynet_admin.services.invariants.check import broken
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus, Role, SubmissionStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.net import end, wait_until
from tests.support.server import LiveServer, start_worker
from tests.support.web import Client, application

CASES = {"sqlite": 200, "postgresql": 40}
KILLS = {"sqlite": 4, "postgresql": 2}


class Site:
    """Web and worker over one database, which can be killed and started again."""

    def __init__(self, instance: Path, url: str) -> None:
        self.instance, self.url = instance, url
        self.environ = {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "MAIL_URL": "file:"}
        self.web = LiveServer(instance, self.environ, workers=2)
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.web.start()
        self.worker = start_worker(self.instance, self.environ)

    def kill(self) -> None:
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()
        self.web.kill()

    def stop(self) -> None:
        self.web.stop()
        if self.worker is not None:
            end(self.worker)


@pytest.fixture
def site(database_kind: str, databases: Databases, instance: Path) -> Iterator[Site]:
    with databases.copy(database_kind, instance) as url:
        made = Site(instance, url)
        yield made
        made.stop()


def test_killed_in_the_middle(site: Site, database_kind: str) -> None:
    with application(site.url, site.instance, {}) as app:
        with app.app_context():
            ids, cookie = prepare(app, CASES[database_kind])
        acknowledged = run(site, ids, cookie, KILLS[database_kind])
        with app.app_context():
            wait_until(lambda: waiting() == 0, "the mails to be delivered", 90)
            check(site, ids, acknowledged)


def prepare(app: Flask, number: int) -> tuple[list[int], str]:
    """Cases of `number` different bodies, and the session cookie of an operator."""
    bodies = [m for m in reference.municipalities() if m.kind in ("city", "core_city")][:number]
    with transaction():
        ids = []
        for body in bodies:
            mail = f"vaccine{body.code6}@{factories.own_host(body.code6)}"
            words = {"lg_code": body.code6, "org_name": body.name, "org_address": f"{body.name}本町1番1号"}
            changes = {f"organization.{name}": value for name, value in words.items()}
            changes |= {"contact.contact_email": mail, "contact.contact_email2": mail, "postings.0.venue_city": body.code6}
            ids.append(factories.submission(changes=changes).id)
    client = Client(app, app.response_class, use_cookies=True)
    client.sign_in(Role.operator)
    cookie = client.get_cookie("session")
    assert cookie is not None
    return ids, cookie.value


def run(site: Site, ids: list[int], cookie: str, kills: int) -> set[int]:
    """Accept all cases from four threads while everything is killed and started again. The cases whose acceptance was answered."""
    chance = random.Random(20210507)
    acknowledged: set[int] = set()
    lock = threading.Lock()
    parts = [ids[i :: kills + 1] for i in range(kills + 1)]

    def accept(case: int) -> None:
        try:
            if accepted_over_http(site.web.port, case, cookie):
                with lock:
                    acknowledged.add(case)
        except (OSError, http.client.HTTPException):
            return  # the server was killed under this request: it may or may not have happened

    for number, part in enumerate(parts):
        site.start()
        last = number == len(parts) - 1
        with ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(accept, case) for case in part]
            if not last:
                goal = len(part) * chance.uniform(0.3, 0.8)
                wait_until(lambda futures=futures, goal=goal: sum(f.done() for f in futures) >= goal, "some acceptances", 120)  # type: ignore[misc]
                site.kill()
    for case in ids:
        accept(case)  # the operator presses again wherever no answer came; an accepted case stays as it is
    return acknowledged


def accepted_over_http(port: int, case: int, cookie: str) -> bool:
    """GET the confirmation page, POST it. True when the server answered that the case is accepted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        path = f"/admin/submission/{case}/accept"
        headers = {"Cookie": f"session={cookie}"}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        cookies = [h for h in answer.getheaders() if h[0].lower() == "set-cookie"]
        fresh = re.search(r"session=([^;]+)", cookies[0][1])[1] if cookies else cookie  # type: ignore[index]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        version = re.search(r'name="version" value="(\d+)"', page)
        if token is None or version is None:
            return False
        body = urlencode({"csrf_token": token[1], "version": version[1]})
        sent = {"Cookie": f"session={fresh}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, body, sent)
        return connection.getresponse().status == 303
    finally:
        connection.close()


def waiting() -> int:
    """Mails on their way. Reads only and lets go at once: the worker needs the write lock."""
    with reading():
        query = select(func.count(OutboxMail.id)).where(OutboxMail.status.in_((MailStatus.waiting, MailStatus.sending)))
        number = int(db.session.execute(query).scalar_one())
        db.session.rollback()
    return number


def check(site: Site, ids: list[int], acknowledged: set[int]) -> None:
    """Exactly one of everything for every accepted case, nothing for any other, each Message-ID delivered once, and all holds."""
    cases = {case.id: case for case in db.session.execute(select(Submission)).scalars()}
    accepted = {number for number, case in cases.items() if case.status is SubmissionStatus.accepted}
    assert acknowledged <= accepted
    assert accepted == set(ids)
    accounts = Counter(db.session.execute(select(Account.organization_id).where(Account.role == Role.municipality)).scalars())
    assert accounts == Counter(cases[number].organization_id for number in accepted)
    postings = Counter(db.session.execute(select(Posting.submission_id)).scalars())
    assert postings == Counter(dict.fromkeys(accepted, 1))
    events = Counter(
        db.session.execute(select(AuditEvent.subject_id).where(AuditEvent.subject == "submission", AuditEvent.action == "accept")).scalars()
    )
    assert events == Counter(dict.fromkeys(accepted, 1))
    mails = db.session.execute(select(OutboxMail)).scalars().all()
    assert {m.status for m in mails} == {MailStatus.sent}
    spool = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in (site.instance / "mail").glob("*.eml")]
    delivered = Counter(str(message["Message-ID"]).strip("<>") for message in spool)
    assert delivered == Counter({m.message_id: 1 for m in mails})
    assert broken() == {}
