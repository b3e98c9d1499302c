"""`/entry/status`: what became of a form, by receipt number and mail address. The same answer for every kind of mismatch."""

import unicodedata

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from keynet_admin.services import counter
from keynet_admin.services.account import rate_limit
from keynet_admin.services.submission import acceptance
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import SubmissionStatus

NOT_FOUND = "受付番号とメールアドレスの組み合わせが見つかりません。受付のメールに書かれた番号と、申請したときのアドレスをご確認ください。"


def status() -> Response:
    """Ask (GET) and answer (POST)."""
    if request.method != "POST":
        return make_response(render_template("intake/status.html", receipt_no="", email="", answer=None, errors={}))
    receipt_no = unicodedata.normalize("NFKC", request.form.get("receipt_no", "")).strip().upper()[:20]
    receipt_no = counter.typed(receipt_no) or receipt_no
    email = unicodedata.normalize("NFKC", request.form.get("email", "")).strip()[:254]
    errors = {}
    if not receipt_no:
        errors["receipt_no"] = "受付番号を入力してください。例：KN-210507-0001"
    if not email:
        errors["email"] = "申請したときのメールアドレスを入力してください。"
    answer = None
    if not errors:
        with transaction():
            rate_limit.hit("status", address=email, network=request.remote_addr or "")
        answer = submissions.status_of(receipt_no, email)
        if answer is None:
            errors["receipt_no"] = NOT_FOUND
    accepted = (
        acceptance.answer_of(answer.submission) if answer is not None and answer.submission.status is SubmissionStatus.accepted else None
    )
    page = render_template("intake/status.html", receipt_no=receipt_no, email=email, answer=answer, accepted=accepted, errors=errors)
    return make_response(page, 422 if errors else 200)
