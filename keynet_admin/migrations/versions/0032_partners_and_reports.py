"""0032 partners, their keys and the ledger; rounds and reports; accounts of prefectures and partners

Revision: 0032; follows: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _text(name: str, length: int, *, default: str | None = None, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=null, server_default=default)


def _foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("code", 20, null=True),
        _text("name", 60),
        _text("kind", 24),
        _text("status", 24, default="preparing"),
        _text("prefecture_code", 2, default=""),
        sa.Column("job_types", sa.Text(), server_default="[]", nullable=False),
        _text("channel", 24, default="csv"),
        _text("encoding", 24, default="utf8"),
        _text("email", 254, default=""),
        _text("phone", 20, default=""),
        sa.Column("days_most", sa.Integer()),
        sa.Column("title_most", sa.Integer()),
        sa.Column("verified_at", MOMENT),
        sa.Column("last_seen_at", MOMENT),
        sa.Column("late_since", MOMENT),
        sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_table(
        "partner_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        _text("prefix", 24),
        _text("key_hash", 64),
        _text("status", 24),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("last_used_at", MOMENT),
        sa.Column("ends_at", MOMENT),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _foreign("partner_key", "partner_id", "partner"),
        _foreign("partner_key", "created_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_partner_key_key_hash")),
    )
    op.create_index("ix_partner_key_partner_id_id", "partner_key", ["partner_id", "id"])
    op.create_table(
        "partner_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        _text("status", 24),
        _text("change", 24),
        sa.Column("sequence", sa.Integer()),
        sa.Column("issue", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered_at", MOMENT),
        _text("reason", 400, default=""),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _foreign("partner_item", "partner_id", "partner"),
        _foreign("partner_item", "posting_id", "posting"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_item")),
        sa.UniqueConstraint("partner_id", "posting_id", name=op.f("uq_partner_item_partner_id_posting_id")),
    )
    op.create_index("ix_partner_item_partner_id_sequence", "partner_item", ["partner_id", "sequence"])
    op.create_index("ix_partner_item_status_changed_at_id", "partner_item", ["status", "changed_at", "id"])
    op.create_index("ix_partner_item_posting_id", "partner_item", ["posting_id"])
    op.create_table(
        "report_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        _text("status", 24),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("frozen_at", MOMENT),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _foreign("report_round", "created_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_round")),
        sa.UniqueConstraint("number", name=op.f("uq_report_round_number")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        _text("status", 24),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("confirmed_by_id", sa.Integer()),
        sa.Column("figures", sa.Text()),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reminded_at", MOMENT),
        sa.Column("called_at", MOMENT),
        sa.Column("called_by_id", sa.Integer()),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _foreign("report", "round_id", "report_round"),
        _foreign("report", "organization_id", "organization"),
        _foreign("report", "confirmed_by_id", "account"),
        _foreign("report", "called_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("round_id", "organization_id", name=op.f("uq_report_round_id_organization_id")),
    )
    op.create_index("ix_report_organization_id", "report", ["organization_id"])
    op.create_index("ix_report_round_id_status_id", "report", ["round_id", "status", "id"])
    op.create_table(
        "report_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        _text("job_type", 40),
        _text("figure", 20),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        _text("reason", 400),
        sa.Column("account_id", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        _foreign("report_correction", "report_id", "report"),
        _foreign("report_correction", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_correction")),
    )
    op.create_index("ix_report_correction_report_id_id", "report_correction", ["report_id", "id"])
    with op.batch_alter_table("account") as account:
        account.add_column(_text("prefecture_code", 2, default=""))
        account.add_column(sa.Column("partner_id", sa.Integer()))
        account.create_foreign_key(op.f("fk_account_partner_id_partner"), "partner", ["partner_id"], ["id"])
    with op.batch_alter_table("placement") as placement:
        placement.add_column(sa.Column("partner_id", sa.Integer()))
        placement.add_column(_text("partner_key", 80, null=True))
        placement.create_foreign_key(op.f("fk_placement_partner_id_partner"), "partner", ["partner_id"], ["id"])
        placement.create_unique_constraint(op.f("uq_placement_partner_id_partner_key"), ["partner_id", "partner_key"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("placement") as placement:
        placement.drop_constraint(op.f("uq_placement_partner_id_partner_key"), type_="unique")
        placement.drop_constraint(op.f("fk_placement_partner_id_partner"), type_="foreignkey")
        placement.drop_column("partner_key")
        placement.drop_column("partner_id")
    with op.batch_alter_table("account") as account:
        account.drop_constraint(op.f("fk_account_partner_id_partner"), type_="foreignkey")
        account.drop_column("partner_id")
        account.drop_column("prefecture_code")
    for table in ("report_correction", "report", "report_round", "partner_item", "partner_key", "partner"):
        op.drop_table(table)
