"""Every move of every row people decide about: one row each, the only place that knows it.

From these rows are made: buttons and decision pages, the rights of their addresses, what a history and the log say, the log's filter,
which mail is written and the tables of the tests. `move.py` carries them out.
"""

from collections.abc import Mapping
from typing import Any

from keynet_admin import clock
from keynet_admin.models import Keying, Posting, Submission
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.account_moves import ACCOUNT_MOVES
from keynet_admin.services.workflow.candidate_moves import CANDIDATE_MOVES
from keynet_admin.services.workflow.case_moves import CASE_EVENTS, CASE_MOVES
from keynet_admin.services.workflow.colleague_moves import COLLEAGUE_MOVES
from keynet_admin.services.workflow.incident_moves import INCIDENT_MOVES, may_show
from keynet_admin.services.workflow.link_moves import LINK_MOVES
from keynet_admin.services.workflow.mail_moves import MAIL_MOVES
from keynet_admin.services.workflow.partner_moves import PARTNER_MOVES
from keynet_admin.services.workflow.report_moves import REPORT_MOVES
from keynet_admin.services.workflow.row import ANYBODY, LOGGED_REASON, MAILED_REASON, PEOPLE, SYSTEM_ONLY, Event, Move, Page
from keynet_admin.services.workflow.transfer_moves import TRANSFER_MOVES
from keynet_admin.vocabulary import PUBLISHED, KeyingStatus, PostingStatus, SubmissionStatus

S, P, K = SubmissionStatus, PostingStatus, KeyingStatus


def _never_live(posting: Posting) -> bool:
    return (posting.status in (P.draft, P.scheduled) or posting.live is None) and may_show(posting)


def _was_live(posting: Posting) -> bool:
    return posting.live is not None and may_show(posting)


def _edit_waits(posting: Posting) -> bool:
    return posting.release_asked


def _no_edit_waits(posting: Posting) -> bool:
    return not posting.release_asked


def _edit_stands(posting: Posting) -> bool:
    """Whether a published posting has an edit that waits for nobody at the service center."""
    return posting.live is not None and posting.live != posting.current and not posting.release_asked


def _may_ask_approval(posting: Posting) -> bool:
    return posting.approval_asked_by_id is None and (posting.live is None or posting.status is P.draft or _edit_stands(posting))


def _approval_asked(posting: Posting) -> bool:
    return posting.approval_asked_by_id is not None


def _changed_unseen(posting: Posting) -> bool:
    return posting.look_from is not None


def _is_asked(posting: Posting) -> bool:
    return posting.asked_at is not None


def _is_not_asked(posting: Posting) -> bool:
    return posting.asked_at is None


def _may_publish_edit(posting: Posting) -> bool:
    return _edit_stands(posting) and may_show(posting)


def _may_reopen(posting: Posting) -> bool:
    in_time = posting.reopen_until is not None and clock.now() <= posting.reopen_until
    return (posting.vacated or in_time) and may_show(posting)


def _outcome_unknown(posting: Posting) -> bool:
    return posting.outcome_due


def _to_be_told(submission: Submission) -> bool:
    return submission.status is S.returned or submission.task is not None


def _came_together(submission: Submission) -> bool:
    """Whether it may be one of a batch: it came without an account."""
    return submission.batch is not None or submission.network is not None


def _is_aside(submission: Submission) -> bool:
    return submission.set_aside


DECIDABLE = (S.received, S.in_review, S.resubmitted)
OPEN_KEYING = (K.first, K.second, K.compare, K.ready)
_DECIDE, _RELEASE, _SUSPEND = Permission.submission_decide, Permission.posting_release, Permission.posting_suspend
_PUBLISH, _KEY = Permission.posting_publish, Permission.submission_create
# fmt: off
_UNLISTED = "「非公開」の募集のため、求職者のページには載りません。"
_UNDONE = "翌営業日の17:00までは、募集のページから再開できます。"
_RELEASE_PAGE = Page("「{name}」の公開を許可しますか", "許可すると、すぐに公開ページに載ります。", "公開を許可する",
    "公開を許可しました。", "自治体にメールでお知らせします。", unlisted=(_UNLISTED, "公開を許可しました。" + _UNLISTED))
_RETURN_PAGE = Page("「{name}」を差し戻しますか", "自治体の下書きに戻ります。公開中の募集の変更なら、公開中の内容はそのまま残ります。",
    "差し戻す", "差し戻しました。", "理由をメールで送ります。", MAILED_REASON)
_REOPEN_PAGE = Page("{name}の申請の確認を再開しますか",
    "決定の前の状態に戻ります。期限は数え直さず、決定したときの残りから続けて数えます。アカウントと募集情報はそのまま残ります。", "再開する",
    "確認を再開しました。", "", LOGGED_REASON, joint="の")
# fmt: on

