"""The partners: list and form for administrators, the page of one with its contact, numbers, accounts and keys, and the decisions."""

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload
from wtforms import SelectChoice

from keynet_admin.admin.list_filters import job_types, prefecture_filter, word_filter
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.display import prefecture
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Partner, PartnerKey
from keynet_admin.permissions import Actor, Permission
from keynet_admin.services import master_data, workflow
from keynet_admin.services.partner import keys, overview, partners
from keynet_admin.services.workflow import Outcome, history
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import KeyStatus, PartnerChannel, PartnerEncoding, PartnerKind, PartnerStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages, EditDecision
from keynet_admin.web.lists.fields import ChecksField, CountField, PrefectureField, text_field, word_field
from keynet_admin.web.lists.page import Order, Tab
from keynet_admin.web.model_view import GuardedModelView

ISSUE = EditDecision(
    "鍵の発行",
    Page(
        "{name}の鍵を発行しますか",
        "鍵はこの後の画面で一度だけ表示します。安全な方法で相手に渡せる用意をしてから、発行してください。",
        "鍵を発行する",
        "鍵を発行しました。",
    ),
    Permission.partner_key,
    step_up=True,
)
_ADDED = (PartnerKind.other, PartnerKind.sandbox)
_SCOPES = {PartnerKind.save_the_town: "医師", PartnerKind.nurse_center: "看護職"}


def scope_words(row: Partner) -> str:
    """Which postings it gets: 宮崎県・看護職."""
    if row.kind is PartnerKind.sandbox:
        return "架空の募集だけ"
    jobs = "、".join(posting_field("job_type").label_of(job) for job in row.job_types) or "すべての職種"
    return f"{prefecture(row.prefecture_code) or '全国'}・{_SCOPES.get(row.kind, jobs)}"


class ShowsKeyOnce:
    """A view with decisions that make a key, which stands in the answer to the post and nowhere else.

    Making one asks for a fresh proof. Stopping one does not: it only takes away, and must be quick.
    """

    def decided(self, row: Any, name: str, outcome: Outcome, words: str) -> Any:
        """The page with the new key, else the next page with a message."""
        if isinstance(outcome.made, keys.IssuedKey):
            partner = outcome.made.key.partner
            old = row if isinstance(row, PartnerKey) else None
            return self.render("admin/partner_key.html", partner=partner, issued=outcome.made, old=old)  # type: ignore[attr-defined]
        return super().decided(row, name, outcome, words)  # type: ignore[misc]


