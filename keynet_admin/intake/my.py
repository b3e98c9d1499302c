"""`/my`: the page of one application or inquiry for the person who sent it, by the link of a mail or by number and code.

The token in the address is the one proof. No session is opened and no cookie set; whoever cannot name the token can forge no post, and
whoever can needs none. GET changes nothing. Addresses are told to nobody (no referrer) and kept by nobody (`no-store`, noindex).
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from keynet_admin import clock
from keynet_admin.catalogue import PEOPLE
from keynet_admin.catalogue.fields.applicant import asked_for
from keynet_admin.errors import BadField, BadVersion, Refused, StaleVersion, TooLarge, TooMany, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.intake.apply import begin_from, form_values
from keynet_admin.models import Candidate
from keynet_admin.permissions import candidate_of
from keynet_admin.rules import Level, Result, evaluate_person
from keynet_admin.services import counter, rate_limit, workflow
from keynet_admin.services.account import tokens
from keynet_admin.services.candidate import access, erase, own_page, promises, retention
from keynet_admin.services.candidate import intake as candidates
from keynet_admin.services.listing import card
from keynet_admin.services.posting import revisions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus
from keynet_admin.web import form_reader
from keynet_admin.web.access import security_log

blueprint = Blueprint("my", __name__, url_prefix="/my")

NO_NUMBER = "番号を入力してください。例：KN-A-000412"
NO_CODE = "コードを入力してください。例：7K4M-2QXH-9T6P"
WRONG = "番号とコードの組み合わせが見つかりません。メールにあるとおりに入力してください。"
UNSURE = "元に戻せないことを確かめて、確認の欄を選んでください。"
CHANGED = "別の画面で、先に内容が直されています。この画面の内容は、まだ保存していません。もう一度押すと、この画面の内容に置き換わります。"
TOO_LATE = "画面の情報が足りませんでした。まだ何も行っていません。もう一度ボタンを押してください。"


@blueprint.route("", methods=("GET", "POST"))
def enter() -> Response:
    """Fields `candidate_no` and `code`. A right pair leads to the page at its own address; all wrong ones get one answer."""
    if request.method != "POST":
        return make_response(render_template("intake/my_enter.html", errors={}, erased="erased" in request.args))
    typed = unicodedata.normalize("NFKC", request.form.get("candidate_no", "")).strip()[:40]
    number, code = counter.typed(typed) or typed, request.form.get("code", "").strip()[:60]
    status, headers = 422, {}
    errors = {"candidate_no": "" if number else NO_NUMBER, "code": "" if code else NO_CODE}
    if number and code:
        try:
            with transaction():
                rate_limit.hit("own_page", address=number, network=request.remote_addr or "")
        except TooMany as many:
            errors, status, headers = {"": str(many)}, 429, {"Retry-After": str(many.retry_after)}
        else:
            found = own_page.by_code(number, code)
            if found is not None:
                return redirect(url_for("my.page", token=access.token(found)), 303)
            security_log.write("code_failed")
            errors["code"] = WRONG
    errors = {name: words for name, words in errors.items() if words}
    page = render_template("intake/my_enter.html", errors=errors, candidate_no=number, code=code)
    return make_response(page, status, headers)


@blueprint.route("/<token>", methods=("GET", "POST"))
def page(token: str) -> Response:
    """The page (GET); a message to the municipality, or that its messages have been read (POST)."""
    candidate = _own(token)
    if request.method != "POST":
        return _page(candidate, token)
    text, seen = request.form.get("text", ""), _number(request.form.get("seen"))
    try:
        if request.form.get("do") == "apply" and own_page.may_apply(candidate):
            return begin_from(candidate)
        if request.form.get("do") == "read":
            with transaction():
                own_page.read(_own(token), seen)
        else:
            with transaction():
                rate_limit.hit("message", address=candidate.candidate_no, network=request.remote_addr or "")
            with transaction():
                own_page.write(_own(token), text, seen)
    except (BadField, Refused, TooLarge, TooMany) as refused:
        db.session.rollback()
        answer = _page(_own(token), token, text=text, error=str(refused))
        answer.status_code = 429 if isinstance(refused, TooMany) else 422 if isinstance(refused, BadField) else 409
        if isinstance(refused, TooMany):
            answer.headers["Retry-After"] = str(refused.retry_after)
        return answer
    return redirect(url_for("my.page", token=token) + "#reply", 303)


@blueprint.route("/<token>/withdraw", methods=("GET", "POST"), defaults={"what": "withdraw"})
@blueprint.route("/<token>/accept", methods=("GET", "POST"), defaults={"what": "accept"})
@blueprint.route("/<token>/delete", methods=("GET", "POST"), defaults={"what": "delete"})
def decide(token: str, what: str) -> Response:
    """What will happen (GET), and the doing of it (POST): withdraw or decline, accept an offer, have all data deleted."""
    post = request.method == "POST"
    if post and what == "delete" and own_page.find(token) is None and _is_key(token, request.form.get("form_key", "")):
        return redirect(url_for("my.enter", erased=1), 303)  # this very form was ours: its first press has done it
    candidate = _own(token)
    if not post:
        return _decision(candidate, token, what)
    text = request.form.get("text", "")
    if what == "delete" and request.form.get("sure") != "1":
        return _decision(candidate, token, what, error=UNSURE, code=422)
    try:
        version = workflow.version_of(request.form.get("version"))
        with transaction():
            candidate = _own(token)
            if what == "delete":
                erase.erase(candidate, candidate_of(candidate.id), seen_version=version)
            else:
                (own_page.accept if what == "accept" else own_page.withdraw)(candidate, text, seen_version=version)
    except BadVersion:
        return _again(token, what, text, notice=TOO_LATE, code=400)
    except BadField as error:
        return _again(token, what, text, error=str(error), code=422)
    except StaleVersion as stale:
        return _again(token, what, text, stale=stale, code=409)
    except (TransitionRefused, Refused):
        return _again(token, what, text, code=409)
    return redirect(url_for("my.enter", erased=1) if what == "delete" else url_for("my.page", token=token), 303)


@blueprint.route("/<token>/edit", methods=("GET", "POST"))
def edit(token: str) -> Response:
    """Correct what was sent, until the municipality opens it: the form of the application, filled in."""
    candidate = _own(token)
    revision = revisions.revision_of(candidate.posting, candidate.posting_revision)
    posting = revision.normalized if revision is not None else {}
    fields = asked_for(PEOPLE["applicant"], posting)
    if request.method != "POST" or candidate.is_inquiry:
        return _edit(candidate, token, posting, candidate.typed)
    typed = form_reader.read_record(request.form, fields) | {"consent": candidate.typed.get("consent")}
    result = evaluate_person("applicant", typed, posting, on=clock.today())
    if result.at(Level.ERROR):
        return _edit(candidate, token, posting, typed, result, code=422)
    content, findings = result.normalized["applicant"], [found.as_json() for found in result.findings]
    try:
        version = workflow.version_of(request.form.get("version"))
        with transaction():
            rate_limit.hit("message", address=candidate.candidate_no, network=request.remote_addr or "")
        with transaction():
            candidates.amend(_own(token), content, typed=typed, findings=findings, seen_version=version)
    except (BadVersion, StaleVersion, TransitionRefused, TooMany) as refused:
        db.session.rollback()
        code = 400 if isinstance(refused, BadVersion) else 429 if isinstance(refused, TooMany) else 409
        notice = TOO_LATE if code == 400 else str(refused) if code == 429 else "" if _own(token).seen_at else CHANGED
        return _edit(_own(token), token, posting, typed, notice=notice, code=code)
    return redirect(url_for("my.page", token=token), 303)


def _edit(
    candidate: Candidate,
    token: str,
    posting: Mapping[str, Any],
    typed: Mapping[str, Any],
    result: Result | None = None,
    *,
    notice: str = "",
    code: int = 200,
) -> Response:
    org = own_page.office(candidate)
    page = render_template(
        "intake/my_edit.html",
        token=token,
        candidate=candidate,
        org=org,
        visit={"inquiry": False, "org_name": org},
        offered=own_page.may(candidate, "amend"),
        shown=request.method == "POST" or own_page.may(candidate, "amend"),
        notice=notice,
        **form_values("applicant", typed, posting, result),
    )
    return make_response(page, code)


def _own(token: str) -> Candidate:
    """The candidate of this page; the one answer to every other token ends the request."""
    found = own_page.find(token)
    if found is None:
        security_log.write("unknown_link")
        abort(make_response(render_template("intake/my_dead.html"), 404))
    return found


def _page(candidate: Candidate, token: str, *, text: str = "", error: str = "") -> Response:
    before = _number(request.args.get("before")) or None
    messages, older = own_page.messages(candidate, before)
    points = promises.touch_points(candidate)
    values: dict[str, Any] = {
        "token": token,
        "candidate": candidate,
        "org": own_page.office(candidate),
        "months": retention.months(),
        "points": points,
        "steps": own_page.STEPS,
        "standing": own_page.standing(candidate, points),
        "interview": own_page.interview(candidate),
        "accepted": own_page.accepted_at(candidate),
        "contact": own_page.contact(candidate),
        "kept_until": own_page.kept_until(candidate),
        "may": {action: own_page.may(candidate, action) for action in ("amend", "withdraw", "accept_offer")},
        "may_apply": own_page.may_apply(candidate),
        "thread": messages,
        "older": older,
        "before": before,
        "similar": own_page.similar(candidate),
        "facts": card,
        "text": text,
        "error": error,
    }
    return make_response(render_template("intake/my.html", **values))


def _decision(candidate: Candidate, token: str, what: str, *, code: int = 200, **why: Any) -> Response:
    accepted = own_page.accepted_at(candidate)
    step = "accept_offer" if what == "accept" else "decline_offer" if candidate.status is CandidateStatus.offered else "withdraw"
    values: dict[str, Any] = {
        "token": token,
        "candidate": candidate,
        "org": own_page.office(candidate),
        "months": retention.months(),
        "what": what,
        "step": step,
        "key": _key(token),
        "offered": what == "delete" or (own_page.may(candidate, step) and not (what == "accept" and accepted)),
        "accepted": accepted,
        "interview": own_page.interview(candidate),
        "contact": own_page.masked(candidate.email),
        "text": "",
        "error": "",
        "notice": "",
        "stale": None,
    }
    return make_response(render_template("intake/my_decide.html", **values | why), code)


def _again(token: str, what: str, text: str, *, code: int, **why: Any) -> Response:
    db.session.rollback()
    return _decision(_own(token), token, what, text=text, code=code, **why)


def _key(token: str) -> str:
    """What shows that a deletion was asked for on a page of ours, once nothing else of the person is left."""
    return tokens.seal(f"erase {token}")


def _is_key(token: str, text: str) -> bool:
    return tokens.is_seal(f"erase {token}", text)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