# fmt: off
MOVES: tuple[Move, ...] = (
    # --- submissions
    Move(Submission, "take", (S.received, S.resubmitted), (S.in_review,), _DECIDE, "確認の開始", "{who}が確認を始めました。", claims=True),
    Move(Submission, "leave", (S.in_review,), (S.received, S.resubmitted), _DECIDE, "担当の解除", "{who}が担当を外しました。", claims=True),
    Move(Submission, "let_go", (S.in_review,), (S.received, S.resubmitted), _DECIDE, "担当の期限切れ",
         "しばらく操作がなかったため、担当が外れました。", kinds=SYSTEM_ONLY, claims=True),
    Move(Submission, "pass_on", (*DECIDABLE, S.returned), (), _DECIDE, "担当の引き継ぎ", "{who}が担当を引き継ぎました。", claims=True,
         variants=(("assignee", 0, "{who}が担当を未定に戻しました。"),)),
    Move(Submission, "accept", DECIDABLE, (S.accepted,), _DECIDE, "承認", "{who}が承認しました。", tone="is-ok", icon="check",
         reviewed=True, mail="first_login",
         page=Page("{name}の申請を承認しますか", "まだ何も変わっていません。下の内容を確かめてから承認してください。", "承認する",
              "承認しました。", joint="を")),
    Move(Submission, "call_back", (*DECIDABLE, S.returned), (), _DECIDE, "折り返しの電話", "{who}が団体の代表電話で申請を確かめました。", tone="is-ok",
         icon="phone", reviewed=True,
         page=Page("{name}の代表電話で、申請を確かめましたか",
              "公の記録にある代表電話にかけ、この団体からの申請であることとメールアドレスを確かめてから記録してください。",
              "電話での確認を記録する", "代表電話での確認を記録しました。")),
    Move(Submission, "ask_second", DECIDABLE, (), _DECIDE, "2人目への依頼", "{who}が2人目の確認へ回しました。", reason="may",
         reviewed=True,
         page=Page("{name}の申請を2人目の確認へ回しますか",
              "ほかの担当者が承認できるようになります。期限の時計は動いたままです。", "2人目の確認へ回す", "2人目の確認へ回しました。",
              "", "ほかの担当者への伝言です。" + LOGGED_REASON, joint="を")),
    Move(Submission, "return", DECIDABLE, (S.returned,), _DECIDE, "差し戻し", "{who}が差し戻しました。", reason="must", tone="is-ask",
         icon="back", reviewed=True, mail="returned",
         variants=(("clock", "resume", "{who}が差し戻しました（再提出のあとは、期限を続きから数えます）。"),),
         page=Page("{name}の申請を差し戻しますか",
              "まだ何も変わっていません。選んだ項目と文が、そのまま自治体へのメールと再入力の画面に載ります。", "差し戻す",
              "差し戻しました。", "再入力のご案内をメールで送ります。",
              "項目を選んだときは、空欄でも送れます。項目を選ばないときは、理由を必ず書いてください。", joint="を")),
    Move(Submission, "return_again", (S.returned,), (), _DECIDE, "再度の差し戻し", "{who}が文を変えて、もう一度差し戻しました。",
         reason="must", tone="is-ask", icon="back", reviewed=True, mail="returned", path="return",
         page=Page("{name}の申請をもう一度差し戻しますか",
              "前のご案内のアドレスとコードは使えなくなり、新しいご案内に替わります。", "もう一度差し戻す", "もう一度差し戻しました。",
              "新しいご案内をメールで送ります。",
              "項目を選んだときは、空欄でも送れます。項目を選ばないときは、理由を必ず書いてください。", joint="を")),
    Move(Submission, "resend", (S.returned,), (), _DECIDE, "差し戻しのご案内の再送", "{who}が差し戻しのご案内を送り直しました。",
         mail="returned",
         page=Page("{name}に差し戻しのご案内を送り直しますか",
              "同じ内容のメールを、同じ宛先にもう一度送ります。前のメールのアドレスとコードも、そのまま使えます。", "送り直す",
              "差し戻しのご案内を送り直しました。", "メールを送ります。")),
    Move(Submission, "extend", (S.returned,), (), _DECIDE, "再入力の期限の延長", "{who}が再入力の期限をのばしました。",
         mail="return_extended",
         page=Page("{name}の再入力の期限をのばしますか",
              "再入力のアドレスとコードが、今日から30日後まで使えるようになります。期限が過ぎたものも、また使えます。", "期限をのばす",
              "再入力の期限をのばしました。", "新しい期限をメールで知らせます。")),
    Move(Submission, "readdress", (*DECIDABLE, S.returned), (), _DECIDE, "連絡先のアドレスの訂正",
         "{who}が連絡先のメールアドレスを直しました。", reason="must", reviewed=True, mail="returned",
         page=Page("{name}の連絡先のメールアドレスを直しますか",
              "代表電話などで確かめた新しいアドレスへ送ります。前のリンクとコードは、その場で無効になります。", "宛先を直して送る",
              "連絡先のメールアドレスを直しました。", "新しいアドレスへメールを送ります。", LOGGED_REASON, joint="の")),
    Move(Submission, "read_code", (S.returned,), (), _DECIDE, "再入力のコードの読み上げ", "{who}が再入力のコードを表示しました。",
         page=Page("{name}に再入力のコードを読み上げますか",
              "代表電話で相手を確かめてから、コードを10分だけ表示します。印刷もできます。メールのリンクとコードは、そのまま使えます。",
              "コードを表示する", "コードを表示しています。")),
    Move(Submission, "key_in", (S.returned,), (), _KEY, "電話で聞いた直しの入力", "{who}が電話で聞いた直しの入力を始めました。",
         page=Page("{name}の直しを、電話で聞いて入力しますか",
              "前に送られた内容から始め、聞いたところだけを直します。直したところは2回入力し、違いを確かめてから再提出として受け付けます。",
              "電話で直す", "直しの入力を始めました。")),
    Move(Submission, "tell", tuple(S), (), _DECIDE, "電話などでの連絡", "{who}が電話などで伝えました。", reason="must", icon="phone",
         tone="is-ok", reviewed=True, when=_to_be_told,
         page=Page("{name}に電話などで伝えましたか",
              "届かなかったメールは対応済みになり、電話で確かめる用件も終わります。差し戻し中の申請は、ふたたび再提出を待ちます。",
              "伝えたことを記録する", "伝えたことを記録しました。",
              reason_help="どの番号の誰に、何を伝えたかを書いてください。" + LOGGED_REASON)),
    Move(Submission, "remind", (S.returned,), (), _DECIDE, "再入力のお願いの再送", "再提出がないため、再入力のお願いをもう一度送りました。",
         kinds=SYSTEM_ONLY, mail="return_reminder", claims=True),
    Move(Submission, "ask_to_call", (S.returned,), (), _DECIDE, "電話での確認の用件", "再提出がないため、申請者に電話で確かめる用件にしました。",
         kinds=SYSTEM_ONLY, tone="is-ask", icon="phone", claims=True),
    Move(Submission, "mail_lost", tuple(S), (), _DECIDE, "メール不達", "メールが届いていません。届いたことを確かめるか、電話などで伝える用件です。",
         kinds=SYSTEM_ONLY, tone="is-must", icon="mail", claims=True),
    Move(Submission, "mail_settled", tuple(S), (), _DECIDE, "メール不達の解消", "届かなかったメールの用件が済みました。", kinds=SYSTEM_ONLY,
         claims=True),
    Move(Submission, "reject", DECIDABLE, (S.rejected,), _DECIDE, "却下", "{who}が却下しました。", reason="must", tone="is-must",
         icon="x", reviewed=True, mail="rejected",
         page=Page("{name}の申請を却下しますか",
              "却下すると、この申請の受付は終わります。直せば受け付けられる場合は「差し戻し」を使ってください。", "却下する",
              "却下しました。", "理由をメールで送ります。", MAILED_REASON, stop=True, joint="を")),
    Move(Submission, "set_aside", DECIDABLE, (S.rejected,), _DECIDE, "まとめての対象外", "{who}が、まとめて届いた申請として対象外にしました。",
         reason="must", tone="is-must", icon="x", reviewed=True, when=_came_together,
         otherwise="ファイルや同じ回線からまとめて届いた申請ではありません。1件ずつ却下してください。",
         page=Page("まとめて届いた申請を、対象外にしますか",
              "選んだ範囲の、確認を待つ申請がすべて「却下」になります。申請者にメールは送りません。あとでまとめて取り消せます。",
              "まとめて対象外にする", "対象外にしました。", "", LOGGED_REASON, stop=True)),
    Move(Submission, "put_back", (S.rejected,), (S.received, S.in_review, S.resubmitted), _DECIDE, "対象外の取消し",
         "{who}がまとめての対象外を取り消し、確認待ちに戻しました。", reviewed=True, when=_is_aside,
         otherwise="まとめて対象外にした申請ではありません。「確認を再開する」を使ってください。",
         page=Page("対象外にした申請を、確認待ちに戻しますか",
              "選んだ範囲の、まとめて対象外にした申請がすべて確認待ちに戻ります。期限は、受け付けたときから数えたままです。",
              "まとめて戻す", "確認待ちに戻しました。")),
    Move(Submission, "resubmit", (S.returned,), (S.resubmitted,), Permission.submission_create, "再提出",
         "{revision}回目の提出を受け付けました。", kinds=ANYBODY, mail="resubmitted_receipt",
         variants=(("keyed", True, "{who}が電話で聞いた直しを代行入力し、{revision}回目の提出として受け付けました。"),
                   ("wider", True, "{revision}回目の提出を受け付けました（申請者が、差し戻していない項目も開きました）。"))),
    Move(Submission, "withdraw", (*DECIDABLE, S.returned), (S.withdrawn,), Permission.submission_withdraw, "取下げ",
         "{who}が取り下げました。", kinds=ANYBODY, reason="may", reviewed=True, mail="withdrawn",
         page=Page("{name}の申請を取下げにしますか", "申請者から取下げの希望があったときに使います。自治体に確認のメールを送ります。",
              "取下げにする", "取下げとして記録しました。", "確認のメールを送ります。", LOGGED_REASON, stop=True, joint="を")),
    Move(Submission, "reopen", (S.rejected,), (S.in_review,), _DECIDE, "確認の再開", "{who}が確認を再開しました。", reason="must",
         reviewed=True, page=_REOPEN_PAGE),
    Move(Submission, "reopen_accepted", (S.accepted,), (S.in_review,), Permission.submission_reopen_accepted, "承認後の確認の再開",
         "{who}が承認後の確認を再開しました。", reason="must", reviewed=True, page=_REOPEN_PAGE, path="reopen"),
    *LINK_MOVES,
    *CASE_MOVES,
    *TRANSFER_MOVES,
    # --- postings
    Move(Posting, "publish", (P.draft, P.paused, P.scheduled), (P.live, P.scheduled, P.awaiting_release), _PUBLISH, "公開",
         "{who}が公開しました。", when=_never_live,
         variants=(("to", P.awaiting_release, "{who}が公開を申し込みました（運営事務局の確認待ち）。"),
                   ("to", P.scheduled, "{who}が公開開始希望日の公開を決めました。")),
         page=Page("「{name}」を公開しますか",
              "公開すると、すぐに求職者のページに載ります。要確認の項目があるときは、運営事務局の確認後に公開されます。", "公開する",
              "公開しました。", unlisted=(_UNLISTED, "公開の手続きが済みました。" + _UNLISTED))),
    Move(Posting, "open", (P.scheduled,), (P.live,), _PUBLISH, "公開開始日の公開", "公開開始希望日になり、自動で公開しました。",
         kinds=SYSTEM_ONLY),
    Move(Posting, "unpublish", (P.awaiting_release, P.scheduled), (P.draft,), _PUBLISH, "公開の取りやめ",
         "{who}が公開前の下書きに戻しました。", when=_no_edit_waits, path="withdraw",
         page=Page("「{name}」の公開を取りやめますか", "公開前の下書きに戻ります。内容はそのまま残り、もう一度公開できます。",
              "下書きに戻す", "公開を取りやめ、下書きに戻しました。")),
    Move(Posting, "withdraw_edit", PUBLISHED, (), _PUBLISH, "変更の取下げ", "{who}が確認待ちの変更を取り下げました。",
         when=_edit_waits, path="withdraw",
         page=Page("「{name}」の確認待ちの変更を取り下げますか", "変更を取り消し、内容を変更前に戻します。公開の状態は変わりません。",
              "変更を取り下げる", "変更を取り下げました。内容は変更前に戻りました。")),
    Move(Posting, "publish_edit", (P.live, P.paused), (), _PUBLISH, "変更の公開", "{who}が直した内容を公開に進めました。", when=_may_publish_edit,
         path="publish",
         page=Page("「{name}」の直した内容を公開しますか",
              "公開すると、いまの内容と入れ替わります。要確認の項目があるときは、運営事務局の確認後に公開されます。", "直した内容を公開する",
              "直した内容を公開しました。", unlisted=(_UNLISTED, "直した内容に替えました。" + _UNLISTED))),
    Move(Posting, "ask_approval", (P.draft, P.live, P.paused), (), Permission.posting_edit, "公開の決裁の依頼", "{who}が公開の決裁を求めました。",
         when=_may_ask_approval, mail="approval_asked", path="ask",
         page=Page("「{name}」の公開の決裁を求めますか", "公開の権限がある方が、内容を確かめて公開するか、差し戻します。",
              "公開の決裁を求める", "公開の決裁を求めました。", "公開の権限がある方にメールで知らせます。")),
    Move(Posting, "return_approval", (P.draft, P.live, P.paused), (), _PUBLISH, "決裁の差し戻し", "{who}が決裁を差し戻しました。",
         reason="must", tone="is-ask", icon="back", reviewed=True, mail="approval_returned", when=_approval_asked, path="send_back",
         page=Page("「{name}」の決裁を差し戻しますか", "公開の状態は変わりません。決裁を求めた方に理由を知らせます。", "差し戻す",
              "差し戻しました。", "理由をメールで送ります。", MAILED_REASON)),
    Move(Posting, "look", PUBLISHED, (), _RELEASE, "小さな変更の点検", "{who}が公開後の小さな変更を確かめました。", claims=True,
         when=_changed_unseen,
         page=Page("「{name}」の小さな変更を確認済みにしますか", "公開の状態は変わりません。「小さな変更」の一覧から外れます。",
              "確認済みにする", "小さな変更を確認済みにしました。")),
    Move(Posting, "release", (P.awaiting_release,), (P.live, P.scheduled), _RELEASE, "公開の許可", "{who}が公開を許可しました。", tone="is-ok",
         icon="check", reviewed=True, mail="posting_released", page=_RELEASE_PAGE),
    Move(Posting, "release_edit", PUBLISHED, (), _RELEASE, "変更の公開の許可", "{who}が変更の公開を許可しました。", tone="is-ok",
         icon="check", reviewed=True, mail="posting_released", page=_RELEASE_PAGE, when=_edit_waits, path="release"),
    Move(Posting, "return", (P.awaiting_release,), (P.draft,), _RELEASE, "差し戻し", "{who}が差し戻しました。", reason="must",
         tone="is-ask", icon="back", reviewed=True, mail="posting_returned", page=_RETURN_PAGE),
    Move(Posting, "return_edit", PUBLISHED, (), _RELEASE, "変更の差し戻し", "{who}が変更を差し戻しました。", reason="must", tone="is-ask",
         icon="back", reviewed=True, mail="posting_returned", page=_RETURN_PAGE, when=_edit_waits, path="return"),
    Move(Posting, "pause", (P.live,), (P.paused,), _PUBLISH, "一時停止", "{who}が一時停止しました。",
         page=Page("「{name}」を一時停止しますか", "すぐに一覧と公開ページから外れます。いつでも再開できます。", "一時停止する",
              "一時停止しました。一覧から外れました。",
              unlisted=(_UNLISTED + "停止しても、いつでも再開できます。", "一時停止しました。"))),
    Move(Posting, "resume", (P.paused,), (P.live,), _PUBLISH, "公開の再開", "{who}が公開を再開しました。", when=_was_live,
         page=Page("「{name}」の公開を再開しますか", "すぐに一覧に戻ります。", "公開を再開する", "公開を再開しました。",
              unlisted=(_UNLISTED, "再開しました。" + _UNLISTED))),
    Move(Posting, "close", (P.draft, P.awaiting_release, P.scheduled, P.live, P.paused), (P.closed,), Permission.posting_close, "募集の終了",
         "{who}が募集を終了しました。", reviewed=True,
         page=Page("「{name}」の募集を終了しますか",
              "すぐに一覧から外れ、公開ページには「募集終了」と出ます。" + _UNDONE, "募集を終了する",
              "募集を終了しました。一覧から外れました。", stop=True, unlisted=(_UNDONE, "募集を終了しました。"))),
    Move(Posting, "fill", (P.live,), (P.closed,), Permission.posting_close, "充足による終了", "募集人数に達したため、募集を終了しました。",
         kinds=SYSTEM_ONLY, tone="is-ok", icon="check", mail="posting_filled"),
    Move(Posting, "reopen", (P.closed,), (P.live, P.paused, P.draft), _PUBLISH, "募集の再開", "{who}が募集を再開しました。", when=_may_reopen,
         otherwise="再開できるのは、終了した日の翌営業日の17:00までと、確保した方の辞退があったときです。コピーして新しい募集を作れます。",
         variants=(("to", P.draft, "{who}が募集を再開し、下書きに戻しました。"), ("to", P.paused, "{who}が募集を再開し、一時停止に戻しました。")),
         page=Page("「{name}」の募集を再開しますか", "すぐに一覧に戻ります。終了のときに送ったメールは取り消せません。", "募集を再開する",
              "募集を再開しました。", unlisted=(_UNLISTED, "募集を再開しました。"))),
    Move(Posting, "outcome", (P.closed,), (), Permission.candidate_handle, "確保した人数の回答", "{who}が確保した人数を回答しました。",
         kinds=PEOPLE | SYSTEM_ONLY, reviewed=True, when=_outcome_unknown, otherwise="確保した人数は、もう伺っていません。",
         variants=(("mail", True, "メールのご案内から、確保した人数の回答がありました。"),),
         page=Page("「{name}」で確保した人数を回答しますか", "募集した人数のうち、どの方法で何名を確保したかを伺います。お名前は要りません。", "回答する",
              "回答を記録しました。ありがとうございました。")),
    Move(Posting, "stop_asking", (P.closed,), (), Permission.candidate_handle, "人数のお尋ねの停止", "{who}が、確保した人数のお尋ねを止めました。",
         kinds=PEOPLE | SYSTEM_ONLY, when=_outcome_unknown,
         variants=(("mail", True, "メールのご案内から、確保した人数のお尋ねが止められました。"),)),
    Move(Posting, "place", (*PUBLISHED, P.closed, P.suspended), (), Permission.candidate_handle, "ほかの方法で確保した人の記録",
         "{who}が、このサイト以外で確保した人を記録しました。",
         page=Page("「{name}」で、このサイト以外で確保した人を記録しますか", "確保した人数に加わり、必要な人数の残りが減ります。あとで取り消せます。",
              "記録する", "記録しました。")),
    Move(Posting, "unplace", (*PUBLISHED, P.closed, P.suspended, P.draft), (), Permission.candidate_handle, "確保した人の記録の取消し",
         "{who}が、このサイト以外で確保した人の記録を取り消しました。",
         page=Page("「{name}」で、確保した人の記録を取り消しますか", "確保した人数から除き、必要な人数の残りに戻します。", "記録を取り消す",
              "記録を取り消しました。")),
    Move(Posting, "expire", PUBLISHED, (P.closed,), Permission.posting_close, "公開期限による終了",
         "公開終了予定日を過ぎたため、自動で募集を終了しました。", kinds=SYSTEM_ONLY),
    Move(Posting, "copy", tuple(P), (), Permission.posting_edit, "コピーの作成", "{who}がこの募集をコピーして、新しい下書きを作りました。",
         page=Page("「{name}」をコピーして新しい募集を作りますか", "同じ内容の下書きができます。公開するまで求職者には表示されません。",
              "コピーして作る", "コピーしました。日付などを直して公開してください。")),
    Move(Posting, "relist", (P.closed,), (), _PUBLISH, "再募集", "{who}が日付を改めて、もう一度募集を始めました。", when=may_show,
         page=Page("「{name}」の募集をもう一度始めますか",
              "同じ内容で新しい募集を作り、下の日付で公開の手続きをします。終了した募集はそのまま残ります。", "もう一度募集する",
              "もう一度募集を始めました。")),
    Move(Posting, "ask_open", (P.live,), (), _PUBLISH, "募集中かどうかのお尋ね", "しばらく変更も確認もないため、今も募集しているかをお尋ねしました。",
         kinds=SYSTEM_ONLY, tone="is-ask", icon="clock", mail="posting_still_open", claims=True, when=_is_not_asked),
    Move(Posting, "confirm_open", (P.live,), (), _PUBLISH, "募集中との回答", "{who}が今も募集していることを確かめました。", tone="is-ok",
         icon="check", claims=True, when=_is_asked, path="confirm",
         otherwise="いまは確認の必要がありません。内容が変わったときは、「内容を直す」から直してください。",
         page=Page("「{name}」は今も募集していますか",
              "内容が今も正しければ、下のボタンを押してください。公開中の内容は変わりません。", "今も募集している",
              "募集中であることを確かめました。引き続き公開します。")),
    Move(Posting, "hide", (P.live,), (P.paused,), _PUBLISH, "確認がないための一時停止", "今も募集しているかの確認がないため、自動で一時停止しました。",
         kinds=SYSTEM_ONLY, tone="is-ask", icon="pause", mail="posting_hidden", when=_is_asked),
    Move(Posting, "suspend", (P.live, P.paused, P.awaiting_release, P.scheduled), (P.suspended,), _SUSPEND, "掲載停止", "{who}が掲載を停止しました。",
         reason="must", tone="is-must", icon="stop", reviewed=True, mail="posting_suspended",
         page=Page("「{name}」の掲載を停止しますか", "すぐに一覧と公開ページから外れます。理由をメールで送ります。", "掲載を停止する",
              "掲載を停止しました。", "理由をメールで送ります。", MAILED_REASON, stop=True,
              unlisted=(_UNLISTED + "停止すると、自治体は再開できません。理由をメールで送ります。", "掲載を停止しました。"))),
    Move(Posting, "restore", (P.suspended,), (P.paused,), _SUSPEND, "掲載停止の解除", "{who}が掲載停止を解除しました。", reason="must",
         reviewed=True, mail="posting_restored",
         page=Page("「{name}」の掲載停止を解除しますか",
              "一時停止の状態に戻ります。自治体が再開すると公開されます。理由をメールで送ります。", "解除する",
              "掲載停止を解除しました。自治体が再開すると公開されます。", "理由をメールで送ります。", MAILED_REASON,
              unlisted=("一時停止の状態に戻り、自治体が再開できます。" + _UNLISTED + "理由をメールで送ります。", "掲載停止を解除しました。"))),
    *INCIDENT_MOVES,
    # --- accounts
    *ACCOUNT_MOVES,
    *COLLEAGUE_MOVES,
    # --- cases keyed in from telephone and paper
    Move(Keying, "keyed_save", OPEN_KEYING, OPEN_KEYING, _KEY, "1回目の入力の途中保存", "{who}が1回目の入力を途中まで保存しました。",
         quiet=True),
    Move(Keying, "keyed_first", OPEN_KEYING, (K.second, K.compare, K.ready), _KEY, "1回目の入力", "{who}が1回目の入力を終えました。"),
    Move(Keying, "keyed_second", (K.second, K.compare, K.ready), (K.compare, K.ready), _KEY, "要点の2回目の入力",
         "{who}が要点をもう一度入力しました。"),
    Move(Keying, "resolved", (K.compare, K.ready), (K.ready, K.compare), _KEY, "2回の入力の違いの確認",
         "{who}が2回の入力の違いを確かめました。"),
    Move(Keying, "sent", (K.ready,), (K.sent,), _KEY, "代行入力の受付", "{who}が代行入力の内容を受け付けました。"),
    Move(Keying, "discard", OPEN_KEYING, (K.discarded,), _KEY, "代行入力の破棄", "{who}が代行入力を破棄しました。",
         page=Page("代行入力を破棄しますか", "{name}の入力をすべて消します。元には戻せません。", "入力を消して破棄する", "破棄しました。",
              stop=True)),
    *CANDIDATE_MOVES,
    *PARTNER_MOVES,
    *REPORT_MOVES,
    # --- mails
    *MAIL_MOVES,
)
# fmt: on


