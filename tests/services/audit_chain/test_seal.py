"""Every event is sealed by the transaction that writes it, and the database refuses to change what is written."""

import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import AuditCheck, AuditEvent, AuditSeal
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit
from keynet_admin.services.audit_chain import seal
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ActorKind, PostingStatus, Role
from tests import factories
from tests.architecture import source
from tests.services.audit_chain.attack import broken


def counts(session: Session) -> tuple[int, int]:
    """How many events, how many seals."""
    return tuple(session.execute(select(func.count()).select_from(table)).scalar_one() for table in (AuditEvent, AuditSeal))  # type: ignore[return-value]


def test_what_services_write_is_sealed(db_session: Session) -> None:
    """A posting's whole way to the public page."""
    factories.posting(PostingStatus.live)
    db_session.commit()
    events, seals = counts(db_session)
    assert events == seals > 3
    assert seal.head()[0] == seals
    assert broken(db_session) == []


def test_what_is_taken_back_is_not_sealed(db_session: Session) -> None:
    """A savepoint's and a whole transaction's events leave nothing for a later seal."""
    account = factories.account(Role.operator)
    db_session.commit()
    before = counts(db_session)
    with transaction():
        step = db_session.begin_nested()
        audit.record(account, "sign_in", SYSTEM)
        db_session.flush()
        step.rollback()
        audit.record(account, "sign_out", SYSTEM)
    assert counts(db_session) == (before[0] + 1, before[1] + 1)
    audit.record(account, "sign_in", SYSTEM)
    db_session.flush()
    db_session.rollback()
    with transaction():
        step = db_session.begin_nested()
        audit.record(account, "sign_in", SYSTEM)
        step.commit()
    assert counts(db_session) == (before[0] + 2, before[1] + 2)
    assert broken(db_session) == []


def test_many_at_once_are_sealed(db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that pass the session by, more of them than one statement takes."""
    monkeypatch.setattr(seal, "_BATCH", 3)
    row = {"actor_kind": ActorKind.system, "subject": "setting", "subject_id": 0, "action": "change", "codes": {"fields": ["notice"]}}
    with transaction():
        audit.record_all([row] * 8)
    assert counts(db_session) == (8, 8)
    assert broken(db_session) == []


def test_nothing_but_the_writer_adds_events() -> None:
    """A second writer would have to be sealed, too: only `services/audit.py` makes events that stay."""
    writers = {
        source.name(path)
        for path in source.modules()
        if "AuditEvent(" in (words := path.read_text(encoding="utf-8")).replace("class AuditEvent(", "") or "insert(AuditEvent" in words
    }
    # The work of a password reset for nobody, which is taken back.
    assert writers == {"keynet_admin.services.audit", "keynet_admin.services.account.use_cases"}


@pytest.mark.parametrize("table", [AuditEvent, AuditSeal, AuditCheck])
@pytest.mark.parametrize(
    "attack", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"]
)
def test_nothing_is_changed_afterwards(db_session: Session, table: type[AuditEvent], attack: str) -> None:
    """Whoever asks, by whatever statement the database has."""
    postgres = db_session.connection().dialect.name == "postgresql"
    if ("REPLACE" in attack and postgres) or ("TRUNCATE" in attack and not postgres):
        return  # not a statement of this database
    factories.submission()
    db_session.execute(insert(AuditCheck).values(position=1, digest="0" * 64, faults=0))
    db_session.commit()
    key = table.__table__.primary_key.columns[0].name
    with pytest.raises(DBAPIError, match="only ever added to"):
        db_session.execute(text(attack.format(table.__tablename__, key)))
    db_session.rollback()
    assert broken(db_session) == []


def test_many_writers_at_once(app: Flask, database_kind: str) -> None:
    """Fifty at the same moment, several events each: nobody waits in a circle, and the chain is one line."""
    with app.app_context():
        account = factories.account(Role.operator)
        db.session.commit()
        before = counts(db.session())[0]
    refused: list[BaseException] = []
    rounds = 4 if database_kind == "postgresql" else 1

    def write() -> None:
        try:
            for _ in range(rounds):
                with app.app_context(), transaction():
                    audit.record(account, "sign_in", SYSTEM)
                    db.session.flush()
                    audit.record(account, "sign_out", SYSTEM)
        except BaseException as error:
            refused.append(error)

    threads = [threading.Thread(target=write) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not refused
    with app.app_context():
        assert counts(db.session()) == (before + 100 * rounds, before + 100 * rounds)
        assert broken(db.session()) == []


def test_the_demo_is_sealed(databases: object, instance: Path) -> None:
    """Months of all services' events, written in one transaction of many savepoints."""
    from tests.support.web import application

    url = databases.copy_demo(instance)  # type: ignore[attr-defined]
    with application(url, instance, {}) as app, app.app_context():
        events, seals = counts(db.session())
        assert events == seals > 500
        assert broken(db.session()) == []
