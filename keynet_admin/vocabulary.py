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
    """What a signed-in account may be.

    Operators work at the service center, `municipality` in one organization's office; `prefecture` looks at its municipalities, `partner`
    takes the postings that are meant for it.
    """

    operator = "operator", "運営担当", "is-info", "user"
    lead = "lead", "運営主任", "is-info", "user"
    admin = "admin", "システム管理", "is-info", "user"
    municipality = "municipality", "自治体", "is-ok", "building"
    prefecture = "prefecture", "都道府県", "is-ok", "building"
    partner = "partner", "連携先", "is-ok", "building"


STAFF_ROLES = (Role.operator, Role.lead, Role.admin)


def staff_role(text: str) -> Role | None:
    """The role of the service center with this value."""
    return next((role for role in STAFF_ROLES if role == text), None)


class OfficeRight(Word):
    """What an account of a municipality may do there. Whoever signs in may look."""

    view = "view", "閲覧"
    edit = "edit", "内容の編集"
    publish = "publish", "公開と終了"
    candidates = "candidates", "応募者対応"
    manage = "manage", "担当者の管理"


class AccountStatus(Word):
    """States of an account. `requested`: its body asked for it, and the service center has not yet confirmed the address.

    `dormant`: closed by itself because nobody used it; opened again by an invitation to its address.
    """

    requested = "requested", "運営の確認待ち", "is-ask", "clock"
    invited = "invited", "初回ログイン待ち", "is-wait", "clock"
    active = "active", "利用中", "is-ok", "check"
    suspended = "suspended", "停止中", "is-must", "stop"
    dormant = "dormant", "長期未使用で休止中", "is-wait", "pause"


class NoticeChoice(Word):
    """Which notices by mail an account of a municipality wants."""

    digest = "digest", "平日の朝に1通だけ受け取る"
    instant = "instant", "新しい応募・問い合わせ・メッセージは、すぐにも受け取る"
    none = "none", "受け取らない"


class AlertPace(Word):
    """How often a visitor's alert is mailed."""

    daily = "daily", "毎日（朝7時ごろ）"
    weekly = "weekly", "毎週（月曜の朝7時ごろ）"


class InvitationState(Word):
    """States of an invitation or a reset: what its link and code do now."""

    waiting = "waiting", "招待中", "is-wait", "clock"
    used = "used", "使用済み", "is-ok", "check"
    expired = "expired", "期限切れ", "is-must", "tri"
    superseded = "superseded", "差し替え済み", "is-mute", "again"
    cancelled = "cancelled", "取り消し", "is-mute", "x"


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


class ListingEnd(Word):
    """Why a public posting is over, as its page tells visitors."""

    filled = "filled", "必要な人数がそろいました。"
    stopped = "stopped", "募集した団体が募集を終えました。"
    deadline = "deadline", "応募の締切を過ぎました。"
    period = "period", "掲載の期間が終わりました。"


class OrganizationStatus(Word):
    """States of a body: an incident takes all its postings down, and nothing of it goes public until that is lifted."""

    open = "open", "掲載できる", "is-ok", "check"
    stopped = "stopped", "全件を停止中", "is-must", "stop"


class MunicipalityState(Word):
    """How far a body of a prefecture has come: without an account, invited, nothing public, people wanted, all secured."""

    unregistered = "unregistered", "未登録", "is-ask", "x"
    invited = "invited", "ログイン待ち", "is-wait", "clock"
    unpublished = "unpublished", "公開前", "is-mute", "file"
    recruiting = "recruiting", "募集中", "is-info", "people"
    filled = "filled", "充足", "is-ok", "check"


class SecuredWay(Word):
    """How people were secured for a posting. `site` and `moved` are counted from the candidates, the others are typed."""

    site = "site", "このサイトからの応募"
    moved = "moved", "直接の選考に移した方"
    nurse_center = "nurse_center", "ナースセンター"
    save_the_town = "save_the_town", "Save the town"
    other = "other", "その他"


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


class CandidateKind(Word):
    """What somebody sent to a municipality about a posting."""

    application = "application", "応募", "is-info", "user"
    inquiry = "inquiry", "問い合わせ", "is-ask", "mail"


class TemplateUse(Word):
    """Where a text for messages may be chosen."""

    candidate = "candidate", "応募・問い合わせへの返事", "is-info", "mail"
    item = "item", "差し戻しの項目", "is-ask", "back"
    cover = "cover", "差し戻しに添える文", "is-ask", "back"
    reject = "reject", "却下の理由", "is-must", "x"


class CandidateStatus(Word):
    """States of an application, and of an inquiry (`open`, `answered`, `converted`)."""

    received = "received", "応募受付", "is-info", "in"
    seen = "seen", "確認済み", "is-wait", "eye"
    contacted = "contacted", "連絡済み", "is-wait", "mail"
    selection = "selection", "選考中", "is-wait", "clock"
    moved = "moved", "直接選考", "is-ask", "building"
    offered = "offered", "内定", "is-info", "check"
    secured = "secured", "確保", "is-ok", "check"
    declined = "declined", "内定辞退", "is-mute", "minus"
    rejected = "rejected", "不採用", "is-mute", "x"
    withdrawn = "withdrawn", "辞退", "is-mute", "minus"
    open = "open", "未回答", "is-ask", "mail"
    answered = "answered", "回答済み", "is-ok", "check"
    converted = "converted", "応募に変更", "is-mute", "again"


