"""0017 ways out of a return: tasks about a case, reminders, codes to type

Revision: 0017; follows: 0016

A returned case whose mail did not arrive, or whose sender keeps silent, stands in the queue; its link has a code as a first login has.
Cases that are with their senders now are asked after as if they had been returned when they were.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AWAITING = "status IN ('received', 'in_review', 'resubmitted')"
CASE = sa.table("submission", *(sa.column(name) for name in ("id", "status")), sa.column("returned_at", sa.DateTime(timezone=True)))
LINK = sa.table("return_link", sa.column("submission_id"), sa.column("created_at", sa.DateTime(timezone=True)))
_REMIND = sa.table("submission", sa.column("status"), sa.column("remind_at", sa.DateTime(timezone=True)))


def upgrade() -> None:
    """Go up."""
    op.add_column("submission", sa.Column("task", sa.String(length=24)))
    for name in ("returned_at", "reminded_at", "remind_at"):
        op.add_column("submission", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("submission", sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))
    op.add_column("return_link", sa.Column("code_hash", sa.String(length=64)))
    op.add_column("return_link", sa.Column("read_out", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("keying") as keying:
        keying.add_column(sa.Column("corrects_id", sa.Integer()))
        keying.add_column(sa.Column("base", sa.Integer()))
        keying.create_foreign_key(op.f("fk_keying_corrects_id"), "submission", ["corrects_id"], ["id"])
    op.create_index(op.f("ix_keying_corrects_id"), "keying", ["corrects_id"])
    _index(f"{AWAITING} OR task IS NOT NULL")
    op.create_index("ix_submission_remind_at", "submission", ["remind_at"])
    last = sa.select(sa.func.max(LINK.c.created_at)).where(LINK.c.submission_id == CASE.c.id).scalar_subquery()
    op.execute(sa.update(CASE).where(CASE.c.status == "returned").values(returned_at=last))
    # Their next step is looked at three days from now, when the new program has run for a while.
    soon = datetime.now(UTC) + timedelta(days=3)
    op.execute(sa.update(_REMIND).where(_REMIND.c.status == "returned").values(remind_at=soon))


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_submission_remind_at", table_name="submission")
    _index(AWAITING)
    op.drop_index("ix_keying_corrects_id", table_name="keying")
    with op.batch_alter_table("keying") as keying:
        keying.drop_constraint("fk_keying_corrects_id", type_="foreignkey")
        for name in ("base", "corrects_id"):
            keying.drop_column(name)
    for name in ("read_out", "code_hash"):
        op.drop_column("return_link", name)
    for name in ("reminders", "remind_at", "reminded_at", "returned_at", "task"):
        op.drop_column("submission", name)


def _index(these: str) -> None:
    op.drop_index("ix_submission_awaiting", table_name="submission")
    where = sa.text(these)
    op.create_index("ix_submission_awaiting", "submission", ["due_at", "id"], sqlite_where=where, postgresql_where=where)
