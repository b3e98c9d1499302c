"""What operators do about a case beside deciding it: corrections, notes, opinions; a part of the table in `moves.py`."""

from keynet_admin.models import Submission
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import Event, Move, Page
from keynet_admin.vocabulary import AWAITING_REVIEW

# fmt: off
CASE_MOVES: tuple[Move, ...] = (
    Move(Submission, "correct", AWAITING_REVIEW, (), Permission.submission_decide, "代わりの訂正", "{who}が申請者に代わって内容を直しました。",
         reason="must", reviewed=True, tone="is-info", icon="pen", mail="corrected",
         page=Page("{name}の申請を、代わりに直しますか",
              "直した内容は新しい版になり、記入ルールでもう一度確かめます。変わったところと理由を、申請者にメールで知らせます。", "直して知らせる",
              "直しました。", "変わったところと理由をメールで知らせます。", "申請者へのメールと申請の状況のページに載ります。", joint="を")),
)
CASE_EVENTS: tuple[Event, ...] = (
    Event("submission", "warn", "期限の近いことのお知らせ", "期限が近いことを、担当者に知らせました。", quiet=True),
    Event("submission", "submit", "申請の受付", "申請を受け付けました。"),
    Event("submission", "clear", "指摘の問題なし", "{who}が指摘 {rule} を問題なしとしました。"),
    Event("submission", "unclear", "指摘の問題なしの取消し", "{who}が指摘 {rule} を要確認に戻しました。"),
    Event("submission", "note", "メモ", "{who}がメモを残しました。", quiet=True),
    Event("submission", "ask_opinion", "意見の依頼", "{who}がほかの担当者に意見を聞きました。", quiet=True),
    Event("submission", "answer_opinion", "意見", "{who}が意見を答えました。", quiet=True),
    Event("organization", "create", "団体の登録", "{who}が申請の承認により団体を登録しました。"),
    Event("organization", "edit", "団体の登録の変更", "{who}が登録の内容を承認した申請に合わせました。"),
)
# fmt: on
