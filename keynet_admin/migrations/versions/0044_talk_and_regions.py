"""0044 whom a region's postings are told; what nobody has read in a thread

Revision: 0044; follows: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """One column and one index."""
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("prefectures", sa.Text(), server_default="[]", nullable=False))
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_thread_message_unread", "thread_message", ["subject", "subject_id"], sqlite_where=unread, postgresql_where=unread)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_thread_message_unread", table_name="thread_message")
    with op.batch_alter_table("account") as account:
        account.drop_column("prefectures")
