"""0014 note of a mail

Revision: 0014; follows: 0013

A mail that did not arrive is a task that ends: the row keeps how an operator settled it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.add_column("outbox_mail", sa.Column("note", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("outbox_mail", "note")
