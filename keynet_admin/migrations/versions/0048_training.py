"""0048 what operators answered in the training

Revision: 0048; follows: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "training_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_training_attempt_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attempt")),
    )
    op.create_index("ix_training_attempt_account_id_exercise", "training_attempt", ["account_id", "exercise"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("training_attempt")
