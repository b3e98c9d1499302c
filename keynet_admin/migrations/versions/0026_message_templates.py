"""0026 texts that municipalities send to people again and again, and answers that they publish

Revision: 0026; follows: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "message_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=1500), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=True),
        sa.Column("step", sa.String(length=24), server_default="", nullable=False),
        sa.Column("sort", sa.Integer(), server_default="100", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_message_template_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint("code", name=op.f("uq_message_template_code")),
    )
    with op.batch_alter_table("message_template") as batch_op:
        batch_op.create_index("ix_message_template_organization_id_name", ["organization_id", "name"], unique=False)

    op.create_table(
        "published_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=800), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_published_answer_candidate_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_published_answer_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_answer")),
        sa.UniqueConstraint("candidate_id", name=op.f("uq_published_answer_candidate_id")),
    )
    with op.batch_alter_table("published_answer") as batch_op:
        batch_op.create_index("ix_published_answer_posting_id_id", ["posting_id", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("published_answer")
    op.drop_table("message_template")
