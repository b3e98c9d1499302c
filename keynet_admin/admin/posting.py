"""Operators' view of all postings: those that wait for release first; release, return, look at small changes, suspend, restore."""

from dataclasses import replace
from typing import Any

from flask import url_for
from flask_admin import expose
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from keynet_admin.admin.casework import transferring
from keynet_admin.admin.list_filters import job_types, prefecture_filter, region_filter, word_filter
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.catalogue.display import short_date
from keynet_admin.models import Organization, Posting, PostingRevision
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services import threads, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting import publication, revisions
from keynet_admin.services.posting.moderation import decide, talk
from keynet_admin.services.support import transfer
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import PostingStatus
from keynet_admin.web import posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages, EditDecision
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import BulkMove, GuardedModelView
from keynet_admin.web.published.pages import PublishedPages


def _changes(old: PostingRevision, new: PostingRevision) -> list[Change]:
    return changes({"postings": [old.normalized]}, {"postings": [new.normalized]})


def _small_changes(row: Posting) -> list[Change]:
    """What has gone live since an operator saw the posting last."""
    live = revisions.live_revision(row)
    return _changes(revisions.revision_of(row, row.look_from), live) if row.look_from is not None and live is not None else []


def _beside(row: Posting) -> dict[str, Any]:
    """What both decisions about a waiting posting stand beside: the page as visitors would get it, its findings, what is new in it."""
    revision, live = revisions.current_revision(row), revisions.live_revision(row)
    content, beside = listing.as_read(row, revision.normalized)
    return {
        "wide": True,
        "plain_reason": True,
        "content": content,
        "page_view": posting_page.view(content, **beside),
        "findings": [finding for finding in map(Finding.from_json, revision.findings) if finding.level is not Level.FIX],
        "live": live,
        "changed": _changes(live, revision) if live is not None and live.number != revision.number else [],
        "private": revisions.is_private(row),
        "line": decide.wait(row),
    }


def _release_shown(row: Posting) -> dict[str, Any]:
    shown, day = _beside(row), publication.opens_later(row)
    if why := decide.why_not(row, current_actor()):
        shown |= {"blocked": why, "instead": (url_for(".return_", id=row.id), "差し戻しへ進む")}
    if day is not None and not shown["private"]:
        return shown | {"text": f"許可すると、{short_date(day)} 0:00に自動で公開ページに載ります。"}
    return shown | ({"text": "許可すると、公開を再開したときに新しい内容が載ります。"} if row.status is PostingStatus.paused else {})


TALK = EditDecision(
    "自治体へのメッセージ",
    Page(
        "「{name}」について、自治体に書きますか",
        "募集情報のページとメールで自治体に届きます。公開の状態は変わりません。",
        "メッセージを送る",
        "メッセージを送りました。",
    ),
    Permission.posting_discuss,
)


def _thread(row: Posting) -> dict[str, Any]:
    messages = threads.of(row)
    desk = talk.desk_ids(messages)
    unread = any(message.read_at is None and message.author_id not in desk for message in messages)
    return {"thread": messages, "desk_ids": desk, "staff": True, "unread": unread, "plain_reason": True}


def _of_body(word: str) -> Any:
    """Where-clause: the posting's body has the word in its name or reading, or that very code."""
    name, kana = Organization.name.icontains(word, autoescape=True), Organization.kana.icontains(word, autoescape=True)
    return Posting.organization_id.in_(select(Organization.id).where(or_(name, kana, Organization.lg_code == word)))


def _tab(name: str, label: str, *states: PostingStatus) -> Tab:
    where = (lambda _actor: Posting.status.in_(states)) if states else None
    return Tab(name, label, where, empty=("この状態の募集情報はありません", "申請を承認すると、募集情報が下書きとして作られます。"))


