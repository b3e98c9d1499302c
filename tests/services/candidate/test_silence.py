"""Silence is not a state: reminder, task to call, honest word, and again; whatever the office does or not, something happens in time."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import business_time, jobs
from keynet_admin.clock import TOKYO
from keynet_admin.errors import ReasonMissing, StaleVersion
from keynet_admin.models import AuditEvent, Candidate, OutboxMail, Review, ThreadMessage
from keynet_admin.services import overview, settings, workflow
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import silence, stages
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, PostingStatus, Role
from keynet_admin.vocabulary import CandidateStatus as S
from tests import factories
from tests.support.clock import MovableClock

pytestmark = pytest.mark.usefixtures("clock")


def mails(session: Session, template: str) -> list[OutboxMail]:
    return list(session.execute(select(OutboxMail).filter_by(template=template).order_by(OutboxMail.id)).scalars())


def steps(session: Session, row: Candidate) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.about(row)).order_by(AuditEvent.id)
    return [name for name in session.execute(query).scalars() if name in ("remind", "ask_desk", "asked", "tell_silence")]


def at(session: Session, clock: MovableClock, moment: str) -> int:
    session.commit()
    clock.set(moment)
    done = jobs.follow_candidates()
    session.expire_all()
    return done


def test_the_ladder(db_session: Session, clock: MovableClock) -> None:
    """Received on Friday, due on Wednesday: Thursday's mail, Monday's task, Wednesday's word, and a new round a week later."""
    row = factories.candidate()
    owner = factories.account(Role.municipality, organization=row.organization)
    version = row.version
    assert row.due_at is not None
    assert f"{row.due_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" == "2021-05-12 17:00"
    assert at(db_session, clock, "2021-05-12 17:01") == 0
    assert at(db_session, clock, "2021-05-13 09:59") == 0
    assert at(db_session, clock, "2021-05-13 10:00") == 1
    assert at(db_session, clock, "2021-05-13 16:00") == 0
    (mail,) = (sent for sent in mails(db_session, "people_waiting") if sent.recipient == owner.email)
    assert f"/office/candidate/{row.id}/" in mail.body
    assert row.candidate_no in mail.body
    assert "見本" not in mail.body + mail.title
    assert overview.now().silent == 0
    assert at(db_session, clock, "2021-05-16 12:00") == 0
    assert [at(db_session, clock, "2021-05-17 10:00"), jobs.follow_candidates()] == [1, 0]
    assert (overview.now().silent, overview.badges(factories.actor(Role.operator))["candidate"]) == (1, 1)
    assert at(db_session, clock, "2021-05-19 10:00") == 1
    (told,) = mails(db_session, "candidate_silence")
    assert told.recipient == row.email
    text = "".join(told.body.split())
    assert "令和3年5月12日（2021-05-12・水）までにお約束していましたが" in text
    assert f"運営事務局から{row.organization.name}に、メールと電話で確認を進めています" in text
    assert "ほかの募集に応募していただいてかまいません" in text
    assert db_session.execute(select(ThreadMessage.body).where(ThreadMessage.about(row))).scalar_one().replace(" ", "") in text
    assert at(db_session, clock, "2021-05-26 10:00") == 1
    assert steps(db_session, row) == ["remind", "ask_desk", "tell_silence", "remind"]
    assert row.version == version
    assert [sent.recipient for sent in mails(db_session, "people_waiting")].count(owner.email) == 2
    assert "返答がないことを、本人にメールでお知らせしました。" in [entry.text for entry in history.of_candidate(row)]


def test_one_mail_an_account_and_day(db_session: Session, clock: MovableClock) -> None:
    """For all silent rows together, of a question with the reason of APP-008."""
    first = factories.candidate()
    body = first.organization
    rows = [first, *(factories.candidate(posting=first.posting) for _ in range(2)), factories.candidate(S.open, posting=first.posting)]
    people = [factories.account(Role.municipality, organization=body) for _ in range(2)]
    factories.account(Role.municipality, organization=body, status=AccountStatus.suspended)
    other = factories.candidate(posting=factories.posting(PostingStatus.live))
    factories.account(Role.municipality, organization=other.organization)
    assert at(db_session, clock, "2021-05-13 10:00") >= 1
    sent = [mail for mail in mails(db_session, "people_waiting") if mail.recipient in {p.email for p in people}]
    assert sorted(mail.recipient for mail in sent) == sorted(p.email for p in people)
    assert all(row.candidate_no in mail.body for row in rows for mail in sent)
    assert all("返事のない募集には応募がありません。" in mail.body for mail in sent)
    assert jobs.follow_candidates() == 0


