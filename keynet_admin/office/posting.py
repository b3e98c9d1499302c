"""A municipality's own postings: check, edit, preview, publish, change headcount, pause, resume, close, copy, new."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from wtforms.validators import ValidationError

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Posting
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services import workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.posting import home as desk
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import PostingStatus
from keynet_admin.web import form_reader, forms, posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.page import Order, Tab
from keynet_admin.web.model_view import GuardedModelView
from keynet_admin.web.token import check_token

PREFIX = revisions.PREFIX
SAID = {
    "draft": "保存しました。まだ公開されていません。",
    "live": "保存しました。直した内容を公開しました。",
    "waiting": "保存しました。要確認の項目があるため、運営事務局の確認後に公開されます。それまでは前の内容が公開されます。",
    "kept": "保存しました。要修正の項目があるため、公開中の内容は前のままです。",
    "same": "変更はありませんでした。",
}
ACTIONS: dict[str, tuple[str, Callable[..., Any], str]] = {
    "pause": ("一時停止", publication.pause, "一時停止しました。一覧から外れました。"),
    "resume": ("再開", publication.resume, "公開を再開しました。"),
    "close": ("募集終了", publication.close, "募集を終了しました。一覧から外れました。"),
}


class PostingView(GuardedModelView):
    """The municipality's postings; every row is looked up among its own."""

    permission = Permission.posting_read
    method_permissions = dict.fromkeys(("new", "edit", "headcount", "copy"), Permission.posting_edit) | {
        "publish": Permission.posting_publish,
        "pause": Permission.posting_publish,
        "resume": Permission.posting_publish,
        "close": Permission.posting_close,
    }
    list_template = "office/postings.html"
    page_size = 20
    noun = "募集情報"
    exports = saved_views = can_view_details = True
    tabs = tuple(
        Tab(name, label, (lambda _actor, states=states: Posting.status.in_(states)) if name != "all" else None)
        for name, (label, states) in desk.TABS.items()
    )
    column_list = ("title", "posting_no", "status", "job_type", "headcount", "published_at", "publish_until", "changed_at")
    column_labels = {
        "title": "見出し",
        "posting_no": "番号",
        "status": "状態",
        "job_type": "職種",
        "headcount": "人数",
        "published_at": "公開",
        "publish_until": "公開終了予定",
        "changed_at": "更新",
    }
    default_order = (Order(Posting.status == PostingStatus.closed), Order(Posting.changed_at, down=True), Order(Posting.id, down=True))
    search_columns = (Posting.title, Posting.posting_no)
    search_label = "見出し・番号"

    def show_job_type(self, row: Posting) -> str:
        """The job by its name."""
        return posting_field("job_type").label_of(row.job_type)

    @expose("/new", methods=("GET", "POST"))
    def new(self) -> Any:
        """A fresh draft."""
        organization = desk.organization_of(current_actor()) or abort(404)
        if request.method != "POST":
            return self.render("office/new.html", organization=organization)
        with transaction():
            row = drafts.create(organization, forms.blank_posting(), current_actor())
        return redirect(url_for(".edit", id=row.id), 303)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One posting: content with findings, what can be done, history."""
        row = _get(id)
        revision, live = revisions.current_revision(row), revisions.live_revision(row)
        return self.render(
            "office/posting.html",
            posting=row,
            revision=revision,
            findings=_findings(revision.findings),
            behind=live is not None and live.number != revision.number,
            allowed=workflow.allowed(row, current_actor()),
            entries=history.of_posting(row),
        )

    @expose("/<num:id>/preview")
    def preview(self, id: int) -> str:
        """The public page as it will be, made from the current revision by the same function that publishes."""
        row = _get(id)
        revision = revisions.current_revision(row)
        content = listing.public_content(row.organization, revision.normalized)
        return self.render("office/preview.html", posting=row, content=content, page_view=posting_page.view(content))

    @expose("/<num:id>/edit", methods=("GET", "POST"))
    def edit(self, id: int) -> Any:
        """The editor: the same fields and rules as the application form. Saving makes a new revision."""
        row = _get(id)
        if row.status in (PostingStatus.closed, PostingStatus.suspended):
            flash(f"いまの状態（{row.status.label}）では、内容を変更できません。", "warning")
            return redirect(url_for(".details", id=id), 303 if request.method == "POST" else 302)
        if request.method != "POST":
            revision = revisions.current_revision(row)
            return self._editor(row, revision.typed, _findings(revision.findings), revision.normalized, row.version)
        return self._edited(row)

    def _edited(self, row: Posting) -> Any:
        organization = row.organization
        reading = form_reader.read_posting(request.form)
        typed, given = reading.document, request.form.get("version", "")
        try:
            check_token()
        except ValidationError:
            words = "画面を開いてから時間がたったため、保存を確かめられませんでした。入力した内容は残っています。もう一度保存してください。"
            return self._editor(row, typed, [], {}, given, notice=words), 400
        if form_reader.pressed(request.form):
            anchor = form_reader.apply_buttons(typed, request.form)
            return self._editor(row, typed, [], {}, given, anchor=anchor or "")
        version = workflow.version_of(given)
        result = revisions.check(organization, typed)
        if reading.doubled or request.form.get("do") == "check":
            return self._editor(row, typed, [*result.findings, *reading.doubled], result.normalized["postings"][0], given, spoken=True)
        with transaction():
            said = drafts.save(row, typed, result, current_actor(), seen_version=version)
        flash(SAID[said], "success" if said in ("live", "draft") else "warning" if said in ("waiting", "kept") else "info")
        if result.at(Level.ERROR):
            return redirect(url_for(".edit", id=row.id), 303)
        return redirect(url_for(".details", id=row.id), 303)

    @expose("/<num:id>/publish", methods=("GET", "POST"))
    def publish(self, id: int) -> Any:
        """Publish a draft. The gate: clean → live at once, warnings → an operator looks first, errors → cannot be."""
        row = _get(id)
        if request.method != "POST":
            return self._publish_page(row)
        version = workflow.version_of(request.form.get("version"))
        try:
            with transaction():
                state = publication.publish(row, current_actor(), seen_version=version)
        except Refused as refusal:
            return self._publish_page(_get(id), str(refusal)), 409
        said = (
            "公開しました。"
            if state is PostingStatus.live
            else "運営事務局の確認を待っています。確認が済むと公開され、メールでお知らせします。"
        )
        flash(said, "success" if state is PostingStatus.live else "warning")
        return redirect(url_for(".details", id=id), 303)

    @expose("/<num:id>/headcount", methods=("GET", "POST"))
    def headcount(self, id: int) -> Any:
        """Change only the number of people wanted."""
        row = _get(id)
        if request.method != "POST":
            return self.render("office/headcount.html", posting=row, typed=row.headcount or "", error="")
        version, typed = workflow.version_of(request.form.get("version")), request.form.get("headcount", "")[:200]
        with transaction():
            said, result = drafts.change_headcount(row, typed, current_actor(), seen_version=version)
        if said == "refused":
            words = next(f.message for f in result.findings if f.path == f"{PREFIX}headcount" and f.level is Level.ERROR)
            return self.render("office/headcount.html", posting=_get(id), typed=typed, error=words), 422
        flash(SAID[said], "success" if said in ("live", "draft") else "warning")
        return redirect(url_for(".details", id=id), 303)

    @expose("/<num:id>/pause", methods=("GET", "POST"))
    def pause(self, id: int) -> Any:
        """Take it off the site for a time."""
        return self._act(id, "pause")

    @expose("/<num:id>/resume", methods=("GET", "POST"))
    def resume(self, id: int) -> Any:
        """Put it back."""
        return self._act(id, "resume")

    @expose("/<num:id>/close", methods=("GET", "POST"))
    def close(self, id: int) -> Any:
        """End the recruiting."""
        return self._act(id, "close")

    @expose("/<num:id>/copy", methods=("GET", "POST"))
    def copy(self, id: int) -> Any:
        """A new draft with the same content."""
        row = _get(id)
        if request.method != "POST":
            return self.render("office/act.html", posting=row, action="copy", error="", allowed=["copy"])
        version = workflow.version_of(request.form.get("version"))
        with transaction():
            made = drafts.copy(row, current_actor(), seen_version=version)
        flash(f"{made.posting_no} として写しました。日付などを直して公開してください。", "success")
        return redirect(url_for(".edit", id=made.id), 303)

    def _act(self, id: int, action: str) -> Any:
        row, (_, act, said) = _get(id), ACTIONS[action]
        if request.method != "POST":
            return self.render("office/act.html", posting=row, action=action, error="", allowed=workflow.allowed(row, current_actor()))
        version = workflow.version_of(request.form.get("version"))
        try:
            with transaction():
                act(row, current_actor(), seen_version=version)
        except Refused as refusal:
            row = _get(id)
            allowed = workflow.allowed(row, current_actor())
            return self.render("office/act.html", posting=row, action=action, error=str(refusal), allowed=allowed), 409
        flash(said, "success")
        return redirect(url_for(".details", id=id), 303)

    def _publish_page(self, row: Posting, error: str = "") -> str:
        result = revisions.recheck(row)
        return self.render(
            "office/publish.html",
            posting=row,
            errors=result.at(Level.ERROR),
            warnings=result.at(Level.WARNING),
            error=error,
            allowed=workflow.allowed(row, current_actor()),
        )

    def _editor(
        self,
        row: Posting,
        typed: Mapping[str, Any],
        findings: list[Finding],
        normalized: Mapping[str, Any],
        version: Any,
        *,
        notice: str = "",
        anchor: str = "",
        spoken: bool = False,
    ) -> str:
        form = forms.fill_posting(typed, normalized)
        stray = forms.attach(form, findings, PREFIX)
        summary = forms.summary_items(form, findings, PREFIX)
        return self.render(
            "office/edit.html",
            posting=row,
            form=form,
            findings=findings,
            stray=stray,
            summary=summary,
            version=version,
            notice=notice,
            anchor=anchor,
            spoken=spoken,
            on=clock.today(),
        )


def _get(id: int) -> Posting:
    """The posting among the actor's own, else 404."""
    row = db.session.execute(Posting.visible_to(current_actor()).where(Posting.id == id)).scalar_one_or_none()
    return row if row is not None else abort(404)


def _findings(stored: list[dict[str, Any]]) -> list[Finding]:
    return [Finding.from_json(finding) for finding in stored]
