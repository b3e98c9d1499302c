"""0022 when a posting was confirmed last, and when its municipality was asked whether it still holds

Revision: 0022; follows: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


COLUMNS = ("confirmed_at", "asked_at")


def upgrade() -> None:
    """Go up. What is there counts as confirmed when it was changed last."""
    for name in COLUMNS:
        op.add_column("posting", sa.Column(name, sa.DateTime(timezone=True)))
    op.execute("UPDATE posting SET confirmed_at = changed_at")


def downgrade() -> None:
    """Go back."""
    for name in COLUMNS:
        op.drop_column("posting", name)
