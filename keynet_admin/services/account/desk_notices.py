"""What the service center's people are mailed about waiting work: by kind at once, once a day at an hour of their own, or never.

The same mechanism as the municipalities' (`notices.py`): a digest is settled for a day, an empty one is not sent, what is new is what came
since `noticed_at`, but for the last minute: a transaction that is not through yet may still bring rows of it. The mails hold numbers and addresses only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Organization, OutboxMail, Posting, Review, StaffNote, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, business_days
from keynet_admin.services.account.notices import locked
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission.casework import notes
from keynet_admin.vocabulary import AWAITING_REVIEW, STAFF_ROLES, AccountStatus, NoticeChoice

DUE = "due"
HOURS = range(8, 18)
APART = timedelta(minutes=10)  # mails about what is new are not closer than this
SETTLED = timedelta(minutes=1)  # what is older is written for good


@dataclass(frozen=True)
class NoticeKind:
    """One kind of waiting work: what it is called, what a mail says before the number, where it leads.

    `rows(account)`: a count of all that waits; `new(account, since, until)`: a count of what came in between. Without `new` something else tells it at once.
    """

    name: str
    label: str
    words: str
    path: str
    rows: Callable[[Account], Any]
    new: Callable[[Account, datetime, datetime], Any] | None
    usual: NoticeChoice = NoticeChoice.digest


def _tonight() -> datetime:
    return datetime.combine(clock.today(), time.max, clock.TOKYO)


def _count(model: Any, *where: Any) -> Any:
    return select(func.count()).select_from(model).where(*where)


def _within(column: Any, since: datetime, until: datetime) -> Any:
    return (column > since) & (column <= until)


def _looked_after(account: Account) -> tuple[Any, ...]:
    """Of somebody who has chosen prefectures only the postings there."""
    return (Posting.organization.has(Organization.prefecture_code.in_(account.prefectures)),) if account.prefectures else ()


_UNTAKEN = Submission.awaiting_review(), Submission.assignee_id.is_(None)
_SECOND = Submission.second_asked, Submission.status.in_(AWAITING_REVIEW)
KINDS: tuple[NoticeKind, ...] = (
    NoticeKind(
        "waiting",
        "担当のいない申請",
        "担当が未定の申請",
        "/admin/submission/?assignee=none",
        lambda _account: _count(Submission, *_UNTAKEN),
        lambda _account, since, until: _count(Submission, *_UNTAKEN, _within(Submission.received_at, since, until)),
    ),
    NoticeKind(
        DUE,
        "期限の近い申請（約束の時間の50%と80%）",
        "担当している申請で、今日までが期限のもの",
        "/admin/submission/?tab=mine",
        lambda account: _count(
            Submission, Submission.awaiting_review(), Submission.assignee_id == account.id, Submission.due_at <= _tonight()
        ),
        None,
        NoticeChoice.instant,
    ),
    NoticeKind(
        "mail",
        "届かなかったメール",
        "届かなかったメール",
        "/admin/mail/?tab=undelivered",
        lambda _account: _count(OutboxMail, outbox.undeliverable()),
        lambda _account, since, until: _count(AuditEvent, AuditEvent.action == "mail_lost", _within(AuditEvent.at, since, until)),
    ),
    NoticeKind(
        "posting",
        "公開の確認を待つ募集",
        "公開の確認を待つ募集",
        "/admin/posting/",
        lambda account: _count(Posting, Posting.awaiting_release(), *_looked_after(account)),
        lambda account, since, until: _count(
            Posting, Posting.awaiting_release(), _within(Posting.waits_since, since, until), *_looked_after(account)
        ),
    ),
    NoticeKind(
        "second",
        "2人目の確認を頼まれた申請",
        "2人目の確認を待つ申請",
        "/admin/submission/?assignee=second",
        lambda _account: _count(Submission, *_SECOND),
        lambda _account, since, until: _count(
            Review, Review.subject == Submission.__tablename__, Review.action == "ask_second", _within(Review.created_at, since, until)
        ),
    ),
    NoticeKind(
        "opinion",
        "意見を求められた申請",
        "あなたの意見を待っている申請",
        "/admin/submission/?tab=mine",
        lambda account: _count(Submission, Submission.id.in_(notes.asked(account.id))),
        lambda account, since, until: _count(
            Submission, Submission.id.in_(notes.asked(account.id, _within(StaffNote.created_at, since, until)))
        ),
    ),
)


def staff() -> Sequence[Account]:
    """The service center's people who may sign in."""
    query = select(Account).where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active)
    return db.session.execute(query.order_by(Account.id)).scalars().all()


