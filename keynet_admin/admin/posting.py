"""Operators' view of all postings: those that wait for release first; release, return, suspend, restore."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from sqlalchemy.orm import joinedload

from keynet_admin.admin.list_filters import job_types
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.difference import changes
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.errors import ReasonMissing, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.services import workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting import lists as board
from keynet_admin.services.posting import publication, revisions
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import PostingStatus
from keynet_admin.web import posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import GuardedModelView

ACTIONS: dict[str, tuple[Callable[..., Any], bool, str]] = {
    "release": (publication.release, False, "公開を許可しました。"),
    "return": (publication.return_, True, "差し戻しました。理由をメールで送ります。"),
    "suspend": (publication.suspend, True, "掲載を停止しました。理由をメールで送ります。"),
    "restore": (publication.restore, True, "掲載停止を解除しました。自治体が再開すると公開されます。"),
}


def _tab(name: str, label: str, *states: PostingStatus) -> Tab:
    where = (lambda _actor: Posting.status.in_(states)) if states else None
    return Tab(name, label, where, empty=("この状態の募集情報はありません", "申請を承認すると、募集情報が下書きとして作られます。"))


class PostingView(GuardedModelView):
    """All postings of all bodies."""

    permission = Permission.posting_read
    cells_template = "admin/_posting_cells.html"
    page_size = 30
    noun = "募集情報"
    exports = saved_views = can_view_details = True
    tabs = (
        Tab(
            "release",
            "確認待ち",
            lambda _actor: Posting.awaiting_release(),
            (Order(Posting.changed_at), Order(Posting.id)),
            ("確認を待つ募集情報はありません", "要確認の付いた募集を自治体が公開すると、古い順にここに並びます。"),
        ),
        _tab("live", "公開中", PostingStatus.live),
        _tab("draft", "下書き", PostingStatus.draft),
        _tab("stopped", "停止中", PostingStatus.paused, PostingStatus.suspended),
        _tab("closed", "募集終了", PostingStatus.closed),
        _tab("all", "すべて"),
    )
    column_list = ("organization.name", "title", "job_type", "findings", "status", "changed_at", "posting_no")
    column_export_list = (
        "posting_no",
        "organization.name",
        "title",
        "job_type",
        "headcount",
        "status",
        "errors",
        "warnings",
        "publish_until",
        "changed_at",
    )
    column_labels = {
        "organization.name": "団体",
        "title": "見出し",
        "job_type": "職種・人数",
        "headcount": "人数",
        "findings": "指摘",
        "errors": "要修正",
        "warnings": "要確認",
        "status": "状態",
        "publish_until": "公開終了予定",
        "changed_at": "更新",
        "posting_no": "番号",
    }
    column_default_sort = ("changed_at", True)
    sort_columns = {"title": Posting.title, "changed_at": Posting.changed_at, "posting_no": Posting.posting_no}
    search_columns = (Posting.title, Posting.posting_no, board.of_body)
    search_label = "見出し・番号・団体名・よみ"
    list_filters = (
        ListFilter(
            "prefecture",
            "都道府県",
            lambda: [(p.code, p.name) for p in prefectures()],
            lambda query, value: query.where(Posting.organization.has(prefecture_code=value)),
        ),
        ListFilter("job_type", "職種", job_types, lambda query, value: query.where(Posting.job_type == value)),
    )
    list_options = (joinedload(Posting.organization).load_only(Organization.name, Organization.prefecture_code),)
    method_permissions = {
        "release": Permission.posting_release,
        "return_": Permission.posting_release,
        "suspend": Permission.posting_suspend,
        "restore": Permission.posting_suspend,
    }

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One posting beside what visitors see: content with findings, what changed since the live revision, decisions, history."""
        row = _get(id)
        revision, live = revisions.current_revision(row), revisions.live_revision(row)
        behind = live is not None and live.number != revision.number
        return self.render(
            "admin/posting.html",
            posting=row,
            revision=revision,
            findings=[Finding.from_json(f) for f in revision.findings],
            live=live,
            changed=changes({"postings": [live.normalized]}, {"postings": [revision.normalized]}) if live is not None and behind else [],
            before=live.normalized if live is not None and behind else None,
            decisions=_decisions(row),
            entries=history.of_posting(row),
        )

    @expose("/<num:id>/preview")
    def preview(self, id: int) -> str:
        """The exact public page of the current revision."""
        row = _get(id)
        revision = revisions.current_revision(row)
        content = listing.public_content(row.organization, revision.normalized)
        return self.render("admin/preview.html", posting=row, content=content, page_view=posting_page.view(content))

    @expose("/<num:id>/release", methods=("GET", "POST"))
    def release(self, id: int) -> Any:
        """Let it go live."""
        return self._decide(id, "release")

    @expose("/<num:id>/return", methods=("GET", "POST"))
    def return_(self, id: int) -> Any:
        """Back to the municipality, with a reason."""
        return self._decide(id, "return")

    @expose("/<num:id>/suspend", methods=("GET", "POST"))
    def suspend(self, id: int) -> Any:
        """Take it down, with a reason that is mailed."""
        return self._decide(id, "suspend")

    @expose("/<num:id>/restore", methods=("GET", "POST"))
    def restore(self, id: int) -> Any:
        """Lift the suspension."""
        return self._decide(id, "restore")

    def show_job_type(self, row: Posting) -> str:
        """The job by its name."""
        return posting_field("job_type").label_of(row.job_type)

    def _decide(self, id: int, action: str) -> Any:
        row = _get(id)
        if request.method != "POST":
            return self._page(row, action)
        act, reasoned, said = ACTIONS[action]
        version, reason = workflow.version_of(request.form.get("version")), request.form.get("reason", "")
        try:
            with transaction():
                act(row, current_actor(), seen_version=version, **({"reason": reason} if reasoned else {}))
        except ReasonMissing as missing:
            return self._page(_get(id), action, reason, str(missing)), 422
        except Refused as refusal:
            return self._page(_get(id), action, reason, str(refusal)), 409
        flash(f"{row.posting_no}：{said}", "success")
        following = board.next_release(current_actor()) if action in ("release", "return") else None
        return redirect(url_for(".details", id=following.id if following is not None else id), 303)

    def _page(self, row: Posting, action: str, reason: str = "", error: str = "") -> str:
        return self.render("admin/posting_act.html", posting=row, action=action, reason=reason, error=error, decisions=_decisions(row))


def _decisions(row: Posting) -> list[str]:
    """What an operator may decide now. An edited revision of a published posting waits like a first publication."""
    found = [name for name in workflow.allowed(row, current_actor()) if name in ACTIONS]
    return ["release", "return", *found] if row.release_asked else found


def _get(id: int) -> Posting:
    row = db.session.execute(Posting.visible_to(current_actor()).where(Posting.id == id)).scalar_one_or_none()
    return row if row is not None else abort(404)