def test_nobody_to_write_to_means_a_call_at_once(db_session: Session, clock: MovableClock) -> None:
    row = factories.candidate()
    for account in row.organization.accounts:
        account.status = AccountStatus.suspended
    assert at(db_session, clock, "2021-05-13 10:00") == 1
    assert steps(db_session, row) == ["ask_desk"]
    assert mails(db_session, "people_waiting") == []
    assert at(db_session, clock, "2021-05-17 10:00") == 1
    assert f"運営事務局から{row.organization.name}に、電話で確認" in "".join(mails(db_session, "candidate_silence")[0].body.split())


@pytest.mark.parametrize(
    ("state", "due", "words"),
    [
        (S.received, "2021-05-13", "次のご連絡は"),
        (S.seen, "2021-05-17", "次のご連絡は"),
        (S.contacted, "2021-05-17", "次のご連絡は"),
        (S.selection, "2021-05-24", "次のご連絡は"),
        (S.moved, "2021-05-24", "次のご連絡は"),
        (S.offered, "2021-05-24", "内定へのお返事が"),
        (S.open, "2021-05-13", "からの回答は"),
    ],
)
def test_every_state_in_which_somebody_waits(db_session: Session, clock: MovableClock, state: S, due: str, words: str) -> None:
    """Offered people who do not answer, direct selection without a result and questions included; who was offered a place is asked with the first mail."""
    row = factories.candidate(state)
    factories.account(Role.municipality, organization=row.organization)
    assert at(db_session, clock, f"{due} 10:00") == 1
    assert steps(db_session, row) == ["remind"]
    assert len(mails(db_session, "candidate_silence")) == (state is S.offered)
    assert words in silence.truth(row)


@pytest.mark.parametrize("state", [S.secured, S.declined, S.rejected, S.withdrawn])
def test_nobody_is_reminded_of_what_has_ended(db_session: Session, clock: MovableClock, state: S) -> None:
    row = factories.candidate(state)
    assert at(db_session, clock, "2021-07-13 10:00") == 0
    assert steps(db_session, row) == []


def test_a_call_is_noted(db_session: Session, clock: MovableClock) -> None:
    """Who, when and the answer; the row leaves the list, the word to the person names the day, and a silence that goes on comes back."""
    row, operator = factories.candidate(), factories.actor(Role.operator)
    factories.account(Role.municipality, organization=row.organization)
    for moment in ("2021-05-13 10:00", "2021-05-17 10:00"):
        assert at(db_session, clock, moment) == 1
    with pytest.raises(ReasonMissing):
        silence.asked(row, operator, seen_version=row.version, reason=" ")
    done = silence.asked(row, operator, seen_version=row.version, reason="予防係の方より、明日までに連絡するとのこと。")
    assert not done.repeated
    assert silence.asked(row, operator, seen_version=row.version, reason="もう一度").repeated
    with pytest.raises(StaleVersion):
        silence.asked(row, factories.actor(Role.lead), seen_version=row.version, reason="確認しました。")
    assert overview.now().silent == 0
    assert db_session.execute(select(Review.reason).where(Review.about(row))).scalar_one().startswith("予防係")
    assert at(db_session, clock, "2021-05-19 10:00") == 1
    assert f"運営事務局は5/17(月)に、{row.organization.name}に電話で確認しました。" in "".join(
        mails(db_session, "candidate_silence")[0].body.split()
    )
    assert at(db_session, clock, "2021-05-26 10:00") == 1
    assert overview.now().silent == 1


def test_a_step_of_the_office_ends_the_silence(db_session: Session, clock: MovableClock) -> None:
    row = factories.candidate()
    own = actor_of(factories.account(Role.municipality, organization=row.organization))
    for moment in ("2021-05-13 10:00", "2021-05-17 10:00"):
        assert at(db_session, clock, moment) == 1
    stages.see(row, own, seen_version=row.version)
    assert (row.reminders, row.task_at, row.remind_at) == (0, None, None)
    assert at(db_session, clock, "2021-05-24 12:00") == 0
    assert at(db_session, clock, "2021-05-25 12:00") == 1


