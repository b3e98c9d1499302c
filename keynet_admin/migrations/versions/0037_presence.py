"""0037 who has a case open, and when a claim lets go by itself

Revision: 0037; follows: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """One table and one column. Claims that stand are let go by the next sweep unless their holder is seen before."""
    op.create_table(
        "case_presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("writing_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_case_presence_submission_id_submission")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_presence_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_presence")),
        sa.UniqueConstraint("submission_id", "account_id", name=op.f("uq_case_presence_submission_id_account_id")),
    )
    op.create_index("ix_case_presence_seen_at", "case_presence", ["seen_at"])
    op.add_column("submission", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("submission", "held_until")
    op.drop_table("case_presence")
