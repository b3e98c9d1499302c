"""A returned case has ways out: mails that do not arrive, silent senders, and what operators do about both. Walked on the moved clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.errors import LinkDead
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, ReturnLink, Submission
from keynet_admin.permissions import SYSTEM, Actor, sender_of
from keynet_admin.services import workflow
from keynet_admin.services.account.tokens import typed as plain
from keynet_admin.services.business_days import promise_due
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import follow_up, review, task
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.lists import counted_from_of
from keynet_admin.vocabulary import UNDELIVERED, DeskTask, MailStatus, Role, SubmissionStatus
from tests import factories

S = SubmissionStatus


def deliver(case: Submission, status: MailStatus = MailStatus.sent) -> None:
    """What the worker finds out about the waiting mails of a case."""
    for move, values in (("send", {}), ("settle", {"target": status})):
        workflow.move_where(OutboxMail, move, OutboxMail.about(case), **values)
    db.session.commit()
    db.session.expire_all()


def mails(case: Submission) -> list[OutboxMail]:
    return list(db.session.execute(select(OutboxMail).where(OutboxMail.about(case)).order_by(OutboxMail.id)).scalars())


@pytest.fixture
def case(app: Flask, db_session: Session, clock: Any) -> Submission:
    """Returned on Friday 7 May 2021 at 10:00; all its mails were sent."""
    made = factories.submission(S.returned)
    deliver(made)
    return made


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any) -> Actor:
    return factories.actor(Role.operator)


@pytest.mark.parametrize("lost", UNDELIVERED)
@pytest.mark.parametrize("state", [S.received, S.returned, S.rejected, S.withdrawn, S.accepted])
def test_a_mail_that_does_not_arrive_puts_its_case_into_the_queue(
    app: Flask, db_session: Session, clock: Any, state: SubmissionStatus, lost: MailStatus
) -> None:
    made = factories.submission(state)
    deliver(made)
    before = (made.due_at, made.version)
    assert jobs.follow_up_cases() == 0
    outbox.enqueue("rejected", "vaccine@city.hyuga-test.lg.jp", {"reason": "対象外のため。"}, about=made)
    deliver(made, lost)
    assert [jobs.follow_up_cases(), jobs.follow_up_cases()] == [1, 0]
    db_session.refresh(made)
    assert made.task is DeskTask.mail
    assert made.version == before[1], "an operator's open page stays good"
    waiting = list(db_session.execute(select(Submission.id).where(Submission.awaiting_review())).scalars())
    assert waiting == [made.id]
    clock_runs = made.due_at.astimezone(clock.now.tzinfo)
    assert (clock_runs - clock.now) > timedelta(days=2)
    assert before[0] == made.due_at or state is not S.received


@pytest.mark.parametrize(
    ("act", "lost"),
    [
        (lambda row, actor: task.with_case(outbox.close)(row, actor, seen_version=row.version, reason="電話で伝えました。"), "refused"),
        (lambda row, actor: task.with_case(outbox.retry)(row, actor, seen_version=row.version), "failed"),
        (lambda row, actor: task.with_case(outbox.confirm)(row, actor, seen_version=row.version), "uncertain"),
    ],
)
def test_the_task_ends_with_the_decision_about_the_mail(case: Submission, operator: Actor, act: Callable[..., Any], lost: str) -> None:
    """Told by phone, sent again, or found to have arrived: the clock stands still again, and asking begins anew."""
    follow_up.resend(case, operator, seen_version=case.version)
    deliver(case, MailStatus(lost))
    jobs.follow_up_cases()
    row = mails(case)[-1]
    act(row, operator)
    db.session.flush()
    assert (case.task, case.due_at) == (None, None)
    assert case.remind_at is not None


@pytest.mark.parametrize("way", ["withdraw", "return"])
def test_the_clock_of_a_task_goes_on_when_nobody_has_to_decide_any_more(
    app: Flask, db_session: Session, clock: Any, operator: Actor, way: str
) -> None:
    """A mail to somebody else is still lost: the case stays in the queue, at its place by deadline."""
    made = factories.submission()
    outbox.enqueue("accepted", "kenko@city.hyuga-test.lg.jp", {}, about=made)
    deliver(made, MailStatus.refused)
    jobs.follow_up_cases()
    db_session.refresh(made)
    clock.set("2021-05-10 11:00")
    if way == "withdraw":
        submissions.withdraw(made, operator, seen_version=made.version)
    else:
        review.return_(made, operator, seen_version=made.version, message="ご確認ください。", items=[])
    assert made.task is DeskTask.mail
    assert made.due_at == promise_due(counted_from_of(made)), "as the page of the deadline counts it"
    assert made.due_at > clock.now


@pytest.mark.parametrize("way", ["resend", "return_again"])
def test_a_newer_mail_takes_the_task_of_the_older_one_over(case: Submission, operator: Actor, way: str) -> None:
    """The badge of undelivered mails goes down when the return is sent again; when that fails too, there is one task, not two."""
    follow_up.resend(case, operator, seen_version=case.version)
    deliver(case, MailStatus.refused)
    jobs.follow_up_cases()
    db.session.refresh(case)
    assert outbox.undeliverable_count() == 1
    if way == "resend":
        follow_up.resend(case, operator, seen_version=case.version)
    else:
        review.return_(case, operator, seen_version=case.version, message="もう一度お願いします。", items=[])
    assert outbox.undeliverable_count() == 0
    assert (case.task, case.due_at) == (None, None)
    deliver(case, MailStatus.refused)
    jobs.follow_up_cases()
    db.session.refresh(case)
    assert (case.task, outbox.undeliverable_count()) == (DeskTask.mail, 1)


def test_reminders_after_three_and_seven_business_days_then_a_call(case: Submission, clock: Any) -> None:
    """Returned on Friday the 7th: Wednesday 12, Tuesday 18, Friday 21 at 10:00; each once, however often somebody looks."""
    seen = []
    for day in range(8, 25):
        for hour in (9, 11):
            clock.set(f"2021-05-{day:02d} {hour:02d}:00")
            for _ in range(2):
                if jobs.follow_up_cases():
                    seen.append((day, hour))
                deliver(case)
    assert seen == [(12, 11), (18, 11), (21, 11)]
    db.session.refresh(case)
    assert (case.task, case.reminders) == (DeskTask.call, 2)
    assert case.due_at is not None
    assert [mail.template for mail in mails(case)] == ["receipt", "returned", "return_reminder", "return_reminder"]
    links = db.session.execute(select(ReturnLink).where(ReturnLink.submission_id == case.id)).scalars().all()
    assert {link.closed_at for link in links} == {None}, "a reminder kills no link that the sender may have open"
    assert len({link.expires_at for link in links}) == 1


def test_who_was_not_reached_is_called_not_mailed(case: Submission, operator: Actor, clock: Any) -> None:
    """No reminder goes to an address that refused the last mail and whose operator told the sender by telephone."""
    follow_up.resend(case, operator, seen_version=case.version)
    deliver(case, MailStatus.refused)
    jobs.follow_up_cases()
    row = mails(case)[-1]
    task.with_case(outbox.close)(row, operator, seen_version=row.version, reason="電話で伝えました。")
    db.session.commit()
    clock.set("2021-05-12 11:00")
    assert jobs.follow_up_cases() == 1
    db.session.refresh(case)
    assert (case.task, case.reminders, mails(case)[-1].id) == (DeskTask.call, 0, row.id)


def test_sent_again_the_links_of_both_mails_work(case: Submission, operator: Actor) -> None:
    """The same sender, the same words: nothing that is open in a browser dies."""
    tokens: list[str] = []
    opened = submissions.open_link
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submissions, "open_link", lambda *a, **k: tokens.append(opened(*a, **k)) or tokens[-1])
        review.return_(case, operator, seen_version=case.version, message="お願いします。", items=[])
        follow_up.resend(case, operator, seen_version=case.version)
        assert [submissions.find_return(token).submission_id for token in tokens] == [case.id] * 2
        review.return_(case, operator, seen_version=case.version, message="もう一度お願いします。", items=[])
    for token in tokens[:2]:
        with pytest.raises(LinkDead, match="新しい差し戻し"):
            submissions.find_return(token)
    assert submissions.find_return(tokens[2])


def test_more_time_wakes_a_link_that_is_over(case: Submission, operator: Actor, clock: Any) -> None:
    tokens: list[str] = []
    opened = submissions.open_link
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submissions, "open_link", lambda *a, **k: tokens.append(opened(*a, **k)) or tokens[-1])
        review.return_(case, operator, seen_version=case.version, message="お願いします。", items=[])
    deliver(case)
    clock.set("2021-06-10 10:00")
    with pytest.raises(LinkDead, match="期限"):
        submissions.find_return(tokens[0])
    assert jobs.follow_up_cases() == 1
    db.session.refresh(case)
    assert case.task is DeskTask.call, "no reminder leads to a dead link"
    done = follow_up.extend(case, operator, seen_version=case.version)
    assert done.mails == 1
    assert mails(case)[-1].template == "return_extended"
    assert submissions.find_return(tokens[0]).expires_at == clock.now + timedelta(days=30)
    assert (case.task, case.due_at) == (None, None)


@pytest.mark.parametrize("end", ["resubmit", "withdraw"])
def test_with_the_answer_all_asking_ends(case: Submission, clock: Any, end: str) -> None:
    clock.set("2021-06-10 10:00")
    jobs.follow_up_cases()
    db.session.refresh(case)
    assert case.task is DeskTask.call
    if end == "withdraw":
        submissions.withdraw(case, sender_of(case.id), seen_version=None)
        assert case.due_at is None
    else:
        from keynet_admin.rules import evaluate

        form = factories.document()
        link = db.session.execute(select(ReturnLink)).scalars().first()
        assert link is not None
        submissions.resubmit(link, form, evaluate(form, on=clock.now.date()), reference_date="2021-06-10", form_key="another-key-1234")
        assert case.due_at is not None
    assert (case.task, case.remind_at) == (None, None)


@pytest.mark.parametrize(
    "write", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f"　{code.translate(WIDE)} ", lambda c: c.replace("-", "ー")]
)
@pytest.mark.parametrize("named", ["number", "mail", "MAIL"])
def test_the_typed_code_leads_to_the_form(case: Submission, operator: Actor, write: Callable[[str], str], named: str) -> None:
    follow_up.resend(case, operator, seen_version=case.version)
    sealed = mails(case)[-1].sealed
    assert sealed is not None
    address = submissions.address_of(submissions.current_revision(case))
    who = {"number": case.receipt_no, "mail": address, "MAIL": address.upper()}[named]
    token = submissions.token_of_code(who, write(sealed["code"]))
    assert token is not None
    assert submissions.find_return(token).submission_id == case.id
    assert submissions.token_of_code(who, sealed["code"][:-1] + "2") is None or sealed["code"].endswith("2")
    assert submissions.token_of_code("KN-210507-9999", sealed["code"]) is None


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def test_the_code_dies_with_its_link(case: Submission, operator: Actor) -> None:
    follow_up.resend(case, operator, seen_version=case.version)
    sealed = mails(case)[-1].sealed
    assert sealed is not None
    token = submissions.token_of_code(case.receipt_no, sealed["code"])
    assert token is not None
    submissions.withdraw(case, SYSTEM, seen_version=None)
    with pytest.raises(LinkDead, match="取り下げ"):
        submissions.find_return(token)


@pytest.mark.parametrize("change", [lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: "9" + t, lambda t: t.replace("-", "")])
def test_an_address_that_we_did_not_make_opens_nothing(case: Submission, operator: Actor, change: Callable[[str], str]) -> None:
    follow_up.resend(case, operator, seen_version=case.version)
    sealed = mails(case)[-1].sealed
    assert sealed is not None
    token = submissions.token_of_code(case.receipt_no, plain(sealed["code"]))
    assert token is not None
    from keynet_admin.errors import NotFound

    with pytest.raises(NotFound):
        submissions.find_return(change(token))
