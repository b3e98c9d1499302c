"""0025 how many people a posting has: those secured in other ways, its closing and reopening, the question for the outcome

Revision: 0025; follows: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENTS = ("reopen_until", "outcome_ask_at")
FLAGS = ("vacated", "outcome_due")


def upgrade() -> None:
    """Go up. Of postings that ended before nobody is asked, and none can be reopened."""
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("shift", sa.String(length=100), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_placement_posting_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_placement_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index("ix_placement_posting_id_way", "placement", ["posting_id", "way"])
    op.create_table(
        "outcome_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_outcome_link_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_outcome_link_token_hash")),
    )
    op.create_index("ix_outcome_link_posting_id_id", "outcome_link", ["posting_id", "id"])
    for name in MOMENTS:
        op.add_column("posting", sa.Column(name, sa.DateTime(timezone=True)))
    for name in FLAGS:
        op.add_column("posting", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("posting", sa.Column("open_at_close", sa.Integer()))
    op.add_column("posting", sa.Column("outcome_asked", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_posting_outcome_ask_at", "posting", ["outcome_ask_at"])
    op.add_column("candidate", sa.Column("direct", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("candidate", "direct")
    op.drop_index("ix_posting_outcome_ask_at", table_name="posting")
    for name in (*MOMENTS, *FLAGS, "open_at_close", "outcome_asked"):
        op.drop_column("posting", name)
    op.drop_table("outcome_link")
    op.drop_table("placement")
