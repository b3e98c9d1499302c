"""0038 since when a posting waits for the service center

Revision: 0038; follows: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """One column, filled with the best that is known, and its index."""
    with op.batch_alter_table("posting") as posting:
        posting.add_column(sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
        posting.create_index("ix_posting_waits_since_id", ["waits_since", "id"])
    op.execute("UPDATE posting SET waits_since = changed_at WHERE status = 'awaiting_release' OR release_asked")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("posting") as posting:
        posting.drop_index("ix_posting_waits_since_id")
        posting.drop_column("waits_since")
