"""What a request may bring, looked at before Flask reads it: a WSGI layer and its hook.

Too large or too many pairs: 413, at once. A body that does not come whole in time: 408; more at once than may be read: 503. Bytes that
are no UTF-8 become U+FFFD, which a rule then names at the field; Werkzeug alone would hand over an empty form, and everything the sender
typed would be gone.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from flask import Flask, abort, request

from keynet_admin import config
from keynet_admin.errors import Busy
from keynet_admin.web import addresses, request_body

MOST_PAIRS = 10_000
UPLOAD_MOST = config.UPLOAD + 64 * 1024  # a file and what a form puts around it
FORM = "application/x-www-form-urlencoded"
READ = (FORM, "multipart/form-data", "application/json", "application/csp-report", "application/reports+json")  # what our views read
REFUSED = "keynet.refused"
BUSY_SECONDS = 30
BUSY = "送信が重なったため、受け付けられませんでした。内容は保存していません。"
BUSY_HOW = f"{BUSY_SECONDS}秒ほど待ってから、前の画面に戻って、もう一度お送りください。入力した内容が残っていることがあります。"
BUSY_PAGE = f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>ただいま混み合っています</title><p>{BUSY}<p>{BUSY_HOW}</html>'
BUSY_JSON = f'{{"error": "{BUSY}{BUSY_HOW}"}}'

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Limits:
    """The WSGI layer. It only marks what is refused; the hook answers, so that the page looks like every other."""

    def __init__(self, inner: WsgiApp) -> None:
        """Wrap `inner`."""
        self.inner = inner
        self.bodies = request_body.Bodies()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Look at the body, then go on."""
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD", "OPTIONS"):
            most = _most(environ.get("PATH_INFO", ""))
            try:
                code = _look(environ, most, self.bodies)
            except Busy:
                return _busy(environ, start_response)
            if code:
                environ[REFUSED] = code
                _empty(environ)
        return self.inner(environ, start_response)


def _busy(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The answer while as many bodies are read as may be: made without the application, for it is given to hundreds at once."""
    json = addresses.of(environ.get("PATH_INFO", "")).json
    headers = [("Content-Type", "application/json" if json else "text/html; charset=utf-8"), ("Retry-After", str(BUSY_SECONDS))]
    headers += [("Cache-Control", "no-store"), ("Content-Security-Policy", "default-src 'none'"), ("X-Content-Type-Options", "nosniff")]
    start_response("503 Service Unavailable", headers)
    return [(BUSY_JSON if json else BUSY_PAGE).encode()]


def _most(path: str) -> int:
    """Bytes that a request to this address may bring: a file or less where the table of addresses says so, else a form."""
    return UPLOAD_MOST if path in addresses.UPLOADS else addresses.of(path).most or config.FORM


def _look(environ: Environ, most: int, bodies: request_body.Bodies) -> int:
    """The status to refuse with, or 0. What a view may read is read whole, a form's body is mended where it must be. Raises Busy."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length and not (length.isascii() and length.isdigit() and len(length) < 19):
        return 400
    if length and int(length) > most:
        return 413
    kind = environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower()
    if kind not in READ or not (length or environ.get("wsgi.input_terminated")):
        return 0
    seconds = request_body.FILE_SECONDS if most == UPLOAD_MOST else request_body.FORM_SECONDS
    try:
        body = bodies.read(environ, int(length) if length else None, most, seconds)
    except request_body.CutOff:
        return 408
    if body.seek(0, io.SEEK_END) > most:
        return 413
    body.seek(0)
    if kind == FORM:
        given = body.read()
        if given.count(b"&") >= MOST_PAIRS:
            return 413
        body = io.BytesIO(mended(given))
    _put(environ, body)
    return 0


def mended(body: bytes) -> bytes:
    """A urlencoded body in which every value is UTF-8; the same bytes when it was so already."""
    try:
        unquote_to_bytes(body).decode()
    except UnicodeDecodeError:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, encoding="utf-8", errors="replace")
        return urlencode(pairs).encode()
    return body


def _put(environ: Environ, body: BinaryIO) -> None:
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = str(body.seek(0, io.SEEK_END))
    body.seek(0)


def _empty(environ: Environ) -> None:
    _put(environ, io.BytesIO())
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def init_app(app: Flask) -> None:
    """Put the layer in front of the application and answer what it refused."""
    app.wsgi_app = Limits(app.wsgi_app)  # type: ignore[method-assign]

    def refuse() -> None:
        code = request.environ.get(REFUSED)
        if code:
            abort(code)
        request.max_content_length = _most(request.path)

    if not config.of(app).rate_limits and not app.testing:
        app.logger.warning("KEYNET_RATE_LIMITS=0: ALL RATE LIMITS ARE OFF, passwords may be guessed freely. For tests and benchmarks only.")
    # Before every other hook: CSRF protection would otherwise miss its token first.
    app.before_request_funcs.setdefault(None, []).insert(0, refuse)
