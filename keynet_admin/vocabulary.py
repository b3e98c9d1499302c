"""Every closed list of words: the stored value, the Japanese label, and how it is shown (tone and icon, never colour alone)."""

from enum import StrEnum


class Word(StrEnum):
    """A StrEnum whose members carry a Japanese label, a tone class and an icon name."""

    label: str
    tone: str
    icon: str

    def __new__(cls, value: str, label: str, tone: str = "is-mute", icon: str = "dot") -> "Word":
        """Make a member from (value, label, tone, icon)."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.tone = tone
        member.icon = icon
        return member


class Role(Word):
    """What a signed-in account may be. Operators work at the service center, `municipality` in one organization's office."""

    operator = "operator", "運営担当", "is-info", "user"
    lead = "lead", "運営主任", "is-info", "user"
    admin = "admin", "システム管理", "is-info", "user"
    municipality = "municipality", "自治体", "is-ok", "building"


STAFF_ROLES = (Role.operator, Role.lead, Role.admin)


class AccountStatus(Word):
    """States of an account."""

    invited = "invited", "初回ログイン待ち", "is-wait", "clock"
    active = "active", "利用中", "is-ok", "check"
    suspended = "suspended", "停止中", "is-must", "stop"


class InvitationState(Word):
    """States of an invitation or a reset: what its link and code do now."""

    waiting = "waiting", "ご案内中", "is-wait", "clock"
    used = "used", "使用済み", "is-ok", "check"
    expired = "expired", "期限切れ", "is-must", "tri"
    superseded = "superseded", "差し替え済み", "is-mute", "again"
    cancelled = "cancelled", "取消し", "is-mute", "x"


class SubmissionStatus(Word):
    """States of a submission (the application form of a municipality)."""

    received = "received", "受付", "is-info", "in"
    in_review = "in_review", "確認中", "is-wait", "eye"
    returned = "returned", "差し戻し", "is-ask", "back"
    resubmitted = "resubmitted", "再提出", "is-info", "again"
    accepted = "accepted", "承認", "is-ok", "check"
    rejected = "rejected", "却下", "is-must", "x"
    withdrawn = "withdrawn", "取下げ", "is-mute", "minus"


AWAITING_REVIEW = (SubmissionStatus.received, SubmissionStatus.in_review, SubmissionStatus.resubmitted)
SETTLED = (SubmissionStatus.accepted, SubmissionStatus.rejected, SubmissionStatus.withdrawn)


class DeskTask(Word):
    """Why the service center must act on a case that waits for nobody's decision: its mail did not arrive, or the sender keeps silent."""

    mail = "mail", "メール不達", "is-must", "mail"
    call = "call", "電話で確認", "is-ask", "phone"


class PostingStatus(Word):
    """States of a posting (one job at one place of one organization)."""

    draft = "draft", "下書き", "is-mute", "pen"
    awaiting_release = "awaiting_release", "確認待ち", "is-wait", "clock"
    scheduled = "scheduled", "公開予定", "is-info", "calendar"
    live = "live", "公開中", "is-ok", "check"
    paused = "paused", "一時停止", "is-ask", "pause"
    closed = "closed", "募集終了", "is-mute", "minus"
    suspended = "suspended", "掲載停止", "is-must", "stop"


# A revision has passed the gate: it is, was or will be seen by visitors, and edits stay behind it until they pass, too.
PUBLISHED = (PostingStatus.live, PostingStatus.paused, PostingStatus.scheduled)


class Source(Word):
    """How a submission came in."""

    web = "web", "申請フォーム", "is-info", "in"
    file = "file", "ファイル取込み", "is-mute", "in"
    phone = "phone", "電話・書面の代行入力", "is-mute", "phone"


class KeyingWay(Word):
    """How a case reached the operator who keys it in."""

    phone = "phone", "電話", "is-info", "phone"
    paper = "paper", "FAX・書面", "is-mute", "file"


class KeyingStatus(Word):
    """States of the keying of a case: how far it is."""

    first = "first", "1回目の入力中", "is-wait", "pen"
    second = "second", "2回目の入力待ち", "is-wait", "clock"
    compare = "compare", "違いの確認待ち", "is-ask", "tri"
    ready = "ready", "受付待ち", "is-info", "in"
    sent = "sent", "受付済み", "is-ok", "check"
    discarded = "discarded", "破棄", "is-mute", "trash"


class CallSource(Word):
    """Where an operator looked up the number of a call-back: a public record, never the form alone."""

    website = "website", "団体の公式サイト"
    registered = "registered", "登録済みの代表電話"
    directory = "directory", "番号案内・職員録など"


class ReturnClosed(Word):
    """Why a return link no longer works."""

    resubmitted = "resubmitted", "再提出済み"
    decided = "decided", "決定済み"
    expired = "expired", "期限切れ"
    replaced = "replaced", "新しいご案内に差し替え済み"
    withdrawn = "withdrawn", "取下げ済み"


class MailStatus(Word):
    """Delivery status of a mail in the outbox."""

    waiting = "waiting", "送信待ち", "is-wait", "clock"
    sending = "sending", "送信中", "is-info", "mail"
    sent = "sent", "送信済み", "is-ok", "check"
    refused = "refused", "宛先不明・拒否", "is-must", "x"
    failed = "failed", "技術的な失敗", "is-must", "tri"
    uncertain = "uncertain", "届いたか不明", "is-ask", "tri"
    settled = "settled", "対応済み", "is-mute", "check"


# A mail that somebody has to look after: each is a task until it is sent or settled.
UNDELIVERED = (MailStatus.refused, MailStatus.failed, MailStatus.uncertain)


class ListingState(Word):
    """A row of the public table: shown, taken back (paused, suspended, private), or over."""

    listed = "listed", "公開中", "is-ok", "check"
    withdrawn = "withdrawn", "掲載取下げ", "is-mute", "pause"
    closed = "closed", "募集終了", "is-mute", "minus"


class SessionLevel(Word):
    """What a session's person has proven. A second step and a fresh proof will be levels of their own once something asks for them."""

    password = "password", "パスワード"


class ActorKind(Word):
    """Who did something."""

    account = "account", "アカウント"
    sender = "sender", "申請者"
    system = "system", "自動処理"
