"""0008 views of lists that accounts keep, and the orders in which the lists' tabs show their rows

Revision: 0008; follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AWAITING = "status IN ('received', 'in_review', 'resubmitted')"
SETTLED = "status IN ('accepted', 'rejected', 'withdrawn')"


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "place", "name", name=op.f("uq_saved_view_account_id_place_name")),
    )
    op.drop_index("ix_submission_status_due_at_id", table_name="submission")
    op.create_index("ix_submission_status_id", "submission", ["status", "id"])
    for name, column, these in (("awaiting", "due_at", AWAITING), ("settled", "decided_at", SETTLED)):
        op.create_index(f"ix_submission_{name}", "submission", [column, "id"], sqlite_where=sa.text(these), postgresql_where=sa.text(these))
    op.create_index("ix_posting_status_changed_at_id", "posting", ["status", "changed_at", "id"])
    op.create_index("ix_posting_changed_at_id", "posting", ["changed_at", "id"])


def downgrade() -> None:
    """Go back."""
    for name in ("ix_posting_changed_at_id", "ix_posting_status_changed_at_id"):
        op.drop_index(name, table_name="posting")
    for name in ("ix_submission_settled", "ix_submission_awaiting", "ix_submission_status_id"):
        op.drop_index(name, table_name="submission")
    op.create_index("ix_submission_status_due_at_id", "submission", ["status", "due_at", "id"])
    op.drop_table("saved_view")
