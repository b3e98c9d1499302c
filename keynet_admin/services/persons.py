"""Persons' data: every column that may hold some, why it is kept and how long; and the sweep that ends it.

`REGISTER` is the only place that decides about it. A test holds every text and JSON column of every table to it (or to the list of columns
that hold no person's data), plants markers, moves the clock, and looks for them in every table, index, file and mail.
The times are in docs/decisions/0012-actors-and-persons.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from typing import cast as cast_type

from sqlalchemy import ColumnElement, Select, String, and_, cast, delete, exists, func, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from keynet_admin import clock, config
from keynet_admin.extensions import db, reading
from keynet_admin.models import (
    Account,
    Candidate,
    EntryDraft,
    Keying,
    OutboxMail,
    Passkey,
    Posting,
    PostingRevision,
    PublishedAnswer,
    PublishedVersion,
    Review,
    SavedView,
    SearchAlert,
    StaffNote,
    StaffSession,
    Submission,
    SubmissionContact,
    SubmissionRevision,
    SubmissionSearch,
    ThreadMessage,
    Throttle,
    TrainingAttempt,
)
from keynet_admin.models.account import ERASED
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit, workflow
from keynet_admin.services.access import factors
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.alert import keeping
from keynet_admin.services.candidate import retention
from keynet_admin.services.listing import published
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import search_index
from keynet_admin.services.transaction import after_commit, forget_log, transaction
from keynet_admin.vocabulary import AWAITING_REVIEW, AccountStatus, MailStatus, PostingStatus, Role, SubmissionStatus

MONTH, YEAR = timedelta(days=30), timedelta(days=365)
_BATCH = 200  # rows a transaction


@dataclass(frozen=True)
class Personal:
    """Columns of one table that end together. `why` they are kept so long; `due` takes the moment before which their rows are over.

    `blank` maps each column to what stands there afterwards; when `whole`, the row is deleted instead. `real`: the moment they are
    compared with is the real clock's. `also` ends, in the same transaction, what is made from the rows with these keys: `derived` columns of
    other tables, files.
    """

    blank: Mapping[InstrumentedAttribute[Any], Any]
    purpose: str
    why: str
    keep: timedelta
    due: Callable[[datetime], ColumnElement[bool]]
    whole: bool = False
    real: bool = False
    also: Callable[[Sequence[int]], None] = lambda _keys: None
    derived: tuple[InstrumentedAttribute[Any], ...] = ()

    @property
    def model(self) -> type[Any]:
        """The table's class."""
        return cast_type(type[Any], next(iter(self.blank)).class_)

    @property
    def key(self) -> Any:
        """The primary key's column."""
        return self.model.__table__.primary_key.columns[0]

    def rows(self, before: datetime) -> ColumnElement[bool]:
        """Where-clause: the rows that are over and still hold something."""
        if self.whole:
            return self.due(before)
        return and_(self.due(before), or_(*(column.is_distinct_from(value) for column, value in self.blank.items())))


def _cases(ended: datetime, *, accepted: bool) -> Select[Any]:
    """Ids of cases that nobody has to decide any more and that ended before a moment, accepted ones or all others.

    A case that was sent back has no moment of decision, however late it was: its last review counts (a link lives shorter than we keep).
    """
    outcome = Submission.status == SubmissionStatus.accepted
    moment = func.coalesce(Submission.decided_at, Submission.received_at)
    later = exists().where(Review.subject == Submission.__tablename__, Review.subject_id == Submission.id, Review.created_at >= ended)
    over = Submission.status.not_in(AWAITING_REVIEW), moment < ended, ~later
    return select(Submission.id).where(outcome if accepted else ~outcome, *over)


def _content(*, accepted: bool) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda ended: SubmissionRevision.submission_id.in_(_cases(ended, accepted=accepted))


def _contact(*, accepted: bool) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda ended: SubmissionContact.revision_id.in_(
        select(SubmissionRevision.id).where(SubmissionRevision.submission_id.in_(_cases(ended, accepted=accepted)))
    )


