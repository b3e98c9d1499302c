"""The operators' queue as a list: its columns, tabs, filters, sorts and search."""

from collections.abc import Sequence
from typing import Any

from flask import g
from sqlalchemy import Text, type_coerce
from sqlalchemy.orm import joinedload, undefer

from keynet_admin.admin.list_filters import job_types, prefecture_filter, staff
from keynet_admin.catalogue.display import prefecture, short_date
from keynet_admin.models import Account, Submission
from keynet_admin.permissions import Permission
from keynet_admin.services import overview, workflow
from keynet_admin.services.dashboard import figures, pace
from keynet_admin.services.dashboard.forecast import Forecast
from keynet_admin.services.submission import lists as queue
from keynet_admin.services.submission import review, search_index
from keynet_admin.vocabulary import AWAITING_REVIEW, SETTLED, SubmissionStatus
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import BulkMove

_S = Submission
_WITH_FINDINGS = {
    "errors": ("要修正あり", _S.errors > 0),
    "warnings": ("要確認あり", _S.warnings > 0),
    "clean": ("指摘なし", (_S.errors == 0) & (_S.warnings == 0)),
}
_DUE = (Order(_S.due_at, never_null=True), Order(_S.id))


def _due_days() -> list[tuple[str, str]]:
    days = figures.coming_days()
    return [("over", "過ぎたもの"), ("today", "今日まで"), *((day.isoformat(), short_date(day)) for day in days), ("later", "それより後")]


def _by_due(query: Any, value: str) -> Any:
    return query.where(_S.awaiting_review(), overview.due_clause(value))


def _only_task(query: Any, _value: str) -> Any:
    return query.where(_S.task.is_not(None), _S.status.not_in(AWAITING_REVIEW))


def _may_take(row: Submission, actor: Any) -> str:
    return "" if "take" in workflow.allowed(row, actor) else f"いまの状態は「{row.status.label}」です"


def _of_assignee(query: Any, value: str) -> Any:
    if value == "second":
        return query.where(_S.second_asked, _S.status.in_(AWAITING_REVIEW))
    return query.where(_S.assignee_id.is_(None) if value == "none" else _S.assignee_id == int(value))


