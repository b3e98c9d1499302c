"""0004 keyings

Revision: 0004; follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PEOPLE = ("first_by_id", "second_by_id", "saved_by_id")


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "keying",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("org_name", sa.String(length=100), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_by_id", sa.Integer(), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *(sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_keying_{name}")) for name in PEOPLE),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_keying_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keying")),
        sa.UniqueConstraint("form_key", name=op.f("uq_keying_form_key")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_keying_submission_id")),
    )
    with op.batch_alter_table("keying", schema=None) as batch_op:
        batch_op.create_index("ix_keying_stage_id", ["stage", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("keying", schema=None) as batch_op:
        batch_op.drop_index("ix_keying_stage_id")

    op.drop_table("keying")
