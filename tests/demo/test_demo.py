"""The demo data: forms that the rules accept on any day, a history in every state, and a database that is never mixed with a real one."""

import re
from collections import Counter
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from keynet_admin import clock, config, demo
from keynet_admin.catalogue.mail_domain import DomainKind, judge
from keynet_admin.demo import chiyoda, forms, marker, texts
from keynet_admin.demo.load import ACCOUNTS
from keynet_admin.demo.municipalities import demo_municipalities
from keynet_admin.errors import Refused
from keynet_admin.models import (
    Account,
    AuditEvent,
    Candidate,
    Listing,
    Organization,
    OutboxMail,
    Partner,
    PartnerItem,
    Placement,
    Posting,
    PublishedAnswer,
    Report,
    ReportCorrection,
    ReportRound,
    Review,
    StaffNote,
    Submission,
    SubmissionContact,
    SubmissionRevision,
    ThreadMessage,
    ViewCount,
)
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.account import dormant, password
from keynet_admin.services.candidate import own_page, silence
from keynet_admin.services.invariants.check import broken
from keynet_admin.services.partner import keys, lag
from keynet_admin.services.posting import balance, publication, radar
from keynet_admin.services.report import figures
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import (
    AccountStatus,
    ActorKind,
    CandidateStatus,
    ListingState,
    MailStatus,
    OfficeRight,
    PartnerChange,
    PartnerChannel,
    PartnerItemStatus,
    PartnerKind,
    PartnerStatus,
    PostingStatus,
    ReportStatus,
    Role,
    RoundStatus,
    SecuredWay,
    SubmissionStatus,
)
from tests.services.report.recount import recount

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
        lines = list(demo.load(instance, WORD))
        assert len(lines) == 7
        assert broken() == {}
        assert lines[3].startswith("応募・質問 ")
        check_tour(app, db_session, lines[4:])
        count = {m: db_session.execute(select(func.count()).select_from(m)).scalar_one() for m in (Organization, Submission, Posting)}
        assert 105 <= count[Organization] <= 135
        assert 248 <= count[Submission] <= 258
        assert 360 <= count[Posting] <= 440
        assert set(db_session.execute(select(Submission.status)).scalars()) == set(SubmissionStatus)
        assert not dormant.due_to_warn() + dormant.due_to_close()  # nobody signs in to most accounts of the demo
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
        check_people(db_session)
        check_desk(db_session)
        check_accounts(db_session, instance)
        check_radar(db_session)
        check_report(db_session, now)
        check_partners(db_session, instance)
        check_rounds(db_session)


def check_report(session: Session, now: datetime) -> None:
    """Three weeks of work of the real services give the report that a recount of their events gives, at any moment."""
    for days in (0, 4, 11):
        as_of = now - timedelta(days=days)
        report = figures.figures(as_of)
        assert {cell: asdict(row) for cell, row in report.items()} == recount(session, as_of)
        assert all(row.wanted == row.secured + row.open for row in report.values())
    whole = figures.total(figures.figures(now).values())
    assert min(whole.secured_site, whole.secured_moved, whole.secured_partner, whole.not_working, whole.inquiries) >= 1


def check_tour(app: Flask, session: Session, lines: list[str]) -> None:
    """What is printed leads there: a form to apply, the own page by number and code, a closed posting with its outcome."""
    visitor = app.test_client()
    address = re.search(r"/postings/KN-P-[0-9]+/", lines[0])
    assert address is not None
    for way in ("apply", "ask"):
        assert visitor.get(f"{address.group()}{way}").status_code == 200
    keys = re.search(r"番号 (KN-A-[0-9]+)、コード ([0-9A-Z-]{14})", lines[1])
    assert keys is not None
    person = own_page.by_code(*keys.groups())
    assert person is not None
    assert (person.name, person.interview_at is not None) == ("見本 さくら", True)
    number = re.search(r"/office/posting/([0-9]+)/", lines[2])
    assert number is not None
    assert set(balance.balance(session.get_one(Posting, int(number[1]))).by_way) == set(SecuredWay) - {SecuredWay.nurse_center}


def check_partners(session: Session, instance: Path) -> None:
    """Lines of the ledger in every state, one center that is silent (and the one alarm), refusals to settle, people reported; the sandbox opens."""
    states = Counter(session.execute(select(PartnerItem.status)).scalars())
    assert set(states) == set(PartnerItemStatus)
    assert set(session.execute(select(PartnerItem.change)).scalars()) == set(PartnerChange)
    late = session.execute(select(Partner).where(Partner.late_since.is_not(None))).scalars().all()
    assert [partner.prefecture_code for partner in late] == ["29"]
    assert lag.due() == []
    assert states[PartnerItemStatus.refused] >= 2
    reported = session.execute(select(Placement).where(Placement.partner_id.is_not(None))).scalars().all()
    assert len(reported) >= 3
    used = session.execute(select(Partner).where(Partner.status == PartnerStatus.active)).scalars().all()
    assert {partner.channel for partner in used} == set(PartnerChannel)
    assert all(partner.contact_email.endswith("@partner.keynet.example") for partner in used)
    key = keys.holder(config.demo_partner_key(instance))
    assert key is not None
    assert key.partner.kind is PartnerKind.sandbox


