"""What every response has, error pages included: its headers, and a text that a page can carry.

Visitor pages carry no nonce (`default-src 'self'`), so that they can be cached whole; staff pages trust scripts by nonce only.
"""

import re
import secrets

from flask import Flask, Response, g, request
from flask.globals import request_ctx

from keynet_admin import config
from keynet_admin.rules.normalise.characters import INSTEAD, NOT_TEXT
from keynet_admin.web import addresses

COMMON = (
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; "
    "style-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; report-uri /csp-report; report-to csp"
)
VISITOR_POLICY = f"default-src 'self'; script-src 'self'; {COMMON}"
STATIC_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PERMISSIONS = ", ".join(f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"))
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# Where browsers say what a page's policy kept them from (`api/metrics.py`): the newer ones by the name, the others by the address.
REPORTS = ("Reporting-Endpoints", 'csp="/csp-report"')
ALWAYS_HTTPS = (*ALWAYS, ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))


# What stands in a form's field (templates escape `"` and `<` in all other texts), or a character that is no text.
_FIELD_OR_NOT_TEXT = re.compile(f'(<textarea[^>]*>[^<]*| value="[^"]*")|{NOT_TEXT.pattern}')
_NOT_FOR_HTML = re.compile("[\0\ud800-\udfff]")


class TextResponse(Response):
    """A response in whose text everything that is not text (TXT-006: broken text, control characters, 外字, marks that turn the direction of
    writing) is U+FFFD, so that a page is not misread. A form's fields keep what was typed, for they are sent again; there only NUL and
    halves of pairs are replaced, which HTML cannot carry.
    """

    def set_data(self, value: bytes | str) -> None:
        """Take the body of the response."""
        if isinstance(value, str) and NOT_TEXT.search(value):
            value = _FIELD_OR_NOT_TEXT.sub(lambda found: _NOT_FOR_HTML.sub(INSTEAD, found[1]) if found[1] else INSTEAD, value)
        super().set_data(value)


def csp_nonce() -> str:
    """The nonce of this response's scripts; an empty text on visitor pages, which have none."""
    if addresses.of(request.path).csp != "nonce":
        return ""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _policy() -> str:
    kind = addresses.of(request.path).csp
    if kind == "static":
        return STATIC_POLICY
    if kind == "self":
        return VISITOR_POLICY
    return f"default-src 'self'; script-src 'nonce-{csp_nonce()}' 'strict-dynamic'; {COMMON}"


def _signed_in() -> bool:
    """True when this request read a session that belongs to somebody; a visitor page never looks."""
    # Not through the `session` proxy: looking through it would itself count as reading the session (Vary: Cookie).
    opened = getattr(request_ctx, "_session", None)
    return opened is not None and opened.accessed and "_user_id" in opened


def set_headers(response: Response, *, https: bool) -> Response:
    """Put the security headers on a response; what a view has set stays."""
    headers = response.headers
    there = {name.lower() for name, _ in headers}
    policy = () if "content-security-policy" in there else (("Content-Security-Policy", _policy()), REPORTS)
    # Put in at once: looking each name up in the list costs more than the page of a visitor.
    headers.extend((*policy, *(item for item in (ALWAYS_HTTPS if https else ALWAYS) if item[0].lower() not in there)))
    area = addresses.of(request.path)
    if not area.cacheable or _signed_in():
        headers["Cache-Control"] = "no-store"
    if area.own_link:
        headers["Referrer-Policy"], headers["X-Robots-Tag"] = "no-referrer", "noindex"
    return response


def init_app(app: Flask) -> None:
    """Give every response of the application its class and its headers."""
    app.response_class = TextResponse
    https = config.of(app).https

    @app.after_request
    def _after(response: Response) -> Response:
        return set_headers(response, https=https)
