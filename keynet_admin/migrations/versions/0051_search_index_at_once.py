"""0051 PostgreSQL's search index is kept up at once

Entries that wait in a list of GIN's are read one by one by each search: a rare word took fifteen times as long.

Revision: 0051; follows: 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Go up."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_listing_search_tokens SET (fastupdate = off)")
        op.execute("SELECT gin_clean_pending_list('ix_listing_search_tokens')")


def downgrade() -> None:
    """Go down."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_listing_search_tokens RESET (fastupdate)")
