"""What the desk shows of one body: what the caller sees, what may be told, whom to call back, and what was noted before.

Nothing here holds a whole mail address: the page is read aloud to whoever is on the line.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import defer, selectinload

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import short_time
from keynet_admin.errors import BadField, NotFound
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    MunicipalityContact,
    MunicipalityRecord,
    Organization,
    OutboxMail,
    Posting,
    Review,
    StaffNote,
    Submission,
)
from keynet_admin.models.threads import NOTE_MOST
from keynet_admin.permissions import Actor
from keynet_admin.services import threads
from keynet_admin.services.desk.find import Body, body_of_case, body_of_code, body_of_organization
from keynet_admin.services.submission import acceptance, copies, proof
from keynet_admin.vocabulary import UNDELIVERED, AccountStatus, CallSource, MailStatus, PostingStatus, SubmissionStatus

PROVEN = timedelta(minutes=30)
CALLS = ("call_back", "readdress", "read_code")
CALL = "☎"  # begins the note of a call
CASES, POSTINGS, MAILS, ACCOUNTS, NOTES = 8, 100, 8, 10, 6
CALLER_MOST = 40


@dataclass(frozen=True)
class Number:
    """The telephone of the public record: where it stands in words and as the record of a call names it. Empty when none is known."""

    phone: str = ""
    where: str = ""
    source: CallSource | None = None
    website: str = ""


@dataclass(frozen=True)
class RecentCall:
    """A call as its record names it: number, where that was looked up, who answered, when."""

    phone: str
    source: CallSource
    person: str
    at: datetime


@dataclass
class Caller:
    """One body as the desk sees it. `case` is the one whose page is mirrored, `answer` and `accepted` what that page says.

    `subject` is what notes about the body hang on, None when nothing is there yet. `called` is the last call-back of the half hour.
    """

    body: Body
    organization: Organization | None
    cases: Sequence[Submission]
    case: Submission | None
    answer: Any
    accepted: Any
    accounts: Sequence[Account]
    postings: Sequence[Posting]
    mails: Sequence[OutboxMail]
    notes: Sequence[StaffNote]
    number: Number
    called: Review | None
    subject: Any
    by_state: dict[PostingStatus, int] = field(default_factory=dict)

    @property
    def proven_until(self) -> datetime | None:
        """Until when the last call-back counts."""
        return self.called.created_at + PROVEN if self.called is not None else None


def mask(address: str) -> str:
    """ke***@city.example: enough to see whether two people mean the same address, too little to learn it."""
    local, sign, host = address.rpartition("@")
    return f"{local[: 2 if len(local) > 3 else 1]}***{sign}{host}" if sign else ""


def body_of(key: str) -> Body:
    """The body of an address of the desk. Raises NotFound."""
    kind, number = key[:1], key[1:]
    body: Body | None = None
    if len(key) == 6 and key.isascii() and key.isdigit():
        body = body_of_code(key)
    elif kind in ("o", "s") and number.isascii() and number.isdigit() and len(number) < 10:
        row: Any = db.session.get(Organization if kind == "o" else Submission, int(number))
        if isinstance(row, Organization):
            body = body_of_organization(row)
        elif row is not None:
            body = body_of_case(row.id, row.lg_code, row.org_name, row.prefecture_code, row.organization_id)
    if body is None:
        raise NotFound("この団体は見つかりません。")
    return body


def page_of(body: Body, wanted: int = 0) -> Caller:
    """Everything that the desk shows of a body. `wanted`: the id of the case to mirror, else the one that waits, else the newest."""
    organization = _organization(body)
    owner = organization.id if organization is not None else 0
    waits = case((Submission.awaiting_review(), 0), (Submission.status == SubmissionStatus.returned, 1), else_=2)
    cases = list(
        db.session.execute(select(Submission).where(_cases(body, owner)).order_by(waits, Submission.id.desc()).limit(CASES)).scalars()
    )
    chosen = next((row for row in cases if row.id == wanted), cases[0] if cases else None)
    accounts = (
        db.session.execute(
            select(Account)
            .where(Account.organization_id == owner)
            .options(selectinload(Account.first_logins), defer(Account.password_hash))
            .order_by(Account.id.desc())
            .limit(ACCOUNTS)
        )
        .scalars()
        .all()
        if owner
        else []
    )
    postings = (
        db.session.execute(select(Posting).where(Posting.organization_id == owner).order_by(Posting.changed_at.desc()).limit(POSTINGS))
        .scalars()
        .all()
        if owner
        else []
    )
    subject = _subject(body, organization, cases)
    return Caller(
        body=body,
        organization=organization,
        cases=cases,
        case=chosen,
        answer=copies.answer_for(chosen) if chosen is not None else None,
        accepted=acceptance.answer_of(chosen) if chosen is not None and chosen.status is SubmissionStatus.accepted else None,
        accounts=accounts,
        postings=postings,
        mails=_mails(cases, accounts),
        notes=_notes(subject, organization, cases),
        number=_number(body, organization),
        called=_called(cases, accounts),
        subject=subject,
        by_state=dict(Counter(row.status for row in postings)),
    )


def note(body: Body, actor: Actor, *, caller: str, text: str) -> StaffNote:
    """Keep who called about what, in one line, with the body. Raises BadField (`caller`, `note`), NotFound where there is nothing to keep it with."""
    words, who = " ".join(text.split()), " ".join(caller.split())
    if not words:
        raise BadField("用件を入力してください（例：ログインのメールが開けない）。", "note")
    if len(who) > CALLER_MOST:
        raise BadField(f"相手の名前は{CALLER_MOST}文字までです（いま{len(who)}文字）。", "caller")
    most = NOTE_MOST - CALLER_MOST - 2
    if len(words) > most:
        raise BadField(f"用件は{most}文字までです（いま{len(words)}文字）。短くしてください。", "note")
    organization = _organization(body)
    subject = _subject(body, organization, [])
    if subject is None:
        raise NotFound("この団体には、まだ用件を残せません。")
    line = f"{CALL} {who + '：' if who else ''}{words}"
    return threads.pressed_again(subject, actor, line) or threads.note(subject, actor, line)


def sayings(caller: Caller) -> list[str]:
    """What may be told to somebody who names a receipt number or the address, as sentences to read out. No address, no code, no name."""
    sentences = [sentence for row in caller.cases[:3] for sentence in _of_case(row, caller)]
    for row in caller.accounts[:3]:
        sentences += _of_account(row)
    if caller.postings:
        counts = "、".join(f"{state.label}{number}件" for state, number in caller.by_state.items())
        sentences.append(f"募集情報は{counts}です。")
    if not sentences:
        sentences.append("申請は、まだ届いていません。申請フォームから、または電話で申請を受け付けられます。")
    return sentences


def _of_case(row: Submission, caller: Caller) -> list[str]:
    name = f"申請（{row.receipt_no}）は、"
    if row.is_undecided:
        due = (
            f"{short_time(row.due_at)}までにメールでお返事します。"
            if row.due_at is not None and row.due_at >= clock.now()
            else "お返事の予定を過ぎています。急いで確かめてご連絡します。"
        )
        return [f"{name}{short_time(row.received_at)}に届いています。いま確認しています。{due}"]
    if row.status is SubmissionStatus.returned:
        sent = short_time(row.returned_at) if row.returned_at is not None else ""
        lost = "お知らせのメールが届いていません。" if row is caller.case and caller.answer is not None and caller.answer.unreached else ""
        return [f"{name}{sent}に、直していただく点をメールでお知らせしました。再入力をお待ちしています。{lost}"]
    if row.status is SubmissionStatus.accepted:
        return [f"{name}{short_time(row.decided_at)}に承認しました。"]
    if row.status is SubmissionStatus.rejected:
        return [f"{name}お受けできませんでした。理由は、メールでお送りしています。"]
    return [f"{name}{short_time(row.decided_at)}に取り下げられています。"]


def _of_account(row: Account) -> list[str]:
    if row.status is AccountStatus.active:
        last = f"最後のログインは{short_time(row.last_login_at)}です。" if row.last_login_at is not None else ""
        return [f"アカウントは、ログインできる状態です。{last}"]
    if row.status is AccountStatus.invited:
        invitation = row.invitation
        if invitation is None:
            return ["初回ログインのご案内は、まだ送っていません。"]
        return [
            f"初回ログインのご案内は{short_time(invitation.created_at)}に送りました。状態は「{invitation.state.label}」、期限は{short_time(invitation.expires_at)}です。"
        ]
    return [f"アカウントは「{row.status.label}」です。"]


def _organization(body: Body) -> Organization | None:
    if body.organization_id is not None:
        return db.session.get(Organization, body.organization_id)
    query = select(Organization).where(Organization.lg_code == body.code, Organization.union_name == "")
    return db.session.execute(query).scalar_one_or_none() if body.code and not body.key.startswith("s") else None


def _cases(body: Body, owner: int) -> Any:
    if body.key.startswith("s"):
        return Submission.id == int(body.key[1:])
    if body.key.startswith("o"):
        return Submission.organization_id == owner
    return or_(Submission.lg_code == body.code, Submission.organization_id == owner) if owner else Submission.lg_code == body.code


def _subject(body: Body, organization: Organization | None, _cases: Sequence[Submission]) -> Any:
    if body.key.startswith("s"):
        return db.session.get(Submission, int(body.key[1:]))
    return organization if body.key.startswith("o") else db.session.get(MunicipalityRecord, body.code)


def _about(kind: type[Any], *sets: tuple[str, Sequence[int]]) -> Any:
    return or_(*(and_(kind.subject == name, kind.subject_id.in_(ids)) for name, ids in sets))


def _sets(cases: Sequence[Submission], accounts: Sequence[Account]) -> tuple[tuple[str, Sequence[int]], ...]:
    return (Submission.__tablename__, [row.id for row in cases]), (Account.__tablename__, [row.id for row in accounts])


def _mails(cases: Sequence[Submission], accounts: Sequence[Account]) -> list[OutboxMail]:
    """The newest mails about these cases and to these accounts; an undelivered one first."""
    if not cases and not accounts:
        return []
    mine = or_(_about(OutboxMail, *_sets(cases, accounts)), OutboxMail.account_id.in_([row.id for row in accounts]))
    bad = case((OutboxMail.status.in_(UNDELIVERED), 0), else_=1)
    query = select(OutboxMail).where(mine, OutboxMail.subject != "candidate").options(defer(OutboxMail.body), defer(OutboxMail.sealed))
    return list(db.session.execute(query.order_by(bad, OutboxMail.id.desc()).limit(MAILS)).scalars())


def _notes(subject: Any, organization: Organization | None, cases: Sequence[Submission]) -> list[StaffNote]:
    """What calls were about. Notes of colleagues on the cases are left out: this page is read aloud."""
    sets: list[tuple[str, Sequence[int]]] = [(row.__tablename__, [row.id]) for row in (subject, organization) if row is not None]
    sets.append((Submission.__tablename__, [row.id for row in cases]))
    return list(
        db.session.execute(
            select(StaffNote).where(_about(StaffNote, *sets), StaffNote.body.startswith(CALL)).order_by(StaffNote.id.desc()).limit(NOTES)
        ).scalars()
    )


def _called(cases: Sequence[Submission], accounts: Sequence[Account]) -> Review | None:
    """The last logged call to the body within the half hour."""
    query = select(Review).where(
        _about(Review, *_sets(cases, accounts)), Review.action.in_(CALLS), Review.created_at > clock.now() - PROVEN
    )
    return db.session.execute(query.order_by(Review.id.desc()).limit(1)).scalar_one_or_none()


def recent_call(row: Submission | Account, actor: Actor) -> RecentCall | None:
    """This operator's own call of the last half hour, when it was to the body of this case or account: the next record begins with its words.

    It frees nothing: each act still logs a call of its own.
    """
    mine = Review.actor_id == actor.account_id, Review.action.in_(CALLS), Review.created_at > clock.now() - PROVEN
    query = select(Review).where(*mine, Review.subject.in_((Submission.__tablename__, Account.__tablename__)))
    found = db.session.execute(query.order_by(Review.id.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        return None
    kind: Any = Submission if found.subject == Submission.__tablename__ else Account
    about = db.session.get(kind, found.subject_id)
    if about is None or not _same_body(row, about):
        return None
    call = proof.read_call(found.reason)
    return RecentCall(*call, found.created_at) if call is not None else None


def _same_body(one: Submission | Account, other: Submission | Account) -> bool:
    if one.organization_id is not None or other.organization_id is not None:
        return one.organization_id == other.organization_id
    return isinstance(one, Submission) and isinstance(other, Submission) and (one.id == other.id or one.lg_code == other.lg_code != "")


def _number(body: Body, organization: Organization | None) -> Number:
    """The number to call back: of the registration, else of the checked public record. Never one of a form, never the caller's."""
    website = reference.website_of(body.code)
    if phone := proof.registered_phone(organization):
        return Number(phone, "団体の登録（代表電話）", CallSource.registered, website)
    found = db.session.execute(
        select(MunicipalityContact).where(
            MunicipalityContact.code6 == body.code, MunicipalityContact.verified, MunicipalityContact.phone != ""
        )
    ).scalar_one_or_none()
    if found is not None:
        return Number(found.phone, f"公の記録（{found.source}）" if found.source else "公の記録", CallSource.website, website)
    return Number(website=website)


def is_lost(mail: OutboxMail) -> bool:
    """Whether somebody has to look after this mail."""
    return mail.status in UNDELIVERED and mail.status is not MailStatus.settled
