"""Who may do what: permissions as "resource:action", a table from role to permissions, and `can()`."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from keynet_admin.vocabulary import STAFF_ROLES, ActorKind, OfficeRight, Role


class Permission(StrEnum):
    """One right. Alphabetical by resource; reading and writing are separate."""

    account_correct = "account:correct"
    account_issue = "account:issue"
    account_read = "account:read"
    account_role = "account:role"
    account_suspend = "account:suspend"
    account_view_as = "account:view_as"
    alert_stop = "alert:stop"
    candidate_call = "candidate:call"
    candidate_handle = "candidate:handle"
    candidate_own = "candidate:own"
    desk_answer = "desk:answer"
    event_read = "event:read"
    mail_pause = "mail:pause"
    mail_read = "mail:read"
    mail_retry = "mail:retry"
    office_account_hand_over = "office_account:hand_over"
    office_account_manage = "office_account:manage"
    operation_read = "operation:read"
    operation_run = "operation:run"
    organization_read = "organization:read"
    partner_edit = "partner:edit"
    partner_handle = "partner:handle"
    partner_key = "partner:key"
    partner_read = "partner:read"
    partner_receive = "partner:receive"
    person_erase = "person:erase"
    posting_close = "posting:close"
    posting_discuss = "posting:discuss"
    posting_edit = "posting:edit"
    posting_publish = "posting:publish"
    posting_read = "posting:read"
    posting_release = "posting:release"
    posting_suspend = "posting:suspend"
    prefecture_read = "prefecture:read"
    prefecture_write = "prefecture:write"
    reference_edit = "reference:edit"
    reference_read = "reference:read"
    report_confirm = "report:confirm"
    report_read = "report:read"
    report_run = "report:run"
    rule_read = "rule:read"
    rule_rehearse = "rule:rehearse"
    setting_edit = "setting:edit"
    submission_create = "submission:create"
    submission_decide = "submission:decide"
    submission_hand_over = "submission:hand_over"
    submission_read = "submission:read"
    submission_reopen_accepted = "submission:reopen_accepted"
    submission_transfer = "submission:transfer"
    submission_withdraw = "submission:withdraw"
    system_run = "system:run"
    template_edit = "template:edit"


# What each right lets somebody do, in the words of the page `/admin/rights/`.
PERMISSION_LABELS: dict[Permission, str] = {
    Permission.account_correct: "アカウントのアドレスの訂正、ご案内の取消し、コードの読み上げ（運営の方のものは、止められる役割の方だけ）",
    Permission.account_issue: "自治体のアカウントの発行、ご案内の送り直し、休止したアカウントの再開",
    Permission.account_read: "アカウントの閲覧",
    Permission.account_role: "運営の方の役割の変更、都道府県・連携先のアカウントの発行",
    Permission.account_suspend: "アカウントの利用停止と解除、ログインの終了（自分より上の役割の方を除く）",
    Permission.account_view_as: "自治体・都道府県・連携先の画面の確認（閲覧のみ、理由を記録）",
    Permission.alert_stop: "新しい募集のメールの停止（本人の求めによる）",
    Permission.candidate_call: "返答のない応募について、団体に電話した記録",
    Permission.candidate_handle: "応募・問い合わせへの対応、確保した人数の記録",
    Permission.candidate_own: "自分の応募・問い合わせの閲覧、取下げ、返事",
    Permission.desk_answer: "電話窓口での検索と記録",
    Permission.event_read: "記録の閲覧",
    Permission.mail_pause: "メールの送信の停止と再開",
    Permission.mail_read: "送信メールの閲覧",
    Permission.mail_retry: "届かなかったメールの再送と、対応の記録",
    Permission.office_account_hand_over: "自分の担当の引き継ぎ（ほかの方の分は「担当者の管理」が必要）",
    Permission.office_account_manage: "団体の担当者の招待、権限の変更、利用停止",
    Permission.operation_read: "定期処理と保存期間の閲覧",
    Permission.operation_run: "定期処理と保存期間の処理の実行",
    Permission.organization_read: "団体の閲覧",
    Permission.partner_edit: "連携先の登録と変更",
    Permission.partner_handle: "連携先の用件への対応",
    Permission.partner_key: "連携先の鍵の発行と停止",
    Permission.partner_read: "連携先の閲覧",
    Permission.partner_receive: "渡された募集の受取り、受領と確保の報告",
    Permission.person_erase: "本人の求めによる、個人データの検索と削除",
    Permission.posting_close: "募集の終了",
    Permission.posting_discuss: "募集についての、自治体と運営のやりとり",
    Permission.posting_edit: "募集の内容の編集、公開の決裁の依頼",
    Permission.posting_publish: "募集の公開、一時停止、再開",
    Permission.posting_read: "募集の閲覧",
    Permission.posting_release: "公開の許可と差し戻し",
    Permission.posting_suspend: "掲載の停止と解除",
    Permission.prefecture_read: "県内の市区町村の状況の閲覧",
    Permission.prefecture_write: "登録のお願いの送信、まとめての申請",
    Permission.reference_edit: "基本情報の変更",
    Permission.reference_read: "基本情報の閲覧",
    Permission.report_confirm: "確保実績の確認と訂正",
    Permission.report_read: "確保実績の閲覧",
    Permission.report_run: "確保実績の回の作成と催促",
    Permission.rule_read: "記入ルールの閲覧",
    Permission.rule_rehearse: "ルール変更の試し当て",
    Permission.setting_edit: "設定の変更",
    Permission.submission_create: "申請の送信と再提出、電話・書面の代行入力",
    Permission.submission_decide: "申請の確認と、承認・差し戻し・却下",
    Permission.submission_hand_over: "ほかの方の担当の引き継ぎ",
    Permission.submission_read: "申請の閲覧",
    Permission.submission_reopen_accepted: "承認した申請の、確認の再開",
    Permission.submission_transfer: "申請と募集の、正しい団体への移し替え",
    Permission.submission_withdraw: "申請の取下げ",
    Permission.system_run: "自動処理",
    Permission.template_edit: "標準の文面と、差し戻しの文例の変更",
}

_OPERATOR = frozenset(
    {
        Permission.account_correct,
        Permission.account_issue,
        Permission.account_read,
        Permission.alert_stop,
        Permission.candidate_call,
        Permission.desk_answer,
        Permission.event_read,
        Permission.mail_read,
        Permission.mail_retry,
        Permission.organization_read,
        Permission.partner_handle,
        Permission.partner_read,
        Permission.posting_discuss,
        Permission.posting_read,
        Permission.posting_release,
        Permission.posting_suspend,
        Permission.reference_read,
        Permission.report_read,
        Permission.rule_read,
        Permission.submission_create,
        Permission.submission_decide,
        Permission.submission_read,
        Permission.submission_withdraw,
    }
)
_LEAD = _OPERATOR | {
    Permission.account_suspend,
    Permission.account_view_as,
    Permission.mail_pause,
    Permission.operation_read,
    Permission.partner_key,
    Permission.report_run,
    Permission.rule_rehearse,
    Permission.submission_hand_over,
    Permission.submission_reopen_accepted,
    Permission.submission_transfer,
    Permission.template_edit,
}
_ADMIN = _LEAD | {
    Permission.account_role,
    Permission.operation_run,
    Permission.partner_edit,
    Permission.person_erase,
    Permission.reference_edit,
    Permission.setting_edit,
}

# Of a municipality's permissions, the right that its account needs for each.
RIGHT_FOR: dict[Permission, OfficeRight] = {
    Permission.candidate_handle: OfficeRight.candidates,
    Permission.office_account_hand_over: OfficeRight.view,
    Permission.office_account_manage: OfficeRight.manage,
    Permission.posting_close: OfficeRight.publish,
    Permission.posting_discuss: OfficeRight.edit,
    Permission.posting_edit: OfficeRight.edit,
    Permission.posting_publish: OfficeRight.publish,
    Permission.posting_read: OfficeRight.view,
    Permission.report_confirm: OfficeRight.candidates,
}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.operator: _OPERATOR,
    Role.lead: _LEAD,
    Role.admin: _ADMIN,
    Role.municipality: frozenset(RIGHT_FOR),
    Role.prefecture: frozenset({Permission.prefecture_read, Permission.prefecture_write}),
    Role.partner: frozenset({Permission.partner_receive}),
}
# In the order of trust: nobody stops the account of somebody above them.
RANKS = (Role.partner, Role.prefecture, Role.municipality, Role.operator, Role.lead, Role.admin)


@dataclass(frozen=True)
class Actor:
    """Who acts, and the id of the row that they are or hold the token of: an account, the sender of one submission, a candidate, a partner, the system.

    A sender without a subject is a visitor of the form, who may only send a new one. `rights` are those of a municipality's account,
    `prefecture_code` (two digits) and `partner_id` whose account it is; the holder of a partner's key has `partner_id`, too.
    """

    kind: ActorKind
    subject: int | None = None
    role: Role | None = None
    organization_id: int | None = None
    name: str = ""
    rights: frozenset[OfficeRight] = frozenset()
    prefecture_code: str = ""
    partner_id: int | None = None

    @property
    def account_id(self) -> int | None:
        """The account's id, None for everybody who is not signed in."""
        return self.subject if self.kind is ActorKind.account else None

    @property
    def is_staff(self) -> bool:
        """True for the service center's people."""
        return self.role in (Role.operator, Role.lead, Role.admin)


