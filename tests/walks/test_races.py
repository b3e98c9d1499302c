"""Two people at the same moment, with two real connections, on both databases: nothing happens twice, the loser is told."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from keynet_admin import extensions, jobs
from keynet_admin.clock import TOKYO
from keynet_admin.errors import LinkDead, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    AuditEvent,
    FirstLogin,
    Listing,
    OfficeClosure,
    Organization,
    OutboxMail,
    Posting,
    StaffSession,
    Submission,
)
from keynet_admin.permissions import Actor
from keynet_admin.services import master_data
from keynet_admin.services.access.device import BrowserPlace
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting import publication
from keynet_admin.services.posting.moderation import decide as moderation
from keynet_admin.services.submission import acceptance, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, ListingState, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.master_data import forget_master_data
from tests.support.web import Client


def together(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Run each act in a thread with its own context and connection, released at once. Results or exceptions in their order."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                barrier.wait(timeout=30)
                results[index] = act()
            except Exception as error:
                results[index] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(i, act)) for i, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def accepting(submission_id: int, actor: Any) -> Callable[[], str]:
    def act() -> str:
        with transaction():
            case = db.session.get(Submission, submission_id)
            assert case is not None
            acceptance.accept(case, actor, seen_version=1)
        return "accepted"

    return act


@pytest.mark.parametrize("_round", range(5))
def test_two_operators_accept_the_same_case(app: Flask, db_session: Session, clock: Any, _round: int) -> None:
    case = factories.submission()
    first, second = factories.actor(Role.operator), factories.actor(Role.operator)
    db_session.commit()
    results = together(app, accepting(case.id, first), accepting(case.id, second))
    assert sorted(type(r).__name__ for r in results) == ["StaleVersion", "str"]
    loser = next(r for r in results if isinstance(r, StaleVersion))
    assert loser.what == "承認"
    assert loser.when is not None
    db_session.expire_all()
    assert db_session.get(Submission, case.id).status is SubmissionStatus.accepted
    assert db_session.execute(select(func.count(Account.id)).where(Account.role == Role.municipality)).scalar_one() == 1
    assert db_session.execute(select(func.count(OutboxMail.id)).where(OutboxMail.template == "first_login")).scalar_one() == 1
    assert db_session.execute(select(func.count(AuditEvent.id)).where(AuditEvent.action == "accept")).scalar_one() == 1
    assert db_session.execute(select(func.count(Posting.id))).scalar_one() == 1


def test_the_loser_sees_who_decided_and_when(app: Flask, db_session: Session, clock: Any) -> None:
    case = factories.submission()
    winner = factories.account(Role.operator, name="佐藤 直子")
    loser = factories.account(Role.operator, name="高橋 健")
    db_session.commit()

    def post(account: Account) -> Callable[[], Any]:
        client = Client(app, app.response_class, use_cookies=True)
        client.sign_in(account)
        return lambda: client.post(f"/admin/submission/{case.id}/accept", data={"version": "1"})

    answers = together(app, post(winner), post(loser))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    text = next(answer for answer in answers if answer.status_code == 409).get_data(as_text=True)
    assert ("佐藤 直子" in text) or ("高橋 健" in text)
    assert "承認" in text
    assert "5/7" in text or "2021-05-07" in text


def test_two_cases_of_one_new_body_make_one_organization(app: Flask, db_session: Session, clock: Any) -> None:
    one = factories.submission()
    two = factories.submission(
        changes={"contact.contact_email": "yobo@city.hyuga-test.lg.jp", "contact.contact_email2": "yobo@city.hyuga-test.lg.jp"}
    )
    first, second = factories.actor(Role.operator), factories.actor(Role.operator)
    db_session.commit()
    results = together(app, accepting(one.id, first), accepting(two.id, second))
    assert results == ["accepted", "accepted"]
    assert db_session.execute(select(func.count(Organization.id))).scalar_one() == 1
    assert db_session.execute(select(func.count(Account.id)).where(Account.role == Role.municipality)).scalar_one() == 1
    assert db_session.execute(select(func.count(Posting.id))).scalar_one() == 2
    assert len(set(db_session.execute(select(Posting.posting_no)).scalars())) == 2


def test_one_form_sent_five_times_at_once(app: Flask, db_session: Session, clock: Any) -> None:
    from keynet_admin import clock as program_clock
    from keynet_admin.rules import evaluate

    typed = factories.document()
    result = evaluate(typed, on=program_clock.today())
    db_session.commit()

    def send() -> tuple[str, bool]:
        with transaction():
            case, new = submissions.submit(typed, result, reference_date="2021-05-07", form_key="the-same-key-five-times")
            return case.receipt_no, new

    results = together(app, *([send] * 5))
    assert len({receipt for receipt, _ in results}) == 1
    assert [new for _, new in results].count(True) == 1
    assert db_session.execute(select(func.count(Submission.id))).scalar_one() == 1
    assert db_session.execute(select(func.count(OutboxMail.id))).scalar_one() == 1


def test_receipt_numbers_are_never_given_twice(app: Flask, db_session: Session, clock: Any) -> None:
    from keynet_admin import clock as program_clock
    from keynet_admin.rules import evaluate

    typed = factories.document()
    result = evaluate(typed, on=program_clock.today())
    db_session.commit()

    def send(number: int) -> Callable[[], str]:
        def act() -> str:
            with transaction():
                return submissions.submit(typed, result, reference_date="2021-05-07", form_key=f"key-number-{number}")[0].receipt_no

        return act

    results = together(app, *(send(n) for n in range(8)))
    assert sorted(results) == [f"KN-210507-{n:04d}" for n in range(1, 9)]


@pytest.mark.parametrize(
    ("first", "second"), [("accept", "reject"), ("reject", "return"), ("accept", "withdraw")], ids=lambda value: str(value)
)
def test_different_decisions_at_once(app: Flask, db_session: Session, clock: Any, first: str, second: str) -> None:
    case = factories.submission()
    one, two = factories.actor(Role.operator), factories.actor(Role.operator)
    db_session.commit()

    def decide(name: str, actor: Any) -> Callable[[], str]:
        def act() -> str:
            with transaction():
                row = db.session.get(Submission, case.id)
                assert row is not None
                if name == "accept":
                    acceptance.accept(row, actor, seen_version=1)
                elif name == "reject":
                    review.reject(row, actor, seen_version=1, reason="対象外のため。")
                elif name == "return":
                    review.return_(row, actor, seen_version=1, message="ご確認ください。", items=[])
                else:
                    submissions.withdraw(row, actor, seen_version=1)
            return name

        return act

    results = together(app, decide(first, one), decide(second, two))
    assert sum(isinstance(r, str) for r in results) == 1
    assert sum(isinstance(r, StaleVersion) for r in results) == 1
    mails = db_session.execute(select(OutboxMail.template).where(OutboxMail.template != "receipt")).scalars().all()
    assert len(mails) == 1


def deciding(subject: str, number: int, action: str, actor: Actor) -> Callable[[], str]:
    """One decision about one row, in a transaction of its own."""

    def act() -> str:
        with transaction():
            row = db.session.get_one(Submission if subject == "submission" else Posting, number)
            match action:
                case "accept":
                    acceptance.accept(row, actor, seen_version=row.version)
                case "return":
                    review.return_(row, actor, seen_version=row.version, message="ご確認ください。", items=[])
                case _:
                    getattr(publication, action)(row, actor, seen_version=row.version)
        return action

    return act


@pytest.mark.parametrize(
    ("subject", "first", "second"),
    [
        ("submission", "accept", "accept"),
        ("submission", "accept", "return"),
        ("posting", "close", "close"),
        ("posting", "pause", "close"),
        ("posting", "pause", "pause"),
    ],
)
def test_two_different_rows_at_once(app: Flask, db_session: Session, clock: Any, subject: str, first: str, second: str) -> None:
    """Nobody waits for ever and nobody loses: both happen, with their events and mails."""
    if subject == "submission":
        mail = "vaccine@city.ome-test.lg.jp"
        other = {"organization.lg_code": "132055", "organization.org_name": "青梅市", "contact.contact_email": mail}
        one, two = factories.submission(), factories.submission(changes=other | {"contact.contact_email2": mail})
        actors = [factories.actor(), factories.actor()]
    else:
        one, two = factories.posting(PostingStatus.live), factories.posting(PostingStatus.live)
        actors = [factories.actor(Role.municipality, organization=row.organization) for row in (one, two)]
    db_session.commit()
    acts = [deciding(subject, row.id, name, who) for row, name, who in zip((one, two), (first, second), actors, strict=True)]
    assert together(app, *acts) == [first, second]
    done = db_session.execute(
        select(AuditEvent.subject_id, AuditEvent.action).where(
            AuditEvent.subject == subject, AuditEvent.actor_id.in_([a.account_id for a in actors])
        )
    ).all()
    assert sorted(done) == sorted([(one.id, first), (two.id, second)])


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_two_officers_and_the_sweep_at_once(app: Flask, db_session: Session, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep has ended one posting when officers begin to end the next two, which it is going to end as well: no deadlock."""
    rows = [factories.posting(PostingStatus.live) for _ in range(3)]
    officers = [factories.actor(Role.municipality, organization=row.organization) for row in rows[1:]]
    clock.advance(days=400)
    db_session.commit()
    numbers = [row.id for row in rows]
    results: list[Any] = []
    threads: list[threading.Thread] = []
    real, sweeping = listing.update, threading.get_ident()

    def update(posting: Posting) -> None:
        real(posting)
        if threading.get_ident() == sweeping and not threads:
            threads.extend(
                threading.Thread(target=lambda act=act: results.extend(together(app, act)))
                for act in (deciding("posting", n, "close", who) for n, who in zip(numbers[1:], officers, strict=True))
            )
            for thread in threads:
                thread.start()
            settled(app, threads)

    monkeypatch.setattr(listing, "update", update)
    closed = jobs.expire_postings()
    for thread in threads:
        thread.join(60)
    refused = [answer for answer in results if isinstance(answer, Exception)]
    assert all(isinstance(answer, (StaleVersion, TransitionRefused)) for answer in refused), refused
    assert closed == 1 + len(refused)
    db_session.expire_all()
    assert {db_session.get_one(Posting, number).status for number in numbers} == {PostingStatus.closed}


