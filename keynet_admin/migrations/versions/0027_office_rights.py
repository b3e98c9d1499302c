"""0027 rights inside a municipality (accounts of before have all), and publishing that a colleague decides

Revision: 0027; follows: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ALL = '["view","edit","publish","candidates","manage"]'


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("rights", sa.Text(), server_default=ALL, nullable=False))
    with op.batch_alter_table("organization") as organization:
        organization.add_column(sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("posting") as posting:
        posting.add_column(sa.Column("approval_asked_by_id", sa.Integer()))
        posting.create_foreign_key(op.f("fk_posting_approval_asked_by_id"), "account", ["approval_asked_by_id"], ["id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("posting") as posting:
        posting.drop_constraint("fk_posting_approval_asked_by_id", type_="foreignkey")
        posting.drop_column("approval_asked_by_id")
    with op.batch_alter_table("organization") as organization:
        organization.drop_column("needs_approval")
    with op.batch_alter_table("account") as account:
        account.drop_column("rights")
