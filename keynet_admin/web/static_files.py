"""Static files: addresses with a content hash (cached for a year), compressed once, read from memory.

The whole folder is a few small files. An address without the right hash is served, too, but must be revalidated.
`keynet.css` is the one stylesheet: the tokens and the files of `css/` in the order of their names, put together here.
"""

import gzip
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request

FOLDER = Path(__file__).resolve().parent.parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain", ".png": "image/png"}
STYLESHEET = "keynet.css"
LAYERS = "@layer tokens, base, components, pages;"
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file in memory. `mark` is the first 12 characters of its SHA-256, `packed` is gzip or None where it saves nothing."""

    body: bytes
    packed: bytes | None
    mark: str
    mimetype: str
    seen: float
    parts: int


# A page names a dozen files: asking the disk for each of them at each page would cost more than the page.
LOOK_AGAIN = 2.0
_assets: dict[str, Asset] = {}
_looked: dict[str, float] = {}


def asset(name: str) -> Asset | None:
    """The file of that name below the folder (read again when it changed), None when there is none."""
    known = _assets.get(name)
    now = time.monotonic()
    if known is not None and now - _looked.get(name, 0.0) < LOOK_AGAIN:
        return known
    parts = _parts(name)
    try:
        changed = max(path.stat().st_mtime for path in parts)
    except (OSError, ValueError):
        return None
    _looked[name] = now
    if known is None or known.seen != changed or known.parts != len(parts):
        known = _read(name, parts, changed)
        _assets[name] = known
    return known


def _parts(name: str) -> list[Path]:
    if name == STYLESHEET:
        return [FOLDER / "tokens.css", *sorted((FOLDER / "css").glob("*.css"))]
    path = (FOLDER / name).resolve() if "\0" not in name else FOLDER
    return [path] if path.is_relative_to(FOLDER) and path.suffix in TYPES and path.is_file() else []


def _read(name: str, parts: list[Path], changed: float) -> Asset:
    if name == STYLESHEET:
        tokens, *layers = (path.read_text(encoding="utf-8") for path in parts)
        body = "\n".join([LAYERS, f"@layer tokens {{\n{tokens}}}", *layers]).encode()
    else:
        body = parts[0].read_bytes()
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(
        body,
        packed if len(packed) < len(body) * 0.9 else None,
        hashlib.sha256(body).hexdigest()[:12],
        TYPES[Path(name).suffix],
        changed,
        len(parts),
    )


def static_url(name: str) -> str:
    """Address of a static file with its content hash. Raises KeyError for a file that is not there."""
    found = asset(name)
    if found is None:
        raise KeyError(name)
    return f"/static/{name}?v={found.mark}"


def serve(filename: str) -> Response:
    """The static file, compressed when the browser takes it; 404 for anything that is not one of ours."""
    found = asset(filename)
    if found is None:
        abort(404)
    take_packed = found.packed is not None and "gzip" in request.accept_encodings
    response = Response(found.packed if take_packed else found.body, mimetype=found.mimetype)
    if take_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = YEAR if request.args.get("v") == found.mark else "public, no-cache"
    response.set_etag(found.mark + ("-z" if take_packed else ""))
    return response.make_conditional(request)


def init_app(app: Flask) -> None:
    """Serve the folder under `/static/` instead of Flask's own handler."""
    if "static" in app.view_functions:
        app.view_functions["static"] = serve
    else:
        app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=serve, methods=["GET"])