def test_who_reads_no_mail_is_to_be_called(db_session: Session, clock: MovableClock) -> None:
    """The honest word stands on the own page, and the next mail to the municipality asks for a call."""
    row = factories.candidate(content={"email": "", "tel": "09000000000"})
    factories.account(Role.municipality, organization=row.organization)
    for moment in ("2021-05-13 10:00", "2021-05-17 10:00", "2021-05-19 10:00", "2021-05-20 10:00"):
        assert at(db_session, clock, moment) == 1
    assert mails(db_session, "candidate_silence") == []
    assert len(list(db_session.execute(select(ThreadMessage).where(ThreadMessage.about(row))).scalars())) == 1
    assert "お電話でお知らせください" in mails(db_session, "people_waiting")[-1].body
    assert any("メールが届かないため、団体に電話をお願いしています" in entry.text for entry in history.of_candidate(row))


def test_the_days_are_settings(db_session: Session, clock: MovableClock) -> None:
    row = factories.candidate()
    factories.account(Role.municipality, organization=row.organization)
    settings.put("candidate_ask_days", 1)
    assert at(db_session, clock, "2021-05-13 10:00") == 1
    assert at(db_session, clock, "2021-05-14 10:00") == 1
    assert steps(db_session, row) == ["remind", "ask_desk"]


MOVES: dict[str, Any] = {
    "see": stages.see,
    "contact": stages.contact,
    "select": stages.select,
    "move_direct": stages.move_direct,
    "offer": stages.offer,
    "undo": stages.undo,
}


def test_nobody_waits_without_an_event(db_session: Session, clock: MovableClock) -> None:
    """X11: whatever the office does or not, between two events of who waits lie never more business days than the longest promise and one."""
    choice = Random(8)
    posting = factories.posting(PostingStatus.live)
    office = actor_of(factories.account(Role.municipality, organization=posting.organization))
    operator = factories.actor(Role.operator)
    rows = [
        factories.candidate(state, {"email": f"{state}@mail.example"}, posting=posting)
        for state in (S.received, S.open, S.seen, S.contacted, S.selection, S.moved, S.offered)
    ]
    rows += [factories.candidate(posting=posting) for _ in range(5)]
    acted = rows[4:]  # nobody ever does anything about the first ones
    db_session.commit()
    for _ in range(45):
        clock.at(clock.now.astimezone(TOKYO).date() + timedelta(days=1), 10)
        jobs.follow_candidates()
        db_session.expire_all()
        for row in acted:
            if choice.random() < 0.15:
                who, moves = choice.choice(((office, list(MOVES)), (operator, ["asked"])))
                if possible := [name for name in moves if name in workflow.allowed(row, who)]:
                    name = choice.choice(possible)
                    more = {"reason": "確認しました。"} if name == "asked" else {}
                    MOVES.get(name, silence.asked)(row, who, seen_version=row.version, **more)
        db_session.commit()
    longest = max(settings.get(name) for name in _PROMISES) + 1
    for row in rows:
        moments = list(db_session.execute(select(AuditEvent.at).where(AuditEvent.about(row)).order_by(AuditEvent.id)).scalars())
        assert max(_business_days(a, b) for a, b in pairwise([*moments, clock.now])) <= longest
        assert "tell_silence" in steps(db_session, row) or row in acted


def test_the_mail_goes_to_who_may_answer(db_session: Session) -> None:
    """To everybody in use only while there is nobody who may."""
    row = factories.candidate()
    viewer = factories.account(Role.municipality, organization=row.organization, rights=["view"])
    others = [account for account in row.organization.accounts if account.id != viewer.id]
    for account in others:
        account.status = AccountStatus.suspended
    db_session.flush()
    db_session.expire(row.organization, ["accounts"])
    assert silence.contacts(row.organization) == [viewer]
    officer = factories.account(Role.municipality, organization=row.organization)
    db_session.expire(row.organization, ["accounts"])
    assert silence.contacts(row.organization) == [officer]


_PROMISES = (
    "candidate_seen_days",
    "candidate_selection_days",
    "candidate_result_days",
    "inquiry_days",
    "candidate_ask_days",
    "candidate_tell_days",
    "candidate_again_days",
)


def _business_days(a: datetime, b: datetime) -> int:
    first, last = a.astimezone(TOKYO).date(), b.astimezone(TOKYO).date()
    return sum(business_time.is_business_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
