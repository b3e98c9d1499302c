"""The moves of the follow-up report's rounds and of each body's report; a part of the table in `moves.py`."""

from keynet_admin import clock
from keynet_admin.models import Report, ReportRound
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import PEOPLE, SYSTEM_ONLY, Move, Page
from keynet_admin.vocabulary import ReportStatus as S
from keynet_admin.vocabulary import RoundStatus as R

_CONFIRM, _RUN_ROUND, _RUN = Permission.report_confirm, Permission.report_run, Permission.system_run


def _still_open(report: Report) -> bool:
    """Whether its round takes confirmations."""
    return report.round.status is R.open and clock.now() < report.round.due_at


_OVER = "締切を過ぎたため、数字は確定しています。違うところは訂正として登録してください。"
# fmt: off
REPORT_MOVES: tuple[Move, ...] = (
    Move(ReportRound, "postpone", (R.open,), (), _RUN_ROUND, "締切の変更", "{who}が締切を変えました。", reason="must", reviewed=True, mail="report_postponed",
         page=Page("{name}の締切を変えますか", "新しい締切まで、各団体は確認と取消しができます。", "締切を変える", "締切を変えました。",
              "まだ確認していない団体に、新しい締切をメールで知らせます。", reason_help="締切を変える理由を書いてください。経過に記録します。")),
    Move(ReportRound, "remind_all", (R.open,), (), _RUN_ROUND, "督促", "{who}がまだ確認していない団体に督促しました。", tone="is-ask", icon="mail", claims=True, path="remind",
         page=Page("{name}をまだ確認していない団体に督促しますか", "選んだ団体の、応募者に対応する担当者へメールを送ります。", "督促する", "督促しました。")),
    Move(ReportRound, "freeze", (R.open,), (R.frozen,), _RUN, "数字の確定", "締切を過ぎたため、数字を確定しました。", kinds=SYSTEM_ONLY, tone="is-ok", icon="lock"),
    # --- one body's report
    Move(Report, "confirm", (S.waiting,), (S.confirmed,), _CONFIRM, "報告", "{who}がこの数字で報告しました。", tone="is-ok", icon="check", when=_still_open,
         otherwise=_OVER,
         page=Page("この数字で報告しますか", "押すと、団体の報告として記録します。締切までは取り消せます。", "このとおりで正しい", "報告を受け付けました。")),
    Move(Report, "take_back", (S.confirmed,), (S.waiting,), _CONFIRM, "報告の取消し", "{who}が報告を取り消しました。", when=_still_open, otherwise=_OVER,
         page=Page("報告を取り消しますか", "確認待ちに戻ります。締切までに、もう一度報告してください。", "報告を取り消す", "報告を取り消しました。", stop=True)),
    Move(Report, "correct", tuple(S), (), _CONFIRM, "数字の訂正", "{who}が数字を訂正しました。", reason="must",
         variants=(("late", True, "{who}が、確定した数字を訂正しました。"),),
         page=Page("数字を訂正しますか", "記録のほうを直せるときは、応募者の記録を直してください。数字も変わります。記録にないことだけを、ここで訂正します。",
              "訂正を加える", "訂正を加えました。", reason_help="運営事務局と国が見ます。個人の氏名などは書かないでください。", reason_most=400)),
    Move(Report, "record_call", (S.waiting,), (), Permission.report_read, "電話の記録", "{who}が報告をお願いする電話をかけました。", reason="must", tone="is-ask",
         icon="phone", reviewed=True, claims=True, kinds=PEOPLE,
         page=Page("{name}に電話したことを記録しますか", "電話の一覧に、だれがいつ電話したかが出ます。", "記録する", "記録しました。",
              reason_help="だれが何と答えたかを書いてください。経過に記録します。")),
    Move(Report, "told", (S.waiting,), (), _RUN, "報告のお願い", "報告のお願いをメールで送りました。", kinds=SYSTEM_ONLY, tone="is-ask", icon="mail", claims=True),
)
# fmt: on
