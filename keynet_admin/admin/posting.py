"""Operators' view of all postings: those that wait for release first; release, return, look at small changes, suspend, restore."""

from dataclasses import replace
from typing import Any

from flask import url_for
from flask_admin import expose
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from keynet_admin.admin.list_filters import job_types, prefecture_filter, word_filter
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.catalogue.display import short_date
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting, PostingRevision
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.services import workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting import publication, revisions
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import PostingStatus
from keynet_admin.web import posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import GuardedModelView


def _next_release() -> Posting | None:
    """The posting that waits longest for release."""
    query = Posting.visible_to(current_actor()).where(Posting.awaiting_release()).order_by(Posting.changed_at, Posting.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def _next_small() -> Posting | None:
    """The posting whose small changes have waited longest for a look."""
    query = Posting.visible_to(current_actor()).where(Posting.changed_unseen()).order_by(Posting.changed_at, Posting.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def _changes(old: PostingRevision, new: PostingRevision) -> list[Change]:
    return changes({"postings": [old.normalized]}, {"postings": [new.normalized]})


def _small_changes(row: Posting) -> list[Change]:
    """What has gone live since an operator saw the posting last."""
    live = revisions.live_revision(row)
    return _changes(revisions.revision_of(row, row.look_from), live) if row.look_from is not None and live is not None else []


def _release_shown(row: Posting) -> dict[str, Any]:
    day = publication.opens_later(row)
    if day is not None:
        return {"text": f"許可すると、{short_date(day)} 0:00に自動で公開ページに載ります。"}
    return {"text": "許可すると、公開を再開したときに新しい内容が載ります。"} if row.status is PostingStatus.paused else {}


def _of_body(word: str) -> Any:
    """Where-clause: the posting's body has the word in its name or reading, or that very code."""
    name, kana = Organization.name.icontains(word, autoescape=True), Organization.kana.icontains(word, autoescape=True)
    return Posting.organization_id.in_(select(Organization.id).where(or_(name, kana, Organization.lg_code == word)))


def _tab(name: str, label: str, *states: PostingStatus) -> Tab:
    where = (lambda _actor: Posting.status.in_(states)) if states else None
    return Tab(name, label, where, empty=("この状態の募集情報はありません", "申請を承認すると、募集情報が下書きとして作られます。"))


class PostingView(DecisionPages, GuardedModelView):
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
        Tab(
            "small",
            "小さな変更",
            lambda _actor: Posting.changed_unseen(),
            (Order(Posting.changed_at), Order(Posting.id)),
            ("まだ見ていない小さな変更はありません", "公開中の募集の人数や文言が、確認なしで変わると、古い順にここに並びます。"),
        ),
        _tab("scheduled", "公開予定", PostingStatus.scheduled),
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
    column_labels = {"job_type": "職種・人数"}
    column_default_sort = ("changed_at", True)
    sort_columns = {"title": Posting.title, "changed_at": Posting.changed_at, "posting_no": Posting.posting_no}
    search_columns = (Posting.title, Posting.posting_no, _of_body)
    search_label = "見出し・番号・団体名・よみ"
    list_filters = (
        prefecture_filter(lambda code: Posting.organization.has(prefecture_code=code)),
        ListFilter("job_type", "職種", job_types, lambda query, value: query.where(Posting.job_type == value)),
        replace(word_filter("status", "状態", Posting.status, PostingStatus), shown=False),
    )
    list_options = (joinedload(Posting.organization).load_only(Organization.name, Organization.prefecture_code),)
    decides = Posting
    decisions = {
        "release": Decision(publication.release, show=lambda row, _typed: _release_shown(row)),
        "look": Decision(publication.look, block="admin/_look.html", show=lambda row, _typed: {"small": _small_changes(row)}),
        "return": Decision(publication.return_),
        "suspend": Decision(publication.suspend),
        "restore": Decision(publication.restore),
    }
    back_label = "募集情報に戻る"

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One posting beside what visitors see: content with findings, what changed since the live revision, decisions, history."""
        row = self.row(id)
        revision, live = revisions.current_revision(row), revisions.live_revision(row)
        behind = live is not None and live.number != revision.number
        return self.render(
            "admin/posting.html",
            posting=row,
            revision=revision,
            findings=[Finding.from_json(f) for f in revision.findings],
            live=live,
            changed=_changes(live, revision) if live is not None and behind else [],
            small=_small_changes(row),
            before=live.normalized if live is not None and behind else None,
            private=revisions.is_private(row),
            decisions=workflow.offers(row, current_actor()),
            entries=history.of_posting(row),
        )

    @expose("/<num:id>/preview")
    def preview(self, id: int) -> str:
        """The exact public page of the current revision."""
        row = self.row(id)
        revision = revisions.current_revision(row)
        content = listing.public_content(row.organization, revision.normalized)
        return self.render("admin/preview.html", posting=row, content=content, page_view=posting_page.view(content))

    def named(self, row: Posting) -> tuple[str, str, str]:
        """The heading in the question, body and number above it, the number in a message."""
        return row.title or row.posting_no, f"{row.organization.name}　{row.posting_no}", row.posting_no

    def page_of(self, row: Posting, page: Page) -> Page:
        """Of a private posting without a word of public pages."""
        return publication.words_for(row, page)

    def trail(self, row: Posting) -> list[tuple[str, str]]:
        """List and posting."""
        return [("募集情報", url_for(".index")), (row.posting_no, url_for(".details", id=row.id))]

    def letters(self, row: Posting, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mails to the municipality's accounts."""
        return publication.letters(row, move.name, typed.get("reason", ""))

    def onward(self, row: Posting, name: str, _outcome: workflow.Outcome) -> str:
        """The next that waits for a release, else the posting."""
        following = _next_release() if name in ("release", "return") else _next_small() if name == "look" else None
        return url_for(".details", id=following.id if following is not None else row.id)

    def show_job_type(self, row: Posting) -> str:
        """The job by its name."""
        return posting_field("job_type").label_of(row.job_type)
