"""0005 one name for a status

Revision: 0005; follows: 0004

What a keying and a mail have is a status like any other, and a mail is decided upon by its version, too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.drop_index("ix_keying_stage_id", table_name="keying")
    op.drop_index("ix_outbox_mail_state_next_try_at", table_name="outbox_mail")
    op.execute("ALTER TABLE keying RENAME COLUMN stage TO status")
    op.execute("ALTER TABLE outbox_mail RENAME COLUMN state TO status")
    op.add_column("outbox_mail", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_keying_status_id", "keying", ["status", "id"], unique=False)
    op.create_index("ix_outbox_mail_status_next_try_at", "outbox_mail", ["status", "next_try_at"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_keying_status_id", table_name="keying")
    op.drop_index("ix_outbox_mail_status_next_try_at", table_name="outbox_mail")
    op.drop_column("outbox_mail", "version")
    op.execute("ALTER TABLE keying RENAME COLUMN status TO stage")
    op.execute("ALTER TABLE outbox_mail RENAME COLUMN status TO state")
    op.create_index("ix_keying_stage_id", "keying", ["stage", "id"], unique=False)
    op.create_index("ix_outbox_mail_state_next_try_at", "outbox_mail", ["state", "next_try_at"], unique=False)
