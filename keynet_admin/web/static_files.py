"""Static files: addresses with a content hash (cached for a year), compressed once, served from memory.

The whole folder is a few small files, read at the first use; a changed file needs a restart, as templates do. An address without the
right hash is served, too, but must be revalidated. `keynet.css` is the one stylesheet: the tokens and the files of `css/` in the order
of their names, put together here. Why no library does it: docs/decisions/0017.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request

FOLDER = Path(__file__).resolve().parent.parent / "static"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
STYLESHEET = "keynet.css"
LAYERS = "@layer tokens, base, components, pages;"
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file in memory. `digest` is the first 12 characters of its SHA-256, `packed` is gzip or None where it saves nothing."""

    body: bytes
    packed: bytes | None
    digest: str
    mimetype: str


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """Every file below the folder by its name, and the stylesheet."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in TYPES)
    made = {str(path.relative_to(FOLDER)): _asset(path.read_bytes(), path.suffix) for path in paths}
    tokens, *layers = (path.read_text(encoding="utf-8") for path in [FOLDER / "tokens.css", *sorted((FOLDER / "css").glob("*.css"))])
    made[STYLESHEET] = _asset("\n".join([LAYERS, f"@layer tokens {{\n{tokens}}}", *layers]).encode(), ".css")
    return made


def _asset(body: bytes, suffix: str) -> Asset:
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(body, packed if len(packed) < len(body) * 0.9 else None, hashlib.sha256(body).hexdigest()[:12], TYPES[suffix])


def static_url(name: str) -> str:
    """Address of a static file with its content hash. Raises KeyError for a file that is not there."""
    return f"/static/{name}?v={assets()[name].digest}"


def serve(filename: str) -> Response:
    """The static file, compressed when the browser takes it; 404 for anything that is not one of ours."""
    found = assets().get(filename)
    if found is None:
        abort(404)
    take_packed = found.packed is not None and "gzip" in request.accept_encodings
    response = Response(found.packed if take_packed else found.body, mimetype=found.mimetype)
    if take_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = YEAR if request.args.get("v") == found.digest else "public, no-cache"
    response.set_etag(found.digest + ("-z" if take_packed else ""))
    return response.make_conditional(request)


def init_app(app: Flask) -> None:
    """Serve the folder under `/static/` instead of Flask's own handler."""
    if "static" in app.view_functions:
        app.view_functions["static"] = serve
    else:
        app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=serve, methods=["GET"])
