"""0016 the day on which a published posting goes live, and small changes that nobody has looked at

Revision: 0016; follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNSEEN = "look_from IS NOT NULL"


def upgrade() -> None:
    """Go up. Whatever is published already stays as it is."""
    op.add_column("posting", sa.Column("opens_on", sa.Date(), nullable=True))
    op.add_column("posting", sa.Column("look_from", sa.Integer(), nullable=True))
    where = sa.text(UNSEEN)
    op.create_index("ix_posting_small", "posting", ["changed_at", "id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_posting_small", table_name="posting")
    for name in ("look_from", "opens_on"):
        op.drop_column("posting", name)
