"""0034 since when a posting stands at a partner under its present key

Revision: 0034; follows: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("partner_item") as item:
        item.add_column(sa.Column("issued_at", sa.DateTime(timezone=True)))
        item.create_index("ix_partner_item_partner_id_issued_at", ["partner_id", "issued_at"])


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("partner_item") as item:
        item.drop_index("ix_partner_item_partner_id_issued_at")
        item.drop_column("issued_at")
