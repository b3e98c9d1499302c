"""Every automatic mail: what causes it, who gets it, in which lane it leaves, how long it is kept, and a sample.

A test holds the table to the code: every template has its row, every row its template and the place that writes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from keynet_admin.services.mail import message as letter
from keynet_admin.services.mail import outbox, pause
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.mail.samples import SAMPLE


@dataclass(frozen=True)
class MailKind:
    """One template: when it is written (`trigger`) and to whom."""

    name: str
    trigger: str
    recipient: str

    @property
    def lane(self) -> str:
        """In which order it leaves."""
        return pause.LANES[outbox.lane_of(self.name)]

    @property
    def kept(self) -> str:
        """How long its words and its address are kept."""
        if self.name in outbox.FORGOTTEN:
            return "宛先は送るとすぐに消します"
        if self.recipient in (APPLICANT, SUBSCRIBER):
            return "6か月、または本人の情報を削除するまで"
        return "6か月"

    @property
    def sample(self) -> Letter:
        """The mail with invented values, written by the renderer of all mails."""
        return letter.write(self.name, SAMPLE)


APPLICANT, SUBSCRIBER = "応募した方", "申し込んだ方"
KINDS: dict[str, tuple[MailKind, ...]] = {
    "申請": (
        MailKind("receipt", "申請を受け付けたとき", "申請の担当者"),
        MailKind("receipts", "1つのファイルで、または短い時間に、同じ宛先の申請を続けて受け付けたとき", "申請の担当者"),
        MailKind("receipt_code", "申請の控えを見る画面で、コードを求めたとき", "申請の担当者"),
        MailKind("resubmitted_receipt", "差し戻した申請の再提出を受け付けたとき", "申請の担当者"),
        MailKind("returned", "申請を差し戻したとき", "申請の担当者"),
        MailKind("return_reminder", "差し戻しに返答がないまま日がたったとき、または担当者がもう一度送ったとき", "申請の担当者"),
        MailKind("return_extended", "再入力の期限をのばしたとき", "申請の担当者"),
        MailKind("corrected", "運営事務局が申請の内容を代わりに直したとき", "申請の担当者"),
        MailKind("accepted", "申請を承認したとき（アカウントのご案内が別に届くとき）", "申請の担当者"),
        MailKind("rejected", "申請を却下したとき", "申請の担当者"),
        MailKind("withdrawn", "申請が取り下げられたとき", "申請の担当者"),
        MailKind("case_moved", "承認した申請を、正しい団体のものに直したとき", "申請の担当者"),
        MailKind("contact_changed", "申請の連絡先のアドレスを直したとき", "申請の担当者（前と新しいアドレス）"),
        MailKind("postings_added", "承認した申請の募集を、すでにあるアカウントに追加または更新したとき", "自治体の担当者"),
        MailKind("prefecture_invite", "都道府県が、登録していない市町村に登録をお願いしたとき", "市町村の公開アドレス"),
    ),
    "アカウント": (
        MailKind("first_login", "アカウントを発行したとき、またはご案内を送り直したとき", "アカウントの本人"),
        MailKind("password_reset", "パスワードの再設定を求めたとき", "アカウントの本人"),
        MailKind("password_changed", "パスワードを変えたとき", "アカウントの本人"),
        MailKind("address_code", "本人がメールアドレスの変更を始めたとき", "新しいアドレス"),
        MailKind("address_changed", "アカウントのメールアドレスが変わったとき", "前と新しいアドレス"),
        MailKind("account_suspended", "アカウントの利用を停止したとき", "アカウントの本人"),
        MailKind("account_restored", "アカウントの利用停止を解除したとき", "アカウントの本人"),
        MailKind("account_declined", "依頼された担当者の追加を見送ったとき", "依頼した担当者"),
        MailKind("account_handed_over", "担当を引き継いだとき", "引き継いだ方"),
        MailKind("account_taken_over", "担当を引き継いだとき", "引き継ぎを受けた方"),
        MailKind("account_unused", "しばらくログインがなく、休止する日が近づいたとき", "アカウントの本人"),
        MailKind("account_dormant", "ログインがないまま日がたち、休止したとき", "アカウントの本人"),
        MailKind("new_device", "これまでにない端末からログインしたとき", "アカウントの本人"),
        MailKind("factor_changed", "2つ目の確認（認証アプリ、パスキー、回復コード）が変わったとき", "アカウントの本人"),
        MailKind("factor_reset", "運営が2つ目の確認を解除したとき", "アカウントの本人"),
        MailKind("rights_changed", "自治体の担当者の権限を変えたとき", "アカウントの本人"),
        MailKind("role_changed", "運営の担当者の役割を変えたとき", "アカウントの本人"),
        MailKind("office_digest", "平日の朝、待っている仕事があるとき", "自治体の担当者（受け取る設定の方）"),
        MailKind("office_instant", "新しい応募・問い合わせ・メッセージが届いたとき", "自治体の担当者（すぐに受け取る設定の方）"),
        MailKind("desk_digest", "1日1回、待っている仕事があるとき", "運営の担当者（受け取る設定の方）"),
        MailKind("desk_instant", "新しい仕事が届いたとき", "運営の担当者（すぐに受け取る設定の方）"),
        MailKind("desk_due", "申請の期限までの時間が半分、または2割になったとき", "運営の担当者と運営主任"),
    ),
    "募集": (
        MailKind("approval_asked", "募集の公開の決裁を求めたとき", "自治体の決裁をする方"),
        MailKind("approval_returned", "公開の決裁を差し戻したとき", "決裁を求めた方"),
        MailKind("posting_released", "運営事務局が募集の公開を認めたとき", "募集の担当者"),
        MailKind("posting_returned", "公開の確認で募集を差し戻したとき", "募集の担当者"),
        MailKind("posting_suspended", "募集の掲載を停止したとき", "募集の担当者"),
        MailKind("posting_restored", "募集の掲載停止を解除したとき", "募集の担当者"),
        MailKind("postings_taken_down", "団体の募集をすべて停止したとき", "団体の担当者"),
        MailKind("postings_brought_back", "団体の募集の停止を解除したとき", "団体の担当者"),
        MailKind("posting_moved_away", "募集を正しい団体へ移したとき", "移す前の募集の担当者"),
        MailKind("posting_moved_here", "募集を正しい団体へ移したとき", "移した先の募集の担当者"),
        MailKind("posting_message", "運営事務局が募集についてメッセージを書いたとき", "募集の担当者"),
        MailKind("posting_answer", "自治体が募集についてメッセージを書いたとき", "運営の担当者"),
        MailKind("posting_still_open", "しばらく変更も確認もない募集があるとき", "募集の担当者"),
        MailKind("posting_hidden", "確認の返答がなく、募集を一時停止したとき", "募集の担当者"),
        MailKind("posting_filled", "募集人数に達して、募集が終わったとき", "募集の担当者"),
        MailKind("posting_outcome", "募集が終わり、確保した人数が分からないとき", "募集の担当者"),
    ),
    "応募した方": (
        MailKind("candidate_receipt", "応募・問い合わせを受け付けたとき", APPLICANT),
        MailKind("candidate_selection", "選考に進んだとき", APPLICANT),
        MailKind("candidate_interview", "面接の日時を決めた、または取りやめたとき", APPLICANT),
        MailKind("candidate_moved", "募集した団体での直接の選考に移ったとき", APPLICANT),
        MailKind("candidate_offered", "内定したとき", APPLICANT),
        MailKind("candidate_secured", "勤務が決まったとき", APPLICANT),
        MailKind("candidate_rejected", "採用を見送ったとき", APPLICANT),
        MailKind("candidate_withdrawn", "本人が辞退または取り下げたとき", APPLICANT),
        MailKind("candidate_message", "自治体がメッセージを書いたとき", APPLICANT),
        MailKind("candidate_inquiry", "応募を問い合わせとして受けることになったとき", APPLICANT),
        MailKind("candidate_changed", "応募した募集の内容が変わったとき", APPLICANT),
        MailKind("candidate_expired", "返答のないまま、応募した募集の受付が終わったとき", APPLICANT),
        MailKind("posting_closed_candidate", "応募した募集が終わったとき", APPLICANT),
        MailKind("candidate_silence", "お約束した日までに、自治体から連絡がなかったとき", APPLICANT),
        MailKind("candidate_erased", "本人の求めでデータを削除したとき", APPLICANT),
        MailKind("person_erased", "本人の求めで、運営がデータを削除したとき", "データが削除された方"),
        MailKind("people_waiting", "返事の期限を過ぎた応募があるとき", "自治体の担当者"),
        MailKind("people_end", "応募した方の情報が、まもなく見られなくなるとき", "自治体の担当者"),
    ),
    "新しい募集のメール": (
        MailKind("alert_confirm", "新しい募集のメールを申し込んだとき", SUBSCRIBER),
        MailKind("alert_known", "同じ条件で、もう一度申し込んだとき", SUBSCRIBER),
        MailKind("alert_full", "1つのアドレスで申し込める数を超えたとき", SUBSCRIBER),
        MailKind("alert_digest", "条件に合う新しい募集があるとき", SUBSCRIBER),
        MailKind("alert_ending", "期限が近づいたとき", SUBSCRIBER),
    ),
    "連携先と実績": (
        MailKind("partner_digest", "連携先に渡す募集が変わったとき", "連携先の連絡先"),
        MailKind("partner_late", "募集の終了が、決めた時間を過ぎても連携先に届かないとき", "運営主任"),
        MailKind("report_reminder", "実績の報告の回が始まったとき、または督促したとき", "自治体の担当者"),
        MailKind("report_postponed", "実績の報告の締切を延ばしたとき", "自治体の担当者"),
    ),
    "運用": (
        MailKind("audit_digest", "月が変わったとき（設定した宛先があるとき）", "設定した控えの宛先"),
        MailKind("audit_broken", "操作の記録が書き換えられたおそれを見つけたとき", "システム管理"),
        MailKind("job_failing", "定期処理が続けて3回失敗したとき", "システム管理"),
        MailKind("worker_gone", "止まっていた定期処理が、また動き始めたとき", "システム管理"),
    ),
}


def every() -> Iterator[MailKind]:
    """All of them, in the table's order."""
    for rows in KINDS.values():
        yield from rows
