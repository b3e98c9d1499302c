"""The tables of submissions, postings, the public list and mails.

Revision: 0001b; follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001b"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_no", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("lg_code", sa.String(length=6), nullable=False),
        sa.Column("org_name", sa.String(length=100), nullable=False),
        sa.Column("prefecture_code", sa.String(length=2), nullable=False),
        sa.Column("jobs", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("identity", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_submission_assignee_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_submission_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("identity", name=op.f("uq_submission_identity")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_submission_receipt_no")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index("ix_submission_assignee_id_status", ["assignee_id", "status"], unique=False)
        batch_op.create_index("ix_submission_lg_code_status", ["lg_code", "status"], unique=False)
        batch_op.create_index("ix_submission_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_prefecture_code"), ["prefecture_code"], unique=False)
        batch_op.create_index("ix_submission_status_due_at_id", ["status", "due_at", "id"], unique=False)

    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_no", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("submission_index", sa.Integer(), nullable=True),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("job_type", sa.String(length=40), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("release_asked", sa.Boolean(), nullable=False),
        sa.Column("publish_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_posting_organization_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_posting_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("posting_no", name=op.f("uq_posting_posting_no")),
        sa.UniqueConstraint("submission_id", "submission_index", name=op.f("uq_posting_submission_id_submission_index")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_job_type"), ["job_type"], unique=False)
        batch_op.create_index("ix_posting_organization_id_status_id", ["organization_id", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_publish_until"), ["publish_until"], unique=False)
        batch_op.create_index("ix_posting_status_id", ["status", "id"], unique=False)

    op.create_table(
        "submission_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("normalized", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.String(length=20), nullable=False),
        sa.Column("reference_date", sa.String(length=10), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_revision_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_revision")),
        sa.UniqueConstraint("form_key", name=op.f("uq_submission_revision_form_key")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_submission_revision_submission_id_number")),
    )
    op.create_table(
        "listing",
        sa.Column("posting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("posting_no", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_type", sa.String(length=40), nullable=True),
        sa.Column("prefecture_code", sa.String(length=2), nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=True),
        sa.Column("engagement", sa.String(length=40), nullable=True),
        sa.Column("org_name", sa.String(length=100), nullable=True),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("pay_hour", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("single_day", sa.Boolean(), nullable=False),
        sa.Column("blank_ok", sa.Boolean(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_listing_posting_id")),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_listing")),
        sa.UniqueConstraint("posting_no", name=op.f("uq_listing_posting_no")),
    )
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_listing_ending",
            ["listed_until", "posting_id"],
            unique=False,
            sqlite_where=sa.text("state = 'listed'"),
            postgresql_where=sa.text("state = 'listed'"),
        )
        batch_op.create_index(
            "ix_listing_job",
            ["job_type", "listed_at", "posting_id"],
            unique=False,
            sqlite_where=sa.text("state = 'listed'"),
            postgresql_where=sa.text("state = 'listed'"),
        )
        batch_op.create_index(
            "ix_listing_new",
            ["listed_at", "posting_id"],
            unique=False,
            sqlite_where=sa.text("state = 'listed'"),
            postgresql_where=sa.text("state = 'listed'"),
        )
        batch_op.create_index(
            "ix_listing_pay",
            ["pay_hour", "posting_id"],
            unique=False,
            sqlite_where=sa.text("state = 'listed'"),
            postgresql_where=sa.text("state = 'listed'"),
        )
        batch_op.create_index(
            "ix_listing_prefecture",
            ["prefecture_code", "listed_at", "posting_id"],
            unique=False,
            sqlite_where=sa.text("state = 'listed'"),
            postgresql_where=sa.text("state = 'listed'"),
        )

    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_mail_account_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_outbox_mail_posting_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_outbox_mail_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_mail_message_id")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_mail_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_outbox_mail_posting_id_id", ["posting_id", "id"], unique=False)
        batch_op.create_index("ix_outbox_mail_state_next_try_at", ["state", "next_try_at"], unique=False)
        batch_op.create_index("ix_outbox_mail_submission_id_id", ["submission_id", "id"], unique=False)

    op.create_table(
        "posting_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("normalized", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.String(length=20), nullable=False),
        sa.Column("reference_date", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_posting_revision_author_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_revision_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_revision")),
        sa.UniqueConstraint("posting_id", "number", name=op.f("uq_posting_revision_posting_id_number")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(submission_id IS NULL) <> (posting_id IS NULL)", name=op.f("ck_review_one_subject")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_review_actor_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_review_posting_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_review_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index("ix_review_posting_id_id", ["posting_id", "id"], unique=False)
        batch_op.create_index("ix_review_submission_id_id", ["submission_id", "id"], unique=False)

    op.create_table(
        "submission_contact",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("normalized", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["submission_revision.id"], name=op.f("fk_submission_contact_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_submission_contact")),
    )
    with op.batch_alter_table("submission_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_contact_email"), ["email"], unique=False)

    op.create_table(
        "return_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_why", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_return_link_review_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_return_link_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_return_link_token_hash")),
    )
    with op.batch_alter_table("return_link", schema=None) as batch_op:
        batch_op.create_index("ix_return_link_submission_id_id", ["submission_id", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("return_link", schema=None) as batch_op:
        batch_op.drop_index("ix_return_link_submission_id_id")

    op.drop_table("return_link")
    with op.batch_alter_table("submission_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_contact_email"))

    op.drop_table("submission_contact")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index("ix_review_submission_id_id")
        batch_op.drop_index("ix_review_posting_id_id")

    op.drop_table("review")
    op.drop_table("posting_revision")
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_mail_submission_id_id")
        batch_op.drop_index("ix_outbox_mail_state_next_try_at")
        batch_op.drop_index("ix_outbox_mail_posting_id_id")
        batch_op.drop_index("ix_outbox_mail_account_id_id")

    op.drop_table("outbox_mail")
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_prefecture", sqlite_where=sa.text("state = 'listed'"), postgresql_where=sa.text("state = 'listed'"))
        batch_op.drop_index("ix_listing_pay", sqlite_where=sa.text("state = 'listed'"), postgresql_where=sa.text("state = 'listed'"))
        batch_op.drop_index("ix_listing_new", sqlite_where=sa.text("state = 'listed'"), postgresql_where=sa.text("state = 'listed'"))
        batch_op.drop_index("ix_listing_job", sqlite_where=sa.text("state = 'listed'"), postgresql_where=sa.text("state = 'listed'"))
        batch_op.drop_index("ix_listing_ending", sqlite_where=sa.text("state = 'listed'"), postgresql_where=sa.text("state = 'listed'"))

    op.drop_table("listing")
    op.drop_table("submission_revision")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_status_id")
        batch_op.drop_index(batch_op.f("ix_posting_publish_until"))
        batch_op.drop_index("ix_posting_organization_id_status_id")
        batch_op.drop_index(batch_op.f("ix_posting_job_type"))

    op.drop_table("posting")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_status_due_at_id")
        batch_op.drop_index(batch_op.f("ix_submission_prefecture_code"))
        batch_op.drop_index("ix_submission_organization_id_id")
        batch_op.drop_index("ix_submission_lg_code_status")
        batch_op.drop_index("ix_submission_assignee_id_status")

    op.drop_table("submission")