def choice(account: Account, name: str) -> NoticeChoice:
    """How an account wants to hear of a kind of work."""
    usual = next(kind.usual for kind in KINDS if kind.name == name)
    return NoticeChoice[account.notice_kinds.get(name, usual.value)]


def choose(account: Account, wanted: Mapping[str, str], hour: str, actor: Actor) -> None:
    """Keep what an account wants of each kind and at which hour its digest comes. Raises BadField (the kind's name, `hour`)."""
    for kind in KINDS:
        if wanted.get(kind.name) not in list(NoticeChoice):
            raise BadField(f"「{kind.label}」の受け取り方を選んでください。", kind.name)
    if hour not in [str(number) for number in HOURS]:
        raise BadField("まとめて受け取る時刻を選んでください。", "hour")
    chosen = {kind.name: str(wanted[kind.name]) for kind in KINDS}
    if (account.notice_kinds, account.notice_hour) != (chosen, int(hour)):
        account.notice_kinds, account.notice_hour, account.noticed_at = chosen, int(hour), clock.now()
        audit.record(account, "notices", actor, hour=int(hour))


def due_for_digest() -> list[int]:
    """Ids of the people whose digest of today is not settled yet and whose hour has come (reads only); none on closed days."""
    here = clock.now().astimezone(clock.TOKYO)
    if not business_days.is_open(here.date()):
        return []
    return list(db.session.execute(select(Account.id).where(*_unsettled()).order_by(Account.id)).scalars())


def send_digest(account_id: int) -> bool:
    """Settle somebody's digest of today: mail it, unless nothing waits. False when nothing was sent."""
    account = locked(account_id, *_unsettled())
    if account is None:
        return False
    account.digest_on = clock.today()
    kinds = [kind for kind in KINDS if choice(account, kind.name) is NoticeChoice.digest]
    return _tell(account, "desk_digest", [(kind, kind.rows(account)) for kind in kinds])


def due_at_once() -> list[int]:
    """Ids of the people who want to hear of something at once and were not told lately (reads only)."""
    return [account.id for account in staff() if _instant(account) and _since(account) <= clock.now() - SETTLED - APART]


def tell_at_once(account_id: int) -> bool:
    """Mail somebody what is new since they were told last. False when there is nothing."""
    account = locked(account_id, Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active)
    if account is None:
        return False
    since, kinds = _since(account), _instant(account)
    until = clock.now() - SETTLED
    if since > until - APART:
        return False
    account.noticed_at = until
    return _tell(account, "desk_instant", [(kind, kind.new(account, since, until)) for kind in kinds if kind.new is not None])


def _instant(account: Account) -> list[NoticeKind]:
    return [kind for kind in KINDS if kind.new is not None and choice(account, kind.name) is NoticeChoice.instant]


def _since(account: Account) -> datetime:
    return account.noticed_at or account.created_at


def _tell(account: Account, template: str, counts: list[tuple[NoticeKind, Any]]) -> bool:
    lines = []
    for kind, query in counts:
        if number := db.session.execute(query).scalar_one():
            lines.append({"text": f"{kind.words}　{number}件", "more": "", "path": kind.path})
    if not lines:
        return False
    outbox.enqueue(
        template, account.email, {"lines": lines, "count": len(lines), "contact_name": account.shown_name}, account_id=account.id
    )
    return True


def _unsettled() -> tuple[Any, ...]:
    here = clock.now().astimezone(clock.TOKYO)
    fresh = or_(Account.digest_on.is_(None), Account.digest_on < here.date())
    return Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active, Account.notice_hour <= here.hour, fresh
