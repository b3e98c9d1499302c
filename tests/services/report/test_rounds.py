"""Rounds of the report: who is asked and when, one press confirms, corrections stand beside, the freeze is for good."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.catalogue.display import long_time
from keynet_admin.clock import TOKYO
from keynet_admin.errors import BadField, KeynetError, NotPermitted, ReasonMissing, Refused, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Candidate, OutboxMail, Posting, Report, ReportRound, Review
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.report import corrected, figures, reminders, rounds
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, OfficeRight, PostingStatus, ReportStatus, Role, RoundStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.walks.test_races import together

P, S = PostingStatus, CandidateStatus
pytestmark = pytest.mark.usefixtures("clock")
JOB = "nurse"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def body(headcount: int = 4, secured: int = 1) -> Posting:
    """A live posting with some people who were secured by it."""
    row = factories.posting(P.live, {"headcount": headcount, "job_type": JOB})
    for number in range(secured):
        factories.candidate(S.secured, {"email": f"p{number}@mail.example"}, posting=row)
    return row


def opened(clock: MovableClock, row: Posting) -> tuple[ReportRound, Report, Account]:
    """A round made an hour later by a lead, the report of the posting's body, and somebody who may confirm it."""
    clock.advance(hours=1)
    made = rounds.create(factories.actor(Role.lead), as_of=clock.now)
    db.session.commit()
    (report,) = (report for report in made.reports if report.organization_id == row.organization_id)
    return made, report, factories.account(Role.municipality, organization=row.organization)


def mails(session: Session) -> list[OutboxMail]:
    return list(session.execute(select(OutboxMail).filter_by(template=reminders.REMINDER).order_by(OutboxMail.id)).scalars())


def test_a_round_asks_whoever_had_something_public(db_session: Session, clock: MovableClock) -> None:
    """A body with drafts only has nothing to report; the deadline is the fifth business day, and no day is in the future."""
    row = body()
    factories.posting(P.draft, organization=factories.make_organization("292052", "橿原市"))
    lead = factories.actor(Role.lead)
    with pytest.raises(NotPermitted):
        rounds.create(factories.actor(Role.operator), as_of=clock.now)
    with pytest.raises(BadField) as early:
        rounds.create(lead, as_of=clock.now + timedelta(minutes=1))
    assert early.value.field == "as_of"
    with pytest.raises(BadField) as late:
        rounds.create(lead, as_of=clock.now, due_at=clock.now)
    assert late.value.field == "due_at"
    with pytest.raises(BadField):
        rounds.create(lead, as_of=clock.now - timedelta(days=30))
    db_session.rollback()
    row = body()
    made = rounds.create(factories.actor(Role.lead), as_of=clock.now)
    assert [report.organization_id for report in made.reports] == [row.organization_id]
    assert (made.number, made.status, made.due_at) == (1, RoundStatus.open, at("2021-05-14 17:00"))
    with pytest.raises(Refused, match="第1回"):
        rounds.create(factories.actor(Role.lead), as_of=clock.now)