class PartnerForm(BaseForm):
    """What an administrator keeps of a partner. The contact of a Nurse Center is that of the reference data."""

    name = text_field("名称", 60, needed=True)
    kind = word_field("種類", PartnerKind, _ADDED, description="「試験用」には、架空の募集だけを渡します。")
    prefecture_code = PrefectureField("勤務地の都道府県", "全国", description="勤務地がこの都道府県にある募集だけを渡します。")
    job_types = ChecksField("職種", description="「その他の連携先」に渡す職種です。一つも選ばないと、すべての職種です。")
    channel = word_field("受取り", PartnerChannel)
    encoding = word_field("CSVの文字コード", PartnerEncoding)
    email = text_field("メールアドレス", 254, pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", wrong="メールアドレスの形になっていません。")
    phone = text_field("電話番号", 20, pattern=r"[0-9-]+", wrong="数字とハイフンで入力してください。")
    days_most = CountField("掲載できる日数", 1, 3650, description="過ぎると、新しい番号で発行し直します。空欄の場合、限りはありません。")
    title_most = CountField(
        "見出しの長さ（文字）", 1, 100, description="超える募集は送らず、運営の対応にします。空欄の場合、限りはありません。"
    )


class PartnerView(ShowsKeyOnce, DecisionPages, GuardedModelView):
    """All partners, those in use first."""

    permission = Permission.partner_read
    method_permissions = dict.fromkeys(("create_view", "edit_view"), Permission.partner_edit)
    decides = Partner
    decisions = {
        "verify": Decision(partners.verify, block="admin/_partner_contact.html", show=lambda row, _typed: _contact_shown(row)),
        "stop": Decision(partners.stop),
        "issue": Decision(
            lambda row, actor, *, seen_version: _issue(row, actor, seen_version),
            show=lambda row, _typed: _issue_shown(row),
            change=ISSUE,
        ),
    }
    back_label = "連携先に戻る"
    can_create = can_edit = can_view_details = exports = True
    form = PartnerForm
    form_columns = ("name", "kind", "prefecture_code", "job_types", "channel", "encoding", "email", "phone", "days_most", "title_most")
    key_columns = ("kind", "prefecture_code")
    form_hint = "メールアドレスか電話番号を変えると、連絡先をもう一度確認するまで何も送りません。"
    list_template = "admin/partner_list.html"
    cells_template = "admin/_partner_cells.html"
    page_size = 50
    noun = "連携先"
    tabs = (
        Tab("all", "すべて"),
        Tab("active", "使用中", lambda _actor: Partner.status == PartnerStatus.active),
        Tab("preparing", "未確認", lambda _actor: Partner.status == PartnerStatus.preparing),
        Tab("stopped", "停止", lambda _actor: Partner.status == PartnerStatus.stopped),
    )
    column_list = ("name", "channel", "status", "standing", "waiting", "refused", "secured", "last_seen_at")
    column_export_list = (
        *("name", "kind", "prefecture_code", "channel", "encoding", "status", "contact_email", "contact_phone"),
        *("standing", "waiting", "refused", "secured", "last_seen_at"),
    )
    column_labels = {
        "name": "連携先・範囲",
        "kind": "種類",
        "channel": "受取り",
        "encoding": "文字コード",
        "status": "連絡先",
        "contact_email": "メールアドレス",
        "contact_phone": "電話番号",
        "standing": "掲載中",
        "waiting": "応答待ち",
        "refused": "拒否",
        "secured": "確保の報告",
        "last_seen_at": "最後の通信",
    }
    number_columns = ("standing", "waiting", "refused", "secured")
    list_options = (joinedload(Partner.center),)
    default_order = (Order(Partner.status != PartnerStatus.active), Order(Partner.kind == PartnerKind.sandbox), Order(Partner.id))
    search_columns = (Partner.name, Partner.email)
    search_label = "名称・メールアドレス"
    list_filters = (
        word_filter("kind", "種類", Partner.kind, PartnerKind),
        prefecture_filter(Partner.prefecture_code.__eq__),
        word_filter("channel", "受取り", Partner.channel, PartnerChannel),
    )
    empty_title = "連携先はまだありません"
    empty_text = "募集を渡す相手を追加すると、ここに並びます。"

    def prepare(self, rows: Sequence[Partner]) -> None:
        """What stands at each, counted for the whole page."""
        g.partner_standings = overview.standings([row.id for row in rows])

    def standing_of(self, row: Partner) -> overview.PartnerCounts:
        """What stands at one partner of the page."""
        found: overview.PartnerCounts = g.partner_standings[row.id]
        return found

    def show_standing(self, row: Partner) -> int:
        """Postings that it has and shows."""
        return self.standing_of(row).acknowledged

    def show_waiting(self, row: Partner) -> int:
        """Rows that wait for its answer."""
        return self.standing_of(row).waiting

    def show_refused(self, row: Partner) -> int:
        """Rows that it could not take."""
        return self.standing_of(row).refused

    def show_secured(self, row: Partner) -> str:
        """People it reported."""
        return f"{self.standing_of(row).secured}名"

    def show_prefecture_code(self, row: Partner) -> str:
        """The prefecture's name."""
        return prefecture(row.prefecture_code) or "全国"

    def scope_words(self, row: Partner) -> str:
        """Which postings it gets."""
        return scope_words(row)

    def may_create(self) -> bool:
        """Whether the reader sees the button for a new one."""
        return self.may(Permission.partner_edit)

    def label(self, name: str) -> str:
        """A fixed column of the form is headed as its field."""
        field = None if name in self.column_labels else getattr(self.form, name, None)
        return str(field.args[0]) if field is not None else super().label(name)

    def create_form(self, obj: Any = None) -> Any:
        """An empty form."""
        return _with_jobs(super().create_form(obj))

    def edit_form(self, obj: Any = None) -> Any:
        """Without the fields that are not this partner's own."""
        form = _with_jobs(super().edit_form(obj))
        if obj.kind is PartnerKind.nurse_center:
            del form.email, form.phone
        if obj.kind is not PartnerKind.other:
            del form.job_types
        return form

    def on_model_change(self, _form: Any, model: Any, is_created: bool) -> None:
        """The audit event, and what follows: a new contact is to be verified, a new scope changes what stands there."""
        state = inspect(model)
        fields = [name for name in self.form_columns if is_created or state.attrs[name].history.has_changes()]
        if fields:
            with db.session.no_autoflush:
                master_data.saved(model, current_actor(), fields, added=is_created)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One partner: contact, scope, numbers, accounts, keys, history."""
        row = self.row(id)
        self.prepare([row])
        actor = current_actor()
        people = select(Account).where(Account.partner_id == row.id).order_by(Account.id)
        return self.render(
            "admin/partner.html",
            partner=row,
            standing=self.standing_of(row),
            people=db.session.execute(people).scalars().all(),
            key_offers={key.id: workflow.offers(key, actor) for key in row.keys},
            offers=workflow.offers(row, actor),
            may_issue=self.may(Permission.partner_key) and _issue_shown(row) == {},
            entries=history.of_partner(row),
        )

    def named(self, row: Partner) -> tuple[str, str, str]:
        """Its name, its scope above it."""
        return row.name, scope_words(row), row.name

    def trail(self, row: Partner) -> list[tuple[str, str]]:
        """The ledger, the list and the partner."""
        ledger = ("連携先", url_for("admin_partner_item.index_view"))
        return [ledger, ("一覧", url_for(".index_view")), (row.name, url_for(".details", id=row.id))]


class KeyView(ShowsKeyOnce, DecisionPages, GuardedModelView):
    """All keys, the newest first. What they are nobody can read; people speak of them by their first letters."""

    permission = Permission.partner_read
    decides = PartnerKey
    decisions = {"rotate": Decision(keys.rotate), "extend": Decision(keys.extend), "stop": Decision(keys.stop)}
    back_label = "連携先に戻る"
    list_template = "admin/partner_list.html"
    noun = "鍵"
    exports = can_view_details = True
    column_list = ("prefix", "partner.name", "status", "created_at", "created_by.shown_name", "last_used_at", "ends_at")
    column_labels = {
        "prefix": "鍵",
        "partner.name": "連携先",
        "created_at": "発行",
        "created_by.shown_name": "発行した人",
        "last_used_at": "最後の使用",
        "ends_at": "使える期限",
    }
    tabs = (
        Tab("open", "使えるもの", lambda _actor: PartnerKey.status != KeyStatus.stopped),
        Tab("all", "すべて"),
    )
    search_columns = (PartnerKey.prefix, lambda word: PartnerKey.partner.has(Partner.name.icontains(word, autoescape=True)))
    search_label = "鍵の初めの文字・連携先"
    list_options = (
        joinedload(PartnerKey.partner).load_only(Partner.name),
        joinedload(PartnerKey.created_by).load_only(Account.name, Account.email),
    )
    empty_title = "鍵はまだありません"
    empty_text = "連携先のページで鍵を発行すると、ここに並びます。"

    def show_prefix(self, row: PartnerKey) -> str:
        """Its first letters."""
        return f"{row.prefix}…"

    def row_url(self, row: PartnerKey) -> str:
        """The partner's page."""
        return url_for("admin_partner.details", id=row.partner_id, _anchor="keys")

    @expose("/<num:id>/")
    def details(self, id: int) -> Any:
        """A key's place is the page of its partner."""
        return redirect(self.row_url(self.row(id)))

    def named(self, row: PartnerKey) -> tuple[str, str, str]:
        """Its first letters, the partner above them."""
        return self.show_prefix(row), row.partner.name, f"鍵 {self.show_prefix(row)}"

    def trail(self, row: PartnerKey) -> list[tuple[str, str]]:
        """The ledger and the partner."""
        return [("連携先", url_for("admin_partner_item.index_view")), (row.partner.name, self.row_url(row))]


def _with_jobs(form: Any) -> Any:
    form.job_types.choices = [SelectChoice(slug, label) for slug, label in job_types()]
    return form


def _contact_shown(row: Partner) -> dict[str, Any]:
    if row.kind is PartnerKind.sandbox or (row.contact_email and row.contact_phone):
        return {}
    return {"blocked": "メールアドレスと電話番号が登録されていません。先に登録してください。"}


def _issue(row: Partner, actor: Actor, seen_version: int) -> Outcome:
    if seen_version != row.version:
        raise workflow.stale(row)
    if blocked := _issue_shown(row):
        raise Refused(blocked["blocked"])
    return Outcome(row.status, made=keys.issue(row, actor))


def _issue_shown(row: Partner) -> dict[str, Any]:
    if row.channel is not PartnerChannel.json:
        return {"blocked": f"この連携先の受取りは「{row.channel.label}」です。鍵は「{PartnerChannel.json.label}」の連携先だけが使います。"}
    if not keys.is_open(row):
        return {"blocked": "連絡先を確かめて使用を始めるまで、鍵は発行できません。"}
    if any(key.status is KeyStatus.active for key in row.keys):
        return {"blocked": "使用中の鍵があります。新しい鍵は「入れ替える」で発行してください。"}
    return {}
