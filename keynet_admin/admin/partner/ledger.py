"""The ledger: where each posting stands at each partner, what is late or refused, and what an operator does about it."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import g, url_for
from flask_admin import expose
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from keynet_admin import clock
from keynet_admin.admin.list_filters import word_filter
from keynet_admin.admin.partner import chart
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.display import short_date
from keynet_admin.errors import BadField
from keynet_admin.models import Organization, Partner, PartnerItem, Posting
from keynet_admin.permissions import Actor, Permission
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.services import workflow
from keynet_admin.services.partner import lag, ledger, next_step, overview, secured
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import UNANSWERED, PartnerChange, PartnerChannel, PartnerItemStatus, PartnerStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists.fields import read_day
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import BulkMove, GuardedModelView

# The search has read KN-P-000123-2, as a partner knows a posting that was issued anew, as one number.
_ISSUED_KEY = re.compile(r"(KN-P-[0-9]{6})([0-9]{1,3})")
_WAITS_FOR = {
    PartnerChannel.json: "相手の取得を待っています",
    PartnerChannel.csv: "相手のダウンロードを待っています",
    PartnerChannel.mail: "次の朝のメールで送ります",
}


def _of_posting(word: str) -> Any:
    """Where-clause: the posting's number, as the partner knows it too, or its body's name or code holds the word."""
    if found := _ISSUED_KEY.fullmatch(word):
        anew = and_(PartnerItem.posting.has(posting_no=found[1]), PartnerItem.issue >= int(found[2]))
        return or_(anew, PartnerItem.posting.has(posting_no=word))
    name, kana = Organization.name.icontains(word, autoescape=True), Organization.kana.icontains(word, autoescape=True)
    bodies = select(Organization.id).where(name | kana | (Organization.lg_code == word))
    return PartnerItem.posting.has(Posting.posting_no.icontains(word, autoescape=True) | Posting.organization_id.in_(bodies))


def _changes() -> list[tuple[str, str]]:
    kept = (PartnerChange.new, PartnerChange.changed)
    return [*((change.value, change.label) for change in kept), ("ended", "取下げ・募集終了")]


def _of_change(query: Any, value: str) -> Any:
    ends = (PartnerChange.withdrawn, PartnerChange.closed)
    return query.where(PartnerItem.change.in_(ends) if value == "ended" else PartnerItem.change == PartnerChange(value))


def _may_resend(row: PartnerItem, actor: Actor) -> str:
    return "" if "resend" in workflow.allowed(row, actor) else f"いまの状態は「{row.status.label}」です"


def _secured_typed(_row: PartnerItem, values: Any) -> dict[str, Any]:
    return {"count": values.get("count", ""), "on": values.get("on", "")}


def _secured(row: PartnerItem, actor: Actor, *, seen_version: int, count: str, on: str) -> workflow.Outcome:
    number = typed_count(count, 9999)
    if number is None:
        raise BadField("確保した人数の合計を数字で入力してください。取り消すときは 0 を入力します。例：2", "count")
    day = read_day(on) if on.strip() else clock.today()
    if day is None:
        raise BadField("日付として読めません。例：2021/5/20、令和3年5月20日", "on")
    return secured.secured_by_phone(row, actor, seen_version=seen_version, count=number, on=day)


class LedgerView(DecisionPages, GuardedModelView):
    """One row per posting and partner, the greatest lag first."""

    permission = Permission.partner_read
    method_permissions = {"bulk": Permission.partner_handle}
    decides = PartnerItem
    decisions = {
        "tell": Decision(ledger.tell),
        "resend": Decision(ledger.resend),
        "reissue": Decision(ledger.reissue),
        "drop": Decision(ledger.drop),
        "report_secured": Decision(_secured, read=_secured_typed, fields="admin/_partner_secured.html"),
    }
    back_label = "台帳の行に戻る"
    list_template = "admin/partner_ledger.html"
    cells_template = "admin/_partner_item_cells.html"
    noun = "台帳の行"
    exports = saved_views = can_view_details = True
    row_column = "posting"
    column_list = ("status", "posting", "partner", "sent_at", "answered_at", "lag", "next")
    column_export_list = (
        *("key", "posting.title", "posting.organization.name", "posting.job_type", "partner.name", "change", "sequence"),
        *("status", "changed_at", "sent_at", "attempts", "answered_at", "lag", "reason"),
    )
    column_labels = {
        "key": "募集番号",
        "posting": "募集",
        "posting.title": "見出し",
        "posting.organization.name": "団体",
        "posting.job_type": "職種",
        "partner": "連携先",
        "partner.name": "連携先",
        "change": "送ったもの",
        "sequence": "通番",
        "changed_at": "変更",
        "sent_at": "送付",
        "attempts": "送付の回数",
        "answered_at": "応答",
        "lag": "遅れ",
        "next": "次にすること",
        "reason": "拒否の理由",
    }
    tabs = (
        Tab(
            "open",
            "対応が必要",
            lambda _actor: overview.open_tasks(),
            empty=("対応が必要なものはありません", "連携先に断られたものや、取下げが約束の時間内に届いていないものが、ここに並びます。"),
        ),
        Tab(
            "waiting",
            "応答待ち",
            lambda _actor: PartnerItem.status.in_(UNANSWERED),
            empty=("応答を待つものはありません", "これから送るものと、送って応答を待つものが、ここに並びます。"),
        ),
        Tab(
            "refused",
            "拒否",
            lambda _actor: PartnerItem.status == PartnerItemStatus.refused,
            empty=("断られたものはありません", "連携先が受け取れなかった募集が、理由とともにここに並びます。"),
        ),
        Tab(
            "ended",
            "取下げ",
            lambda _actor: PartnerItem.status.in_((PartnerItemStatus.recalling, PartnerItemStatus.withdrawn)),
            empty=("取下げはまだありません", "募集が終わるか、掲載の同意がなくなると、連携先からの取下げがここに並びます。"),
        ),
        Tab(
            "all",
            "すべて",
            empty=("台帳はまだ空です", "掲載に同意した団体の募集が公開されると、対象の連携先ごとに1行ずつ並びます。"),
        ),
    )
    default_order = (Order(overview.lag_seconds(), down=True), Order(PartnerItem.id, down=True))
    ordinary_sort = "lag"
    sort_columns = {
        "lag": default_order[0],
        "sent_at": Order(PartnerItem.sent_at, down=True),
        "answered_at": Order(PartnerItem.answered_at, down=True),
    }
    search_columns = (_of_posting,)
    search_label = "募集番号・団体"
    list_filters = (
        ListFilter(
            "partner",
            "連携先",
            list,
            lambda query, value: query.where(PartnerItem.partner_id == int(value)),
            stored=lambda: select(Partner.id, Partner.name).where(Partner.id.in_(select(PartnerItem.partner_id))),
        ),
        ListFilter("change", "送ったもの", _changes, _of_change),
        word_filter("status", "状態", PartnerItem.status, PartnerItemStatus),
    )
    list_options = (
        joinedload(PartnerItem.partner),
        joinedload(PartnerItem.posting)
        .load_only(Posting.posting_no, Posting.title, Posting.job_type)
        .joinedload(Posting.organization)
        .load_only(Organization.name),
    )
    bulk_moves = (
        BulkMove(
            "resend",
            "もう一度送る",
            Permission.partner_handle,
            "選んだ募集をもう一度送りますか",
            "次の便でもう一度送ります。",
            _may_resend,
            lambda row, actor, version: ledger.resend(row, actor, seen_version=version),
        ),
    )

    @expose("/")
    def index_view(self) -> str:
        """Alarms, numbers, the list, and how long closings take."""
        promise = self.promised
        reach = overview.reach(promise)
        more = {"alarms": overview.alarms(promise), "numbers": overview.numbers(), "reach": reach}
        return self.list_of(promise=promise, chart=chart.of(reach, promise), **more)

    index = index_view

    def prepare(self, rows: Sequence[PartnerItem]) -> None:
        """People that the partners reported for the rows of the page."""
        g.partner_secured = overview.secured_at(rows)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One row with its history and what can be done."""
        row = self.row(id)
        self.prepare([row])
        return self.render(
            "admin/partner_item.html", item=row, offers=workflow.offers(row, current_actor()), entries=history.of_partner_item(row)
        )

    # ---- cells ----

    def show_posting_job_type(self, row: PartnerItem) -> str:
        """The job by its name."""
        return posting_field("job_type").label_of(row.posting.job_type)

    def show_lag(self, row: PartnerItem) -> str:
        """In words."""
        return overview.words_of(overview.lag_of(row))

    def has_lag(self, row: PartnerItem) -> bool:
        """Whether a time passes or passed until the partner's answer."""
        return row.status in UNANSWERED or row.answered_at is not None

    def is_limited(self, row: PartnerItem) -> bool:
        """Whether it was not sent because the partner could not take it."""
        return ledger.limited(row)

    def first_step(self, row: PartnerItem) -> tuple[str, str] | None:
        """Words and address of what to do first about a refused row; None for those who may not, and where the row offers it no longer."""
        if row.status is not PartnerItemStatus.refused or not self.acts():
            return None
        step = next_step.next_step(row, limited=self.is_limited(row))
        if step.action == next_step.WRITE:
            return step.label, url_for("admin_posting.talk", id=row.posting_id, message=next_step.request_to_owner(row))
        return (step.label, url_for(f".{step.action}", id=row.id)) if step.action in workflow.offers(row, current_actor()) else None

    def words_of(self, length: timedelta) -> str:
        """A length of time in words."""
        return overview.words_of(length)

    def acts(self) -> bool:
        """Whether the reader may handle rows."""
        return self.may(Permission.partner_handle)

    def lag_share(self, row: PartnerItem) -> int:
        """The lag in percent of the promise."""
        return round(100 * overview.lag_of(row) / self.promised)

    @property
    def promised(self) -> timedelta:
        """Within this time a closing is gone at the partner (read once a request)."""
        if "partner_promise" not in g:
            g.partner_promise = lag.promised()
        found: timedelta = g.partner_promise
        return found

    def is_late(self, row: PartnerItem) -> bool:
        """Whether the partner, which had it, must take it down and has not said so within the promise."""
        return row.status is PartnerItemStatus.recalling and row.sent_at is not None and overview.lag_of(row) > self.promised

    def lag_tone(self, row: PartnerItem) -> str:
        """Beyond the promise a colour: the strong one for what must be gone."""
        return "is-must" if self.is_late(row) else "is-ask" if overview.lag_of(row) > self.promised else ""

    def row_tone(self, row: PartnerItem) -> str:
        """Late rows stand out."""
        return "is-late" if self.is_late(row) else ""

    def waits_for(self, row: PartnerItem) -> str:
        """What has to happen next by itself; empty when nothing has."""
        if row.status not in UNANSWERED:
            return ""
        if row.partner.status is not PartnerStatus.active:
            return f"{row.partner.status.label}のため送りません"
        return "応答を待っています" if row.status is PartnerItemStatus.sent else _WAITS_FOR[row.partner.channel]

    def secured(self, row: PartnerItem) -> int:
        """How many people the partner reported for the posting."""
        return int(g.partner_secured.get((row.partner_id, row.posting_id), 0))

    def row_name(self, row: PartnerItem) -> str:
        """Number and partner."""
        return f"{row.key}（{row.partner.name}）"

    # ---- decisions ----

    def named(self, row: PartnerItem) -> tuple[str, str, str]:
        """The number in the question, partner, body and what it is about above it."""
        where = (
            f"{row.partner.name}　{row.posting.organization.name}　{row.posting.title}（{row.change.label}、{short_date(row.changed_at)}）"
        )
        return row.key, where, self.row_name(row)

    def trail(self, row: PartnerItem) -> list[tuple[str, str]]:
        """The ledger and the row."""
        return [("連携先", url_for(".index_view")), (self.row_name(row), url_for(".details", id=row.id))]
