"""How long a person's data is kept: announced, locked, deleted; the numbers stay, and nothing is left anywhere."""

import logging
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, OutboxMail
from keynet_admin.permissions import candidate_of
from keynet_admin.services import persons, settings, threads
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import access, retention, silence
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting import publication
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.services.marked import MARKER, in_database, in_files
from tests.support.clock import MovableClock
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
MARKED = {
    "family_name": MARKER,
    "given_name": MARKER,
    "family_kana": MARKER,
    "email": f"{MARKER}@mail.example",
    "tel": MARKER,
    "message": MARKER,
}


def ended(state: S = S.rejected, content: dict[str, str] | None = None) -> Candidate:
    """A row at a posting that was closed on 2021-05-07."""
    row = factories.candidate(state, content)
    own = actor_of(factories.account(Role.municipality, organization=row.organization))
    publication.close(row.posting, own, seen_version=row.posting.version)
    db.session.commit()
    return row


def at(session: Session, clock: MovableClock, moment: str) -> None:
    session.commit()
    clock.set(moment)
    jobs.follow_candidates()
    jobs.purge()
    session.expire_all()


def test_announced_locked_deleted(db_session: Session, clock: MovableClock) -> None:
    row = ended()
    assert retention.locked_on(row) == date(2021, 11, 3)
    at(db_session, clock, "2021-10-20 09:00")
    assert row.warned_at is None
    at(db_session, clock, "2021-10-20 11:00")
    (mail,) = db_session.execute(select(OutboxMail).filter_by(template="people_end", account_id=row.organization.accounts[-1].id)).scalars()
    assert row.candidate_no in mail.body
    assert "2021-11-03" in mail.body
    assert "見本" not in mail.body
    at(db_session, clock, "2021-11-02 12:00")
    assert not row.locked
    at(db_session, clock, "2021-11-03 12:00")
    assert (row.locked, row.name != "", row.erased_at) == (True, True, None)
    at(db_session, clock, "2021-12-02 12:00")
    assert row.name
    before = row.status, row.received_at, row.ended_at, row.posting_id, row.candidate_no
    at(db_session, clock, "2021-12-03 12:00")
    assert (row.name, row.email, row.content, row.salt) == ("", "", {}, "")
    assert row.erased_at is not None
    assert (row.status, row.received_at, row.ended_at, row.posting_id, row.candidate_no) == before
    told = (
        select(AuditEvent.action).where(AuditEvent.about(row), AuditEvent.action.in_(("warn_end", "lock", "erase"))).order_by(AuditEvent.id)
    )
    assert list(db_session.execute(told).scalars()) == ["warn_end", "lock", "erase"]
    at(db_session, clock, "2022-03-03 12:00")
    assert list(db_session.execute(told).scalars()) == ["warn_end", "lock", "erase"]


@pytest.mark.parametrize("state", [S.secured, S.declined, S.withdrawn])
def test_nothing_ends_while_the_recruitment_goes_on(db_session: Session, clock: MovableClock, state: S) -> None:
    """Until its last day is over (2021-06-30 or so), the person's own end alone counts nothing."""
    row = factories.candidate(state)
    assert row.posting.publish_until is not None
    assert retention.locked_on(row) is None
    at(db_session, clock, "2021-11-10 12:00")
    assert (row.locked, bool(row.name)) == (False, True)
    assert retention.locked_on(row) is not None


def test_who_was_never_decided_about_is_not_kept_for_ever(db_session: Session, clock: MovableClock) -> None:
    """An offer that nobody answered: the recruitment's end counts, and silence is over with the data."""
    row = ended(S.offered)
    for moment in ("2021-10-20 12:00", "2021-11-04 12:00", "2021-12-06 12:00"):
        at(db_session, clock, moment)
    assert (row.status, row.name) == (S.offered, "")
    count = select(func.count(AuditEvent.id)).where(AuditEvent.about(row))
    before = db_session.execute(count).scalar_one()
    at(db_session, clock, "2022-01-20 12:00")
    assert db_session.execute(count).scalar_one() == before
    assert not db_session.execute(select(Candidate.id).where(silence.to_ask())).first()


def test_the_times_are_settings_and_a_late_announcement_shortens_nothing(db_session: Session, clock: MovableClock) -> None:
    row = ended()
    settings.put("candidate_keep_days", 30)
    settings.put("candidate_locked_days", 7)
    at(db_session, clock, "2021-08-02 12:00")
    assert (row.locked, retention.locked_on(row)) == (False, date(2021, 8, 16))
    at(db_session, clock, "2021-08-16 12:00")
    assert (row.locked, bool(row.name)) == (True, True)
    at(db_session, clock, "2021-08-23 13:00")
    assert row.name == ""


def test_nothing_of_the_person_is_left(
    app: Flask, db_session: Session, clock: MovableClock, instance: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No table, index, mail, file or log; how many applied and how it ended is as before."""
    caplog.set_level(logging.INFO)
    row = ended(S.rejected, MARKED)
    own = actor_of(row.organization.accounts[-1])
    threads.write(row, candidate_of(row.id), MARKER)
    threads.note(row, own, MARKER)
    waiting = factories.candidate(content=MARKED, posting=factories.posting(PostingStatus.live))
    at(db_session, clock, "2021-05-13 12:00")
    at(db_session, clock, "2021-05-17 12:00")
    silence.asked(waiting, factories.actor(Role.operator), seen_version=waiting.version, reason=MARKER)
    own = actor_of(factories.account(Role.municipality, organization=waiting.organization))
    publication.close(waiting.posting, own, seen_version=waiting.posting.version)
    at(db_session, clock, "2021-05-21 12:00")
    outbox.deliver_waiting()
    assert {"candidate.name", "thread_message.body", "staff_note.body", "review.reason", "outbox_mail.body"} <= in_database(db_session)
    assert list((instance / "mail").glob("*.eml"))
    counts = select(Candidate.status, Candidate.posting_id, func.count()).group_by(Candidate.status, Candidate.posting_id)
    before = {tuple(found) for found in db_session.execute(counts)}
    at(db_session, clock, "2021-12-01 12:00")
    at(db_session, clock, "2021-12-15 13:00")
    outbox.deliver_waiting()
    at(db_session, clock, "2022-01-20 12:00")
    assert in_database(db_session) == set()
    assert {tuple(found) for found in db_session.execute(counts)} == before
    db_session.rollback()
    db_session.close()
    db.engine.dispose()
    assert in_files(instance) == []
    assert MARKER not in caplog.text
    assert [number for entry, number in persons.purge(dry_run=True) if entry.model is Candidate] == [0]


def test_every_page_tells_the_same_time(app: Flask, client: Client, db_session: Session) -> None:
    """The form, the own page and the withdrawal say what the settings give."""
    row = factories.candidate()
    settings.put("candidate_keep_days", 240)
    db_session.commit()
    for path in (f"/postings/{row.posting.posting_no}/apply", f"/my/{access.token(row)}", f"/my/{access.token(row)}/withdraw"):
        assert "約9か月で削除します" in client.get(path).text