def settled(app: Flask, threads: list[threading.Thread]) -> None:
    """Until each thread is done or waits for a lock (PostgreSQL)."""
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as look:
        for _ in range(600):
            alive = sum(thread.is_alive() for thread in threads)
            if look.execute(query).scalar_one() >= alive:
                return
            threading.Event().wait(0.05)
    raise AssertionError("the officers neither end nor wait")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_the_sweep_leaves_a_row_that_somebody_is_changing(app: Flask, db_session: Session, clock: Any) -> None:
    """The others are closed at once, that one in a later round."""
    with transaction():
        rows = [factories.posting(PostingStatus.live) for _ in range(3)]
    clock.advance(days=400)
    with db.engine.connect() as other:
        other.execute(text("SELECT id FROM posting WHERE id = :id FOR UPDATE"), {"id": rows[0].id})
        assert jobs.expire_postings() == 2
        other.rollback()
    assert jobs.expire_postings() == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_waiting_for_a_row_has_an_end(app: Flask, db_session: Session, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that got stuck stops nobody for ever: the page says that it is busy, nothing happened, and the same press works later."""
    with transaction():
        case, account = factories.submission(), factories.account(Role.operator)
    client = Client(app, app.response_class, use_cookies=True)
    client.sign_in(account)
    assert db_session.execute(text("SHOW lock_timeout")).scalar_one() == f"{extensions.LOCK_SECONDS}s"
    # A primary whose machine is gone closes nothing: an unanswered packet has to end the connection.
    driver: Any = db_session.connection().connection.driver_connection
    assert driver.info.get_parameters()["tcp_user_timeout"] == "10000"
    monkeypatch.setattr(extensions, "LOCK_SECONDS", 0.05)
    number = case.id
    db_session.rollback()
    db.engine.dispose()
    with db.engine.connect() as stuck:
        stuck.execute(text("SELECT id FROM submission WHERE id = :id FOR UPDATE"), {"id": number})
        answer = client.post(f"/admin/submission/{number}/accept", data={"version": "1"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        stuck.rollback()
    assert case.status is SubmissionStatus.received
    assert client.post(f"/admin/submission/{number}/accept", data={"version": "1"}).status_code == 303


def test_a_row_that_fails_takes_no_other_with_it(app: Flask, db_session: Session, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [factories.posting(PostingStatus.live) for _ in range(3)]
    clock.advance(days=400)
    db_session.commit()
    real, bad = listing.update, rows[0].id

    def update(posting: Posting) -> None:
        real(posting)
        if posting.id == bad:
            raise StaleVersion("終了", "ほかの担当者", None)

    monkeypatch.setattr(listing, "update", update)
    assert jobs.expire_postings() == 2
    db_session.expire_all()
    assert [row.status for row in rows] == [PostingStatus.live, PostingStatus.closed, PostingStatus.closed]


def proving(act: str, account: Account) -> Callable[[], Any]:
    """One of the ways in which a session of this account comes to be; gives it, or None when the account is closed."""
    known = accounts.Credentials(account.id, account.password_hash)
    with transaction():
        here = sessions.begin(account)
        if act == "reset":
            accounts.request_reset(account.email)
    link = db.session.execute(select(FirstLogin.id).where(FirstLogin.account_id == account.id)).scalar_one_or_none()

    def prove() -> Any:
        match act:
            case "sign in":
                return accounts.sign_in(known, BrowserPlace())
            case "change":
                return accounts.change_password(known, "new hash", here)
            case _:
                assert link is not None
                return sessions.begin(accounts.finish_first_login(link, "new hash"))

    return prove


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
@pytest.mark.parametrize("first", ["suspension", "person"])
@pytest.mark.parametrize("act", ["sign in", "change", "reset"])
def test_a_suspension_leaves_no_session(app: Flask, db_session: Session, clock: Any, act: str, first: str) -> None:
    """Whoever comes first: the other waits for the account and then sees what happened."""
    account, lead = factories.account(Role.operator), factories.actor(Role.lead)
    db_session.commit()
    prove, number = proving(act, account), account.id
    version = account.version
    db_session.commit()
    threads: list[threading.Thread] = []
    results: list[Any] = []

    def suspend() -> None:
        accounts.suspend(db.session.get_one(Account, number), lead, seen_version=version, reason="確認のため。")

    def in_transaction(work: Callable[[], Any]) -> Callable[[], Any]:
        def act() -> Any:
            with transaction():
                return work()

        return act

    one, two = (suspend, prove) if first == "suspension" else (prove, suspend)
    with transaction():
        one()
        threads.append(threading.Thread(target=lambda: results.extend(together(app, in_transaction(two)))))
        threads[0].start()
        settled(app, threads)
    threads[0].join(60)
    if first == "suspension":
        assert results[0] is None or isinstance(results[0], LinkDead)
    else:
        assert results == [None]
    db_session.expire_all()
    assert db_session.get_one(Account, number).status is AccountStatus.suspended
    open_ = select(func.count(StaffSession.id)).where(StaffSession.account_id == number, StaffSession.ended_at.is_(None))
    assert db_session.execute(open_).scalar_one() == 0


def test_two_administrators_suspend_each_other(app: Flask, db_session: Session, clock: Any) -> None:
    """One of them stays."""
    rows = [factories.account(Role.admin) for _ in range(2)]
    db_session.commit()
    pairs = [(row.id, sessions.actor_of(other)) for row, other in zip(rows, rows[::-1], strict=True)]

    def suspending(number: int, actor: Actor) -> Callable[[], str]:
        def act() -> str:
            with transaction():
                accounts.suspend(db.session.get_one(Account, number), actor, seen_version=1, reason="確認のため。")
            return "suspended"

        return act

    results = together(app, *(suspending(*pair) for pair in pairs))
    assert sorted(type(result).__name__ for result in results) == ["Refused", "str"]
    db_session.expire_all()
    assert sorted(row.status for row in rows) == [AccountStatus.active, AccountStatus.suspended]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_an_acceptance_lists_nothing_that_is_suspended_at_this_moment(app: Flask, db_session: Session, clock: Any) -> None:
    """The accepted form changes the body's registration, which its live postings show."""
    posting = factories.posting(PostingStatus.live)
    case = factories.submission(changes={"organization.department": "予防接種課"})
    operator, other = factories.actor(Role.operator), factories.actor(Role.operator)
    db_session.commit()
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(together(app, accepting(case.id, other))))
    with transaction():
        moderation.suspend(posting, operator, seen_version=posting.version, reason="確認のため。")
        thread.start()
        settled(app, [thread])
    thread.join(60)
    assert results == ["accepted"]
    db_session.expire_all()
    assert db_session.get_one(Organization, posting.organization_id).details["department"] == "予防接種課"
    assert db_session.get_one(Posting, posting.id).status is PostingStatus.suspended
    assert db_session.get_one(Listing, posting.id).state is ListingState.withdrawn


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_a_closure_leaves_the_deadline_of_a_case_that_is_returned_at_this_moment(app: Flask, db_session: Session, clock: Any) -> None:
    """The one that still waits gets the new deadline, the other has none."""
    waiting, returned = factories.submission(), factories.submission()
    operator, admin = factories.actor(Role.operator), factories.actor(Role.admin)
    db_session.commit()

    def close_monday() -> str:
        with transaction():
            row = OfficeClosure(day=date(2021, 5, 10), reason="停電", prefecture_code="", active=True)
            db.session.add(row)
            master_data.saved(row, admin, ["day"], added=True)
        return "closed"

    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(together(app, close_monday)))
    try:
        with transaction():
            review.return_(returned, operator, seen_version=returned.version, message="ご確認ください。", items=[])
            thread.start()
            settled(app, [thread])
        thread.join(60)
        assert results == ["closed"]
        db_session.expire_all()
        assert db_session.get_one(Submission, returned.id).due_at is None
        assert db_session.get_one(Submission, waiting.id).due_at == datetime(2021, 5, 12, 17, tzinfo=TOKYO)
    finally:
        forget_master_data()
