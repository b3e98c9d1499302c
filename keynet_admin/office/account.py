"""The people of a municipality: its accounts, invitations, rights, hand-over, and what everybody changes about themselves."""

import hmac
import time
from typing import Any

from flask import abort, flash, redirect, request, session, url_for
from flask_admin import expose
from flask_login import current_user
from sqlalchemy.orm import defer, selectinload

from keynet_admin.errors import BadField, StaleVersion, TooMany
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization
from keynet_admin.models.account import ERASED
from keynet_admin.permissions import Permission, can
from keynet_admin.services import rate_limit, workflow
from keynet_admin.services.account import address, colleagues, tokens
from keynet_admin.services.account import letters as account_letters
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import AccountStatus, OfficeRight
from keynet_admin.web.access import security_log
from keynet_admin.web.access.sign_in import enter, network
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.decision import Decision, DecisionPages, EditDecision
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.model_view import GuardedModelView

_NEW_ADDRESS = "_new_address"
_CODE_SENT = "コードをメールで送りました。届いたコードを入力すると、アドレスが変わります。"
INVITE = EditDecision(
    "担当者の追加",
    Page(
        "担当者を追加しますか",
        "団体のドメインのアドレスには、すぐに初回ログインのご案内を送ります。ほかのアドレスの方は、運営事務局が団体の代表電話で確かめてからご案内します。",
        "追加する",
        "担当者を追加しました。",
    ),
    Permission.office_account_manage,
    step_up=True,
)


APPROVAL = EditDecision(
    "決裁の設定",
    Page(
        "公開に決裁を必要にしますか",
        "公開のたびに、求めた方とは別の、公開の権限がある方の決裁が必要になります。公開中の募集の変更も、決裁が済むまで反映されません。",
        "決裁を必要にする",
        "公開に決裁が必要になりました。",
    ),
    Permission.office_account_manage,
)


def _approval_shown(row: Organization, _typed: Any) -> dict[str, Any]:
    if not row.needs_approval:
        return {}
    return {
        "question": "公開の決裁を不要にしますか",
        "text": "公開の権限がある方が、お一人で公開できるようになります。",
        "button": "決裁を不要にする",
    }


def _heirs(row: Account) -> list[Account]:
    return [a for a in colleagues.people(row.organization_id or 0) if a.status is AccountStatus.active and a.id != row.id]


def _rights_shown(row: Account | Organization, _typed: Any) -> dict[str, Any]:
    """The rights that the reader may give; of an account also those that stay as they are because the reader has them not."""
    body = row.organization_id or 0 if isinstance(row, Account) else row.id
    scope = colleagues.scope_of(current_actor(), body)
    kept = row.held - scope if isinstance(row, Account) else frozenset()
    return {
        "rights": [right for right in OfficeRight if right is not OfficeRight.view and right in scope],
        "unchanged": colleagues.label_of(kept - {OfficeRight.view}),
        "narrow": len(scope | {OfficeRight.view}) < len(OfficeRight),
    }


def _hand_over_shown(row: Account, _typed: Any) -> dict[str, Any]:
    managers = colleagues.holders(row.organization_id or 0, OfficeRight.manage)
    return {"heirs": _heirs(row), "alone": [manager.id for manager in managers] == [row.id]}


