"""0040 all postings of a body taken down at once, and brought back

Revision: 0040; follows: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Two columns."""
    with op.batch_alter_table("organization") as organization:
        organization.add_column(sa.Column("status", sa.String(length=24), server_default="open", nullable=False))
    with op.batch_alter_table("posting") as posting:
        posting.add_column(sa.Column("taken_down", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("posting") as posting:
        posting.drop_column("taken_down")
    with op.batch_alter_table("organization") as organization:
        organization.drop_column("status")
