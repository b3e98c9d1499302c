"""What is left when somebody has their data deleted: numbers, and one last mail that is forgotten once it has left."""

import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin.errors import StaleVersion
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, OutboxMail, StaffNote, ThreadMessage
from keynet_admin.permissions import candidate_of
from keynet_admin.services import persons, threads, workflow
from keynet_admin.services.candidate import access, erase, mail
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.transport import Rejected
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, MailStatus, Role
from tests import factories
from tests.services.marked import MARKER, in_database, in_files

pytestmark = pytest.mark.usefixtures("app", "clock")
S = CandidateStatus


def gone(row: Candidate) -> None:
    """Deleted at the person's wish."""
    erase.erase(row, candidate_of(row.id), seen_version=row.version)


def planted(state: CandidateStatus = S.selection) -> Candidate:
    """Somebody with the marker wherever words of theirs or about them stand; a mail delivered, one refused, one that still waits."""
    address = f"{MARKER}@mail.example"
    row = factories.candidate(
        state, {"family_name": MARKER, "family_kana": MARKER, "email": address, "tel": MARKER[:20], "message": MARKER}
    )
    who = factories.actor(Role.municipality, organization=row.organization)
    threads.write(row, who, MARKER)
    threads.write(row, candidate_of(row.id), MARKER)
    threads.note(row, who, MARKER)
    row.interview_place, row.findings, row.salt = MARKER, [{"message": MARKER}], row.salt
    db.session.commit()
    db.session.rollback()
    outbox.deliver_waiting()
    with transaction():
        mail.tell(row, "candidate_offered")
        db.session.execute(update(OutboxMail).where(OutboxMail.about(row)).values(note=MARKER, answer=MARKER))
        mail.tell(row, "candidate_receipt")
    return row


def test_nothing_is_left(db_session: Session, instance: Path, caplog: pytest.LogCaptureFixture, database_kind: str) -> None:
    """In no table, index, file, log or mail; but for the last mail, until it has left."""
    caplog.set_level(logging.INFO)
    row, other = planted(), factories.candidate(S.seen)
    token, others = access.token(row), (other.name, other.version)
    db_session.commit()
    assert {f"candidate.{column}" for column in ("name", "kana", "email", "tel", "content", "typed")} < in_database(db_session)
    assert list((instance / "mail").glob("*.eml"))
    with transaction():
        gone(row)
    assert in_database(db_session) == {"outbox_mail.recipient"}
    assert [path for path in in_files(instance) if path.endswith(".eml")] == []
    assert access.by_token(token) is None
    assert (row.status, row.candidate_no, row.salt, row.content) == (S.withdrawn, "KN-A-000001", "", {})
    assert row.erased_at is not None
    assert row.received_at == other.received_at
    for table in (ThreadMessage, StaffNote):
        assert db_session.execute(select(table).where(table.about(row))).first() is None
    db_session.rollback()
    outbox.deliver_waiting()
    assert in_database(db_session) == set()
    last = db_session.execute(select(OutboxMail).where(OutboxMail.about(row), OutboxMail.template == "candidate_erased")).scalar_one()
    assert (last.status, last.recipient) == (MailStatus.sent, "")
    letter = (instance / "mail" / f"{last.message_id}.eml").read_text(encoding="utf-8")
    assert letter.count(MARKER) == 1
    assert (other.name, other.version) == others
    assert MARKER not in caplog.text
    # The letter itself goes with the others of its age.
    persons.purge(last.created_at + persons.YEAR)
    db_session.rollback()
    db.engine.dispose()
    assert in_files(instance) == []


def test_twice_is_once(db_session: Session) -> None:
    row = planted()
    for _ in range(3):
        with transaction():
            gone(row)
    events = db_session.execute(select(AuditEvent.action).where(AuditEvent.about(row)).order_by(AuditEvent.id)).scalars().all()
    assert events[-2:] == ["withdraw", "erase"]
    mails = db_session.execute(select(OutboxMail).where(OutboxMail.about(row), OutboxMail.recipient != "")).scalars().all()
    assert [m.template for m in mails] == ["candidate_erased"]


@pytest.mark.parametrize("state", [S.secured, S.rejected, S.declined, S.withdrawn])
def test_an_outcome_stays(db_session: Session, state: CandidateStatus) -> None:
    """Who is secured stays counted; nobody can take back what was decided about a row of nobody."""
    row = planted(state)
    gone(row)
    assert (row.status, row.undo_to, row.due_at) == (state, None, None)
    assert row.ended_at is not None
    assert workflow.offers(row, factories.actor(Role.municipality, organization=row.organization)).keys() <= {"withdraw"}


def test_a_changed_row_is_not_erased_unseen(db_session: Session) -> None:
    row = planted()
    with pytest.raises(StaleVersion):
        erase.erase(row, candidate_of(row.id), seen_version=row.version - 1)


@pytest.mark.parametrize(("address", "mails"), [("", 0), ("ichigo..@mail", 0), ("a..b.@docomo.example", 1)])
def test_who_can_be_told_is_told(db_session: Session, address: str, mails: int) -> None:
    row = factories.candidate(content={"email": address})
    gone(row)
    told = db_session.execute(select(OutboxMail).where(OutboxMail.about(row), OutboxMail.template == "candidate_erased")).scalars().all()
    assert len(told) == mails


def test_last_words_that_are_refused_are_forgotten_too(db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the other server says, nobody has to look after them, and its answer may name the address."""
    row = planted()
    with transaction():
        gone(row)

    def refuse(*_: Any) -> str:
        raise Rejected(f"550 no such user {MARKER}@mail.example")

    monkeypatch.setattr("keynet_admin.services.mail.transport.Spool.deliver", refuse)
    assert outbox.deliver_due() == 0
    assert in_database(db_session) == set()
    assert outbox.undeliverable_count() == 0


def test_a_mail_on_its_way_stays_blank(db_session: Session) -> None:
    """It was claimed before the deletion; what the other server answers is not written to it."""
    row = planted()
    claim = outbox._claim(outbox.clock.real_now(), outbox.timedelta(minutes=1))
    assert claim is not None
    assert claim.recipient == row.email
    with transaction():
        gone(row)
    outbox._settle(claim, MailStatus.sent, f"250 {MARKER}")
    assert in_database(db_session) == {"outbox_mail.recipient"}
    outbox.deliver_waiting()
    assert in_database(db_session) == set()
