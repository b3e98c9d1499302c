"""The service center and a municipality talk about one posting: a thread, a mail to the other side in its own words, and what nobody has read yet."""

from typing import Any

from sqlalchemy import select, update

from keynet_admin import clock
from keynet_admin.errors import NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Account, Posting, Review, ThreadMessage
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, threads
from keynet_admin.services.account import regions
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting.publication import owners
from keynet_admin.services.transaction import rows_changed
from keynet_admin.services.workflow import Outcome, lock
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus

_DESK = select(Account.id).where(Account.role.in_(STAFF_ROLES))


def say(posting: Posting, actor: Actor, *, seen_version: int, message: str, only_read: bool = False) -> Outcome:
    """Write to the other side, which is mailed; what that side wrote counts as read. Pressed again, nothing is written twice.

    `only_read`: nothing is written. The posting's version stays: who edits or decides meanwhile is not disturbed. Raises NotPermitted, and
    BadField (`message`) for an empty or too long text.
    """
    if not can(actor, Permission.posting_discuss, posting):
        raise NotPermitted("この操作を行う権限がありません。")
    del seen_version  # nothing is decided by it
    lock(posting)
    if only_read:
        return Outcome(posting.status, repeated=not read(posting, actor), note="メッセージを読んだことを記録しました。")
    last = next(reversed(threads.of(posting)), None)
    if last is not None and last.author_id == actor.account_id and last.body == message.replace("\r\n", "\n").strip():
        return Outcome(posting.status, repeated=True)
    threads.write(posting, actor, message)
    read(posting, actor)
    audit.record(posting, "talk", actor)
    to = owners(posting.organization, "posting_message") if actor.is_staff else _desk(posting)
    template = "posting_message" if actor.is_staff else "posting_answer"
    words = {"org_name": posting.organization.name, "posting_no": posting.posting_no, "posting_id": posting.id, "title": posting.title}
    for account in to:
        values = words | {"contact_name": account.name, "words": message.strip()}
        outbox.enqueue(template, account.email, values, about=posting, account_id=account.id)
    told = "相手にメールでも知らせます。" if to else "相手の一覧に「未読」と出ます（メールの宛先になる方がいません）。"
    return Outcome(posting.status, mails=len(to), note=f"メッセージを送りました。{told}")


def read(posting: Posting, actor: Actor) -> int:
    """What the other side wrote has been opened. Returns how many messages were new."""
    from_desk = ThreadMessage.author_id.in_(_DESK)
    other = ~from_desk if actor.is_staff else from_desk
    return rows_changed(
        update(ThreadMessage).where(ThreadMessage.about(posting), ThreadMessage.read_at.is_(None), other).values(read_at=clock.now())
    )


def unread(*, by_desk: bool) -> Any:
    """Where-clause of Posting: it has a message that the service center (or else the municipality) has not opened."""
    from_desk = ThreadMessage.author_id.in_(_DESK)
    new = ThreadMessage.subject == Posting.__tablename__, ThreadMessage.read_at.is_(None), ~from_desk if by_desk else from_desk
    return Posting.id.in_(select(ThreadMessage.subject_id).where(*new))


def desk_ids(messages: list[ThreadMessage]) -> frozenset[int]:
    """Of the authors of these messages, those who are of the service center."""
    ids = {message.author_id for message in messages}
    return frozenset(db.session.execute(_DESK.where(Account.id.in_(ids))).scalars()) if ids else frozenset()


def _desk(posting: Posting) -> list[Account]:
    """Whom an answer concerns: those of the service center who wrote here or decided about it, else those who look after its prefecture."""
    wrote = select(ThreadMessage.author_id).where(ThreadMessage.about(posting))
    decided = select(Review.actor_id).where(Review.about(posting))
    part = Account.id.in_(wrote) | Account.id.in_(decided)
    query = select(Account).where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active, part).order_by(Account.id)
    return list(db.session.execute(query).scalars()) or regions.accounts_responsible(posting.organization.prefecture_code)
