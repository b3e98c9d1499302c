"""The clock of a case over returns and reopenings: what goes on, what begins anew, and that nothing overdue becomes fresh."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import OutboxMail, ReturnLink, Submission
from keynet_admin.rules import evaluate
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.submission.lists import line
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.clock import MovableClock

# Received on Friday 7 May 2021 at 10:00 (due on Tuesday 11 May at 17:00); steps with their moments; the deadline afterwards, overdue or not.
WALKS = {
    "minor: what was left is left": (["05-10 11:00 resume", "05-12 11:00 back"], "2021-05-13 17:00", False),
    "incomplete: counted anew": (["05-10 11:00 reset", "05-12 11:00 back"], "2021-05-14 17:00", False),
    "minor but overdue stays overdue": (["05-12 11:00 resume", "05-17 11:00 back"], "2021-05-14 17:00", True),
    "returned twice, the pauses add up": (
        ["05-10 11:00 resume", "05-11 11:00 back", "05-11 12:00 resume", "05-11 14:00 back"],
        "2021-05-13 12:00",
        False,
    ),
    "a new text of the return is one pause": (["05-10 11:00 resume", "05-10 16:00 resume", "05-12 11:00 back"], "2021-05-13 17:00", False),
    "the last word counts": (["05-10 11:00 resume", "05-10 16:00 reset", "05-12 11:00 back"], "2021-05-14 17:00", False),
    "decided in time and reopened": (["05-10 11:00 reject", "05-12 11:00 reopen"], "2021-05-13 17:00", False),
    "overdue, rejected and reopened": (["05-12 11:00 reject", "05-12 11:01 reopen"], "2021-05-12 10:01", True),
    "reopened twice gains nothing": (
        ["05-11 16:00 reject", "05-11 16:00 reopen", "05-11 16:30 reject", "05-11 16:30 reopen"],
        "2021-05-11 17:00",
        False,
    ),
    "overdue, then reset after a reopening is a new form": (
        ["05-12 11:00 reject", "05-12 11:01 reopen", "05-12 12:00 reset", "05-13 11:00 back"],
        "2021-05-17 17:00",
        False,
    ),
}


def walk(case: Submission, step: str, db_session: Session) -> None:
    who = factories.actor(Role.operator)
    if step in ("resume", "reset"):
        review.return_(case, who, seen_version=case.version, message="お願いします。", items=[], resumes=step == "resume")
    elif step == "back":
        link = (
            db_session.execute(select(ReturnLink).where(ReturnLink.submission_id == case.id).order_by(ReturnLink.id.desc()))
            .scalars()
            .first()
        )
        form = factories.document()
        submissions.resubmit(link, form, evaluate(form, on=program_clock.today()), reference_date="2021-05-12", form_key=f"k{case.version}")
    else:
        getattr(review, step)(case, who, seen_version=case.version, reason="確認のため。")


@pytest.mark.parametrize("name", WALKS)
def test_the_deadline_after_a_walk(app: Flask, db_session: Session, clock: MovableClock, name: str) -> None:
    steps, due, overdue = WALKS[name]
    clock.set("2021-05-07 10:00")
    case = factories.submission()
    for step in steps:
        day, time, what = step.split()
        clock.set(f"2021-{day} {time}")
        walk(case, what, db_session)
        db_session.flush()
    assert case.due_at == datetime.fromisoformat(f"{due}:00+09:00")
    assert (line(case).tone == "must") is overdue
    assert case.due_at == case_clock.due_of(case), "as a change of the closures counts it"
    assert sum(pause.ended > pause.begun for pause in case_clock.pauses_of(case)) <= 2


@pytest.mark.parametrize(
    ("resumes", "at", "words"),
    [
        (False, "2021-05-10 11:00", "2営業日以内"),
        (True, "2021-05-10 11:00", "1営業日 6時間以内"),
        (True, "2021-05-12 11:00", "すぐに確認し"),
    ],
)
def test_the_mail_says_how_the_answer_is_counted(
    app: Flask, db_session: Session, clock: MovableClock, resumes: bool, at: str, words: str
) -> None:
    clock.set("2021-05-07 10:00")
    case = factories.submission()
    clock.set(at)
    shown = review.letters(case, "return", "お願いします。", [], resumes=resumes)[0][1].body
    review.return_(case, factories.actor(Role.operator), seen_version=case.version, message="お願いします。", items=[], resumes=resumes)
    sent = db_session.execute(select(OutboxMail.body).where(OutboxMail.about(case)).order_by(OutboxMail.id.desc())).scalars().first()
    assert words in "".join(shown.split("\n"))
    assert shown == sent, "the preview is the mail"
