"""0011 the index of the queue's search

Revision: 0011; follows: 0010

The words of a case and of all its contacts come together in one row and its index. The tokens are cut here as they were when this
migration was written; an index made anew by the program holds the same rows.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    op.create_table(
        "submission_search",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_search_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_search")),
    )
    if sqlite:
        op.execute("CREATE VIRTUAL TABLE submission_search_index USING fts5(tokens, content='', detail=none, tokenize='ascii')")
    else:
        op.execute(
            "CREATE TABLE submission_search_index (submission_id integer CONSTRAINT pk_submission_search_index PRIMARY KEY "
            "CONSTRAINT fk_submission_search_index_submission_id REFERENCES submission (id) ON DELETE CASCADE, tokens text[] NOT NULL)"
        )
        op.execute("CREATE INDEX ix_submission_search_index_tokens ON submission_search_index USING gin (tokens)")
    words: dict[int, dict[str, None]] = {}
    for number, own in bind.execute(sa.text("SELECT id, search_text FROM submission")):
        words[number] = dict.fromkeys(own.split())
    contacts = "SELECT r.submission_id, c.search_text FROM submission_contact c JOIN submission_revision r ON r.id = c.revision_id"
    for number, own in bind.execute(sa.text(contacts)):
        words.setdefault(number, {}).update(dict.fromkeys(own.split()))
    column = "rowid" if sqlite else "submission_id"
    for number, own_words in words.items():
        text = " ".join(own_words)
        tokens = _tokens(text, letters=not sqlite)
        bind.execute(sa.text("INSERT INTO submission_search(submission_id, text) VALUES (:id, :text)"), {"id": number, "text": text})
        bind.execute(
            sa.text(f"INSERT INTO submission_search_index({column}, tokens) VALUES (:id, :tokens)"),  # noqa: S608 - one of two constants
            {"id": number, "tokens": " ".join(tokens) if sqlite else tokens},
        )
    op.drop_column("submission", "search_text")
    op.drop_column("submission_contact", "search_text")


def _tokens(text: str, *, letters: bool) -> list[str]:
    tokens: dict[str, None] = {}
    for run in "".join(c if c.isalnum() else " " for c in text).split():
        tokens.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
        for part in re.findall(r"[0-9a-z]{4,}", run):
            tokens.update(dict.fromkeys(part[at : at + 4] for at in range(len(part) - 3)))
        tokens.update(dict.fromkeys(run if letters else run[-1]))
    return list(tokens)


def downgrade() -> None:
    """Go back: the words of contacts and cases stay together, which finds the same cases."""
    op.add_column("submission", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("submission_contact", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE submission SET search_text = coalesce((SELECT s.text FROM submission_search s WHERE s.submission_id = submission.id), '')"
    )
    op.drop_table("submission_search_index")
    op.drop_table("submission_search")
