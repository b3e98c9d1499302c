"""Bounded loops of requests to our own server on loopback, and the CPU time that the server's processes spent on them."""

import re
import socket
import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.databases import migrate
from tests.support.server import LiveServer

CLIENTS = 4
WARM = 100
HELLOS = 2000  # many, because the clock of CPU time ticks in hundredths of a second
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
QUIET = {"KEYNET_RATE_LIMITS": "0", "KEYNET_SECOND_FACTOR": "0"}


@contextmanager
def house() -> Iterator[tuple[Path, str]]:
    """An instance folder with a migrated SQLite database; gives the folder and the database's address."""
    with TemporaryDirectory(prefix="kn-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'keynet.db'}"
        migrate(url, folder)
        yield folder, url


@contextmanager
def server(folder: Path, app: str = "wsgi:app", **environ: str) -> Iterator[LiveServer]:
    """A running web server over an instance folder: limits off unless told otherwise."""
    running = LiveServer(folder, {**QUIET, **environ}, app=app)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def send(port: int, paths: Sequence[str], count: int) -> None:
    """`count` requests over a few kept connections, the paths in turn. Raises RuntimeError when an answer is not 200.

    Written on bare sockets: with a slower client the server spends a part of its time on going to sleep and waking up.
    """
    faults: list[str] = []

    def one_client(number: int) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                for index in range(number, count, CLIENTS):
                    path = paths[index % len(paths)]
                    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                    if (status := _answer(connection)) != b"200":
                        faults.append(f"{path} answered {status.decode()}")
                        return
        except (OSError, ValueError) as error:
            faults.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=one_client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])


def _answer(connection: socket.socket) -> bytes:
    """Read one whole answer; its status. Raises ValueError when it ends early or does not tell its length."""
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        _more(connection, data)
    length = _LENGTH.search(data, 0, end)
    if length is None:
        raise ValueError("an answer without a length")
    while len(data) < end + 4 + int(length[1]):
        _more(connection, data)
    return bytes(data[9:12])


def _more(connection: socket.socket, data: bytearray) -> None:
    part = connection.recv(1 << 17)
    if not part:
        raise ValueError("the connection ended in an answer")
    data += part


def cpu_per_request(running: LiveServer, paths: Sequence[str], count: int) -> float:
    """CPU microseconds that the server's processes spend on one request."""
    before = running.cpu_seconds()
    send(running.port, paths, count)
    return (running.cpu_seconds() - before) / count * 1e6


def side_by_side(one: LiveServer, paths: Callable[[int], Sequence[str]], other: LiveServer, rounds: int, count: int) -> tuple[float, float]:
    """Median CPU µs per request of `paths(count)` on `one` and of `/` on `other`, in turns so that both see the same machine."""
    send(one.port, paths(WARM), WARM)
    send(other.port, ["/"], WARM)
    pairs = [(cpu_per_request(one, paths(count), count), cpu_per_request(other, ["/"], HELLOS)) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
