"""`GET /metrics` for a monitoring system, and `POST /csp-report` for browsers: neither reads a cookie nor says anything of anybody."""

import hmac
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request

from keynet_admin import config
from keynet_admin.extensions import limiter
from keynet_admin.services.metrics import figures, requests
from keynet_admin.services.strict_json import BadJson, read_list, read_object
from keynet_admin.web import addresses
from keynet_admin.web.access import security_log

TEXT = "text/plain; version=0.0.4; charset=utf-8"
MOST_REPORTS = 5  # of one request
_DIRECTIVES = frozenset(
    f"{name}-src{part}" for name in ("script", "style", "img", "font", "connect", "media", "frame", "child", "worker", "manifest", "object", "default")
    for part in ("", "-elem", "-attr")
) | {"base-uri", "form-action", "frame-ancestors", "sandbox", "require-trusted-types-for", "trusted-types"}  # fmt: skip
_KEYWORDS = frozenset({"inline", "eval", "data", "blob", "filesystem", "self", "wasm-eval", "trusted-types-policy", "trusted-types-sink"})
bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def metrics() -> Response:
    """Requests of all processes, and what waits now. To whoever has the token, else to this machine alone; for all others there is nothing."""
    if not _may_read():
        abort(404)
    lines = [requests.text()]
    for figure in figures.figures():
        lines.append(f"# HELP {figure.name} {figure.words}\n# TYPE {figure.name} gauge\n")
        for values, number in figure.values:
            labels = ",".join(f'{name}="{value}"' for name, value in zip(figure.labels, values, strict=True))
            lines.append(f"{figure.name}{{{labels}}} {number:g}\n" if labels else f"{figure.name} {number:g}\n")
    return Response("".join(lines), content_type=TEXT)


def _may_read() -> bool:
    token = config.current().metrics_token
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:  # the proxy is on this machine, whoever asks is not
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


@bp.post("/csp-report")
@limiter.limit(addresses.of("/csp-report").rate)
def csp_report() -> Response:
    """A browser did not load what a page's policy forbids: directive and host go to the security log, nothing else and nothing back."""
    body = request.get_data(cache=False)
    try:
        reports = list(_reports(body))
    except BadJson:
        abort(400)
    for directive, blocked in reports[:MOST_REPORTS]:
        security_log.write("csp_report", directive=directive, blocked=blocked)
    return Response(status=204)


def _reports(body: bytes) -> Iterator[tuple[str, str]]:
    """Directive and blocked host of each report, in both forms in which browsers send them. Raises BadJson."""
    if request.mimetype == "application/reports+json":
        bodies = [part.get("body") for part in read_list(body) if isinstance(part, dict) and part.get("type") == "csp-violation"]
        names = ("effectiveDirective", "blockedURL")
    else:
        bodies, names = [read_object(body).get("csp-report")], ("effective-directive", "blocked-uri")
    for content in bodies:
        if isinstance(content, dict):
            directive = content.get(names[0]) or content.get("violated-directive")
            yield _directive(directive), _host(content.get(names[1]))


def _directive(given: Any) -> str:
    name = given.split(" ")[0] if isinstance(given, str) else ""
    return name if name in _DIRECTIVES else "other"


def _host(given: Any) -> str:
    """The host of what was blocked, or the browser's own word for it."""
    if not isinstance(given, str) or len(given) > 2000:
        return "other"
    if given in _KEYWORDS:
        return given
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError:
        return "other"
    if host and len(host) <= 253 and host.isascii() and all(c.isalnum() or c in ".-:" for c in host):
        return host
    return parts.scheme if parts.scheme in _KEYWORDS else "other"
