"""Accounts: list, page with history, resend of the invitation, suspend and restore."""

from collections.abc import Callable
from typing import Any

from flask import redirect, url_for
from flask_admin import expose
from sqlalchemy.orm import defer, joinedload, selectinload

from keynet_admin.admin.list_filters import word_filter
from keynet_admin.catalogue.display import short_time
from keynet_admin.models import Account, Organization
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import workflow
from keynet_admin.services.account import address, tokens
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.submission import proof
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus, CallSource, Role
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.model_view import GuardedModelView

_CALL = ("phone", "source", "person")


def _called(act: Callable[..., workflow.Outcome], row: Account, actor: Actor, *, phone: str, source: str, person: str, **typed: Any) -> Any:
    """A decision about a body's account after a call to that body; colleagues know each other."""
    body = row.organization
    call = proof.words_of_call(phone, source, person, registered=proof.registered_phone(body), contact={}) if body is not None else ""
    return act(row, actor, call=call, **typed)


class AccountView(DecisionPages, GuardedModelView):
    """All accounts."""

    permission = Permission.account_read
    decides = Account
    decisions = {
        "resend": Decision(lambda row, actor, **typed: accounts.resend_invitation(row, actor, about=address.case_of(row), **typed)),
        "cancel": Decision(address.cancel_invitation),
        "readdress": Decision(
            lambda row, actor, **typed: _called(address.readdress, row, actor, **typed),
            read=lambda _row, values: {name: values.get(name, "") for name in ("recipient", "reason", *_CALL)},
            fields="admin/_account_address.html",
            show=lambda _row, _typed: {"sources": list(CallSource)},
        ),
        "read_code": Decision(
            lambda row, actor, **typed: _called(address.read_code, row, actor, **typed),
            read=lambda _row, values: {name: values.get(name, "") for name in _CALL},
            fields="admin/_account_call.html",
            show=lambda _row, _typed: {"sources": list(CallSource)},
        ),
        "suspend": Decision(accounts.suspend),
        "restore": Decision(accounts.restore),
        "role": Decision(
            accounts.change_role,
            read=lambda _row, values: {"role": values.get("role", ""), "reason": values.get("reason", "")},
            fields="admin/_role.html",
            show=lambda row, _typed: {"roles": [role for role in STAFF_ROLES if role is not row.role]},
        ),
    }
    back_label = "アカウントに戻る"
    can_view_details = True
    column_list = ("email", "name", "organization.name", "role", "status", "invitation", "last_login_at")
    column_labels = {
        "email": "メールアドレス",
        "name": "氏名・部署",
        "role": "役割",
        "invitation": "ご案内",
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
    list_options = (
        selectinload(Account.first_logins),
        defer(Account.password_hash),
        joinedload(Account.organization).load_only(Organization.name),
    )
    empty_title = "アカウントはまだありません"
    empty_text = "申請を承認すると、自治体のアカウントがここに並びます。"

    def show_invitation(self, row: Account) -> str:
        """How the invitation of somebody who has not signed in yet stands, and until when it is good."""
        last = row.invitation if row.status is AccountStatus.invited else None
        return f"{last.state.label}（{short_time(last.expires_at)}まで）" if last is not None else ""

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One account with its history."""
        row = self.row(id)
        offers = workflow.offers(row, current_actor())
        return self.render("admin/account.html", account=row, offers=offers, entries=history.of_account(row))

    @expose("/<num:id>/code")
    def code(self, id: int) -> Any:
        """The code that an operator reads out, for some minutes after it was made."""
        row = self.row(id)
        found = address.code_shown(row)
        if found is None or not can(current_actor(), Permission.account_correct, row):
            return redirect(url_for(".details", id=id))
        named = (("メールアドレス", row.email), ("ページ", mailer.public_link("/first-login")))
        until = found.created_at + address.SHOWN
        code = tokens.shown(address.code_of(found))
        return self.render("admin/code.html", trail=self.trail(row), code=code, named=named, until=until, good_until=found.expires_at)

    def onward(self, row: Account, name: str, outcome: workflow.Outcome) -> str:
        """The account's page, or that of the code."""
        return url_for(".code", id=row.id) if name == "read_code" else super().onward(row, name, outcome)

    def named(self, row: Account) -> tuple[str, str, str]:
        """Its address."""
        return row.email, row.email, row.email

    def trail(self, row: Account) -> list[tuple[str, str]]:
        """List and account."""
        return [("アカウント", url_for(".index_view")), (row.email, url_for(".details", id=row.id))]

    def letters(self, row: Account, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mail to its holder."""
        return accounts.letters(row, move.name, **{name: value for name, value in typed.items() if name not in _CALL})