class OfficeAccountView(DecisionPages, GuardedModelView):
    """The accounts of the reader's body: everybody sees who is there, those who manage change it."""

    permission = Permission.posting_read
    method_permissions = {"me": Permission.posting_read}
    checks_token = frozenset({"me"})
    decides = Account
    decisions = {
        "rights": Decision(
            colleagues.change_rights,
            read=lambda row, values: {"rights": values.getlist("rights") if "version" in values else row.rights},
            fields="office/_rights.html",
            show=_rights_shown,
        ),
        "send_again": Decision(lambda row, actor, **typed: accounts.resend_invitation(row, actor, action="send_again", **typed)),
        "take_back": Decision(lambda row, actor, **typed: address.cancel_invitation(row, actor, action="take_back", **typed)),
        "stop": Decision(colleagues.stop),
        "hand_over": Decision(
            colleagues.hand_over,
            read=lambda _row, values: {name: values.get(name, "") for name in ("to", "email", "name", "reason")},
            fields="office/_hand_over.html",
            show=_hand_over_shown,
        ),
    }
    back_label = "担当者に戻る"
    list_template = "office/accounts.html"
    can_view_details = True
    column_list = ("shown_name", "email", "status", "rights_label", "last_login_at")
    column_labels = {"shown_name": "お名前", "email": "メールアドレス", "rights_label": "権限", "last_login_at": "最後のログイン"}
    column_default_sort = ("id", False)
    list_options = (selectinload(Account.first_logins), defer(Account.password_hash))
    noun = "担当者"
    page_size = 100

    def scope(self, query: Any) -> Any:
        """The body's own people; nobody who was erased."""
        return super().scope(query).where(Account.email.not_like(f"%{ERASED}"))

    @expose("/")
    def index_view(self) -> Any:
        """The list, with what stands in the way of a change of staff."""
        actor = current_actor()
        body = db.session.get(Organization, actor.organization_id or 0) or abort(404)
        managers = colleagues.holders(body.id, OfficeRight.manage)
        return self.list_of(organization=body, managers=managers, manages=can(actor, Permission.office_account_manage))

    index = index_view

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One person with what can be done and the history."""
        row = self.row(id)
        return self.render(
            "office/account.html", account=row, offers=workflow.offers(row, current_actor()), entries=history.of_account(row)
        )

    @expose("/me", methods=("GET", "POST"))
    def me(self) -> Any:
        """The reader's own name, and address: a code that the new one gets proves it before it counts."""
        typed = {"name": current_user.account.name, "email": ""}
        if request.method != "POST":
            return self._me(typed)
        typed |= {name: request.form[name][:300] for name in typed if name in request.form}
        if problem := unverified():
            return self._me(typed, {"": f"{problem.words}もう一度ボタンを押してください。"}), problem.status
        act = {"name": self._name, "address": self._ask_code, "code": self._code}.get(request.form.get("do", "")) or abort(400)
        try:
            told = act(typed)
        except BadField as refused:
            return self._me(typed, {refused.field: str(refused)}), 422
        except TooMany as refused:
            return self._me(typed, {"": str(refused)}), 429, {"Retry-After": str(refused.retry_after)}
        except StaleVersion as refused:
            return self._me(typed, {"": f"{refused}保存していません。もう一度ボタンを押してください。"}), 409
        flash(told, "success")
        return redirect(url_for(".me"), 303)

    def _me(self, typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
        asked = _asked()
        return self.render(
            "office/me.html", account=current_user.account, typed=typed, errors=errors or {}, asked=asked[0] if asked else ""
        )

    def _name(self, typed: dict[str, str]) -> str:
        with transaction():
            row, version = self.row(current_user.id), workflow.version_of(request.form.get("version"))
            colleagues.rename(row, current_actor(), seen_version=version, name=typed["name"])
        return "お名前を変えました。"

    def _ask_code(self, typed: dict[str, str]) -> str:
        account, now = current_user.account, int(time.time())
        with transaction():
            rate_limit.hit("password", address=account.email, network=network())
        if not passwords.verify(account.password_hash, request.form.get("current", "")[: passwords.LONGEST + 1]):
            security_log.write("password_failed")
            raise BadField("いまのパスワードが違います。", "current")
        with transaction():
            rate_limit.forgive("password", address=account.email, network=network())
            rate_limit.hit("forgot", address=account.email, network=network())
            session[_NEW_ADDRESS] = [address.send_own_code(self.row(account.id), typed["email"], now), now]
        return _CODE_SENT

    def _code(self, _typed: dict[str, str]) -> str:
        asked, account = _asked(), current_user.account
        if asked is None:
            raise BadField("コードの期限が過ぎました。もう一度コードを送ってください。", "email")
        with transaction():
            rate_limit.hit("code", address=account.email, network=network())
        with transaction():
            row = self.row(account.id)
            workflow.lock(row)
            typed = tokens.typed(request.form.get("code", "")).encode()
            if not any(hmac.compare_digest(right.encode(), typed) for right in address.own_codes(row, *asked)):
                security_log.write("code_failed")
                raise BadField("コードが違うか、古くなっています。メールのとおりに入力するか、もう一度コードを送ってください。", "code")
            signed_in = address.change_own(row, current_actor(), asked[0], current_user.key)
        enter(signed_in)
        return "メールアドレスを変えました。ほかの画面でのログインは終了しました。次からは新しいアドレスでログインしてください。"

    def named(self, row: Account) -> tuple[str, str, str]:
        """The person."""
        return f"{row.shown_name}さん" if row.name else row.email, row.email, row.shown_name

    def trail(self, row: Account) -> list[tuple[str, str]]:
        """Home, list, person."""
        return [("ホーム", "/office/"), ("団体とアカウント", url_for(".index")), (row.shown_name, url_for(".details", id=row.id))]

    def onward(self, row: Account, name: str, outcome: workflow.Outcome) -> str:
        """The person; whoever has handed their own account over is signed out."""
        if name == "hand_over":
            return "/login" if row.id == current_actor().account_id else url_for(".index")
        return super().onward(row, name, outcome)

    def letters(self, row: Account, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mail to the person."""
        return account_letters.of_colleague(row, move.name, typed)


class OfficeBodyView(DecisionPages, GuardedView):
    """What is decided about the body as a whole: further people."""

    permission = Permission.office_account_manage
    decides = Organization
    decisions = {
        "invite": Decision(
            lambda row, actor, **typed: colleagues.invite(row, actor, **typed),
            read=lambda _row, values: {
                "email": values.get("email", ""),
                "name": values.get("name", ""),
                "rights": values.getlist("rights") if "version" in values else ["edit", "publish", "candidates"],
            },
            fields="office/_invite.html",
            show=_rights_shown,
            change=INVITE,
        ),
        "approval": Decision(colleagues.set_approval, read=lambda _row, _values: {}, show=_approval_shown, change=APPROVAL),
    }
    names_row = False

    @expose("/")
    def index(self) -> Any:
        """The body's people."""
        return redirect(url_for("office_account.index"))

    def row(self, id: int) -> Organization:
        """The reader's own body, else 404."""
        row = db.session.execute(Organization.visible_to(current_actor()).where(Organization.id == id)).scalar_one_or_none()
        if row is None:
            security_log.write("foreign_row")
            abort(404)
        return row

    def named(self, row: Organization) -> tuple[str, str, str]:
        """Its name."""
        return row.name, row.name, row.name

    def trail(self, _row: Organization) -> list[tuple[str, str]]:
        """Home and list."""
        return [("ホーム", "/office/"), ("団体とアカウント", url_for("office_account.index"))]

    def onward(self, _row: Organization, _name: str, outcome: workflow.Outcome) -> str:
        """The new person, else the list."""
        return url_for("office_account.details", id=outcome.made.id) if outcome.made is not None else url_for("office_account.index")


def _asked() -> tuple[str, int] | None:
    """The address to which this browser has had a code sent within the last minutes, and when."""
    match session.get(_NEW_ADDRESS):
        case [str(email), int(at)] if 0 <= int(time.time()) - at < address.OWN_CODE_MINUTES * 60:
            return email, at
    return None
