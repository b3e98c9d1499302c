"""0050 alerts: searches whose new postings somebody gets by mail

Revision: 0050; follows: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "search_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("asked_key", sa.String(length=32), nullable=False),
        sa.Column("pace", sa.String(length=24), nullable=False),
        sa.Column("salt", sa.String(length=28), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_alert")),
        sa.UniqueConstraint("asked_key", name=op.f("uq_search_alert_asked_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_search_alert_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_alert_email", "search_alert", ["email"])
    op.create_index("ix_search_alert_form_key", "search_alert", ["form_key"])
    op.create_index("ix_search_alert_digest_on", "search_alert", ["digest_on"])
    op.create_index("ix_search_alert_ends_at", "search_alert", ["ends_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("search_alert")
