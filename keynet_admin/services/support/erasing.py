"""The end of a person's data at their own wish, row by row, by the means of the retention (`services/persons.py`)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update

from keynet_admin import clock
from keynet_admin.errors import BadField, ReasonMissing, Refused
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    Candidate,
    EntryDraft,
    Keying,
    OutboxMail,
    RetentionRun,
    Review,
    SavedView,
    StaffNote,
    StaffSession,
    SubmissionContact,
    SubmissionRevision,
    ThreadMessage,
    TrainingAttempt,
)
from keynet_admin.models.base import subject_of
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import audit, persons, workflow
from keynet_admin.services.alert import subscription
from keynet_admin.services.candidate import erase as candidate_end
from keynet_admin.services.mail import outbox
from keynet_admin.services.support import person_data
from keynet_admin.services.support.person_data import LABELS, PersonWords, StoredRow
from keynet_admin.services.transaction import after_commit, forget_log

REFERENCE_MOST, REASON_MOST = 40, 300
NOTHING_CHOSEN = "削除するものを選んでください。"
NO_REFERENCE = "本人から届いた求めの番号や日付を入力してください。例：2021-05-12 電話、文書第12号"
NO_REASON = "どのように本人と確かめたかなど、削除する理由を入力してください。"
CHANGED = "画面を開いた後に、保存されている内容が変わりました。何も削除していません。いまの内容を確かめて、もう一度選んでください。"
# What a person is told that stays.
STAYS = (
    "番号・状態・日時と、集計の元になる数",
    "操作の記録（名前や連絡先は入っていません）",
    "団体が公開した募集の内容",
)


def record_search(rows: Sequence[StoredRow], account: Account, actor: Actor) -> None:
    """Note that somebody's data was looked for: who looked, and the ids of what they were shown."""
    audit.record(account, "find_person", actor, rows=len(rows), **_ids(rows))


def erase(asked: PersonWords, chosen: Iterable[str], actor: Actor, *, reference: str, reason: str) -> RetentionRun:
    """End the chosen rows (`StoredRow.key`) and tell the person at the addresses that stood there. Returns the run with its numbers.

    They are looked for again: what is no longer found by what was asked, or has to stay, is refused and nothing is done. Raises BadField
    (`reference`, `chosen`), ReasonMissing, Refused.
    """
    reference = workflow.not_too_long(" ".join(reference.split()), "求めの番号", REFERENCE_MOST, "reference")
    reason = workflow.not_too_long(reason, "理由", REASON_MOST)
    keys = set(chosen)
    if not keys:
        raise BadField(NOTHING_CHOSEN, "chosen")
    if not reference:
        raise BadField(NO_REFERENCE, "reference")
    if not reason:
        raise ReasonMissing(NO_REASON)
    rows = [row for row in person_data.found(asked, actor) if row.key in keys and not row.kept]
    if len(rows) != len(keys):
        raise Refused(CHANGED)
    addresses = sorted({row.address for row in rows if outbox.deliverable(row.address)})
    for row in rows:
        _ENDS[row.kind](row.id, actor)
    numbers = Counter(LABELS[row.kind] for row in rows)
    run = RetentionRun(account_id=actor.account_id, numbers=dict(numbers))
    db.session.add(run)
    db.session.flush()
    words = {"reason": f"求め：{reference}\n{reason}", "actor_id": actor.account_id, "actor_name": actor.name}
    db.session.add(Review(**subject_of(run), revision=0, action="erase_person", created_at=clock.now(), **words))
    audit.record(run, "erase_person", actor, rows=len(rows), **_ids(rows))
    lines = [f"{label}　{number}件" for label, number in numbers.items()]
    for address in addresses:
        outbox.enqueue("person_erased", address, {"deleted": lines, "stays": STAYS, "reference": f"E-{run.id:05}"}, about=run)
    after_commit(forget_log)
    return run


def end_account(account: Account) -> None:
    """End an account and forget its person, as the retention does when nobody has used it for long, and their names beside what they wrote."""
    persons.end_accounts([account.id])
    for table in (SavedView, TrainingAttempt, StaffSession):
        _run(delete(table).where(table.account_id == account.id))
    persons.end_mails(or_(OutboxMail.account_id == account.id, OutboxMail.about(account)))
    _run(update(Review).where(Review.actor_id == account.id).values(actor_name=""))
    _run(update(Review).where(Review.about(account)).values(dict(persons.REVIEW)))
    for wrote in (StaffNote, ThreadMessage):
        _run(update(wrote).where(wrote.author_id == account.id).values(author_name=""))
    _run(update(Account).where(Account.id == account.id).values(dict(persons.ACCOUNT)))
    db.session.refresh(account)


def _candidate(number: int, _actor: Actor) -> None:
    candidate_end.erase(db.session.get_one(Candidate, number), SYSTEM, seen_version=None, last_words=False)


def _case(number: int, _actor: Actor) -> None:
    """The contact of every revision, the words by which the case is found, and the mails to it."""
    revisions = list(db.session.execute(select(SubmissionRevision.id).where(SubmissionRevision.submission_id == number)).scalars())
    persons.forget_words(revisions)
    _run(update(SubmissionContact).where(SubmissionContact.revision_id.in_(revisions)).values(dict(persons.CONTACT)))
    persons.end_mails((OutboxMail.subject == "submission") & (OutboxMail.subject_id == number))


def _account(number: int, _actor: Actor) -> None:
    end_account(db.session.get_one(Account, number))


def _alert(number: int, actor: Actor) -> None:
    subscription.stop(number, actor)


def _mail(number: int, _actor: Actor) -> None:
    persons.end_mails(OutboxMail.id == number)


def _blank(table: type[Any], values: Any) -> Callable[[int, Actor], None]:
    return lambda number, _actor: _run(update(table).where(table.id == number).values(dict(values)))


def _whole(table: type[Any]) -> Callable[[int, Actor], None]:
    return lambda number, _actor: _run(delete(table).where(table.id == number))


def _run(statement: Any) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})


_ENDS: dict[str, Callable[[int, Actor], None]] = {
    "candidate": _candidate,
    "submission": _case,
    "account": _account,
    "search_alert": _alert,
    "keying": _blank(Keying, persons.KEYING),
    "entry_draft": _whole(EntryDraft),
    "outbox_mail": _mail,
    "thread_message": _whole(ThreadMessage),
    "staff_note": _whole(StaffNote),
    "review": _blank(Review, persons.REVIEW),
    "saved_view": _whole(SavedView),
}


def _ids(rows: Sequence[StoredRow]) -> dict[str, Any]:
    """The ids of rows by kind, for an event."""
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row.id)
    return found
