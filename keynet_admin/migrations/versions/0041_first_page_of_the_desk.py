"""0041 what the first page counts by, warnings about a case's clock, the mails that an operator wants

Revision: 0041; follows: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Two indexes and three columns."""
    op.create_index("ix_submission_received_at", "submission", ["received_at"])
    op.create_index("ix_review_subject_created_at", "review", ["subject", "created_at"])
    op.add_column("submission", sa.Column("warned", sa.Integer(), server_default="0", nullable=False))
    op.add_column("account", sa.Column("notice_kinds", sa.Text(), server_default="{}", nullable=False))
    op.add_column("account", sa.Column("notice_hour", sa.Integer(), server_default="9", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("account") as table:
        table.drop_column("notice_hour")
        table.drop_column("notice_kinds")
    with op.batch_alter_table("submission") as table:
        table.drop_column("warned")
    op.drop_index("ix_review_subject_created_at", "review")
    op.drop_index("ix_submission_received_at", "submission")
