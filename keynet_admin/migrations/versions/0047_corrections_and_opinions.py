"""0047 corrections of a case on its sender's behalf; opinions of colleagues

Revision: 0047; follows: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """One column and three, with the index of what waits for an answer."""
    with op.batch_alter_table("submission") as case:
        case.add_column(sa.Column("corrections", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("staff_note") as note:
        note.add_column(sa.Column("asked_id", sa.Integer(), nullable=True))
        note.add_column(sa.Column("answer", sa.String(length=400), server_default="", nullable=False))
        note.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        note.create_foreign_key(op.f("fk_staff_note_asked_id_account"), "account", ["asked_id"], ["id"])
        note.create_index("ix_staff_note_asked_id_answered_at", ["asked_id", "answered_at"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("staff_note") as note:
        note.drop_index("ix_staff_note_asked_id_answered_at")
        note.drop_constraint(op.f("fk_staff_note_asked_id_account"), type_="foreignkey")
        note.drop_column("answered_at")
        note.drop_column("answer")
        note.drop_column("asked_id")
    with op.batch_alter_table("submission") as case:
        case.drop_column("corrections")
