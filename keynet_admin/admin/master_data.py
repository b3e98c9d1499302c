"""Master data as lists with forms: Nurse Centers, public addresses of bodies, law dates, office closures, replaced codes, standard texts for messages.

Who may edit has a right of its own.
"""

from typing import Any

from flask import url_for
from flask_admin.form import BaseForm
from sqlalchemy import inspect
from wtforms import BooleanField, SelectChoice, SelectField, TextAreaField, ValidationError

from keynet_admin.admin.list_filters import prefecture_filter
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import municipality, prefecture, short_time
from keynet_admin.catalogue.law_date_names import LAW_DATE_NAMES
from keynet_admin.extensions import db
from keynet_admin.models import LawDateRecord, MessageTemplate, MunicipalityContact, MunicipalitySuccessor, NurseCenterRecord, OfficeClosure
from keynet_admin.permissions import Permission
from keynet_admin.services import master_data
from keynet_admin.vocabulary import TemplateUse
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.fields import DayField, PrefectureField, text_field
from keynet_admin.web.lists.message_text import TemplateView
from keynet_admin.web.model_view import GuardedModelView


def siblings(view: Any) -> list[tuple[str, str]]:
    """Names and addresses of all lists of master data in the view's area, the standard texts among them."""
    views: Any = view.admin._views if view.admin is not None else ()
    return [(str(other.name), str(other.url) + "/") for other in views if isinstance(other, (MasterDataView, TemplateView))]


MOST_MOVED = 10  # deadlines that a closure's preview names
EDITED = "手で直した"
SIX_DIGITS = {"needed": True, "pattern": r"\d{6}", "wrong": "6桁の数字で入力してください。"}


class MasterDataView(GuardedModelView):
    """Read by staff, edited by administrators. Nothing is deleted: what no longer counts is switched off."""

    permission = Permission.reference_read
    method_permissions = dict.fromkeys(("create_view", "edit_view"), Permission.reference_edit)
    list_template = "admin/master_data.html"
    cells_template = "admin/_master_cells.html"
    can_edit = True
    exports = True
    column_labels: dict[str, str] = {}
    column_default_sort = ("id", False)

    def show_day(self, row: Any) -> str:
        """The day with its year."""
        return str(row.day.isoformat())

    def siblings(self) -> list[tuple[str, str]]:
        """Names and addresses of all lists of master data."""
        return siblings(self)

    def label(self, name: str) -> str:
        """A column is headed as its field of the form is."""
        field = None if name in self.column_labels else getattr(self.form, name, None)
        return str(field.args[0]) if field is not None else super().label(name)

    def may_create(self) -> bool:
        """Whether the reader sees the button for a new row."""
        return bool(self.can_create) and self.may(Permission.reference_edit)

    def row_url(self, row: Any) -> str | None:
        """The form, for those who may use it."""
        return url_for(".edit_view", id=row.id) if self.may(Permission.reference_edit) else None

    def show_prefecture_code(self, row: Any) -> str:
        """The prefecture's name."""
        return prefecture(row.prefecture_code) if row.prefecture_code else "サービス全体"

    def on_model_change(self, _form: Any, model: Any, is_created: bool) -> None:
        """Checks over several rows, mark, audit event; the number that makes every process read the table anew."""
        state = inspect(model)
        fields = [name for name in self.form_columns if is_created or state.attrs[name].history.has_changes()]
        if fields:
            with db.session.no_autoflush:  # the service reads the table as it was before it writes
                master_data.saved(model, current_actor(), fields, added=is_created)


