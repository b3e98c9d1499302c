"""0028 since when the service center should ask about a candidate, and when the end of their data was announced

Revision: 0028; follows: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("candidate") as batch_op:
        batch_op.add_column(sa.Column("task_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_candidate_task_at_id", ["task_at", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("candidate") as batch_op:
        batch_op.drop_index("ix_candidate_task_at_id")
        batch_op.drop_column("warned_at")
        batch_op.drop_column("task_at")