def check_rounds(session: Session) -> None:
    """A frozen round with corrections in time and afterwards, and an open one that the tried body has not confirmed."""
    first, second = session.execute(select(ReportRound).order_by(ReportRound.number)).scalars()
    assert (first.status, second.status) == (RoundStatus.frozen, RoundStatus.open)
    assert {row.late for row in session.execute(select(ReportCorrection)).scalars()} == {True, False}
    reports = session.execute(select(Report).where(Report.round_id == second.id)).scalars().all()
    found = figures.total(figures.figures(second.as_of, None, "29").values())
    assert min(found.secured_site, found.secured_moved, found.inquiries) >= 1, "the prefecture that can be tried out reads numbers"
    assert {row.status for row in reports} == set(ReportStatus)
    own = session.execute(select(Account.organization_id).where(Account.email == chiyoda.EMAIL)).scalar_one()
    assert [row.status for row in reports if row.organization_id == own] == [ReportStatus.waiting]


def check_radar(session: Session) -> None:
    """A posting of the body that can be tried out lies beside some that were filled soon."""
    own = select(Posting).join(Account, Account.organization_id == Posting.organization_id).where(Account.email == chiyoda.EMAIL)
    shown = [row for row in session.execute(own).scalars() if radar.of(row, balance.balance(row))]
    assert {row.job_type for row in shown} == {"nurse"}


def check_people(session: Session) -> None:
    """Somebody in every stage; people were found by every way; what was typed passed the rules; no page stands still."""
    states = Counter(session.execute(select(Candidate.status)).scalars())
    assert set(states) == set(CandidateStatus)
    assert 100 <= states.total() <= 220
    assert set(session.execute(select(Placement.way)).scalars()) == {SecuredWay.nurse_center, SecuredWay.save_the_town, SecuredWay.other}
    assert {direct for (direct,) in session.execute(select(Candidate.direct).where(Candidate.status == CandidateStatus.secured))} == {
        True,
        False,
    }
    for row in session.execute(select(Candidate).order_by(Candidate.id)).scalars():
        assert row.findings == []
        assert row.email.endswith("@mail.example") or (not row.email and row.tel)
    assert session.execute(select(func.count(func.distinct(ViewCount.day)))).scalar_one() >= 14
    overdue = select(func.count(Candidate.id)).where(Candidate.due_at < clock.now(), Candidate.due_at > clock.now() - timedelta(days=60))
    assert 2 <= session.execute(overdue).scalar_one() <= 12
    assert session.execute(select(func.count(Candidate.id)).where(silence.to_ask())).scalar_one() >= 1


def check_desk(session: Session) -> None:
    """The body that can be tried out: what its officers find on the first morning."""
    own = session.execute(select(Account.organization_id).where(Account.email == chiyoda.EMAIL)).scalar_one()
    people = session.execute(select(Candidate).where(Candidate.organization_id == own).order_by(Candidate.id)).scalars().all()
    assert {row.status for row in people} == set(CandidateStatus)
    assert 30 <= len(people) <= 45
    assert [row.name for row in people if row.locked] == ["見本 樹"]
    assert sum(row.owner_id is not None for row in people) == 1
    assert [row.name for row in people if row.task_at is not None] == ["例田 蓮"]
    assert any(row.unread and row.status is CandidateStatus.contacted for row in people)
    authors = select(ThreadMessage.author_kind).where(
        ThreadMessage.subject == "candidate", ThreadMessage.subject_id.in_([r.id for r in people])
    )
    assert {ActorKind.candidate, ActorKind.account, ActorKind.system} <= set(session.execute(authors).scalars())
    assert session.execute(select(func.count(StaffNote.id))).scalar_one() >= 3
    assert session.execute(select(func.count(PublishedAnswer.id))).scalar_one() == 1
    closed = session.execute(select(Posting).where(Posting.organization_id == own, Posting.status == PostingStatus.closed)).scalars().all()
    full = [row for row in closed if row.headcount and balance.balance(row).is_full]
    assert [set(balance.balance(row).by_way) for row in full] == [{SecuredWay.site, SecuredWay.moved, SecuredWay.nurse_center}]
    assert any(row.open_at_close == 1 and publication.reopens_to(row) is PostingStatus.live for row in closed)


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
    assert (own.role, own.rights) == (Role.municipality, [right.value for right in OfficeRight])
    assert found["yobo@city.chiyoda-test.lg.jp"].rights == ["view", "edit", "candidates"]
    people = Counter(db_session.execute(select(Account.status).where(Account.organization_id == own.organization_id)).scalars())
    assert people == {AccountStatus.active: 2, AccountStatus.requested: 1}
    assert db_session.execute(select(func.count(Posting.id)).where(Posting.approval_asked_by_id.is_not(None))).scalar_one() == 1
    states = Counter(db_session.execute(select(Posting.status).where(Posting.organization_id == own.organization_id)).scalars())
    assert set(states) == set(PostingStatus)
    before = db_session.execute(select(func.count()).select_from(AuditEvent)).scalar_one()
    line, *tour = demo.load(instance, "another-long-password")
    assert "9件" in line
    assert len(tour) == 3
    db_session.expire_all()
    assert all(password.verify(a.password_hash, "another-long-password") for a in found.values())
    assert db_session.execute(select(func.count()).select_from(Submission)).scalar_one() > 240
    line, *_ = demo.load(instance, "another-long-password")
    assert "読み込み済み" in line
    assert db_session.execute(select(func.count()).select_from(AuditEvent)).scalar_one() <= before + 9


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
