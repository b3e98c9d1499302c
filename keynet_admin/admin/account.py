"""Accounts: list, page with history, resend of the invitation, suspend and restore."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from sqlalchemy.orm import defer, joinedload

from keynet_admin.admin.list_filters import word_filter
from keynet_admin.errors import ReasonMissing, Refused
from keynet_admin.models import Account, Organization
from keynet_admin.permissions import Permission
from keynet_admin.services import workflow
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, Role
from keynet_admin.web.actor import current_actor
from keynet_admin.web.model_view import GuardedModelView

WORDS: dict[str, tuple[str, str, str, bool, str]] = {
    "resend": (
        "ご案内の再送",
        "初回ログインのご案内を送り直しますか",
        "送り直す",
        False,
        "新しいメールを送ります。前のメールのリンクとコードは使えなくなります。",
    ),
    "suspend": (
        "利用停止",
        "このアカウントの利用を停止しますか",
        "停止する",
        True,
        "ログイン中の画面もすぐに使えなくなります。募集情報はそのまま残ります。",
    ),
    "restore": ("利用停止の解除", "利用停止を解除しますか", "解除する", True, "ふたたびログインできるようになります。"),
}


class AccountView(GuardedModelView):
    """All accounts."""

    permission = Permission.account_read
    method_permissions = {
        "resend": Permission.account_issue,
        "suspend": Permission.account_suspend,
        "restore": Permission.account_suspend,
    }
    can_view_details = True
    column_list = ("email", "name", "organization.name", "role", "status", "last_login_at")
    column_labels = {
        "email": "メールアドレス",
        "name": "氏名・部署",
        "organization.name": "団体",
        "role": "役割",
        "status": "状態",
        "last_login_at": "最後のログイン",
    }
    noun = "アカウント"
    exports = saved_views = True
    search_columns = (
        Account.email,
        Account.name,
        lambda word: Account.organization.has(Organization.name.icontains(word, autoescape=True)),
    )
    search_label = "メールアドレス・氏名・団体"
    sort_columns = {"email": Account.email, "last_login_at": Account.last_login_at}
    list_filters = (word_filter("status", "状態", Account.status, AccountStatus), word_filter("role", "役割", Account.role, Role))
    list_options = (defer(Account.password_hash), joinedload(Account.organization).load_only(Organization.name))
    empty_title = "アカウントはまだありません"
    empty_text = "申請を承認すると、自治体のアカウントがここに並びます。"

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One account with its history."""
        row = self._row(id)
        return self.render("admin/account.html", account=row, actions=_actions(row), entries=history.of_account(row), words=WORDS)

    @expose("/<num:id>/resend", methods=("GET", "POST"))
    def resend(self, id: int) -> Any:
        """A new invitation mail."""
        return self._act(id, "resend", lambda row, version, _reason: accounts.resend_invitation(row, current_actor(), seen_version=version))

    @expose("/<num:id>/suspend", methods=("GET", "POST"))
    def suspend(self, id: int) -> Any:
        """Stop an account; its sessions end at once."""
        return self._act(
            id, "suspend", lambda row, version, reason: accounts.suspend(row, current_actor(), seen_version=version, reason=reason)
        )

    @expose("/<num:id>/restore", methods=("GET", "POST"))
    def restore(self, id: int) -> Any:
        """Let it be used again."""
        return self._act(
            id, "restore", lambda row, version, reason: accounts.restore(row, current_actor(), seen_version=version, reason=reason)
        )

    def _act(self, id: int, action: str, act: Callable[[Account, int, str], object]) -> Any:
        row = self._row(id)
        if request.method != "POST":
            return self._page(row, action)
        version, reason = workflow.version_of(request.form.get("version")), request.form.get("reason", "")
        try:
            with transaction():
                act(row, version, reason)
        except ReasonMissing as missing:
            return self._page(self._row(id), action, reason, str(missing)), 422
        except Refused as refusal:
            flash(str(refusal), "error")
            return redirect(url_for(".details", id=id), 303)
        flash(f"{row.email}：{WORDS[action][0]}を行いました。", "success")
        return redirect(url_for(".details", id=id), 303)

    def _page(self, row: Account, action: str, reason: str = "", error: str = "") -> str:
        return self.render(
            "admin/account_act.html", account=row, action=action, words=WORDS[action], reason=reason, error=error, actions=_actions(row)
        )

    def _row(self, id: int) -> Account:
        row: Account | None = self.get_one(str(id))
        return row if row is not None else abort(404)


def _actions(row: Account) -> list[str]:
    """What may be done with an account now. Nobody stops their own."""
    actor = current_actor()
    found = [name for name in workflow.allowed(row, actor) if name in WORDS and row.id != actor.account_id]
    return ["resend", *found] if row.status is AccountStatus.invited else found
