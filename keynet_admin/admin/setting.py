"""Settings that an administrator changes: the intake period and the notice on the visitors' first page."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from keynet_admin.permissions import Permission
from keynet_admin.services import settings
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists.fields import read_day


class SettingForm(Form):
    """Dates are typed in either calendar, as everywhere. The view looks at the token."""

    intake_from = StringField("申請の受付開始日", description="この日から申請フォームを開きます。例：2021/5/6、令和3年5月6日")
    intake_until = StringField("申請の受付終了日", description="空欄の場合、期限はありません。この日まで（当日を含む）受け付けます。")
    notice = TextAreaField(
        "トップページのお知らせ",
        description="空欄の場合は表示しません。400文字まで。",
        validators=[Length(max=400, message="400文字までで入力してください。")],
    )

    def validate_intake_from(self, field: StringField) -> None:
        """A day is needed."""
        if read_day(field.data) is None:
            raise ValidationError("日付を入力してください。例：2021/5/6、令和3年5月6日")

    def validate_intake_until(self, field: StringField) -> None:
        """Empty, or a day not before the start."""
        if not (field.data or "").strip():
            return
        day, start = read_day(field.data), read_day(self.intake_from.data)
        if day is None:
            raise ValidationError("日付を入力するか、空欄にしてください。例：2022/2/28")
        if start is not None and day < start:
            raise ValidationError("受付開始日より後の日付を入力してください。")


class SettingView(GuardedView):
    """`/admin/setting/`."""

    permission = Permission.setting_edit
    method_permissions = {"index": Permission.setting_edit}
    checks_token = frozenset({"index"})

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """Show and change the settings."""
        stored = {name: settings.get(name) or "" for name in settings.DEFAULTS}
        form = SettingForm(request.form if request.method == "POST" else None, data=stored)
        if request.method == "POST" and (problem := unverified()):
            return self.render("admin/setting.html", form=form, notice=f"{problem.words}もう一度保存してください。"), problem.status
        if request.method == "POST" and form.validate():
            start, until = read_day(form.intake_from.data), read_day(form.intake_until.data)
            values = {
                "intake_from": start.isoformat() if start else settings.DEFAULTS["intake_from"],
                "intake_until": until.isoformat() if until else None,
                "notice": (form.notice.data or "").replace("\0", "").strip(),
            }
            with transaction():
                settings.change(values, current_actor())
            flash("設定を保存しました。", "success")
            return redirect(url_for(".index"), 303)
        return self.render("admin/setting.html", form=form), 422 if request.method == "POST" else 200
