"""The maintenance page: while the program is down for work, every address answers 503 with one page that needs no database.

It is on while the file `maintenance` lies in the instance folder (its first line may say until when), or with KEYNET_MAINTENANCE=1. The same
page as a file, for the web server in front, is written by `flask maintenance-page FILE`.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from markupsafe import Markup

from keynet_admin import config
from keynet_admin.web import addresses
from keynet_admin.web.headers import ALWAYS

RETRY_AFTER = 300
FILE = "maintenance"
ALIVE = "/healthz"  # the process is there: whoever restarts dead ones must not touch it
# The site's look in a few lines: the page stands for itself, without a second file.
STYLE = (
    'body{margin:0;font-family:"Noto Sans JP","Hiragino Sans","Yu Gothic UI",sans-serif;line-height:1.7;color:#1a1a1a;background:#fff}'
    "header{padding:1rem 1.25rem;border-bottom:1px solid #949494;font-weight:700}header p{margin:0 auto;max-width:44rem}"
    "main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem}h1{font-size:1.75rem;line-height:1.4;margin:0 0 1rem}h2{font-size:1.125rem;margin:2rem 0 .5rem}"
    ".code{margin:0;color:#595959}a{color:#0017c1}a:focus-visible{outline:4px solid #000;background:#ffd43d;color:#000}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
_UNTIL_MOST = 60

Environ = dict[str, Any]


def page(app: Flask, until: str = "") -> str:
    """The page as one file. Needs no request and no database."""
    return app.jinja_env.get_template("errors/maintenance.html").render(policy=POLICY, style=Markup(STYLE), until=until)  # noqa: S704 - a constant


def file_of(settings: config.Settings) -> Path:
    """The file whose presence switches the page on."""
    return settings.instance / FILE


class MaintenancePage:
    """The outermost layer."""

    def __init__(self, inner: Callable[[Environ, Any], Iterable[bytes]], app: Flask) -> None:
        """`inner` answers whenever no maintenance is on."""
        self.inner, self.app = inner, app

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        """503 and when to come again; everything else as ever."""
        settings, path = config.of(self.app), environ.get("PATH_INFO", "")
        if path == ALIVE or not (settings.maintenance or file_of(settings).exists()):
            return self.inner(environ, start)
        until = _until(file_of(settings))
        machine = addresses.of(path if path.startswith("/") else "/").json
        if machine:
            body = json.dumps({"error": f"作業のため停止しています。{f'再開の予定は{until}です。' if until else ''}"}, ensure_ascii=False)
        else:
            body = page(self.app, until)
        content = body.encode()
        kind = "application/json" if machine else "text/html; charset=utf-8"
        headers = [("Content-Type", kind), ("Content-Length", str(len(content))), ("Retry-After", str(RETRY_AFTER))]
        headers += [("Cache-Control", "no-store"), ("Content-Security-Policy", f"{POLICY}; frame-ancestors 'none'"), *ALWAYS]
        start("503 SERVICE UNAVAILABLE", headers)
        return () if environ.get("REQUEST_METHOD") == "HEAD" else (content,)


def _until(file: Path) -> str:
    """What the file's first line says, if it says something."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()[:_UNTIL_MOST]
    except OSError:
        return ""


def init_app(app: Flask) -> None:
    """Put the layer before all others."""
    app.wsgi_app = MaintenancePage(app.wsgi_app, app)  # type: ignore[method-assign]
