"""Alembic's environment: the application's engine and tables; one transaction a migration run.

When the tables are at their newest, the public table is made anew if the code that derives it has changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Enum

from keynet_admin.extensions import db, reading
from keynet_admin.models.base import AsciiJson, UtcDateTime
from keynet_admin.services.listing import refresh
from keynet_admin.services.search import remade

SEARCH = ("listing_search", "submission_search_index")


def include_object(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave the search index's own tables out of the comparison with the models: they are made by hand for each database."""
    return not (kind in ("table", "index") and name is not None and name.removeprefix("ix_").startswith(SEARCH))


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our column types as plain SQL ones, so that a landed migration never depends on today's models."""
    if kind == "type":
        plain = {UtcDateTime: "sa.DateTime(timezone=True)", AsciiJson: "sa.Text()", Enum: "sa.String(length=24)"}
        return plain.get(type(item), False)
    return False


@contextmanager
def _tables_may_be_copied(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it, and dropping the old one would count as deleting rows that others refer to."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection  # outside of any transaction, where alone SQLite listens to this
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if wrong := raw.execute("PRAGMA foreign_key_check").fetchall():
            raise SystemExit(f"references to missing rows: {wrong[:10]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Run the asked migrations on the application's database."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection, _tables_may_be_copied(connection):
        context.configure(
            connection=connection, target_metadata=db.metadata, include_object=include_object, render_item=render_item, **options
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        at_head = set(context.get_context().get_current_heads()) == set(context.script.get_heads())
    with reading():
        stale = [part for part in (refresh, remade) if at_head and part.is_stale()]
        db.session.rollback()
    for part in stale:
        part.run()


if context.is_offline_mode():
    raise SystemExit("offline mode is not supported: the migrations look at the database they run on")
run()
