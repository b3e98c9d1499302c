"""The moves of applications and inquiries; a part of the table in `moves.py`."""

from keynet_admin.models import Candidate
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow.row import SYSTEM_ONLY, Move, Page
from keynet_admin.vocabulary import AWAITED, IN_SELECTION, ActorKind
from keynet_admin.vocabulary import CandidateStatus as C

_HANDLE, _OWN, _RUN = Permission.candidate_handle, Permission.candidate_own, Permission.system_run


def _step_undoable(candidate: Candidate) -> bool:
    return candidate.undoable


def _to_ask(candidate: Candidate) -> bool:
    return candidate.task_at is not None


# fmt: off
CANDIDATE_MOVES: tuple[Move, ...] = (
    Move(Candidate, "see", (C.received,), (C.seen,), _HANDLE, "確認", "{who}が内容を開きました。"),
    Move(Candidate, "contact", (C.received, C.seen), (C.contacted,), _HANDLE, "連絡の記録", "{who}が連絡しました。", tone="is-ask", icon="mail",
         page=Page("{name}に連絡したことを記録しますか", "電話などで連絡したときに使います。このサイトから送ったメッセージは、送ると記録されます。",
              "連絡済みにする", "連絡済みにしました。")),
    Move(Candidate, "select", (C.seen, C.contacted, C.moved), (C.selection,), _HANDLE, "選考", "{who}が選考に進めました。", mail="candidate_selection",
         page=Page("{name}を選考に進めますか", "本人のページの段階が「選考中」に変わります。", "選考に進める", "選考に進めました。", "メールでお知らせします。")),
    Move(Candidate, "move_direct", (C.seen, C.contacted, C.selection), (C.moved,), _HANDLE, "直接の選考への移行",
         "{who}が団体の直接の選考に移しました。", mail="candidate_moved",
         page=Page("{name}を直接の選考に移しますか", "団体が直接選考を行います。結果が決まったら、この画面に登録してください（確保実績に含めます）。",
              "直接の選考に移す", "直接の選考に移しました。", "メールでお知らせします。")),
    Move(Candidate, "offer", (C.selection, C.moved), (C.offered,), _HANDLE, "内定", "{who}が内定を出しました。", mail="candidate_offered",
         tone="is-ok", icon="check",
         page=Page("{name}を内定にしますか", "本人に内定をお知らせします。本人の承諾を確かめたら「確保」にしてください。", "内定にする",
              "内定にしました。", "メールでお知らせします。")),
    Move(Candidate, "secure", (C.offered, C.moved), (C.secured,), _HANDLE, "確保", "{who}が確保として登録しました。", mail="candidate_secured",
         tone="is-ok", icon="check",
         page=Page("{name}を確保にしますか", "勤務が決まった方として数えます。募集人数に達すると、募集は自動で終了します。", "確保にする",
              "確保にしました。", "メールでお知らせします。")),
    Move(Candidate, "decline", (C.offered,), (C.declined,), _HANDLE, "内定辞退の記録", "{who}が内定辞退を記録しました。",
         page=Page("{name}の内定辞退を記録しますか", "本人から内定を受けないと連絡があったときに使います。", "内定辞退を記録する",
              "内定辞退を記録しました。", stop=True)),
    Move(Candidate, "reject", IN_SELECTION, (C.rejected,), _HANDLE, "不採用", "{who}が不採用としました。", mail="candidate_rejected",
         tone="is-must", icon="x", variants=(("closing", True, "募集の終了により、選考を終えました。"),),
         page=Page("{name}を不採用にしますか", "本人に結果をお知らせします。送る文を確かめてから決めてください。", "不採用にする",
              "不採用にしました。", "メールでお知らせします。", stop=True)),
    Move(Candidate, "record_withdrawal", (*IN_SELECTION, C.secured, C.open), (C.withdrawn,), _HANDLE, "辞退の記録",
         "{who}が辞退を記録しました。", path="withdraw",
         page=Page("{name}の辞退を記録しますか", "本人から辞退の連絡があったときに使います。", "辞退を記録する", "辞退を記録しました。", stop=True)),
    Move(Candidate, "withdraw", (*IN_SELECTION, C.secured, C.open, C.answered), (C.withdrawn,), _OWN, "本人の辞退",
         "本人が辞退しました。", kinds=frozenset({ActorKind.candidate, ActorKind.system}), mail="candidate_withdrawn",
         page=Page("応募を辞退しますか", "すぐに伝わります。理由は要りません。", "辞退する", "辞退しました。", "控えのメールを送ります。", stop=True)),
    Move(Candidate, "accept_offer", (C.offered,), (), _OWN, "本人の承諾", "本人が内定を承諾しました。", kinds=frozenset({ActorKind.candidate}),
         tone="is-ok", icon="check"),
    Move(Candidate, "decline_offer", (C.offered,), (C.declined,), _OWN, "本人の内定辞退", "本人が内定を辞退しました。",
         kinds=frozenset({ActorKind.candidate}), mail="candidate_withdrawn"),
    Move(Candidate, "amend", (C.received,), (), _OWN, "本人の修正", "本人が応募の内容を直しました。",
         kinds=frozenset({ActorKind.candidate})),
    Move(Candidate, "answer", (C.open, C.answered), (C.answered,), _HANDLE, "回答", "{who}が回答しました。",
         variants=(("closing", True, "募集の終了を知らせました。"),)),
    Move(Candidate, "ask_again", (C.answered,), (C.open,), _OWN, "追加の質問", "本人から続けて質問がありました。",
         kinds=frozenset({ActorKind.candidate})),
    Move(Candidate, "to_inquiry", (C.received, C.seen, C.contacted), (C.open,), _HANDLE, "問い合わせへの変更",
         "{who}が問い合わせとして扱うことにしました。", mail="candidate_inquiry",
         page=Page("{name}を問い合わせとして扱いますか", "応募ではなく質問だったときに使います。応募の数から外れ、質問としてお返事します。"
              "本人のページも「お問い合わせ」に変わります。", "問い合わせとして扱う", "問い合わせにしました。", "メールでお知らせします。")),
    Move(Candidate, "convert", (C.open, C.answered), (C.converted,), _OWN, "応募への変更", "本人が応募に変えました。",
         kinds=frozenset({ActorKind.candidate})),
    Move(Candidate, "undo", tuple(C), tuple(C), _HANDLE, "取消し", "{who}が直前の操作を取り消しました。", when=_step_undoable,
         otherwise="取り消せるのは、翌営業日の17:00までに行った操作だけです。",
         page=Page("{name}の直前の操作を取り消しますか", "段階が1つ前に戻ります。送ったメールは取り消せません。本人のページは前の段階に戻ります。",
              "取り消す", "取り消しました。")),
    Move(Candidate, "remind", AWAITED, (), _RUN, "期限の催促", "お約束の期限を過ぎたため、団体にお知らせしました。", kinds=SYSTEM_ONLY, tone="is-ask", icon="mail",
         claims=True),
    Move(Candidate, "ask_desk", AWAITED, (), _RUN, "事務局への確認の依頼", "団体の返答がないため、運営事務局に電話での確認を頼みました。",
         kinds=SYSTEM_ONLY, tone="is-ask", icon="phone", claims=True),
    Move(Candidate, "asked", AWAITED, (), Permission.candidate_call, "電話での確認", "{who}が団体に電話で確認しました。", reason="must",
         tone="is-ask", icon="phone", when=_to_ask, otherwise="電話での確認は、もう要りません。", reviewed=True, claims=True,
         page=Page("{name}について、団体に確認したことを記録しますか", "記録すると、この一覧の「電話で確認する」から外れます。団体の対応がないまま日がたつと、もう一度並びます。",
              "記録する", "記録しました。", reason_help="だれが何と答えたかを書いてください。応募した方の氏名や連絡先は書かないでください。団体の画面にも出ます。")),
    Move(Candidate, "tell_silence", AWAITED, (), _RUN, "本人への状況の説明", "返答がないことを、本人にメールでお知らせしました。", kinds=SYSTEM_ONLY,
         tone="is-must", icon="mail", claims=True,
         variants=(("call", True, "返答がないことを、本人のページに書きました。メールが届かないため、団体に電話をお願いしています。"),)),
    Move(Candidate, "tell_change", IN_SELECTION, (), _RUN, "条件の変更のお知らせ", "募集の内容の変更（{fields}）を、本人にお知らせしました。", kinds=SYSTEM_ONLY,
         tone="is-ask", icon="mail", claims=True),
    Move(Candidate, "warn_end", tuple(C), (), _RUN, "保存期間の予告", "保存期間が終わることを、団体にお知らせしました。", kinds=SYSTEM_ONLY, tone="is-ask", icon="mail",
         claims=True),
    Move(Candidate, "lock", tuple(C), (), _RUN, "保存期間の終わり", "保存期間が終わり、内容を閲覧できなくなりました。", kinds=SYSTEM_ONLY, claims=True),
)
# fmt: on
