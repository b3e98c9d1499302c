"""The audit log as sentences. Nothing here can be changed."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask import g
from sqlalchemy import String, Text, cast, literal, or_, select, tuple_, type_coerce

from keynet_admin import clock
from keynet_admin.admin.list_filters import hours, staff, within_hour
from keynet_admin.catalogue.display import short_date
from keynet_admin.models import AuditEvent, Review, Submission
from keynet_admin.permissions import Permission
from keynet_admin.rules.table import RULES
from keynet_admin.services.audit_chain import check as audit_check
from keynet_admin.services.audit_chain import seal
from keynet_admin.services.dashboard.pace import DECISIONS
from keynet_admin.services.report.service import ServiceScope
from keynet_admin.services.submission.intake import RETURNS
from keynet_admin.services.workflow import history
from keynet_admin.web.lists.page import ListFilter
from keynet_admin.web.model_view import GuardedModelView

OWN_WORDS = "own"
SUBJECTS = {
    "setting": "設定",
    "submission": "申請",
    "posting": "募集情報",
    "account": "アカウント",
    "organization": "団体",
    "outbox_mail": "メール",
    "keying": "代行入力",
    "candidate": "応募者",
    "nurse_center": "ナースセンター",
    "law_date": "法令・事業の日付",
    "office_closure": "閉庁日",
    "municipality_contact": "市区町村の公開アドレス",
    "municipality_successor": "団体コードの変更",
    "message_template": "文面",
    "partner": "連携先",
    "partner_key": "連携先の鍵",
    "partner_item": "連携の台帳",
    "report_round": "実績の回",
    "report": "実績の報告",
    "search_alert": "新しい募集のメール",
    "job_run": "定期処理",
    "retention_run": "保存期間の処理",
    "mail_pause": "メールの送信の停止",
}
PLACES = {
    "submission": "/admin/submission/",
    "posting": "/admin/posting/",
    "account": "/admin/account/",
    "organization": "/admin/organization/",
    "outbox_mail": "/admin/mail/",
    "keying": "/admin/submission/new/",
    "partner": "/admin/partner/list/",
    "partner_key": "/admin/partner/key/",
    "partner_item": "/admin/partner/",
}


def _actions() -> list[tuple[str, str]]:
    """The choices of the log's filter: a noun each, with what it is done to where several kinds share the noun."""
    found = history.filters()
    shared = Counter(label for _, label in found)
    kinds = {value: SUBJECTS[history.filtered(value)[0]] for value, _ in found}
    return [(value, f"{label}（{kinds[value]}）" if shared[label] > 1 else label) for value, label in found]


def _decisions(query: Any, value: str) -> Any:
    query = query.where(AuditEvent.subject == Submission.__tablename__, AuditEvent.action.in_(DECISIONS))
    return query.where(AuditEvent.at >= datetime.combine(clock.today(), time(), clock.TOKYO)) if value == "today" else query


def _since(query: Any, value: str) -> Any:
    return query.where(AuditEvent.at >= datetime.combine(date.fromisoformat(value), time(), clock.TOKYO))


def _rules() -> list[tuple[str, str]]:
    return [(OWN_WORDS, "ルールによらない言葉"), *((rule.code, f"{rule.code} {rule.what}") for rule in RULES)]


def _returned_by(query: Any, value: str) -> Any:
    """The returns of cases that name a rule, as the first page counts them. What was decided is told by the event, why by its review."""
    items, codes, number = type_coerce(Review.items, Text), type_coerce(AuditEvent.codes, Text), cast(Review.id, String)
    if value == OWN_WORDS:
        named = or_(items == "[]", items.contains('"rule":""'), items.contains('"rule":null'))
    else:
        named = items.contains(f'"rule":"{value}"', autoescape=True)
    its = or_(codes.contains(literal('"review":') + number + literal(end)) for end in ",}")
    own = Review.subject == AuditEvent.subject, Review.subject_id == AuditEvent.subject_id, Review.action.in_(RETURNS), its, named
    return query.where(
        AuditEvent.subject == Submission.__tablename__, AuditEvent.action.in_(RETURNS), select(Review.id).where(*own).exists()
    )


class EventView(GuardedModelView):
    """All events, newest first."""

    permission = Permission.event_read
    list_template = "admin/events.html"
    column_list = ("at", "subject", "sentence")
    column_labels = {"at": "日時", "subject": "対象", "sentence": "できごと"}
    page_size = 50
    noun = "記録"
    exports = saved_views = True
    search_columns = (history.named,)
    search_label = "受付番号・募集番号・団体・アカウント"
    list_filters = (
        ListFilter("actor", "だれが", list, lambda query, value: query.where(AuditEvent.actor_id == int(value)), stored=staff),
        ListFilter("subject", "対象", lambda: list(SUBJECTS.items()), lambda query, value: query.filter(AuditEvent.subject == value)),
        ListFilter(
            "action",
            "操作",
            _actions,
            lambda query, value: query.filter(tuple_(AuditEvent.subject, AuditEvent.action).in_([history.filtered(value)])),
        ),
        # Where numbers of the first page lead.
        ListFilter(
            "decision", "決定", lambda: [("1", "承認・却下・差し戻し"), ("today", "今日の承認・却下・差し戻し")], _decisions, shown=False
        ),
        ListFilter("hour", "今日の時間", hours, lambda query, value: query.where(within_hour(AuditEvent.at, value)), shown=False),
        ListFilter("returned", "差し戻しの理由", _rules, _returned_by, shown=False),
        ListFilter(
            "since", "いつから", lambda: [(day.isoformat(), short_date(day)) for day in ServiceScope(53).mondays], _since, shown=False
        ),
    )
    empty_title = "記録はまだありません"
    empty_text = "受付・決定・公開などのできごとが、新しい順に並びます。"

    def render(self, template: str, **kwargs: Any) -> str:
        """The list shows where the chain ends and when it was last followed."""
        if template == self.list_template:
            kwargs |= {"head": seal.head(), "check": audit_check.newest()}
        return super().render(template, **kwargs)

    def prepare(self, rows: Sequence[AuditEvent]) -> None:
        """The names of everything on the page, asked for once."""
        g.event_names = history.names_of(rows)

    def show_subject(self, row: AuditEvent) -> str:
        """What it is about, by the name people use for it."""
        return f"{SUBJECTS.get(row.subject, row.subject)}　{g.event_names.get((row.subject, row.subject_id), '')}".rstrip("　")

    def show_sentence(self, row: AuditEvent) -> str:
        """The event in words."""
        return history.sentence(row, history.who_of(row, g.event_names))

    def row_url(self, row: AuditEvent) -> str | None:
        """The page of what it is about."""
        place = PLACES.get(row.subject)
        return f"{place}{row.subject_id}/" if place else None
