"""`/alerts/`: new postings of a search by mail. Asking for it, confirming by the link of a mail, and the page of one alert.

As with `/my`, the token in the address is the one proof: no session, no cookie, no referrer, nothing kept by caches. GET changes nothing,
so that a mail program which follows links for its owner neither begins nor ends anything; the one POST without a page of ours before it
is the one-click stop of RFC 8058, made by a mail program with nothing but the address of the mail's header.
"""

import re
from urllib.parse import urlencode

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from keynet_admin.errors import BadField, TooMany
from keynet_admin.extensions import db
from keynet_admin.intake import signed_form
from keynet_admin.intake.apply import AGAIN
from keynet_admin.models import SearchAlert
from keynet_admin.services import rate_limit, settings
from keynet_admin.services.alert import keeping, searching, subscription
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AlertPace
from keynet_admin.web.access import security_log

blueprint = Blueprint("alert", __name__, url_prefix="/alerts")

NO_CONSENT = "個人情報の扱いを確かめて、同意の欄を選んでください。同意がないと、メールを送れません。"
ONE_CLICK = ("List-Unsubscribe", "One-Click")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@blueprint.route("/new", methods=("GET", "POST"))
def new() -> Response:
    """The form for the search in the query (GET); the confirmation mail (POST), the same for every address."""
    if request.method != "POST":
        return _form()
    search, key = _search(), request.form.get("form_key", "")
    key = key if _KEY.fullmatch(key) else drafts.new_key()
    began = signed_form.began_of(f"alert:{key}", request.form.get("stamp", ""))
    if began is None or signed_form.is_foreign() or signed_form.is_machine(began):
        return _form(key=key, began=began, notice=AGAIN, code=422)
    sent = redirect(url_for("alert.sent") + (f"?{search.query}" if search.query else ""), 303)
    if subscription.asked_with(key):
        return sent
    errors, address, pace = {}, "", AlertPace.daily
    try:
        address = subscription.address_of(request.form.get("email", ""))
    except BadField as bad:
        errors["email"] = str(bad)
    try:
        pace = subscription.pace_of(request.form.get("pace", ""))
    except BadField as bad:
        errors["pace"] = str(bad)
    if request.form.get("consent") != "1":
        errors["consent"] = NO_CONSENT
    if errors:
        return _form(key=key, began=began, errors=errors, code=422)
    try:
        with transaction():
            rate_limit.hit("alert", network=request.remote_addr or "", address=address)
        with transaction():
            subscription.ask(address, search.query, pace, form_key=key)
    except TooMany as many:
        db.session.rollback()
        page = _form(key=key, began=began, errors={"": str(many)}, code=429)
        page.headers["Retry-After"] = str(many.retry_after)
        return page
    except IntegrityError:  # the same was asked for at the same moment: that one's mail is on its way
        db.session.rollback()
    return sent


@blueprint.route("/sent")
def sent() -> Response:
    """What happens next, whoever asked."""
    hours = 24 * settings.get("alert_confirm_days")
    return make_response(render_template("intake/alert_sent.html", search=_search(), hours=hours))


@blueprint.route("/stopped")
def stopped() -> Response:
    """The last word: nothing is left."""
    return make_response(render_template("intake/alert_stopped.html"))


@blueprint.route("/<token>", methods=("GET", "POST"))
def page(token: str) -> Response:
    """The page of an alert (GET); confirm, change how often, prolong (POST, `do`)."""
    alert = _own(token)
    if request.method != "POST":
        return _page(alert, token)
    do = request.form.get("do", "")
    try:
        with transaction():
            if do == "confirm":
                subscription.confirm(alert.id)
            elif do == "change":
                subscription.change(alert.id, subscription.pace_of(request.form.get("pace", "")))
            elif do == "prolong":
                subscription.prolong(alert.id)
    except BadField as bad:
        return _page(_own(token), token, error=str(bad), code=422)
    done = do if do in ("confirm", "change", "prolong") else None
    return redirect(url_for("alert.page", token=token, done=done), 303)


@blueprint.route("/<token>/stop", methods=("GET", "POST"))
def stop(token: str) -> Response:
    """Ask (GET) and stop (POST); of a mail program's one click only the outcome counts, so it gets no redirect."""
    one_click = request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    alert = subscription.find(token)
    if alert is None and not one_click:
        alert = _own(token)
    if request.method != "POST":
        return make_response(render_template("intake/alert_stop.html", token=token, search=searching.read(alert.query if alert else "")))
    if alert is not None:
        with transaction():
            subscription.stop(alert.id)
    return stopped() if one_click else redirect(url_for("alert.stopped"), 303)


def _search() -> searching.AlertSearch:
    """The search of this request's query."""
    return searching.read(urlencode(list(request.args.items(multi=True)), errors="replace"))


def _own(token: str) -> SearchAlert:
    """The alert of this page; the one answer to every other token ends the request."""
    found = subscription.find(token)
    if found is None:
        security_log.write("unknown_link")
        abort(make_response(render_template("intake/alert_dead.html"), 404))
    return found


def _form(*, key: str = "", began: int | None = None, errors: dict[str, str] | None = None, notice: str = "", code: int = 200) -> Response:
    key = key or drafts.new_key()
    values = {
        "search": _search(),
        "paces": AlertPace,
        "email": request.form.get("email", "")[:300],
        "pace": request.form.get("pace", AlertPace.daily.value),
        "consent": request.form.get("consent") == "1",
        "form_key": key,
        "stamp": signed_form.stamp(f"alert:{key}", signed_form.now() if began is None else began),
        "errors": errors or {},
        "notice": notice,
        "days": settings.get("alert_keep_days"),
        "hours": 24 * settings.get("alert_confirm_days"),
    }
    return make_response(render_template("intake/alert_new.html", **values), code)


def _page(alert: SearchAlert, token: str, *, error: str = "", code: int = 200) -> Response:
    values = {
        "alert": alert,
        "token": token,
        "search": searching.read(alert.query),
        "paces": AlertPace,
        "ends": keeping.last_day(alert),
        "days": settings.get("alert_keep_days"),
        "done": request.args.get("done", ""),
        "error": error,
    }
    return make_response(render_template("intake/alert.html", **values), code)
