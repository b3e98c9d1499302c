"""0053 the orders of the visitors' list are kept in memory: two indexes less to write at each publication

Revision: 0053; follows: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

INDEXES = {"new": "listed_at", "pay": "pay_hour"}
SHOWN = sa.text("state = 'listed'")


def upgrade() -> None:
    """Drop them."""
    for name in INDEXES:
        op.drop_index(f"ix_listing_{name}", table_name="listing")


def downgrade() -> None:
    """Make them again."""
    for name, column in INDEXES.items():
        op.create_index(f"ix_listing_{name}", "listing", [column, "posting_id"], sqlite_where=SHOWN, postgresql_where=SHOWN)
