"""Backup of a PostgreSQL database: every table by COPY out of one snapshot, and back by COPY in one transaction.

Needs neither `pg_dump` nor a superuser. References and triggers are taken off while the rows come back and are put on again before the
commit, which checks every reference.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from psycopg import Connection as Psycopg
from psycopg import sql

from keynet_admin.extensions import db, reading
from keynet_admin.services.backup.archive import BackupManifest, BackupWriter, BadBackup, LogEnd, TableSum, log_end

Buffer: TypeAlias = bytes | bytearray | memoryview
FOLDER, ENDING = "tables/", ".copy"
_PIECE = 1 << 20
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_COLUMNS = """SELECT column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"""
_KEY = """SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL"
_REFERENCES = """SELECT c.conname, t.relname, pg_get_constraintdef(c.oid) FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace"""
_FUNCTIONS = """SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
# How far the numbers of rows jump: what was mailed or noted about a row that the backup does not have means no other one later.
ROWS_LATER = 1000


@contextmanager
def _snapshot() -> Iterator[Psycopg[Any]]:
    """A connection on which every query sees the same moment."""
    with reading(), db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SELECT 1")
        yield _raw(connection)


def _raw(connection: Any) -> Psycopg[Any]:
    raw: Psycopg[Any] = connection.connection.driver_connection
    return raw


def copy_into(writer: BackupWriter) -> tuple[dict[str, TableSum], dict[str, list[str]], dict[str, int], LogEnd | None]:
    """Write every table of one moment into the archive. Returns their sums, their columns, where the sequences stand, and the log's end."""
    sums, columns = {}, {}
    with _snapshot() as raw:
        for table in table_names(raw):
            columns[table] = [name for (name,) in raw.execute(_COLUMNS, (table,))]
            counted = _Counted(_out(raw, table, columns[table]))
            sha256 = writer.add(f"{FOLDER}{table}{ENDING}", counted)
            sums[table] = TableSum(counted.rows, sha256)
        sequences = dict(raw.execute(_SEQUENCES).fetchall())
        return sums, columns, sequences, log_end(raw, sums)


class _Counted:
    """Pieces of a COPY in text form, in which a line's end ends a row and nothing else does."""

    def __init__(self, pieces: Iterable[Buffer]) -> None:
        self.pieces, self.rows = pieces, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            content = bytes(piece)
            self.rows += content.count(b"\n")
            yield content


def table_names(raw: Psycopg[Any]) -> list[str]:
    """The tables of the program's schema."""
    return [name for (name,) in raw.execute(_TABLES)]


def _out(raw: Psycopg[Any], table: str, columns: list[str]) -> Iterator[Buffer]:
    key = [name for (name,) in raw.execute(_KEY, (sql.Identifier(table).as_string(raw),))] or columns
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(_names(columns), sql.Identifier(table), _names(key))
    with raw.cursor() as cursor, cursor.copy(query) as copy:
        yield from copy


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def drop_tables() -> None:
    """Make the program's schema empty: tables and our own functions."""
    with db.engine.connect() as connection:
        raw = _raw(connection)
        connection.exec_driver_sql("SELECT 1")
        if tables := table_names(raw):
            raw.execute(sql.SQL("DROP TABLE {} CASCADE").format(_names(tables)))
        for (function,) in raw.execute(_FUNCTIONS).fetchall():
            raw.execute(sql.SQL("DROP ROUTINE {} CASCADE").format(sql.SQL(function)))
        connection.commit()


def put_back(archive: zipfile.ZipFile, manifest: BackupManifest) -> None:
    """Replace the content of all tables by the backup's, in one transaction that ends well only if everything is as it was.

    The tables are those of the backup's migration. Raises BadBackup.
    """
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        raw = _raw(connection)
        if set(table_names(raw)) != set(manifest.tables):
            raise BadBackup("バックアップの表が、この版のプログラムの表と違います。")
        references = raw.execute(_REFERENCES).fetchall()
        tables = [sql.Identifier(table) for table in manifest.tables]
        for name, table, _definition in references:
            raw.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name)))
        _triggers(raw, tables, "DISABLE")
        raw.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))
        for table, wanted in manifest.tables.items():
            _in(raw, archive, table, manifest.columns[table])
            if _sum(raw, table, manifest.columns[table]) != wanted:
                raise BadBackup(f"戻した内容がバックアップと違います（{table}）。何も変えていません。")
        _triggers(raw, tables, "ENABLE")
        for name, table, definition in references:
            change = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
            raw.execute(change.format(sql.Identifier(table), sql.Identifier(name), sql.SQL(definition)))
        for sequence, last in manifest.sequences.items():
            raw.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (sequence, last + ROWS_LATER))
        connection.commit()


def _triggers(raw: Psycopg[Any], tables: list[sql.Identifier], change: str) -> None:
    for table in tables:
        raw.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(table, sql.SQL(change)))


def _in(raw: Psycopg[Any], archive: zipfile.ZipFile, table: str, columns: list[str]) -> None:
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns))
    with raw.cursor() as cursor, cursor.copy(query) as copy, archive.open(f"{FOLDER}{table}{ENDING}") as member:
        while piece := member.read(_PIECE):
            copy.write(piece)


def _sum(raw: Psycopg[Any], table: str, columns: list[str]) -> TableSum:
    found, counted = hashlib.sha256(), _Counted(_out(raw, table, columns))
    for piece in counted:
        found.update(piece)
    return TableSum(counted.rows, found.hexdigest())
