"""What a browser keeps for us: when it was last used (in the signed session), and in which accounts it was (a signed cookie of its own)."""

import secrets
import time

from flask import after_this_request, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from keynet_admin import config
from keynet_admin import network as networks
from keynet_admin.services.access.device import BrowserPlace, code_of

SEEN, NOTED = "_seen", "_noted"  # the last request, and the last one that was noted in the session's row
KNOWN_DAYS, KNOWN_ACCOUNTS = 180, 8  # how long, and of how many accounts, a browser is remembered


def begin() -> None:
    """The browser is at work from this moment."""
    session[SEEN] = session[NOTED] = int(time.time())


def network() -> str:
    """The client's IP address, as rate limits count it."""
    return request.remote_addr or ""


def place(account_id: int | None) -> BrowserPlace:
    """Where this request comes from, as a session of the account keeps it."""
    device = code_of(request.headers.get("User-Agent", "")[:500])
    return BrowserPlace(device, networks.network(network()), bool(mark_of(account_id)))


def mark_of(account_id: int | None) -> str:
    """The random mark of this browser if it has signed in to the account before; else an empty text."""
    return _accounts_here().get(str(account_id), "")


def remember(account_id: int) -> None:
    """From now on this browser is known to be the account's: its owner, at least, was here and has proven all that is asked for."""
    before, number = _accounts_here(), str(account_id)
    marks = {number: before.pop(number, "") or secrets.token_urlsafe(16)} | before

    @after_this_request
    def keep(response: Response) -> Response:
        signed = _signer().dumps(dict(list(marks.items())[:KNOWN_ACCOUNTS]))
        secure = config.current().https
        response.set_cookie(_known_cookie(), signed, max_age=KNOWN_DAYS * 86_400, httponly=True, samesite="Lax", secure=secure, path="/")
        return response


def _accounts_here() -> dict[str, str]:
    """The accounts (ids as text) that have signed in with this browser, newest first, each with its random mark."""
    try:
        marks = _signer().loads(request.cookies.get(_known_cookie(), ""), max_age=KNOWN_DAYS * 86_400)
    except BadData:
        return {}
    return marks  # type: ignore[no-any-return]


def _known_cookie() -> str:
    return "__Host-known" if config.current().https else "known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer([*reversed(config.current().secret_keys)], salt="known-browser")
