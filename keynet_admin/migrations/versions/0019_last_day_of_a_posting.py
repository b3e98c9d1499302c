"""0019 the end that lists show is the deadline where that comes first

Revision: 0019; follows: 0018
"""

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

POSTING = sa.table("posting", sa.column("id", sa.Integer), sa.column("current", sa.Integer), sa.column("publish_until", sa.Date))
REVISION = sa.table(
    "posting_revision", sa.column("posting_id", sa.Integer), sa.column("number", sa.Integer), sa.column("normalized", sa.Text)
)


def upgrade() -> None:
    """Go up. What is no day stays out of it."""
    here = op.get_bind()
    newest = (REVISION.c.posting_id == POSTING.c.id) & (REVISION.c.number == POSTING.c.current)
    columns = POSTING.c.id, POSTING.c.publish_until, REVISION.c.normalized
    for number, end, content in here.execute(sa.select(*columns).join_from(POSTING, REVISION, newest)).all():
        deadline = _deadline(json.loads(content))
        if end is not None and deadline is not None and deadline < end:
            here.execute(sa.update(POSTING).where(POSTING.c.id == number).values(publish_until=deadline))


def downgrade() -> None:
    """Go back: the later day stands in the revision, and the next one brings it back."""


def _deadline(content: object) -> date | None:
    if not isinstance(content, dict) or content.get("deadline_type") != "date":
        return None
    try:
        return date.fromisoformat(str(content.get("deadline")))
    except ValueError:
        return None
