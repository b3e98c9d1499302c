"""0030 which inquiry became an application

Revision: 0030; follows: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("candidate") as batch_op:
        batch_op.add_column(sa.Column("inquiry_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_candidate_inquiry_id"), "candidate", ["inquiry_id"], ["id"])
        batch_op.create_index("ix_candidate_inquiry_id", ["inquiry_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("candidate") as batch_op:
        batch_op.drop_index("ix_candidate_inquiry_id")
        batch_op.drop_constraint(batch_op.f("fk_candidate_inquiry_id"), type_="foreignkey")
        batch_op.drop_column("inquiry_id")
