"""Message templates as a list with forms: a municipality's own ones at `/office/`, the standard ones at `/admin/`."""

from typing import Any

from flask import request, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from sqlalchemy import inspect
from wtforms import BooleanField, SelectChoice, SelectField, TextAreaField, ValidationError

from keynet_admin.errors import BadField
from keynet_admin.models import Candidate, MessageTemplate
from keynet_admin.models.threads import TEMPLATE_MOST
from keynet_admin.services.candidate import messages, templates
from keynet_admin.services.workflow import move_of
from keynet_admin.vocabulary import CandidateKind
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.fields import text_field
from keynet_admin.web.lists.page import Order, Tab
from keynet_admin.web.model_view import GuardedModelView

EVERYBODY, NO_STEP = "応募者と問い合わせの方", "変えない"


def step_label(step: str) -> str:
    """The stage that a template brings, in words."""
    return str(move_of(Candidate, step).targets[0].label) if step else NO_STEP


class TemplateForm(BaseForm):
    """One text."""

    name = text_field("文面の名前", 40, needed=True, description="選ぶときに出る名前です。送る文には入りません。")
    kind = SelectField(
        "送る相手",
        choices=[SelectChoice("", EVERYBODY), *(SelectChoice(kind.value, kind.label) for kind in CandidateKind)],
        coerce=lambda value: next((kind for kind in CandidateKind if kind.value == value), None),
    )
    step = SelectField(
        "送ると変わる段階",
        choices=[SelectChoice("", NO_STEP), *(SelectChoice(step, step_label(step)) for step in messages.STEPS)],
        description="変えられる段階にいる方だけが変わります。送る前に、変えるかどうかを選べます。",
    )
    body = text_field(
        "本文",
        TEMPLATE_MOST,
        needed=True,
        kind=TextAreaField,
        description=f"{templates.known_words()} は、相手ごとの内容に置き換わります。決まっていないものは、送る前に書き入れます。",
        render_kw={"rows": 14},
    )
    active = BooleanField("使う", default=True, description="外すと、選ぶときに出なくなります。")

    def validate_step(self, field: Any) -> None:
        """A stage of applications is not for inquiries, and the other way round."""
        wanted = CandidateKind.inquiry if field.data == "answer" else CandidateKind.application
        if field.data and self.kind.data not in (None, wanted):
            raise ValidationError(f"「{step_label(field.data)}」は{wanted.label}の段階です。送る相手か段階を選び直してください。")

    def validate_body(self, field: Any) -> None:
        """Only placeholders that are known."""
        try:
            field.data = templates.checked(field.data or "")
        except BadField as error:
            raise ValidationError(str(error)) from None


class TemplateView(GuardedModelView):
    """The texts that the reader may use, their own ones to be changed; each with a preview for an invented person."""

    form = TemplateForm
    form_columns = ("name", "kind", "step", "body", "active")
    can_create = can_edit = can_view_details = True
    cells_template = "web/_template_cells.html"
    noun = "文面"
    empty_title = "文面はまだありません"
    column_list = ("name", "kind", "step", "organization_id", "active", "changed_at")
    column_labels = {"name": "名前", "kind": "送る相手", "step": "送ると変わる段階", "organization_id": "作成", "active": "使う"}
    tabs = (
        Tab("used", "使っている文面", lambda _actor: MessageTemplate.active),
        Tab("unused", "使っていない文面", lambda _actor: MessageTemplate.active.is_(False)),
    )

    @property
    def default_order(self) -> tuple[Order, ...]:
        """A municipality's own ones first."""
        return Order(MessageTemplate.organization_id.is_(None)), Order(MessageTemplate.sort), Order(MessageTemplate.id)

    def show_kind(self, row: MessageTemplate) -> Any:
        """Whom it is for."""
        return row.kind or EVERYBODY

    def show_step(self, row: MessageTemplate) -> str:
        """The stage it brings."""
        return step_label(row.step)

    def show_organization_id(self, row: MessageTemplate) -> str:
        """Whose it is."""
        return "標準の文面" if row.organization_id is None else "自分の団体"

    def may_edit(self, row: MessageTemplate) -> bool:
        """A standard text is the service center's, every other its municipality's."""
        return row.organization_id == current_actor().organization_id and self.may(self.method_permissions["edit_view"])

    def may_create(self) -> bool:
        """Whether the reader sees the button for a new one."""
        return self.may(self.method_permissions["create_view"])

    def create_form(self, obj: Any = None) -> Any:
        """An empty form, or one that begins with the text of another (`from` in the address)."""
        return super().create_form(obj or self.get_one(request.args.get("from", "")))

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """The text as an invented person would read it."""
        row = self.row(id)
        return self.render("web/template.html", row=row, text=self.sample_of(row), facts=self.facts_of(row), editable=self.may_edit(row))

    def sample_of(self, row: MessageTemplate) -> str:
        """The text for an invented person."""
        return templates.sample(row)

    def facts_of(self, row: MessageTemplate) -> list[tuple[str, str]]:
        """What else is to be known of it."""
        return [("送る相手", row.kind.label if row.kind is not None else EVERYBODY), ("送ると変わる段階", self.show_step(row))]

    def on_model_change(self, _form: Any, model: Any, is_created: bool) -> None:
        """Whose it is, and the audit event."""
        state = inspect(model)
        fields = [name for name in self.form_columns if is_created or state.attrs[name].history.has_changes()]
        if is_created:
            model.organization_id = current_actor().organization_id
        if fields:
            templates.saved(model, current_actor(), fields, added=is_created)

    def row_url(self, row: MessageTemplate) -> str:
        """The preview."""
        return url_for(".details", id=row.id)
