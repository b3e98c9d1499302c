"""The answers of the visitors' pages: body, ETag, how long the page cache may keep them."""

from datetime import datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from flask import Response, current_app, g, request

from keynet_admin import clock
from keynet_admin.web.filters import BANNER_EDGE
from keynet_admin.web.headers import TextResponse

HTML = "text/html; charset=utf-8"
ATOM = "http://www.w3.org/2005/Atom"
# Browsers ask again each time, so that a closed posting vanishes at once; the ETag makes that cheap.
LIVE = "public, no-cache"
KEEP = "keynet.keep_until"

ET.register_namespace("", ATOM)


def answer(body: str | bytes, kind: str = HTML, *, until: datetime | None = None, status: int = 200, keep: bool | None = None) -> Response:
    """A page that everybody may read. Its ETag is a hash of it, so all workers name the same page alike.

    The page cache keeps it until the next midnight in Japan at the latest (pages print the day), or until `until` (aware) before that, and not at all
    when `keep` is False (addresses that nobody else will ask for). Unless a view says so, an address with a query is not kept.
    """
    if keep or (keep is None and not request.query_string):
        request.environ[KEEP] = min(moment for moment in (midnight(), until, g.get(BANNER_EDGE)) if moment is not None)
    response = TextResponse(body, status, content_type=kind)
    response.headers["Cache-Control"] = LIVE if status == 200 else "no-cache"
    response.add_etag(weak=True)
    response.headers["Vary"] = "Accept-Encoding"
    return response.make_conditional(request) if status == 200 else response


def page(template: str, *, until: datetime | None = None, status: int = 200, keep: bool | None = None, **values: Any) -> Response:
    """A template file as an answer."""
    text = current_app.jinja_env.get_template(template).render(values)
    return answer(text, until=until, status=status, keep=keep)


def xml(root: ET.Element, kind: str, namespace: str, *, until: datetime | None = None, keep: bool | None = None) -> Response:
    """A document whose elements are of one namespace, written without prefixes."""
    text = ET.tostring(root, encoding="unicode", default_namespace=namespace if namespace != ATOM else None)
    return answer('<?xml version="1.0" encoding="utf-8"?>\n' + text + "\n", kind, until=until, keep=keep)


def moment(value: datetime) -> str:
    """A moment with its zone, as Japan's clocks show it (RFC 3339)."""
    return value.astimezone(clock.TOKYO).isoformat(timespec="seconds")


def plain_text(text: str, status: int) -> Response:
    """An answer for machines that watch us: never kept."""
    response = Response(text + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def midnight() -> datetime:
    """The next 0:00 in Japan."""
    return datetime.combine(clock.today() + timedelta(days=1), time(), clock.TOKYO)