def test_many_mails_need_their_number(db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    row = body()
    for _ in range(2):
        factories.account(Role.municipality, organization=row.organization)
    people = reminders.recipients([row.organization_id])
    monkeypatch.setattr(reminders, "FEW", people - 1)
    lead = factories.actor(Role.lead)
    with pytest.raises(BadField) as refused:
        rounds.create(lead, as_of=clock.now, typed="1")
    assert refused.value.field == "count"
    assert rounds.create(lead, as_of=clock.now, typed=f" {people} ").reports
    monkeypatch.setattr(reminders, "FEW", people)
    clock.advance(hours=1)
    assert rounds.create(lead, as_of=clock.now).reports


def test_the_first_request_and_reminders(db_session: Session, clock: MovableClock) -> None:
    """The sweep asks once; a reminder goes out at most once a business day, to those who may confirm, and never after the confirmation."""
    row = body()
    only_views = factories.account(Role.municipality, organization=row.organization, rights=[OfficeRight.view.value])
    chosen, report, officer = opened(clock, row)
    lead = factories.actor(Role.lead)
    db_session.commit()
    assert [jobs.follow_reports(), jobs.follow_reports()] == [1, 0]
    db_session.expire_all()
    first = mails(db_session)
    assert officer.email in {mail.recipient for mail in first}
    assert only_views.email not in {mail.recipient for mail in first}
    assert f"/office/report/{report.id}/" in first[0].body
    assert report.reminded == 1
    with pytest.raises(Refused, match="次は5/10"):
        reminders.remind(chosen, lead, seen_version=chosen.version)
    clock.set("2021-05-08 12:00")  # a Saturday
    with pytest.raises(Refused):
        reminders.remind(chosen, lead, seen_version=chosen.version)
    clock.set("2021-05-10 10:00")
    with pytest.raises(NotPermitted):
        reminders.remind(chosen, factories.actor(Role.operator), seen_version=chosen.version)
    db_session.commit()
    done = reminders.remind(chosen, lead, seen_version=chosen.version)
    assert done.mails == 1
    assert "まだ届いていません" in mails(db_session)[-1].title
    assert reminders.remind(chosen, lead, seen_version=chosen.version).repeated
    assert len(mails(db_session)) == 2 * len(first)
    told = select(AuditEvent.action).where(AuditEvent.about(report), AuditEvent.action == "told")
    assert len(list(db_session.execute(told))) == 2
    clock.set("2021-05-11 10:00")
    rounds.confirm(report, actor_of(officer), seen_version=report.version)
    db_session.commit()
    with pytest.raises(Refused):
        reminders.remind(chosen, lead, seen_version=chosen.version)


def test_a_body_without_an_account_is_called(db_session: Session, clock: MovableClock) -> None:
    row = body()
    for account in row.organization.accounts:
        account.status = AccountStatus.suspended
    chosen, report, officer = opened(clock, row)
    officer.status = AccountStatus.suspended
    db_session.commit()
    assert jobs.follow_reports() == 0
    plan = reminders.reminder(chosen)
    assert (plan.reports, plan.mails, [who.id for who, _why in plan.left]) == ([], 0, [report.id])
    operator, version = factories.actor(Role.operator), report.version
    with pytest.raises(ReasonMissing):
        rounds.record_call(report, operator, seen_version=version, reason=" ")
    rounds.record_call(report, operator, seen_version=version, reason="係長が今日中に確認するとのこと。")
    assert rounds.record_call(report, operator, seen_version=version, reason="もう一度").repeated
    assert (report.called_at, report.called_by_id, report.version) == (clock.now, operator.account_id, version)
    assert db_session.execute(select(Review.reason).where(Review.about(report))).scalar_one().startswith("係長")


def test_one_press_confirms(db_session: Session, clock: MovableClock) -> None:
    """The same person again is no error, another one is told who was first; until the deadline it can be taken back."""
    _chosen, report, officer = opened(clock, body())
    first, second = actor_of(officer), factories.actor(Role.municipality, organization=report.organization)
    seen = report.version
    assert not rounds.confirm(report, first, seen_version=seen).repeated
    assert (report.status, report.confirmed_by_id) == (ReportStatus.confirmed, first.account_id)
    assert rounds.confirm(report, first, seen_version=seen).repeated
    with pytest.raises(StaleVersion) as stale:
        rounds.confirm(report, second, seen_version=seen)
    assert (stale.value.what, stale.value.who) == ("報告", officer.shown_name)
    rounds.take_back(report, second, seen_version=report.version)
    assert (report.status, report.confirmed_at, report.confirmed_by_id) == (ReportStatus.waiting, None, None)
    rounds.confirm(report, second, seen_version=report.version)
    clock.set("2021-05-14 17:00")
    with pytest.raises(TransitionRefused):
        rounds.take_back(report, second, seen_version=report.version)
    with pytest.raises(NotPermitted):
        rounds.confirm(report, factories.actor(Role.admin), seen_version=report.version)


def test_corrections_stand_beside_the_record(db_session: Session, clock: MovableClock) -> None:
    _chosen, report, officer = opened(clock, body(4, 1))
    who = actor_of(officer)

    def correct(**changed: str) -> None:
        values = {"job_type": JOB, "figure": "secured_other", "value": "2", "reason": "記録が漏れていたため。"} | changed
        rounds.correct(report, who, seen_version=report.version, **values)

    for field, wrong in (
        ("job_type", "pilot"), ("job_type", ""), ("figure", "secured"), ("figure", "open"), ("figure", "keys"),
        ("value", ""), ("value", "-1"), ("value", "1.5"), ("value", "0"), ("value", "100000"), ("value", "=1+1"), ("reason", "長" * 401),
    ):  # fmt: skip
        with pytest.raises(BadField) as refused:
            correct(**{field: wrong})
        assert refused.value.field == field
    with pytest.raises(ReasonMissing):
        correct(reason=" ")
    assert report.corrections == []
    correct(value="２名")
    correct(value="3")
    numbers = corrected.of_report(report)
    record, reported = numbers.record[JOB], numbers.reported[JOB]
    assert (record.secured_other, record.secured, record.open) == (0, 1, 3)
    assert (reported.secured_other, reported.secured, reported.open, reported.wanted) == (3, 4, 0, 4)
    assert [(row.before, row.after, row.late) for row in report.corrections] == [(0, 2, False), (2, 3, False)]
    assert numbers.now == numbers.reported
    with pytest.raises(StaleVersion):
        rounds.confirm(report, factories.actor(Role.municipality, organization=report.organization), seen_version=1)


def test_what_is_frozen_is_never_rewritten(db_session: Session, clock: MovableClock) -> None:
    """Whatever the records say later: the frozen figures stay, a late correction stands beside, and the next round looks at them."""
    row = body(4, 2)
    chosen, report, officer = opened(clock, row)
    who, values = actor_of(officer), {"job_type": JOB, "reason": "5/10に分かったため。"}
    rounds.correct(report, who, seen_version=report.version, figure="secured_other", value="1", **values)
    assert rounds.due_to_freeze() == []
    assert not rounds.freeze(chosen.id)
    clock.set("2021-05-14 17:00")
    # between the deadline and the sweep
    rounds.correct(report, who, seen_version=report.version, figure="inquiries", value="1", **values)
    db_session.commit()
    jobs.follow_reports()
    assert jobs.follow_reports() == 0
    db_session.expire_all()
    assert (chosen.status, chosen.frozen_at, report.status) == (RoundStatus.frozen, clock.now, ReportStatus.waiting)
    kept = report.figures
    assert kept is not None
    assert (kept[JOB]["secured_site"], kept[JOB]["secured_other"]) == (2, 0)
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(chosen), AuditEvent.action == "freeze")).scalar_one()
    assert (event.codes["applicants"], event.codes["secured"]) == (2, 2)
    for person in figures.snapshot(chosen.as_of).people[(row.organization_id, JOB)]:
        erase_person(person.id)
    with pytest.raises(TransitionRefused):
        rounds.confirm(report, who, seen_version=report.version)
    rounds.correct(report, who, seen_version=report.version, figure="secured_site", value="1", **values)
    db_session.commit()
    db_session.expire_all()
    numbers = corrected.of_round(chosen)[report.organization_id]
    assert report.figures == kept
    assert [row.late for row in report.corrections] == [False, True, True]
    assert [found[JOB].secured for found in (numbers.record, numbers.reported, numbers.now)] == [2, 3, 2]
    assert numbers == corrected.of_report(report)
    clock.advance(days=3)
    with pytest.raises(TransitionRefused):
        rounds.postpone(
            chosen, factories.actor(Role.lead), seen_version=chosen.version, due_at=clock.now + timedelta(days=1), reason="延長"
        )


