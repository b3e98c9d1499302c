"""Receipts: one mail a file and address, five an hour to an address and then one summary, and never before decisions and links."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.services import workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.outbox import RECEIPTS_AN_HOUR, Receipt
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import MailStatus
from tests import factories

VICTIM = "kenko@city.hyuga-test.lg.jp"
with_limits = pytest.mark.settings(RATELIMIT_ENABLED=True)


def case(address: str = VICTIM) -> Submission:
    """A new case whose receipt goes there, committed."""
    from_there = {"contact.contact_email": address, "contact.contact_email2": address}
    with transaction():
        return factories.submission(changes=from_there)


def mails(session: Session, template: str = "") -> list[OutboxMail]:
    """All receipts, the oldest first."""
    session.expire_all()
    query = select(OutboxMail).where(OutboxMail.template.in_((template,) if template else outbox.RECEIPTS))
    return list(session.execute(query.order_by(OutboxMail.id)).scalars())


@with_limits
def test_five_receipts_an_hour_then_one_summary(app: Flask, db_session: Session, clock: Any) -> None:
    cases = [case(VICTIM.upper() if number % 2 else VICTIM) for number in range(RECEIPTS_AN_HOUR + 4)]
    *single, summary = mails(db_session)
    assert [mail.template for mail in single] == ["receipt"] * RECEIPTS_AN_HOUR
    assert summary.template == "receipts"
    assert "4件" in summary.title
    late = cases[RECEIPTS_AN_HOUR:]
    assert all(one.receipt_no in summary.body for one in late)
    assert not any(one.receipt_no in summary.body for one in cases[:RECEIPTS_AN_HOUR])
    # It leaves after an hour, with the codes of all, which stand in no readable place before.
    assert timedelta(minutes=55) < summary.next_try_at - clocks.real_now() <= timedelta(hours=1)
    codes = [submissions.copy_code(one) for one in late]
    assert sorted(summary.sealed or {}) == sorted(f"code-{one.id}" for one in late)
    assert all(code not in summary.body and code in (summary.sealed or {}).values() for code in codes)
    db_session.commit()
    assert outbox.deliver_due() == RECEIPTS_AN_HOUR
    assert outbox.deliver_due(now=clocks.real_now() + timedelta(minutes=61)) == 1
    assert mails(db_session)[-1].status is MailStatus.sent


@with_limits
def test_other_addresses_and_the_next_hour_have_their_own_receipts(app: Flask, db_session: Session, clock: Any) -> None:
    for _ in range(RECEIPTS_AN_HOUR):
        case()
    case("yobo@city.hyuga-test.lg.jp")
    assert {mail.template for mail in mails(db_session)} == {"receipt"}
    clock.set("2021-05-07 12:00")
    case()
    assert {mail.template for mail in mails(db_session)} == {"receipt"}


@with_limits
def test_a_summary_that_has_left_is_followed_by_another(app: Flask, db_session: Session, clock: Any) -> None:
    for _ in range(RECEIPTS_AN_HOUR + 1):
        case()
    with transaction():
        workflow.move_where(OutboxMail, "send", OutboxMail.id == mails(db_session)[-1].id, attempts=1)
    case()
    case()
    assert [mail.template for mail in mails(db_session)] == ["receipt"] * (RECEIPTS_AN_HOUR + 1) + ["receipts"]


def test_receipts_of_one_file_to_one_address_are_one_mail(app: Flask, db_session: Session, clock: Any) -> None:
    """Also when the file is stored in several batches; another address has its own."""
    for numbers in ((1, 2, 3), (4,), (5, 6)):
        with transaction():
            outbox.enqueue_receipts(
                [
                    Receipt(VICTIM if number != 3 else "yobo@city.hyuga-test.lg.jp", words(made), f"CODE-{number}", made.id)
                    for number in numbers
                    for made in [factories.submission(changes={"contact.contact_email": ""})]
                ],
                more=True,
            )
    to_one, to_other = mails(db_session, "receipts"), mails(db_session, "receipt")
    assert [len(to_one), len(to_other)] == [1, 1]
    assert "5件" in to_one[0].title
    assert sorted((to_one[0].sealed or {}).values()) == ["CODE-1", "CODE-2", "CODE-4", "CODE-5", "CODE-6"]
    assert (to_other[0].recipient, to_other[0].sealed) == ("yobo@city.hyuga-test.lg.jp", {"code": "CODE-3"})


def words(made: Submission) -> dict[str, Any]:
    """What a receipt says of a case."""
    return {"receipt_no": made.receipt_no, "org_name": made.org_name, "due": made.due_at}


def test_decisions_and_links_go_before_any_number_of_receipts(app: Flask, db_session: Session, clock: Any) -> None:
    with transaction():
        for number in range(300):
            made = Receipt(f"a{number}@city.hyuga-test.lg.jp", {"receipt_no": "KN-210507-0001", "org_name": "日向市"}, "CODE", number + 1)
            outbox.enqueue_receipts([made])
        outbox.enqueue("first_login", "kenko@city.chiyoda.keynet.example", {"org_name": "千代田区"}, sealed={"link": "x", "code": "y"})
    outbox.deliver_due(limit=1)
    sent = db_session.execute(select(OutboxMail.template).where(OutboxMail.status == MailStatus.sent)).scalars().all()
    assert sent == ["first_login"]
