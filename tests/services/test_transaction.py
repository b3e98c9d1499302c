"""Transactions: never one inside another, none by GET, durable, and a connection that dies is said as a page."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Counter
from keynet_admin.services.transaction import TransactionMisused, transaction
from tests import factories
from tests.support.web import Client


def test_nesting_is_refused_and_keeps_nothing(app: Flask, db_session: Session) -> None:
    def nested() -> None:
        with transaction():
            db_session.add(Counter(name="outer", value=1))
            with transaction():
                db_session.add(Counter(name="inner", value=1))

    with pytest.raises(TransactionMisused):
        nested()
    assert db_session.execute(select(func.count()).select_from(Counter)).scalar_one() == 0
    with transaction():
        db_session.add(Counter(name="later", value=1))
    assert db_session.execute(select(Counter.name)).scalars().all() == ["later"]


def test_after_a_failure_the_next_one_opens(app: Flask, db_session: Session) -> None:
    def failing() -> None:
        with transaction():
            raise LookupError

    with pytest.raises(LookupError):
        failing()
    with transaction():
        db_session.add(Counter(name="after", value=1))
    assert db_session.execute(select(Counter.value)).scalars().all() == [1]


def answering(app: Flask, act: Callable[[], Any]) -> None:
    """A page for tests at /acting, for GET and POST."""

    def view() -> str:
        act()
        return "done"

    app.add_url_rule("/acting", "acting", view, methods=["GET", "POST"])


@pytest.mark.settings(PROPAGATE_EXCEPTIONS=False, TESTING=False)
def test_a_get_opens_none(app: Flask, client: Client) -> None:
    def act() -> None:
        with transaction():
            db.session.execute(select(Counter))

    answering(app, act)
    assert client.post("/acting").status_code == 200
    assert client.get("/acting").status_code == 500


@pytest.mark.parametrize("path", ["/first-login/no-such-token", "/password/reset/no-such-token", "/first-login"])
def test_looking_at_a_link_takes_no_write_lock(app: Flask, client: Client, path: str) -> None:
    begun: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        begun.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    assert client.get(path).status_code in (200, 404)
    assert not [statement for statement in begun if "IMMEDIATE" in statement or "query_only=OFF" in statement]


on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])  # only a server has processes that die


@on_postgresql
def test_commits_wait_for_the_disk(app: Flask, db_session: Session) -> None:
    """The server of the tests would not, if nobody asked."""
    assert db_session.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    assert db_session.execute(text("SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'")).scalar_one() == "off"


def kill_own_connection(app: Flask) -> None:
    """End the server's process behind the connection that this request uses."""
    number = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def kill() -> None:
        with app.app_context(), db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": number})

    killer = threading.Thread(target=kill)
    killer.start()
    killer.join(30)


@on_postgresql
@pytest.mark.settings(PROPAGATE_EXCEPTIONS=False, TESTING=False)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_dies_in_a_request_is_a_503(app: Flask, client: Client, method: str) -> None:
    def act() -> None:
        kill_own_connection(app)
        db.session.execute(text("SELECT 1"))

    answering(app, act)
    answer = client.open("/acting", method=method)
    assert answer.status_code == 503
    assert "1分ほど待って" in answer.text
    assert answer.headers["Retry-After"] == "30"
    assert client.get("/postings/").status_code == 200


@on_postgresql
@pytest.mark.settings(PROPAGATE_EXCEPTIONS=False, TESTING=False)
def test_a_connection_that_dies_inside_a_transaction_is_a_503(app: Flask, client: Client) -> None:
    def act() -> None:
        with transaction():
            kill_own_connection(app)
            factories.account()

    answering(app, act)
    answer = client.post("/acting")
    assert answer.status_code == 503
    assert "1分ほど待って" in answer.text


@on_postgresql
@pytest.mark.settings(PROPAGATE_EXCEPTIONS=True)
def test_a_connection_that_dies_after_the_answer_was_made_changes_nothing(app: Flask, client: Client) -> None:
    answering(app, lambda: kill_own_connection(app))
    assert client.get("/acting").text == "done"
    assert client.get("/postings/").status_code == 200
