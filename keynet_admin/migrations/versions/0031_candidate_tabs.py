"""0031 an index that holds all that the tabs of the municipality's list of people ask for

Revision: 0031; follows: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In the place of the one by stage."""
    op.create_index("ix_candidate_tabs", "candidate", ["organization_id", "status", "erased_at", "kind", "due_at", "unread", "id"])
    op.drop_index("ix_candidate_organization_id_status_id", "candidate")


def downgrade() -> None:
    """Back to the one by stage."""
    op.create_index("ix_candidate_organization_id_status_id", "candidate", ["organization_id", "status", "id"])
    op.drop_index("ix_candidate_tabs", "candidate")
