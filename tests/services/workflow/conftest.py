"""One row of each kind that people decide about, and one of each kind of actor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from keynet_admin.models import FirstLogin, Submission
from keynet_admin.permissions import SYSTEM, Actor, sender_of
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import Role
from tests import factories
from tests.services.workflow.table import BESIDES, KINDS


@pytest.fixture
def rows(app: Flask, db_session: Session, clock: Any) -> dict[str, Any]:
    """By kind; the state is set by hand before each try."""
    posting = factories.posting()
    case = db_session.get(Submission, posting.submission_id)
    account = factories.account(Role.municipality, organization=posting.organization)
    kept = {"token_hash": "t", "code_hash": "c", "expires_at": clock.now + timedelta(days=9)}
    db_session.add(FirstLogin(account=account, **kept))
    db_session.flush()
    return {
        "submission": case,
        "posting": posting,
        "account": account,
        "keying": factories.keying(),
        "outbox_mail": outbox.enqueue("rejected", "yobo@city.hyuga-test.lg.jp", {"reason": "対象外のため。"}, about=case),
    }


@pytest.fixture
def people(rows: dict[str, Any]) -> dict[str, Actor]:
    """One of each kind of actor."""
    other = factories.make_organization("131016", "千代田区")
    return {
        "operator": factories.actor(Role.operator),
        "lead": factories.actor(Role.lead),
        "admin": factories.actor(Role.admin),
        "own": factories.actor(Role.municipality, organization=rows["posting"].organization),
        "other": factories.actor(Role.municipality, organization=other),
        "sender": sender_of(rows["submission"].id),
        "system": SYSTEM,
    }


@pytest.fixture
def put(rows: dict[str, Any], db_session: Session) -> Callable[..., Any]:
    """`put(kind, action, state)`: the row in that state (without the workflow, which is what is tried) and otherwise fit for the action."""

    def put(kind: str, action: str, state: str, **more: Any) -> Any:
        row, (table, states) = rows[kind], KINDS[kind]
        values = {"status": states(state), **BESIDES.get((kind, action), {}), **more}
        db_session.execute(update(table).where(table.id == row.id).values(values))
        db_session.refresh(row)
        return row

    return put
