"""The running program with the rights of `docs/deployment/postgres-rights.sql` alone: everything works, and it cannot touch tables or the log."""

import shutil
from collections.abc import Iterator
from contextvars import Context
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import exc, make_url, text

from keynet_admin import config, key_file
from keynet_admin.config import ROOT
from keynet_admin.extensions import db
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.auth.factor import with_app
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.forms import over_http
from tests.support.server import LiveServer
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


def rotate(app: Flask, step: str) -> None:
    """`flask rotate-key` by the restricted user, who knows what the file says now."""
    config.bind(app, key_file.with_keys(config.of(app)))  # as a process that is started now
    done = Context().run(app.test_cli_runner().invoke, args=["rotate-key", step])
    assert done.exit_code == 0, done.output


def test_the_older_key_goes_while_two_machines_run(restricted: Flask, instance: Path, tmp_path: Path, clock: MovableClock) -> None:
    """All steps by the restricted user. Who is signed in stays so at both machines, also while only one has been restarted without the older key."""
    with restricted.app_context(), transaction():
        with_app(factories.account(Role.lead))
        factories.candidate()
        factories.search_alert()
        email = factories.account(Role.operator).email
    for step in ("add", "use", "renew"):
        rotate(restricted, step)
    second = tmp_path / "second"
    second.mkdir(mode=0o700)
    shutil.copy(instance / key_file.NAME, second)
    environ = {"DATABASE_URL": config.of(restricted).database_url, "KEYNET_RATE_LIMITS": "0"}
    servers, cookies = [LiveServer(folder, environ) for folder in (instance, second)], CookieJar()
    browsers = [over_http(server.url, cookies) for server in servers]

    def signed_in_at_both() -> None:
        for browser in browsers:
            assert browser.get("/security").path == "/security"

    try:
        for server in servers:
            server.start()
        form = browsers[0].get("/login").form("password")
        form.fill("email", email)
        form.fill("password", factories.PASSWORD)
        browsers[0].press(form)
        signed_in_at_both()
        clock.advance(days=40)
        rotate(restricted, "retire")
        keys = [len(key_file.read(folder).keys) for folder in (instance, second)]
        assert keys == [1, 2]
        signed_in_at_both()
        servers[0].stop()
        servers[0].start()
        signed_in_at_both()
    finally:
        for server in servers:
            server.stop()
