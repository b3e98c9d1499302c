"""0015 draft versions

Revision: 0015; follows: 0014

A draft carries a version, and beside it the copy of a page that was opened before somebody saved something else.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.add_column("entry_draft", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("entry_draft", sa.Column("other", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("entry_draft", "other")
    op.drop_column("entry_draft", "version")
