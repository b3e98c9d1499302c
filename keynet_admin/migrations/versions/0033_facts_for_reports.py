"""0033 what reports count: states of events, job and number of a revision, keys of persons, placements that are never changed

Revision: 0033; follows: 0032
"""

import hmac
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from keynet_admin import config

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

CHANGED = sa.text("state IS NOT NULL")
BATCH = 2_000
EVENT = sa.table("audit_event", sa.column("id"), sa.column("subject"), sa.column("action"), sa.column("codes"), sa.column("state"))
REVISION = sa.table("posting_revision", sa.column("id"), sa.column("normalized"), sa.column("job_type"), sa.column("headcount", sa.Integer))
CANDIDATE = sa.table("candidate", sa.column("id"), sa.column("tel"), sa.column("email"), sa.column("tel_key"), sa.column("email_key"))


def upgrade() -> None:
    """Go up. Nobody was asked whether they work; what was recorded of placements is taken as their first rows."""
    op.add_column("audit_event", sa.Column("state", sa.String(length=24)))
    op.add_column("posting_revision", sa.Column("job_type", sa.String(length=40), server_default="", nullable=False))
    op.add_column("posting_revision", sa.Column("headcount", sa.Integer()))
    op.add_column("candidate", sa.Column("tel_key", sa.String(length=32), server_default="", nullable=False))
    op.add_column("candidate", sa.Column("email_key", sa.String(length=32), server_default="", nullable=False))
    op.add_column("candidate", sa.Column("not_working", sa.Boolean()))
    with op.batch_alter_table("placement") as table:
        table.add_column(sa.Column("corrects_id", sa.Integer()))
        table.create_foreign_key(op.f("fk_placement_corrects_id"), "placement", ["corrects_id"], ["id"])
    _fill(EVENT, (EVENT.c.subject, EVENT.c.action, EVENT.c.codes), _state)
    _fill(REVISION, (REVISION.c.normalized,), _counted)
    _fill(CANDIDATE, (CANDIDATE.c.tel, CANDIDATE.c.email), _keys)
    columns = ["subject", "subject_id", "at", "id", "state"]
    op.create_index("ix_audit_event_states", "audit_event", columns, sqlite_where=CHANGED, postgresql_where=CHANGED)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_audit_event_states", "audit_event")
    with op.batch_alter_table("placement") as table:
        table.drop_constraint(op.f("fk_placement_corrects_id"), type_="foreignkey")
        table.drop_column("corrects_id")
    for table, names in (
        ("candidate", ("not_working", "email_key", "tel_key")),
        ("posting_revision", ("headcount", "job_type")),
        ("audit_event", ("state",)),
    ):
        for name in names:
            op.drop_column(table, name)


def _fill(table: Any, columns: tuple[Any, ...], values: Any) -> None:
    """Write what `values` makes of the columns of each row, where it makes something; in the order of the keys, some at a time."""
    here, last = op.get_bind(), 0
    while rows := here.execute(sa.select(table.c.id, *columns).where(table.c.id > last).order_by(table.c.id).limit(BATCH)).all():
        last = rows[-1][0]
        made = [(number, found) for number, *words in rows if (found := values(*words))]
        if made:
            set_to = {name: sa.bindparam(f"new_{name}") for name in made[0][1]}
            params = [{"of": number} | {f"new_{name}": value for name, value in found.items()} for number, found in made]
            here.execute(sa.update(table).where(table.c.id == sa.bindparam("of")).values(set_to), params)


def _state(subject: str, action: str, codes: str) -> dict[str, Any]:
    """The state that an event led to; what came in began in the first state of its kind."""
    known = json.loads(codes)
    if not isinstance(known, dict):
        return {}
    state = known.get("to")
    if subject == "candidate" and action == "apply":
        state = "open" if known.get("kind") == "inquiry" else "received"
    return {"state": state} if isinstance(state, str) else {}


def _counted(normalized: str) -> dict[str, Any]:
    content = json.loads(normalized)
    if not isinstance(content, dict):
        return {}
    job, headcount = content.get("job_type"), content.get("headcount")
    return {
        "job_type": job[:40] if isinstance(job, str) and job.isascii() else "",
        "headcount": headcount if isinstance(headcount, int) and 0 <= headcount < 100_000 else None,
    }


def _keys(tel: str, email: str) -> dict[str, Any]:
    digits = "".join(c for c in tel if c.isascii() and c.isdigit())
    address = email.strip().lower()
    if not digits and not address:
        return {}
    return {"tel_key": _key(f"tel:{digits}") if digits else "", "email_key": _key(f"email:{address}") if address else ""}


def _key(of: str) -> str:
    words = f"person:{of}".encode("utf-8", "surrogatepass")
    return hmac.new(config.current().secret_key.encode(), words, "sha256").hexdigest()[:32]
