"""0043 the saved view with which a tab opens

Revision: 0043; follows: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """One column."""
    op.add_column("saved_view", sa.Column("at_start", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("saved_view", "at_start")
