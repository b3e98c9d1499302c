"""Reads a request's body within a deadline, a limited number at a time: who sends half a form and stops must not hold every thread.

The server hands a body over only by a call that waits, and tells nobody which connection it came by. So a body that is overdue ends by
closing the connections of its sender on which we have sent nothing since it began and which are not idle (Linux tells both). Whoever waits
there for an answer that takes longer than the deadline loses it as well; behind a proxy that buffers, which README asks for, no body is late.
"""

import logging
import os
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from keynet_admin.errors import Busy
from keynet_admin.network import network

FORM_SECONDS = 20  # until the body of a form must be there
FILE_SECONDS = 120  # until a file must be
READERS = 40  # bodies that a process reads at once; it has 64 threads
READERS_OF_NETWORK = 16  # of these for one network
_CHUNK = 64 * 1024
_IN_MEMORY = 1024 * 1024
_AGES = struct.Struct("=I4xI")  # in `tcp_info`: milliseconds since we last sent data, and since we last received some
_AGES_AT = 44

log = logging.getLogger(__name__)


class CutOff(Exception):
    """The body did not come whole."""


class Bodies:
    """The bodies that are being read in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_network: Counter[str] = Counter()

    def read(self, environ: dict[str, Any], length: int | None, most: int, seconds: float) -> BinaryIO:
        """The whole body, as a file at its begin. `length` None: as much as comes, at most one byte beyond `most`.

        Raises Busy, CutOff.
        """
        began = time.monotonic()
        # Behind a proxy the connection is the proxy's.
        peer = environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR") or ""
        port = environ.get("SERVER_PORT", "")
        late = threading.Timer(seconds, drop, (peer, int(port) if port.isdigit() else 0, began))
        late.daemon = True
        body = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the request reads it
        with self._place(network(environ.get("REMOTE_ADDR") or "")):
            late.start()
            try:
                left = most + 1 if length is None else length
                while left and (part := environ["wsgi.input"].read(min(left, _CHUNK))):
                    body.write(part)
                    left -= len(part)
            finally:
                late.cancel()
        if (left and length is not None) or time.monotonic() - began > seconds:
            raise CutOff
        body.seek(0)
        return body  # type: ignore[return-value]

    @contextmanager
    def _place(self, sender: str) -> Iterator[None]:
        with self._lock:
            if self._by_network.total() >= READERS or self._by_network[sender] >= READERS_OF_NETWORK:
                raise Busy
            self._by_network[sender] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_network[sender] -= 1
                self._by_network += Counter()  # forgets who has none


def drop(peer: str, port: int, began: float) -> int:
    """Close the connections of this peer to this port that wait for the rest of a request since `began` (monotonic). How many were closed."""
    if sys.platform != "linux":
        return 0
    waited, closed = (time.monotonic() - began) * 1000, 0
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError, ValueError):
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                if connection.getpeername()[0] != peer or connection.getsockname()[1] != port:
                    continue
                sent, received = _AGES.unpack_from(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64), _AGES_AT)
                if received <= sent and sent >= waited - 100:
                    connection.shutdown(socket.SHUT_RDWR)
                    closed += 1
    log.info("closed %s connections whose request did not come whole", closed)
    return closed
