"""The demo data: forms that the rules accept on any day, a history in every state, and a database that is never mixed with a real one."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from keynet_admin import clock, config, demo
from keynet_admin.catalogue.mail_domain import DomainKind, judge
from keynet_admin.demo import forms, marker, texts
from keynet_admin.demo.load import ACCOUNTS
from keynet_admin.demo.municipalities import demo_municipalities
from keynet_admin.errors import Refused
from keynet_admin.models import (
    Account,
    AuditEvent,
    Listing,
    Organization,
    OutboxMail,
    Posting,
    Review,
    Submission,
    SubmissionContact,
    SubmissionRevision,
)
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.account import password
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, ListingState, MailStatus, PostingStatus, Role, SubmissionStatus

WORD = "correct-horse-battery"


@pytest.mark.parametrize("on", ["2021-05-20", "2022-11-07", "2024-05-13", "2026-03-18", "2026-11-20"])
def test_the_rules_find_nothing_in_the_demo_forms(on: str) -> None:
    day, rng = date.fromisoformat(on), Random(5)
    jobs = [job for job, _ in texts.JOBS if day.year != 2021 or job in texts.NAMED]
    for body in demo_municipalities()[::4]:
        form = forms.form(rng, body, day, rng.choices(jobs, k=3))
        for content in form["postings"][:1]:
            forms.mask(content)
        found = [f for f in evaluate(form, on=day).findings if f.level is not Level.FIX]
        # an invented host outside lg.jp is what MAIL-004 asks an operator to look at
        assert [f for f in found if f.rule != "MAIL-004"] == []


def test_every_job_type_has_words() -> None:
    from keynet_admin.catalogue import posting_field

    slugs = {choice.slug for choice in posting_field("job_type").choices}
    assert set(texts.WORK) == slugs == {job for job, _ in texts.JOBS}


@pytest.fixture
def now(database_kind: str) -> datetime:
    """A Sunday of today's law, or a Wednesday of the circular's month: one for each database."""
    return datetime.fromisoformat("2026-11-22T18:00:00+09:00" if database_kind == "sqlite" else "2021-05-26T15:00:00+09:00")


def test_the_service_in_its_third_week(app: Flask, db_session: Session, instance: Path, now: datetime) -> None:
    with clock.at(now):
        assert len(list(demo.load(instance, WORD))) == 3
        count = {m: db_session.execute(select(func.count()).select_from(m)).scalar_one() for m in (Organization, Submission, Posting)}
        assert 105 <= count[Organization] <= 135
        assert 245 <= count[Submission] <= 255
        assert 360 <= count[Posting] <= 440
        assert set(db_session.execute(select(Submission.status)).scalars()) == set(SubmissionStatus)
        states = Counter(db_session.execute(select(Posting.status)).scalars())
        assert set(states) == set(PostingStatus)
        assert states[PostingStatus.live] > 150
        shown = db_session.execute(select(Listing).where(Listing.state == ListingState.listed)).scalars().all()
        assert len(shown) > 140
        assert any(row.masked for row in shown)
        mails = Counter(db_session.execute(select(OutboxMail.status)).scalars())
        assert mails[MailStatus.sent] > 300
        assert mails[MailStatus.refused] >= 1
        assert 1 <= mails[MailStatus.waiting] <= 10
        assert db_session.execute(select(func.max(AuditEvent.at))).scalar_one() <= now
        overdue = Submission.awaiting_review() & (Submission.due_at < now)
        assert 1 <= len(db_session.execute(select(Submission.id).where(overdue)).all()) <= 8
        check_unreached(db_session)
        check_senders(db_session)
        check_accounts(db_session, instance)


def check_unreached(session: Session) -> None:
    """One case ended with an account although not one mail about it arrived."""
    arrived = exists().where(
        OutboxMail.subject == "submission", OutboxMail.subject_id == Submission.id, OutboxMail.status == MailStatus.sent
    )
    cases = session.execute(select(Submission).where(Submission.status == SubmissionStatus.accepted, ~arrived)).scalars().all()
    (case,) = [case for case in cases if case.decided_at < clock.now() - timedelta(hours=12)]
    assert (case.task, case.current) == (None, 2)
    assert case.organization is not None
    assert [account.status for account in case.organization.accounts] == [AccountStatus.active]


def check_senders(session: Session) -> None:
    """Each kind of mail domain waits for a decision, calls and second operators are on record."""
    sent = select(Submission.lg_code, SubmissionContact.email).join(Submission.revisions).join(SubmissionRevision.contact)
    waiting = session.execute(sent.where(Submission.awaiting_review()))
    assert {judge(email.rpartition("@")[2], code).kind for code, email in waiting} == set(DomainKind)
    assert {"call_back", "ask_second"} <= set(session.execute(select(Review.action)).scalars())


def check_accounts(db_session: Session, instance: Path) -> None:
    """The demo accounts sign in, the office has a posting in every state, and loading again only sets the password."""
    found = {a.email: a for a in db_session.execute(select(Account).where(Account.email.in_(ACCOUNTS))).scalars()}
    assert set(found) == set(ACCOUNTS)
    assert all(a.status is AccountStatus.active and password.verify(a.password_hash, WORD) for a in found.values())
    own = found["kenko@city.chiyoda.keynet.example"]
    assert own.role is Role.municipality
    states = Counter(db_session.execute(select(Posting.status).where(Posting.organization_id == own.organization_id)).scalars())
    assert set(states) == set(PostingStatus)
    before = db_session.execute(select(func.count()).select_from(AuditEvent)).scalar_one()
    (line,) = demo.load(instance, "another-long-password")
    assert "5件" in line
    db_session.expire_all()
    assert all(password.verify(a.password_hash, "another-long-password") for a in found.values())
    assert db_session.execute(select(func.count()).select_from(Submission)).scalar_one() > 240
    (line,) = demo.load(instance, "another-long-password")
    assert "読み込み済み" in line
    assert db_session.execute(select(func.count()).select_from(AuditEvent)).scalar_one() <= before + 5


def test_a_database_with_other_rows_is_refused(app: Flask, db_session: Session, instance: Path) -> None:
    marker.refuse_real_data()  # empty: may become a demo
    with transaction():
        db_session.add(Organization(lg_code="131016", name="千代田区", prefecture_code="13", org_type="special_ward"))
    with pytest.raises(Refused, match="デモではないデータ"):
        marker.refuse_real_data()
    with pytest.raises(Refused, match="すでにデータがある"):
        list(demo.load(instance, WORD))
    with transaction():
        marker.write_marker(1)
    marker.refuse_real_data()


def test_the_made_up_password_is_one_that_our_own_form_accepts(tmp_path: Path) -> None:
    assert password.problem(config.demo_password(tmp_path, None)) == ""
