"""Tests talk to this machine only: any other address is an error at once, instead of a slow or flaky test."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from unittest.mock import patch


@contextmanager
def only_loopback() -> Iterator[None]:
    """Inside the block Python sockets connect to loopback addresses and local sockets alone."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test wanted to connect to {address[0]}")
        connect(self, address)

    with patch.object(socket.socket, "connect", guarded):
        yield


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
