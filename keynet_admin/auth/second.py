"""Behind the password: the second step, recovery codes, and the enrolment without which the service center's people reach nothing.

Whoever comes here has proven the password in this browser (`second_step.half_signed_in`); everybody else is sent to the sign-in, so that nothing
tells which account has a second factor.
"""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from keynet_admin.auth.enrolment import Enrolment, enrolled
from keynet_admin.auth.pages import LOCAL, local_target, second_step_of
from keynet_admin.services.access import passkeys
from keynet_admin.services.account import session as sessions
from keynet_admin.services.transaction import transaction
from keynet_admin.web.access import second_step, sign_in

blueprint = Blueprint("second", __name__)


@blueprint.route("/login/second", methods=["GET", "POST"])
def prove() -> Response:
    """Fields `proof_code` or `proof_passkey`; `next` is a page of ours."""
    return _prove("auth/second.html", "prove")


@blueprint.route("/login/recovery", methods=["GET", "POST"])
def recover() -> Response:
    """Field `proof_recovery`: one of the eight codes, each of which is good once."""
    return _prove("auth/recovery.html", "prove")


def _prove(template: str, needed: str) -> Response:
    who, wanted = _half(needed)
    if isinstance(who, Response):
        return who
    words: dict[str, Any] = {"next": wanted, **second_step.words_of(who)}
    if request.method != "POST":
        return _page(template, errors={}, **words)
    problem = sign_in.second_tried(who)
    if problem is None:
        return redirect(local_target(wanted, who.role), 303)
    response = _page(template, problem.status, errors=problem.errors, **words)
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


@blueprint.post("/login/passkey")
def ask_passkey() -> Response:
    """What the browser needs to sign with a passkey, as JSON: of the second step, or of a fresh proof once one is in."""
    who = current_user._get_current_object() if current_user.is_authenticated else second_step.half_signed_in()
    if who is None or not passkeys.usable():
        return make_response({"error": "もう一度ログインしてください。"}, 403)
    with transaction(even_read_only=True):
        options = passkeys.ask_to_prove(who)
    return Response(options, mimetype="application/json")


@blueprint.route("/login/enrol", methods=["GET", "POST"])
def enrol() -> Response:
    """Field `code`: enrol the authenticator app before the first step into the program."""
    who, wanted = _half("enrol")
    if isinstance(who, Response):
        return who
    onward = local_target(wanted, who.role)
    return enrolled(Enrolment(who, "layout/narrow.html", url_for(".enrol", next=wanted or None), onward, forced=True))


def _half(needed: str) -> tuple[sessions.SignedIn | Response, str]:
    """Who has proven the password and needs this page now, else where to go instead; and the page that was wanted."""
    wanted = request.values.get("next", "")
    wanted = wanted if LOCAL.fullmatch(wanted) else ""
    if current_user.is_authenticated:
        return redirect(local_target(wanted, current_user.role), 303), wanted
    who = second_step.half_signed_in()
    if who is None:
        return redirect(url_for("auth.sign_in", next=wanted or None), 303), wanted
    if sessions.needs_second_step(who.account) != needed:
        return second_step_of(who, wanted), wanted
    return who, wanted


def _page(template: str, status: int = 200, /, **words: Any) -> Response:
    return make_response(render_template(template, **words), status)
