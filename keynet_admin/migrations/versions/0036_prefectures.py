"""0036 public addresses of bodies; the letters of prefectures to them; mails in a prefecture's name

Revision: 0036; follows: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def _text(name: str, length: int, *, default: str | None = "") -> sa.Column:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=False)


def upgrade() -> None:
    """Two tables and two columns."""
    op.create_table(
        "municipality_contact",
        _text("code6", 6, default=None),
        _text("email", 254),
        _text("phone", 20),
        _text("source", 200),
        sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality_contact")),
        sa.UniqueConstraint("code6", name=op.f("uq_municipality_contact_code6")),
    )
    op.create_table(
        "prefecture_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("prefecture_code", 2, default=None),
        _text("code6", 6, default=None),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_prefecture_notice_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prefecture_notice")),
    )
    op.create_index("ix_prefecture_notice_prefecture_code_sent_at", "prefecture_notice", ["prefecture_code", "sent_at"])
    with op.batch_alter_table("outbox_mail") as mail:
        mail.add_column(_text("sender_name", 60))
        mail.add_column(_text("reply_to", 254))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("outbox_mail") as mail:
        mail.drop_column("reply_to")
        mail.drop_column("sender_name")
    op.drop_table("prefecture_notice")
    op.drop_table("municipality_contact")
