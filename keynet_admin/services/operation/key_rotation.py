"""The installation's key is replaced, step by step: a new one is added, used, what is stored is made anew by it, and the old ones go.

`STORED` is all that is stored and can be made anew; `RUNNING` what is stored as a hash of something that we do not know any more, and has to
run out. What neither is stored nor runs out by itself (codes of copies, known browsers) ends with the old key, and the command says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update

from keynet_admin import clock, config, key_file
from keynet_admin.catalogue.display import long_time
from keynet_admin.errors import Refused
from keynet_admin.extensions import db, reading
from keynet_admin.key_file import KeyFile
from keynet_admin.models import Account, Authenticator, Candidate, FirstLogin, OutcomeLink, RecoveryCode, ReturnLink, SearchAlert
from keynet_admin.models.base import Setting
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit
from keynet_admin.services.access import factors, proof, secret_box
from keynet_admin.services.alert import keys as alert_keys
from keynet_admin.services.alert import subscription
from keynet_admin.services.candidate import access, person_keys
from keynet_admin.services.submission.draft import LIFE
from keynet_admin.services.transaction import rows_changed, transaction

BATCH = 200
# Within it all processes are restarted after `use`: until then the older key may still have been written with.
SETTLED = timedelta(days=1)


class StillNeeded(Refused):
    """The older keys cannot go yet."""


@dataclass(frozen=True)
class StoredByKey:
    """Rows that hold something made with a key. `renewed` gives the columns to write anew, nothing when the newest key has made them."""

    label: str
    model: Any
    renewed: Callable[[Any], dict[str, Any]]
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True)
class RunningCodes:
    """Rows with a hash of a typed code that somebody still may type. `open`: where-clauses beside its end."""

    label: str
    model: Any
    open: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True)
class StillRunning:
    """So many codes that an older key may have made run until then."""

    label: str
    count: int
    until: datetime


STORED = (
    StoredByKey("認証アプリの鍵", Authenticator, proof.renewed),
    StoredByKey(
        "応募者のページのリンクと目印", Candidate, lambda row: access.renewed(row) | person_keys.renewed(row), (Candidate.salt != "",)
    ),
    StoredByKey("新しい募集のメールのリンクと目印", SearchAlert, lambda row: alert_keys.renewed(row) | subscription.renewed(row)),
)
RUNNING = (
    RunningCodes(
        "初回ログインとパスワード再設定のコード",
        FirstLogin,
        (FirstLogin.used_at.is_(None), FirstLogin.replaced_at.is_(None), FirstLogin.cancelled_at.is_(None)),
    ),
    RunningCodes("再入力のコード", ReturnLink, (ReturnLink.closed_at.is_(None), ReturnLink.code_hash.is_not(None))),
    RunningCodes("採用人数の回答のコード", OutcomeLink),
)


def file() -> KeyFile:
    """How the keys of this installation stand."""
    return key_file.read(config.current().instance)


def add() -> KeyFile:
    """Add a new key, for reading only. Raises BadStep."""
    with transaction():
        audit.record(Setting(), "add_key", SYSTEM)
        return key_file.add(config.current().instance)


def use() -> KeyFile:
    """Let the new key write from the next start of each process on. Raises BadStep."""
    with transaction():
        audit.record(Setting(), "use_key", SYSTEM)
        return key_file.use(config.current().instance, clock.now())


def renew() -> dict[str, int]:
    """Make anew what is stored, batch by batch (commits): how many rows, by label. What is done already stays; rows in use are left out."""
    done = {stored.label: sum(_renewed(stored)) for stored in STORED}
    if any(done.values()):
        with transaction():
            audit.record(Setting(), "renew_keys", SYSTEM, rows=sum(done.values()))
    return done


def left() -> dict[str, int]:
    """How many rows need an older key, by label (reads only)."""
    with reading():
        found = {stored.label: len(_to_renew(stored)) for stored in STORED}
        db.session.rollback()
    return {label: number for label, number in found.items() if number}


def running(since: datetime) -> list[StillRunning]:
    """The codes that a key may have made which wrote before this moment, and that are not over (reads only)."""
    found, now = [], clock.now()
    with reading():
        for codes in RUNNING:
            mine = codes.model.created_at < since + SETTLED, codes.model.expires_at > now, *codes.open
            count, until = db.session.execute(select(func.count(), func.max(codes.model.expires_at)).where(*mine)).one()
            if count:
                found.append(StillRunning(codes.label, count, until))
        db.session.rollback()
    return found


def earliest(standing: KeyFile) -> datetime:
    """When the older keys may go: all that was typed or mailed with them has run out."""
    since = standing.since or clock.now()  # unknown in a file that was written by hand
    return max([since + SETTLED + LIFE, *(codes.until for codes in running(since))])


def retire(*, at_once: bool = False) -> int:
    """Drop the older keys (commits). `at_once`: also while codes run that need them; recovery codes then end, too: how many accounts'.

    Raises BadStep, StillNeeded.
    """
    standing = file()
    key_file.without_older(standing)
    if config.current().secret_keys != standing.keys:
        raise StillNeeded("鍵のファイルが、いま変わりました。もう一度実行してください。")
    if missing := left():
        raise StillNeeded(f"古い鍵で作ったものが{sum(missing.values())}件残っています。先に rotate-key renew を実行してください。")
    if not at_once and clock.now() < (day := earliest(standing)):
        raise StillNeeded(f"古い鍵で作ったコードや途中の入力が、まだ使われます。{long_time(day)}を過ぎたら外せます。")
    ended = _end_recovery_codes(standing) if at_once else 0
    with transaction():
        audit.record(Setting(), "retire_key", SYSTEM)
        if at_once or not db.session.execute(select(exists().where(RecoveryCode.used_at.is_(None)))).scalar_one():
            secret_box.forget_subkeys(proof.RECOVERY)
        else:
            secret_box.keep_subkeys(proof.RECOVERY)
        key_file.retire(config.current().instance)
    return ended


def _end_recovery_codes(standing: KeyFile) -> int:
    before = RecoveryCode.created_at < (standing.since or clock.now()) + SETTLED
    with reading():
        holders = (
            db.session.execute(select(RecoveryCode.account_id).distinct().where(before, RecoveryCode.used_at.is_(None))).scalars().all()
        )
        db.session.rollback()
    for number in holders:
        with transaction():
            factors.end_recovery_codes(db.session.get_one(Account, number))
    return len(holders)


def _to_renew(stored: StoredByKey) -> list[int]:
    """The ids of the rows that need an older key, a batch in memory at a time."""
    found: list[int] = []
    last: int | None = 0
    while last is not None:
        query = select(stored.model).where(stored.model.id > last, *stored.where).order_by(stored.model.id).limit(BATCH)
        rows = db.session.execute(query).scalars().all()
        found += [row.id for row in rows if stored.renewed(row)]
        last = rows[-1].id if rows else None
        db.session.expunge_all()
    return found


def _renewed(stored: StoredByKey) -> Iterator[int]:
    """Batch by batch, each in a transaction of its own: whoever ends it in the middle begins again where it stopped."""
    with reading():
        ids = _to_renew(stored)
        db.session.rollback()
    for at in range(0, len(ids), BATCH):
        with transaction():
            query = select(stored.model).where(stored.model.id.in_(ids[at : at + BATCH]), *stored.where).order_by(stored.model.id)
            rows = db.session.execute(query.with_for_update(skip_locked=True)).scalars().all()
            changed = [(row.id, values) for row in rows if (values := stored.renewed(row))]
            for number, values in changed:
                rows_changed(update(stored.model).where(stored.model.id == number).values(values))
        db.session.expunge_all()
        yield len(changed)
