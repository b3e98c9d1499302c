"""The moves of accounts by the service center and by the service itself; a part of the table in `moves.py`."""

from datetime import timedelta

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.models.access.factor import has_factor
from keynet_admin.permissions import Permission
from keynet_admin.services import settings
from keynet_admin.services.workflow.colleague_moves import is_invited
from keynet_admin.services.workflow.row import LOGGED_REASON, MAILED_REASON, PEOPLE, SYSTEM_ONLY, Move, Page
from keynet_admin.vocabulary import STAFF_ROLES
from keynet_admin.vocabulary import AccountStatus as A

_ACCOUNT = Permission.account_suspend


def _is_staff(account: Account) -> bool:
    return account.role in STAFF_ROLES


def _may_be_seen(account: Account) -> bool:
    return account.role not in STAFF_ROLES and account.is_in_use


def _has_address(account: Account) -> bool:
    return not account.is_erased


def _is_unused(account: Account) -> bool:
    """Whether nobody has used it for so long that it will be closed soon."""
    days = settings.get("account_unused_days") - settings.get("account_warn_days")
    return account.used_at <= clock.now() - timedelta(days=days)


def _has_factor(account: Account) -> bool:
    return bool(db.session.execute(select(has_factor(account.id))).scalar_one())


# fmt: off
ACCOUNT_MOVES: tuple[Move, ...] = (
    Move(Account, "activate", (A.invited,), (A.active,), Permission.account_issue, "初回ログイン", "初回ログインが済みました。",
         kinds=SYSTEM_ONLY),
    Move(Account, "invite_again", (A.invited,), (), Permission.account_issue, "ご案内の再送",
         "{who}が初回ログインのご案内を送り直しました。", kinds=PEOPLE | SYSTEM_ONLY, mail="first_login", path="resend",
         page=Page("初回ログインのご案内を送り直しますか", "新しいメールを送ります。前のメールのリンクとコードは使えなくなります。",
              "送り直す", "初回ログインのご案内を送り直します。")),
    Move(Account, "cancel_invitation", (A.invited,), (), Permission.account_correct, "ご案内の取消し",
         "{who}が初回ログインのご案内を取り消しました。", reason="must", reviewed=True, when=is_invited, path="cancel",
         page=Page("初回ログインのご案内を取り消しますか",
              "送ったリンクとコードは使えなくなり、開いた人には取り消したことが表示されます。アカウントは残り、あとから送り直せます。",
              "ご案内を取り消す", "ご案内を取り消しました。", reason_help=LOGGED_REASON, stop=True)),
    Move(Account, "readdress", (A.invited, A.active, A.dormant), (A.invited,), Permission.account_correct, "アドレスの訂正",
         "{who}がメールアドレスを直し、新しいアドレスへご案内を送りました。", reason="must", reviewed=True, author_may=False,
         mail="first_login", when=_has_address, step_up=True,
         page=Page("アカウントのメールアドレスを直しますか",
              "ログイン中の画面はすぐに終わり、前のリンク・コード・パスワードは使えなくなります。新しいアドレスに、パスワードを決めるご案内を送ります。",
              "アドレスを直して送る", "アドレスを直しました。", "新しいアドレスへご案内を送ります。", LOGGED_REASON)),
    Move(Account, "read_code", (A.invited,), (), Permission.account_correct, "初回ログインのコードの読み上げ",
         "{who}が初回ログインのコードを表示しました。", reviewed=True, author_may=False, step_up=True,
         page=Page("初回ログインのコードを読み上げますか",
              "コードを10分だけ表示します。相手は「初回ログイン」のページで、メールアドレスとこのコードを入力します。30分以内に使えます。",
              "コードを表示する", "コードを表示しています。")),
    Move(Account, "suspend", (A.invited, A.active), (A.suspended,), _ACCOUNT, "利用停止", "{who}が利用を停止しました。", reason="must",
         tone="is-must", icon="stop", author_may=False, mail="account_suspended", step_up=True,
         page=Page("このアカウントの利用を停止しますか", "ログイン中の画面もすぐに使えなくなります。募集情報はそのまま残ります。",
              "停止する", "利用を停止しました。", "理由をメールで送ります。", MAILED_REASON, stop=True)),
    Move(Account, "view_as", (A.active,), (), Permission.account_view_as, "画面の確認", "{who}が、このアカウントの画面を開きました（閲覧のみ）。",
         reason="must", reviewed=True, author_may=False, when=_may_be_seen, step_up=True,
         page=Page("「{name}」の画面を見ますか",
              "このアカウントの方と同じ画面を、30分だけ開きます。何も変えられません。応募者の情報は出ません。開いたことと理由は経過に記録し、団体の方にも見えます。",
              "画面を開く", "画面を開きました。30分たつと、自動で終わります。", reason_help=LOGGED_REASON)),
    Move(Account, "change_role", (A.invited, A.active), (), Permission.account_role, "役割の変更", "{who}が役割を変えました。",
         reason="must", author_may=False, mail="role_changed", when=_is_staff, path="role", step_up=True,
         page=Page("このアカウントの役割を変えますか", "ログイン中の画面はすぐに使えなくなり、次のログインから新しい役割になります。",
              "役割を変える", "役割を変えました。", "理由をメールで送ります。", MAILED_REASON)),
    Move(Account, "reset_factor", (A.active,), (), _ACCOUNT, "本人確認の方法のリセット",
         "{who}が認証アプリ・パスキー・回復コードをすべて取り消しました。", reason="must", tone="is-ask", icon="key", author_may=False,
         mail="factor_reset", reviewed=True, when=_has_factor, step_up=True,
         otherwise="このアカウントには、取り消す認証アプリもパスキーもありません。",
         page=Page("本人確認の方法をリセットしますか",
              "認証アプリ・パスキー・回復コードをすべて取り消し、ログイン中の画面もすぐに終わります。電話などで本人を確かめてから行ってください。",
              "リセットする", "本人確認の方法をリセットしました。", "理由をメールで送ります。", MAILED_REASON, stop=True)),
    Move(Account, "close_sessions", (A.active,), (), _ACCOUNT, "ログインの終了", "{who}が、ログイン中の画面を終わらせました。", reason="must",
         author_may=False, reviewed=True,
         page=Page("このアカウントのログインを終わらせますか",
              "選んだ画面は、すぐに使えなくなります。アカウントはそのまま使え、もう一度ログインできます。", "ログインを終わらせる",
              "ログイン中の画面を終わらせました。", reason_help=LOGGED_REASON, stop=True)),
    Move(Account, "warn_unused", (A.active,), (), _ACCOUNT, "休止の予告", "長く使われていないため、アカウントを休止する予定を知らせました。",
         kinds=SYSTEM_ONLY, tone="is-ask", icon="clock", mail="account_unused"),
    Move(Account, "close_unused", (A.active,), (A.dormant,), _ACCOUNT, "長期未使用による休止", "長く使われなかったため、アカウントを休止しました。",
         kinds=SYSTEM_ONLY, tone="is-ask", icon="pause", mail="account_dormant"),
    Move(Account, "keep_unused", (A.active,), (), Permission.account_issue, "利用を続けることの確認",
         "{who}が、これからも使うことを確かめました。", tone="is-ok", icon="check", author_may=False, reviewed=True, when=_is_unused,
         otherwise="最近使われているため、確かめる必要はありません。", path="keep",
         page=Page("このアカウントを、これからも使うことを確かめましたか",
              "休止までの日数を、今日から数え直します。担当者が替わっていたときは、先にアドレスを直すか、後任の方を追加してもらってください。",
              "確認を記録する", "これからも使うことを記録しました。")),
    Move(Account, "reopen_unused", (A.dormant,), (A.invited,), Permission.account_issue, "休止したアカウントの再開",
         "{who}がアカウントを再開し、初回ログインのご案内を送りました。", tone="is-ok", icon="check", author_may=False, reviewed=True,
         mail="first_login", path="reopen", step_up=True,
         page=Page("休止したアカウントを再開しますか",
              "いまのアドレスに、パスワードを決め直すご案内を送ります。前のパスワードは使えません。アドレスが変わったときは、「アドレスの訂正」を使ってください。",
              "再開して案内を送る", "アカウントを再開しました。", "初回ログインのご案内を送ります。")),
    Move(Account, "expire", (A.requested, A.invited, A.active, A.dormant), (A.suspended,), _ACCOUNT, "利用の終了",
         "長く使われなかったため、利用を終え、名前とメールアドレスを消しました。", kinds=SYSTEM_ONLY),
    Move(Account, "restore", (A.suspended,), (A.active, A.invited), _ACCOUNT, "利用停止の解除", "{who}が利用停止を解除しました。",
         reason="must", author_may=False, mail="account_restored", when=_has_address, step_up=True,
         page=Page("利用停止を解除しますか", "ふたたびログインできるようになります。", "解除する", "利用停止を解除しました。",
              "メールでお知らせします。", MAILED_REASON)),
)
# fmt: on
