"""0024 how often the pages of postings were read

Revision: 0024; follows: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "posting_view",
        sa.Column("posting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_view_posting_id_posting")),
        sa.PrimaryKeyConstraint("posting_id", "day", "source", name=op.f("pk_posting_view")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("posting_view")
