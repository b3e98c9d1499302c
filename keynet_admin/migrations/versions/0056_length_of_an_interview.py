"""0056 how long an interview takes

Revision: 0056; follows: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """One column. Those fixed before are of half an hour, as the calendar's files always said."""
    op.add_column("candidate", sa.Column("interview_minutes", sa.Integer(), server_default="30", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("candidate", "interview_minutes")
