"""0042 what the telephone desk searches by: words of bodies and accounts, telephones of postings, recipients of mails

Revision: 0042; follows: 0041

The new columns are filled by `refresh-listing`, which follows by itself: it also folds the words of all cases anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Three columns and two indexes."""
    for table in ("organization", "account"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("posting") as changed:
        changed.add_column(sa.Column("tel_reversed", sa.String(length=20), server_default="", nullable=False))
    op.create_index("ix_posting_tel_reversed", "posting", ["tel_reversed"])
    op.create_index("ix_outbox_mail_recipient_id", "outbox_mail", ["recipient", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_outbox_mail_recipient_id", "outbox_mail")
    op.drop_index("ix_posting_tel_reversed", "posting")
    for table, column in (("posting", "tel_reversed"), ("account", "search_text"), ("organization", "search_text")):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
