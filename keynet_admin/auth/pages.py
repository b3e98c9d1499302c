"""Sign-in and everything around a password. Fast words, slow hashing: no transaction is open while argon2 works.

A signed cookie holds the random key of a `StaffSession` row and the time it was last used (real time, so that idling needs no write
by GET). Answers and work are the same for known and unknown addresses.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, g, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from keynet_admin import config
from keynet_admin.errors import LinkDead, NotFound, TooMany, ViewingOnly
from keynet_admin.extensions import Access, access, login
from keynet_admin.models import Account
from keynet_admin.services import rate_limit
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases, viewing
from keynet_admin.services.transaction import VIEWING_ONLY, transaction
from keynet_admin.vocabulary import Role
from keynet_admin.web import addresses
from keynet_admin.web.access import browser, security_log
from keynet_admin.web.access.browser import NOTED, SEEN, network
from keynet_admin.web.access.second_step import half_signed_in
from keynet_admin.web.access.sign_in import WRONG, attempt, enter, missing

blueprint = Blueprint("auth", __name__)

# Where a signed-in person may be sent after the sign-in: our own staff pages, in plain printable ASCII.
LOCAL = re.compile(r"/(?:admin|office|prefecture|partner|password|security)(?:[/?](?!\S*(?://|\.\./))[!-\[\]-~]*)?")
_HOMES = {Role.municipality: "/office/", Role.prefecture: "/prefecture/", Role.partner: "/partner/"}
BY_CODE = "password"  # in place of a link's token: the code was typed, the session knows whose
CODE_MINUTES = 30
REFRESH_SECONDS = 60
NOTE_SECONDS = int(sessions.USED_EVERY.total_seconds())
# What whoever sees another account's pages may still do, and what they do not see: the sign-in of its holder.
ENDS = ("auth.end_view", "auth.sign_out")
NOT_SEEN = ("/password", "/security", "/first-login")
_FIRST = "_first"


def init_app(app: Flask) -> None:
    """Register these pages and the loader of signed-in people."""
    login.init_app(app)
    login.session_protection = None
    login.user_loader(_load)
    login.unauthorized_handler(_ask_to_sign_in)
    app.register_blueprint(blueprint)
    settings = config.of(app)
    if not (settings.second_factor or settings.demo or app.testing):
        app.logger.warning("KEYNET_SECOND_FACTOR=0: the service center's people may sign in with a password alone.")
    app.before_request(_attend)


def home_of(role: Role) -> str:
    """The first page after the sign-in."""
    return _HOMES.get(role, "/admin/submission/")


def local_target(wanted: str | None, role: Role) -> str:
    """The page asked for before the sign-in if it is one of ours and of this role's side, else the role's first page."""
    side = _HOMES.get(role, "/admin/").rstrip("/")
    if wanted and LOCAL.fullmatch(wanted) and wanted.startswith((side, "/password", "/security")):
        return wanted
    return home_of(role)


def _load(key: str) -> sessions.SignedIn | None:
    """Flask-Login's loader: the session of the cookie's key, unless it has idled too long.

    Whoever sees another account's pages can write nothing from here on in this request, but to end it.
    """
    found = None if _idle() else sessions.find(key)
    if found is not None and found.viewer is not None and request.endpoint not in ENDS and access.get() is Access.READ:
        access.set(Access.VIEWING)
    return found


def _idle() -> bool:
    seen = session.get(SEEN)
    if not isinstance(seen, int):
        return True
    away = int(time.time()) - seen
    # A time stamp from the future means that the machine's clock was turned back: nobody knows how long they were away.
    return away > config.current().idle_minutes * 60 or away < -300


def _attend() -> None:
    """On staff pages: find out who it is before any transaction opens, and note that they are here."""
    area = addresses.of(request.path)
    writes = request.method not in ("GET", "HEAD", "OPTIONS")
    # A form for anybody takes nothing from whoever sees another account's pages; nobody else is looked for there.
    if (
        (area.attended or (writes and area.session and not area.json and "_user_id" in session))
        and current_user.is_authenticated
        and current_user.viewer
    ):
        g.viewing = current_user._get_current_object()
        if request.endpoint not in ENDS and (writes or request.path.startswith(NOT_SEEN)):
            # Before the view looks at what was typed, so that the page says why; `transaction()` would refuse it, too.
            raise ViewingOnly(VIEWING_ONLY)
    if not area.attended or request.headers.get("X-Background"):
        return  # what a page asks by itself is no sign of its reader
    now = int(time.time())
    if not current_user.is_authenticated:
        return
    if now - session.get(SEEN, 0) > REFRESH_SECONDS:
        session[SEEN] = now
    # A post may write; the cookie knows when it last did, so that nothing has to be read for it.
    if request.method == "POST" and now - session.get(NOTED, 0) > NOTE_SECONDS:
        session[NOTED] = now
        with transaction():
            sessions.used(current_user._get_current_object())


def _ask_to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("auth.sign_in", next=wanted if wanted and LOCAL.fullmatch(wanted) else None), 303)


def _page(template: str, status: int = 200, /, **words: Any) -> Response:
    return make_response(render_template(template, **words), status)


def _too_many(template: str, error: TooMany, /, **words: Any) -> Response:
    response = _page(template, 429, errors={"": str(error)}, **words)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _field(name: str, most: int = 254) -> str:
    return request.form.get(name, "")[: most + 1]


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> Response:
    """Fields `email`, `password`; `next` is a page of ours."""
    wanted = request.values.get("next", "")
    if current_user.is_authenticated:
        return redirect(local_target(wanted, current_user.role), 303)
    words: dict[str, Any] = {"email": _field("email"), "next": wanted if LOCAL.fullmatch(wanted) else ""}
    if request.method != "POST":
        if (half := half_signed_in()) is not None:
            return second_step_of(half, words["next"])
        return _page("auth/login.html", errors={}, ended="_user_id" in session, **words)
    if errors := missing("email", "password"):
        return _page("auth/login.html", 422, errors=errors, **words)
    try:
        signed_in = attempt(words["email"], _field("password", passwords.LONGEST))
    except TooMany as error:
        return _too_many("auth/login.html", error, **words)
    if signed_in is None:
        return _page("auth/login.html", 422, errors={"password": WRONG}, **words)
    if not enter(signed_in):
        return second_step_of(signed_in, words["next"])
    return redirect(local_target(wanted, signed_in.role), 303)


def second_step_of(half: sessions.SignedIn, wanted: str) -> Response:
    """To the page that asks for the second step, or lets one be enrolled; from there on to the page that was wanted."""
    page = "second.prove" if sessions.needs_second_step(half.account) == "prove" else "second.enrol"
    return redirect(url_for(page, next=wanted or None), 303)


@blueprint.post("/logout")
def sign_out() -> Response:
    """End this session, also one that is signed in by half; a copy of the cookie is dead, too."""
    signed_in = current_user._get_current_object() if current_user.is_authenticated else half_signed_in()
    if signed_in is not None:
        with transaction(even_read_only=True):
            viewing.end(signed_in.key)
            sessions.end(signed_in)
    logout_user()
    session.clear()
    flash("ログアウトしました。", "success")
    response = redirect(url_for("auth.sign_in"), 303)
    # Pages kept for the Back button go, too. Not `storage`: unsent forms of a body's own browser are kept there (decision 0023).
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/logout/view")
def end_view() -> Response:
    """Back to one's own pages, from those of another account."""
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    with transaction(even_read_only=True):
        number = viewing.end(current_user.key)
    flash("画面の確認を終えました。", "success")
    return redirect(f"/admin/account/{number}/" if number is not None else home_of(current_user.role), 303)