def _postings(table: type[PostingRevision | PublishedVersion]) -> Callable[[datetime], ColumnElement[bool]]:
    moment, states = func.coalesce(Posting.closed_at, Posting.changed_at), (PostingStatus.closed, PostingStatus.draft)
    return lambda ended: table.posting_id.in_(select(Posting.id).where(Posting.status.in_(states), moment < ended))


def _talk(ended: datetime) -> ColumnElement[bool]:
    """What was said about a posting ends with its content, and in any case when it is as old."""
    return and_(ThreadMessage.subject == Posting.__tablename__, ThreadMessage.created_at < ended)


def _unused(ended: datetime) -> ColumnElement[bool]:
    """Accounts that nobody has used since, but for an active administrator beside whom no other one is in use: somebody has to be left."""
    other = aliased(Account)
    used = func.coalesce(other.last_login_at, other.created_at) >= ended
    administers = other.role == Role.admin, other.status == AccountStatus.active
    needed = and_(
        Account.role == Role.admin, Account.status == AccountStatus.active, ~exists().where(other.id != Account.id, *administers, used)
    )
    return and_(func.coalesce(Account.last_login_at, Account.created_at) < ended, ~needed)


def _of_candidates(table: type[ThreadMessage | StaffNote | Review | OutboxMail], which: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(table.subject == Candidate.__tablename__, table.subject_id.in_(select(Candidate.id).where(which)))


# What was still to come for a person: nobody is left whom it could concern.
AHEAD = ("interview_at", "due_at", "remind_at", "task_at", "undo_to", "undo_until")


def _forget_candidates(ids: Sequence[int]) -> None:
    """Whatever was said to, by or about these people goes with them; that it went is an event, and the numbers stay."""
    mine = Candidate.id.in_(ids)
    for candidate in db.session.execute(select(Candidate).where(mine).order_by(Candidate.id)).scalars():
        audit.record(candidate, "erase", SYSTEM, version=candidate.version)
    remove_spooled(list(db.session.execute(select(OutboxMail.id).where(_of_candidates(OutboxMail, mine))).scalars()))
    unsaid = {"synchronize_session": False}
    db.session.execute(
        update(Candidate).where(mine).values({"erased_at": clock.now(), "unread": False} | dict.fromkeys(AHEAD)), execution_options=unsaid
    )
    published.forget_kept(ids)
    db.session.execute(delete(PublishedAnswer).where(PublishedAnswer.candidate_id.in_(ids)), execution_options=unsaid)
    db.session.execute(update(Review).where(_of_candidates(Review, mine)).values(dict(REVIEW)), execution_options=unsaid)
    db.session.execute(update(OutboxMail).where(_of_candidates(OutboxMail, mine)).values(dict(MAIL)), execution_options=unsaid)


def forget_words(revisions: Sequence[int]) -> None:
    """Let the cases of these revisions be found by receipt number and body only."""
    columns = Submission.id, Submission.receipt_no, Submission.lg_code, Submission.org_name
    query = select(*columns).where(Submission.id.in_(select(SubmissionRevision.submission_id).where(SubmissionRevision.id.in_(revisions))))
    for number, *words in db.session.execute(query).all():
        search_index.drop(number)
        search_index.put_new([(number, words)])


def end_accounts(ids: Sequence[int]) -> None:
    """Nobody is left who could sign in, be mailed, or count as an administrator."""
    query = select(Account).where(Account.id.in_(ids)).order_by(Account.id)
    for account in db.session.execute(query, execution_options={"populate_existing": True}).scalars().all():
        accounts.expire(account)
    factors.forget(ids)


def _forget_alerts(ids: Sequence[int]) -> None:
    """What an alert's mails held goes with it; that it ended is an event."""
    for alert in db.session.execute(select(SearchAlert).where(SearchAlert.id.in_(ids)).order_by(SearchAlert.id)).scalars():
        audit.record(alert, "expire", SYSTEM, version=alert.version + 1)
    end_mails(and_(OutboxMail.subject == SearchAlert.__tablename__, OutboxMail.subject_id.in_(ids)))


def end_mails(which: ColumnElement[bool]) -> None:
    """Of these mails, what has not left is not sent; of what has, nothing stays, its file included."""
    unsaid = {"synchronize_session": False}
    db.session.execute(delete(OutboxMail).where(which, OutboxMail.status == MailStatus.waiting), execution_options=unsaid)
    workflow.move_where(OutboxMail, "supersede", which, note="", sealed=None)
    remove_spooled(db.session.execute(select(OutboxMail.id).where(which)).scalars().all())
    db.session.execute(update(OutboxMail).where(which).values(dict(MAIL)), execution_options=unsaid)


def remove_spooled(mails: Sequence[int]) -> None:
    """Delete the files of mails that were written into the instance folder, once their rows are blank."""
    folder = config.current().instance / "mail"
    for name in db.session.execute(select(OutboxMail.message_id).where(OutboxMail.id.in_(mails))).scalars():
        after_commit(_remove, folder / f"{name}.eml")


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)


