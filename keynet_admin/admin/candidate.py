"""Applications and inquiries that their municipality leaves without an answer: whom to call. Numbers only, nothing of the person."""

from typing import Any

from flask import url_for
from sqlalchemy import and_
from sqlalchemy.orm import joinedload, load_only

from keynet_admin.models import Candidate, Organization, Posting
from keynet_admin.permissions import Permission
from keynet_admin.services.candidate import silence
from keynet_admin.vocabulary import AWAITED
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists.page import Order, Tab
from keynet_admin.web.model_view import GuardedModelView

_SHOWN = (Candidate.candidate_no, Candidate.kind, Candidate.status, Candidate.posting_id, Candidate.organization_id, Candidate.version)
_LADDER = (Candidate.due_at, Candidate.remind_at, Candidate.reminders, Candidate.task_at)


class SilentView(DecisionPages, GuardedModelView):
    """The rows about which the service center had, or has, to ask. Columns that hold the person's words are not even read."""

    permission = Permission.candidate_call
    decides = Candidate
    decisions = {"asked": Decision(silence.asked)}
    back_label = "一覧に戻る"
    noun = "返答のない応募・問い合わせ"
    list_hint = "お約束の期限を過ぎ、催促のメールにも対応がないものです。団体に電話で確認し、答えを記録してください。応募した方の氏名や連絡先は表示しません。"
    column_list = ("candidate_no", "organization.name", "tel", "posting.posting_no", "status", "due_at", "task_at")
    column_labels = {
        "candidate_no": "番号",
        "tel": "団体の電話",
        "posting.posting_no": "募集",
        "status": "段階",
        "due_at": "約束の期限",
        "task_at": "依頼から",
    }
    list_options = (
        load_only(*_SHOWN, *_LADDER, raiseload=True),
        joinedload(Candidate.posting).load_only(Posting.posting_no, Posting.title),
        joinedload(Candidate.organization).load_only(Organization.name, Organization.details),
    )
    tabs = (
        Tab(
            "call",
            "電話で確認する",
            lambda _actor: silence.to_ask(),
            empty=("電話で確認するものはありません", "期限を過ぎた応募や問い合わせに団体の対応がないと、ここに並びます。"),
            caption="電話で確認する応募・問い合わせ",
        ),
        Tab(
            "asked",
            "返答を待っているもの",
            lambda _actor: and_(
                Candidate.status.in_(AWAITED),
                Candidate.task_at.is_(None),
                Candidate.reminders >= silence.ASKED,
                Candidate.erased_at.is_(None),
            ),
        ),
        Tab("all", "これまでのすべて"),
    )
    search_columns = (Candidate.candidate_no, lambda word: Candidate.organization.has(Organization.name.icontains(word, autoescape=True)))
    search_label = "番号・団体名"

    @property
    def default_order(self) -> tuple[Order, ...]:
        """Who has waited longest first."""
        return Order(Candidate.task_at), Order(Candidate.id)

    def scope(self, query: Any) -> Any:
        """Not `visible_to`, which gives staff nothing: what the service center was asked to look after once."""
        return query.where(silence.entrusted())

    def show_tel(self, row: Candidate) -> str:
        """The switchboard of the body."""
        return str((row.organization.details or {}).get("org_tel") or "")

    def row_url(self, row: Candidate) -> str | None:
        """The page on which the call is noted, while it is to be made."""
        return url_for(".asked", id=row.id) if row.task_at is not None and row.status in AWAITED else None

    def named(self, row: Candidate) -> tuple[str, str, str]:
        """Its number, the body beside it."""
        return row.candidate_no, f"{row.organization.name}　{self.show_tel(row)}", row.candidate_no

    def trail(self, _row: Candidate) -> list[tuple[str, str]]:
        """The list."""
        return [("返答のない応募", url_for(".index_view"))]
