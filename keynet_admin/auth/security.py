"""`/security`, ログインの安全: one's own signed-in browsers, what happened lately, and the ways to prove who one is.

Everybody who is signed in has it, whatever their role; it shows and changes nothing but the reader's own. What changes a factor asks for a fresh
proof first.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from sqlalchemy import select
from werkzeug.wrappers import Response

from keynet_admin import clock, config
from keynet_admin.auth.enrolment import Enrolment, enrolled, show_codes
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Review, StaffSession
from keynet_admin.services.access import device, factors, passkeys
from keynet_admin.services.account import session as sessions
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import ProofWay
from keynet_admin.web import addresses
from keynet_admin.web.access import second_step, step_up

blueprint = Blueprint("security", __name__, url_prefix="/security")

HAPPENINGS = 12
_TOLD = (
    *("sign_in", "sign_out", "end_sessions", "second_failed", "factor_added", "factor_removed", "recovery_codes", "reset_factor"),
    *("password", "new_address", "view_as", "view_end"),
)
_TONES = {"view_as": ("is-ask", "eye"), "second_failed": ("is-must", "x"), "reset_factor": ("is-ask", "tri")}
# What each of these is called on the page that asks for a fresh proof before it.
PROOFS = {
    "security.end_sessions": "ほかの端末のログインを終了する",
    "security.authenticator": "認証アプリを登録する",
    "security.remove_authenticator": "認証アプリを消す",
    "security.add_passkey": "パスキーを加える",
    "security.remove_passkey": "パスキーを消す",
    "security.recovery_codes": "回復コードを作り直す",
}


@blueprint.before_request
@login_required
def _own_only() -> Response | None:
    """Somebody is signed in; a post that changes a factor is made within minutes of a proof."""
    what = PROOFS.get(request.endpoint or "")
    if what is None or request.method != "POST":
        return None
    return step_up.ask(step_up.StepUp(what, to=current_user.email, back=url_for("security.index"), base=_base()))


@blueprint.get("")
def index() -> Response:
    """The page."""
    who = current_user._get_current_object()
    account = who.account
    rows = sessions.open_of(account)
    here = next((row for row in rows if sessions.is_here(row, who)), None)
    rows.sort(key=lambda row: row is not here)
    return _page(
        "auth/security.html",
        account=account,
        sessions=[(row, row is here, _ends(row, here=row is here)) for row in rows],
        others=len(rows) - 1,
        strange=next((row for row in rows if not row.known and row is not here), None),
        events=_happenings(),
        factors=factors.of(account),
        must=sessions.must_have_factor(account),
        usable=passkeys.usable(),
        life=int(sessions.LIFE.total_seconds() // 3600),
        device_words=device.words_of,
        handheld=lambda row: row.device.split(".")[0] in device.HANDHELD,
    )


def _ends(row: StaffSession, *, here: bool) -> datetime:
    """When a session ends by itself if nobody does anything more in it, at the latest."""
    used = clock.now() if here else row.used_at or row.created_at
    last = clock.now() + (row.level_at + sessions.LIFE - clock.real_now())
    return min(used + timedelta(minutes=config.current().idle_minutes), last)


def _happenings() -> list[dict[str, Any]]:
    query = select(AuditEvent).where(AuditEvent.about(current_user.account), AuditEvent.action.in_(_TOLD))
    events = list(db.session.execute(query.order_by(AuditEvent.id.desc()).limit(HAPPENINGS)).scalars())
    names, told = history.names_of(events), []
    looks = [event.codes["review"] for event in events if event.action == "view_as"]
    why: dict[int, str] = dict(db.session.execute(select(Review.id, Review.reason).where(Review.id.in_(looks))).all())
    for event in events:
        by = ProofWay(event.codes["by"]).label if event.codes.get("by") else ""
        new = bool(event.codes.get("new"))
        tone, icon = _TONES.get(event.action, ("is-ask", "tri") if new else ("is-ok", "check"))
        where = device.words_of(event.codes["device"]) if "device" in event.codes else ""
        own = event.actor_id == current_user.id
        text = history.sentence(event, "").removeprefix("が") if own else history.sentence(event, history.who_of(event, names))
        reason = why.get(event.codes.get("review", 0), "")
        told.append({"text": text, "by": by, "at": event.at, "where": where, "tone": tone, "icon": icon, "reason": reason})
    return told


@blueprint.post("/sessions/end")
def end_sessions() -> Response:
    """Field `session`: the one to end; without it all others."""
    number = request.form.get("session", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 10):
        abort(400)
    with transaction():
        done = sessions.end_others(current_user._get_current_object(), int(number) if number else None)
    flash(f"{done}件のログインを終了しました。" if done else "そのログインは、すでに終了しています。", "success" if done else "info")
    return redirect(url_for(".index"), 303)


@blueprint.route("/authenticator", methods=["GET", "POST"])
def authenticator() -> Response:
    """Enrol an authenticator app, in place of an older one."""
    return enrolled(Enrolment(current_user._get_current_object(), _base(), url_for(".authenticator"), url_for(".index")))


@blueprint.post("/authenticator/remove")
def remove_authenticator() -> Response:
    """Take the app away."""
    return _changed("認証アプリを消しました。", lambda: factors.remove_authenticator(current_user._get_current_object()))


@blueprint.post("/passkeys/options")
def passkey_options() -> Response:
    """What the browser needs to make a passkey, as JSON."""
    if not passkeys.usable():
        return make_response({"error": "このアドレスでは、パスキーを使えません。"}, 409)
    with transaction():
        options = passkeys.ask_to_register(current_user._get_current_object())
    return Response(options, mimetype="application/json")


@blueprint.route("/passkeys", methods=["GET", "POST"])
def add_passkey() -> Response:
    """Fields `name` and `passkey` (the browser's answer)."""
    typed = request.form.get("name", "")[: factors.NAME_MOST + 1]
    if request.method != "POST":
        return _page("auth/passkey.html", name="", errors={}, usable=passkeys.usable(), most=factors.NAME_MOST)
    who, codes = current_user._get_current_object(), None
    try:
        name = factors.passkey_name(request.form.get("name", ""))
        with transaction():
            codes = factors.add_passkey(who, request.form.get("passkey", ""), name)
            done = sessions.proved(who, ProofWay.passkey) if codes is not None else None
        if codes is None:
            raise BadField(factors.NOT_REGISTERED, "name")
    except BadField as error:
        words = {"name": typed, "errors": {error.field: str(error)}, "usable": passkeys.usable(), "most": factors.NAME_MOST}
        return _page("auth/passkey.html", 422, **words)
    if done is not None:
        second_step.take(done)
    return show_codes(codes, _base(), url_for(".index"), f"パスキー「{name}」を登録しました。")


@blueprint.post("/passkeys/<num:id>/remove")
def remove_passkey(id: int) -> Response:
    """Take one away."""
    return _changed("パスキーを消しました。", lambda: factors.remove_passkey(current_user._get_current_object(), id))


@blueprint.post("/recovery-codes")
def recovery_codes() -> Response:
    """Make new recovery codes and show them, this once."""
    try:
        with transaction():
            codes = factors.renew_recovery_codes(current_user._get_current_object())
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for(".index"), 303)
    return show_codes(codes, _base(), url_for(".index"), "回復コードを作り直しました。前のコードは使えません。")


def _changed(told: str, change: Callable[[], None]) -> Response:
    try:
        with transaction():
            change()
    except Refused as error:
        flash(str(error), "error")
    else:
        flash(told, "success")
    return redirect(url_for(".index"), 303)


def _base() -> str:
    """The frame of the reader's own area."""
    return addresses.of_role(current_user.role).base


def _page(template: str, status: int = 200, /, **words: Any) -> Response:
    return make_response(render_template(template, base_template=_base(), **words), status)
