"""0029 which mails about waiting work an account of a municipality wants, and what it was told

Revision: 0029; follows: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up. Everybody begins with the mail of the morning."""
    op.add_column("account", sa.Column("notices", sa.String(length=24), server_default="digest", nullable=False))
    op.add_column("account", sa.Column("digest_on", sa.Date()))
    op.add_column("account", sa.Column("noticed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Go back."""
    for name in ("noticed_at", "digest_on", "notices"):
        op.drop_column("account", name)