@blueprint.route("/first-login", methods=["GET", "POST"])
def type_code() -> Response:
    """Fields `email`, `code`: the way in for those whose mail program took the link away."""
    words = {"email": _field("email"), "code": _field("code", 60)}
    if request.method != "POST":
        return _page("auth/first_login.html", errors={}, **words)
    if errors := missing("email", "code"):
        return _page("auth/first_login.html", 422, errors=errors, **words)
    try:
        with transaction():
            account = use_cases.by_email(words["email"])
            security_log.tried_as(account.id if account is not None else None)
            rate_limit.hit("code", address=words["email"], network=network())
            found = use_cases.check_code(words["email"], words["code"])
            if found is not None:
                rate_limit.forgive("code", address=words["email"], network=network())
    except TooMany as error:
        return _too_many("auth/first_login.html", error, **words)
    if found is None:
        security_log.write("code_failed")
        message = "メールアドレスまたはコードが違います。メールに書かれたとおりに入力してください。"
        return _page("auth/first_login.html", 422, errors={"code": message}, **words)
    session[_FIRST] = [found.row.id, int(time.time())]
    return redirect(url_for("auth.first_login", token=BY_CODE), 303)


@blueprint.route("/first-login/<token>", methods=["GET", "POST"], endpoint="first_login")
@blueprint.route("/password/reset/<token>", methods=["GET", "POST"], endpoint="reset")
def choose_password(token: str) -> Response:
    """The page a link leads to. Looking at it, however often, uses nothing up; the button does."""
    found = _found(token)
    if isinstance(found, Response):
        return found
    words = {"invitation": found, "token": token}
    if current_user.is_authenticated and current_user.id != found.account.id:
        return _page("auth/other.html", 409, **words)
    if found.problem:
        return _page("auth/dead.html", 410, **words)
    if request.method != "POST":
        return _page("auth/choose.html", errors={}, **words)
    chosen = _field("password", passwords.LONGEST)
    errors = _password_errors(chosen, found.account)
    if errors:
        return _page("auth/choose.html", 422, errors=errors, **words)
    hashed = passwords.hashed(chosen)
    try:
        with transaction():
            signed_in = sessions.begin(use_cases.finish_first_login(found.row.id, hashed), browser.place(found.account.id))
    except LinkDead:
        return choose_password(token)
    if not enter(signed_in):
        flash("パスワードを設定しました。", "success")
        return second_step_of(signed_in, "")
    flash("パスワードを設定し、ログインしました。", "success")
    return redirect(home_of(signed_in.role), 303)