SYSTEM = Actor(ActorKind.system, name="自動処理")
SENDER = Actor(ActorKind.sender, name="申請者")

VISITOR = Actor(ActorKind.visitor, name=ActorKind.visitor.label)


def sender_of(submission_id: int) -> Actor:
    """The sender of this one submission, known by the token of a mail."""
    return replace(SENDER, subject=submission_id)


def candidate_of(candidate_id: int) -> Actor:
    """The person of this one application or inquiry, known by the token of their own page."""
    return Actor(ActorKind.candidate, candidate_id, name=ActorKind.candidate.label)


def partner_of(partner_id: int, name: str = "") -> Actor:
    """The machine of this partner, known by its key."""
    return Actor(ActorKind.partner, partner_id, name=name or ActorKind.partner.label, partner_id=partner_id)


def can(actor: Actor, permission: Permission, row: Any = None) -> bool:
    """May this actor do this to this row (without one: to any row, or to none yet)? The system may do all.

    A token's holder may touch only the submission or the candidate that the token names, a municipality only what is its organization's; an account can
    be suspended and restored only by a role that is not below its own, and so for address, invitation and first code of a colleague.
    Of what a municipality may do, its account may do what it has the right for; the account of a colleague is handed over by whoever
    manages them. A prefecture sees what is of its own code, a partner what is its own.
    """
    if actor.kind is ActorKind.system:
        return True
    if actor.kind is ActorKind.sender:
        if row is None:
            return permission is Permission.submission_create
        own = (row.__tablename__, row.id) == ("submission", actor.subject)
        return own and permission in (Permission.submission_create, Permission.submission_withdraw)
    if actor.kind is ActorKind.candidate:
        own = row is not None and (row.__tablename__, row.id) == ("candidate", actor.subject)
        return own and permission is Permission.candidate_own
    if actor.kind is ActorKind.partner:
        return permission is Permission.partner_receive and _is_partners(actor, row)
    if actor.role is None or permission not in GRANTS[actor.role]:
        return False
    if actor.role is Role.partner:
        return _is_partners(actor, row)
    if actor.role is Role.prefecture:
        return row is None or (actor.prefecture_code != "" and getattr(row, "prefecture_code", None) == actor.prefecture_code)
    if actor.role is Role.municipality and RIGHT_FOR[permission] not in actor.rights:
        return False
    if row is not None and permission is Permission.office_account_hand_over and row.id != actor.account_id:
        return can(actor, Permission.office_account_manage, row)
    if row is not None and permission is Permission.account_suspend and RANKS.index(row.role) > RANKS.index(actor.role):
        return False
    if row is not None and permission is Permission.account_correct and row.role in STAFF_ROLES:
        # Whoever gives an account another address, or reads its code out, holds it: for colleagues that needs the right to stop them.
        return can(actor, Permission.account_suspend, row)
    if row is not None and actor.role is Role.municipality:
        owner = row.id if row.__tablename__ == "organization" else row.organization_id
        return actor.organization_id is not None and actor.organization_id == owner
    return True


def _is_partners(actor: Actor, row: Any) -> bool:
    """Whether the row is this partner, or of it."""
    if actor.partner_id is None:
        return False
    return row is None or (row.id if row.__tablename__ == "partner" else row.partner_id) == actor.partner_id
