"""A municipality's own postings: check, edit, preview, publish, withdraw, change headcount, pause, resume, close, copy, new."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask_admin import expose

from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.display import short_date
from keynet_admin.errors import BadField
from keynet_admin.models import Posting
from keynet_admin.office import editor
from keynet_admin.permissions import Actor, Permission
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services import workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.posting import home as desk
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.moves import Page
from keynet_admin.vocabulary import PostingStatus
from keynet_admin.web import forms, posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages, EditDecision
from keynet_admin.web.lists.page import Order, Tab
from keynet_admin.web.model_view import GuardedModelView

PREFIX = revisions.PREFIX
HEADCOUNT = EditDecision(
    "募集人数の変更",
    Page("「{name}」の募集人数の変更", "公開中の募集の人数は、指摘がなければすぐに変わります。", "募集人数を変える", ""),
    Permission.posting_edit,
)


class OfficePostingView(DecisionPages, GuardedModelView):
    """The municipality's postings; every row is looked up among its own."""

    permission = Permission.posting_read
    method_permissions = dict.fromkeys(("new", "edit"), Permission.posting_edit)
    checks_token = frozenset({"edit"})
    decides = Posting
    decisions = {
        "publish": Decision(
            publication.publish,
            read=lambda _row, values: {"now": values.get("when") == "now"},
            block="office/_publish.html",
            fields="office/_when.html",
            show=lambda row, _typed: _publish_shown(row),
        ),
        "withdraw": Decision(publication.withdraw, show=lambda row, _typed: _withdraw_shown(row)),
        "headcount": Decision(
            lambda row, actor, *, seen_version, headcount: _headcount(row, actor, headcount, seen_version),
            read=lambda row, values: {"headcount": values.get("headcount", row.headcount or "")},
            fields="office/_headcount.html",
            show=lambda row, _typed: _headcount_shown(row),
            change=HEADCOUNT,
        ),
        "pause": Decision(publication.pause, show=lambda row, _typed: _pause_shown(row)),
        "resume": Decision(publication.resume, show=lambda row, _typed: _resume_shown(row)),
        "close": Decision(publication.close),
        "copy": Decision(drafts.copy),
    }
    names_row = False
    back_label = "募集情報に戻る"
    list_template = "office/postings.html"
    page_size = 20
    noun = "募集情報"
    exports = saved_views = can_view_details = True
    tabs = tuple(
        Tab(name, label, (lambda _actor, states=states: Posting.status.in_(states)) if name != "all" else None)
        for name, (label, states) in desk.TABS.items()
    )
    column_list = ("title", "posting_no", "status", "job_type", "headcount", "published_at", "publish_until", "changed_at")
    column_labels = {"published_at": "公開"}
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
        row = self.row(id)
        revision, live = revisions.current_revision(row), revisions.live_revision(row)
        return self.render(
            "office/posting.html",
            posting=row,
            revision=revision,
            findings=_findings(revision.findings),
            behind=drafts.is_published(row) and live is not None and live.number != revision.number,
            private=revisions.is_private(row),
            offers=workflow.offers(row, current_actor()),
            entries=history.of_posting(row),
            unsaved=editor.unsaved(row),
        )

    @expose("/<num:id>/preview")
    def preview(self, id: int) -> str:
        """The public page as it will be, made from the current revision by the same function that publishes."""
        row = self.row(id)
        revision = revisions.current_revision(row)
        content = listing.public_content(row.organization, revision.normalized)
        return self.render("office/preview.html", posting=row, content=content, page_view=posting_page.view(content))

    @expose("/<num:id>/edit", methods=("GET", "POST"))
    def edit(self, id: int) -> Any:
        """The editor: the same fields and rules as the application form. Saving makes a new revision."""
        row = self.row(id)
        return editor.posted(self, row) if request.method == "POST" else editor.shown(self, row)

    def named(self, row: Posting) -> tuple[str, str, str]:
        """The heading in the question, the number above it and in a message."""
        return row.title or row.posting_no, row.posting_no, row.posting_no

    def page_of(self, row: Posting, page: Page) -> Page:
        """Of a private posting without a word of public pages."""
        return publication.words_for(row, page)

    def trail(self, row: Posting) -> list[tuple[str, str]]:
        """Home, list, posting."""
        return [("ホーム", "/office/"), ("募集情報", url_for(".index")), (row.posting_no, url_for(".details", id=row.id))]

    def onward(self, row: Posting, name: str, outcome: workflow.Outcome) -> str:
        """The posting; after a copy the new one's editor."""
        if name == "copy" and outcome.made is not None:
            return url_for(".edit", id=outcome.made.id)
        return url_for(".details", id=row.id)


