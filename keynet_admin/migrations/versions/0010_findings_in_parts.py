"""0010 findings in parts

Revision: 0010; follows: 0009

A stored finding gets the parts of its message (of what was stored before, all of it is `what`); the numbers of our own list of sources
leave its basis.
"""

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BATCH = 200
SOURCE = re.compile(r"\s*[\[（]?(?:[\s・、]*\bS[0-9]{2,3}[a-z]?\b)+[\]）]?")
TABLES = (("submission_revision", "id"), ("submission_contact", "revision_id"), ("posting_revision", "id"))


def upgrade() -> None:
    """Go up."""
    connection = op.get_bind()
    for name, key in TABLES:
        table = sa.table(name, sa.column(key), sa.column("findings", sa.Text))
        last = -1
        query = sa.select(table.c[key], table.c.findings).order_by(table.c[key]).limit(BATCH)
        while rows := connection.execute(query.where(table.c[key] > last)).all():
            for number, text in rows:
                findings = json.loads(text) if text else None
                if isinstance(findings, list) and findings:
                    value = json.dumps([_in_parts(found) for found in findings], ensure_ascii=True, separators=(",", ":"))
                    connection.execute(sa.update(table).where(table.c[key] == number).values(findings=value))
            last = rows[-1][0]


def downgrade() -> None:
    """Go back: `message` is still the whole sentence."""


def _in_parts(found: dict[str, Any]) -> dict[str, Any]:
    parts = {"what": found.get("message", ""), "why": "", "how": ""}
    return parts | found | {"basis": SOURCE.sub("", found.get("basis", "")).strip(" \u3000・、")}
