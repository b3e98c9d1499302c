"""Response headers of every page, error pages included.

Visitor pages carry no nonce (`default-src 'self'`), so that they can be cached whole; staff pages trust scripts by nonce only.
"""

import secrets

from flask import Flask, Response, g, request
from flask.globals import request_ctx

from keynet_admin import config
from keynet_admin.web import addresses

COMMON = (
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; "
    "style-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'"
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
ALWAYS_HTTPS = (*ALWAYS, ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))


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
    policy = () if "content-security-policy" in there else (("Content-Security-Policy", _policy()),)
    # Put in at once: looking each name up in the list costs more than the page of a visitor.
    headers.extend((*policy, *(item for item in (ALWAYS_HTTPS if https else ALWAYS) if item[0].lower() not in there)))
    if not addresses.of(request.path).cacheable or _signed_in():
        headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Register the headers for every response of the application."""
    https = config.of(app).https

    @app.after_request
    def _after(response: Response) -> Response:
        return set_headers(response, https=https)
