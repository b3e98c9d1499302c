"""Master data that administrators change, and how every process comes to know of it.

Law dates, office closures and replaced codes are kept in memory by the pure code that judges with them. A change raises one number in its
own transaction; each process compares it (at most every two seconds before a request, and before each job) and reads the tables anew.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from keynet_admin import business_time
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.reference import LawDate
from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Counter, LawDateRecord, MunicipalitySuccessor, NurseCenterRecord, OfficeClosure, Partner, Submission
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, business_days
from keynet_admin.services.partner import partners
from keynet_admin.services.submission.lists import counted_from, paused
from keynet_admin.services.transaction import after_commit, before_commit, rows_changed

VERSION = "reference"
EVERY = 2.0

_known: tuple[str, int] = ("", -1)  # the database's address and the number that memory stands for
_looked = 0.0


def refresh(*, now: bool = False) -> None:
    """Read the tables when the number has changed since this process last looked. `now`: look whenever that was."""
    global _looked
    here = str(db.engine.url)
    if not now and _known[0] == here and time.monotonic() - _looked < EVERY:
        return
    _looked = time.monotonic()
    try:
        number = db.session.execute(select(Counter.value).where(Counter.name == VERSION)).scalar_one_or_none() or 0
        if _known != (here, number):
            _read(here, number)
    except SQLAlchemyError:
        db.session.rollback()  # no database, or none with tables yet: what uses it next says so better


def changed() -> None:
    """Tell all processes that master data were changed in this transaction."""
    before_commit(_raise_number)
    after_commit(_refresh_now)


def saved(row: Any, actor: Actor, fields: Sequence[str], *, added: bool) -> None:
    """What belongs to a change by hand: right, checks over several rows, mark, audit event, deadlines. Raises NotPermitted, Refused."""
    if not can(actor, Permission.reference_edit):
        raise NotPermitted("この内容を変更する権限がありません。")
    row.edited = True
    before = _closures_before() if isinstance(row, OfficeClosure) else {}
    db.session.flush()
    if isinstance(row, LawDateRecord):
        _refuse_overlap(row)
    if isinstance(row, MunicipalitySuccessor):
        _refuse_code(row)
    audit.record(row, "add" if added else "change", actor, fields=fields)
    if isinstance(row, OfficeClosure):
        _move_deadlines(before)
    changed()
    if isinstance(row, (NurseCenterRecord, Partner)) and not added:
        partners.edited(row, actor, fields)


def _read(here: str, number: int) -> None:
    """Bring memory up to the tables. Number 0: nobody has changed anything, the files say it all."""
    global _known
    if number == 0:
        reference.use(None, {})
        business_days.use({})
        _known = (here, number)
        return
    dates = [
        LawDate(row.key, row.valid_from, row.valid_to, date.fromisoformat(row.value), row.basis)
        for row in db.session.execute(select(LawDateRecord).order_by(LawDateRecord.key, LawDateRecord.valid_from)).scalars()
    ]
    business_days.use(_closures())
    rows = db.session.execute(select(MunicipalitySuccessor).where(MunicipalitySuccessor.active)).scalars()
    reference.use(tuple(dates) or None, {row.old_code: (row.new_code, row.valid_from) for row in rows})
    _known = (here, number)


def _closures() -> dict[str, dict[date, str]]:
    found: defaultdict[str, dict[date, str]] = defaultdict(dict)
    columns = OfficeClosure.prefecture_code, OfficeClosure.day, OfficeClosure.reason
    for prefecture_code, day, reason in db.session.execute(select(*columns).where(OfficeClosure.active)):
        found[prefecture_code][day] = reason
    return dict(found)


def _closures_before() -> dict[date, str]:
    """The closures of the whole service without the change that is about to be flushed, under the lock of the number.

    Who changes another closure at the same moment waits here and reads ours. Transactions that lock a case never lock the number.
    """
    with db.session.no_autoflush:
        _lock_number()
        return _closures().get("", {})


def _lock_number() -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(Counter).values(name=VERSION, value=0).on_conflict_do_nothing())
    db.session.execute(select(Counter.value).where(Counter.name == VERSION).with_for_update())


def _raise_number() -> None:
    _lock_number()
    rows_changed(update(Counter).where(Counter.name == VERSION).values(value=Counter.value + 1))


def _refresh_now() -> None:
    refresh(now=True)


def _refuse_overlap(row: LawDateRecord) -> None:
    """Two periods of one key must not overlap: one day has one date."""
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise Refused("「適用の終わり」が「適用の始まり」より前です。")
    others = db.session.execute(select(LawDateRecord).where(LawDateRecord.key == row.key, LawDateRecord.id != row.id)).scalars()
    for other in others:
        if row.valid_from <= (other.valid_to or date.max) and other.valid_from <= (row.valid_to or date.max):
            raise Refused(f"{other.valid_from.isoformat()}から始まる期間と重なっています。先にその期間の終わりを直してください。")


def _refuse_code(row: MunicipalitySuccessor) -> None:
    if reference.municipality(row.new_code) is None:
        raise Refused("新しいコードが、団体コードの一覧にありません。")
    if row.old_code == row.new_code:
        raise Refused("古いコードと新しいコードが同じです。")


@dataclass(frozen=True)
class MovedDeadline:
    """A waiting case whose deadline another set of closures moves."""

    id: int
    receipt_no: str
    org_name: str
    old: datetime
    new: datetime


def effect_of(day: date, prefecture_code: str, active: bool) -> list[MovedDeadline]:
    """What saving such a closure would move, the earliest deadline first (reads only). Only closures of the whole service move deadlines."""
    if prefecture_code:
        return []
    with db.session.no_autoflush:
        before = _closures().get("", {})
    after = before | {day: ""} if active else {known: reason for known, reason in before.items() if known != day}
    return sorted((row for row, *_ in _moved(before, after)), key=lambda row: (row.old, row.id))


def _moved(before: Mapping[date, str], after: Mapping[date, str]) -> Iterator[tuple[MovedDeadline, datetime]]:
    """The waiting cases that have another deadline under the second closures, each with its last receipt."""
    if before.keys() == after.keys():
        return
    columns = Submission.id, Submission.receipt_no, Submission.org_name, Submission.due_at, Submission.received_at, counted_from(), paused()
    waiting = select(*columns).where(Submission.awaiting_review(), Submission.due_at.is_not(None))
    for number, receipt_no, name, due, received, begun, still in db.session.execute(waiting.order_by(Submission.id)).all():
        promised = ((business_time.promise_due(begun, closures), closures) for closures in (before, after))
        old, new = (business_time.due_after_pause(moment, still, closures) for moment, closures in promised)
        if old != new and old == due:
            yield MovedDeadline(number, receipt_no, name, old, new), received


def _move_deadlines(before: Mapping[date, str]) -> None:
    """Give the waiting cases the deadline that the closures as they are now make of their receipt (or reopening). Others are left alone.

    A case that is decided or returned at the same moment keeps what the decision makes of its deadline.
    """
    for row, received in _moved(before, _closures().get("", {})):
        same = Submission.id == row.id, Submission.awaiting_review(), Submission.received_at == received, Submission.due_at == row.old
        db.session.execute(update(Submission).where(*same).values(due_at=row.new))
