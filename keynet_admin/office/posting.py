"""A municipality's own postings: check, edit, preview, publish, withdraw, change headcount and dates, confirm, pause, resume, close, copy, new."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, g, redirect, request, url_for
from flask_admin import expose
from sqlalchemy.orm import joinedload

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.display import short_date
from keynet_admin.errors import BadField
from keynet_admin.models import Account, Posting
from keynet_admin.office import editor, figures
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.services import threads, workflow
from keynet_admin.services.candidate import mail as candidate_mail
from keynet_admin.services.candidate import stages
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting import (
    approval,
    balance,
    closing,
    dates,
    drafts,
    duties,
    freshness,
    placements,
    publication,
    radar,
    revisions,
    visits,
)
from keynet_admin.services.posting import home as desk
from keynet_admin.services.posting import outcome as outcomes
from keynet_admin.services.posting.moderation import talk
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import PUBLISHED, PostingStatus
from keynet_admin.web import forms, posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages, EditDecision
from keynet_admin.web.lists import export
from keynet_admin.web.lists.fields import read_day
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import GuardedModelView
from keynet_admin.web.published.pages import PublishedPages

PREFIX = revisions.PREFIX
HEADCOUNT = EditDecision(
    "募集人数の変更",
    Page("「{name}」の募集人数の変更", "公開中の募集の人数は、指摘がなければすぐに変わります。", "募集人数を変える", ""),
    Permission.posting_edit,
)
# What an empty tab says: that there is nothing, and how something comes to it.
EMPTY = {
    "all": ("募集情報はまだありません", "申請が承認されると、下書きがここに並びます。新しく作ることもできます。"),
    "draft": ("下書きはありません", "申請が承認されたときと、募集を追加したときに、ここに並びます。"),
    "waiting": ("運営事務局の確認を待っている募集はありません", "要確認の項目がある募集の公開を申し込むと、確認が済むまでここに並びます。"),
    "scheduled": ("公開予定の募集はありません", "日を決めて公開の手続きをした募集が、その日までここに並びます。"),
    "live": ("公開中の募集はありません", "下書きの内容を確かめて公開すると、ここに並びます。"),
    "paused": ("停止中の募集はありません", "一時停止した募集が、ここに並びます。"),
    "closed": ("終了した募集はまだありません", "終了した募集は、日付を改めてもう一度募集できます。"),
}
EXTEND = EditDecision(
    "期間の延長",
    Page(
        "「{name}」の期間を延ばしますか",
        "下の日付は目安です。直せます。指摘がなければ、公開中の募集の日付がすぐに変わります。",
        "この日付に変える",
        "",
    ),
    Permission.posting_edit,
)


TALK = EditDecision(
    "サービスセンターへのメッセージ",
    Page(
        "「{name}」について、サービスセンターに書きますか",
        "担当者に届きます。公開の状態と内容は変わりません。",
        "メッセージを送る",
        "メッセージを送りました。",
    ),
    Permission.posting_discuss,
)


class OfficePostingView(DecisionPages, PublishedPages, GuardedModelView):
    """The municipality's postings; every row is looked up among its own."""

    permission = Permission.posting_read
    method_permissions = dict.fromkeys(("new", "edit"), Permission.posting_edit)
    checks_token = frozenset({"edit"})
    decides = Posting
    decisions = {
        "publish": Decision(
            lambda row, actor, **typed: _publish(row, actor, **typed),
            read=lambda _row, values: _publish_read(values),
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
        "close": Decision(
            lambda row, actor, *, seen_version, form: _close(row, actor, form, seen_version),
            read=lambda row, values: {"form": figures.read(row, values, people=_handles(row))},
            block="office/_close.html",
            fields="office/_close_fields.html",
            show=lambda row, typed: _close_shown(row, typed["form"]),
            edits=lambda values, typed: values.get("do") == "count" or _adds_up(typed["form"]),
        ),
        "reopen": Decision(publication.reopen, fields="office/_reopen.html", show=lambda row, _typed: _reopen_shown(row)),
        "outcome": Decision(
            lambda row, actor, *, seen_version, form, stop: _outcome(row, actor, form, seen_version, stop=stop),
            read=lambda row, values: {"form": figures.read(row, values), "stop": values.get("do") == "stop"},
            block="office/_outcome.html",
            fields="office/_stop.html",
            edits=lambda values, typed: values.get("do") == "count" or (not typed["stop"] and _adds_up(typed["form"])),
        ),
        "place": Decision(
            lambda row, actor, *, seen_version, way, count, shift, on: _place(row, actor, seen_version, way, count, shift, on),
            read=lambda _row, values: {name: values.get(name, "") for name in ("way", "count", "shift", "on")},
            fields="office/_place.html",
            show=lambda row, _typed: {"ways": balance.ways_of(row), "shifts": balance.shift_names(row), "today": clock.today()},
        ),
        "unplace": Decision(
            placements.unplace,
            read=lambda _row, values: {"placement": _number(values.get("placement"))},
            fields="office/_unplace.html",
            show=lambda row, typed: _unplace_shown(row, typed["placement"]),
        ),
        "copy": Decision(drafts.copy),
        "extend": Decision(
            lambda row, actor, *, seen_version, days: _told(dates.extend(row, actor, seen_version=seen_version, days=days)),
            read=lambda row, values: _days(dates.longer(row), values),
            fields="office/_dates.html",
            show=lambda row, _typed: _extend_shown(row),
            change=EXTEND,
        ),
        "relist": Decision(dates.relist, read=lambda row, values: _days(dates.anew(row), values), fields="office/_dates.html"),
        "confirm": Decision(freshness.confirm, block="office/_confirm.html", show=lambda row, _typed: _confirm_shown(row)),
        "ask": Decision(approval.ask),
        "send_back": Decision(approval.send_back),
        "talk": Decision(
            talk.say,
            read=lambda _row, values: {"message": values.get("message", ""), "only_read": values.get("do") == "read"},
            block="web/_thread.html",
            fields="web/_thread_fields.html",
            show=lambda row, _typed: _thread(row),
            change=TALK,
        ),
    }
    names_row = False
    back_label = "募集情報に戻る"
    list_template = "office/postings.html"
    page_size = 20
    noun = "募集情報"
    exports = saved_views = can_view_details = True
    tabs = (
        *(
            Tab(
                name,
                label,
                (lambda _actor, states=states: Posting.status.in_(states)) if name != "all" else None,
                empty=EMPTY.get(name, ("", "")),
            )
            for name, (label, states) in desk.TABS.items()
        ),
        Tab(
            "soon",
            "終了間近",
            lambda _actor: duties.closing_soon(),
            empty=("公開がまもなく終わる募集はありません", "公開終了まで7日以内の募集が、ここに並びます。"),
        ),
    )
    list_filters = (ListFilter("todo", "用件", duties.options, lambda query, name: query.where(duties.matching(name))),)
    list_options = (joinedload(Posting.approval_asked_by).load_only(Account.name, Account.email),)
    column_list = ("title", "posting_no", "status", "job_type", "headcount", "published_at", "publish_until", "changed_at")
    column_labels = {"published_at": "公開"}
    default_order = (Order(Posting.status == PostingStatus.closed), Order(Posting.changed_at, down=True), Order(Posting.id, down=True))
    search_columns = (Posting.title, Posting.posting_no)
    search_label = "見出し・番号"

    def prepare(self, rows: Sequence[Posting]) -> None:
        """The balances of the page, counted at once."""
        g.balances = balance.balances(rows)

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

    def list_of(self, **more: Any) -> str:
        """The list's page, with the numbers that the cards show."""
        page = self.list_page()
        return self.render(self.list_template, page=page, visits=visits.visits(row.id for row in page.rows), **more)

    @expose("/visits.csv")
    def all_visits(self) -> Response:
        """Views and applications of all own postings, day by day, as a file."""
        return export.of_lines("csv", visits.table(current_actor()), "閲覧と応募の数")

    @expose("/<num:id>/visits.csv")
    def one_visits(self, id: int) -> Response:
        """The same of one posting."""
        row = self.row(id)
        return export.of_lines("csv", visits.table(current_actor(), row.id), f"閲覧と応募の数_{row.posting_no}")

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One posting: content with findings, what can be done, history."""
        row = self.row(id)
        revision, live, found = revisions.current_revision(row), revisions.live_revision(row), balance.balance(row)
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
            visits=visits.visits([row.id])[row.id] if row.published_at is not None else None,
            answer_until=freshness.answer_until(row.asked_at) if row.asked_at is not None else None,
            balance=found,
            full=balance.still_public(row, found),
            full_form=figures.read(row, {}, people=_handles(row)) if found.is_full else None,
            placements=placements.of(row),
            alone=approval.missing(row, current_actor()),
            radar=radar.of(row, found),
            **_thread(row),
        )

    @expose("/<num:id>/preview")
    def preview(self, id: int) -> str:
        """The public page as it will be, made from the current revision by the same function that publishes."""
        row = self.row(id)
        revision = revisions.current_revision(row)
        content, beside = listing.as_read(row, revision.normalized)
        return self.render("office/preview.html", posting=row, content=content, page_view=posting_page.view(content, **beside))

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

    def letters(self, row: Posting, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """Of a closing the mail to the first of those who are told."""
        told = typed["form"].told if move.name == "close" and row.published_at is not None else []
        return candidate_mail.preview(told[0], stages.CLOSED, {"word": typed["form"].word}) if told else []

    def trail(self, row: Posting) -> list[tuple[str, str]]:
        """Home, list, posting."""
        return [("ホーム", "/office/"), ("募集情報", url_for(".index")), (row.posting_no, url_for(".details", id=row.id))]

    def onward(self, row: Posting, name: str, outcome: workflow.Outcome) -> str:
        """The posting (after a message its thread); after a copy, or a closing that made one, the new one's editor."""
        if name in ("copy", "relist", "close") and outcome.made is not None:
            return url_for(".edit" if outcome.made.status is PostingStatus.draft else ".details", id=outcome.made.id)
        return url_for(".details", id=row.id, _anchor="h-talk" if name == "talk" else None)


def _publish_read(values: Any) -> dict[str, Any]:
    when = values.get("when")
    return {"now": when == "now", "day": values.get("day", "") if when == "day" else None}


def _days(offered: dates.Days, values: Any) -> dict[str, Any]:
    return {"days": {name: values.get(name, day) for name, day in offered.items()}}


def _extend_shown(row: Posting) -> dict[str, Any]:
    open_ = row.status in PUBLISHED
    return {
        "blocked": "" if open_ else f"いまの状態（{row.status.label}）では、期間を延ばせません。",
        "instead": (url_for(".relist", id=row.id), "もう一度募集する") if row.status is PostingStatus.closed else _way_to_edit(row),
    }


def _confirm_shown(row: Posting) -> dict[str, Any]:
    content = (revisions.live_revision(row) or revisions.current_revision(row)).normalized
    return {"content": content, "until": freshness.answer_until(row.asked_at) if row.asked_at is not None else None}


def _told(outcome: workflow.Outcome) -> workflow.Outcome:
    return outcome.but(note=editor.TOLD[outcome.note])


def _adds_up(form: figures.Figures) -> bool:
    """Whether a press only shows the sum of what was typed: it was not seen yet. A post that asks for no numbers has none to show."""
    return form.asked and not form.later and not form.seen and not any(way.error for way in form.ways)


def _close(row: Posting, actor: Actor, form: figures.Figures, seen_version: int) -> workflow.Outcome:
    numbers = form.numbers() if form.asked and not form.later else None
    fates = {group.name: tells for group, _people, tells in form.groups} if form.asked else {}
    values: dict[str, Any] = {"figures": numbers, "results": form.results, "rest": form.rest, "fates": fates}
    return closing.close(row, actor, seen_version=seen_version, **values, reason=form.reason, word=form.word)


def _handles(row: Posting) -> bool:
    """Whether the reader may see who applied, and decide about them."""
    return can(current_actor(), Permission.candidate_handle, row)


def _close_shown(row: Posting, form: figures.Figures) -> dict[str, Any]:
    unseen = 0 if _handles(row) else sum(map(len, closing.waiting(row).values()))
    return {
        "unseen": unseen,
        "form": form,
        "public": row.published_at is not None,
        "results": closing.RESULTS,
        "private": revisions.is_private(row),
    }


def _reopen_shown(row: Posting) -> dict[str, Any]:
    target = publication.reopens_to(row) if row.status is PostingStatus.closed else row.status
    shown: dict[str, Any] = {"named": _handles(row), "told": closing.told_at_closing(row) if row.closed_at is not None else []}
    if target is PostingStatus.draft:
        over = "最終日を過ぎているため、" if row.published_at is not None else ""
        return shown | {"text": f"{over}下書きに戻ります。内容と日付を確かめて、もう一度公開してください。"}
    if target is PostingStatus.paused:
        return shown | {"text": "終了の前と同じ「一時停止」に戻ります。"}
    if balance.balances([row])[row.id].is_full and not revisions.is_private(row):
        shown["text"] = "すぐに一覧に戻ります。募集人数に達しているため、続けて募るときは、再開したあとに人数を増やしてください。"
    return shown


def _outcome(row: Posting, actor: Actor, form: figures.Figures, seen_version: int, *, stop: bool) -> workflow.Outcome:
    if stop:
        return outcomes.stop(row, actor, seen_version=seen_version)
    return outcomes.answer(row, actor, seen_version=seen_version, figures=form.numbers(), reason=form.reason)


def _place(row: Posting, actor: Actor, seen_version: int, way: str, count: str, shift: str, on: str) -> workflow.Outcome:
    day = read_day(on) if on.strip() else clock.today()
    if day is None:
        raise BadField("日付として読めません。例：2021/5/6、令和3年5月6日", "on")
    chosen = next((known for known in balance.TYPED_WAYS if known == way), None)
    if chosen is None:
        raise BadField("どの方法で確保したかを選んでください。", "way")
    number = typed_count(count, figures.MOST)
    if number is None:
        raise BadField("人数を1から999までの数字で入力してください。例：2", "count")
    return placements.place(row, actor, seen_version=seen_version, way=chosen, count=number, shift=shift, on=day)


def _unplace_shown(row: Posting, number: int | None) -> dict[str, Any]:
    one = placements.one(row, number)
    if one is None:
        return {"placement": None, "blocked": "この記録は見つかりません。すでに取り消されています。"}
    return {"placement": one, "blocked": placements.reported_by(one) if one.partner else ""}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _publish(row: Posting, actor: Actor, *, seen_version: int, **typed: Any) -> workflow.Outcome:
    if again := workflow.repeated(row, actor, seen_version, "publish_edit"):
        return again
    if drafts.edit_stands(row):
        return drafts.publish_edit(row, actor, seen_version=seen_version)
    return publication.publish(row, actor, seen_version=seen_version, **typed)


def _publish_shown(row: Posting) -> dict[str, Any]:
    private = revisions.is_private(row)
    if alone := approval.missing(row, current_actor()):
        return {
            "blocked": alone,
            "private": private,
            "instead": (url_for(".ask", id=row.id), "公開の決裁を求める") if alone == approval.NOT_ASKED else None,
        }
    if drafts.edit_stands(row):
        result = drafts.judged(row, revisions.recheck(row))
        return {"private": private, "errors": result.at(Level.ERROR), "warnings": result.at(Level.WARNING), "instead": _way_to_edit(row)}
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


def _thread(row: Posting) -> dict[str, Any]:
    messages = threads.of(row)
    desk = talk.desk_ids(messages)
    unread = any(message.read_at is None and message.author_id in desk for message in messages)
    return {"thread": messages, "desk_ids": desk, "staff": False, "unread": unread, "plain_reason": True}
