"""Signing in: by the sign-in page, and on the way of a post whose session ended, without losing what was typed.

No transaction is open while argon2 works. A signed cookie holds the random key of a `StaffSession` row and the time it was last used. Another
one, which outlives the sign-out, tells in which accounts this browser was (`browser.py`): their wrong passwords by strangers do not close it out.
"""

from typing import Any

from flask import abort, g, make_response, render_template, request, session
from flask_login import login_user
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from keynet_admin.errors import TooMany
from keynet_admin.services import rate_limit
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ProofWay
from keynet_admin.web.access import browser, second_step, security_log
from keynet_admin.web.access.browser import network
from keynet_admin.web.actor import OURS, check_token, from_our_page

WRONG = "メールアドレスまたはパスワードが違います。"
# What the page on the way adds to the fields that it carries; no form of the staff pages has fields of these names.
EMAIL, PASSWORD = "sign_in_email", "sign_in_password"
LABELS = {"email": "メールアドレス", "password": "パスワード", "code": "コード", EMAIL: "メールアドレス", PASSWORD: "パスワード"}
OWN_FIELDS = ("csrf_token", EMAIL, PASSWORD, OURS, *second_step.FIELDS)
SECOND_WAYS = (ProofWay.authenticator, ProofWay.passkey, ProofWay.recovery)


def attempt(email: str, password: str) -> sessions.SignedIn | None:
    """A new session for this pair, None for a wrong one. Raises TooMany. The same work for known and unknown addresses."""
    with transaction(even_read_only=True):
        known = use_cases.credentials(email)
        security_log.tried_as(known.account_id)
        mark = browser.mark_of(known.account_id)
        rate_limit.hit("login", address=email, network=network(), browser=mark)
    signed_in = None
    if passwords.verify(known.password_hash, password) and known.password_hash is not None:
        renewed = passwords.renewed(known.password_hash, password)
        with transaction(even_read_only=True):
            signed_in = use_cases.sign_in(known, browser.place(known.account_id), renewed=renewed)
            if signed_in is not None:
                rate_limit.forgive("login", address=email, network=network(), browser=mark)
    if signed_in is None:
        security_log.write("sign_in_failed")
    return signed_in


def enter(signed_in: sessions.SignedIn) -> bool:
    """Give the browser a cookie with the new key; nothing of the old one stays. False while a second step is still to be done."""
    session.clear()
    login_user(signed_in)
    browser.begin()
    if sessions.find(signed_in.key) is None:
        g.pop("_login_user", None)  # nobody is signed in by half
        return False
    browser.remember(signed_in.id)
    return True


def second_tried(who: sessions.SignedIn) -> second_step.NotProven | None:
    """Judge the posted second step of whoever has proven the password; None = they are in, and the browser is known from now on."""
    problem = second_step.prove(who, browser.mark_of(who.id), ways=SECOND_WAYS)
    if problem is None:
        browser.remember(who.id)
    return problem


def missing(*names: str) -> dict[str, str]:
    """The fields that were left empty, with the words for it."""
    return {name: f"{LABELS[name]}を入力してください。" for name in names if not request.form.get(name, "").strip()}


def on_the_way(*, carries: bool) -> Response | None:
    """A post of nobody: the page to sign in, which carries everything that was posted (where it `carries`); None once they are in.

    Then the request goes on as resumed: its view shows its page with what was typed and does not act (`token.unverified`). Whoever
    signs in as somebody else than the one whose session ended gets 403, sees nothing of it and is not signed in.
    """
    who = second_step.half_signed_in()
    if PASSWORD not in request.form and not (who is not None and second_step.is_posted()):
        return _page(carries, 403, {})
    try:
        check_token()
    except ValidationError:
        return _page(carries, 400, {"": "画面を開いてから時間がたちました。もう一度入力してください。"})
    if PASSWORD not in request.form and who is not None:
        problem = second_tried(who)
        if problem is not None:
            return _page(carries, problem.status, problem.errors, problem.retry_after)
        g.resumed = True
        return None
    if errors := missing(EMAIL, PASSWORD):
        return _page(carries, 422, errors)
    try:
        signed_in = attempt(request.form[EMAIL][:255], request.form[PASSWORD][: passwords.LONGEST + 1])
    except TooMany as error:
        return _page(carries, 429, {"": str(error)}, error.retry_after)
    if signed_in is None:
        return _page(carries, 422, {PASSWORD: WRONG})
    key = session.get("_user_id")
    before = sessions.owner_of(key) if isinstance(key, str) else None
    if before is not None and before != signed_in.id:
        with transaction(even_read_only=True):
            sessions.end(signed_in)  # else the same post, sent again, would be theirs
        abort(403)
    if not enter(signed_in):
        return _page(carries, 200, {})
    g.resumed = True
    return None


def _page(carries: bool, status: int, errors: dict[str, str], retry_after: int = 0) -> Response:
    carried = [(name, value) for name, value in request.form.items(multi=True) if carries and name not in OWN_FIELDS]
    ours = PASSWORD in request.form or second_step.is_posted()
    if carries and from_our_page() and (not ours or request.form.get(OURS) == "1"):
        carried.append((OURS, "1"))
    email = request.form.get(EMAIL, "")[:254]
    words: dict[str, Any] = {"errors": errors, "carries": carries, "carried": carried, "email": email, "action": request.full_path}
    half = second_step.half_signed_in()
    if half is not None:
        words |= second_step.words_of(half) | {"enrols": sessions.needs_second_step(half.account) == "enrol"}
    response = make_response(render_template("web/sign_in.html", half=half is not None, **words), status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response
