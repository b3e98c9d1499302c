"""Where somebody's data is stored: looked for by what they say of themselves (mail, telephone, name), for whoever answers their request.

Rows found by mail or telephone are theirs; a name alone may be somebody else's. Nothing is changed here.
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, or_, select

from keynet_admin.catalogue.folding import one_spelling, other_spellings, search_key
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    Candidate,
    EntryDraft,
    Keying,
    OutboxMail,
    Posting,
    Review,
    SavedView,
    SearchAlert,
    StaffNote,
    Submission,
    SubmissionContact,
    SubmissionRevision,
    ThreadMessage,
)
from keynet_admin.permissions import Actor
from keynet_admin.services.account.use_cases import normal_email
from keynet_admin.services.search.typed import digits_of
from keynet_admin.services.submission import search_index
from keynet_admin.vocabulary import AWAITING_REVIEW, AccountStatus, KeyingStatus, Role, SubmissionStatus

MOST = 100  # rows of one kind that are shown
MAIL, TEL, NAME = "メール", "電話", "氏名"
NOTHING_TYPED = "メールアドレス、電話番号、氏名のどれかを入力してください。"
BAD_MAIL = "メールアドレスは、@を入れて、全体を入力してください。例：namae@mail.example"
BAD_TEL = "電話番号は、市外局番から、8桁以上で入力してください。例：090-0000-0000"
BAD_NAME = "氏名は、姓と名を、間を空けて入力してください。例：見本 さくら"
_NAMES = ("contact_last", "contact_first"), ("contact_last_kana", "contact_first_kana")
_OPEN_KEYING = (KeyingStatus.first, KeyingStatus.second, KeyingStatus.compare, KeyingStatus.ready)


@dataclass(frozen=True)
class PersonWords:
    """What a person said: an address, the digits of a telephone number, the parts of a name; empty where they did not."""

    mail: str = ""
    tel: str = ""
    name: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredRow:
    """A row in which somebody's data stands. `kind` names its table, `title` and `detail` it and what stands there, `why` how it was found.

    `address`: where its person is written to. `kept`: why it cannot be ended now, as a sentence; empty when it can.
    """

    kind: str
    id: int
    title: str
    detail: str
    at: datetime | None
    why: tuple[str, ...]
    address: str = ""
    kept: str = ""

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"{self.kind}.{self.id}"

    @property
    def sure(self) -> bool:
        """Whether it was found by more than a name."""
        return self.why != (NAME,)


def read(values: Mapping[str, str]) -> PersonWords:
    """What was typed. Raises BadField for nothing, and for what would find other people."""
    mail, tel, name = (unicodedata.normalize("NFKC", values.get(field, "")).strip() for field in ("mail", "tel", "name"))
    if not (mail or tel or name):
        raise BadField(NOTHING_TYPED, "mail")
    if mail and (mail.count("@") != 1 or len(mail) > 254 or not all(mail.split("@"))):
        raise BadField(BAD_MAIL, "mail")
    digits = digits_of(tel)
    if tel and not 8 <= len(digits) <= 15:
        raise BadField(BAD_TEL, "tel")
    parts = tuple(name.split())
    if name and (len(parts) < 2 or len(name) > 80 or not all(map(search_key, parts))):
        raise BadField(BAD_NAME, "name")
    return PersonWords(normal_email(mail) if mail else "", digits, parts)


def found(asked: PersonWords, actor: Actor) -> list[StoredRow]:
    """Every row in which what was said stands, at most MOST of a kind (reads only)."""
    return [row for finder in _FINDERS for row in finder(asked, actor)]


def _candidates(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    same = {
        MAIL: func.lower(Candidate.email) == asked.mail if asked.mail else false(),
        TEL: _bare(Candidate.tel) == asked.tel if asked.tel else false(),
        NAME: or_(_is_name(Candidate.name, asked), _is_name(Candidate.kana, asked)) if asked.name else false(),
    }
    query = select(Candidate).where(Candidate.erased_at.is_(None), or_(*same.values())).order_by(Candidate.id).limit(MOST)
    for row in db.session.execute(query).scalars():
        detail = "　".join(filter(None, (row.name, row.email, row.tel, row.organization.name)))
        why = _why(asked, row.email, row.tel, (row.name, row.kana))
        yield StoredRow(
            "candidate", row.id, f"{row.candidate_no}（{row.kind.label}、{row.status.label}）", detail, row.received_at, why, row.email
        )


def _cases(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    numbers: set[int] = set()
    for keys in ([search_key(asked.mail)] if asked.mail else [], [asked.tel] if asked.tel else [], [*map(search_key, asked.name)]):
        numbers |= set(search_index.matching(keys, MOST))
    query = select(Submission, SubmissionContact).join(SubmissionRevision, SubmissionRevision.submission_id == Submission.id)
    query = query.join(SubmissionContact, SubmissionContact.revision_id == SubmissionRevision.id)
    rows: dict[int, tuple[Submission, dict[str, None], dict[str, Any]]] = {}
    for case, contact in db.session.execute(query.where(Submission.id.in_(numbers)).order_by(Submission.id, SubmissionRevision.number)):
        values = {**contact.typed, **contact.normalized}
        names = tuple(f"{values.get(last) or ''} {values.get(first) or ''}" for last, first in _NAMES)
        mails = [contact.email, *(str(values.get(name) or "") for name in ("contact_email", "account_email"))]
        why = [reason for mail in mails for reason in _why(asked, mail, str(values.get("contact_tel") or ""), names)]
        _case, known, _values = rows.setdefault(case.id, (case, {}, {}))
        known.update(dict.fromkeys(why))
        rows[case.id] = case, known, values
    for case, known, values in rows.values():
        if known:
            waits = case.status in AWAITING_REVIEW or case.status is SubmissionStatus.returned
            kept = f"{case.status.label}の申請です。取下げか決定が済むと、連絡担当者を削除できます。" if waits else ""
            person = " ".join(str(values.get(name) or "") for name in _NAMES[0])
            mail = str(values.get("contact_email") or "")
            reasons = tuple(reason for reason in (MAIL, TEL, NAME) if reason in known)
            title = f"{case.receipt_no}（{case.org_name}、{case.status.label}）の連絡担当者"
            yield StoredRow("submission", case.id, title, f"{person}　{mail}", case.received_at, reasons, mail, kept)


def _accounts(asked: PersonWords, actor: Actor) -> Iterator[StoredRow]:
    same = [func.lower(Account.email) == asked.mail] if asked.mail else []
    same += [_is_name(Account.name, asked)] if asked.name else []
    for row in db.session.execute(select(Account).where(or_(false(), *same)).order_by(Account.id).limit(MOST)).scalars():
        if not row.is_erased:
            title = f"{row.role.label}のアカウント（{row.body_name or '運営事務局'}、{row.status.label}）"
            why = _why(asked, row.email, "", (row.name,))
            yield StoredRow("account", row.id, title, f"{row.name}　{row.email}", row.created_at, why, row.email, _account_kept(row, actor))


def _account_kept(row: Account, actor: Actor) -> str:
    """Why an account has to stay: somebody has to be left who can sign in for the same body."""
    if row.id == actor.account_id:
        return "ご自分のアカウントです。ほかの管理者が行います。"
    if row.status is not AccountStatus.active or row.role in (Role.operator, Role.lead):
        return ""
    same = Account.role == row.role, Account.organization_id.is_not_distinct_from(row.organization_id), Account.id != row.id
    also = Account.partner_id.is_not_distinct_from(row.partner_id), Account.prefecture_code == row.prefecture_code
    if db.session.execute(select(Account.id).where(*same, *also, Account.status == AccountStatus.active).limit(1)).first() is not None:
        return ""
    return f"{row.body_name or row.role.label}で使える最後のアカウントです。先に、ほかの方に引き継いでもらってください。"


def _alerts(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    query = select(SearchAlert).where(SearchAlert.email == asked.mail if asked.mail else false()).order_by(SearchAlert.id)
    for row in db.session.execute(query.limit(MOST)).scalars():
        yield StoredRow("search_alert", row.id, "新しい募集のメールの申し込み", row.email, row.created_at, (MAIL,), row.email)


def _drafts(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    for row, why in _mentioning(EntryDraft, asked, (EntryDraft.typed, EntryDraft.other)):
        yield StoredRow("entry_draft", row.id, "入力途中の申請", "送る前の入力です。", row.saved_at, why)


def _keyings(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    for row, why in _mentioning(Keying, asked, (Keying.typed, Keying.second, Keying.chosen)):
        kept = "代行入力の途中です。受け付けるか破棄すると、削除されます。" if row.status in _OPEN_KEYING else ""
        yield StoredRow("keying", row.id, f"代行入力（{row.org_name or '団体名なし'}）", row.status.label, row.saved_at, why, "", kept)


def _mails(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    to = OutboxMail.recipient == asked.mail if asked.mail else false()
    for row, why in _mentioning(OutboxMail, asked, (OutboxMail.body, OutboxMail.title, OutboxMail.answer, OutboxMail.note), also=to):
        reasons = (MAIL, *(reason for reason in why if reason != MAIL)) if asked.mail and row.recipient == asked.mail else why
        yield StoredRow(
            "outbox_mail", row.id, f"メール「{row.title}」", f"宛先 {row.recipient}　{row.status.label}", row.created_at, reasons
        )


def _notes(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    for row, why in _mentioning(StaffNote, asked, (StaffNote.body, StaffNote.answer)):
        yield StoredRow("staff_note", row.id, "職員のメモ", row.body[:80], row.created_at, why)


def _messages(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    for row, why in _mentioning(ThreadMessage, asked, (ThreadMessage.body,)):
        words = "募集についてのやりとり" if row.subject == Posting.__tablename__ else "応募者とのやりとり"
        yield StoredRow("thread_message", row.id, words, row.body[:80], row.created_at, why)


def _reviews(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    for row, why in _mentioning(Review, asked, (Review.reason, Review.items)):
        yield StoredRow("review", row.id, "決定の理由", row.reason[:80], row.created_at, why)


def _views(asked: PersonWords, _actor: Actor) -> Iterator[StoredRow]:
    for row, why in _mentioning(SavedView, asked, (SavedView.name, SavedView.query)):
        yield StoredRow("saved_view", row.id, f"保存した条件「{row.name}」", "一覧の検索の言葉です。", row.created_at, why)


_FINDERS: tuple[Callable[[PersonWords, Actor], Iterator[StoredRow]], ...] = (
    *(_candidates, _cases, _accounts, _alerts, _keyings, _drafts),
    *(_mails, _messages, _notes, _reviews, _views),
)
LABELS = {
    "candidate": "応募・問い合わせ",
    "submission": "申請の連絡担当者",
    "account": "アカウント",
    "search_alert": "新しい募集のメール",
    "keying": "代行入力",
    "entry_draft": "入力途中の申請",
    "outbox_mail": "送ったメール",
    "thread_message": "やりとり",
    "staff_note": "職員のメモ",
    "review": "決定の理由",
    "saved_view": "保存した条件",
}


def _mentioning(
    table: type[Any], asked: PersonWords, columns: tuple[Any, ...], also: ColumnElement[bool] | None = None
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The newest rows in whose words the address, the number or the whole name stands, with what was found."""
    clauses = {reason: or_(*(_holds(column, reason, asked) for column in columns)) for reason in (MAIL, TEL, NAME)}
    query = select(table, *(clause.label(f"by_{place}") for place, clause in enumerate(clauses.values())))
    query = query.where(or_(*clauses.values(), also if also is not None else false())).order_by(table.id.desc()).limit(MOST)
    for row, *hits in db.session.execute(query):
        yield row, tuple(reason for reason, hit in zip(clauses, hits, strict=True) if hit)


