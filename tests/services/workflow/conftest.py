"""One row of each kind that people decide about, and one of each kind of actor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin.models import Account, Authenticator, FirstLogin, Submission
from keynet_admin.permissions import SYSTEM, Actor, candidate_of, partner_of, sender_of
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import Role
from tests import factories
from tests.services.workflow.table import BESIDES, KINDS


@pytest.fixture
def rows(app: Flask, db_session: Session, clock: Any) -> dict[str, Any]:
    """By kind; the state is set by hand before each try."""
    applied = factories.candidate()
    posting = factories.posting()
    case = db_session.get(Submission, posting.submission_id)
    account = factories.account(Role.municipality, organization=posting.organization)
    kept = {"token_hash": "t", "code_hash": "c", "expires_at": clock.now + timedelta(days=9)}
    db_session.add(FirstLogin(account=account, **kept))
    db_session.flush()
    item = factories.partner_item(posting)
    report = factories.report(posting.organization)
    return {
        "partner": item.partner,
        "partner_key": factories.partner_key(item.partner),
        "partner_item": item,
        "report_round": factories.report_round(),
        "report": report,
        "submission": case,
        "posting": posting,
        "organization": posting.organization,
        "account": account,
        "candidate": applied,
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
        "person": candidate_of(rows["candidate"].id),
        "machine": partner_of(rows["partner"].id),
        "receiver": factories.actor(Role.partner, partner_id=rows["partner"].id),
        "prefecture": factories.actor(Role.prefecture, prefecture_code="45"),
        "system": SYSTEM,
    }


@pytest.fixture
def put(rows: dict[str, Any], db_session: Session) -> Callable[..., Any]:
    """`put(kind, action, state)`: the row in that state (without the workflow, which is what is tried) and otherwise fit for the action."""

    def put(kind: str, action: str, state: str, **more: Any) -> Any:
        row, (table, states) = rows[kind], KINDS[kind]
        if action == "give_manage":  # only where nobody manages
            db_session.execute(update(Account).values(rights=["view"]))
        if action == "reset_factor" and db_session.execute(select(Authenticator)).first() is None:
            db_session.add(Authenticator(account_id=row.id, secret="sealed", last_step=0))
        values = {"status": states(state), **BESIDES.get((kind, action), {}), **more}
        db_session.execute(update(table).where(table.id == row.id).values(values))
        db_session.refresh(row)
        return row

    return put
