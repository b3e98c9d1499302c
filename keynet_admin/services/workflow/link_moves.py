"""Moves that say that two cases are the same one: rows of the table of moves (`moves.py`), one for each of the two."""

from keynet_admin.models import Submission
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import LOGGED_REASON, Move, Page
from keynet_admin.vocabulary import SubmissionStatus

# fmt: off
LINK_MOVES: tuple[Move, ...] = (
    Move(Submission, "link", tuple(SubmissionStatus), (), Permission.submission_decide, "重複の記録",
         "{who}が {other} と重複する申請として結びました。", reason="must", reviewed=True,
         page=Page("{name}の申請を、ほかの申請と「重複」として結びますか",
              "2件の申請は、どちらもそのまま残ります。それぞれの画面に、もう一方と重複していることが表示されます。あとで解くことができます。",
              "重複として結ぶ", "重複として結びました。", "", "2件の経過に記録します。", joint="を")),
    Move(Submission, "unlink", tuple(SubmissionStatus), (), Permission.submission_decide, "重複の取消し",
         "{who}が {other} との重複を取り消しました。", reason="may", reviewed=True,
         page=Page("{name}の申請の「重複」を取り消しますか", "2件の申請は、どちらもそのまま残ります。", "重複を取り消す",
              "重複を取り消しました。", "", LOGGED_REASON, joint="の")),
)