@blueprint.post("/first-login/<token>/renew")
def renew(token: str) -> Response:
    """A new mail to the same address, in place of one whose time is over."""
    found = _found(token)
    if isinstance(found, Response):
        return found
    if not found.renewable:
        return _page("auth/dead.html", 410, invitation=found, token=token)
    number = found.row.id
    return _mailed(
        found.account.email, lambda: use_cases.renew(use_cases.first_login(number)), "auth/dead.html", invitation=found, token=token
    )


def _mailed(email: str, send: Callable[[], None], template: str, /, **words: Any) -> Response:
    """Send a link to an address, and say so. After the fifth within an hour nothing is sent any more: those that were sent still work."""
    try:
        with transaction():
            rate_limit.hit("forgot", address=email, network=network())
            send()
    except TooMany as error:
        if error.network:
            return _too_many(template, error, **words)
        security_log.write("limit_closed")
    return _page("auth/sent.html")


def _found(token: str) -> "use_cases.Invitation | Response":
    """The invitation of a link, or of a code typed a moment ago; else the page that says what to do."""
    try:
        if token != BY_CODE:
            return use_cases.open_first_login(token)
        typed = _typed_before()
        if typed is not None:
            return use_cases.first_login(typed)
    except NotFound:
        security_log.write("unknown_link")
        return _page("auth/dead.html", 404, invitation=None, token=token)
    return redirect(url_for("auth.type_code"), 303)


def _typed_before() -> int | None:
    """The first login whose code this browser typed within the last minutes."""
    match session.get(_FIRST):
        case [int(number), int(when)] if abs(int(time.time()) - when) < CODE_MINUTES * 60:
            return number
    return None


def _password_errors(chosen: str, account: Account) -> dict[str, str]:
    """What is wrong with a new password typed twice."""
    problem = passwords.problem(chosen, about=passwords.words_about(account))
    if problem:
        return {"password": problem}
    if chosen != _field("password2", passwords.LONGEST):
        return {"password2": "2つのパスワードが一致していません。同じものを入力してください。"}
    return {}


@blueprint.route("/password", methods=["GET", "POST"])
def change() -> Response:
    """Fields `current`, `password`, `password2` for who is signed in; everybody else forgot theirs."""
    if not current_user.is_authenticated:
        return forgot()
    words = {"email": current_user.email}
    if request.method != "POST":
        return _page("auth/password.html", errors={}, **words)
    account = current_user.account
    current, chosen = _field("current", passwords.LONGEST), _field("password", passwords.LONGEST)
    if not current:
        return _page("auth/password.html", 422, errors={"current": "いまのパスワードを入力してください。"}, **words)
    errors = _password_errors(chosen, account)
    if errors:
        return _page("auth/password.html", 422, errors=errors, **words)
    try:
        with transaction():
            rate_limit.hit("password", address=account.email, network=network())
    except TooMany as error:
        return _too_many("auth/password.html", error, **words)
    known = use_cases.Credentials(account.id, account.password_hash)
    changed = None
    if passwords.verify(known.password_hash, current):
        hashed = passwords.hashed(chosen)
        with transaction():
            changed = use_cases.change_password(known, hashed, current_user._get_current_object())
            if changed is not None:
                rate_limit.forgive("password", address=account.email, network=network())
    if changed is None:
        security_log.write("password_failed")
        return _page("auth/password.html", 422, errors={"current": "いまのパスワードが違います。"}, **words)
    enter(changed)
    flash("パスワードを変更しました。ほかの画面でのログインは終了しました。", "success")
    return redirect(home_of(changed.role), 303)


@blueprint.route("/password/forgot", methods=["GET", "POST"])
def forgot() -> Response:
    """Field `email`. The same page for every address, and the same work."""
    words = {"email": _field("email")}
    if request.method != "POST":
        return _page("auth/forgot.html", errors={}, **words)
    if "@" not in words["email"].strip("@ "):
        return _page(
            "auth/forgot.html", 422, errors={"email": "メールアドレスを入力してください（例：kenko@city.example.lg.jp）。"}, **words
        )
    return _mailed(words["email"], lambda: use_cases.request_reset(words["email"]), "auth/forgot.html", **words)
