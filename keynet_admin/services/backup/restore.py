"""Putting a backup back: whole or not at all, brought up to this program's migration, and safe to serve from.

What was handed out after the backup's moment is not in it, but still out there: in mails, at partners, in the memory of running
processes. So numbers jump (receipt numbers, the public table's series), all sessions end, and what is over by now ends before anybody is served.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask_migrate import upgrade
from sqlalchemy import create_engine, inspect, literal_column, select, table, text, update

from keynet_admin import clock, config
from keynet_admin.clock import TOKYO
from keynet_admin.errors import Refused
from keynet_admin.extensions import db, prepare_engine, reading
from keynet_admin.models import Counter, Listing, ListingVersion, OutboxMail, PartnerItem, StaffSession
from keynet_admin.models.base import Setting
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit, counter, persons
from keynet_admin.services.audit_chain import check as chain
from keynet_admin.services.backup import archive, postgres_copy, sqlite_copy
from keynet_admin.services.backup.archive import INSTANCE, BackupManifest, BadBackup
from keynet_admin.services.backup.take import present_revision
from keynet_admin.services.listing import version
from keynet_admin.services.operation import site_state
from keynet_admin.services.transaction import rows_changed, transaction
from keynet_admin.vocabulary import MailStatus

NUMBERS_LATER = 1000
ROUNDS = "report_round"  # rounds of the report are counted, not only told apart
_OWN = ("account", "submission", "posting", "candidate")


Ready: TypeAlias = tuple[list[str], int, int, int]  # the fields of Restored between the manifest and the key


class NotEmpty(Refused):
    """The database to restore into holds something."""


@dataclass(frozen=True)
class Restored:
    """What came of it. `new_key`: the secret key is another one now, running processes have to be started again.

    `faults`: what is wrong with the log's chain up to the end that the manifest names.
    """

    manifest: BackupManifest
    faults: Sequence[str]
    purged: int
    waiting_mails: int
    sessions: int
    new_key: bool


def restore(file: Path, identity: Path | None = None, *, replace: bool = False) -> Restored:
    """Put a backup into the application's database. With none open; running processes see the old content until all of the new is there.

    Raises BadBackup, and NotEmpty when there are accounts or cases already and `replace` was not said.
    """
    with archive.opened(file, identity) as (content, manifest):
        archive.verify(content, manifest)
        _fits(manifest)
        revision = present_revision()
        if _holds_something() and not replace:
            raise NotEmpty("このデータベースには、すでに内容があります。置き換えるときは --replace を付けてください。")
        newest = _newest_number()
        if manifest.database == "sqlite":
            done = _into_sqlite(manifest, newest, lambda copy: archive.extract(content, sqlite_copy.MEMBER, copy))
        else:
            if revision not in (None, manifest.revision):
                postgres_copy.drop_tables()
            upgrade(revision=manifest.revision)
            postgres_copy.put_back(content, manifest)
            done = _made_ready(manifest, newest)
        before = _secret()
        for name in archive.KEPT_FILES:
            if INSTANCE + name in manifest.files:
                archive.extract(content, INSTANCE + name, config.current().instance / name)
        return Restored(manifest, *done, new_key=before != _secret())


def _fits(manifest: BackupManifest) -> None:
    here = db.engine.dialect.name
    if manifest.database != here:
        raise BadBackup(f"{manifest.database} のバックアップです。このデータベース（{here}）には戻せません。")
    try:
        ScriptDirectory(str(config.ROOT / "keynet_admin" / "migrations")).get_revision(manifest.revision)
    except CommandError:
        raise BadBackup(f"このプログラムより新しい版のバックアップです（{manifest.program}、{manifest.revision}）。") from None


def _holds_something() -> bool:
    with reading(), db.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        # By name alone: the tables may be older than the models.
        return any(
            connection.execute(select(literal_column("1")).select_from(table(name)).limit(1)).first() for name in _OWN if name in there
        )


def _newest_number() -> int:
    """The highest number of the public table's series that may have been handed out by the database that goes; 0 for none."""
    with reading(), db.engine.connect() as connection:
        if not inspect(connection).has_table(ListingVersion.__tablename__):
            return 0
        return connection.execute(text("SELECT max(number) FROM listing_version")).scalar_one() or 0


