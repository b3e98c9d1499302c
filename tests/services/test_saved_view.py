"""What an account keeps of lists."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from keynet_admin.models import ChosenColumns
from keynet_admin.permissions import Actor
from keynet_admin.services import saved_view
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.walks.test_races import together

COLUMNS = ("due", "jobs")


def choosing(actor: Actor, names: Sequence[str]) -> Callable[[], Any]:
    """Somebody presses 列を変える."""

    def act() -> str:
        with transaction():
            saved_view.choose_columns(actor, "admin_submission", "due", names)
        return ",".join(names)

    return act


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_two_presses_at_once_keep_one_choice(app: Flask, db_session: Session) -> None:
    """Who is about to write waits for the other one as long as the other may come: it stands still before it has looked."""
    actor = factories.actor(Role.operator)
    db_session.commit()
    both = threading.Barrier(2)

    def wait(*_row: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)

    event.listen(ChosenColumns, "before_insert", wait)
    try:
        assert together(app, *[choosing(actor, COLUMNS)] * 2) == [",".join(COLUMNS)] * 2
    finally:
        event.remove(ChosenColumns, "before_insert", wait)
    assert db_session.execute(select(ChosenColumns.tab, ChosenColumns.names)).all() == [("due", ",".join(COLUMNS))]
