"""`/outcome/<token>` and `/outcome`: how many people an ended posting secured, answered from the mail without signing in.

The page shows numbers only. Opening it does nothing; a press of its buttons acts, once.
"""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from keynet_admin.errors import BadField, LinkDead, NotFound, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import OutcomeLink
from keynet_admin.office import figures
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import workflow
from keynet_admin.services.posting import outcome as outcomes
from keynet_admin.services.transaction import transaction
from keynet_admin.web.access import security_log
from keynet_admin.web.access.typed_code import CodePage
from keynet_admin.web.actor import unverified

blueprint = Blueprint("outcome", __name__, url_prefix="/outcome")
ENDS = {
    "answered": ("回答を受け付けました", "ご回答ありがとうございました。この募集の人数は、もう伺いません。"),
    "stopped": ("お尋ねを止めました", "この募集の人数は、もう伺いません。"),
}
_CODE = CodePage(
    name="posting_no",
    missing="募集番号を入力してください。例：KN-P-000012",
    wrong="募集番号とコードの組み合わせが見つかりません。メールにあるとおりに入力してください。",
    template="office/outcome_code.html",
    here="outcome.code",
    onward="outcome.question",
    token_of=outcomes.token_of_code,
)


@blueprint.route("/<token>", methods=("GET", "POST"))
def question(token: str) -> Response:
    """The question (GET), or its answer (POST): `nurse_center`, `save_the_town`, `other`, `reason`; `do=stop` asks no more."""
    try:
        link = outcomes.link_of(token)
    except NotFound as unknown:
        security_log.write("unknown_link")
        return _end("このアドレスは見つかりません", str(unknown), 404)
    except LinkDead as dead:
        return _end("このご案内は使えません", str(dead), 410)
    form = figures.read(link.posting, request.form if request.method == "POST" else {})
    if request.method != "POST":
        return _page(link, token, form)
    if problem := unverified():
        return _page(link, token, form, problem.status, notice=f"{problem.words}もう一度ボタンを押してください。")
    stop = request.form.get("do") == "stop"
    if not stop and not any(way.error for way in form.ways) and (request.form.get("do") == "count" or not form.seen):
        return _page(link, token, form)
    try:
        with transaction():
            link = outcomes.link_of(token)
            workflow.lock(link.posting)
            outcomes.link_of(token)
            if stop:
                outcomes.stop(link.posting, SYSTEM, seen_version=None)
            else:
                outcomes.answer(link.posting, SYSTEM, seen_version=None, figures=form.numbers(), reason=form.reason)
    except BadField as error:
        db.session.rollback()
        return _page(outcomes.link_of(token), token, form, 422, error=str(error), error_at=error.field)
    except (LinkDead, StaleVersion, TransitionRefused):
        return _end("このご案内は使えません", outcomes.DEAD, 410)
    return redirect(url_for("outcome.end", how="stopped" if stop else "answered"), 303)


@blueprint.route("/answered", defaults={"how": "answered"})
@blueprint.route("/stopped", defaults={"how": "stopped"})
def end(how: str) -> Response:
    """What was done."""
    return _end(*ENDS[how])


@blueprint.route("", methods=("GET", "POST"))
def code() -> Response:
    """Fields `posting_no` and `code`, for a mail that lost its link. A right pair leads to the question."""
    return _CODE.answer()


def _page(link: OutcomeLink, token: str, form: figures.Figures, status: int = 200, **why: str) -> Response:
    shown = {"notice": "", "error": "", "error_at": "", **why}
    return make_response(render_template("office/outcome.html", posting=link.posting, token=token, form=form, results={}, **shown), status)


def _end(heading: str, text: str, status: int = 200) -> Response:
    return make_response(render_template("office/outcome_end.html", heading=heading, text=text), status)
