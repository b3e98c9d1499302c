"""0054 how many people a public posting still needs, and why one is over

Revision: 0054; follows: 0053

What the rows say in these columns is derived: `refresh-listing`, which follows every upgrade, fills them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Two columns, and one of what is kept."""
    op.add_column("listing", sa.Column("ended_by", sa.String(length=24), nullable=True))
    op.add_column("listing", sa.Column("places", sa.Text(), nullable=True))
    op.add_column("published_version", sa.Column("places", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("published_version", "places")
    op.drop_column("listing", "places")
    op.drop_column("listing", "ended_by")
