"""0063 the words by which a candidate is found, and the choices by which lists of candidates are narrowed

Revision: 0063; follows: 0062

The new columns are filled by `refresh-listing`, which follows by itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

TABS = "ix_candidate_tabs"
COUNTED = ["organization_id", "status", "erased_at", "kind", "due_at", "unread"]


def upgrade() -> None:
    """Two columns; the index by which tabs are counted holds the choices, too."""
    op.add_column("candidate", sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    op.add_column("candidate", sa.Column("choices", sa.String(length=1000), server_default="", nullable=False))
    op.drop_index(TABS, "candidate")
    op.create_index(TABS, "candidate", [*COUNTED, "locked", "choices", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(TABS, "candidate")
    op.create_index(TABS, "candidate", [*COUNTED, "id"])
    op.drop_column("candidate", "choices")
    op.drop_column("candidate", "search_text")