_Blank = dict[InstrumentedAttribute[Any], Any]
CONTACT: _Blank = {
    SubmissionContact.typed: {},
    SubmissionContact.normalized: {},
    SubmissionContact.findings: [],
    SubmissionContact.email: "",
}
_CONTENT: _Blank = {
    SubmissionRevision.typed: {},
    SubmissionRevision.normalized: {},
    SubmissionRevision.findings: [],
    SubmissionRevision.message: "",
}
_POSTING: _Blank = {PostingRevision.typed: {}, PostingRevision.normalized: {}, PostingRevision.findings: [], PostingRevision.reasons: []}
MAIL: _Blank = {
    OutboxMail.recipient: "",
    OutboxMail.title: "",
    OutboxMail.body: "",
    OutboxMail.reply_to: "",
    OutboxMail.answer: "",
    OutboxMail.note: "",
    OutboxMail.sealed: None,
}
ACCOUNT: _Blank = {
    Account.email: literal("erased-") + cast(Account.id, String) + literal(ERASED),
    Account.name: "",
    Account.search_text: "",
    Account.password_hash: None,
}
_PUBLISHED: _Blank = {PublishedVersion.content: None, PublishedVersion.title: ""}
_WORDS = (SubmissionSearch.text,)
_NETWORK: _Blank = {Submission.network: None}
_SESSION: _Blank = {StaffSession.key_hash: "", StaffSession.device: "", StaffSession.network: ""}
_SECRETS: _Blank = {OutboxMail.sealed: None}
_DRAFT: _Blank = {EntryDraft.typed: {}, EntryDraft.other: None}
KEYING: _Blank = {Keying.typed: {}, Keying.second: {}, Keying.chosen: {}}
REVIEW: _Blank = {Review.reason: "", Review.items: [], Review.actor_name: ""}
_VIEW: _Blank = {SavedView.name: "", SavedView.query: ""}

CANDIDATE: _Blank = {
    Candidate.name: "",
    Candidate.kana: "",
    Candidate.email: "",
    Candidate.tel: "",
    Candidate.search_text: "",
    Candidate.choices: "",
    Candidate.tel_key: "",
    Candidate.email_key: "",
    Candidate.typed: {},
    Candidate.content: {},
    Candidate.findings: [],
    Candidate.interview_place: "",
    Candidate.salt: "",
    Candidate.sealed: None,
    Candidate.token_hash: None,
    Candidate.form_key: None,
}
_ALERT: _Blank = {
    SearchAlert.email: "",
    SearchAlert.query: "",
    SearchAlert.asked_key: "",
}
_THREAD: _Blank = {ThreadMessage.body: "", ThreadMessage.author_name: ""}
_NOTE: _Blank = {StaffNote.body: "", StaffNote.author_name: "", StaffNote.answer: ""}

