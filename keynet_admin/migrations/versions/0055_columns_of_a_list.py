"""0055 the columns that somebody wants in a tab of a list

Revision: 0055; follows: 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "chosen_columns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("tab", sa.String(length=40), nullable=False),
        sa.Column("names", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_chosen_columns_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_columns")),
        sa.UniqueConstraint("account_id", "place", "tab", name=op.f("uq_chosen_columns_account_id_place_tab")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("chosen_columns")