class NurseCenterForm(BaseForm):
    """Contacts of a Nurse Center."""

    postal_code = text_field("郵便番号", 8, pattern=r"\d{3}-\d{4}", wrong="000-0000の形で入力してください。")
    address = text_field("所在地", 200)
    phone = text_field("電話番号", 20, pattern=r"[0-9-]+", wrong="数字とハイフンで入力してください。")
    email = text_field("メールアドレス", 254, pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", wrong="メールアドレスの形になっていません。")
    website = text_field("ホームページ", 200, pattern=r"https?://\S+", wrong="https:// から入力してください。")
    note = text_field("備考", 1000, kind=TextAreaField)


class NurseCenterView(MasterDataView):
    """The 47 Nurse Centers."""

    form = NurseCenterForm
    form_columns = ("postal_code", "address", "phone", "email", "website", "note")
    page_size = 50
    noun = "ナースセンター"
    list_hint = "連絡先は、その都道府県の団体のページに出ます。"
    column_list = ("name", "prefecture_code", "phone", "email", "edited")
    column_export_list = ("prefecture_code", "name", "operator", *form_columns)
    column_labels = {"name": "名称", "operator": "運営", "edited": EDITED}
    search_columns = (NurseCenterRecord.name, NurseCenterRecord.operator)
    search_label = "名称・運営"
    list_filters = (prefecture_filter(NurseCenterRecord.prefecture_code.__eq__),)


class LawDateForm(BaseForm):
    """One dated value."""

    key = SelectField("名前", choices=[SelectChoice(key, name) for key, name in LAW_DATE_NAMES.items()])
    valid_from = DayField("適用の始まり", description="この日に知られている値として使い始める日。例：2021/5/6、令和3年5月6日")
    valid_to = DayField("適用の終わり", required=False, description="空欄の場合、終わりはありません。")
    value = DayField("日付", as_text=True)
    basis = text_field("根拠", 500, needed=True, kind=TextAreaField)


class LawDateView(MasterDataView):
    """Dates that law or the programme sets, as known between two days. The entry rules judge by them."""

    form = LawDateForm
    form_columns = ("key", "valid_from", "valid_to", "value", "basis")
    key_columns = ("key", "valid_from")
    can_create = True
    page_size = 50
    noun = "日付"
    list_hint = "記入ルールは、ここの日付で判定します。変えると、すぐにすべての画面に効きます。"
    form_hint = list_hint
    column_list = ("key", "valid_from", "valid_to", "value", "basis", "edited")
    column_labels = {"key": "名前", "edited": EDITED}
    column_default_sort = ("key", False)
    sort_columns = {"key": LawDateRecord.key, "value": LawDateRecord.value}
    search_columns = (lambda word: LawDateRecord.key.in_([k for k, name in LAW_DATE_NAMES.items() if word in name]), LawDateRecord.basis)
    search_label = "名前・根拠"

    def show_key(self, row: LawDateRecord) -> str:
        """What people call the date."""
        return LAW_DATE_NAMES.get(row.key, row.key)


class OfficeClosureForm(BaseForm):
    """One closed day."""

    day = DayField("閉庁日", description="例：2021/5/6、令和3年5月6日")
    reason = text_field("理由", 60, needed=True, description="期限の数え方のページに出ます。例：庁舎の停電")
    prefecture_code = PrefectureField(
        "範囲", "サービス全体", description="都道府県を選ぶと、その都道府県の団体の初回ログインの期限だけに効きます。"
    )
    active = BooleanField("有効", default=True)


class OfficeClosureView(MasterDataView):
    """Days on which nobody works beside weekends and holidays."""

    form = OfficeClosureForm
    form_columns = ("day", "reason", "prefecture_code", "active")
    key_columns = ("day", "prefecture_code")
    can_create = True
    noun = "閉庁日"
    list_hint = "土日・祝日・年末年始のほかの閉庁日です。2営業日の約束は、この日を数えません。"
    form_hint = "確認を待つ申請の期限も、この日を除いて数え直します。期限が動く申請があるときは、保存の前にお見せします。"
    empty_title = "閉庁日はまだありません"
    empty_text = "庁舎の休みや災害のときに追加すると、期限の計算から除かれます。"
    column_list = ("day", "reason", "prefecture_code", "active")
    column_default_sort = ("day", True)
    sort_columns = {"day": OfficeClosure.day}

    def effect(self, form: Any, row: Any) -> list[str]:
        """How many deadlines move, the first ones from when to when."""
        day, place = (form.day.data, form.prefecture_code.data or "") if row is None else (row.day, row.prefecture_code)
        moved = master_data.effect_of(day, place, bool(form.active.data))
        if not moved:
            return []
        lines = [f"{case.receipt_no} {case.org_name}　{short_time(case.old)} → {short_time(case.new)}" for case in moved[:MOST_MOVED]]
        left = len(moved) - len(lines)
        what = "この閉庁日で" if form.active.data else "閉庁日をやめることで、"
        undo = (
            "保存した後も、「有効」を外して保存すると元に戻ります。" if form.active.data else "「有効」に戻して保存すると、また動きます。"
        )
        return [f"{what}期限が動く申請が{len(moved)}件あります。{undo}", *lines, *([f"ほか{left}件"] if left else [])]


class MunicipalityContactForm(BaseForm):
    """The public address of one body."""

    code6 = text_field("団体コード", 6, **SIX_DIGITS)
    email = text_field("メールアドレス", 254, pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", wrong="メールアドレスの形になっていません。")
    phone = text_field("電話番号", 20, pattern=r"[0-9-]+", wrong="数字とハイフンで入力してください。")
    source = text_field("出どころ", 200, description="公開されているページのアドレスなど。")
    verified = BooleanField("確かめた", description="団体の代表アドレスだと確かめたときだけ印を付けます。印のないアドレスには送りません。")


class MunicipalityContactView(MasterDataView):
    """Public addresses of bodies. Prefectures ask them to register at the verified ones."""

    form = MunicipalityContactForm
    form_columns = ("code6", "email", "phone", "source", "verified")
    key_columns = ("code6",)
    can_create = True
    page_size = 50
    noun = "公開アドレス"
    list_hint = (
        "まだ登録していない市区町村の、公開されている連絡先です。都道府県の画面から送る登録のお願いは、確かめたアドレスにだけ届きます。"
    )
    form_hint = "個人のアドレスは登録しないでください。"
    empty_title = "公開アドレスはまだありません"
    empty_text = "市区町村のホームページにある代表アドレスを追加すると、都道府県が登録のお願いを送れます。"
    column_list = ("code6", "body", "email", "phone", "verified")
    column_export_list = ("code6", "body", "email", "phone", "source", "verified")
    column_labels = {"body": "市区町村"}
    column_default_sort = ("code6", False)
    search_columns = (MunicipalityContact.code6, MunicipalityContact.email, lambda word: MunicipalityContact.code6.in_(_codes_named(word)))
    search_label = "団体コード・市区町村・アドレス"
    list_filters = (prefecture_filter(MunicipalityContact.code6.startswith),)

    def show_body(self, row: MunicipalityContact) -> str:
        """The body's name with its prefecture."""
        return municipality(row.code6)

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        """A code that is in the table, and no mark without an address."""
        body = reference.municipality(model.code6)
        if body is None or body.is_ward:
            raise ValidationError("団体コードが、市区町村の一覧にありません。")
        if model.verified and not model.email:
            raise ValidationError("「確かめた」は、メールアドレスがあるときだけ選べます。")
        super().on_model_change(form, model, is_created)


def _codes_named(word: str) -> list[str]:
    return [body.code6 for body in reference.municipalities() if word in body.name]


class SuccessorForm(BaseForm):
    """One replaced code."""

    old_code = text_field("古い団体コード", 6, **SIX_DIGITS)
    new_code = text_field("新しい団体コード", 6, **SIX_DIGITS)
    valid_from = DayField("変わる日", description="この日から、古いコードの申請には新しいコードを案内します。")
    active = BooleanField("有効", default=True)


class SuccessorView(MasterDataView):
    """Codes that another replaces: mergers, towns that became cities."""

    form = SuccessorForm
    form_columns = ("old_code", "new_code", "valid_from", "active")
    key_columns = ("old_code",)
    can_create = True
    noun = "コードの変更"
    list_hint = "合併などで変わった団体コードです。申請フォームは、古いコードに新しいコードを案内します。"
    empty_title = "団体コードの変更はまだありません"
    empty_text = "合併などで変わったコードを追加すると、申請フォームと団体のページに出ます。"
    column_list = ("old_code", "new_code", "valid_from", "active")
    column_labels = {"old_code": "古いコード", "new_code": "新しいコード"}
    search_columns = (MunicipalitySuccessor.old_code, MunicipalitySuccessor.new_code)
    search_label = "団体コード"


class StandardTemplateView(TemplateView):
    """The service center's texts."""

    permission = Permission.reference_read
    method_permissions = dict.fromkeys(("create_view", "edit_view"), Permission.template_edit)
    list_template = "admin/master_data.html"
    list_hint = "すべての自治体が使える標準の文面です。自治体が作った文面は、ここには出ません。"
    column_list = ("name", "kind", "step", "active", "changed_at")

    def scope(self, query: Any) -> Any:
        """Those for people who apply or ask."""
        return super().scope(query).where(MessageTemplate.use == TemplateUse.candidate)

    def siblings(self) -> list[tuple[str, str]]:
        """Names and addresses of the lists beside it."""
        return siblings(self)
