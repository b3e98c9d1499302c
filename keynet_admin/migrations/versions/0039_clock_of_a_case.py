"""0039 the clock of a case goes on after a return or a reopening

Revision: 0039; follows: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Three columns; a case that was reopened before keeps the count that began then."""
    with op.batch_alter_table("submission") as case:
        case.add_column(sa.Column("clock_from", sa.DateTime(timezone=True), nullable=True))
        case.add_column(sa.Column("clock_paused", sa.Integer(), server_default="0", nullable=False))
        case.add_column(sa.Column("resumes", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("""
        UPDATE submission SET clock_from = (
            SELECT max(at) FROM audit_event
            WHERE subject = 'submission' AND subject_id = submission.id
            AND action IN ('reopen', 'reopen_accepted') AND at > submission.received_at
        ) WHERE status IN ('received', 'in_review', 'resubmitted')
    """)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("submission") as case:
        case.drop_column("resumes")
        case.drop_column("clock_paused")
        case.drop_column("clock_from")