def erase_person(number: int) -> None:
    person = db.session.get_one(Candidate, number)
    person.tel_key = person.email_key = ""
    person.not_working = True


def test_a_job_type_without_a_record_is_added_with_its_reason(db_session: Session, clock: MovableClock) -> None:
    chosen, report, officer = opened(clock, body())
    actor, said = actor_of(officer), {"job_type": "physician", "figure": "secured_other", "value": "２名"}
    with pytest.raises(BadField, match="職種を選んでください"):
        rounds.correct(report, actor, seen_version=report.version, **said | {"job_type": "pilot"}, reason="医師会から。")
    with pytest.raises(ReasonMissing):
        rounds.correct(report, actor, seen_version=report.version, **said, reason=" ")
    rounds.correct(report, actor, seen_version=report.version, **said, reason="医師会からの派遣。")
    numbers = corrected.of_report(report)
    assert "physician" not in numbers.record
    assert (numbers.now["physician"].secured, numbers.now["physician"].open) == (2, 0)
    rounds.confirm(report, actor, seen_version=report.version)
    clock.set(chosen.due_at + timedelta(minutes=1))
    assert rounds.freeze(chosen.id)
    assert corrected.of_report(report).reported["physician"].secured == 2


def test_postponing(db_session: Session, clock: MovableClock) -> None:
    chosen, report, officer = opened(clock, body())
    lead, due = factories.actor(Role.lead), chosen.due_at
    for wrong in (None, due, due - timedelta(days=1)):
        with pytest.raises(BadField) as refused:
            rounds.postpone(chosen, lead, seen_version=chosen.version, due_at=wrong, reason="連休のため。")
        assert refused.value.field == "due_at"
    assert reminders.ask(report.id)
    done = rounds.postpone(chosen, lead, seen_version=chosen.version, due_at=due + timedelta(days=3), reason="連休のため。")
    sent = db_session.execute(select(OutboxMail).where(OutboxMail.template == reminders.POSTPONED)).scalars().all()
    assert done.mails == len(sent)
    assert officer.email in [mail.recipient for mail in sent]
    assert all(long_time(due + timedelta(days=3)) in mail.body for mail in sent)
    clock.set(due + timedelta(hours=1))
    db_session.commit()
    assert rounds.due_to_freeze() == []
    rounds.confirm(report, actor_of(officer), seen_version=report.version)
    assert report.status is ReportStatus.confirmed


