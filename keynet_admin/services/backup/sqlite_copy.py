"""Backup of a SQLite database: a whole copy of one moment, made while others write, and put back in one transaction."""

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from keynet_admin.extensions import db
from keynet_admin.services.backup.archive import BackupWriter, BadBackup, LogEnd, TableSum, log_end

MEMBER = "database.sqlite"
_PIECE = 1 << 20
# Real tables alone: those of a search index are read through the ones that it keeps its content in.
_TABLES = "SELECT name, sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def database_file() -> Path:
    """The file of the application's database."""
    return Path(str(db.engine.url.database))


def copy_into(writer: BackupWriter) -> tuple[dict[str, TableSum], LogEnd | None]:
    """Write the database as it is now into the archive, without what was deleted and still stands in its free pages. Returns sums and the log's end."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=database_file().parent) as folder:
        copy = Path(folder) / MEMBER
        with closing(sqlite3.connect(database_file(), timeout=30, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        copy.chmod(0o600)
        writer.add(MEMBER, _pieces(copy))
        found = sums(copy)
        with closing(sqlite3.connect(copy)) as connection:
            return found, log_end(connection, found)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            yield piece


def sums(file: Path) -> dict[str, TableSum]:
    """Rows and checksum of every table of a database file. Raises BadBackup when SQLite finds it broken."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise BadBackup("バックアップのデータベースが壊れています。")
            return {name: _sum(connection, name, by_rowid=not keyed) for name, keyed in connection.execute(_TABLES).fetchall()}
        except sqlite3.DatabaseError:
            raise BadBackup("バックアップのデータベースが壊れています。") from None


def _sum(connection: sqlite3.Connection, table: str, *, by_rowid: bool) -> TableSum:
    found, rows = hashlib.sha256(), 0
    for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY {"rowid" if by_rowid else "1, 2"}'):  # noqa: S608 - SQLite's own name
        found.update(repr(row).encode("utf-8", "surrogatepass"))
        rows += 1
    return TableSum(rows, found.hexdigest())


def put_back(copy: Path, target: Path) -> None:
    """Make a database file's content that of another, in one transaction: whoever has it open sees all of it or nothing."""
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(target, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        source.backup(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    target.chmod(0o600)
