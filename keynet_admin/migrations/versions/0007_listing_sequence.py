"""The public table gets a number of the change for each row, one end, and the states withdrawn and closed

Revision: 0007; follows: 0006
"""

import sqlalchemy as sa
from alembic import op

from keynet_admin import clock

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = {
    "new": ("listed_at",),
    "ending": ("open_until",),
    "pay": ("pay_hour",),
    "prefecture": ("prefecture_code", "listed_at"),
    "job": ("job_type", "listed_at"),
}
SHOWN = sa.text("state = 'listed'")


def upgrade() -> None:
    """Go up. `flask refresh-listing`, which follows by itself, makes `open_until` and the content anew from the live revisions."""
    _drop_indexes()
    # Before the long columns: SQLite reads a row from its beginning.
    sqlite = op.get_bind().dialect.name == "sqlite"
    place = {"insert_after": "posting_id"} if sqlite else {}
    with op.batch_alter_table("listing", recreate="always" if sqlite else "auto") as batch_op:
        batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=True), **place)
        batch_op.alter_column("listed_until", new_column_name="open_until", existing_type=sa.DateTime(timezone=True))
        batch_op.drop_column("card")
        batch_op.create_unique_constraint(op.f("uq_listing_sequence"), ["sequence"])
    _make_indexes("open_until")
    with op.batch_alter_table("listing_version") as batch_op:
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    _number_the_rows()
    with op.batch_alter_table("listing_version") as batch_op:
        batch_op.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    """Go back; withdrawn rows are left out, as they were not there before."""
    _drop_indexes()
    op.execute("DELETE FROM listing WHERE state = 'withdrawn'")
    op.execute("UPDATE listing SET state = 'tombstone' WHERE state = 'closed'")
    with op.batch_alter_table("listing_version") as batch_op:
        batch_op.drop_column("changed_at")
    with op.batch_alter_table("listing") as batch_op:
        batch_op.drop_constraint(op.f("uq_listing_sequence"), type_="unique")
        batch_op.drop_column("sequence")
        batch_op.add_column(sa.Column("card", sa.Text(), nullable=True))
        batch_op.alter_column("open_until", new_column_name="listed_until", existing_type=sa.DateTime(timezone=True))
    _make_indexes("listed_until")


def _number_the_rows() -> None:
    """Every row gets a number after those given so far, in the order of its last change."""
    connection = op.get_bind()
    op.execute("UPDATE listing SET state = 'closed' WHERE state = 'tombstone'")
    now = clock.now().replace(tzinfo=None) if connection.dialect.name == "sqlite" else clock.now()
    moment = sa.bindparam("now", now, type_=sa.DateTime(timezone=True))
    if connection.scalar(sa.text("SELECT count(*) FROM listing_version WHERE id = 1")) == 0:
        connection.execute(sa.text("INSERT INTO listing_version (id, number) VALUES (1, 0)"))
    connection.execute(
        sa.text(
            "UPDATE listing SET sequence = numbered.place + (SELECT number FROM listing_version WHERE id = 1) FROM "
            "(SELECT posting_id AS id, row_number() OVER (ORDER BY changed_at, posting_id) AS place FROM listing) AS numbered "
            "WHERE listing.posting_id = numbered.id"
        )
    )
    connection.execute(
        sa.text("UPDATE listing_version SET changed_at = :now, number = number + (SELECT count(*) FROM listing)").bindparams(moment)
    )


def _drop_indexes() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_listing_{name}", table_name="listing")


def _make_indexes(end: str) -> None:
    for name, columns in INDEXES.items():
        named = [end if column == "open_until" else column for column in columns]
        op.create_index(f"ix_listing_{name}", "listing", [*named, "posting_id"], sqlite_where=SHOWN, postgresql_where=SHOWN)
