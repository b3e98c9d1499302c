"""Signing in: by the sign-in page, and on the way of a post whose session ended, without losing what was typed.

No transaction is open while argon2 works. A signed cookie holds the random key of a `StaffSession` row and the time it was last used. Another
one, which outlives the sign-out, tells in which accounts this browser was: their wrong passwords by strangers do not close it out.
"""

import secrets
import time

from flask import abort, after_this_request, g, make_response, render_template, request, session
from flask_login import login_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from keynet_admin import config
from keynet_admin.errors import TooMany
from keynet_admin.services import rate_limit
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases
from keynet_admin.services.transaction import transaction
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import OURS, check_token, from_our_page

SEEN = "_seen"
WRONG = "メールアドレスまたはパスワードが違います。"
# What the page on the way adds to the fields that it carries; no form of the staff pages has fields of these names.
EMAIL, PASSWORD = "sign_in_email", "sign_in_password"
LABELS = {"email": "メールアドレス", "password": "パスワード", "code": "コード", EMAIL: "メールアドレス", PASSWORD: "パスワード"}
OWN_FIELDS = ("csrf_token", EMAIL, PASSWORD, OURS)
KNOWN_DAYS, KNOWN_ACCOUNTS = 180, 8  # how long, and of how many accounts, a browser is remembered


def attempt(email: str, password: str) -> sessions.SignedIn | None:
    """A new session for this pair, None for a wrong one. Raises TooMany. The same work for known and unknown addresses."""
    with transaction():
        known = use_cases.credentials(email)
        security_log.tried_as(known.account_id)
        browser = _accounts_here().get(str(known.account_id), "")
        rate_limit.hit("login", address=email, network=network(), browser=browser)
    signed_in = None
    if passwords.verify(known.password_hash, password):
        with transaction():
            signed_in = use_cases.sign_in(known)
            if signed_in is not None:
                rate_limit.forgive("login", address=email, network=network(), browser=browser)
    if signed_in is None:
        security_log.write("sign_in_failed")
    return signed_in


def enter(signed_in: sessions.SignedIn) -> None:
    """Give the browser a cookie with the new key; nothing of the old one stays. From now on it is known to be this account's."""
    session.clear()
    login_user(signed_in)
    session[SEEN] = int(time.time())
    before, number = _accounts_here(), str(signed_in.id)
    marks = {number: before.pop(number, "") or secrets.token_urlsafe(16)} | before

    @after_this_request
    def remember(response: Response) -> Response:
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
    return URLSafeTimedSerializer(config.current().secret_key, salt="known-browser")


def network() -> str:
    """The client's IP address, as rate limits count it."""
    return request.remote_addr or ""


def missing(*names: str) -> dict[str, str]:
    """The fields that were left empty, with the words for it."""
    return {name: f"{LABELS[name]}を入力してください。" for name in names if not request.form.get(name, "").strip()}


def on_the_way(*, carries: bool) -> Response | None:
    """A post of nobody: the page to sign in, which carries everything that was posted (where it `carries`); None once they are in.

    Then the request goes on as resumed: its view shows its page with what was typed and does not act (`token.unverified`). Whoever
    signs in as somebody else than the one whose session ended gets 403, sees nothing of it and is not signed in.
    """
    if PASSWORD not in request.form:
        return _page(carries, 403, {})
    try:
        check_token()
    except ValidationError:
        return _page(carries, 400, {"": "画面を開いてから時間がたちました。もう一度パスワードを入力してください。"})
    if errors := missing(EMAIL, PASSWORD):
        return _page(carries, 422, errors)
    try:
        signed_in = attempt(request.form[EMAIL][:255], request.form[PASSWORD][: passwords.LONGEST + 1])
    except TooMany as error:
        response = _page(carries, 429, {"": str(error)})
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if signed_in is None:
        return _page(carries, 422, {PASSWORD: WRONG})
    key = session.get("_user_id")
    before = sessions.owner_of(key) if isinstance(key, str) else None
    if before is not None and before != signed_in.id:
        with transaction():
            sessions.end(signed_in)  # else the same post, sent again, would be theirs
        abort(403)
    enter(signed_in)
    g.resumed = True
    return None


def _page(carries: bool, status: int, errors: dict[str, str]) -> Response:
    carried = [(name, value) for name, value in request.form.items(multi=True) if carries and name not in OWN_FIELDS]
    if carries and from_our_page() and (PASSWORD not in request.form or request.form.get(OURS) == "1"):
        carried.append((OURS, "1"))
    email = request.form.get(EMAIL, "")[:254]
    words = {"errors": errors, "carries": carries, "carried": carried, "email": email, "action": request.full_path}
    return make_response(render_template("web/sign_in.html", **words), status)
