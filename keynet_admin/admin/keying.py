"""Phone and paper intake: `/admin/submission/new/`. Keyed in, key fields keyed again, differences settled, sent into the queue."""

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_admin import expose
from sqlalchemy.orm import defer, joinedload

from keynet_admin import clock
from keynet_admin.catalogue import SECTION_LABELS, field_at, label_at
from keynet_admin.errors import Refused, StaleVersion
from keynet_admin.extensions import db
from keynet_admin.models import Account, Keying
from keynet_admin.permissions import Permission
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import Reasons, with_reasons
from keynet_admin.rules.engine.reasons import stored as reasons_stored
from keynet_admin.rules.engine.rule import Finding, Level, Result
from keynet_admin.services import workflow
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.keying.compare import composed
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow.moves import OPEN_KEYING
from keynet_admin.vocabulary import KeyingStatus, KeyingWay
from keynet_admin.web import form_reader, forms
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.model_view import GuardedModelView

Document = dict[str, Any]
PRESS_AGAIN = "内容を確かめて、もう一度ボタンを押してください。"
NOT_SAVED = "保存していません。入力した内容は残っています。"
SEEN = 422  # understood, but something on the page must be mended


class KeyingView(DecisionPages, GuardedModelView):
    """The open keyings, and the four steps of one."""

    permission = Permission.submission_create
    method_permissions = dict.fromkeys(("index_view", "edit", "second", "compare", "send"), Permission.submission_create)
    checks_token = frozenset({"edit", "second", "compare", "send"})
    decides = Keying
    decisions = {"discard": Decision(keyings.discard)}
    back_label = "代行入力に戻る"
    list_template = "admin/keying.html"
    cells_template = "admin/_keying_cells.html"
    page_size = 50
    column_list = ("org_name", "way", "status", "missing", "first_by.shown_name", "second_by.shown_name", "saved_at", "discard")
    column_labels = {
        "org_name": "団体",
        "way": "届いた方法",
        "missing": "残り",
        "first_by.shown_name": "1回目",
        "second_by.shown_name": "2回目",
        "saved_at": "保存",
        "discard": "操作",
    }
    column_default_sort = ("id", False)
    list_options = (
        defer(Keying.typed),
        defer(Keying.second),
        defer(Keying.chosen),
        *(joinedload(column).load_only(Account.name, Account.email) for column in (Keying.first_by, Keying.second_by, Keying.saved_by)),
    )
    empty_title = "入力中のものはありません"
    empty_text = (
        "届いた方法を選んで「入力を始める」を押すと、受け付けるまでここに並びます。途中で保存して、ほかの担当者が続けることもできます。"
    )

    def scope(self, query: Any) -> Any:
        """The keyings that are not sent yet."""
        return super().scope(query).where(Keying.status.in_(OPEN_KEYING))

    def missing(self, row: Keying) -> list[str]:
        """What is left to do."""
        return missing_of(row)

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Any:
        """The open keyings, and the start of a new one."""
        if request.method != "POST":
            return self._list()
        way = next((way for way in KeyingWay if way.value == request.form.get("way")), None)
        form_key = request.form.get("form_key", "")
        if way is None or not (16 <= len(form_key) <= 64 and form_key.isascii() and form_key.isprintable()):
            return self._list("電話かFAX・書面かを選んでください。"), SEEN
        with transaction():
            row, _new = keyings.start(way, form_key, current_actor(), lg_code=request.form.get("lg_code", ""))
        return redirect(url_for(".one" if row.status not in OPEN_KEYING else ".edit", id=row.id), 303)

    @expose("/body")
    def body(self) -> Any:
        """What the code table knows of a body, for the form while it is typed."""
        return jsonify(keyings.section_of(request.args.get("code", "")))

    @expose("/<num:id>/")
    def one(self, id: int) -> Any:
        """How far one keying is, who did what, and the next step."""
        row = self.row(id)
        if row.case_id is not None:
            return redirect(url_for("admin_submission.case", id=row.case_id))
        return self.render("admin/keying_one.html", row=row, stages=KeyingStatus, missing=missing_of(row))

    @expose("/<num:id>/edit", methods=("GET", "POST"))
    def edit(self, id: int) -> Any:
        """The first keying: the whole form. It checks the forged-request token itself, so that an old page loses nothing."""
        row = self.row(id)
        if row.status not in OPEN_KEYING:
            return redirect(url_for(".one", id=id))
        if request.method != "POST":
            typed, reasons = keyings.first_document(row), keyings.reasons_of(row)
            return self._form(row, typed, reasons, _judged(typed, reasons, whole=row.first_at is not None), row.version)
        reading, reasons = form_reader.read(request.form), form_reader.posted_reasons(request.form)
        typed = reading.document
        keyings.fill_in(typed)
        if problem := unverified():
            seen, words = request.form.get("version", ""), f"{problem.words}もう一度保存してください。"
            return self._form(row, typed, reasons, _judged(typed, reasons, whole=False), seen, notice=words), problem.status
        version = workflow.version_of(request.form.get("version"))
        db.session.rollback()  # the rules below take their time: no lock may be held meanwhile
        anchor = form_reader.apply_buttons(typed, request.form) if form_reader.pressed(request.form) else None
        done = request.form.get("do") == "done" and anchor is None
        result = _judged(typed, reasons, whole=True)
        if done and reading.doubled:
            return self._form(self.row(id), typed, reasons, result, version, doubled=reading.doubled), SEEN
        try:
            with transaction():
                row = self.row(id)
                again = keyings.save_first(row, typed, reasons_stored(reasons), result, current_actor(), seen_version=version, done=done)
        except StaleVersion as stale:
            row = self.row(id)
            words = f"{stale}もう一度保存すると、この画面の内容に置き換わります。最新の内容は「代行入力の状況」から開けます。"
            return self._form(row, typed, reasons, result, row.version, notice=words), 409
        if again:
            flash("募集や報酬の行の数が変わったため、要点の2回目の入力をやり直してください。", "warning")
        if done:
            flash("1回目の入力を保存しました。", "success")
            return redirect(url_for(".one", id=id), 303)
        return redirect(f"{url_for('.edit', id=id)}#{anchor or 'saved'}", 303)

    @expose("/<num:id>/second", methods=("GET", "POST"))
    def second(self, id: int) -> Any:
        """The key fields once more, empty: nothing of the first keying is on the page."""
        row = self.row(id)
        if row.status not in OPEN_KEYING or row.first_at is None:
            return self._not_now(id)
        if request.method != "POST":
            return self._second(row, {})
        texts = {path: request.form.get(path, "") for path in keyings.places(row)}
        if problem := unverified():
            return self._second(row, texts, f"{problem.words}{PRESS_AGAIN}"), problem.status
        version = workflow.version_of(request.form.get("version"))
        try:
            with transaction():
                left = keyings.key_second(self.row(id), texts, current_actor(), seen_version=version)
        except StaleVersion as stale:
            return self._second(self.row(id), texts, f"{stale}{NOT_SAVED}{PRESS_AGAIN}"), 409
        if left:
            return redirect(url_for(".compare", id=id), 303)
        flash("2回の入力に違いはありませんでした。", "success")
        return redirect(url_for(".one", id=id), 303)

    @expose("/<num:id>/compare", methods=("GET", "POST"))
    def compare(self, id: int) -> Any:
        """Both keyings side by side; each difference is settled by a person."""
        row = self.row(id)
        if row.status not in OPEN_KEYING or row.second_at is None:
            return self._not_now(id)
        if request.method != "POST":
            return self._compare(row, {}, [])
        picks = {
            pair.path: keyings.Pick(request.form.get(f"pick-{pair.name}", ""), request.form.get(f"third-{pair.name}", ""))
            for pair in keyings.pairs_of(row)
            if not pair.same
        }
        blank = [path for path, pick in picks.items() if pick.pick == "third" and not pick.text.strip()]
        if problem := unverified():
            return self._compare(row, picks, [], f"{problem.words}{PRESS_AGAIN}"), problem.status
        version = workflow.version_of(request.form.get("version"))
        try:
            with transaction():
                left = keyings.resolve(self.row(id), picks, current_actor(), seen_version=version)
        except StaleVersion as stale:
            return self._compare(self.row(id), picks, [], f"{stale}{NOT_SAVED}{PRESS_AGAIN}"), 409
        if left:
            return self._compare(self.row(id), picks, blank), SEEN
        flash("2回の入力の違いを、すべて確かめました。", "success")
        return redirect(url_for(".one", id=id), 303)

    @expose("/<num:id>/send", methods=("GET", "POST"))
    def send(self, id: int) -> Any:
        """The whole form with what the rules say, then into the queue."""
        row = self.row(id)
        if row.case_id is not None:
            return redirect(url_for("admin_submission.case", id=row.case_id), 303)
        if row.status is not KeyingStatus.ready:
            if request.method == "POST":
                workflow.version_of(request.form.get("version"))
            flash("この代行入力は、まだ受け付けられません。残っている手順をご確認ください。", "warning")
            return self._not_now(id, 303)
        document = keyings.document_of(row)
        if request.method != "POST":
            reasons = keyings.reasons_of(row)
            return self._send_page(row, _judged(document, reasons), reasons)
        reasons = form_reader.posted_reasons(request.form)
        db.session.rollback()
        result = _judged(document, reasons)
        if problem := unverified():
            return self._send_page(self.row(id), result, reasons, why=f"{problem.words}{PRESS_AGAIN}"), problem.status
        version = workflow.version_of(request.form.get("version"))
        try:
            with transaction():
                sure = request.form.get("with_errors") == "1"
                done = keyings.send(self.row(id), document, result, current_actor(), seen_version=version, with_errors=sure)
                receipt, number = done.made.receipt_no, done.made.id
        except StaleVersion as stale:
            return self._send_page(self.row(id), result, reasons, why=f"{stale}まだ受け付けていません。{PRESS_AGAIN}"), 409
        except Refused as refused:
            return self._send_page(self.row(id), result, reasons, str(refused)), SEEN
        flash(f"受付番号 {receipt} として受け付けました。", "success")
        return redirect(url_for("admin_submission.case", id=number), 303)

    def row(self, id: int) -> Keying:
        """The keying, also one that is sent already."""
        return keyings.get(id, current_actor())

    def named(self, row: Keying) -> tuple[str, str, str]:
        """Body and number."""
        name = f"{row.org_name or '団体名なし'}（代行入力 {row.id}、{row.way.label}）"
        return name, "", f"代行入力 {row.id}"

    def trail(self, row: Keying) -> list[tuple[str, str]]:
        """Queue, keyings, this one."""
        here = [("電話・書面の代行入力", url_for(".index")), (f"代行入力 {row.id}", url_for(".one", id=row.id))]
        return [("申請の確認", url_for("admin_submission.index")), *here]

    def onward(self, _row: Keying, _name: str, _outcome: workflow.Outcome) -> str:
        """Nothing is left of it: to the list."""
        return url_for(".index")

    index = index_view

    def _list(self, error: str = "") -> str:
        return self.list_of(ways=KeyingWay, form_key=drafts.new_key(), error=error)

    def _form(
        self,
        row: Keying,
        typed: Document,
        reasons: Reasons,
        result: Result,
        version: int | str,
        *,
        doubled: list[Finding] | None = None,
        notice: str = "",
    ) -> str:
        form = forms.fill(typed, result.normalized)
        # The second keying is what the repeated address is for on the web form.
        del form.contact.form.contact_email2
        findings = [*result.findings, *(doubled or [])]
        stray = forms.attach(form, findings)
        return self.render(
            "admin/keying_form.html",
            row=row,
            form=form,
            version=version,
            findings=findings,
            summary=forms.summary_items(form, findings) if row.first_at is not None or doubled else [],
            stray=[found for found in stray if found.level is Level.ERROR],
            given=[(Finding(rule, Level.WARNING, path, ""), reason) for (rule, path), reason in reasons.items()],
            notice=notice,
            on=clock.today(),
        )

    def _not_now(self, id: int, code: int = 302) -> Any:
        """This step is not the next one: to the keying. A forged post is refused here, too."""
        return (self._verified() if request.method == "POST" else None) or redirect(url_for(".one", id=id), code)

    def _second(self, row: Keying, texts: Mapping[str, str], why: str = "") -> str:
        return self.render("admin/keying_second.html", row=row, groups=_groups(row), on=clock.today(), texts=texts, why=why)

    def _compare(self, row: Keying, picks: Mapping[str, keyings.Pick], blank: list[str], why: str = "") -> str:
        pairs = keyings.pairs_of(row)
        return self.render(
            "admin/keying_compare.html",
            row=row,
            different=[pair for pair in pairs if not pair.same],
            alike=[pair for pair in pairs if pair.same],
            picks=picks,
            blank=blank,
            asked=request.method == "POST" and not why,
            why=why,
        )

    def _send_page(self, row: Keying, result: Result, reasons: Reasons, error: str = "", why: str = "") -> str:
        code = result.normalized.get("organization", {}).get("lg_code", "")
        return self.render(
            "admin/keying_send.html",
            row=row,
            document=result.normalized,
            findings=result.findings,
            errors=len(result.at(Level.ERROR)),
            boxes=form_reader.boxes(result.findings, reasons),
            known=submissions.organization_with_account(code) if isinstance(code, str) else None,
            error=error,
            why=why,
        )


