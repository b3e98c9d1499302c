"""`/entry/status`: what became of a form, by receipt number and mail address; with the code of the receipt the whole form as sent.

The same answer for every kind of mismatch.
"""

import time
import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from keynet_admin.services import counter, rate_limit
from keynet_admin.services.submission import acceptance, copies
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import SubmissionStatus
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import unverified
from keynet_admin.web.file_pages import workbook

WRONG_CODE = "コードが違います。受付のメールに書かれたコードをご確認ください。わからないときは、下のボタンでメールに送れます。"
ASKED = "status_asked"
OPEN_SECONDS = 1800
NOT_FOUND = "受付番号とメールアドレスの組み合わせが見つかりません。受付のメールに書かれた番号と、申請したときのアドレスをご確認ください。"


def status() -> Response:
    """Ask (POST, answered with a redirect) and answer (GET): what was asked is kept in the sender's session, never in an address."""
    if request.method == "POST":
        return _ask()
    asked = session.get(ASKED, {}) if "asked" in request.args else {}
    receipt_no, email, note = asked.get("receipt_no", ""), asked.get("email", ""), asked.get("note", "")
    errors, answer = {}, None
    if asked and not receipt_no:
        errors["receipt_no"] = "受付番号を入力してください。例：KN-210507-0001"
    if asked and not email:
        errors["email"] = "申請したときのメールアドレスを入力してください。"
    if asked and not errors and note != "late":
        answer = copies.status_of(receipt_no, email)
        if answer is None:
            errors["receipt_no"] = NOT_FOUND
        elif note == "wrong":
            errors["code"] = WRONG_CODE
    accepted = (
        acceptance.answer_of(answer.submission) if answer is not None and answer.submission.status is SubmissionStatus.accepted else None
    )
    revision = submissions.current_revision(answer.submission) if answer is not None and _is_open(asked) else None
    page = render_template(
        "intake/status.html",
        receipt_no=receipt_no,
        email=email,
        answer=answer,
        accepted=accepted,
        errors=errors,
        note=note,
        revision=revision,
        sent=submissions.whole(revision) if revision is not None else None,
    )
    return make_response(page, 422 if errors else 200)


def status_file() -> Response:
    """The copy as a workbook, for whoever has just typed the code."""
    asked = session.get(ASKED, {})
    answer = copies.status_of(asked["receipt_no"], asked["email"]) if _is_open(asked) else None
    if answer is None:
        return redirect(url_for("intake.status"))
    return workbook(copies.file_of(submissions.current_revision(answer.submission)), answer.submission.receipt_no)


def _is_open(asked: Mapping[str, Any]) -> bool:
    """Whether the code was typed in this session, less than half an hour ago (real time)."""
    return 0 <= time.time() - asked.get("opened", -OPEN_SECONDS) < OPEN_SECONDS


def _ask() -> Response:
    receipt_no = unicodedata.normalize("NFKC", request.form.get("receipt_no", "")).strip().upper()[:20]
    email = unicodedata.normalize("NFKC", request.form.get("email", "")).strip()[:254]
    code, wants_mail = request.form.get("code", "").strip(), request.form.get("do") == "code"
    asked = {"receipt_no": counter.typed(receipt_no) or receipt_no, "email": email}
    session[ASKED] = asked
    if unverified():
        asked["note"] = "late"
    elif receipt_no and email:
        network = request.remote_addr or ""
        with transaction():
            rate_limit.hit("status", address=email, network=network)
            if code or wants_mail:
                rate_limit.hit("forgot" if wants_mail else "code", address=f"copy {asked['receipt_no']}", network=network)
        found = copies.status_of(asked["receipt_no"], email)
        if found is None:
            security_log.write("status_failed")
        elif wants_mail:
            with transaction():
                copies.send_code(found.submission)
            asked["note"] = "mailed"
        elif code and copies.is_code(found.submission, code):
            session[ASKED] = asked | {"opened": int(time.time())}
        elif code:
            security_log.write("status_failed")
            asked["note"] = "wrong"
    return redirect(url_for("intake.status", asked=1), 303)
