"""`/entry/status`: what became of a form, by receipt number and mail address. The same answer for every kind of mismatch."""

import unicodedata

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from keynet_admin.services import counter
from keynet_admin.services.account import rate_limit
from keynet_admin.services.submission import acceptance
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import SubmissionStatus
from keynet_admin.web.access import security_log

ASKED = "status_asked"
NOT_FOUND = "受付番号とメールアドレスの組み合わせが見つかりません。受付のメールに書かれた番号と、申請したときのアドレスをご確認ください。"


def status() -> Response:
    """Ask (POST, answered with a redirect) and answer (GET): what was asked is kept in the sender's session, never in an address."""
    if request.method == "POST":
        return _ask()
    asked = session.get(ASKED, {}) if "asked" in request.args else {}
    receipt_no, email = asked.get("receipt_no", ""), asked.get("email", "")
    errors, answer = {}, None
    if asked and not receipt_no:
        errors["receipt_no"] = "受付番号を入力してください。例：KN-210507-0001"
    if asked and not email:
        errors["email"] = "申請したときのメールアドレスを入力してください。"
    if asked and not errors:
        answer = submissions.status_of(receipt_no, email)
        if answer is None:
            security_log.write("status_failed")
            errors["receipt_no"] = NOT_FOUND
    accepted = (
        acceptance.answer_of(answer.submission) if answer is not None and answer.submission.status is SubmissionStatus.accepted else None
    )
    page = render_template("intake/status.html", receipt_no=receipt_no, email=email, answer=answer, accepted=accepted, errors=errors)
    return make_response(page, 422 if errors else 200)


def _ask() -> Response:
    receipt_no = unicodedata.normalize("NFKC", request.form.get("receipt_no", "")).strip().upper()[:20]
    email = unicodedata.normalize("NFKC", request.form.get("email", "")).strip()[:254]
    if receipt_no and email:
        with transaction():
            rate_limit.hit("status", address=email, network=request.remote_addr or "")
    session[ASKED] = {"receipt_no": counter.typed(receipt_no) or receipt_no, "email": email}
    return redirect(url_for("intake.status", asked=1), 303)
