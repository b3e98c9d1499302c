"""One line a request, with a number that leads from a person's screen to the lines about it, and nothing in it that somebody typed."""

import http.client
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from keynet_admin.extensions import db
from keynet_admin.services import logs
from keynet_admin.vocabulary import Role
from keynet_admin.web.access.request_log import RequestLog
from tests.support.net import wait_until
from tests.support.server import LiveServer
from tests.support.web import Client

MARKS = ("海野しるし", "shirushi@mark.example", "ZqMarkOfAPath7788", "ZqMarkOfAQuery99", "ZqMarkOfAHeader55", "ZqMarkPassword44")


@pytest.fixture
def logged(app: Flask, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The application with the layer around it; gives the lines about requests so far."""
    before = app.wsgi_app
    app.wsgi_app = RequestLog(before, app)  # type: ignore[method-assign]
    caplog.set_level(logging.INFO, logs.REQUESTS)
    yield lambda: [record.fields for record in caplog.records if record.name == logs.REQUESTS]
    app.wsgi_app = before  # type: ignore[method-assign]


def test_a_line_tells_what_happened(client: Client, logged: Callable[[], list[dict[str, Any]]]) -> None:
    """Rule, status, bytes, account and network; the second visit, which the page cache answers, the same."""
    who = client.sign_in(Role.operator)
    asked: list[TestResponse] = [
        client.get(address, environ_base={"REMOTE_ADDR": "192.0.2.77"})
        for address in ("/postings/?q=ZqMarkOfAQuery99", "/rules", "/rules", "/admin/mail/?q=x", "/none/ZqMarkOfAPath7788", "/postings")
    ]
    sizes = [len(answer.get_data()) for answer in asked]
    for answer in asked:
        answer.close()
    lines = logged()
    assert [line["route"] for line in lines] == ["/postings/", "/rules", "/rules", "/admin/mail/", None, "redirect"]
    assert [line["status"] for line in lines] == [answer.status_code for answer in asked]
    assert [line["request"] for line in lines] == [answer.headers["X-Request-ID"] for answer in asked]
    assert [line["bytes"] for line in lines] == sizes
    assert [line["account"] for line in lines] == [None, None, None, who.id, None, None]
    assert {line["network"] for line in lines} == {"192.0.2.0/24"}
    assert len({line["request"] for line in lines}) == 6
    assert "ZqMark" not in repr(lines)


@pytest.mark.settings(TRUSTED_PROXIES=1)
@pytest.mark.parametrize(("given", "taken"), [("abcDEF-_12345678", True), ("short", False), ("x" * 65, False), ("with space 1234", False)])
def test_a_proxys_number_is_taken(client: Client, logged: Callable[[], Any], given: str, taken: bool) -> None:
    """One that looks like a number; anything else, and anybody else's, is replaced."""
    number = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert (number == given) is taken


def test_a_strangers_number_is_not_taken(client: Client, logged: Callable[[], Any]) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcDEF-_12345678"}).headers["X-Request-ID"] != "abcDEF-_12345678"


@pytest.mark.settings(PROPAGATE_EXCEPTIONS=False)
def test_the_page_of_a_fault_shows_its_number(
    app: Flask, client: Client, logged: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """So that a caller can read it out; the line of the fault has it and the places, but no value."""

    def fail() -> None:
        secret = "海野しるし"
        db.session.connection().exec_driver_sql("SELECT 1")
        raise ValueError(f"cannot read {secret}")

    app.add_url_rule("/fault", "fault", fail)
    answer = client.get("/fault")
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert number in answer.get_data(as_text=True)
    assert number not in client.get("/nothing").get_data(as_text=True)
    record = next(record for record in caplog.records if record.levelno >= logging.ERROR)
    for form in (logs.JsonLines(), logs.TextLines("%(message)s")):
        line = form.format(record)
        assert "ValueError" in line
        assert re.search(r"test_request_log\.py:\d+ fail", line)
        assert "海野" not in line
        assert json.dumps("海野").strip('"') not in line


def test_the_cause_behind_an_exception_is_told_too() -> None:
    try:
        try:
            raise KeyError("海野しるし")
        except KeyError as error:
            raise ValueError("また海野しるし") from error
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "what", (), sys.exc_info())
    with logs.during("n" * 16):
        line = json.loads(logs.JsonLines().format(record))
        text = logs.TextLines("%(message)s").format(record)
    assert [one["kind"] for one in line["errors"]] == ["ValueError", "KeyError"]
    assert (line["message"], line["under_way"]) == ("what", "n" * 16)
    assert "n" * 16 in text
    assert "海野" not in text + json.dumps(line, ensure_ascii=False)


def ask(server: LiveServer, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> http.client.HTTPResponse:
    """One request by a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    body = urlencode(form) if form is not None else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    connection.request(
        method, path, body, {**kind, "X-Mark": MARKS[4], "User-Agent": MARKS[4], "Referer": f"http://127.0.0.1/{MARKS[4]}", **headers}
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_real_server_writes_nothing_that_was_typed(serve: Callable[..., LiveServer], form: str) -> None:
    """Markers in addresses, queries, forms and headers, at doors that refuse, accept and fail; every line of `json` is an object."""
    server = serve(KEYNET_LOG=form, KEYNET_RATE_LIMITS="1")
    typed = {
        "email": MARKS[1],
        "password": MARKS[5],
        "receipt_no": MARKS[0],
        "contact-contact_name": MARKS[0],
        "q": MARKS[3],
        "name": MARKS[0],
    }
    numbers = []
    for path in (
        "/",
        "/postings/",
        "/rules",
        f"/my/{MARKS[2]}",
        f"/entry/{MARKS[2]}",
        f"/first-login/{MARKS[2]}",
        "/login",
        "/admin/",
        "/healthz",
    ):
        for method, content in (("GET", None), ("HEAD", None), ("POST", typed)):
            answer = ask(server, method, f"{path}?{urlencode({'q': MARKS[3], 'next': MARKS[3]})}", content)
            numbers.append(answer.headers["X-Request-ID"])
    ask(server, "POST", "/api/entry-check", {"x": MARKS[0]}, **{"Content-Type": "application/json"})
    ask(server, "POST", "/entry/file", {"x": MARKS[0]}, **{"Content-Type": "multipart/form-data; boundary=x"})
    counted = ask_metrics(server)
    assert sum(value for (name, *_rest), value in counted.items() if name == "keynet_requests_total") >= len(numbers)
    assert counted["keynet_requests_total", "GET", "/rules", "200"] == 1
    log = server.log.read_text(encoding="utf-8")
    # As they are, as JSON writes them, as an address does.
    for mark in MARKS:
        assert not any(one in log for one in (mark, json.dumps(mark).strip('"'), urlencode({"": mark})[1:]))
    security = [json.loads(line) for line in log.splitlines() if '"kind"' in line]
    assert {line["kind"] for line in security} >= {"sign_in_failed", "unknown_link"} or {line["kind"] for line in security} >= {"bad_token"}
    assert {line["request"] for line in security} <= set(numbers) | {
        line["request"] for line in security if line["route"] in ("/entry/file",)
    }
    if form == "json":
        lines = [json.loads(line) for line in log.splitlines()]
        requests = [line for line in lines if line["logger"] == logs.REQUESTS]
        assert [number for number in numbers if number not in {line["request"] for line in requests}] == []
        assert all(line["network"] == "127.0.0.0/24" and line["ms"] >= 0 for line in requests)
    else:
        assert logs.REQUESTS not in log


def ask_metrics(server: LiveServer) -> dict[tuple[str, ...], float]:
    """The numbers of all processes, whichever answers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {(s.name, *(s.labels[n] for n in ("method", "route", "status") if n in s.labels)): s.value
            for family in text_string_to_metric_families(text) for s in family.samples}  # fmt: skip


def test_the_sums_are_of_all_processes_and_survive_one(serve: Callable[..., LiveServer]) -> None:
    """Two processes answer; one is killed and started again: its counts stay."""
    server = serve()
    for _ in range(20):
        ask(server, "GET", "/flow")
    key = ("keynet_requests_total", "GET", "/flow", "200")
    wait_until(lambda: ask_metrics(server).get(key) == 20, "all twenty")
    workers = [child for child in server.children() if not child.children()]
    workers[-1].kill()
    wait_until(lambda: ask_metrics_or_none(server, key) == 20, "the same sum without the process")


def ask_metrics_or_none(server: LiveServer, key: tuple[str, ...]) -> float | None:
    """As above, while a process may be missing."""
    try:
        return ask_metrics(server).get(key)
    except OSError:
        return None
