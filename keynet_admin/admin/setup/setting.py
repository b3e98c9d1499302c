"""Settings that an administrator changes: the intake period, the notice on the visitors' first page, and how many days things take."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from keynet_admin.permissions import Permission
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.services import settings
from keynet_admin.services.mail.outbox import deliverable
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists.fields import read_day

# Every setting that is a number, nearly all of days: name, label, help, the least and the most.
_BUSINESS = "営業日で数えます。"
DAYS: tuple[tuple[str, str, str, int, int], ...] = (
    ("confirm_after_days", "募集が今も有効かを聞くまで", "変更も確認もない日数です。", 7, 90),
    ("confirm_grace_days", "その返答を待つ期間", "過ぎると、募集を自動で一時停止します。", 3, 60),
    ("candidate_seen_days", "応募の内容を確認するまで", _BUSINESS + "応募した方にお約束する期限です。", 1, 20),
    ("candidate_selection_days", "選考に進むまで", _BUSINESS + "内容の確認または連絡から数えます。", 1, 30),
    ("candidate_result_days", "結果をお知らせするまで", _BUSINESS + "選考・直接の選考・内定のそれぞれから数えます。", 1, 60),
    ("inquiry_days", "問い合わせに答えるまで", _BUSINESS, 1, 20),
    ("candidate_ask_days", "催促から、運営事務局が電話するまで", _BUSINESS + "期限の翌営業日に、まず団体へメールで催促します。", 1, 20),
    ("candidate_tell_days", "電話の依頼から、本人に状況をお知らせするまで", _BUSINESS, 1, 20),
    ("candidate_again_days", "その後、もう一度催促するまで", _BUSINESS, 1, 20),
    ("outcome_first_days", "募集の終了後、確保した人数を聞くまで", _BUSINESS, 1, 20),
    ("outcome_again_days", "返答がないとき、もう一度聞くまで", _BUSINESS, 1, 20),
    (
        "partner_lag_hours",
        "募集の終了が連携先に届くまでの時間",
        "時間で数えます。過ぎても連携先から取下げの返事がないとき、責任者にメールで知らせます。",
        1,
        96,
    ),
    ("outcome_times", "確保した人数を聞く回数", "返答がない場合に、この回数まで聞きます。", 1, 5),
    (
        "candidate_keep_days",
        "応募した方の情報を残す期間",
        "募集が終わった日と、その方の選考が終わった日の、遅いほうから数えます。",
        30,
        365,
    ),
    ("candidate_warn_days", "閲覧できなくなる前の予告", "この日数だけ前に、団体へお知らせします。", 7, 30),
    ("candidate_locked_days", "閲覧できなくなってから削除するまで", "", 7, 90),
    (
        "alert_keep_days",
        "新しい募集のメールを続ける期間",
        "受け取りの開始または延長から数えます。過ぎると、アドレスごと削除します。",
        30,
        365,
    ),
    ("alert_warn_days", "新しい募集のメールが終わる前の予告", "この日数だけ前に、続けるかどうかをメールで聞きます。", 3, 14),
    (
        "account_unused_days",
        "使われないアカウントを休止するまで",
        "最後のログインから数えます。担当者の管理をする方がほかにいない団体は、休止せずに運営事務局が電話で確認します。",
        60,
        730,
    ),
    ("account_warn_days", "アカウントを休止する前の予告", "この日数だけ前に、本人にメールで知らせます。", 7, 30),
    ("alert_confirm_days", "新しい募集のメールの確認を待つ期間", "過ぎると、申し込みをアドレスごと削除します。", 1, 7),
)
UNITS = {"times": "回", "hours": "時間"}


class SettingForm(Form):
    """Dates are typed in either calendar, as everywhere. The view looks at the token."""

    intake_from = StringField("申請の受付開始日", description="この日から申請フォームを開きます。例：2021/5/6、令和3年5月6日")
    intake_until = StringField("申請の受付終了日", description="空欄の場合、期限はありません。この日まで（当日を含む）受け付けます。")
    notice = TextAreaField(
        "トップページのお知らせ",
        description="空欄の場合は表示しません。400文字まで。",
        validators=[Length(max=400, message="400文字までで入力してください。")],
    )

    audit_digest_mail = StringField(
        "記録の控えの送付先（メールアドレス）",
        description="毎月、操作の記録の末尾の値をお送りします。監査する方など、このサイトの外で保管する方を指定します。空欄の場合は送りません。",
    )

    def validate_audit_digest_mail(self, field: StringField) -> None:
        """Empty, or an address that a mail can reach."""
        typed = (field.data or "").strip()
        if typed and not deliverable(typed):
            raise ValidationError("メールアドレスの形が正しくありません。例：kansa@audit.example")

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

    @property
    def days(self) -> list[Any]:
        """The fields of days, in the order of their table."""
        return [self[name] for name, *_ in DAYS]


def _of_days(least: int, most: int) -> Any:
    def check(_form: Form, field: StringField) -> None:
        number = typed_count(field.data, most)
        if number is None or number < least:
            raise ValidationError(f"{least}から{most}までの数字で入力してください。")

    return check


for _name, _label, _help, _least, _most in DAYS:
    setattr(
        SettingForm,
        _name,
        StringField(f"{_label}（{UNITS.get(_name.rpartition('_')[2], '日')}）", description=_help, validators=[_of_days(_least, _most)]),
    )


class SettingView(GuardedView):
    """`/admin/setting/`."""

    permission = Permission.setting_edit
    method_permissions = {"index": Permission.setting_edit}
    checks_token = frozenset({"index"})
    asks_proof = {"index": "設定を変える"}

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
                "audit_digest_mail": (form.audit_digest_mail.data or "").strip(),
                "notice": (form.notice.data or "").replace("\0", "").strip(),
            } | {name: typed_count(form[name].data, most) for name, _label, _help, _least, most in DAYS}
            with transaction():
                settings.change(values, current_actor())
            flash("設定を保存しました。", "success")
            return redirect(url_for(".index"), 303)
        return self.render("admin/setting.html", form=form), 422 if request.method == "POST" else 200
