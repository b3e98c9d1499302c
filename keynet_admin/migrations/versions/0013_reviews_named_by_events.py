"""0013 reviews named by events

Revision: 0013; follows: 0012

An event of a decision names its review from now on. Those stored before are matched once, as the history did until now: by their
order within one row and action.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

EVENT = sa.table("audit_event", *(sa.column(name) for name in ("id", "subject", "subject_id", "action", "codes")))
REVIEW = sa.table("review", *(sa.column(name) for name in ("id", "subject", "subject_id", "action")))
OTHER_NAMES = {"reopen_accepted": "reopen"}


def upgrade() -> None:
    """Go up."""
    bind = op.get_bind()
    waiting: dict[tuple[str, int, str], list[int]] = {}
    for row in bind.execute(sa.select(REVIEW).order_by(REVIEW.c.id)):
        waiting.setdefault((row.subject, row.subject_id, row.action), []).append(row.id)
    actions = {action for _, _, action in waiting} | set(OTHER_NAMES)
    query = sa.select(EVENT).where(EVENT.c.action.in_(actions)).order_by(EVENT.c.id)
    for row in bind.execute(query).all():
        numbers = waiting.get((row.subject, row.subject_id, OTHER_NAMES.get(row.action, row.action)))
        codes = json.loads(row.codes)
        if numbers and isinstance(codes, dict):
            codes["review"] = numbers.pop(0)
            bind.execute(sa.update(EVENT).where(EVENT.c.id == row.id).values(codes=json.dumps(codes, separators=(",", ":"))))


def downgrade() -> None:
    """Go back."""
