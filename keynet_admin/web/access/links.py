"""Links that took a sign along: mail programs, gateways and readers add the `)`, `>`, `。` or `/` that stands behind an address.

Such an address is answered with a redirect to the clean one, which then stands in the reader's browser. Only what no token and no address
of ours can contain is left out.
"""

import re

from flask import Flask, redirect, request
from flask.globals import request_ctx
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

# What every address of ours is made of (`//` would begin a host): letters, digits, `-`, `_`, `.`, `/`; its last is none of the last two.
_CLEAN = re.compile(r"/(?!/)[A-Za-z0-9_./-]*[A-Za-z0-9_-]")
_SECRETS = frozenset({"token", "key"})


def clean(path: str) -> str:
    """The part of a path that can be an address of ours; empty when there is none."""
    found = _CLEAN.match(path)
    return found[0] if found else ""


def forgive() -> Response | None:
    """A redirect to the address without what stands behind it, where there is one; None for every address that is good as it is.

    Behind a token anything may stand (also the words of a sentence), behind another address only signs.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    path = request.path
    address = clean(path)
    behind = path[len(address) :]
    if not address or not behind:
        return None
    if _SECRETS.isdisjoint(request.view_args or ()):
        if not isinstance(request.routing_exception, NotFound) or any(c.isalnum() for c in behind):
            return None
    elif behind[0] == "/" and any(c.isalnum() for c in behind):  # nothing of what stands there can be a secret, nor are they signs
        return None
    adapter = request_ctx.url_adapter
    if adapter is None or not adapter.test(address, "GET"):
        return None
    query = request.query_string.decode("latin-1")
    return redirect(address + (f"?{query}" if query else ""), 302)


def init_app(app: Flask) -> None:
    """Look at every address before its view does."""
    app.before_request(forgive)
