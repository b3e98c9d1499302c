"""0052 what stood in the public table, version by version

Revision: 0052; follows: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

SHOWN = ("state", "title", "listed_at", "changed_at", "open_until", "closed_at", "content")
COLUMNS = ("posting_id", "sequence", "begins_at", *SHOWN)
VERSIONS, LISTING = (sa.table(name, *(sa.column(column) for column in COLUMNS)) for name in ("published_version", "listing"))


def upgrade() -> None:
    """One table. Each row of the public table is taken in as it stands, from its last change on; what stood before is not known."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "published_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("begins_at", moment, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("listed_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("open_until", moment, nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_published_version_posting_id_posting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_version")),
    )
    op.create_index("ix_published_version_posting_id_id", "published_version", ["posting_id", "id"])
    kept = sa.select(*(LISTING.c["changed_at" if name == "begins_at" else name] for name in COLUMNS)).where(LISTING.c.sequence.is_not(None))
    op.execute(VERSIONS.insert().from_select(list(COLUMNS), kept.order_by(LISTING.c.posting_id)))


def downgrade() -> None:
    """Go back; what was kept is lost."""
    op.drop_table("published_version")
