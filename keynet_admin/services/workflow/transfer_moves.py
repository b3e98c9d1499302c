"""Moves of what was booked on the wrong body: a posting and an accepted case; a part of the table in `moves.py`."""

from keynet_admin.models import Posting, Submission
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import MAILED_REASON, Move, Page
from keynet_admin.vocabulary import PostingStatus as P
from keynet_admin.vocabulary import SubmissionStatus as S

_TRANSFER = Permission.submission_transfer
# fmt: off
TRANSFER_MOVES: tuple[Move, ...] = (
    Move(Posting, "transfer", (P.draft, P.awaiting_release, P.scheduled, P.live, P.paused), (P.closed,), _TRANSFER, "正しい団体への移し替え",
         "{who}がこの募集を正しい団体へ移しました（新しい番号 {other}）。この番号の募集は終わりました。", reason="must", tone="is-must", icon="arrow",
         reviewed=True, mail="posting_moved_away", step_up=True,
         otherwise="掲載停止中の募集は、停止を解除してから移します。終わった募集は、実績がいまの団体に数えられているため移せません。",
         page=Page("「{name}」を、正しい団体へ移しますか",
              "正しい団体に、同じ内容の下書きが新しい番号でできます。いまの募集はすぐに終わり、公開ページと連携先からも外れます。元には戻せません。",
              "正しい団体へ移す", "正しい団体へ移しました。", "両方の団体に、理由と見られる場所をメールで知らせます。", MAILED_REASON, stop=True)),
    Move(Posting, "transfer_case", (P.draft, P.awaiting_release, P.scheduled, P.live, P.paused), (P.closed,), _TRANSFER,
         "申請の移し替えによる終了", "{who}がもとの申請を正しい団体のものに直したため、この募集は終わりました。", tone="is-must", icon="arrow"),
    Move(Submission, "transfer", (S.accepted,), (S.in_review,), _TRANSFER, "正しい団体への移し替え",
         "{who}が、この申請を正しい団体（団体コード {other}）のものに直し、確認を再開しました。", reason="must", tone="is-must", icon="arrow",
         reviewed=True, mail="case_moved", step_up=True,
         otherwise="承認の前の申請は、「代わりの訂正」で団体コードと団体名を直します。差し戻し中の申請は、申請者が直します。",
         page=Page("{name}の申請を、正しい団体のものに直しますか",
              "申請は確認中に戻り、正しい団体として、もう一度承認します。この承認でできた募集とアカウントは終わります。元には戻せません。",
              "正しい団体のものに直す", "正しい団体のものに直し、確認を再開しました。", "理由とこのあとのことを、メールで知らせます。", MAILED_REASON,
              stop=True, joint="を")),
)
# fmt: on