def _publish_shown(row: Posting) -> dict[str, Any]:
    private = revisions.is_private(row)
    if row.status is PostingStatus.scheduled:
        shown = {"private": private, "question": f"「{row.title or row.posting_no}」をすぐに公開しますか", "button": "すぐに公開する"}
        text = f"公開予定（{short_date(row.opens_on)} 0:00）を待たずに、求職者のページに載せます。"
        return shown if private else shown | {"text": text}
    result = revisions.recheck(row)
    errors, warnings = result.at(Level.ERROR), result.at(Level.WARNING)
    content = result.normalized["postings"][0]
    day, over = publication.wished_day(content), publication.PUBLISH_IS_OVER if publication.has_ended(content) else ""
    shown = {
        "private": private,
        "errors": errors,
        "warnings": warnings,
        "day": day,
        "blocked": f"要修正が{len(errors)}件あるため、公開できません。" if errors else over,
        "instead": _way_to_edit(row),
    }
    if day is not None and not warnings and not private:
        shown["text"] = f"公開開始希望日（{short_date(day)}）の0:00に、自動で求職者のページに載ります。"
    if warnings:
        shown |= {
            "question": f"「{row.title or row.posting_no}」の確認を依頼しますか",
            "text": "運営事務局に確認を依頼します。"
            + ("「非公開」の募集のため、求職者のページには載りません。" if private else "確認後に公開されます。"),
            "button": "確認を依頼する",
        }
    return shown


def _pause_shown(row: Posting) -> dict[str, Any]:
    if not publication.is_over(row):
        return {}
    over = "公開終了予定日または締切を過ぎているため、再開するには日付を直す必要があります。"
    return {"text": over if revisions.is_private(row) else f"すぐに一覧と公開ページから外れます。{over}"}


def _withdraw_shown(row: Posting) -> dict[str, Any]:
    if not row.release_asked or not publication.is_over(row):
        return {}
    return {"text": "変更を取り消し、内容を変更前に戻します。変更前の公開終了予定日または締切を過ぎているため、募集はまもなく終了します。"}


def _resume_shown(row: Posting) -> dict[str, Any]:
    over = row.status is PostingStatus.paused and publication.is_over(row)
    return {"blocked": publication.RESUME_IS_OVER if over else "", "instead": _way_to_edit(row)}


def _way_to_edit(row: Posting) -> tuple[str, str]:
    return url_for(".edit", id=row.id), "内容を直す"


def _headcount_shown(row: Posting) -> dict[str, Any]:
    live = revisions.live_revision(row) if drafts.is_published(row) else None
    now = live.normalized.get("headcount") if live is not None else row.headcount
    words = f"いまの募集人数：{now}名" if now is not None else "いまの募集人数は決まっていません。"
    if live is not None and row.status is PostingStatus.live:
        words += "（公開中）"
    closed = row.status in (PostingStatus.closed, PostingStatus.suspended)
    return {"now": words, "blocked": f"いまの状態（{row.status.label}）では、募集人数を変更できません。" if closed else ""}


def _headcount(row: Posting, actor: Actor, typed: str, seen_version: int) -> workflow.Outcome:
    outcome, result = drafts.change_headcount(row, typed, actor, seen_version=seen_version)
    if outcome == "refused":
        raise BadField(next(f.message for f in result.findings if f.path == f"{PREFIX}headcount" and f.level is Level.ERROR))
    return workflow.Outcome(row.status, note=editor.TOLD[outcome])


def _findings(stored: list[dict[str, Any]]) -> list[Finding]:
    return [Finding.from_json(finding) for finding in stored]
