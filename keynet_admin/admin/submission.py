"""The operators' queue and case pages: `/admin/submission/`. Each decision is a confirmation page (GET) and an act (POST)."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin.admin.queue_list import QueueList
from keynet_admin.admin.submission_file import RIGHTS as FILE_RIGHTS
from keynet_admin.admin.submission_file import FilePages
from keynet_admin.catalogue import MAX_POSTINGS, SECTIONS, label_at
from keynet_admin.catalogue.difference import changes
from keynet_admin.errors import ReasonMissing, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Submission
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services import workflow
from keynet_admin.services.business_days import explain
from keynet_admin.services.submission import finding, review
from keynet_admin.services.submission import identity as sender
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import lists as queue
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import SubmissionStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.model_view import GuardedModelView

# What is mailed after an acceptance, by the account it uses (`review.Plan.account`).
SENT = {
    "new": "初回ログインのご案内をメールで送ります。",
    "further": "追加のアカウントの初回ログインのご案内をメールで送ります。",
    "invite_again": "初回ログインのご案内をメールで送り直します。",
    "existing": "募集情報が加わったことをメールでお知らせします。",
    "none": "アカウントは発行していません。この団体のいまのアカウントへ、募集情報が加わったことをお知らせします。",
}


class SubmissionView(FilePages, QueueList, GuardedModelView):
    """Queue, case and decisions."""

    permission = Permission.submission_read
    method_permissions = {
        "take": Permission.submission_decide,
        "clear": Permission.submission_decide,
        "accept": Permission.submission_decide,
        "return_": Permission.submission_decide,
        "reject": Permission.submission_decide,
        "reopen": Permission.submission_decide,
        "withdraw": Permission.submission_withdraw,
    } | FILE_RIGHTS

    @expose("/next")
    def next(self) -> Response:
        """The case with the nearest deadline, or the queue when none waits."""
        case = queue.next_case(current_actor())
        return redirect(url_for(".case", id=case.id) if case is not None else url_for(".index"))

    @expose("/<num:id>/")
    def case(self, id: int) -> str:
        """One case: the form with its findings, the decision, who this is, and the history."""
        return self._page(_get(id))

    @expose("/<num:id>/deadline")
    def deadline(self, id: int) -> str:
        """Every counted and skipped day of the promise."""
        case = _get(id)
        return self.render("admin/deadline.html", case=case, row=queue.line(case), steps=explain(case.received_at))

    @expose("/<num:id>/take", methods=("POST",))
    def take(self, id: int) -> Response:
        """Begin the review and become the assignee."""
        version = workflow.version_of(request.form.get("version"))
        with transaction():
            review.take(_get(id), current_actor(), seen_version=version)
        return redirect(url_for(".case", id=id), 303)

    @expose("/<num:id>/clear", methods=("POST",))
    def clear(self, id: int) -> Response:
        """A warning is no problem here (`undo`: it is one after all). Logged."""
        version, undo = workflow.version_of(request.form.get("version")), request.form.get("undo") == "1"
        rule, path = request.form.get("rule", ""), request.form.get("path", "")
        with transaction():
            finding.clear(_get(id), rule, path, current_actor(), seen_version=version, undo=undo)
        flash(f"{rule}（{label_at(path)}）を{'要確認に戻しました' if undo else '問題なしとして記録しました'}。", "success")
        return redirect(f"{url_for('.case', id=id)}#h-decide", 303)

    @expose("/<num:id>/accept", methods=("GET", "POST"))
    def accept(self, id: int) -> Any:
        """Confirm what an acceptance will do, then do it."""
        case = _get(id)
        further = request.values.get("further_account") == "1"
        if request.method != "POST":
            return self._accept_page(case, further)
        version = workflow.version_of(request.form.get("version"))
        try:
            with transaction():
                kind = review.plan(case, further_account=further).account
                review.accept(case, current_actor(), seen_version=version, further_account=further)
        except Refused as refusal:
            return self._accept_page(_get(id), further, str(refusal)), 409
        return self._onward(id, f"承認しました。{SENT[kind]}")

    @expose("/<num:id>/return", methods=("GET", "POST"))
    def return_(self, id: int) -> Any:
        """Mark the fields to be re-entered, each with its words, and send the case back."""
        case = _get(id)
        if request.method != "POST":
            return self._return_page(case, _proposed(case, request.args.getlist("item")), "")
        version = workflow.version_of(request.form.get("version"))
        rows, message = _marked(request.form), request.form.get("reason", "")
        if request.form.get("do") == "add":
            rows.append({"path": request.form.get("add_path", ""), "rule": "", "message": "", "on": "1"})
            return self._return_page(case, [r for r in rows if r["path"]], message)
        try:
            with transaction():
                review.return_(case, current_actor(), seen_version=version, message=message, items=[r for r in rows if r["on"]])
        except ReasonMissing as missing:
            return self._return_page(_get(id), rows, message, str(missing)), 422
        return self._onward(id, "差し戻しました。再入力のご案内をメールで送ります。")

    @expose("/<num:id>/reject", methods=("GET", "POST"))
    def reject(self, id: int) -> Any:
        """Refuse for good, with a reason that is mailed."""
        return self._reasoned(id, "reject", review.reject, "却下しました。理由をメールで送ります。")

    @expose("/<num:id>/reopen", methods=("GET", "POST"))
    def reopen(self, id: int) -> Any:
        """Take a decided case up again."""
        return self._reasoned(id, "reopen", review.reopen, "確認を再開しました。", onward=False)

    @expose("/<num:id>/withdraw", methods=("GET", "POST"))
    def withdraw(self, id: int) -> Any:
        """Withdraw at the sender's wish."""
        return self._reasoned(id, "withdraw", submissions.withdraw, "取下げとして記録しました。", onward=False)

    def _reasoned(self, id: int, action: str, act: Any, done: str, *, onward: bool = True) -> Any:
        case = _get(id)
        if request.method != "POST":
            return self._reason_page(case, action, "")
        version, reason = workflow.version_of(request.form.get("version")), request.form.get("reason", "")
        try:
            with transaction():
                act(case, current_actor(), seen_version=version, reason=reason)
        except ReasonMissing as missing:
            return self._reason_page(_get(id), action, reason, str(missing)), 422
        if onward:
            return self._onward(id, done)
        flash(done, "success")
        return redirect(url_for(".case", id=id), 303)

    def _onward(self, id: int, done: str) -> Response:
        """After a decision the next case opens; the queue only when none waits."""
        case = _get(id)
        flash(f"{case.receipt_no}（{case.org_name}）を{done}", "success")
        following = queue.next_case(current_actor())
        return redirect(url_for(".case", id=following.id) if following is not None else url_for(".index"), 303)

    def _page(self, case: Submission) -> str:
        revision = submissions.current_revision(case)
        before = submissions.revision_of(case, case.current - 1) if case.current > 1 else None
        document = submissions.whole(revision)
        previous = submissions.whole(before) if before is not None else None
        actor, (earlier, others), plan = current_actor(), queue.other_cases(case), review.plan(case)
        accounts = plan.organization.accounts if plan.organization is not None else []
        return self.render(
            "admin/case.html",
            case=case,
            row=queue.line(case),
            revision=revision,
            document=document,
            previous=previous,
            changed=changes(previous, document) if previous is not None else [],
            findings=submissions.findings_of(revision),
            plan=plan,
            allowed=workflow.allowed(case, actor),
            neighbours=queue.neighbours(case, actor),
            earlier=earlier,
            entries=history.of_submission(case),
            signs=sender.signs(case, document.get("contact") or {}, others, len(accounts)),
            returned=_open_return(case),
            marks_of=finding.rows_of(revision),
            every=request.args.get("all") == "1",
            actor=actor,
        )

    def _accept_page(self, case: Submission, further: bool, error: str = "") -> str:
        if case.status is SubmissionStatus.accepted and not error:
            flash("この申請は承認済みです。", "info")
        plan = review.plan(case, further_account=further)
        return self.render(
            "admin/accept.html",
            case=case,
            plan=plan,
            letter=review.letter(case, plan),
            further=further,
            error=error or plan.refused,
            allowed=workflow.allowed(case, current_actor()),
        )

    def _return_page(self, case: Submission, rows: list[dict[str, str]], message: str, error: str = "") -> str:
        revision = submissions.current_revision(case)
        return self.render(
            "admin/return.html",
            case=case,
            rows=[row | {"label": label_at(row["path"])} for row in rows],
            message=message,
            error=error,
            paths=_paths(submissions.whole(revision)),
            allowed=workflow.allowed(case, current_actor()),
        )

    def _reason_page(self, case: Submission, action: str, reason: str, error: str = "") -> str:
        return self.render(
            "admin/reason.html", case=case, action=action, reason=reason, error=error, allowed=workflow.allowed(case, current_actor())
        )


