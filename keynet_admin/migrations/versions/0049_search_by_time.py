"""0049 the public table knows part of the day, period, commuting by car, online interviews, and nurses' postings open to assistant nurses

Revision: 0049; follows: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

LISTING = sa.table("listing", sa.column("days"), sa.column("slots"))
INDEXES = {
    "new": ("listed_at",),
    "ending": ("open_until",),
    "pay": ("pay_hour",),
    "prefecture": ("prefecture_code", "listed_at"),
    "job": ("job_type", "listed_at"),
}
SHOWN = sa.text("state = 'listed'")
MARKS = ("also_junior", "car", "online")


def upgrade() -> None:
    """Go up. Weekdays become those days in all parts of the day until `flask refresh-listing`, which follows by itself, reads the hours."""
    # Before the long columns: SQLite reads a row from its beginning.
    sqlite = op.get_bind().dialect.name == "sqlite"
    place = {"insert_after": "days"} if sqlite else {}
    _drop_indexes()
    with op.batch_alter_table("listing", recreate="always" if sqlite else "auto") as batch_op:
        batch_op.add_column(sa.Column("slots", sa.BigInteger(), nullable=False, server_default="0"), **place)
        for name in ("term_start", "term_end"):
            batch_op.add_column(sa.Column(name, sa.Date(), nullable=True), **place)
        for name in MARKS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()), **place)
    days, slots = LISTING.c.days, sa.literal(0, sa.BigInteger())
    for at in range(8):
        slots = slots + sa.case((days.op("&")(1 << at) != 0, sa.literal(15 << 4 * at, sa.BigInteger())), else_=0)
    op.execute(LISTING.update().where(days != 0).values(slots=slots))
    with op.batch_alter_table("listing") as batch_op:
        batch_op.drop_column("days")
        batch_op.alter_column("slots", existing_type=sa.BigInteger(), server_default=None)
        for name in MARKS:
            batch_op.alter_column(name, existing_type=sa.Boolean(), server_default=None)
    _make_indexes()


def downgrade() -> None:
    """Go back to the weekdays alone."""
    _drop_indexes()
    with op.batch_alter_table("listing") as batch_op:
        batch_op.add_column(sa.Column("days", sa.Integer(), nullable=False, server_default="0"))
    days = sa.literal(0, sa.Integer())
    for at in range(8):
        days = days + sa.case((LISTING.c.slots.op("&")(15 << 4 * at) != 0, 1 << at), else_=0)
    op.execute(LISTING.update().where(LISTING.c.slots != 0).values(days=days))
    with op.batch_alter_table("listing") as batch_op:
        batch_op.alter_column("days", existing_type=sa.Integer(), server_default=None)
        for name in ("slots", "term_start", "term_end", *MARKS):
            batch_op.drop_column(name)
    _make_indexes()


def _drop_indexes() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_listing_{name}", table_name="listing")


def _make_indexes() -> None:
    for name, columns in INDEXES.items():
        op.create_index(f"ix_listing_{name}", "listing", [*columns, "posting_id"], sqlite_where=SHOWN, postgresql_where=SHOWN)
