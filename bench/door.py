"""The anonymous door under pressure: hostile JSON, bodies that never end, a flood of forms from one network."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from bench.load import CLIENTS, house, server
from bench.table import Row
from keynet_admin import create_app
from keynet_admin.catalogue import SECTIONS
from keynet_admin.catalogue.base import Kind
from keynet_admin.config import from_environ
from keynet_admin.extensions import db
from keynet_admin.intake.visit import flatten
from keynet_admin.models import OutboxMail
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus
from keynet_admin.web.request_body import FORM_SECONDS
from tests.rules.base_submission import base_submission
from tests.support.server import LiveServer

DAY = date(2021, 5, 7)
HALF_SENT = 300
FLOOD = 1000
HONEST = 40
AT_ONCE = 20
CPU_MOST = 2.0  # seconds for one hostile body
MEMORY_MOST = 300.0  # MB beyond the idle process
ANSWER_MOST = 1.0  # seconds for `GET /` meanwhile


def measure() -> list[Row]:
    """All rows."""
    with house() as (folder, url):
        return [*hostile_json(folder, url), *half_sent(folder, url), *flood(folder, url)]


def _limit(measure: str, value: float, unit: str, most: float, note: str = "") -> Row:
    """A figure with its limit: the ratio is that of the two."""
    return Row(measure, value, unit, "limit", most, ratio=value / most, at_most=1.0, note=note)


def get_seconds(port: int) -> float:
    """How long `GET /` takes; 60 when it does not answer."""
    begin = time.monotonic()
    with suppress(OSError):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
        return time.monotonic() - begin
    return 60.0


@contextmanager
def watched(port: int) -> Iterator[list[float]]:
    """Asks for `GET /` again and again while the block runs; the list fills with the seconds that each took."""
    took: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            took.append(get_seconds(port))
            over.wait(0.1)

    watcher = threading.Thread(target=ask)
    watcher.start()
    try:
        yield took
    finally:
        over.set()
        watcher.join()


# Bodies that never end


def half_sent(folder: Path, url: str) -> list[Row]:
    """Connections that send the head of a form and a few bytes: what other visitors notice, and when the last one is closed."""
    head = (
        "POST /entry/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ndo=dr"
    )
    with server(folder, DATABASE_URL=url) as running:
        get_seconds(running.port)
        begin = time.monotonic()
        open_ones = []
        for _ in range(HALF_SENT):
            connection = socket.create_connection(("127.0.0.1", running.port), timeout=FORM_SECONDS + 30)
            connection.sendall(head.encode())
            open_ones.append(connection)
        worst = max(get_seconds(running.port) for _ in range(20))
        for connection in open_ones:
            with suppress(OSError):
                while connection.recv(4096):
                    pass
            connection.close()
        closed = time.monotonic() - begin
        worst = max(worst, get_seconds(running.port))
    return [
        _limit(f"GET / beside {HALF_SENT} half-sent forms, worst of 20", worst, "s", ANSWER_MOST),
        _limit("the last of them is closed after", closed, "s", FORM_SECONDS + 10.0),
    ]


# Hostile JSON


def bodies() -> dict[str, bytes]:
    """The bodies of the review: a flood of names, the same as objects, and texts on which a pattern may go back and forth."""
    long = ("a." * 2000)[:3990]
    form = base_submission(DAY)
    texts = [f.name for f in SECTIONS["postings"] if f.kind in (Kind.TEXT, Kind.AREA)][:15]
    form["postings"] = [form["postings"][0] | dict.fromkeys(texts, long + "@b")] * 20
    documents: dict[str, Any] = {
        "330,000 unknown names": {f"x{n}": 1 for n in range(330_000)},
        "250,000 unknown objects": {f"a{n}": {"x": 1} for n in range(230_000)},
        "300 endless addresses": form,
    }
    return {
        name: json.dumps({"submission": it, "reference_date": DAY.isoformat()}, separators=(",", ":")).encode()
        for name, it in documents.items()
    }


def ask(port: int, body: bytes) -> int:
    """The status of the entry check's answer; 0 when there was none."""
    with suppress(OSError):
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("POST", "/api/entry-check", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status
    return 0


def hostile_json(folder: Path, url: str) -> list[Row]:
    """Each body alone (CPU and memory beyond the idle process), then twenty at once beside `GET /`."""
    rows = []
    for name, body in bodies().items():
        with server(folder, DATABASE_URL=url) as running:
            for _ in range(4):
                ask(running.port, b'{"submission":{}}')
                get_seconds(running.port)
            idle, cpu = max(_memory(running)), running.cpu_seconds()
            alone = ask(running.port, body)
            rows.append(_limit(f"{name}: CPU", running.cpu_seconds() - cpu, "s", CPU_MOST, note=f"answered {alone}"))
            rows.append(_limit(f"{name}: memory", max(_memory(running)) - idle, "MB", MEMORY_MOST))
            with watched(running.port) as took:
                answers = at_once([lambda body=body: ask(running.port, body)] * AT_ONCE)
            rows.append(_limit(f"{name}, {AT_ONCE} at once: GET /", max(took), "s", ANSWER_MOST, note=f"answered {sorted(set(answers))}"))
    return rows


def _memory(running: LiveServer) -> list[float]:
    """The most memory that each process has held so far, in MB (Linux)."""
    statuses = [Path(f"/proc/{child.pid}/status").read_text(encoding="ascii") for child in running.children()]
    return [int(text.partition("VmHWM:")[2].split()[0]) / 1024 for text in statuses if "VmHWM:" in text]


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the calls give back, all made at the same moment."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


# A flood of forms


def flood(folder: Path, url: str) -> list[Row]:
    """1,000 forms from one network within a minute, the limits on: what becomes of honest forms from another one, and of a first-login mail."""
    with server(folder, DATABASE_URL=url, KEYNET_RATE_LIMITS="1") as running:
        begin = time.monotonic()
        flooding = [lambda number=number: send_form(running.port, "127.0.0.1", number) for number in range(FLOOD)]
        honest = [lambda number=number: send_form(running.port, "127.0.0.2", number) for number in range(FLOOD, FLOOD + HONEST)]
        with ThreadPoolExecutor(CLIENTS + 1) as pool:
            own = pool.submit(lambda: [(call(), time.monotonic()) for call in honest])
            statuses = list(pool.map(lambda call: call(), flooding))
            accepted = [status for status, _at in own.result()]
        took = time.monotonic() - begin
        before = receipts_before_a_first_login(folder, url)
    return [
        Row(
            "forms of one network, taken in",
            statuses.count(303),
            "forms",
            note=f"{FLOOD} sent in {took:.0f} s; others {sorted(set(statuses) - {303})}",
        ),
        Row(
            "honest forms of another network, refused",
            accepted.count(429) + accepted.count(0),
            "forms",
            "limit",
            0,
            HONEST - accepted.count(303),
            at_most=0,
        ),
        Row("mails that go before a first-login mail", before, "mails", "limit", 0, before, at_most=0),
    ]


def send_form(port: int, address: str, number: int) -> int:
    """The status of one sent form, from an address of our own network."""
    form = base_submission(DAY)
    form["contact"] |= {"contact_email": f"a{number}@city.hyuga-test.lg.jp", "contact_email2": f"a{number}@city.hyuga-test.lg.jp"}
    with suppress(OSError):
        connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(address, 0))
        connection.request("GET", "/entry/")
        opened = connection.getresponse()
        page, cookie = opened.read().decode(), (opened.getheader("Set-Cookie") or "").partition(";")[0]
        token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
        pairs = [
            *flatten(form),
            ("csrf_token", token),
            ("form_key", f"a-key-of-the-bench-{number:06}"),
            ("do", "send"),
            ("has_account", "1"),
        ]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST", "/entry/", urlencode(pairs), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        done = "/done/" in (answer.getheader("Location") or "")
        return answer.status if done or answer.status != 303 else 422
    return 0


def receipts_before_a_first_login(folder: Path, url: str) -> int:
    """How many of the waiting mails the outbox takes before a first-login mail that was written last."""
    settings = replace(from_environ({"KEYNET_INSTANCE": str(folder)}), database_url=url)
    app = create_app(settings)
    with app.app_context():
        with transaction():
            outbox.enqueue("first_login", "kenko@city.chiyoda.keynet.example", {"org_name": "千代田区"}, sealed={"link": "x", "code": "y"})
        for number in range(FLOOD):
            outbox.deliver_due(limit=1)
            sent = db.session.execute(select(OutboxMail.status).where(OutboxMail.template == "first_login")).scalar_one()
            db.session.rollback()
            if sent is MailStatus.sent:
                return number
    return FLOOD
