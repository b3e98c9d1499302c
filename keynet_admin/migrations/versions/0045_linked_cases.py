"""0045 two cases that an operator has named the same one

Revision: 0045; follows: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "submission_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["submission.id"], name=op.f("fk_submission_link_first_id_submission")),
        sa.ForeignKeyConstraint(["second_id"], ["submission.id"], name=op.f("fk_submission_link_second_id_submission")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_submission_link_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_link")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_submission_link_first_id_second_id")),
    )
    op.create_index("ix_submission_link_second_id", "submission_link", ["second_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("submission_link")
