"""The outermost WSGI layer: gives each request its number, measures it, counts it, and writes one line about it (`KEYNET_LOG=json`).

A line holds what happened and never what was asked: the address's rule in the place of the address, no query, no name, no value.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wsgi import ClosingIterator

from keynet_admin import config
from keynet_admin.services import logs
from keynet_admin.services.metrics import requests
from keynet_admin.web import addresses
from keynet_admin.web.access import security_log

log = logging.getLogger(logs.REQUESTS)
RECORD = "keynet.record"
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Environ = dict[str, Any]


@dataclass(slots=True)
class RequestRecord:
    """What the inner layers tell of a request. The page cache copies the environment; this object stays the same."""

    number: str
    account: int | None = None
    answered: int = 0  # the status of the answer
    sent: int = 0


class RequestLog:
    """The layer."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], app: Flask) -> None:
        """Wrap `inner`, the layers of this application."""
        self.inner = inner
        self.proxied = config.of(app).trusted_proxies > 0
        self.route = lru_cache(maxsize=4096)(lambda path, method: _route(app, path, method))

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on and listen."""
        began = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self.proxied else ""
        record = environ[RECORD] = RequestRecord(given if _GIVEN.fullmatch(given) else secrets.token_hex(8))

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            record.answered = int(status[:3])
            return start(status, [*headers, ("X-Request-ID", record.number)], *more)

        with logs.during(record.number):
            parts = self.inner(environ, begin)
        return ClosingIterator(
            _measured(parts, record), [getattr(parts, "close", lambda: None), lambda: self._ended(environ, record, began)]
        )

    def _ended(self, environ: Environ, record: RequestRecord, began: float) -> None:
        seconds = time.perf_counter() - began
        method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "other"
        route = self.route(environ.get("PATH_INFO", ""), method)
        requests.count(route or "none", method, record.answered, seconds)
        if log.isEnabledFor(logging.INFO):
            fields = {
                "method": method,
                "route": route,
                "status": record.answered,
                "ms": round(seconds * 1000, 1),
                "bytes": record.sent,
                "request": record.number,
                "account": record.account,
                "network": security_log.network_of(environ.get("REMOTE_ADDR") or ""),
            }
            log.info("request", extra={logs.FIELDS: fields})


def _measured(parts: Iterable[bytes], record: RequestRecord) -> Iterator[bytes]:
    for part in parts:
        record.sent += len(part)
        yield part


def _route(app: Flask, path: str, method: str) -> str | None:
    """The rule of an address; None for one that is none of ours."""
    try:
        rule, _values = app.url_map.bind("").match(path, "GET" if method == "HEAD" else method, return_rule=True)
    except RequestRedirect:
        return "redirect"
    except HTTPException:
        return None
    return str(rule.rule)


def _after(response: Response) -> Response:
    record = request.environ.get(RECORD)
    if record is not None and addresses.of(request.path).attended:
        record.account = security_log.account()
    return response


def start_logs(app: Flask) -> None:
    """Let messages leave in the form of `KEYNET_LOG`, those of the parts that are still to be made among them."""
    if app.testing:
        return
    as_json = config.of(app).log == "json"
    logs.start(as_json=as_json)
    if as_json:
        log.setLevel(logging.INFO)


def init_app(app: Flask) -> None:
    """Put the layer around all others."""
    app.after_request(_after)
    if app.testing:
        return
    requests.start(config.of(app).instance)
    app.wsgi_app = RequestLog(app.wsgi_app, app)  # type: ignore[method-assign]
