"""0012 master data that administrators edit

Revision: 0012; follows: 0011

Nurse Centers and law dates get a key, a version and a mark of their own; office closures and replaced codes are new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

EDITED = (
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
)
CENTER = (
    sa.Column("prefecture_code", sa.String(length=2), nullable=False),
    sa.Column("name", sa.String(length=60), nullable=False),
    sa.Column("operator", sa.String(length=60), nullable=False),
    sa.Column("postal_code", sa.String(length=8), nullable=False),
    sa.Column("address", sa.String(length=200), nullable=False),
    sa.Column("phone", sa.String(length=20), nullable=False),
    sa.Column("email", sa.String(length=254), nullable=False),
    sa.Column("website", sa.String(length=200), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
)
LAW_DATE = (
    sa.Column("key", sa.String(length=40), nullable=False),
    sa.Column("valid_from", sa.Date(), nullable=False),
    sa.Column("valid_to", sa.Date(), nullable=True),
    sa.Column("value", sa.String(length=40), nullable=False),
    sa.Column("basis", sa.Text(), nullable=False),
)


def upgrade() -> None:
    """Go up."""
    _again("nurse_center", CENTER, EDITED, sa.UniqueConstraint("prefecture_code", name="uq_nurse_center_prefecture_code"))
    _again("law_date", LAW_DATE, EDITED, sa.UniqueConstraint("key", "valid_from", name="uq_law_date_key_valid_from"))
    active = (sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),)
    op.create_table(
        "office_closure",
        *_copies(EDITED),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prefecture_code", sa.String(length=2), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        *_copies(active),
        sa.UniqueConstraint("day", "prefecture_code", name="uq_office_closure_day_prefecture_code"),
    )
    op.create_table(
        "municipality_successor",
        *_copies(EDITED),
        sa.Column("old_code", sa.String(length=6), nullable=False),
        sa.Column("new_code", sa.String(length=6), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *_copies(active),
        sa.UniqueConstraint("old_code", name="uq_municipality_successor_old_code"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("municipality_successor")
    op.drop_table("office_closure")
    _again("nurse_center", CENTER, (), sa.PrimaryKeyConstraint("prefecture_code", name="pk_nurse_center"))
    _again("law_date", LAW_DATE, (), sa.PrimaryKeyConstraint("key", "valid_from", name="pk_law_date"))


def _again(name: str, columns: tuple[sa.Column, ...], more: tuple[sa.Column, ...], constraint: sa.Constraint) -> None:
    """Make the table anew with its rows: a primary key cannot be changed in place."""
    old = sa.table(name, *(sa.column(column.name, column.type) for column in columns))
    rows = [dict(row) for row in op.get_bind().execute(sa.select(old)).mappings()]
    op.drop_table(name)
    made = op.create_table(name, *_copies(more), *_copies(columns), constraint)
    if rows:
        op.bulk_insert(made, rows)


def _copies(columns: tuple[sa.Column, ...]) -> list[sa.Column]:
    """A column object belongs to one table."""
    return [
        sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable, server_default=c.server_default and c.server_default.arg)
        for c in columns
    ]
