"""What a request may bring, looked at before Flask reads it: a WSGI layer and its hook.

Too large or too many pairs: 413, at once. Bytes that are no UTF-8 become U+FFFD, which a rule then names at the field; Werkzeug
alone would hand over an empty form, and everything the sender typed would be gone.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from flask import Flask, abort, request

from keynet_admin import config
from keynet_admin.web import addresses

MOST_PAIRS = 10_000
UPLOAD_MOST = config.UPLOAD + 64 * 1024  # a file and what a form puts around it
FORM = "application/x-www-form-urlencoded"
REFUSED = "keynet.refused"

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Limits:
    """The WSGI layer. It only marks what is refused; the hook answers, so that the page looks like every other."""

    def __init__(self, inner: WsgiApp) -> None:
        """Wrap `inner`."""
        self.inner = inner

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Look at the body, then go on."""
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD", "OPTIONS"):
            most = _most(environ.get("PATH_INFO", ""))
            code = _look(environ, most)
            if code:
                environ[REFUSED] = code
                _empty(environ)
        return self.inner(environ, start_response)


def _most(path: str) -> int:
    """Bytes that a request to this address may bring: a file where the table of addresses says so, else a form."""
    return UPLOAD_MOST if path in addresses.UPLOADS else config.FORM


def _look(environ: Environ, most: int) -> int:
    """The status to refuse with, or 0. A form's body is read and, where it must be, mended."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length and not (length.isascii() and length.isdigit() and len(length) < 19):
        return 400
    if length and int(length) > most:
        return 413
    if environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() != FORM:
        return 0
    if not length and not environ.get("wsgi.input_terminated"):
        return 0
    body = environ["wsgi.input"].read(int(length) if length else most + 1)
    if len(body) > most or body.count(b"&") >= MOST_PAIRS:
        return 413
    _put(environ, mended(body))
    return 0


def mended(body: bytes) -> bytes:
    """A urlencoded body in which every value is UTF-8; the same bytes when it was so already."""
    try:
        unquote_to_bytes(body).decode()
    except UnicodeDecodeError:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, encoding="utf-8", errors="replace")
        return urlencode(pairs).encode()
    return body


def _put(environ: Environ, body: bytes) -> None:
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def _empty(environ: Environ) -> None:
    _put(environ, b"")
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
