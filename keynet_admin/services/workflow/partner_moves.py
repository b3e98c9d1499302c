"""The moves of partners, their keys and the ledger; a part of the table in `moves.py`."""

from keynet_admin.models import Partner, PartnerItem, PartnerKey
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import LOGGED_REASON, PEOPLE, SYSTEM_ONLY, Move, Page
from keynet_admin.vocabulary import UNANSWERED, ActorKind
from keynet_admin.vocabulary import KeyStatus as K
from keynet_admin.vocabulary import PartnerItemStatus as I
from keynet_admin.vocabulary import PartnerStatus as P

_EDIT, _KEY, _HANDLE = Permission.partner_edit, Permission.partner_key, Permission.partner_handle
_RECEIVE, _RUN = Permission.partner_receive, Permission.system_run
# A partner answers with its key or signed in.
_PARTNER = frozenset({ActorKind.partner, ActorKind.account})


def _is_late(partner: Partner) -> bool:
    return partner.late_since is not None


def _is_not_late(partner: Partner) -> bool:
    return partner.late_since is None


# fmt: off
PARTNER_MOVES: tuple[Move, ...] = (
    Move(Partner, "verify", (P.preparing, P.stopped), (P.active,), _EDIT, "連絡先の確認と使用の開始", "{who}が連絡先を確かめ、使用を始めました。", reason="must",
         tone="is-ok", icon="check", reviewed=True,
         page=Page("{name}の連絡先を確かめましたか", "公の記録にある番号にかけ、受け取る担当の方とアドレスを確かめてから記録してください。"
              "記録すると、対象の募集を送り始めます。", "確かめて使用を始める", "使用を始めました。",
              reason_help="だれに、どのように確かめたかを書いてください。経過に記録します。")),
    Move(Partner, "unverify", (P.active,), (P.preparing,), _EDIT, "連絡先の変更による中断", "連絡先が変わったため、送付を止めました。",
         kinds=PEOPLE | SYSTEM_ONLY, tone="is-ask", icon="tri"),
    Move(Partner, "stop", (P.active, P.preparing), (P.stopped,), _EDIT, "連携の停止", "{who}が連携を停止しました。", reason="must", tone="is-must", icon="stop",
         reviewed=True,
         page=Page("{name}との連携を停止しますか", "募集を送らなくなり、鍵とログインは使えなくなります。相手に残っている募集の取下げは、電話などで伝えてください。",
              "停止する", "停止しました。", reason_help=LOGGED_REASON, stop=True)),
    Move(Partner, "alarm", (P.active,), (), _RUN, "遅れの警報", "募集の終了が約束の時間内に届いていません。", kinds=SYSTEM_ONLY, tone="is-must", icon="tri",
         claims=True, when=_is_not_late),
    Move(Partner, "alarm_over", tuple(P), (), _RUN, "遅れの解消", "遅れていた募集の終了が、すべて届きました。", kinds=SYSTEM_ONLY, tone="is-ok", icon="check",
         claims=True, when=_is_late),
    # --- keys
    Move(PartnerKey, "rotate", (K.active,), (K.rotating,), _KEY, "鍵の入替え", "{who}が新しい鍵を発行しました。この鍵は期限まで使えます。", tone="is-wait", icon="clock", step_up=True,
         page=Page("鍵 {name} を入れ替えますか", "新しい鍵を発行し、一度だけ表示します。この鍵は7日後まで使えます。", "入れ替える",
              "新しい鍵を発行しました。")),
    Move(PartnerKey, "extend", (K.rotating,), (), _KEY, "鍵の期限の延長", "{who}が鍵の期限を延ばしました。", step_up=True,
         page=Page("鍵 {name} の期限を延ばしますか", "使える期限を、今日から7日後まで延ばします。", "期限を延ばす", "期限を延ばしました。")),
    Move(PartnerKey, "stop", (K.active, K.rotating), (K.stopped,), _KEY, "鍵の停止", "{who}が鍵を停止しました。", reason="must", tone="is-must", icon="x", reviewed=True,
         page=Page("鍵 {name} を止めますか", "すぐに使えなくなります。元には戻せません。", "止める", "止めました。", reason_help=LOGGED_REASON,
              stop=True)),
    Move(PartnerKey, "expire", (K.rotating,), (K.stopped,), _RUN, "鍵の期限切れ", "期限が来たため、鍵を停止しました。", kinds=SYSTEM_ONLY),
    # --- the ledger
    Move(PartnerItem, "queue", tuple(I), (I.waiting, I.recalling), _RUN, "送るものの変更", "送る内容が変わりました。", kinds=SYSTEM_ONLY, logged=False),
    Move(PartnerItem, "send", (I.waiting,), (I.sent,), _RUN, "送付", "送りました。", kinds=SYSTEM_ONLY, logged=False),
    Move(PartnerItem, "acknowledge", UNANSWERED, (I.acknowledged, I.withdrawn), _RECEIVE, "受領", "受け取りました。", kinds=_PARTNER, tone="is-ok",
         icon="check", variants=(("to", I.withdrawn, "取り下げました。"),),
         page=Page("{name}を受け取りましたか", "この募集を受け取ったことを記録します。", "受け取った", "受け取ったことを記録しました。")),
    Move(PartnerItem, "refuse", UNANSWERED, (I.refused,), _RECEIVE, "拒否", "受け取りを断りました。", kinds=_PARTNER, tone="is-must", icon="x", reason="must",
         reviewed=True,
         page=Page("{name}を受け取れないと答えますか", "運営事務局が理由を読んで対応します。", "受け取れない", "受け取れないことを記録しました。",
              reason_help="どこを直せば受け取れるかを書いてください。応募した方のことは書かないでください。", reason_most=400, stop=True)),
    Move(PartnerItem, "limit", UNANSWERED, (I.refused,), _RUN, "連携先の制限", "連携先が受け取れる範囲を超えているため、送っていません。", kinds=SYSTEM_ONLY,
         tone="is-must", icon="x"),
    Move(PartnerItem, "tell", (*UNANSWERED, I.refused), (I.acknowledged, I.withdrawn), _HANDLE, "電話での連絡", "{who}が電話で伝えました。", reason="must",
         tone="is-ask", icon="phone", reviewed=True, variants=(("to", I.withdrawn, "{who}が取下げを電話で伝えました。"),),
         page=Page("{name}を電話で伝えたことを記録しますか", "相手が電話で受け取った、または取り下げたものとして記録します。", "記録する", "記録しました。",
              reason_help="だれに、何を伝え、何と答えたかを書いてください。応募した方のことは書かないでください。経過に記録します。")),
    Move(PartnerItem, "resend", (I.refused, I.sent, I.acknowledged, I.recalling), (I.waiting, I.recalling), _HANDLE, "再送", "{who}がもう一度送ることにしました。",
         page=Page("{name}をもう一度送りますか", "いまの内容を、次の便でもう一度送ります。", "もう一度送る", "次の便で送ります。")),
    Move(PartnerItem, "reissue", (I.refused, I.sent, I.acknowledged), (I.waiting,), _HANDLE, "新しい番号での再発行", "{who}が新しい番号で発行し直しました。",
         kinds=PEOPLE | SYSTEM_ONLY, variants=(("limit", True, "連携先での掲載期間が終わるため、新しい番号で発行し直しました。"),),
         page=Page("{name}を新しい番号で発行し直しますか", "相手での番号の末尾に -2、-3 … を付け、新しい募集として送ります。前の番号は取り下げます。",
              "発行し直す", "次の便で、新しい番号で送ります。")),
    Move(PartnerItem, "drop", (I.refused,), (I.withdrawn,), _HANDLE, "送付の取りやめ", "{who}がこの連携先へは送らないことにしました。", reason="must", reviewed=True,
         page=Page("{name}を送らないことにしますか", "この募集は、内容が変わるまでこの連携先へ送りません。", "送らないことにする", "送らないことにしました。",
              reason_help=LOGGED_REASON, stop=True)),
    Move(PartnerItem, "report_secured", tuple(I), (), _HANDLE, "確保の報告の代行", "{who}が、連携先で確保した人数を電話で聞いて記録しました。",
         page=Page("{name}について、連携先で確保した人数を記録しますか", "募集の確保した人数に加わり、実績の報告に入ります。", "記録する", "記録しました。")),
)
# fmt: on
