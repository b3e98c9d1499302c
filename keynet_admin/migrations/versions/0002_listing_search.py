"""Search index of the public table: own two-letter tokens, FTS5 on SQLite, an array with a GIN index on PostgreSQL.

Revision ID: 0002
Revises: 0001b
"""

from alembic import op

revision = "0002"
down_revision = "0001b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index (empty: it is filled with each listing)."""
    if op.get_bind().dialect.name == "sqlite":
        # The ASCII tokeniser splits at blanks and leaves Japanese letters alone; positions are not needed, hits are looked up again.
        op.execute("CREATE VIRTUAL TABLE listing_search USING fts5(tokens, content='', detail=none, tokenize='ascii')")
        return
    op.execute(
        "CREATE TABLE listing_search ("
        "posting_id integer CONSTRAINT pk_listing_search PRIMARY KEY "
        "CONSTRAINT fk_listing_search_posting_id REFERENCES listing (posting_id) ON DELETE CASCADE, "
        "tokens text[] NOT NULL)"
    )
    op.execute("CREATE INDEX ix_listing_search_tokens ON listing_search USING gin (tokens)")


def downgrade() -> None:
    """Remove the index."""
    op.execute("DROP TABLE listing_search")
