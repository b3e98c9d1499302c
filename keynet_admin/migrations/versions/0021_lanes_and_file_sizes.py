"""0021 lanes of the outbox, sizes of kept files

Revision: 0021; follows: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MAIL = sa.table("outbox_mail", sa.column("template", sa.String), sa.column("lane", sa.Integer))
RECEIPTS = ("receipt", "resubmitted_receipt")


def upgrade() -> None:
    """Go up. Receipts that wait go into the second lane; files that are kept now count when they are saved again, at most a week they live."""
    with op.batch_alter_table("outbox_mail") as batch:
        batch.add_column(sa.Column("lane", sa.Integer(), server_default="1", nullable=False))
        batch.drop_index("ix_outbox_mail_status_next_try_at")
        batch.create_index("ix_outbox_mail_status_lane_next_try_at", ["status", "lane", "next_try_at"])
        batch.create_index("ix_outbox_mail_template_created_at", ["template", "created_at"])
    op.execute(sa.update(MAIL).where(MAIL.c.template.in_(RECEIPTS)).values(lane=2))
    with op.batch_alter_table("entry_draft") as batch:
        batch.add_column(sa.Column("file_size", sa.Integer(), server_default="0", nullable=False))
        batch.create_index("ix_entry_draft_file_size_saved_at", ["file_size", "saved_at"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("entry_draft") as batch:
        batch.drop_index("ix_entry_draft_file_size_saved_at")
        batch.drop_column("file_size")
    with op.batch_alter_table("outbox_mail") as batch:
        batch.drop_index("ix_outbox_mail_template_created_at")
        batch.drop_index("ix_outbox_mail_status_lane_next_try_at")
        batch.create_index("ix_outbox_mail_status_next_try_at", ["status", "next_try_at"])
        batch.drop_column("lane")