class QueueList:
    """What `/admin/submission/` lists, mixed into the view of the cases."""

    list_template = "admin/queue.html"
    cells_template = "admin/_queue_cells.html"
    page_size = 30
    noun = "申請"
    exports = saved_views = True
    search_label = "団体名・よみ・電話・メール・受付番号"
    has_search = True
    tabs = (
        Tab(
            "due",
            "期限順",
            lambda _actor: _S.awaiting_review(),
            _DUE,
            ("確認を待つ申請はありません", "自治体が申請フォームを送ると、期限の近い順にここに並びます。"),
            "確認を待つ申請",
        ),
        Tab(
            "mine",
            "自分の担当",
            lambda actor: (_S.assignee_id == (actor.account_id or 0)) & _S.status.not_in(SETTLED),
            (Order(_S.due_at), Order(_S.id)),
            ("担当している申請はありません", "期限順の一覧で「担当する」を押すと、ここに並びます。"),
            "自分が担当する申請",
        ),
        Tab(
            "returned",
            "差し戻し中",
            lambda _actor: _S.status == SubmissionStatus.returned,
            (Order(_S.returned_at), Order(_S.id)),
            ("差し戻し中の申請はありません", "差し戻した申請は、自治体が再提出するまでここに並びます。"),
            "差し戻し中の申請",
            ("org", "due", "waiting", "mail", "reminded", "jobs", "assignee", "receipt"),
        ),
        Tab(
            "done",
            "完了",
            lambda _actor: _S.settled(),
            (Order(_S.decided_at, down=True, never_null=True), Order(_S.id, down=True)),
            ("完了した申請はまだありません", "承認・却下・取下げになった申請がここに並びます。"),
            "完了した申請",
        ),
    )
    column_list = ("org", "due", "findings", "jobs", "status", "assignee", "receipt")
    column_labels = {
        "org": "団体",
        "due": "残り時間",
        "waiting": "待っている日数",
        "mail": "最後のメール",
        "reminded": "最後の催促",
        "jobs": "職種・人数",
        "assignee": "担当",
        "receipt": "受付番号",
        "prefecture": "都道府県",
        "received_at": "受付",
        "due_at": "期限",
        "decided_at": "決定",
        "current": "回数",
    }
    column_export_list = (
        "receipt",
        "prefecture",
        "lg_code",
        "org",
        "jobs",
        "status",
        "current",
        "errors",
        "warnings",
        "assignee",
        "received_at",
        "due_at",
        "decided_at",
    )
    ordinary_sort = "due"
    sort_columns = {
        "due": (),
        "findings": (Order(_S.errors, down=True), Order(_S.warnings, down=True)),
        "assignee": (Order(_S.assignee_id.is_(None), down=True), Order(_S.assignee_id)),
        "receipt": _S.receipt_no,
    }
    list_filters = (
        prefecture_filter(_S.prefecture_code.__eq__),
        ListFilter(
            "job_type",
            "職種",
            job_types,
            lambda query, value: query.where(type_coerce(_S.jobs, Text).contains(f'["{value}",', autoescape=True)),
        ),
        ListFilter(
            "findings",
            "指摘",
            lambda: [(name, label) for name, (label, _clause) in _WITH_FINDINGS.items()],
            lambda query, value: query.where(_WITH_FINDINGS[value][1]),
        ),
        ListFilter("due", "期限", _due_days, _by_due),
        ListFilter("task", "対応", lambda: [("only", "メール不達・電話")], _only_task, shown=False),
        ListFilter("assignee", "担当", lambda: [("none", "未定"), ("second", "2人目の確認待ち")], _of_assignee, stored=staff, every="全員"),
        ListFilter(
            "status",
            "状態",
            lambda: [(status.value, status.label) for status in SubmissionStatus],
            lambda query, values: query.where(_S.status.in_([SubmissionStatus(value) for value in values])),
            many=True,
            shown=False,
        ),
    )
    list_options = (joinedload(_S.assignee).load_only(Account.name, Account.email), undefer(_S.mail_status), undefer(_S.second_asked))
    bulk_moves = (
        BulkMove(
            "take",
            "担当する",
            Permission.submission_decide,
            "選んだ申請をまとめて担当しますか",
            "担当になりました。",
            _may_take,
            lambda row, actor, version: review.take(row, actor, seen_version=version),
        ),
    )

    def search(self, query: Any, text: str) -> Any:
        """Words of the case and of its contacts, whatever their width, kana or hyphens."""
        return search_index.found(query, text)

    def forecast(self) -> Forecast | None:
        """The outlook, while a deadline is in danger."""
        return pace.line(g.get("nav_counts", {}).get("submission", 0))

    def prepare(self, rows: Sequence[Submission]) -> None:
        """Who decided the cases of the page, asked for at once."""
        g.deciders = review.deciders([row.id for row in rows if row.decided_at is not None])

    def decider(self, row: Submission) -> str:
        """Who decided a case, empty while nobody did."""
        return str(g.deciders.get(row.id, ""))

    def line(self, row: Submission) -> queue.Line:
        """The clock of a case."""
        return queue.line(row)

    def row_name(self, row: Submission) -> str:
        """Body and number."""
        return f"{row.org_name or '（団体名なし）'} {row.receipt_no}"

    def show_org(self, row: Submission) -> str:
        """The body."""
        return row.org_name

    def show_prefecture(self, row: Submission) -> str:
        """Where it is, by name."""
        return prefecture(row.prefecture_code)

    def show_jobs(self, row: Submission) -> str:
        """看護師 3名、医師 1名."""
        return "、".join(f"{job or '職種不明'}{f' {number}名' if number else ''}" for job, number in queue.line(row).jobs)

    def show_receipt(self, row: Submission) -> str:
        """The number."""
        return row.receipt_no

    def show_assignee(self, row: Submission) -> str:
        """Who has it."""
        return row.assignee.shown_name if row.assignee is not None else ""
