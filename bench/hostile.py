"""Hostile workbooks sent to `/entry/file` by a stranger: what each costs the server, and what the others notice of twenty at once."""

import http.client
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.load import house, server
from bench.table import Row
from tests.support.hostile import NAMES, hostile_workbook
from tests.support.server import LiveServer

AT_ONCE = 20
SECONDS, MEGABYTES, ANSWER = 2.0, 300.0, 1.0
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def measure() -> list[Row]:
    """CPU seconds and megabytes beyond the idle server for each workbook alone; the slowest `GET /` while twenty are sent at once."""
    rows: list[Row] = []
    with house() as (folder, _url), server(folder) as running:
        books = [hostile_workbook(folder / f"{name}.xlsx", name) for name in NAMES]
        _send(running.port, books[0])  # both warm
        for book in books:
            idle = _megabytes(running)
            used = _cpu(running)
            with _peak(running) as peak:
                _send(running.port, book)
            seconds = _cpu(running) - used
            beyond = max(peak) - idle
            rows.append(Row(f"hostile workbook ({book.stem}): CPU", seconds, "s", "limit", SECONDS, seconds / SECONDS, at_most=1))
            rows.append(Row(f"hostile workbook ({book.stem}): memory", beyond, "MB", "limit", MEGABYTES, beyond / MEGABYTES, at_most=1))
        slowest, answers = _at_once(running, books)
        note = ", ".join(f"{answers.count(code)} x {code}" for code in sorted(set(answers)))
        rows.append(Row(f"GET / while {AT_ONCE} are sent", slowest, "s", "limit", ANSWER, slowest / ANSWER, at_most=1, note=note))
    return rows


def _send(port: int, book: Path) -> int:
    """The status of the answer to a workbook. Raises RuntimeError for anything but the way back to the page or 503."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/entry/file")
    page = connection.getresponse()
    token = _TOKEN.search(page.read().decode())
    if token is None:
        raise RuntimeError("no form to send a file")
    cookie = (page.getheader("Set-Cookie") or "").split(";")[0]
    edge = "keynet-bench"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n--{edge}\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    body = head.encode() + book.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    connection.request("POST", "/entry/file", body, {"Content-Type": kind, "Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status not in (303, 503):
        raise RuntimeError(f"{book.stem} was answered by {answer.status}")
    return answer.status


def _at_once(running: LiveServer, books: list[Path]) -> tuple[float, list[int]]:
    """The slowest answer to `GET /` (seconds) while workbooks are sent in parallel, and how those were answered."""
    times: list[float] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(_send, running.port, books[number % len(books)]) for number in range(AT_ONCE)]
        while not all(one.done() for one in sent):
            begin = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
            times.append(time.perf_counter() - begin)
            time.sleep(0.02)
    return max(times), [one.result() for one in sent]


@contextmanager
def _peak(running: LiveServer) -> Iterator[list[float]]:
    """Megabytes of all processes of the server, again and again while the block runs."""
    seen, stop = [_megabytes(running)], threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            seen.append(_megabytes(running))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


def _megabytes(running: LiveServer) -> float:
    total = 0
    for member in running.children():
        with suppress(psutil.NoSuchProcess):
            total += member.memory_info().rss
    return total / 1e6


def _cpu(running: LiveServer) -> float:
    """CPU seconds of the server's processes and of those that they have started and seen end."""
    total = 0.0
    for member in running.children():
        with suppress(psutil.NoSuchProcess):
            spent = member.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total
