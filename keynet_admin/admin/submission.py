"""The operators' queue and case pages: `/admin/submission/`. Each decision is a confirmation page (GET) and an act (POST)."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin.admin.call import call_fields, code_page, reads
from keynet_admin.admin.case import page
from keynet_admin.admin.case.asked import in_words
from keynet_admin.admin.casework import correcting, returning, transferring
from keynet_admin.admin.casework.notes import RIGHTS as NOTE_RIGHTS
from keynet_admin.admin.casework.notes import CaseNotes
from keynet_admin.admin.queue_list import ONWARD, QueueList
from keynet_admin.admin.submission_file import RIGHTS as FILE_RIGHTS
from keynet_admin.admin.submission_file import FilePages
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import prefecture as prefecture_name
from keynet_admin.models import Submission
from keynet_admin.permissions import Permission
from keynet_admin.services import batch, workflow
from keynet_admin.services.business_days import explain
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.submission import acceptance, address, finding, follow_up, presence, proof, review, same_body
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import lists as queue
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.submission.casework import correction
from keynet_admin.services.support import transfer
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import TemplateUse
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.model_view import GuardedModelView

BATCH_WORDS = {batch.FILE: "同じファイルで届いた申請", batch.NETWORK: "同じ日に同じ回線から届いた申請"}


def _of_body(act: Callable[..., workflow.Outcome]) -> Callable[..., workflow.Outcome]:
    """A decision that is told the registered body, whose telephone number counts."""
    return lambda case, actor, **typed: act(case, actor, organization=acceptance.plan(case).organization, **typed)


def _read_link(_case: Submission, values: Mapping[str, str]) -> dict[str, str]:
    return {name: values.get(name, "") for name in ("other", "reason")}


class SubmissionView(DecisionPages, CaseNotes, FilePages, QueueList, GuardedModelView):
    """Queue, case and decisions."""

    permission = Permission.submission_read
    method_permissions = (
        {
            "take": Permission.submission_decide,
            "leave": Permission.submission_decide,
            "clear": Permission.submission_decide,
            "here": Permission.submission_read,
            "next": Permission.submission_read,
            "export_new": Permission.submission_read,
        }
        | FILE_RIGHTS
        | NOTE_RIGHTS
    )
    checks_token = frozenset(NOTE_RIGHTS)
    decides = Submission
    decisions = {
        "accept": Decision(
            acceptance.accept,
            read=lambda _case, values: {"account": values.get("account", "")},
            block="admin/_accept.html",
            fields="admin/_accept_fields.html",
            show=lambda case, _typed: _accept_shown(case),
        ),
        "call_back": Decision(
            _of_body(proof.call_back),
            read=reads(),
            block="admin/_call_back.html",
            fields="admin/_call_back_fields.html",
            show=lambda case, _typed: _call_shown(case),
        ),
        "ask_second": Decision(proof.ask_second),
        "return": Decision(
            returning.act,
            read=returning.read,
            block="admin/_return.html",
            show=returning.shown,
            edits=returning.edits,
        ),
        "correct": Decision(
            correcting.act,
            read=correcting.read,
            block="admin/_correct.html",
            fields="admin/_correct_fields.html",
            show=correcting.shown,
            edits=correcting.edits,
        ),
        "resend": Decision(follow_up.resend),
        "extend": Decision(follow_up.extend),
        "key_in": Decision(keyings.start_correction),
        "tell": Decision(follow_up.tell),
        "readdress": Decision(
            _of_body(address.readdress),
            read=reads("recipient", "reason"),
            fields="admin/_readdress_fields.html",
            show=lambda case, _typed: _call_shown(case) | address.shown_with(case),
        ),
        "read_code": Decision(
            _of_body(address.read_code),
            read=reads(),
            fields="admin/_read_code_fields.html",
            show=lambda case, _typed: _call_shown(case),
        ),
        "reject": Decision(review.reject, **returning.with_texts(TemplateUse.reject)),
        "set_aside": Decision(
            batch.set_aside,
            read=lambda _case, values: _batch_typed(values) | {"reason": values.get("reason", "")},
            block="admin/_batch.html",
            fields="admin/_batch_fields.html",
            show=lambda case, _typed: _batch_shown(case, aside=False),
            drives=True,
        ),
        "put_back": Decision(
            batch.put_back,
            read=lambda _case, values: _batch_typed(values),
            block="admin/_batch.html",
            fields="admin/_batch_fields.html",
            show=lambda case, _typed: _batch_shown(case, aside=True),
            drives=True,
        ),
        "link": Decision(same_body.link, read=_read_link, fields="admin/_link_fields.html"),
        "unlink": Decision(same_body.unlink, read=_read_link, fields="admin/_link_fields.html"),
        "reopen": Decision(review.reopen, block="admin/_reopen.html", show=lambda case, _typed: {"sent": review.mails_of(case)}),
        "withdraw": Decision(submissions.withdraw),
        "transfer": transferring.CASE,
    }
    back_label = "申請に戻る"

    @expose("/<num:id>/")
    def case(self, id: int) -> str:
        """One case: the form with its findings, the decision, who this is, and the history."""
        return self._page(self.row(id))

    @expose("/<num:id>/deadline")
    def deadline(self, id: int) -> str:
        """Every counted and skipped day of the promise."""
        case = self.row(id)
        counts = case.due_at is not None and case.waits_for_desk
        begun = queue.counted_from_of(case)
        pauses = case_clock.pauses_of(case) if case.is_undecided else []
        return self.render(
            "admin/deadline.html",
            case=case,
            begun=begun,
            steps=explain(begun) if counts else [],
            pauses=pauses,
            paused=case_clock.paused_words(case),
        )

    @expose("/<num:id>/take", methods=("POST",))
    def take(self, id: int) -> Response:
        """Begin the review and become the assignee."""
        return self._claimed(id, review.take)

    @expose("/<num:id>/leave", methods=("POST",))
    def leave(self, id: int) -> Response:
        """Let a claimed case go."""
        return self._claimed(id, review.leave)

    @expose("/<num:id>/here", methods=("POST",))
    def here(self, id: int) -> str:
        """The reader has the case open (`writing`: has begun to type). Answers with who else has, for the page that asked."""
        case, actor = self.row(id), current_actor()
        with transaction():
            presence.look(case, actor, writing=request.form.get("writing") == "1")
        return self.render("admin/_others.html", others=self.others_at(case))

    def others_at(self, case: Submission) -> list[presence.Present]:
        """The colleagues who have the case open."""
        return presence.others(case, current_actor())

    def _claimed(self, id: int, act: Callable[..., workflow.Outcome]) -> Response:
        version = workflow.version_of(request.form.get("version"))
        with transaction():
            act(case := self.row(id), current_actor(), seen_version=version)
        return redirect(self.list_url(case) if request.form.get("stay") else url_for(".case", id=id), 303)

    @expose("/<num:id>/clear", methods=("POST",))
    def clear(self, id: int) -> Response:
        """A warning is no problem here (`undo`: it is one after all), or the same one at each of several `path`s. Logged."""
        version, undo = workflow.version_of(request.form.get("version")), request.form.get("undo") == "1"
        rule, paths = request.form.get("rule", ""), list(dict.fromkeys(request.form.getlist("path"))) or [""]
        with transaction():
            case = self.row(id)
            for path in paths:
                finding.clear(case, rule, path, current_actor(), seen_version=version, undo=undo)
                version = case.version
        place = f"{in_words(paths[0])}{f' ほか{len(paths) - 1}か所' if len(paths) > 1 else ''}"
        flash(f"{rule}（{place}）を{'要確認に戻しました' if undo else '問題なしとして記録しました'}。", "panel")
        return redirect(url_for(".case", id=id), 303)

    @expose("/<num:id>/code")
    def code(self, id: int) -> Any:
        """The code that an operator reads out, for some minutes after it was made."""
        case = self.row(id)
        link = address.code_shown(case)
        if link is None:
            return redirect(url_for(".case", id=id))
        named = ("受付番号", case.receipt_no)
        return code_page(self, case, submissions.code_of(link), named, "/entry/code", made=link.created_at, good_until=link.expires_at)

    def named(self, row: Submission) -> tuple[str, str, str]:
        """The body in the question, prefecture and number above it, the number with the body in a message."""
        above = f"{prefecture_name(row.prefecture_code)}　受付番号 {row.receipt_no}"
        return row.org_name, above, f"{row.receipt_no}（{row.org_name}）"

    def trail(self, row: Submission) -> list[tuple[str, str]]:
        """Queue and case."""
        return [("申請の確認", self.list_url(row)), (row.receipt_no, url_for(".case", id=row.id))]

    def letters(self, row: Submission, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mail to the contact; those of an acceptance stand in its own block, each at its way."""
        if not move.mail or move.name == "accept":
            return []
        if move.name in ("resend", "extend"):
            return follow_up.letters(row, move.name)
        if move.name == "readdress":
            return address.letters(row, typed["recipient"])
        if move.name == "transfer":
            return transfer.case_letters(row, typed["to"], typed["reason"])
        if move.name == "correct":
            return correction.letters(row, typed["reason"], typed["result"])
        if "rows" in typed:
            return review.letters(row, move.name, typed["reason"], returning.items_of(typed["rows"]), resumes=typed["clock"] == "resume")
        return review.letters(row, move.name, typed["reason"])

    def decide(self, id: int, name: str) -> Any:
        """The page of a decision, or the decision; what comes next is asked of the list."""
        self.remember_place(id, name)
        return super().decide(id, name)

    def onward(self, row: Submission, name: str, outcome: workflow.Outcome) -> str:
        """After a decision the next case of the list opens; the list when that was the last one."""
        if name == "read_code":
            return url_for(".code", id=row.id)
        if name == "key_in":
            return url_for("admin_keying.edit", id=outcome.made.id)
        # Whoever came from another page goes back there.
        return self.onward_url(*g.walked) if name in ONWARD and not self.back() else url_for(".case", id=row.id)

    def _page(self, case: Submission) -> str:
        shown = page.shown(case, current_actor(), every=request.args.get("all") == "1")
        return self.render("admin/case.html", batch_words=BATCH_WORDS, neighbours=self.neighbours(case), **shown)


