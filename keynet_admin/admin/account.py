"""Accounts: list, page with history, resend of the invitation, suspend and restore; new ones of prefectures and partners."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from flask_login import current_user
from sqlalchemy import and_, func, select
from sqlalchemy.orm import defer, joinedload, selectinload
from wtforms import Form, SelectChoice, SelectField

from keynet_admin import clock
from keynet_admin.admin.call import CALL, call_fields, code_page, reads
from keynet_admin.admin.event import PLACES, SUBJECTS
from keynet_admin.admin.list_filters import word_filter
from keynet_admin.catalogue.display import short_time
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, FirstLogin, Organization, OutboxMail, Partner
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import workflow
from keynet_admin.services.access import factors
from keynet_admin.services.account import address, colleagues, dormant, external, viewing
from keynet_admin.services.account import letters as account_letters
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.search import lists
from keynet_admin.services.submission import proof
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus, InvitationState, PartnerStatus, Role
from keynet_admin.web import addresses
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists.fields import text_field
from keynet_admin.web.lists.page import Tab
from keynet_admin.web.model_view import BulkMove, GuardedModelView

SHOWN = 15  # mails, and things done, on the page of an account


def _called(act: Callable[..., workflow.Outcome], row: Account, actor: Actor, *, phone: str, source: str, person: str, **typed: Any) -> Any:
    """A decision about a body's account after a call to that body; colleagues know each other."""
    known = row.partner.contact_phone if row.partner is not None else proof.registered_phone(row.organization)
    call = "" if row.role in STAFF_ROLES else proof.words_of_call(phone, source, person, registered=known, contact={})
    return act(row, actor, call=call, **typed)


def _by_call(act: Callable[..., workflow.Outcome], *typed: str, fields: str = "admin/_account_call.html") -> Decision:
    """A decision that asks for the call in which it was settled, and for these fields besides."""

    def decide(row: Account, actor: Actor, **values: Any) -> Any:
        return _called(act, row, actor, **values)

    return Decision(decide, read=reads(*typed), fields=fields, show=lambda row, _typed: call_fields(row))


def _invited(*where: Any) -> Any:
    """Where-clause: an invitation of the account that has neither been replaced nor taken back."""
    open_ = (
        FirstLogin.used_at.is_(None),
        FirstLogin.replaced_at.is_(None),
        FirstLogin.cancelled_at.is_(None),
        FirstLogin.read_out.is_(False),
    )
    return Account.first_logins.any(and_(*open_, *where))


def _why_not_resent(row: Account, actor: Actor) -> str:
    return "" if "invite_again" in workflow.allowed(row, actor) else f"いまの状態は「{row.status.label}」です"


class IssueForm(Form):
    """A new account outside the municipalities."""

    to = SelectField("発行する相手", description="連携先は、連絡先を確かめて使用中のものだけが出ます。")
    email = text_field(
        "メールアドレス",
        254,
        needed=True,
        description="この宛先に、初回ログインのご案内を送ります。電話などで確かめたアドレスを入力してください。",
    )
    name = text_field("氏名・部署", external.NAME_MOST, description="例：健康福祉部 医療対策課")


