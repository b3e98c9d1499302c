"""The page cache: a WSGI layer before Flask that keeps visitors' pages ready, plain and packed.

A kept page is given again while nothing that pages are made of has changed (`source`) and until the moment its view named
(`answers.KEEP`). Requests with a cookie or `Authorization` go past it, and so does every other address. A page is kept under the
host name it was asked for: Flask has checked that one, and an untrusted one never gets a page that could be kept.
"""

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header, unquote_etag

from keynet_admin import clock
from keynet_admin.public.answers import KEEP
from keynet_admin.public.source import PageSource
from keynet_admin.public.views import VIEWED, Views

MOST_PAGES, MOST_BYTES, MOST_QUERY = 2000, 32 * 1024 * 1024, 500
# What a page must not depend on when it is made to be kept.
_PORT = re.compile(r":[0-9]+\Z")
PRIVATE = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE")

Environ = dict[str, Any]
Start = Callable[..., Any]
Key = tuple[str, str, str]


@dataclass(slots=True)
class Kept:
    """A page as it goes out."""

    source: Any
    until: datetime
    status: str
    etag: str
    headers: list[tuple[str, str]]
    body: bytes
    packed: bytes | None = None
    posting: int | None = None  # whose page it is

    def answer(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """The page for this request: 304, packed or plain, without a body for HEAD."""
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and (asked == "*" or self.etag in asked) and self.status[:3] == "200":
            start("304 NOT MODIFIED", [item for item in self.headers if item[0] != "Content-Type"])
            return ()
        body, extra = self.body, []
        if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            if self.packed is None:
                self.packed = gzip.compress(self.body, 6, mtime=0)
            body, extra = self.packed, [("Content-Encoding", "gzip")]
        start(self.status, [*self.headers, *extra, ("Content-Length", str(len(body)))])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    @property
    def size(self) -> int:
        """Bytes in memory, roughly: the packed form is at most a third."""
        return len(self.body) * 4 // 3 + 2000


class PageCache:
    """The layer. Bounded by pages and by bytes; what was asked for last stays."""

    def __init__(self, inner: Callable[[Environ, Start], Iterable[bytes]], app: Flask, belongs: Callable[[str], bool]) -> None:
        """`belongs` tells the addresses whose pages may be kept."""
        self.inner, self.belongs = inner, belongs
        self.source = PageSource(app)
        self.pages: OrderedDict[Key, Kept] = OrderedDict()
        self.bytes = 0
        self.lock = threading.Lock()
        self.views = Views(app)
        self.current: Any = None

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Give the kept page, or make it and keep it."""
        key = self._key(environ)
        source = self.source.look() if key is not None else None
        if key is None or source is None:
            return self.inner(environ, start)
        if source != self.current:
            self._forget(source)
        kept = self.pages.get(key)
        if kept is None or kept.source != source or clock.now() >= kept.until:
            return self._made(key, source, environ, start)
        with self.lock:
            if key in self.pages:
                self.pages.move_to_end(key)
        return self._given(kept, environ, start)

    def _given(self, kept: Kept, environ: Environ, start: Start) -> Iterable[bytes]:
        """The page, counted if it is a posting's."""
        if kept.posting is not None:
            self.views.saw(kept.posting, environ)
        return kept.answer(environ, start)

    def _key(self, environ: Environ) -> Key | None:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_COOKIE" in environ or "HTTP_AUTHORIZATION" in environ:
            return None
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        return (path, query, _PORT.sub("", environ.get("HTTP_HOST", ""))) if self.belongs(path) and len(query) <= MOST_QUERY else None

    def _made(self, key: Key, source: Any, environ: Environ, start: Start) -> Iterable[bytes]:
        """Let Flask make the page, without what only this reader asked for."""
        inner = {name: value for name, value in environ.items() if name not in PRIVATE} | {
            "REQUEST_METHOD": "GET",
            KEEP: None,
            VIEWED: None,
        }
        answered: list[Any] = []
        parts = self.inner(inner, lambda *given: answered.extend(given))
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = answered[0], Headers(answered[1])
        if "ETag" not in headers or "Set-Cookie" in headers:
            start(status, list(headers))
            return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)
        headers.pop("Content-Length", None)
        until = inner[KEEP]
        kept = Kept(
            source, until or clock.now(), status, unquote_etag(headers["ETag"])[0] or "", list(headers), body, posting=inner[VIEWED]
        )
        if until is not None:
            self._keep(key, kept)
        return self._given(kept, environ, start)

    def _forget(self, source: Any) -> None:
        """What was made of another version is never given again: nothing of it stays in memory, either."""
        with self.lock:
            self.current, self.bytes = source, 0
            self.pages.clear()

    def _keep(self, key: Key, kept: Kept) -> None:
        if kept.size > MOST_BYTES // 8:
            return
        with self.lock:
            old = self.pages.pop(key, None)
            self.bytes += kept.size - (old.size if old else 0)
            self.pages[key] = kept
            while len(self.pages) > MOST_PAGES or self.bytes > MOST_BYTES:
                self.bytes -= self.pages.popitem(last=False)[1].size


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Whether a browser that says this takes gzip."""
    return bool(parse_accept_header(accepted)["gzip"])
