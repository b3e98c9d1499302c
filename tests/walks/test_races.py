"""Two people at the same moment, with two real connections, on both databases: nothing happens twice, the loser is told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.errors import StaleVersion
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Organization, OutboxMail, Posting, Submission
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
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
            review.accept(case, actor, seen_version=1)
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
                    review.accept(row, actor, seen_version=1)
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