class PostingView(DecisionPages, PublishedPages, GuardedModelView):
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
            (Order(Posting.waits_since, never_null=True), Order(Posting.id)),
            ("確認を待つ募集情報はありません", "要確認の付いた募集を自治体が公開すると、期限の近い順にここに並びます。"),
            columns=("organization.name", "waits", "title", "job_type", "findings", "status", "posting_no"),
        ),
        Tab(
            "small",
            "小さな変更",
            lambda _actor: Posting.changed_unseen(),
            (Order(Posting.changed_at), Order(Posting.id)),
            ("まだ見ていない小さな変更はありません", "公開中の募集の人数や文言が、確認なしで変わると、古い順にここに並びます。"),
        ),
        Tab(
            "talk",
            "メッセージ",
            lambda _actor: talk.unread(by_desk=True),
            (Order(Posting.changed_at), Order(Posting.id)),
            ("まだ開いていないメッセージはありません", "自治体が募集情報についてメッセージを送ると、ここに並びます。"),
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
    list_template = "admin/postings.html"
    column_labels = {"job_type": "職種・人数", "waits": "待ち"}
    column_default_sort = ("changed_at", True)
    sort_columns = {
        "waits": (Order(Posting.waits_since), Order(Posting.id)),
        "title": Posting.title,
        "changed_at": Posting.changed_at,
        "posting_no": Posting.posting_no,
    }
    search_columns = (Posting.title, Posting.posting_no, _of_body)
    search_label = "見出し・番号・団体名・よみ"
    list_filters = (
        prefecture_filter(lambda code: Posting.organization.has(prefecture_code=code)),
        region_filter(lambda codes: Posting.organization.has(Organization.prefecture_code.in_(codes))),
        ListFilter("job_type", "職種", job_types, lambda query, value: query.where(Posting.job_type == value)),
        replace(word_filter("status", "状態", Posting.status, PostingStatus), shown=False),
    )
    list_options = (joinedload(Posting.organization).load_only(Organization.name, Organization.prefecture_code),)
    decides = Posting
    decisions = {
        "release": Decision(
            decide.release, block="admin/_release.html", fields="admin/_release_fields.html", show=lambda row, _typed: _release_shown(row)
        ),
        "look": Decision(decide.look, block="admin/_look.html", show=lambda row, _typed: {"small": _small_changes(row)}),
        "return": Decision(decide.return_, block="admin/_release.html", show=lambda row, _typed: _beside(row)),
        "suspend": Decision(decide.suspend),
        "restore": Decision(decide.restore),
        "transfer": transferring.POSTING,
        "talk": Decision(
            talk.say,
            read=lambda _row, values: {"message": values.get("message", ""), "only_read": values.get("do") == "read"},
            block="web/_thread.html",
            fields="web/_thread_fields.html",
            show=lambda row, _typed: _thread(row),
            change=TALK,
        ),
    }
    bulk_moves = (
        BulkMove(
            "release",
            "許可",
            Permission.posting_release,
            "指摘のない募集の公開を、まとめて許可しますか",
            "公開を許可しました。",
            decide.why_not_unseen,
            lambda row, actor, version: decide.release(row, actor, seen_version=version),
        ),
        BulkMove(
            "look",
            "確認済みに",
            Permission.posting_release,
            "小さな変更を、まとめて確認済みにしますか",
            "確認済みにしました。",
            lambda row, actor: "" if "look" in workflow.allowed(row, actor) else "見ていない小さな変更はありません",
            lambda row, actor, version: decide.look(row, actor, seen_version=version),
        ),
    )
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
            **_thread(row),
        )

    @expose("/<num:id>/preview")
    def preview(self, id: int) -> str:
        """The exact public page of the current revision."""
        row = self.row(id)
        revision = revisions.current_revision(row)
        content, beside = listing.as_read(row, revision.normalized)
        return self.render("admin/preview.html", posting=row, content=content, page_view=posting_page.view(content, **beside))

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
        """The mails to the municipality's accounts, of a transfer to both."""
        if move.name == "transfer":
            return transfer.posting_letters(row, typed.get("to", ""), typed.get("reason", ""))
        return publication.letters(row, move.name, typed.get("reason", ""))

    def onward(self, row: Posting, name: str, _outcome: workflow.Outcome) -> str:
        """The page on which the next that waits is decided, else the posting."""
        if name == "talk":
            return f"{url_for('.details', id=row.id)}#h-talk"
        if name == "look":
            return url_for(".details", id=(decide.next_small(current_actor()) or row).id)
        following = decide.next_waiting(current_actor(), row) if name in ("release", "return") else None
        return url_for(".details", id=row.id) if following is None else url_for(".release", id=following.id)

    def row_name(self, row: Posting) -> str:
        """Number, body and heading."""
        return f"{row.posting_no} {row.organization.name} {row.title}"

    def line(self, row: Posting) -> decide.Wait:
        """The clock of a posting that waits."""
        return decide.wait(row)

    def show_waits(self, row: Posting) -> str:
        """The time left in words."""
        return self.line(row).words

    def show_job_type(self, row: Posting) -> str:
        """The job by its name."""
        return posting_field("job_type").label_of(row.job_type)
