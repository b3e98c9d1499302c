"""One question ends a posting: how many by which way, what of the open places, what of everybody who waits; and the question by mail."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.errors import BadField, LinkDead, NotFound, TransitionRefused
from keynet_admin.models import Account, OutboxMail, OutcomeLink, Posting, Review
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import settings
from keynet_admin.services.candidate import stages
from keynet_admin.services.posting import balance, closing, outcome, placements, publication, revisions
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, PostingStatus, SecuredWay
from tests import factories
from tests.services.posting.test_balance import close, live, numbers, owner, place, reopen
from tests.support.clock import MovableClock

P, S, W = PostingStatus, CandidateStatus, SecuredWay
pytestmark = pytest.mark.usefixtures("db_session", "clock")


def mails(session: Session, template: str) -> list[OutboxMail]:
    return list(session.execute(select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.id)).scalars())


def over(clock: MovableClock, session: Session, **changes: Any) -> Posting:
    """A posting that the system closed at its last day, some minutes ago, with somebody in direct selection."""
    row = live(3, **changes)
    factories.candidate(S.moved, posting=row)
    day = revisions.last_day(revisions.current_revision(row).normalized)
    session.commit()
    assert day is not None
    clock.at(day + timedelta(days=1), 0, 5)
    assert jobs.expire_postings() == 1
    session.refresh(row)
    return row


def test_who_applied_is_told_that_the_posting_came_to_its_last_day(db_session: Session, clock: MovableClock) -> None:
    """Once, whatever the stage; their applications go on. Who has an outcome, or only asked, is not told."""
    row = live(3)
    told = [factories.candidate(state, posting=row) for state in (S.received, S.selection, S.offered)]
    for state in (S.rejected, S.withdrawn, S.open):
        factories.candidate(state, posting=row)
    states = [person.status for person in told]
    day = revisions.last_day(revisions.current_revision(row).normalized)
    db_session.commit()
    assert day is not None
    clock.at(day + timedelta(days=1), 0, 5)
    assert [jobs.expire_postings() for _ in range(2)] == [1, 0]
    db_session.expire_all()
    assert sorted(mail.subject_id or 0 for mail in mails(db_session, "candidate_expired")) == [person.id for person in told]
    assert [person.status for person in told] == states


def test_the_figures_are_recorded_once(db_session: Session) -> None:
    row = live(12)
    place(row, 1, W.nurse_center)
    factories.candidate(S.secured, posting=row)
    done = close(row, figures={W.nurse_center: 3, W.other: 2})
    assert (row.status, numbers(row)[:3], row.outcome_due) == (P.closed, (12, 6, 6), False)
    assert placements.totals(row) == {W.nurse_center: 3, W.save_the_town: 0, W.other: 2}
    assert not done.repeated


def test_a_second_press_changes_nothing(db_session: Session) -> None:
    row = live(12)
    who, version = owner(row), row.version
    values: dict[str, Any] = {"figures": {W.other: 2}, "results": {}, "rest": "again", "fates": {}}
    one = closing.close(row, who, seen_version=version, **values)
    two = closing.close(row, who, seen_version=version, **values)
    assert (one.repeated, two.repeated) == (False, True)
    assert placements.totals(row)[W.other] == 2
    assert db_session.execute(select(Posting.id).where(Posting.id > row.id)).scalars().all() == [one.made.id]


def test_results_of_direct_selection_are_told_by_name(db_session: Session) -> None:
    row = live(5)
    taken, refused, open_ = (factories.candidate(S.moved, posting=row) for _ in range(3))
    close(row, results={taken.id: "secured", refused.id: "rejected", open_.id: ""})
    assert [p.status for p in (taken, refused, open_)] == [S.secured, S.rejected, S.moved]
    assert balance.balance(row).by_way == {W.moved: 1}
    assert (row.vacated, row.open_at_close) == (False, 4)


@pytest.mark.parametrize("rest", ["enough", "again", "", "nonsense"])
def test_open_places_need_an_answer(db_session: Session, rest: str) -> None:
    row = live(5)
    if rest in ("", "nonsense"):
        with pytest.raises(BadField) as refused:
            close(row, figures={W.other: 2}, rest=rest)
        assert refused.value.field == "rest"
        return
    done = close(row, figures={W.other: 2}, rest=rest)
    assert (done.made is not None) == (rest == "again")
    if done.made is not None:
        assert (done.made.status, done.made.headcount, done.made.title) == (P.draft, 3, row.title)


def test_more_than_wanted_needs_a_reason(db_session: Session) -> None:
    row = live(5)
    with pytest.raises(BadField) as refused:
        close(row, figures={W.other: 6})
    assert (refused.value.field, "6名" in str(refused.value)) == ("reason", True)
    db_session.rollback()


def test_a_reason_is_kept_and_needed_follows(db_session: Session) -> None:
    row = live(5)
    close(row, figures={W.other: 6}, reason="会場が増えたため。")
    assert numbers(row)[:3] == (6, 6, 0)
    assert db_session.execute(select(Review.reason).where(Review.action == "close")).scalar_one() == "会場が増えたため。"


FATES = {"offered": S.offered, "selection": S.selection, "received": S.contacted, "inquiry": S.open}


@pytest.mark.parametrize("told", list(FATES))
def test_a_fate_for_each_group(db_session: Session, told: str) -> None:
    """Only who is told changes, with one mail, and the word that was added; an offer stays whatever one says."""
    row = live(9)
    people = {name: factories.candidate(state, posting=row) for name, state in FATES.items()}
    close(row, fates={told: True}, word="ありがとうございました。")
    ended = {"selection": S.rejected, "received": S.rejected, "inquiry": S.answered}
    assert {name: p.status for name, p in people.items()} == FATES | ({told: ended[told]} if told in ended else {})
    sent = mails(db_session, "posting_closed_candidate")
    assert [mail.subject_id for mail in sent] == ([people[told].id] if told in ended else [])
    assert all("募集は終了しました" in mail.body and "ありがとうございました。\n" in mail.body for mail in sent)
    assert [(c.id, mail.id) for c, mail in closing.told_at_closing(row)] == [(people[told].id, mail.id) for mail in sent]


def test_an_earlier_closing_is_not_named(db_session: Session, clock: MovableClock) -> None:
    row = live(9)
    person = factories.candidate(S.contacted, posting=row)
    close(row, fates={"received": True})
    reopen(row)
    stages.undo(person, owner(row), seen_version=person.version)
    clock.advance(minutes=5)
    close(row)
    assert closing.told_at_closing(row) == []


@pytest.mark.parametrize("state", [P.draft, P.scheduled])
def test_what_was_never_public_asks_nothing(state: PostingStatus) -> None:
    row = factories.posting(state)
    close(row, figures=None, rest="")
    assert (row.status, row.outcome_due, row.outcome_ask_at) == (P.closed, False, None)


def test_without_figures_the_question_comes_later(db_session: Session, clock: MovableClock) -> None:
    row = live()
    close(row, figures=None, rest="")
    assert (row.outcome_due, row.outcome_ask_at) == (True, publication.business_day(row, 1, publication.business_time.OPENS))


def asked(row: Posting, session: Session) -> list[OutboxMail]:
    session.commit()
    jobs.ask_outcomes()
    session.expire_all()
    return [mail for mail in mails(session, "posting_outcome") if mail.subject_id == row.id]


def token_of(mail: OutboxMail) -> str:
    assert mail.sealed is not None
    return str(mail.sealed["link"]).rpartition("/")[2]


def test_the_owners_are_asked_within_limits(db_session: Session, clock: MovableClock) -> None:
    """On the next business day at ten, again after five, three times in all; each time each account once."""
    row = over(clock, db_session)
    second = factories.account(organization=row.organization, role=owner(row).role)  # type: ignore[arg-type]
    db_session.execute(update(Account).where(Account.id == second.id).values(status=AccountStatus.suspended))
    active = db_session.execute(
        select(Account).where(Account.organization_id == row.organization_id, Account.status == AccountStatus.active)
    )
    owners = len(active.scalars().all())
    counts = []
    for _ in range(25):
        counts.append(len(asked(row, db_session)))
        counts[-1] = len(asked(row, db_session))
        clock.advance(days=1)
    steps = sorted(set(counts))
    assert steps == [0, owners, 2 * owners, 3 * owners]
    assert (row.outcome_due, row.outcome_ask_at, row.outcome_asked) == (True, None, 3)


def test_how_often_is_a_setting(db_session: Session, clock: MovableClock) -> None:
    settings.put("outcome_times", 1)
    settings.put("outcome_first_days", 2)
    row = over(clock, db_session)
    assert row.outcome_ask_at == publication.business_day(row, 2, publication.business_time.OPENS)
    clock.advance(days=30)
    sent = asked(row, db_session)
    assert row.outcome_ask_at is None
    assert not any("もう一度お尋ねします" in mail.body for mail in sent)


def test_a_link_answers_once_for_all(db_session: Session, clock: MovableClock) -> None:
    """Secrets are kept as hashes; with the answer every link of the posting dies."""
    row = over(clock, db_session)
    owner(row)
    clock.advance(days=4)
    sent = asked(row, db_session)
    assert len(sent) >= 2
    stored = db_session.execute(select(OutcomeLink)).scalars().all()
    assert all(token_of(mail) not in (link.token_hash, link.code_hash) and "⟦link⟧" in mail.body for mail in sent for link in stored)
    link = outcome.link_of(token_of(sent[0]))
    outcome.answer(link.posting, SYSTEM, seen_version=None, figures={W.other: 2})
    assert (numbers(row)[:3], row.outcome_due, row.outcome_ask_at) == ((3, 2, 1), False, None)
    for mail in sent:
        with pytest.raises(LinkDead):
            outcome.link_of(token_of(mail))
    assert any("メールのご案内から" in entry.text for entry in history.of_posting(row))
    with pytest.raises(TransitionRefused):
        outcome.answer(link.posting, SYSTEM, seen_version=None, figures={W.other: 3})


@pytest.mark.parametrize("end", ["stop", "30 days", "reopened and over again", "unknown"])
def test_when_a_link_is_dead(db_session: Session, clock: MovableClock, end: str) -> None:
    row = over(clock, db_session)
    clock.advance(days=4)
    token = token_of(asked(row, db_session)[0])
    if end == "stop":
        outcome.stop(row, SYSTEM, seen_version=None)
    elif end == "30 days":
        clock.advance(days=30)
    elif end == "unknown":
        token = token[:-1]
    else:
        clock.advance(days=1)
        row.closed_at = program_clock.now()
    with pytest.raises(NotFound if end == "unknown" else LinkDead):
        outcome.link_of(token)


def test_the_code_leads_to_the_same_question(db_session: Session, clock: MovableClock) -> None:
    row = over(clock, db_session)
    clock.advance(days=4)
    mail = asked(row, db_session)[0]
    assert mail.sealed is not None
    code = mail.sealed["code"]
    token = outcome.token_of_code(row.posting_no, code.lower().replace("-", " "))
    assert token is not None
    assert outcome.link_of(token).posting_id == row.id
    assert outcome.token_of_code(row.posting_no, "2222-2222-2222") is None
    assert outcome.token_of_code("KN-P-999999", code) is None
    with pytest.raises(NotFound):
        outcome.link_of(token.partition("-")[0] + "-" + "0" * 40)


def test_an_officer_answers_in_the_office(db_session: Session, clock: MovableClock) -> None:
    row = over(clock, db_session)
    with pytest.raises(BadField):
        outcome.answer(row, owner(row), seen_version=row.version, figures={W.other: 4})
    db_session.rollback()
    done = outcome.answer(row, owner(row), seen_version=row.version, figures={W.other: 4}, reason="追加で必要になったため。")
    assert done.review is not None
    assert numbers(row)[:3] == (4, 4, 0)


def test_places_that_the_later_answer_filled_can_come_free(db_session: Session) -> None:
    """The numbers of the answer are what a vacancy is counted from."""
    row = live(3)
    person = factories.candidate(S.secured, posting=row)
    close(row, figures=None)
    assert (row.outcome_due, row.open_at_close) == (True, 2)
    outcome.answer(row, owner(row), seen_version=row.version, figures={W.other: 2})
    assert (row.vacated, row.open_at_close) == (False, 0)
    stages.record_withdrawal(person, owner(row), seen_version=person.version)
    assert row.vacated


def test_the_people_are_locked_in_the_order_of_their_numbers(db_session: Session) -> None:
    """As by the reminders, which take several at once, too: neither waits for the other."""
    row = live(5)
    asked, moved = factories.candidate(S.received, posting=row), factories.candidate(S.moved, posting=row)
    taken: list[str] = []

    def note(state: Any) -> None:
        if state.is_select and getattr(state.statement, "_for_update_arg", None) is not None:
            taken.append(str(state.statement))

    event.listen(db_session, "do_orm_execute", note)
    try:
        close(row, results={moved.id: "rejected"}, fates={"received": True})
    finally:
        event.remove(db_session, "do_orm_execute", note)
    first = next(statement for statement in taken if "FROM candidate" in statement)
    assert "ORDER BY candidate.id" in first
    assert (asked.status, moved.status) == (S.rejected, S.rejected)
