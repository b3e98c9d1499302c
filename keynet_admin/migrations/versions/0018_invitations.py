"""0018 invitations that are taken back, and codes of a first login that are read out

Revision: 0018; follows: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("first_login") as first_login:
        first_login.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True)))
        first_login.add_column(sa.Column("cancelled_by_id", sa.Integer()))
        first_login.add_column(sa.Column("read_out", sa.Boolean(), server_default=sa.false(), nullable=False))
        first_login.create_foreign_key(op.f("fk_first_login_cancelled_by_id"), "account", ["cancelled_by_id"], ["id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("first_login") as first_login:
        first_login.drop_constraint("fk_first_login_cancelled_by_id", type_="foreignkey")
        for name in ("read_out", "cancelled_by_id", "cancelled_at"):
            first_login.drop_column(name)
