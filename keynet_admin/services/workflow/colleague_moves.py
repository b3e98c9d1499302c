"""The moves of a municipality's accounts by its own people and for them; a part of the table in `moves.py`."""

from keynet_admin.models import Account
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import MAILED_REASON, Move, Page
from keynet_admin.vocabulary import AccountStatus as A
from keynet_admin.vocabulary import InvitationState, OfficeRight

_MANAGE = Permission.office_account_manage


def is_invited(account: Account) -> bool:
    """Whether there is an invitation that could be taken back."""
    return account.invitation is not None and account.invitation.state in (InvitationState.waiting, InvitationState.expired)


def _may_be_invited(account: Account) -> bool:
    """Whether its body may send the invitation anew: not what an operator has taken back."""
    last = account.invitation
    return last is None or last.cancelled_by is None or last.cancelled_by.organization_id is not None


def _is_locked_out(account: Account) -> bool:
    """Whether nobody in use at its body manages the accounts."""
    body = account.organization
    return body is not None and not any(a.status is A.active and OfficeRight.manage in a.held for a in body.accounts)


# fmt: off
COLLEAGUE_MOVES: tuple[Move, ...] = (
    Move(Account, "confirm_request", (A.requested,), (A.invited,), Permission.account_issue, "担当者の追加の確認",
         "{who}が団体に電話で確かめ、初回ログインのご案内を送りました。", tone="is-ok", icon="check", reviewed=True, mail="first_login",
         path="confirm",
         page=Page("団体が依頼した担当者を、電話で確かめましたか",
              "公の記録にある代表電話にかけ、この方が団体の担当者であることとメールアドレスを確かめてから記録してください。",
              "確かめて案内を送る", "確かめました。", "初回ログインのご案内を送ります。")),
    Move(Account, "decline_request", (A.requested,), (A.suspended,), Permission.account_issue, "担当者の追加の見送り",
         "{who}が担当者の追加を見送りました。", reason="must", tone="is-must", icon="x", reviewed=True, mail="account_declined",
         path="decline",
         page=Page("団体が依頼した担当者の追加を見送りますか", "この方にはメールを送りません。団体の担当者の管理をする方に、理由を知らせます。",
              "見送る", "見送りました。", "団体にメールで知らせます。", MAILED_REASON, stop=True)),
    Move(Account, "give_manage", (A.invited, A.active), (), Permission.account_correct, "担当者の管理の付与",
         "{who}が担当者の管理の権限を付けました。", reason="must", reviewed=True, mail="rights_changed", when=_is_locked_out, step_up=True,
         path="manage",
         page=Page("この方に、担当者の管理の権限を付けますか",
              "団体に担当者の管理をする方がいないため、運営事務局が付けます。代表電話などで、この方が管理をする方かを確かめてください。",
              "権限を付ける", "担当者の管理の権限を付けました。", "本人にメールで知らせます。", MAILED_REASON)),
    Move(Account, "change_rights", (A.requested, A.invited, A.active), (), _MANAGE, "権限の変更", "{who}が権限を変えました。",
         reviewed=True, author_may=False, mail="rights_changed", path="rights", step_up=True,
         page=Page("{name}の権限を変えますか", "変えた権限は、すぐに有効になります。", "権限を変える", "権限を変えました。",
              "本人にメールで知らせます。")),
    Move(Account, "send_again", (A.invited,), (), _MANAGE, "招待の再送", "{who}が初回ログインのご案内を送り直しました。",
         when=_may_be_invited, mail="first_login",
         otherwise="運営事務局が取り消したご案内は、団体からは送り直せません。サービスセンターへご連絡ください。",
         page=Page("{name}に初回ログインのご案内を送り直しますか", "新しいメールを送ります。前のメールのリンクとコードは使えなくなります。",
              "送り直す", "初回ログインのご案内を送り直します。")),
    Move(Account, "take_back", (A.invited,), (), _MANAGE, "招待の取消し", "{who}が初回ログインのご案内を取り消しました。", when=is_invited,
         page=Page("{name}の招待を取り消しますか",
              "送ったリンクとコードは使えなくなり、開いた人には取り消したことが表示されます。あとから送り直せます。",
              "招待を取り消す", "招待を取り消しました。", stop=True)),
    Move(Account, "stop", (A.requested, A.invited, A.active), (A.suspended,), _MANAGE, "担当者の利用停止", "{who}が利用を停止しました。",
         reason="must", tone="is-must", icon="stop", author_may=False, mail="account_suspended", reviewed=True, step_up=True,
         page=Page("{name}の利用を停止しますか",
              "ログイン中の画面もすぐに使えなくなります。募集情報はそのまま残ります。もう一度使えるようにするには、サービスセンターへご連絡ください。",
              "停止する", "利用を停止しました。", "理由を本人にメールで送ります。", MAILED_REASON, stop=True)),
    Move(Account, "hand_over", (A.active,), (A.suspended,), Permission.office_account_hand_over, "担当の引き継ぎ",
         "{who}が後任の方に担当を引き継ぎ、このアカウントの利用を終えました。", reason="must", reviewed=True, mail="account_handed_over", step_up=True,
         page=Page("{name}の担当を、後任の方に引き継ぎますか",
              "権限は後任の方に移り、このアカウントはすぐに使えなくなります。募集情報はそのまま残ります。", "引き継ぐ",
              "担当を引き継ぎました。", "お二人にメールで知らせます。", "人事異動などの理由です。お二人へのメールにも載ります。", stop=True)),
)
# fmt: on