# Before the outcome of an application; whose turn it is differs.
IN_SELECTION = (
    CandidateStatus.received,
    CandidateStatus.seen,
    CandidateStatus.contacted,
    CandidateStatus.selection,
    CandidateStatus.moved,
    CandidateStatus.offered,
)
# It is somebody's turn: silence is noticed.
AWAITED = (*IN_SELECTION, CandidateStatus.open)
# Nothing more is to come, unless somebody undoes it.
CANDIDATE_ENDED = (
    CandidateStatus.secured,
    CandidateStatus.declined,
    CandidateStatus.rejected,
    CandidateStatus.withdrawn,
    CandidateStatus.answered,
    CandidateStatus.converted,
)


class ViewSource(Word):
    """Where the readers of a posting's public page came from."""

    search = "search", "サイト内の検索・一覧"
    other = "other", "ほかのサイト"
    direct = "direct", "直接・不明"


class PartnerKind(Word):
    """Who receives postings, and by that which (`services/partner/scope.py`). `sandbox` sees invented postings only."""

    save_the_town = "save_the_town", "Save the town", "is-info", "user"
    nurse_center = "nurse_center", "ナースセンター", "is-info", "building"
    other = "other", "その他の連携先", "is-mute", "building"
    sandbox = "sandbox", "試験用", "is-mute", "file"


class PartnerStatus(Word):
    """States of a partner. Nothing is sent to one whose contact nobody has verified."""

    preparing = "preparing", "連絡先が未確認", "is-ask", "tri"
    active = "active", "使用中", "is-ok", "check"
    stopped = "stopped", "停止", "is-mute", "stop"


class PartnerChannel(Word):
    """How a partner takes the postings."""

    json = "json", "JSON（鍵）"
    csv = "csv", "CSV（ログイン）"
    mail = "mail", "メール（毎朝）"


class PartnerEncoding(Word):
    """Letters of the files that a partner reads."""

    utf8 = "utf8", "UTF-8（BOM付き）"
    cp932 = "cp932", "Shift_JIS"


class KeyStatus(Word):
    """States of a partner's key. `rotating`: a newer one was issued, and this one still works until its end."""

    active = "active", "使用中", "is-ok", "check"
    rotating = "rotating", "入替え中", "is-wait", "clock"
    stopped = "stopped", "停止", "is-mute", "x"


class PartnerItemStatus(Word):
    """Where a posting stands at one partner. `recalling`: it must vanish there, and the partner has not said that it has."""

    waiting = "waiting", "送付待ち", "is-wait", "clock"
    sent = "sent", "送付済み", "is-info", "out"
    acknowledged = "acknowledged", "受領済み", "is-ok", "check"
    refused = "refused", "拒否", "is-must", "x"
    recalling = "recalling", "取下げ待ち", "is-ask", "tri"
    withdrawn = "withdrawn", "取下げ済み", "is-mute", "minus"


# The partner has not answered yet.
UNANSWERED = (PartnerItemStatus.waiting, PartnerItemStatus.sent, PartnerItemStatus.recalling)


class PartnerChange(Word):
    """What the newest change of a posting is for a partner."""

    new = "new", "新規", "is-info", "plus"
    changed = "changed", "変更", "is-wait", "pen"
    withdrawn = "withdrawn", "取下げ", "is-ask", "minus"
    closed = "closed", "募集終了", "is-mute", "stop"


class RoundStatus(Word):
    """States of a round of the follow-up report."""

    open = "open", "集計中", "is-wait", "clock"
    frozen = "frozen", "確定", "is-ok", "lock"


class ReportStatus(Word):
    """States of one body's report in a round."""

    waiting = "waiting", "確認待ち", "is-wait", "clock"
    confirmed = "confirmed", "確認済み", "is-ok", "check"


class SessionLevel(Word):
    """What a session's person has proven. How fresh the proof is says its time (`services/account/session.py`)."""

    password = "password", "パスワード"
    second = "second", "パスワードと2つ目の確認"


class ProofWay(Word):
    """By what somebody proved who they are."""

    password = "password", "パスワード", "is-ok", "lock"
    authenticator = "authenticator", "認証アプリ", "is-ok", "phone"
    passkey = "passkey", "パスキー", "is-ok", "key"
    recovery = "recovery", "回復コード", "is-ask", "tri"


class ActorKind(Word):
    """Who did something."""

    account = "account", "アカウント"
    sender = "sender", "申請者"
    candidate = "candidate", "応募者"
    partner = "partner", "連携先"
    visitor = "visitor", "利用者"
    system = "system", "自動処理"