REGISTER: tuple[Personal, ...] = (
    Personal(
        _DRAFT,
        "入力途中の申請とファイル",
        "送る前の入力を残す日数として、申請する方にお知らせしています。",
        timedelta(0),
        lambda ended: EntryDraft.expires_at <= ended,
        whole=True,
    ),
    Personal(
        KEYING,
        "代行入力の途中の内容",
        "書面と電話の記録が手元にあり、続きから始められる間だけ残します。",
        3 * MONTH,
        lambda ended: Keying.saved_at < ended,
    ),
    Personal(
        CONTACT,
        "申請の担当者（承認しなかった申請）",
        "決定についての問い合わせがなくなるまでの期間です。",
        6 * MONTH,
        _contact(accepted=False),
        also=forget_words,
        derived=_WORDS,
    ),
    Personal(
        CONTACT,
        "申請の担当者（承認した申請）",
        "そのあとは、アカウントの連絡先を使います。",
        YEAR,
        _contact(accepted=True),
        also=forget_words,
        derived=_WORDS,
    ),
    Personal(
        _NETWORK,
        "アカウントのない申請が届いた回線の目印",
        "まとめて届いた申請を見分けるためだけに使います。",
        MONTH,
        lambda ended: Submission.received_at < ended,
    ),
    Personal(
        _CONTENT,
        "申請の内容（承認しなかった申請）",
        "決定についての問い合わせがなくなるまでの期間です。",
        6 * MONTH,
        _content(accepted=False),
    ),
    Personal(
        _CONTENT,
        "申請の内容（承認した申請）",
        "操作の記録と同じ期間、何に基づいて承認したかを示すためです。",
        3 * YEAR,
        _content(accepted=True),
    ),
    Personal(_POSTING, "終わった募集の内容", "働いた方が条件を確かめることのある期間です。", 3 * YEAR, _postings(PostingRevision)),
    # As long as what the municipality typed: whoever worked may ask for two years and more what the posting had promised.
    Personal(
        _PUBLISHED,
        "公開した内容の記録（終わった募集）",
        "働いた方が、公開していた条件を確かめることのある期間です。",
        3 * YEAR,
        _postings(PublishedVersion),
        whole=True,
    ),
    Personal(_THREAD, "募集についての自治体と運営のやりとり", "募集の内容と同じ期間です。", 3 * YEAR, _talk, whole=True),
    # Their times are settings, and they are announced and locked before (`candidate/retention.py`).
    Personal(
        _THREAD,
        "応募者とのやりとり",
        "応募した方の情報と一緒に終わります。日数は設定の画面で決めます。",
        timedelta(0),
        lambda now: _of_candidates(ThreadMessage, retention.over(now)),
        whole=True,
    ),
    Personal(
        _NOTE,
        "応募者についての職員のメモ",
        "応募した方の情報と一緒に終わります。日数は設定の画面で決めます。",
        timedelta(0),
        lambda now: _of_candidates(StaffNote, retention.over(now)),
        whole=True,
    ),
    Personal(
        _NOTE,
        "団体と申請についての職員のメモ",
        "年度をまたぐ引き継ぎに使う期間です。",
        YEAR,
        lambda ended: and_(StaffNote.subject != Candidate.__tablename__, StaffNote.created_at < ended),
        whole=True,
    ),
    Personal(
        CANDIDATE,
        "応募・問い合わせをした方",
        "募集と選考が終わってからの日数を、本人にお知らせしています。日数は設定の画面で決めます。",
        timedelta(0),
        retention.over,
        also=_forget_candidates,
    ),
    # Its times are settings, too (`alert/keeping.py`).
    Personal(
        _ALERT,
        "新しい募集のメールの申し込み",
        "申し込みの期限として、本人にお知らせしています。日数は設定の画面で決めます。",
        timedelta(0),
        keeping.over,
        whole=True,
        also=_forget_alerts,
    ),
    Personal(REVIEW, "決定の理由", "1年度の間の問い合わせと不服の申し出に答えるためです。", YEAR, lambda ended: Review.created_at < ended),
    Personal(
        MAIL,
        "送ったメール",
        "届いたかどうかの問い合わせがなくなるまでの期間です。",
        6 * MONTH,
        lambda ended: and_(OutboxMail.status.not_in((MailStatus.waiting, MailStatus.sending)), OutboxMail.created_at < ended),
        also=remove_spooled,
    ),
    Personal(
        _SECRETS,
        "届かなかったメールのリンク",
        "そのころにはリンクの期限が切れています。",
        MONTH,
        lambda ended: and_(outbox.undeliverable(), OutboxMail.next_try_at < ended),
        real=True,
    ),
    Personal(
        _SESSION,
        "ログインの記録（終えたもの）",
        "ログインについての問い合わせがなくなるまでの期間です。",
        3 * MONTH,
        lambda ended: StaffSession.ended_at < ended,
        whole=True,
    ),
    Personal(
        _SESSION,
        "ログインの記録",
        "ログインについての問い合わせがなくなるまでの期間です。",
        3 * MONTH,
        lambda ended: StaffSession.level_at < ended,
        whole=True,
        real=True,
    ),
    Personal(
        {Throttle.key: ""},
        "回数制限の記録",
        "最も長い制限が1日だからです。",
        timedelta(days=2),
        lambda ended: Throttle.window_start < ended,
        whole=True,
        real=True,
    ),
    Personal(
        _VIEW,
        "使われなくなったアカウントの保存した表示",
        "アカウントと一緒に終わります。",
        3 * YEAR,
        lambda ended: SavedView.account_id.in_(select(Account.id).where(_unused(ended))),
        whole=True,
    ),
    Personal(
        {TrainingAttempt.answer: {}},
        "使われなくなったアカウントの練習の記録",
        "アカウントと一緒に終わります。",
        3 * YEAR,
        lambda ended: TrainingAttempt.account_id.in_(select(Account.id).where(_unused(ended))),
        whole=True,
    ),
    Personal(
        {Passkey.name: "", Passkey.credential_id: "", Passkey.public_key: ""},
        "使われなくなったアカウントのパスキー",
        "アカウントと一緒に終わります。",
        3 * YEAR,
        lambda ended: Passkey.account_id.in_(select(Account.id).where(_unused(ended))),
        whole=True,
    ),
    Personal(
        ACCOUNT,
        "使われなくなったアカウント",
        "職員の異動が続いても、前の担当者が戻ることのある期間です。",
        3 * YEAR,
        _unused,
        also=end_accounts,
    ),
)


