"""0061 links that outlive the installation's key

Revision: 0061; follows: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
TABLES = ("candidate", "search_alert")


def upgrade() -> None:
    """A column in each of the two tables whose links follow from the key. Nothing is sealed before a key is about to go."""
    for table in TABLES:
        op.add_column(table, sa.Column("sealed", sa.String(length=300), nullable=True))


def downgrade() -> None:
    """Go back."""
    for table in TABLES:
        op.drop_column(table, "sealed")
