"""One history per case or posting: submissions, decisions, mails and moves as sentences, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from keynet_admin.catalogue import label_at
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Keying, OutboxMail, Posting, Review, Submission, SubmissionRevision
from keynet_admin.services.mail.message import without_site
from keynet_admin.vocabulary import ActorKind, MailStatus, PostingStatus, Source

SENTENCES: dict[tuple[str, str], str] = {
    ("submission", "submit"): "申請を受け付けました。",
    ("submission", "take"): "{who}が確認を始めました。",
    ("submission", "accept"): "{who}が承認しました。",
    ("submission", "return"): "{who}が差し戻しました。",
    ("submission", "reject"): "{who}が却下しました。",
    ("submission", "resubmit"): "{revision}回目の提出を受け付けました。",
    ("submission", "clear"): "{who}が指摘 {rule} を問題なしとしました。",
    ("submission", "unclear"): "{who}が指摘 {rule} を要確認に戻しました。",
    ("submission", "withdraw"): "{who}が取り下げました。",
    ("submission", "reopen"): "{who}が確認を再開しました。",
    ("submission", "reopen_accepted"): "{who}が承認後の確認を再開しました。",
    ("keying", "start"): "{who}が電話・書面の代行入力を始めました。",
    ("keying", "keyed_first"): "{who}が1回目の入力を終えました。",
    ("keying", "keyed_second"): "{who}が要点をもう一度入力しました。",
    ("keying", "resolved"): "{who}が2回の入力の違いを確かめました。",
    ("keying", "sent"): "{who}が代行入力の内容を受け付けました。",
    ("keying", "discard"): "{who}が代行入力を破棄しました。",
    ("posting", "create"): "申請の承認により、下書きができました。",
    ("posting", "copy"): "{who}がこの募集を写して、新しい下書きを作りました。",
    ("posting", "edit"): "{who}が内容を変更しました（{fields}）。",
    ("posting", "publish"): "{who}が公開しました。",
    ("posting", "unpublish"): "{who}が内容を変え、公開前の下書きに戻しました。",
    ("posting", "release"): "{who}が公開を許可しました。",
    ("posting", "return"): "{who}が差し戻しました。",
    ("posting", "pause"): "{who}が一時停止しました。",
    ("posting", "resume"): "{who}が公開を再開しました。",
    ("posting", "close"): "{who}が募集を終了しました。",
    ("posting", "expire"): "公開終了予定日を過ぎたため、自動で募集を終了しました。",
    ("posting", "suspend"): "{who}が掲載を停止しました。",
    ("posting", "restore"): "{who}が掲載停止を解除しました。",
    ("organization", "create"): "{who}が申請の承認により団体を登録しました。",
    ("organization", "edit"): "{who}が登録の内容を承認した申請に合わせました。",
    ("account", "issue"): "{who}がアカウントを発行しました。",
    ("account", "activate"): "初回ログインが済みました。",
    ("account", "suspend"): "{who}が利用を停止しました。",
    ("account", "restore"): "{who}が利用停止を解除しました。",
    ("setting", "change"): "{who}が設定を変えました。",
    **{
        (subject, action): f"{{who}}が{words}。"
        for subject in ("nurse_center", "law_date", "office_closure", "municipality_successor")
        for action, words in (("add", "追加しました"), ("change", "内容を変えました"))
    },
    ("account", "invite_again"): "{who}が初回ログインのご案内を送り直しました。",
    ("outbox_mail", "retry"): "{who}がメールをもう一度送りました。",
    ("account", "sign_in"): "{who}がログインしました。",
    ("account", "sign_out"): "{who}がログアウトしました。",
    ("account", "password"): "{who}がパスワードを変えました。",
    ("account", "password_reset_asked"): "パスワード再設定のご案内を送りました。",
}
TONES = {
    "accept": ("is-ok", "check"),
    "release": ("is-ok", "check"),
    "return": ("is-ask", "back"),
    "reject": ("is-must", "x"),
    "suspend": ("is-must", "stop"),
}
WITH_REVIEW = {"return", "reject", "withdraw", "reopen", "reopen_accepted", "suspend", "restore"}


@dataclass(frozen=True)
class Entry:
    """One line of a history. `note` is a longer text shown behind a fold."""

    at: datetime
    text: str
    tone: str = ""
    icon: str = "dot"
    note: str = ""
    note_label: str = "文を読む"


def of_submission(submission: Submission) -> list[Entry]:
    """History of a case, newest first."""
    reviews = list(db.session.execute(select(Review).where(Review.about(submission)).order_by(Review.id)).scalars())
    messages = {
        number: text
        for number, text in db.session.execute(
            select(SubmissionRevision.number, SubmissionRevision.message).where(SubmissionRevision.submission_id == submission.id)
        )
        if text
    }
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(submission))).scalars()
    keyings: list[Entry] = []
    if submission.source is Source.phone:
        number = db.session.execute(select(Keying.id).where(Keying.submission_id == submission.id)).scalar_one_or_none()
        keyings = _events("keying", number, [], {}) if number is not None else []
    return _sorted([*keyings, *_events("submission", submission.id, reviews, messages), *_mails(mails)])


def of_posting(posting: Posting) -> list[Entry]:
    """History of a posting, newest first."""
    reviews = list(db.session.execute(select(Review).where(Review.about(posting)).order_by(Review.id)).scalars())
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(posting))).scalars()
    return _sorted([*_events("posting", posting.id, reviews, {}), *_mails(mails)])


def of_account(account: Account) -> list[Entry]:
    """History of an account, newest first."""
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.account_id == account.id)).scalars()
    return _sorted([*_events("account", account.id, [], {}), *_mails(mails)])


def sentence(event: AuditEvent, who: str) -> str:
    """An audit event in words."""
    pattern = SENTENCES.get((event.subject, event.action), "{who}：" + event.action)
    if (event.subject, event.action) == ("posting", "create") and event.codes.get("own"):
        pattern = "{who}が下書きを作りました。"
    elif event.action == "publish" and event.codes.get("to") == PostingStatus.awaiting_release:
        pattern = "{who}が公開を申し込みました（運営事務局の確認待ち）。"
    fields = [label_at(f"postings.0.{name}").removeprefix("募集1 ") for name in event.codes.get("fields", [])[:3]]
    more = len(event.codes.get("fields", [])) - len(fields)
    listed = "・".join(fields) + (f"ほか{more}項目" if more > 0 else "")
    return pattern.format(who=who, revision=event.codes.get("revision", ""), fields=listed or "内容", rule=event.codes.get("rule", ""))


def who_of(event: AuditEvent, names: dict[int, str]) -> str:
    """The actor of an event as a name."""
    if event.actor_kind is ActorKind.account:
        return names.get(event.actor_id or 0, "担当者")
    return event.actor_kind.label


def names_of(events: Iterable[AuditEvent]) -> dict[int, str]:
    """Names of the accounts behind events, in one query."""
    ids = {event.actor_id for event in events if event.actor_id}
    if not ids:
        return {}
    rows = db.session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(ids)))
    return {number: name or email for number, name, email in rows}


def _events(subject: str, subject_id: int, reviews: list[Review], messages: dict[int, str]) -> list[Entry]:
    query = select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.subject_id == subject_id).order_by(AuditEvent.id)
    events = list(db.session.execute(query).scalars())
    names, found, waiting = names_of(events), [], list(reviews)
    for event in events:
        tone, icon = TONES.get(event.action, ("", "dot"))
        note, label = "", "文を読む"
        if event.action in WITH_REVIEW:
            review = _take(waiting, event)
            note, label = (_words(review), "理由を読む") if review is not None else ("", label)
        elif event.action == "resubmit":
            note, label = messages.get(event.codes.get("revision", 0), ""), "申請者からの連絡を読む"
        found.append(Entry(event.at, sentence(event, who_of(event, names)), tone, icon, note, label))
    return found


def _take(waiting: list[Review], event: AuditEvent) -> Review | None:
    """The review that belongs to an event: the first of that action not used yet."""
    action = "reopen" if event.action == "reopen_accepted" else event.action
    for review in waiting:
        if review.action.value == action:
            waiting.remove(review)
            return review
    return None


def _words(review: Review) -> str:
    lines = [review.reason] if review.reason else []
    lines += [f"・{label_at(item['path'])}：{item['message']}" for item in review.items]
    return "\n".join(lines)


def _mails(mails: Iterable[OutboxMail]) -> list[Entry]:
    found = []
    for mail in mails:
        bad = mail.status in (MailStatus.refused, MailStatus.failed, MailStatus.uncertain)
        title = without_site(mail.title)
        found.append(
            Entry(mail.created_at, f"メール「{title}」：{mail.status.label}", "is-must" if bad else "", "mail", mail.body, "メールを読む")
        )
    return found


def _sorted(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=_moment, reverse=True)


def _moment(entry: Entry) -> Any:
    return entry.at