def missing_of(row: Keying) -> list[str]:
    """What still has to be done, in words."""
    words = {
        KeyingStatus.first: "1回目の入力",
        KeyingStatus.second: "要点の2回目の入力",
        KeyingStatus.compare: f"違いの確認 {row.differences}か所",
        KeyingStatus.ready: "最後の確認と受付",
    }
    missing = [words[row.status]] if row.status in words else []
    if row.errors and row.first_at is not None:
        missing.append(f"要修正の指摘 {row.errors}件")
    return missing


def _judged(typed: Document, reasons: Reasons, *, whole: bool = True) -> Result:
    """The rules of today, with the address repeated as it is sent; `whole`: what is missing is told, too."""
    return with_reasons(evaluate(composed(typed, ()), on=clock.today(), partial=not whole), reasons)


def _groups(row: Keying) -> list[tuple[str, list[tuple[str, str, Any]]]]:
    """The key fields under headings: (path, label inside its group, field). Places only, nothing that was typed."""
    groups: list[tuple[str, list[tuple[str, str, Any]]]] = []
    for path in keyings.places(row):
        parts = path.split(".")
        name = f"募集{int(parts[1]) + 1}" if parts[0] == "postings" else SECTION_LABELS[parts[0]]
        if not groups or groups[-1][0] != name:
            groups.append((name, []))
        groups[-1][1].append((path, label_at(path).removeprefix(f"{name} "), field_at(path)))
    return groups
