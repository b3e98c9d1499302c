"""0020 cases that came together: marks of their file and network, and whether they were set aside as one

Revision: 0020; follows: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MARKS = ("batch", "network")


def upgrade() -> None:
    """Go up. Nobody knows any more how the cases of before came."""
    for name in MARKS:
        op.add_column("submission", sa.Column(name, sa.String(length=40)))
        op.create_index(f"ix_submission_{name}", "submission", [name])
    op.add_column("submission", sa.Column("set_aside", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Go back: what was set aside stays rejected."""
    op.drop_column("submission", "set_aside")
    for name in MARKS:
        op.drop_index(f"ix_submission_{name}", table_name="submission")
        op.drop_column("submission", name)
