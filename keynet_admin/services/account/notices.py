"""What a municipality's accounts are mailed about waiting work: one digest on the morning of a business day, and what is new at once if they wish.

The mails hold numbers and addresses, never a person's name: many read a section's mailbox.
"""

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from keynet_admin import business_time, clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Posting, ThreadMessage
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, business_days
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting import duties
from keynet_admin.vocabulary import AccountStatus, ActorKind, CandidateKind, NoticeChoice, Role

DIGEST_AT = time(8, 30)
DIGESTED = ("new", "unanswered", "unread", "asked", "soon")
POSTINGS, CANDIDATES = "/office/posting/", "/office/candidate/"


def choose(account: Account, value: str, actor: Actor) -> None:
    """Keep what an account wants to be mailed. Raises BadField (`notices`) for anything else."""
    chosen = next((choice for choice in NoticeChoice if choice == value), None)
    if chosen is None:
        raise BadField("お知らせの受け取り方を選んでください。", "notices")
    if account.notices is not chosen:
        account.notices, account.noticed_at = chosen, clock.now()
        audit.record(account, "notices", actor, to=chosen.value)


def due_for_digest() -> list[int]:
    """Ids of accounts whose digest of today is not settled yet: none before 8:30 and on days on which nobody works (reads only)."""
    now = clock.now().astimezone(clock.TOKYO)
    if now.time() < DIGEST_AT or not business_time.is_business_day(now.date(), business_days.closed()):
        return []
    return list(db.session.execute(select(Account.id).where(*_unsettled(now.date())).order_by(Account.id)).scalars())


def send_digest(account_id: int) -> bool:
    """Settle an account's digest of today: mail it, unless there is nothing to say. False when nothing was sent."""
    today = clock.today()
    account = locked(account_id, *_unsettled(today))
    if account is None:
        return False
    before, account.digest_on = account.digest_on, today
    actor = actor_of(account)
    found = [*duties.of_candidates(actor, CANDIDATES), *duties.of_postings(actor, POSTINGS)]
    waiting = [duty for duty in found if duty.name in DIGESTED]
    # What closes soon is said beside the rest; by itself it makes a mail only on the first morning.
    if not any(duty.name != "soon" for duty in waiting) and not _began_to_close(actor, before):
        return False
    lines = [{"text": duty.title, "more": duty.text, "path": duty.url} for duty in waiting]
    _mail(account, "office_digest", {"lines": lines, "count": len(lines)})
    return True


def due_at_once() -> list[int]:
    """Ids of accounts that want to hear at once, and whose municipality has something they have not been told (reads only)."""
    fresh = exists().where(Candidate.organization_id == Account.organization_id, Candidate.received_at > Account.noticed_at)
    written = exists().where(*_written(Account.organization_id, Account.noticed_at))
    query = select(Account.id).where(*_wants(NoticeChoice.instant), or_(fresh, written))
    return list(db.session.execute(query.order_by(Account.id)).scalars())


def tell_at_once(account_id: int) -> bool:
    """Mail an account how much is new since it was told last. False when there is nothing, or nothing it may handle."""
    account = locked(account_id, *_wants(NoticeChoice.instant))
    if account is None or account.noticed_at is None:
        return False
    since, account.noticed_at = account.noticed_at, clock.now()
    if not can(actor_of(account), Permission.candidate_handle):
        return False
    new = select(Candidate.kind, func.count(Candidate.id)).where(
        Candidate.organization_id == account.organization_id, Candidate.received_at > since
    )
    counts = {row[0]: row[1] for row in db.session.execute(new.group_by(Candidate.kind))}
    messages = db.session.execute(select(func.count(ThreadMessage.id)).where(*_written(account.organization_id, since))).scalar_one()
    numbers = {
        "applications": counts.get(CandidateKind.application, 0),
        "inquiries": counts.get(CandidateKind.inquiry, 0),
        "messages": messages,
    }
    if not any(numbers.values()):
        return False
    _mail(account, "office_instant", numbers | {"path": CANDIDATES})
    return True


def _mail(account: Account, template: str, words: dict[str, Any]) -> None:
    name = account.organization.name if account.organization is not None else ""
    outbox.enqueue(template, account.email, words | {"org_name": name, "contact_name": account.name}, account_id=account.id)


def _wants(*choices: NoticeChoice) -> tuple[Any, ...]:
    return Account.role == Role.municipality, Account.status == AccountStatus.active, Account.notices.in_(choices)


def _unsettled(today: date) -> tuple[Any, ...]:
    fresh = or_(Account.digest_on.is_(None), Account.digest_on < today)
    return (*_wants(NoticeChoice.digest, NoticeChoice.instant), fresh)


def _written(organization_id: Any, since: Any) -> tuple[Any, ...]:
    """Messages of people who had come before: the first one of an inquiry is the inquiry."""
    known = select(Candidate.id).where(Candidate.organization_id == organization_id, Candidate.received_at <= since)
    return (
        ThreadMessage.subject == Candidate.__tablename__,
        ThreadMessage.author_kind == ActorKind.candidate,
        ThreadMessage.created_at > since,
        ThreadMessage.subject_id.in_(known),
    )


def _began_to_close(actor: Actor, since: date | None) -> bool:
    """Whether a posting closes soon that did not on that day."""
    later = [Posting.publish_until > since + timedelta(days=duties.SOON_DAYS)] if since is not None else []
    mine = Posting.visible_to(actor).where(and_(duties.closing_soon(), *later)).with_only_columns(func.count(Posting.id))
    return bool(db.session.execute(mine).scalar_one())


def locked(account_id: int, *where: Any) -> Account | None:
    """The account under its lock while the conditions hold; None also while somebody else has it."""
    query = select(Account).where(Account.id == account_id, *where).with_for_update(skip_locked=True, of=Account)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
