"""The service center's ready texts for returns and rejections: operators read them, leads edit them."""

from typing import Any

from flask_admin.form import BaseForm
from wtforms import BooleanField, SelectChoice, SelectField, TextAreaField, ValidationError

from keynet_admin.errors import BadField
from keynet_admin.models import MessageTemplate
from keynet_admin.models.threads import TEMPLATE_MOST
from keynet_admin.permissions import Permission
from keynet_admin.rules import rule_by_code
from keynet_admin.services.candidate.templates import known_words
from keynet_admin.services.submission.casework import texts
from keynet_admin.vocabulary import TemplateUse
from keynet_admin.web.lists.fields import text_field
from keynet_admin.web.lists.message_text import TemplateView
from keynet_admin.web.lists.page import Order, Tab

USES = (TemplateUse.item, TemplateUse.cover, TemplateUse.reject)


class CaseTextForm(BaseForm):
    """One text."""

    name = text_field("文例の名前", 40, needed=True, description="選ぶときに出る名前です。送る文には入りません。")
    use = SelectField(
        "使う所",
        choices=[SelectChoice(use.value, use.label) for use in USES],
        coerce=lambda value: next((use for use in USES if use.value == value), None),
    )
    rule = text_field("ルール", 20, description="差し戻しの項目だけ。例：HOURS-002。空欄なら、どの項目でも選べます。")
    body = text_field(
        "本文",
        TEMPLATE_MOST,
        needed=True,
        kind=TextAreaField,
        description=f"{known_words(texts.KNOWN)} は、申請の内容に置き換わります。{known_words(texts.OF_ITEM)} は項目の文だけで使えます。",
        render_kw={"rows": 8},
    )
    active = BooleanField("使う", default=True, description="外すと、選ぶときに出なくなります。")

    def validate_rule(self, field: Any) -> None:
        """A rule of the table, and only for an item."""
        field.data = (field.data or "").strip().upper()
        if field.data and rule_by_code(field.data) is None:
            raise ValidationError("この番号のルールはありません。「ルール」の一覧にある番号を入力してください。")
        if field.data and self.use.data is not TemplateUse.item:
            raise ValidationError("ルールを指定できるのは、差し戻しの項目の文だけです。")

    def validate_body(self, field: Any) -> None:
        """Only placeholders that are known where the text is used."""
        try:
            field.data = texts.checked(field.data or "", self.use.data or TemplateUse.item)
        except BadField as error:
            raise ValidationError(str(error)) from None


class CaseTextView(TemplateView):
    """Texts for items, covering words and rejections."""

    permission = Permission.reference_read
    method_permissions = dict.fromkeys(("create_view", "edit_view"), Permission.template_edit)
    form = CaseTextForm
    form_columns = ("name", "use", "rule", "body", "active")
    noun = "文例"
    empty_title = "文例はまだありません"
    list_hint = "申請の差し戻しと却下で、書く代わりに選べる文です。直せるのは運営主任だけです。"
    column_list = ("name", "use", "rule", "active", "changed_at")
    column_labels = {"name": "名前", "use": "使う所", "rule": "ルール", "active": "使う"}
    tabs = (
        Tab("used", "使っている文例", lambda _actor: MessageTemplate.active),
        Tab("unused", "使っていない文例", lambda _actor: MessageTemplate.active.is_(False)),
    )

    @property
    def default_order(self) -> tuple[Order, ...]:
        """By where they are used."""
        return Order(MessageTemplate.use), Order(MessageTemplate.sort), Order(MessageTemplate.id)

    def scope(self, query: Any) -> Any:
        """The texts for cases alone."""
        return super().scope(query).where(MessageTemplate.use != TemplateUse.candidate)

    def sample_of(self, row: MessageTemplate) -> str:
        """The text for an invented case."""
        return texts.sample(row)

    def facts_of(self, row: MessageTemplate) -> list[tuple[str, str]]:
        """Where it may be chosen."""
        return [("使う所", row.use.label), ("ルール", row.rule or "どの項目でも")]