def purge(now: datetime | None = None, *, dry_run: bool = False) -> list[tuple[Personal, int]]:
    """End what is over, in many short transactions (none may be open). Returns each entry with the number of its rows.

    `now` stands in for both clocks (tests). A dry run counts only.
    """
    found = [(entry, _purge(entry, (now or (clock.real_now() if entry.real else clock.now())) - entry.keep, dry_run)) for entry in REGISTER]
    if not dry_run:
        forget_log()
    return found


def _purge(entry: Personal, before: datetime, dry_run: bool) -> int:
    where = entry.rows(before)
    if dry_run:
        return int(read_only_rows(select(func.count()).select_from(entry.model).where(where))[0])
    done = 0
    while keys := read_only_rows(select(entry.key).where(where).order_by(entry.key).limit(_BATCH)):
        with transaction():
            # Only what is still over once it is locked: somebody may have signed in since.
            keys = list(
                db.session.execute(select(entry.key).where(entry.key.in_(keys), where).order_by(entry.key).with_for_update()).scalars()
            )
            entry.also(keys)
            these = and_(entry.key.in_(keys), where)
            change = delete(entry.model).where(these) if entry.whole else update(entry.model).where(these).values(dict(entry.blank))
            db.session.execute(change, execution_options={"synchronize_session": False})
        done += len(keys)
    return done


def read_only_rows(query: Select[Any]) -> list[Any]:
    """What a query finds, in a reading transaction of its own."""
    with reading():
        found = list(db.session.execute(query).scalars())
        db.session.rollback()
    return found
