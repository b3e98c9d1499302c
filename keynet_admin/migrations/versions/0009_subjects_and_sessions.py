"""0009 subjects and sessions

Revision: 0009; follows: 0008

A review and a mail name what they are about by one pair, as an event does; a session knows how and when its person was last proven.
A mail about a case or a posting that went to an account keeps the account as its addressee.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Table -> the old columns with the subject they stand for; the first that is set wins.
MOVED = {"review": ("submission", "posting"), "outbox_mail": ("submission", "posting", "account")}


def upgrade() -> None:
    """Go up."""
    op.execute("ALTER TABLE outbox_mail RENAME COLUMN subject TO title")
    for table, subjects in MOVED.items():
        names = " ".join(f"WHEN {name}_id IS NOT NULL THEN '{name}'" for name in subjects)
        ids = ", ".join(f"{name}_id" for name in subjects)
        op.add_column(table, sa.Column("subject", sa.String(length=30), server_default="", nullable=False))
        op.add_column(table, sa.Column("subject_id", sa.Integer(), server_default="0", nullable=False))
        op.execute(f"UPDATE {table} SET subject = CASE {names} ELSE '' END, subject_id = COALESCE({ids}, 0)")  # noqa: S608
        with op.batch_alter_table(table) as batch:
            if table == "review":
                batch.drop_constraint(op.f("ck_review_one_subject"), type_="check")
            for name in ("submission", "posting"):
                batch.drop_index(f"ix_{table}_{name}_id_id")
                batch.drop_constraint(op.f(f"fk_{table}_{name}_id"), type_="foreignkey")
                batch.drop_column(f"{name}_id")
            batch.alter_column("subject", existing_type=sa.String(length=30), server_default=None)
            batch.alter_column("subject_id", existing_type=sa.Integer(), server_default=None)
            batch.create_index(f"ix_{table}_subject_subject_id_id", ["subject", "subject_id", "id"])
    op.add_column("staff_session", sa.Column("level", sa.String(length=24), server_default="password", nullable=False))
    op.add_column("staff_session", sa.Column("level_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE staff_session SET level_at = created_at")
    with op.batch_alter_table("staff_session") as batch:
        batch.alter_column("level", existing_type=sa.String(length=24), server_default=None)
        batch.alter_column("level_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("staff_session") as batch:
        batch.drop_column("level_at")
        batch.drop_column("level")
    for table in MOVED:
        op.drop_index(f"ix_{table}_subject_subject_id_id", table_name=table)
        for name in ("submission", "posting"):
            op.add_column(table, sa.Column(f"{name}_id", sa.Integer(), nullable=True))
            op.execute(f"UPDATE {table} SET {name}_id = subject_id WHERE subject = '{name}'")  # noqa: S608
        with op.batch_alter_table(table) as batch:
            for name in ("submission", "posting"):
                batch.create_foreign_key(op.f(f"fk_{table}_{name}_id"), name, [f"{name}_id"], ["id"])
                batch.create_index(f"ix_{table}_{name}_id_id", [f"{name}_id", "id"])
            if table == "review":
                batch.create_check_constraint(op.f("ck_review_one_subject"), "(submission_id IS NULL) <> (posting_id IS NULL)")
            batch.drop_column("subject_id")
            batch.drop_column("subject")
    op.execute("ALTER TABLE outbox_mail RENAME COLUMN title TO subject")
