"""What operators are mailed: warnings before the promise breaks, a digest at their hour, what is new at once."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import Account, AuditEvent, OutboxMail
from keynet_admin.services import overview
from keynet_admin.services.account import desk_notices
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.submission import review
from keynet_admin.services.submission.casework import notes
from keynet_admin.vocabulary import NoticeChoice, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

ALL = {kind.name: "none" for kind in desk_notices.KINDS}


@pytest.fixture
def people(db_session: Session, clock: MovableClock) -> dict[str, Account]:
    """Two operators and a lead who only want to hear of deadlines, on Friday 2021-05-07 at ten."""
    roles = {"miura": Role.operator, "saeki": Role.operator, "ono": Role.lead}
    found = {name: factories.account(role, email=f"{name}@keynet.example", name=name) for name, role in roles.items()}
    for account in found.values():
        account.notice_kinds = ALL | {desk_notices.DUE: "instant"}
    return found


def told(session: Session, clock: MovableClock, moment: str) -> list[tuple[str, str, int]]:
    """(template, to whom, how many lines) of the mails that the job of that moment writes; it runs twice."""
    session.execute(delete(OutboxMail))
    session.commit()
    clock.set(moment)
    for _ in range(2):
        jobs.tell_desk()
    session.expire_all()
    rows = session.execute(select(OutboxMail).order_by(OutboxMail.recipient)).scalars()
    return [(row.template, row.recipient.partition("@")[0], row.body.count("・")) for row in rows]


def test_half_of_the_time_tells_who_has_it_and_four_fifths_the_lead(
    db_session: Session, clock: MovableClock, people: dict[str, Account]
) -> None:
    """Two cases of one operator are one mail; one without anybody goes to the lead; each step once, and nothing while the desk is closed."""
    cases = [factories.submission() for _ in range(3)]
    for case in cases[:2]:
        review.take(case, actor_of(people["miura"]), seen_version=case.version)
    assert cases[0].due_at is not None
    assert told(db_session, clock, "2021-05-10 16:59") == []
    assert told(db_session, clock, "2021-05-10 17:00") == []
    assert told(db_session, clock, "2021-05-11 10:00") == [("desk_due", "miura", 2), ("desk_due", "ono", 1)]
    assert told(db_session, clock, "2021-05-11 11:00") == []
    assert told(db_session, clock, "2021-05-11 14:12") == [("desk_due", "miura", 2), ("desk_due", "ono", 3)]
    cases[0].current, cases[0].corrections = 2, 1  # an operator has corrected it: the promise is the same
    assert told(db_session, clock, "2021-05-12 14:00") == []
    percents = db_session.execute(select(AuditEvent.codes).where(AuditEvent.action == "warn").order_by(AuditEvent.id)).scalars()
    assert [code["percent"] for code in percents] == [50] * 3 + [80] * 3


def test_who_does_not_want_it_is_not_told_and_who_works_on_it_neither(
    db_session: Session, clock: MovableClock, people: dict[str, Account]
) -> None:
    people["ono"].notice_kinds = ALL
    clock.set("2021-05-07 10:00")
    case = factories.submission()
    review.take(case, actor_of(people["miura"]), seen_version=case.version)
    clock.set("2021-05-11 10:00")
    case.held_until = clock.now + review.presence.LEASE
    assert told(db_session, clock, "2021-05-11 10:01") == []
    assert told(db_session, clock, "2021-05-11 10:10") == [("desk_due", "miura", 1)]


def test_a_digest_at_the_chosen_hour_on_business_days_and_none_when_nothing_waits(
    db_session: Session, clock: MovableClock, people: dict[str, Account]
) -> None:
    people["saeki"].notice_kinds, people["saeki"].notice_hour = ALL | {"waiting": "digest", "posting": "digest"}, 11
    assert told(db_session, clock, "2021-05-07 12:00") == []
    factories.submission()
    assert told(db_session, clock, "2021-05-07 16:00") == []  # today's is settled
    assert told(db_session, clock, "2021-05-08 12:00") == []  # Saturday
    assert told(db_session, clock, "2021-05-10 10:59") == []
    assert told(db_session, clock, "2021-05-10 11:00") == [("desk_digest", "saeki", 1)]


def test_what_is_new_is_told_at_once_but_not_every_minute(db_session: Session, clock: MovableClock, people: dict[str, Account]) -> None:
    people["saeki"].notice_kinds, people["saeki"].noticed_at = ALL | {"waiting": "instant"}, clock.now
    clock.advance(minutes=1)
    factories.submission()
    assert told(db_session, clock, "2021-05-07 10:05") == []
    assert told(db_session, clock, "2021-05-07 10:11") == [("desk_instant", "saeki", 1)]
    assert told(db_session, clock, "2021-05-07 10:30") == []


def test_a_row_whose_transaction_was_not_through_is_told_next_time(
    db_session: Session, clock: MovableClock, people: dict[str, Account]
) -> None:
    """Its time lies before the look that did not see it yet. And nothing is told twice."""
    people["saeki"].notice_kinds, people["saeki"].noticed_at = ALL | {"waiting": "instant"}, clock.now
    assert told(db_session, clock, "2021-05-07 10:12:00") == []
    clock.set("2021-05-07 10:11:30")
    factories.submission()
    assert told(db_session, clock, "2021-05-07 10:23") == [("desk_instant", "saeki", 1)]
    assert told(db_session, clock, "2021-05-07 10:40") == []


@pytest.mark.parametrize("choice", ["instant", "digest"])
def test_whose_opinion_is_asked_for_is_told(db_session: Session, clock: MovableClock, people: dict[str, Account], choice: str) -> None:
    saeki, miura = people["saeki"], people["miura"]
    saeki.notice_kinds, saeki.noticed_at, saeki.notice_hour = ALL | {"opinion": choice}, clock.now, 11
    clock.set("2021-05-07 10:05")
    question = notes.ask(case := factories.submission(), actor_of(miura), "単価の根拠は十分ですか", str(saeki.id))
    assert overview.badges(actor_of(saeki))["opinion"] == 1
    assert overview.badges(actor_of(miura))["opinion"] == 0
    assert told(db_session, clock, "2021-05-07 11:20") == [(f"desk_{choice}", "saeki", 1)]
    notes.answer(case, question.id, actor_of(saeki), "十分です")
    assert told(db_session, clock, "2021-05-10 11:20") == []
    assert overview.badges(actor_of(saeki))["opinion"] == 0


def test_everybody_chooses_their_own(client: Client, db_session: Session, people: dict[str, Account]) -> None:
    client.sign_in(people["saeki"])
    page = client.get("/admin/notice/").text
    assert page.count('value="none" checked') == len(ALL) - 1
    assert client.post("/admin/notice/", data=ALL | {"hour": "3"}).status_code == 422
    assert client.post("/admin/notice/", data=ALL | {"mail": "digest", "hour": "15"}).status_code == 303
    db_session.expire_all()
    assert (desk_notices.choice(people["saeki"], "mail"), people["saeki"].notice_hour) == (NoticeChoice.digest, 15)
    assert people["miura"].notice_hour == 9
