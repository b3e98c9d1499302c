"""The moves of mails on their way and of those that did not arrive; a part of the table in `moves.py`."""

from keynet_admin.models import OutboxMail
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import SYSTEM_ONLY, Move, Page
from keynet_admin.vocabulary import UNDELIVERED
from keynet_admin.vocabulary import MailStatus as M


def _secrets_kept(mail: OutboxMail) -> bool:
    """The body is still there and has no placeholders, or their values are there, too."""
    return mail.body != "" and ("⟦" not in mail.body or mail.sealed is not None)


def _may_be_redirected(mail: OutboxMail) -> bool:
    """A link or a code goes to the address of its account or case only: that is corrected there, after a call."""
    return mail.account_id is None and mail.body != "" and "⟦" not in mail.body


# fmt: off
MAIL_MOVES: tuple[Move, ...] = (
    Move(OutboxMail, "send", (M.waiting, M.sending), (M.sending,), Permission.mail_retry, "送信の開始", "メールの送信を始めました。",
         kinds=SYSTEM_ONLY, logged=False),
    Move(OutboxMail, "settle", (M.sending,), (M.sent, M.refused, M.failed, M.uncertain, M.waiting), Permission.mail_retry, "送信の結果",
         "メールの送信の結果を記録しました。", kinds=SYSTEM_ONLY, logged=False),
    Move(OutboxMail, "supersede", UNDELIVERED, (M.settled,), Permission.mail_retry, "後のお知らせによる解消",
         "届かなかったメールは、その後のお知らせに替わりました。", kinds=SYSTEM_ONLY, logged=False),
    Move(OutboxMail, "confirm", (M.uncertain,), (M.sent,), Permission.mail_retry, "到着の記録", "{who}がメールの到着を確かめました。",
         page=Page("このメールが届いたことを宛先に確かめましたか", "届いたものとして記録します。もう一度は送りません。",
              "届いたことを記録する", "届いたことを記録しました。")),
    Move(OutboxMail, "retry", UNDELIVERED, (M.waiting,), Permission.mail_retry, "メールの再送",
         "{who}がメールをもう一度送りました。", when=_secrets_kept,
         otherwise="リンクの期限が切れたか、本文を消したあとのため、同じメールはもう送れません。"
                   "必要なときは、アカウントや申請の画面から新しいご案内を送ってください。",
         page=Page("このメールをもう一度送りますか", "同じ内容を、同じ宛先に送ります。", "もう一度送る",
              "もう一度送ります。結果はこのページに出ます。")),
    Move(OutboxMail, "correct", (M.refused, M.failed), (M.waiting,), Permission.mail_retry, "宛先の訂正",
         "{who}が宛先を直して、メールをもう一度送りました。", when=_may_be_redirected,
         otherwise="このメールの宛先は、ここでは直せません。アカウントのご案内はアカウントの画面から、"
                   "申請のご案内は申請の画面から、確かめたアドレスへ送り直してください。",
         page=Page("このメールの宛先を直して送りますか", "同じ内容を、正しい宛先に送ります。申請や団体の連絡先は変わりません。",
              "宛先を直して送る", "新しい宛先に送ります。結果はこのページに出ます。")),
    Move(OutboxMail, "close", UNDELIVERED, (M.settled,), Permission.mail_retry, "対応済みの記録",
         "{who}が届かなかったメールを対応済みにしました。", reason="must",
         page=Page("このメールを対応済みにしますか", "メールは送らずに、用件が済んだことを記録します。", "対応済みにする",
              "対応済みにしました。",
              reason_help="電話で伝えた、もう必要がないなど、どのように済んだかを書いてください。メールのページに残ります。")),
)
# fmt: on