class AccountView(DecisionPages, GuardedModelView):
    """All accounts."""

    permission = Permission.account_read
    method_permissions = {"issue": Permission.account_role}
    checks_token = frozenset({"issue"})
    asks_proof = {"issue": "アカウントを発行する"}
    list_template = "admin/accounts.html"
    decides = Account
    decisions = {
        "resend": Decision(lambda row, actor, **typed: accounts.resend_invitation(row, actor, about=address.case_of(row), **typed)),
        "cancel": Decision(address.cancel_invitation),
        "readdress": _by_call(address.readdress, "recipient", "reason", fields="admin/_account_address.html"),
        "read_code": _by_call(address.read_code),
        "confirm": _by_call(colleagues.confirm_request),
        "decline": Decision(colleagues.decline_request),
        "manage": Decision(colleagues.give_manage),
        "keep": _by_call(dormant.keep),
        "reopen": _by_call(dormant.reopen),
        "close_sessions": Decision(
            sessions.close,
            read=lambda _row, values: {"session": values.get("session", ""), "reason": values.get("reason", "")},
            fields="admin/_account_sessions.html",
            show=lambda row, _typed: {"sessions": sessions.open_of(row), "life": sessions.LIFE, "every": sessions.EVERY},
        ),
        "suspend": Decision(accounts.suspend),
        "restore": Decision(accounts.restore),
        "reset_factor": Decision(factors.reset),
        "view_as": Decision(lambda row, actor, **typed: viewing.begin(row, actor, key=current_user.key, **typed)),
        "role": Decision(
            accounts.change_role,
            read=lambda _row, values: {"role": values.get("role", ""), "reason": values.get("reason", "")},
            fields="admin/_role.html",
            show=lambda row, _typed: {"roles": [role for role in STAFF_ROLES if role is not row.role]},
        ),
    }
    bulk_moves = (
        BulkMove(
            "resend",
            "ご案内を送り直す",
            Permission.account_issue,
            "初回ログインのご案内を、まとめて送り直しますか",
            "ご案内を送り直します。",
            _why_not_resent,
            lambda row, actor, version: accounts.resend_invitation(row, actor, about=address.case_of(row), seen_version=version),
        ),
    )
    back_label = "アカウントに戻る"
    can_view_details = True
    tabs = (
        Tab("all", "すべて"),
        Tab(
            "invited",
            "招待中",
            lambda _actor: (Account.status == AccountStatus.invited) & _invited(FirstLogin.expires_at > clock.now()),
            empty=("初回ログインを待つアカウントはありません", "申請を承認してご案内を送ると、初回ログインまでここに並びます。"),
        ),
        Tab(
            "dead",
            "期限切れ・取り消し",
            lambda _actor: (Account.status == AccountStatus.invited) & ~_invited(FirstLogin.expires_at > clock.now()),
            empty=("使えなくなったご案内はありません", "期限までに初回ログインがないものと、取り消したものがここに並びます。"),
        ),
        Tab(
            "requested",
            AccountStatus.requested.label,
            lambda _actor: Account.status == AccountStatus.requested,
            empty=("確認を待つ担当者はいません", "団体がドメインの違うアドレスの担当者の追加を依頼すると、ここに並びます。"),
        ),
        Tab(
            "unused",
            "長期未使用（要電話）",
            lambda _actor: dormant.to_call(),
            empty=(
                "電話で確認するアカウントはありません",
                "長く使われず、休止すると団体などに管理する方がいなくなるアカウントが、ここに並びます。これからも使うかを電話で確認します。",
            ),
        ),
    )
    column_list = ("body_name", "name", "email", "role", "state", "delivery", "last_login_at")
    row_column = "email"
    cells_template = "admin/_account_cells.html"
    column_labels = {
        "email": "メールアドレス",
        "name": "氏名・部署",
        "body_name": "団体",
        "role": "役割・権限",
        "state": "状態",
        "delivery": "ご案内のメール",
        "last_login_at": "最後のログイン",
    }
    noun = "アカウント"
    exports_persons = saved_views = True
    search_columns = (
        Account.email,
        Account.name,
        lists.account,
        lambda word: Account.partner.has(Partner.name.icontains(word, autoescape=True)),
        lambda word: Account.prefecture_code.in_([p.code for p in prefectures() if word in p.name]),
    )
    search_label = "団体（名前・よみ・コード・電話）・氏名・メール"
    sort_columns = {"email": Account.email, "last_login_at": Account.last_login_at}
    list_filters = (word_filter("status", "状態", Account.status, AccountStatus), word_filter("role", "役割", Account.role, Role))
    list_options = (
        selectinload(Account.first_logins),
        defer(Account.password_hash),
        joinedload(Account.organization).load_only(Organization.name),
        joinedload(Account.partner).load_only(Partner.name),
    )
    empty_title = "アカウントはまだありません"
    empty_text = "申請を承認すると、自治体のアカウントがここに並びます。"

    def show_role(self, row: Account) -> str:
        """The role, and of a municipality's account its rights."""
        return f"{row.role.label}（{row.rights_label}）" if row.organization_id is not None else row.role.label

    def prepare(self, rows: Sequence[Account]) -> None:
        """The newest invitation mail of each account of the page, asked for at once."""
        newest = select(func.max(OutboxMail.id)).where(
            OutboxMail.account_id.in_([row.id for row in rows]), OutboxMail.template == "first_login"
        )
        found = select(OutboxMail).where(OutboxMail.id.in_(newest.group_by(OutboxMail.account_id)))
        g.invitation_mails = {mail.account_id: mail for mail in db.session.execute(found).scalars()}

    def mail_of(self, row: Account) -> OutboxMail | None:
        """The newest invitation mail."""
        mails: dict[int | None, OutboxMail] = g.invitation_mails
        return mails.get(row.id)

    def show_state(self, row: Account) -> str:
        """The state in words; of an invitation also until when it is good, or that it is over."""
        last = row.invitation if row.status is AccountStatus.invited else None
        if last is None:
            return row.status.label
        if last.state is InvitationState.cancelled:
            return f"{last.state.label}（{short_time(last.cancelled_at)}）"
        return f"{last.state.label}（{short_time(last.expires_at)}まで）"

    def show_delivery(self, row: Account) -> str:
        """How far the newest invitation mail came."""
        mail = self.mail_of(row)
        return mail.delivery if mail is not None else ""

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One account: who it is, where it is signed in, its mails, what it did and what was done to it."""
        row = self.row(id)
        to_it = select(OutboxMail).where(OutboxMail.account_id == row.id).order_by(OutboxMail.id.desc()).limit(SHOWN)
        return self.render(
            "admin/account.html",
            account=row,
            offers=workflow.offers(row, current_actor()),
            mail=accounts.invitation_of(row)[0],
            entries=history.of_account(row),
            sessions=sessions.open_of(row),
            life=sessions.LIFE,
            mails=db.session.execute(to_it).scalars().all(),
            acts=[(event, SUBJECTS.get(event.subject, event.subject), name, words) for event, name, words in history.acts_of(row, SHOWN)],
            places=PLACES,
            staff=row.role in STAFF_ROLES,
            closes_at=dormant.closes_at(row) if row.status is AccountStatus.active else None,
            own=row.id == current_actor().account_id,
        )

    @expose("/issue", methods=("GET", "POST"))
    def issue(self) -> Any:
        """A new account of a prefecture or a partner, with its invitation."""
        form = IssueForm(request.form if request.method == "POST" else None, to=request.args.get("to", ""))
        in_use = select(Partner.id, Partner.name).where(Partner.status == PartnerStatus.active).order_by(Partner.id)
        form.to.choices = [
            SelectChoice("", "選んでください"),
            *(SelectChoice(f"prefecture.{p.code}", p.name, optgroup=Role.prefecture.label) for p in prefectures()),
            *(SelectChoice(f"partner.{number}", name, optgroup=Role.partner.label) for number, name in db.session.execute(in_use)),
        ]
        notice, code = "", 200
        if request.method == "POST":
            code = 422
            if problem := unverified():
                notice, code = f"{problem.words}もう一度ボタンを押してください。", problem.status
            elif form.validate():
                try:
                    with transaction():
                        done = external.issue(current_actor(), to=form.to.data, email=form.email.data, name=form.name.data)
                except BadField as error:
                    form[error.field].errors = [str(error)]
                except Refused as error:
                    notice = str(error)
                else:
                    told = (
                        "先ほど発行しています。今回は何も変えず、メールも送っていません。"
                        if done.repeated
                        else "アカウントを発行し、初回ログインのご案内を送ります。"
                    )
                    flash(f"{done.made.email}：{told}", "info" if done.repeated else "success")
                    return redirect(url_for(".details", id=done.made.id), 303)
        return self.render("admin/account_issue.html", form=form, notice=notice), code

    @expose("/<num:id>/code")
    def code(self, id: int) -> Any:
        """The code that an operator reads out, for some minutes after it was made."""
        row = self.row(id)
        found = address.code_shown(row)
        if found is None or not can(current_actor(), Permission.account_correct, row):
            return redirect(url_for(".details", id=id))
        named = ("メールアドレス", row.email)
        return code_page(self, row, address.code_of(found), named, "/first-login", made=found.created_at, good_until=found.expires_at)

    def onward(self, row: Account, name: str, outcome: workflow.Outcome) -> str:
        """The account's page, that of the code, or the first page that its holder sees."""
        if name == "view_as":
            return addresses.of_role(row.role).back[0]
        return url_for(".code", id=row.id) if name == "read_code" else super().onward(row, name, outcome)

    def row_name(self, row: Account) -> str:
        """Body, person and address."""
        return " ".join(filter(None, (row.body_name, row.name, row.email)))

    def named(self, row: Account) -> tuple[str, str, str]:
        """Its address."""
        return row.email, row.email, row.email

    def trail(self, row: Account) -> list[tuple[str, str]]:
        """List and account."""
        return [("アカウント", url_for(".index_view")), (row.email, url_for(".details", id=row.id))]

    def letters(self, row: Account, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mail to its holder."""
        return account_letters.letters(row, move.name, **{name: value for name, value in typed.items() if name not in (*CALL, "session")})
