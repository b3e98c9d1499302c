"""The running program with the rights of `docs/deployment/postgres-rights.sql` alone: everything works, and it cannot touch tables or the log."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import exc, make_url, text

from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.web import application
from tests.walks.machines.whole_life import live

REFUSED = (
    "ALTER TABLE posting ADD COLUMN mark integer",
    "CREATE TABLE mark (id integer)",
    "DROP TRIGGER audit_event_only_added_to ON audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "TRUNCATE candidate",
    "UPDATE audit_event SET action = 'x'",
    "DELETE FROM audit_event",
    "DELETE FROM audit_seal",
    "UPDATE alembic_version SET version_num = 'x'",
    "SET session_replication_role = replica",
)


@pytest.fixture
def restricted(databases: Databases, instance: Path, clock: MovableClock) -> Iterator[Flask]:
    """The application as a user of the database who has the rights of that file."""
    with databases.copy("postgresql", instance) as url:
        owner = make_url(url)
        with psycopg.connect(f"{databases.server().server} dbname={owner.database}", autocommit=True) as connection:
            connection.execute("CREATE ROLE keynet_web LOGIN")
            connection.execute((ROOT / "docs" / "deployment" / "postgres-rights.sql").read_bytes())
        try:
            with application(owner.set(username="keynet_web").render_as_string(), instance, {}) as app:
                yield app
        finally:
            with psycopg.connect(f"{databases.server().server} dbname={owner.database}", autocommit=True) as connection:
                connection.execute("DROP OWNED BY keynet_web")
                connection.execute("DROP ROLE keynet_web")


def test_what_the_program_needs_and_no_more(restricted: Flask, clock: MovableClock) -> None:
    """A posting and a person from receipt to deletion, a page of each kind of reader, every job; then what a thief of the password cannot do."""
    live(restricted, clock)
    with restricted.app_context():
        for statement in REFUSED:
            with pytest.raises(exc.ProgrammingError, match=r"permission denied|must be owner"), db.engine.connect() as thief:
                thief.execute(text(statement))
