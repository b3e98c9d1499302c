"""Bodies of requests: whole or refused, a limited number at a time, and none for ever."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request

from keynet_admin.errors import Busy
from keynet_admin.web import limits, request_body
from keynet_admin.web.request_body import Bodies, CutOff, drop
from tests.support.server import LiveServer

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def wire() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection on loopback: the client's end and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        server, _address = listener.accept()
        with server:
            yield client, server


def environ(content: Any, length: int | None = None, address: str = "192.0.2.1", port: int = 80) -> dict[str, Any]:
    """What a server tells of a request with this body."""
    return {"wsgi.input": content, "REMOTE_ADDR": address, "SERVER_PORT": str(port), "CONTENT_LENGTH": str(length or "")}


@pytest.mark.parametrize(
    ("content", "length", "read"), [(b"abc", 3, b"abc"), (b"abcd", 3, b"abc"), (b"x" * 200_000, 200_000, b"x" * 200_000)]
)
def test_a_body_is_read_whole(content: bytes, length: int, read: bytes) -> None:
    assert Bodies().read(environ(BytesIO(content)), length, 1_000_000, 20).read() == read


@pytest.mark.parametrize(("size", "read"), [(10, 10), (11, 11), (50, 11)])
def test_without_a_length_one_byte_too_many_is_enough(size: int, read: int) -> None:
    assert len(Bodies().read(environ(BytesIO(b"x" * size)), None, 10, 20).read()) == read


def test_a_body_that_ends_early_is_cut_off() -> None:
    with pytest.raises(CutOff):
        Bodies().read(environ(BytesIO(b"do=send&half")), 400, 1000, 20)


def test_a_body_that_never_ends_ends_at_its_deadline(wire: tuple[socket.socket, socket.socket]) -> None:
    client, server = wire
    client.sendall(b"half a form")
    with server.makefile("rb") as content, pytest.raises(CutOff):
        Bodies().read(environ(content, address="127.0.0.1", port=server.getsockname()[1]), 400, 1000, 0)
    assert client.recv(10) == b""


def test_behind_a_proxy_the_connection_is_the_proxys(wire: tuple[socket.socket, socket.socket]) -> None:
    client, server = wire
    client.sendall(b"half a form")
    with server.makefile("rb") as content:
        told = environ(content, address="198.51.100.7", port=server.getsockname()[1])
        with pytest.raises(CutOff):
            Bodies().read(told | {"werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "127.0.0.1"}}, 400, 1000, 0)


@pytest.mark.parametrize(
    ("peer", "wrong_port", "seconds", "closed"),
    [("127.0.0.1", 0, 0.0, 1), ("127.0.0.2", 0, 0.0, 0), ("127.0.0.1", 1, 0.0, 0), ("127.0.0.1", 0, 600.0, 0)],
)
def test_only_what_waits_since_then_is_closed(
    wire: tuple[socket.socket, socket.socket], peer: str, wrong_port: int, seconds: float, closed: int
) -> None:
    client, server = wire
    client.sendall(b"half a form")
    assert drop(peer, server.getsockname()[1] + wrong_port, time.monotonic() - seconds) == closed
    if not closed:
        server.sendall(b"an answer")
        assert client.recv(20) == b"an answer"


@pytest.mark.parametrize(
    ("addresses", "another", "refused"),
    [
        (["192.0.2.1"] * request_body.READERS_OF_NETWORK, "192.0.2.1", True),
        (["192.0.2.1"] * request_body.READERS_OF_NETWORK, "192.0.2.2", False),
        (["192.0.2.1"] * (request_body.READERS_OF_NETWORK - 1), "192.0.2.1", False),
        ([f"2001:db8::{n}" for n in range(1, request_body.READERS_OF_NETWORK + 1)], "2001:db8::ffff", True),
        ([f"2001:db8::{n}" for n in range(1, request_body.READERS_OF_NETWORK + 1)], "2001:db8:0:1::1", False),
        ([f"192.0.2.{n}" for n in range(request_body.READERS)], "198.51.100.1", True),
        ([f"192.0.2.{n}" for n in range(request_body.READERS - 1)], "198.51.100.1", False),
    ],
)
def test_so_many_are_read_at_once(addresses: list[str], another: str, refused: bool) -> None:
    bodies = Bodies()
    started, go_on = threading.Semaphore(0), threading.Event()

    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            started.release()
            go_on.wait()
            return super().read(size)

    readers = [threading.Thread(target=bodies.read, args=(environ(Slow(b"a"), address=one), 1, 10, 20)) for one in addresses]
    with ExitStack() as at_the_end:
        for reader in readers:
            reader.start()
            at_the_end.callback(reader.join)
        at_the_end.callback(go_on.set)
        for _ in readers:
            started.acquire()
        if refused:
            with pytest.raises(Busy):
                bodies.read(environ(BytesIO(b"a"), address=another), 1, 10, 20)
        else:
            assert bodies.read(environ(BytesIO(b"a"), address=another), 1, 10, 20).read() == b"a"
    assert bodies.read(environ(BytesIO(b"a"), address=another), 1, 10, 20).read() == b"a"


@pytest.fixture
def echo(small_app: Flask) -> Any:
    """A client of an application that answers with the bytes it got."""
    small_app.add_url_rule("/echo", "echo", small_app.extensions["csrf"].exempt(lambda: request.get_data()), methods=["POST"])
    small_app.add_url_rule("/api/echo", "api_echo", small_app.extensions["csrf"].exempt(lambda: request.get_data()), methods=["POST"])
    return small_app.test_client()


@pytest.mark.parametrize("kind", [FORM, "application/json", "multipart/form-data; boundary=x"])
def test_half_a_form_is_never_taken_for_a_form(echo: Any, kind: str) -> None:
    half = {"CONTENT_LENGTH": "400", "CONTENT_TYPE": kind, "wsgi.input": BytesIO(b"do=draft&title=a")}
    answer = echo.post("/echo", environ_overrides=half)
    assert answer.status_code == 408
    assert "送信が途中で止まりました" in answer.get_data(as_text=True)


def test_what_no_view_reads_is_not_waited_for(echo: Any) -> None:
    half = {"CONTENT_LENGTH": "400", "CONTENT_TYPE": "text/plain", "wsgi.input": BytesIO(b"abc")}
    assert echo.post("/nowhere", environ_overrides=half).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/echo", "/api/echo"])
def test_too_many_at_once_are_asked_to_come_back(echo: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "READERS", 0)
    answer = echo.post(path, data=b"a=1", content_type=FORM)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(limits.BUSY_SECONDS))
    assert "もう一度お送りください" in (answer.json["error"] if path.startswith("/api") else answer.get_data(as_text=True))
    assert echo.get("/echo").status_code == 405


def test_pages_are_answered_beside_hundreds_of_half_sent_forms(live_server: LiveServer) -> None:
    head = f"POST /entry/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\nContent-Length: 5000\r\n\r\ndo=dr".encode()
    with ExitStack() as at_the_end:
        for _ in range(200):
            at_the_end.enter_context(socket.create_connection(("127.0.0.1", live_server.port), timeout=10)).sendall(head)
        for _ in range(6):
            connection = HTTPConnection("127.0.0.1", live_server.port, timeout=10)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
