"""Taking a backup while the program runs, and asking whether one is whole."""

import tempfile
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from keynet_admin import clock, config
from keynet_admin.extensions import db, reading
from keynet_admin.services.backup import archive, postgres_copy, sqlite_copy
from keynet_admin.services.backup.archive import BackupManifest, BackupWriter, BadBackup


def take(target: Path, recipients: tuple[str, ...] = ()) -> BackupManifest:
    """Write a backup of the database and the instance folder's keys. Raises BadBackup when the database has no tables yet."""
    revision = present_revision()
    if revision is None:
        raise BadBackup("データベースがまだ準備されていません（flask --app wsgi db upgrade）。")

    def fill(writer: BackupWriter) -> BackupManifest:
        moment = clock.now().isoformat()  # before the snapshot: whatever was acknowledged until now is in it
        kind = db.engine.dialect.name
        columns: dict[str, list[str]] = {}
        sequences: dict[str, int] = {}
        if kind == "sqlite":
            sums, log = sqlite_copy.copy_into(writer)
        else:
            sums, columns, sequences, log = postgres_copy.copy_into(writer)
        writer.add_instance(config.current().instance)
        program = archive.program_version()
        return BackupManifest(program, revision, kind, moment, sums, writer.files, columns, sequences, log)

    return archive.write(target, fill, recipients)


def verify(file: Path, identity: Path | None = None) -> BackupManifest:
    """Read a backup whole and hold it to its manifest. Raises BadBackup."""
    with archive.opened(file, identity) as (content, manifest):
        archive.verify(content, manifest)
        if manifest.database == "sqlite":
            with tempfile.TemporaryDirectory(prefix=".keynet-", dir=file.parent) as folder:
                copy = Path(folder) / sqlite_copy.MEMBER
                archive.extract(content, sqlite_copy.MEMBER, copy)
                if sqlite_copy.sums(copy) != manifest.tables:
                    raise BadBackup("バックアップのデータベースが目録と違います。")
        return manifest


def present_revision() -> str | None:
    """The migration at which the database stands; None for one without tables."""
    with reading(), db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return MigrationContext.configure(connection).get_current_revision()
