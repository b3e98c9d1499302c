"""Alembic's environment: the application's engine and tables; one transaction a migration run.

When the tables are at their newest, the public table is made anew if the code that derives it has changed.
"""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Enum

from keynet_admin.extensions import db, reading
from keynet_admin.models.base import AsciiJson, UtcDateTime
from keynet_admin.services.listing import refresh

SEARCH = "listing_search"


def include_object(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave the search index's own tables out of the comparison with the models: they are made by hand for each database."""
    return not (kind in ("table", "index") and name is not None and name.startswith((SEARCH, f"ix_{SEARCH}")))


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our column types as plain SQL ones, so that a landed migration never depends on today's models."""
    if kind == "type":
        plain = {UtcDateTime: "sa.DateTime(timezone=True)", AsciiJson: "sa.Text()", Enum: "sa.String(length=24)"}
        return plain.get(type(item), False)
    return False


def run() -> None:
    """Run the asked migrations on the application's database."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=db.metadata, include_object=include_object, render_item=render_item, **options
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        at_head = set(context.get_context().get_current_heads()) == set(context.script.get_heads())
    with reading():
        stale = at_head and refresh.is_stale()
        db.session.rollback()
    if stale:
        refresh.run()


if context.is_offline_mode():
    raise SystemExit("offline mode is not supported: the migrations look at the database they run on")
run()
