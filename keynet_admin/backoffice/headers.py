"""Response headers of every page, error pages included.

Visitor pages carry no nonce (`default-src 'self'`), so that they can be cached whole; staff pages trust scripts by nonce only.
"""

import secrets

from flask import Flask, Response, g, request
from flask.globals import request_ctx

STAFF_PATHS = ("/admin", "/office")
# Pages that may show a signed-in person's data or a secret of a link: never stored anywhere.
PRIVATE_PATHS = ("/admin", "/office", "/login", "/logout", "/first-login", "/password", "/entry", "/my")
COMMON = (
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; "
    "style-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'"
)
VISITOR_POLICY = f"default-src 'self'; script-src 'self'; {COMMON}"
STATIC_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PERMISSIONS = ", ".join(f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"))


def csp_nonce() -> str:
    """The nonce of this response's scripts; an empty text on visitor pages, which have none."""
    if not is_staff_page():
        return ""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def is_staff_page() -> bool:
    """True for the pages of operators and municipalities."""
    return _below(STAFF_PATHS)


def _below(prefixes: tuple[str, ...]) -> bool:
    return any(request.path == p or request.path.startswith(p + "/") for p in prefixes)


def _policy() -> str:
    if request.path.startswith("/static/"):
        return STATIC_POLICY
    if not is_staff_page():
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
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", PERMISSIONS)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if https:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if _below(PRIVATE_PATHS) or _signed_in():
        headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Register the headers for every response of the application."""
    https = str(app.config.get("PUBLIC_URL", "")).startswith("https://")

    @app.after_request
    def _after(response: Response) -> Response:
        return set_headers(response, https=https)