def _get(id: int) -> Submission:
    """The case, as far as the actor may see it, else 404."""
    case = db.session.execute(Submission.visible_to(current_actor()).where(Submission.id == id)).scalar_one_or_none()
    return case if case is not None else abort(404)


def _open_return(case: Submission) -> Any:
    """The last return while the municipality has the case."""
    if case.status is not SubmissionStatus.returned:
        return None
    returns = [r for r in review.reviews_of(case) if r.action.value == "return"]
    return returns[-1] if returns else None


def _proposed(case: Submission, ticked: list[str]) -> list[dict[str, str]]:
    """The return as it writes itself: one row per finding at its field; those that must be fixed (or were ticked) are marked."""
    rows: list[dict[str, str]] = []
    for found in submissions.findings_of(submissions.current_revision(case)):
        if found.level is Level.FIX:
            continue
        on = f"{found.rule}@{found.path}" in ticked if ticked else found.level is Level.ERROR
        message = found.message + (f"（記入例：{found.example}）" if found.example else "")
        rows.append({"path": found.path, "rule": found.rule, "message": message, "on": "1" if on else ""})
    return rows


def _marked(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of the posted return form, in their order (at most 200)."""
    rows: list[dict[str, str]] = []
    for index in range(200):
        path = form.get(f"items-{index}-path")
        if path is None:
            break
        if label_at(path) == path and "." not in path:
            continue
        rows.append(
            {
                "path": path[:120],
                "rule": form.get(f"items-{index}-rule", "")[:20],
                "message": form.get(f"items-{index}-message", "")[:1000],
                "on": form.get(f"items-{index}-on", ""),
            }
        )
    return rows


def _paths(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every place of the form that may be marked by hand, with its label."""
    found: list[tuple[str, str]] = []
    postings = document.get("postings")
    for section, fields in SECTIONS.items():
        if section == "postings":
            for index in range(min(len(postings) if isinstance(postings, list) else 0, MAX_POSTINGS)):
                found += [(f"postings.{index}.{field.name}", label_at(f"postings.{index}.{field.name}")) for field in fields]
        elif section != "confirmation":
            found += [(f"{section}.{field.name}", field.label) for field in fields]
    return found
