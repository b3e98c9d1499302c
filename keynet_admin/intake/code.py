"""`/entry/code`: the way back to a returned form for those whose mail lost its link, or who were told the code by telephone."""

import unicodedata

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from keynet_admin.services import counter
from keynet_admin.services.account import rate_limit
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import unverified

TYPED = "code_typed"
NO_NAME = "受付番号かメールアドレスを入力してください。例：KN-210507-0001"
NO_CODE = "コードを入力してください。例：7K4M-2QXH-9T6P"
WRONG = "受付番号（またはメールアドレス）とコードの組み合わせが見つかりません。ご案内にあるとおりに入力してください。"


def type_code() -> Response:
    """Fields `receipt_no` (the number, or the contact's mail address) and `code`. A right pair leads to the form that was sent before."""
    if request.method == "POST":
        return _typed()
    typed = session.get(TYPED, {}) if "asked" in request.args else {}
    late = "late" in typed
    errors = (
        {} if not typed or late else {"receipt_no": NO_NAME} if not typed["receipt_no"] else {"code": WRONG if typed["code"] else NO_CODE}
    )
    page = render_template("intake/code.html", receipt_no=typed.get("receipt_no", ""), code=typed.get("code", ""), errors=errors, late=late)
    return make_response(page, 422 if errors else 200)


def _typed() -> Response:
    named = unicodedata.normalize("NFKC", request.form.get("receipt_no", "")).strip()[:254]
    named, code = counter.typed(named) or named, request.form.get("code", "").strip()[:60]
    late = unverified()
    if named and code and not late:
        with transaction():
            rate_limit.hit("reentry", address=named, network=request.remote_addr or "")
        token = submissions.token_of_code(named, code)
        if token is not None:
            session.pop(TYPED, None)
            return redirect(url_for("intake.reentry", token=token), 303)
        security_log.write("code_failed")
    session[TYPED] = {"receipt_no": named, "code": code} | ({"late": True} if late else {})
    return redirect(url_for("intake.type_code", asked=1), 303)