def _secret() -> bytes:
    file = config.current().instance / "secret-key"
    return file.read_bytes() if file.exists() else b""


def _into_sqlite(manifest: BackupManifest, newest: int, extract: Callable[[Path], None]) -> Ready:
    """Make everything ready in a file beside the database, then take it over in one transaction."""
    target = sqlite_copy.database_file()
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=target.parent) as folder:
        copy = Path(folder) / "keynet.db"
        extract(copy)
        if sqlite_copy.sums(copy) != manifest.tables:
            raise BadBackup("バックアップのデータベースが目録と違います。")
        with _working_on(copy):
            done = _made_ready(manifest, newest)
        try:
            sqlite_copy.put_back(copy, target)
        except sqlite3.OperationalError as error:
            raise BadBackup(f"データベースに書き込めません（{error}）。何も変えていません。") from None
    return done


@contextmanager
def _working_on(file: Path) -> Iterator[None]:
    """Inside the block the application's database is this file."""
    db.session.remove()
    engines: dict[str | None, Any] = db.engines  # type: ignore[assignment]
    before = engines[None]
    engines[None] = engine = create_engine(f"sqlite:///{file}", hide_parameters=True)
    prepare_engine(engine)
    try:
        yield
    finally:
        db.session.remove()
        engine.dispose()
        engines[None] = before


def _made_ready(manifest: BackupManifest, newest: int) -> Ready:
    """Bring the tables to this program's migration, let numbers jump and sessions end, and end what is over. Returns what the report says."""
    upgrade()
    faults = _faults_of_the_log(manifest)
    with transaction(even_read_only=True):
        if faults and manifest.log is not None:
            chain.keep(chain.Verification(manifest.log.position, manifest.log.digest, faults))
        site_state.allow_writing(SYSTEM)  # who moves stops writing, backs up, restores: the copy begins anew
        sessions = rows_changed(update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=clock.now()))
        _renumber(newest)
        _jump(manifest.taken_at)
        audit.record(Setting(), "restore_backup", SYSTEM, of=manifest.moment, revision=manifest.revision)
    purged = sum(number for _entry, number in persons.purge())
    with reading():
        waiting = select(OutboxMail.id).where(OutboxMail.status == MailStatus.waiting)
        mails = len(db.session.execute(waiting).all())
        db.session.rollback()
    return faults, purged, mails, sessions


def _faults_of_the_log(manifest: BackupManifest) -> list[str]:
    """A log that is not whole stops nothing (0071): whoever restores is told, and the administrators by mail."""
    if manifest.log is None:
        return []
    with reading():
        found = list(chain.whole({manifest.log.position: manifest.log.digest} if manifest.log.position else {}))
        db.session.rollback()
    return found


def _renumber(newest: int) -> None:
    """Give all public rows and all partners' lines numbers that nobody has seen, in their order: who asks for news gets everything."""
    here = db.session.execute(select(ListingVersion.number).where(ListingVersion.id == 1)).scalar_one()
    step = max(newest - here, 0) + version.RESTORED
    for column in (Listing.sequence, PartnerItem.sequence):
        rows_changed(update(column.class_).where(column.is_not(None)).values({column: column + step}))
    version.take(step)


def _jump(moment: datetime) -> None:
    """No number that people have read since the backup is given to anything else."""
    rows_changed(update(Counter).where(Counter.name != ROUNDS).values(value=Counter.value + NUMBERS_LATER))
    day, last = moment.astimezone(TOKYO).date(), clock.today()
    while day <= last:
        counter.next_numbers(f"receipt:{day:%y%m%d}", NUMBERS_LATER)
        day += timedelta(days=1)
