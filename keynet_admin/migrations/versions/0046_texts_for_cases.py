"""0046 texts for returns and rejections; whether somebody typed a word of a return

Revision: 0046; follows: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Three columns."""
    with op.batch_alter_table("message_template") as text:
        text.add_column(sa.Column("use", sa.String(length=24), server_default="candidate", nullable=False))
        text.add_column(sa.Column("rule", sa.String(length=20), server_default="", nullable=False))
    with op.batch_alter_table("review") as review:
        review.add_column(sa.Column("written", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("review") as review:
        review.drop_column("written")
    with op.batch_alter_table("message_template") as text:
        text.drop_column("rule")
        text.drop_column("use")