MASTER_DATA = {
    "nurse_center": "ナースセンターの連絡先",
    "law_date": "法令・事業の日付",
    "office_closure": "閉庁日",
    "municipality_contact": "市区町村の公開アドレス",
    "municipality_successor": "後継の団体コード",
    "message_template": "文面",
    "partner": "連携先の登録",
}
# fmt: off
EVENTS: tuple[Event, ...] = (
    *CASE_EVENTS,
    Event("posting", "create", "下書きの作成", "申請の承認により、下書きができました。", (("own", True, "{who}が下書きを作りました。"),
           ("here", True, "{who}が、ほかの団体の下で作られていた募集 {other} を、こちらへ移しました。"))),
    Event("posting", "edit", "内容の変更", "{who}が内容を変更しました（{fields}）。",
          (("form", True, "直した申請の承認により、内容が変わりました（{fields}）。"),
           ("extended", True, "{who}が募集の期間を変えました（{fields}）。"))),
    Event("posting", "set_total", "このサイト以外で確保した人数の訂正", "{who}が、このサイト以外で確保した人数を改めました。", quiet=True),
    Event("posting", "talk", "メッセージ", "{who}がメッセージを書きました。", quiet=True),
    Event("posting", "judge", "公開前の確かめ", "公開の前に記入ルールで確かめ直し、要修正の指摘が見つかりました。"),
    Event("account", "issue", "アカウントの発行", "{who}がアカウントを発行しました。",
          (("asked", True, "{who}が担当者の追加を運営事務局に依頼しました。"),)),
    Event("account", "take_over", "担当の引き継ぎを受けたこと", "{who}の操作で、ほかの方から担当を引き継ぎました。"),
    Event("account", "rename", "表示名の変更", "{who}が表示名を変えました。"),
    Event("account", "new_address", "本人のアドレスの変更", "{who}が新しいメールアドレスを確かめ、変えました。"),
    Event("organization", "approval", "決裁の設定の変更", "{who}が決裁を不要にしました。", (("on", True, "{who}が決裁を必要にしました。"),)),
    Event("account", "sign_in", "ログイン", "{who}がログインしました。", (("new", True, "{who}が新しい端末からログインしました。"),), quiet=True),
    Event("account", "second_failed", "本人確認の失敗", "ログインのときの本人確認で、コードかパスキーが違いました。", quiet=True),
    Event("account", "end_sessions", "ほかのログインの終了", "{who}がほかの端末のログインを終了しました{rows}。", quiet=True),
    Event("account", "factor_added", "本人確認の方法の登録", "{who}が本人確認の方法を登録しました。"),
    Event("account", "factor_removed", "本人確認の方法の取消し", "{who}が本人確認の方法を消しました。"),
    Event("account", "recovery_codes", "回復コードの作り直し", "{who}が回復コードを作り直しました。"),
    Event("account", "view_end", "画面の確認の終わり", "{who}が、このアカウントの画面を閉じました。",
          (("over", True, "時間がたったため、このアカウントの画面の確認を終えました。"),)),
    Event("account", "sign_out", "ログアウト", "{who}がログアウトしました。", quiet=True),
    Event("account", "notices", "お知らせの受け取り方の変更", "{who}がお知らせの受け取り方を変えました。", quiet=True),
    Event("account", "regions", "担当する都道府県の変更", "{who}が担当する都道府県を変えました。", quiet=True),
    Event("account", "export", "名簿の書き出し", "{who}が応募者の一覧を書き出しました{rows}。",
          (("list", "admin_account", "{who}がアカウントの一覧を書き出しました{rows}。"),
           ("list", "admin_mail", "{who}が送信メールの一覧を書き出しました{rows}。"))),
    Event("account", "prefecture_mail", "登録のお願いの送信", "{who}が、登録していない市町村に登録のお願いを送りました。"),
    Event("account", "password", "パスワードの変更", "{who}がパスワードを変えました。"),
    Event("account", "password_reset_asked", "パスワード再設定のご案内", "パスワード再設定のご案内を送りました。", quiet=True),
    Event("keying", "start", "代行入力の開始", "{who}が電話・書面の代行入力を始めました。"),
    *(Event(subject, action, f"{what}の{noun}", f"{{who}}が{did}。") for subject, what in MASTER_DATA.items()
      for action, noun, did in (("add", "追加", "追加しました"), ("change", "変更", "内容を変えました"))),
    Event("posting", "partner_secured", "連携先での確保の報告", "{who}が確保した人数を報告しました。"),
    Event("candidate", "apply", "応募・問い合わせの受付", "受け付けました。"),
    Event("candidate", "message", "メッセージ", "{who}がメッセージを送りました。"),
    Event("candidate", "publish_answer", "質問と回答の公開", "{who}が質問と回答を募集のページに公開しました。"),
    Event("candidate", "unpublish_answer", "公開した質問と回答の取下げ", "{who}が公開した質問と回答を取り下げました。"),
    Event("candidate", "read", "メッセージの確認", "{who}がメッセージを読みました。"),
    Event("candidate", "assign", "担当の変更", "{who}が担当を変えました。",
          (("left", True, "担当の方が応募者対応から外れたため、担当が未定になりました。"),)),
    Event("candidate", "interview", "面接の日時", "{who}が面接の日時を決めました。", (("off", True, "{who}が面接を取りやめました。"),)),
    Event("candidate", "erase", "応募者のデータの削除", "応募者のデータを削除しました。"),
    Event("partner_key", "issue", "鍵の発行", "{who}が鍵を発行しました。"),
    Event("partner", "download", "募集一覧の書き出し", "{who}が募集の一覧を書き出しました。"),
    Event("report_round", "create", "実績の回の作成", "{who}が実績の報告の回を作りました。"),
    Event("report_round", "export", "実績の書き出し", "{who}が全国の実績（内部用）を書き出しました。"),
    Event("search_alert", "confirm", "新しい募集のメールの開始", "新しい募集のメールの受け取りが始まりました。"),
    Event("search_alert", "stop", "新しい募集のメールの停止", "{who}が新しい募集のメールを止め、申し込みを削除しました。"),
    Event("search_alert", "expire", "新しい募集のメールの期限", "期限が来たため、新しい募集のメールの申し込みを削除しました。"),
    Event("search_alert", "bounce", "新しい募集のメールの不達", "宛先に届かないため、新しい募集のメールの申し込みを削除しました。"),
    Event("job_run", "ask_run", "定期処理の実行の依頼", "{who}が定期処理の実行を依頼しました（{other}）。"),
    Event("retention_run", "erase_person", "本人の求めによる削除", "{who}が本人の求めで個人データを削除しました{rows}。"),
    Event("account", "find_person", "個人データの検索", "{who}が本人の求めに応じるため、個人データを探しました{rows}。"),
    Event("retention_run", "purge", "保存期間の処理", "{who}が保存期間を過ぎたデータを削除しました{rows}。"),
    Event("mail_pause", "pause", "メールの送信の停止", "{who}がメールの送信を止めました（{other}）。"),
    Event("mail_pause", "resume", "メールの送信の再開", "{who}がメールの送信を再開しました（{other}）。"),
    Event("setting", "stop_writing", "閲覧のみの開始", "{who}がサイトを閲覧のみにしました。"),
    Event("setting", "allow_writing", "閲覧のみの終了", "{who}が閲覧のみを終えました。"),
    Event("setting", "change", "設定の変更", "{who}が設定を変えました。"),
    Event("setting", "add_key", "新しい鍵の追加", "サーバーの新しい鍵を加えました。"),
    Event("setting", "use_key", "新しい鍵の使用の開始", "サーバーの新しい鍵を使い始めました。"),
    Event("setting", "renew_keys", "新しい鍵での作り直し", "サーバーの新しい鍵で、保存したものを作り直しました{rows}。"),
    Event("setting", "retire_key", "古い鍵の取り外し", "サーバーの古い鍵を外しました。"),
    Event("setting", "restore_backup", "バックアップからの復元", "バックアップからデータベースを戻しました。"),
)
# fmt: on

_BY_NAME: Mapping[tuple[str, str], Move] = {(m.subject.__tablename__, m.name): m for m in MOVES}
TOLD: Mapping[tuple[str, str], Move | Event] = {(e.subject, e.name): e for e in EVENTS} | dict(_BY_NAME)


def move_of(subject: type[Any], name: str) -> Move:
    """The row of a move. Raises KeyError."""
    return _BY_NAME[subject.__tablename__, name]


def moves_of(subject: type[Any]) -> list[Move]:
    """All moves of a kind of row, in the table's order."""
    return [m for m in MOVES if m.subject is subject]
