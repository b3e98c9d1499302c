"""0062 which account's pages the holder of a session sees, and until when

Revision: 0062; follows: 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """Two columns that are empty in all sessions of before."""
    with op.batch_alter_table("staff_session") as table:
        table.add_column(sa.Column("viewed_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("viewed_until", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f("fk_staff_session_viewed_id_account"), "account", ["viewed_id"], ["id"])


def downgrade() -> None:
    """Go back; whoever sees another's pages sees their own."""
    with op.batch_alter_table("staff_session") as table:
        table.drop_constraint(op.f("fk_staff_session_viewed_id_account"), type_="foreignkey")
        table.drop_column("viewed_until")
        table.drop_column("viewed_id")
