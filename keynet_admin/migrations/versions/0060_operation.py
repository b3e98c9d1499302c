"""0060 how jobs fare, workers, pauses of the mails, runs of the retention

Revision: 0060; follows: 0059
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Five tables, and an index by which a day's mails are counted without reading their words."""
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("succeeded_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_job_run_asked_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("name", name=op.f("uq_job_run_name")),
    )
    op.create_table(
        "job_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_failure")),
    )
    op.create_index("ix_job_failure_name_id", "job_failure", ["name", "id"])
    op.create_table(
        "worker_presence",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_worker_presence")),
    )
    op.create_table(
        "mail_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=True),
        sa.Column("domain", sa.String(length=190), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_mail_pause_created_by_id_account")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name=op.f("fk_mail_pause_ended_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_pause")),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_retention_run_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index("ix_outbox_mail_created_at", "outbox_mail", ["created_at", "status", "recipient"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_outbox_mail_created_at", table_name="outbox_mail")
    for table in ("retention_run", "mail_pause", "worker_presence", "job_failure", "job_run"):
        op.drop_table(table)
