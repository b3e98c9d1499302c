"""0058 the audit log is sealed event by event, and nothing of it can be changed

Revision: 0058; follows: 0057
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

TABLES = ("audit_event", "audit_seal", "audit_check")
KEYS = {"audit_event": "id", "audit_seal": "position", "audit_check": "id"}
EVENT = sa.table(
    "audit_event",
    sa.column("id", sa.Integer()),
    sa.column("at"),
    sa.column("actor_kind", sa.String()),
    sa.column("actor_id", sa.Integer()),
    sa.column("organization_id", sa.Integer()),
    sa.column("subject", sa.String()),
    sa.column("subject_id", sa.Integer()),
    sa.column("action", sa.String()),
    sa.column("codes", sa.Text()),
    sa.column("state", sa.String()),
)
SEAL = sa.table("audit_seal", sa.column("position", sa.Integer()), sa.column("event_id", sa.Integer()), sa.column("digest", sa.String()))
BATCH = 1000
REFUSED = "the audit log is only ever added to"


def upgrade() -> None:
    """Two tables, a seal for each event that is there, in the order of ids, and the triggers."""
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
    )
    op.create_index("ix_audit_seal_event_id", "audit_seal", ["event_id"])
    op.create_table(
        "audit_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
        sa.UniqueConstraint("month", name=op.f("uq_audit_check_month")),
    )
    _seal_all(op.get_bind())
    _close(op.get_bind().dialect.name)


def _seal_all(connection: sa.Connection) -> None:
    position, digest, last = 0, "0" * 64, 0
    while rows := connection.execute(sa.select(EVENT).where(EVENT.c.id > last).order_by(EVENT.c.id).limit(BATCH)).all():
        seals = []
        for row in rows:
            position, digest = position + 1, _digest(digest, dict(row._mapping))
            seals.append({"position": position, "event_id": row.id, "digest": digest})
        connection.execute(SEAL.insert(), seals)
        last = rows[-1].id


def _digest(previous: str, event: dict[str, Any]) -> str:
    moment = event["at"]
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    content = event | {"at": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    return hashlib.sha256(f"{previous}\n{json.dumps(content, sort_keys=True, separators=(',', ':'))}".encode("ascii")).hexdigest()


def _close(dialect: str) -> None:
    """Whoever has to copy one of these tables on SQLite (`batch_alter_table`) loses its triggers and makes them again."""
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()"
            )
        return
    for table in TABLES:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for act in ("update", "delete"):
            op.execute(f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} {refuse}")
        # INSERT OR REPLACE deletes without asking the trigger for deletions.
        there = f"NEW.{KEYS[table]} IN (SELECT {KEYS[table]} FROM {table})"  # noqa: S608
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}")


def downgrade() -> None:
    """Go back; what was sealed is sealed anew on the next way up."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_only_added_to() CASCADE")
    else:
        for act in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER audit_event_no_{act}")
    op.drop_table("audit_check")
    op.drop_table("audit_seal")