def _accept_shown(case: Submission) -> dict[str, Any]:
    plan = acceptance.plan(case)
    found, actor = acceptance.proof_of(case, plan), current_actor()
    missing = {way.account: acceptance.proof_of(case, plan, way).missing(actor) for way in plan.ways if not way.refused}
    shown: dict[str, Any] = {"plan": plan, "checks": found.checks(), "missing": missing, "asked": bool(found.asked)}
    if plan.refused:
        return shown | {"blocked": f"承認できません。{plan.refused}", "instead": (url_for(".return_", id=case.id), "差し戻す")}
    if all(missing.values()):
        return shown | {"blocked": f"まだ承認できません。{next(iter(missing.values()))}"}
    if len(plan.ways) > 1:
        shown["text"] = (
            f"{plan.org_name}には、すでにアカウントがあります。申請のアドレスは別の方のものです。どちらかを選んでください。まだ何も変わっていません。"
        )
    return shown


def _call_shown(case: Submission) -> dict[str, Any]:
    """What the operator reads while on the telephone: the public record, and what the body is to confirm."""
    revision = submissions.current_revision(case)
    return {
        "document": submissions.whole(revision),
        "email": proof.address_for_account(revision),
        "website": reference.website_of(case.lg_code),
        "registered": proof.registered_phone(acceptance.plan(case).organization),
        **call_fields(case),
    }


def _batch_typed(values: Any) -> dict[str, Any]:
    """Which cases are meant, and the last event that the page had seen (0 where it does not say: then only the page's own case is)."""
    until = values.get("until", "")
    return {"scope": values.get("scope", ""), "until": int(until) if until.isascii() and until.isdigit() and len(until) < 16 else 0}


def _batch_shown(case: Submission, *, aside: bool) -> dict[str, Any]:
    found = batch.batches_of(case, aside=aside)
    shown: dict[str, Any] = {"batches": found, "batch_words": BATCH_WORDS, "until": batch.seen_now()}
    return shown if found else shown | {"blocked": "まとめて届いた申請が、ほかにありません。この申請だけを却下してください。"}