def test_a_round_without_bodies(db_session: Session, clock: MovableClock) -> None:
    """It cannot be made; one that is empty all the same is frozen without a stop."""
    with pytest.raises(BadField):
        rounds.create(factories.actor(Role.lead), as_of=clock.now)
    db_session.rollback()
    empty = factories.report_round(due_at=clock.now + timedelta(hours=1))
    assert corrected.of_round(empty) == {}
    lead = factories.actor(Role.lead)
    db_session.commit()
    with pytest.raises(Refused):
        reminders.remind(empty, lead, seen_version=empty.version)
    clock.advance(hours=1)
    assert jobs.follow_reports() == 1
    db_session.expire_all()
    assert empty.status is RoundStatus.frozen


def doing(act: Callable[[Report], Any], number: int, name: str) -> Callable[[], str]:
    def run() -> str:
        with transaction():
            act(db.session.get_one(Report, number))
        return name

    return run


@pytest.mark.parametrize("_again", range(3))
def test_two_people_confirm_at_once(app: Flask, db_session: Session, clock: MovableClock, _again: int) -> None:
    _chosen, report, officer = opened(clock, body())
    actors = [actor_of(officer), factories.actor(Role.municipality, organization=report.organization)]
    seen = report.version
    db_session.commit()
    acts = [doing(lambda row, who=who: rounds.confirm(row, who, seen_version=seen), report.id, "confirmed") for who in actors]
    results = together(app, *acts)
    assert sorted(map(str, results))[-1].endswith("「報告」を行いました。")
    assert results.count("confirmed") == 1


@pytest.mark.parametrize("name", ["confirm", "correct"])
def test_the_freeze_meets_a_body(app: Flask, db_session: Session, clock: MovableClock, name: str) -> None:
    """Whoever comes first: nobody waits in a circle, nothing is confirmed in a frozen round, a later correction is marked so."""
    chosen, report, officer = opened(clock, body())
    who, seen = actor_of(officer), report.version
    db_session.commit()
    clock.set(chosen.due_at)
    values = {"job_type": JOB, "figure": "secured_other", "value": "1", "reason": "漏れのため。"}
    acts: dict[str, Callable[[Report], Any]] = {
        "confirm": lambda row: rounds.confirm(row, who, seen_version=seen),
        "correct": lambda row: rounds.correct(row, who, seen_version=seen, **values),
    }
    results = together(app, doing(acts[name], report.id, name), doing(lambda _row: rounds.freeze(chosen.id), report.id, "freeze"))
    assert all(isinstance(result, (str, KeynetError)) for result in results), results
    db_session.expire_all()
    assert (chosen.status, report.status) == (RoundStatus.frozen, ReportStatus.waiting)
    assert [row.late for row in report.corrections] == ([True] if name == "correct" else [])
    assert report.figures is not None
    assert report.figures[JOB]["secured_other"] == 0