def _holds(column: Any, reason: str, asked: PersonWords) -> ColumnElement[bool]:
    """Where-clause: the column's words hold it. JSON stands in its escapes there, a query in those of an address."""
    words = cast(column, Text)
    if reason == MAIL:
        return or_(*(func.lower(words).contains(form.lower(), autoescape=True) for form in _forms(asked.mail))) if asked.mail else false()
    if reason == TEL:
        return _bare(words).contains(asked.tel, autoescape=True) if asked.tel else false()
    if not asked.name:
        return false()
    words = _one_spelling(words, asked)
    return and_(*(or_(*(words.contains(form, autoescape=True) for form in _forms(one_spelling(part)))) for part in asked.name))


def _is_name(column: Any, asked: PersonWords) -> ColumnElement[bool]:
    """Where-clause: a column with a name alone holds this one, in whatever spelling of its letters."""
    is_it: ColumnElement[bool] = _one_spelling(_bare(column), asked) == one_spelling("".join(asked.name))
    return is_it


def _one_spelling(words: Any, asked: PersonWords) -> Any:
    """The column with the letters of the name that was asked for in one spelling, as `one_spelling` writes them."""
    for other, one in other_spellings("".join(asked.name)):
        for there, wanted in zip(_forms(other), _forms(one), strict=True):
            words = func.replace(words, there, wanted)
    return words


def _forms(word: str) -> list[str]:
    """A word as texts, JSON and addresses hold it."""
    return list(dict.fromkeys((word, json.dumps(word)[1:-1], quote_plus(word))))


def _bare(column: Any) -> Any:
    """A column without spaces and the dashes of numbers."""
    for sign in ("-", " ", "　"):
        column = func.replace(column, sign, "")
    return column


def _why(asked: PersonWords, mail: str, tel: str, names: tuple[str, ...]) -> tuple[str, ...]:
    reasons = {
        MAIL: asked.mail != "" and mail.lower() == asked.mail,
        TEL: asked.tel != "" and digits_of(tel) == asked.tel,
        NAME: bool(asked.name) and search_key("".join(asked.name)) in [search_key(name) for name in names],
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
