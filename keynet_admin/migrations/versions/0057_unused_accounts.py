"""0057 when an unused account was confirmed as needed, and when its holder was told

Revision: 0057; follows: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Two moments, both empty. Holders of accounts that are unused today are told before anything is closed."""
    op.add_column("account", sa.Column("kept_at", sa.DateTime(timezone=True)))
    op.add_column("account", sa.Column("unused_warned_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Go back."""
    op.drop_column("account", "unused_warned_at")
    op.drop_column("account", "kept_at")
