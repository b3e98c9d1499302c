"""Which mornings an alert is mailed, what is new to it, and that nothing is told twice or passed over."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import OutboxMail, SearchAlert
from keynet_admin.services.alert import digest, searching
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import AlertPace, PostingStatus
from tests import factories
from tests.public.build import content, listed, put, revise
from tests.support.clock import MovableClock

DIGEST = OutboxMail.template == "alert_digest"


@pytest.fixture
def told(db_session: Session) -> Any:
    """Let the jobs run, and give the bodies of the digests written so far."""

    def run() -> list[str]:
        db_session.commit()
        jobs.tell_visitors()
        db_session.expire_all()
        bodies = list(db_session.execute(select(OutboxMail.body).where(DIGEST).order_by(OutboxMail.id)).scalars())
        db_session.rollback()
        return bodies

    return run


@pytest.mark.parametrize(
    ("pace", "asked", "mornings"),
    [
        # The clock stands on Friday, 2021-05-07, 10:00.
        (AlertPace.daily, "2021-05-07 10:00", ["2021-05-08 07:00", "2021-05-09 07:00", "2021-05-10 07:00"]),
        (AlertPace.daily, "2021-05-08 03:00", ["2021-05-08 07:00", "2021-05-09 07:00"]),
        (AlertPace.weekly, "2021-05-07 10:00", ["2021-05-10 07:00", "2021-05-17 07:00"]),
        (AlertPace.weekly, "2021-05-10 03:00", ["2021-05-10 07:00", "2021-05-17 07:00"]),
        (AlertPace.weekly, "2021-05-10 07:30", ["2021-05-17 07:00"]),
    ],
)
def test_the_mornings(db_session: Session, clock: MovableClock, pace: AlertPace, asked: str, mornings: list[str]) -> None:
    clock.set(asked)
    alert = factories.search_alert(pace=pace)
    db_session.commit()
    for morning in mornings:
        clock.set(morning)
        clock.advance(seconds=-1)
        assert digest.due() == []
        clock.advance(seconds=1)
        assert digest.due() == [alert.id]
        db_session.rollback()
        assert jobs.tell_visitors() == 0  # nothing new: settled without a mail
        assert digest.due() == []
        db_session.rollback()
    assert db_session.scalar(select(OutboxMail.id).where(DIGEST)) is None


def test_a_monday_without_a_worker_is_made_up_for(db_session: Session, clock: MovableClock, told: Any) -> None:
    factories.search_alert(pace=AlertPace.weekly)
    clock.advance(hours=1)
    listed()
    clock.set("2021-05-12 15:00")
    assert len(told()) == 1
    clock.set("2021-05-16 15:00")
    assert len(told()) == 1


def test_what_is_new_is_told_once(db_session: Session, clock: MovableClock, told: Any) -> None:
    """Older ones, those of other places, those that ended or were only changed are not told; a second run tells nothing."""
    old = listed({"title": "前からある募集"})
    clock.advance(minutes=1)
    factories.search_alert("prefecture=45&job_type=nurse")
    clock.advance(minutes=1)
    new, ended = listed({"title": "新しい募集"}), listed({"title": "終わった募集"})
    put(ended, PostingStatus.closed)
    revise(old, content({"title": "直した募集"}))
    other = factories.make_organization("131016", "千代田区")
    listed({"title": "東京の募集", "venue_city": "131016"}, organization=other)
    clock.set("2021-05-08 07:00")
    (body,) = told()
    assert "■新しい募集" in body
    assert f"/postings/{new.posting_no}\n" in body
    for title in ("前からある募集", "終わった募集", "直した募集", "東京の募集"):
        assert title not in body
    assert "宮崎県・看護師" in body
    assert "/postings/?prefecture=45&job_type=nurse\n" in body
    assert told() == [body]
    revise(new, content({"title": "新しい募集を直した"}))
    clock.set("2021-05-09 07:00")
    assert told() == [body]
    later = listed({"title": "次の募集"})
    clock.set("2021-05-10 07:00")
    assert f"/postings/{later.posting_no}\n" in told()[1]


def test_what_is_committed_late_is_not_passed_over(db_session: Session, clock: MovableClock, told: Any) -> None:
    """A posting of just now may not be visible yet: it belongs to the next mail, and to no other."""
    factories.search_alert()
    clock.set("2021-05-08 06:55")
    listed({"title": "直前の募集"})
    clock.set("2021-05-08 07:00")
    assert told() == []
    clock.set("2021-05-09 07:00")
    (body,) = told()
    assert "直前の募集" in body
    clock.set("2021-05-10 07:00")
    assert told() == [body]


def test_what_is_listed_in_the_second_of_a_windows_end_is_not_passed_over(db_session: Session, clock: MovableClock, told: Any) -> None:
    factories.search_alert()
    clock.set(datetime.fromisoformat("2021-05-08T06:50:00.300000+09:00"))
    listed({"title": "その秒の募集"})
    clock.set(datetime.fromisoformat("2021-05-08T07:00:00.700000+09:00"))
    first = told()
    clock.set("2021-05-09 07:00")
    (body,) = told()
    assert "その秒の募集" in body
    assert first in ([], [body])


def test_one_that_was_private_is_new_when_it_becomes_public(db_session: Session, clock: MovableClock, told: Any) -> None:
    posting = listed({"title": "非公開だった募集", "visibility": "private"})
    clock.advance(minutes=1)
    factories.search_alert()
    clock.set("2021-05-08 07:00")
    assert told() == []
    clock.advance(hours=1)
    revise(posting, content({"title": "非公開だった募集"}))
    clock.set("2021-05-09 07:00")
    (body,) = told()
    assert "非公開だった募集" in body
    put(posting, PostingStatus.paused)
    put(posting, PostingStatus.live)
    clock.set("2021-05-10 07:00")
    assert told() == [body]


def test_more_than_a_mail_holds(db_session: Session, clock: MovableClock, told: Any) -> None:
    factories.search_alert("")
    clock.advance(minutes=1)
    for number in range(digest.MOST + 2):
        listed({"title": f"募集の{number:02d}番"})
        clock.advance(seconds=1)
    clock.set("2021-05-08 07:00")
    (body,) = told()
    assert body.count("■") == digest.MOST
    assert "ほかにもあります" in body
    assert "募集の21番" in body
    assert "募集の01番" not in body
    title = db_session.execute(select(OutboxMail.title).where(DIGEST)).scalar_one()
    assert "20件以上（すべての募集）" in title


def test_a_search_that_is_not_understood_any_more_says_so(db_session: Session, clock: MovableClock, told: Any) -> None:
    alert = factories.search_alert()
    alert.query = "prefecture=45&engagement=gone"
    clock.advance(minutes=1)
    listed()
    clock.set("2021-05-08 07:00")
    (body,) = told()
    assert "任用の形「gone」は分からない" in body.replace("\n", "")


@pytest.mark.parametrize("stage", ["enqueue", "after"])
def test_a_crash_in_the_middle_leaves_the_morning_as_it_was(
    db_session: Session, clock: MovableClock, told: Any, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """Mail and window are one transaction: the next round begins anew, and what is new is told once."""
    first, second = (factories.search_alert(email=f"{name}@mail.example") for name in ("ichiro", "jiro"))
    clock.advance(minutes=1)
    listed()
    db_session.commit()
    clock.set("2021-05-08 07:00")
    write = outbox.enqueue

    def crash(template: str, to: str, *args: Any, **kwargs: Any) -> Any:
        made = write(template, to, *args, **kwargs) if stage == "after" else None
        if to.startswith("ichiro"):
            raise RuntimeError("the machine went away")
        return made or write(template, to, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(digest.outbox, "enqueue", crash)
        assert jobs.tell_visitors() == 1
    db_session.rollback()
    assert digest.due() == [first.id]
    assert second.id not in digest.due()
    db_session.rollback()
    assert len(told()) == 2
    assert len(told()) == 2


def test_two_workers_at_once_send_one(db_session: Session, clock: MovableClock) -> None:
    """Who looked before the other had sent finds the window moved on."""
    alert = factories.search_alert()
    clock.advance(minutes=1)
    listed()
    db_session.commit()
    clock.set("2021-05-08 07:00")
    looks = [next(digest.looks([alert.id])) for _ in range(2)]
    db_session.rollback()
    assert jobs.one_by_one(looks, digest.send) == 1
    assert [str(look) for look in looks] == [str(alert.id)] * 2


def test_the_same_search_is_made_once(db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = [factories.search_alert(email=f"n{number}@mail.example") for number in range(3)]
    db_session.commit()
    clock.set("2021-05-08 07:00")
    made = []
    real = searching.listed_between
    monkeypatch.setattr(searching, "listed_between", lambda *args: made.append(args) or real(*args))
    assert len(list(digest.looks(alert.id for alert in alerts))) == 3
    assert len(made) == 1


def test_a_search_that_fails_keeps_no_other_waiting(
    db_session: Session, clock: MovableClock, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = factories.search_alert("job_type=nurse", email="ichiro@mail.example")
    factories.search_alert("prefecture=45", email="jiro@mail.example")
    clock.advance(minutes=1)
    listed()
    clock.set("2021-05-08 07:00")
    real = searching.listed_between

    def find(query: str, *more: Any) -> Any:
        if query == "job_type=nurse":
            raise RuntimeError("no answer")
        return real(query, *more)

    with monkeypatch.context() as patch:
        patch.setattr(searching, "listed_between", find)
        assert len(told()) == 1
    assert digest.due() == [bad.id]
    assert len(told()) == 2


def test_alike_searches_follow_one_another(db_session: Session, clock: MovableClock) -> None:
    """So that what was found for one of them need not be kept until the last."""
    queries = ["prefecture=45", "prefecture=13"] * 2
    for number, query in enumerate(queries):
        factories.search_alert(query, email=f"n{number}@mail.example")
    clock.set("2021-05-08 07:00")
    found = [db_session.get_one(SearchAlert, number).query for number in digest.due()]
    assert found == sorted(queries)


def test_it_goes_behind_every_other_mail_and_can_be_stopped_by_its_header(
    app: Flask, db_session: Session, clock: MovableClock, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = factories.search_alert()
    clock.advance(minutes=1)
    listed()
    clock.set("2021-05-08 07:00")
    told()
    lanes = {row.template: row.lane for row in db_session.execute(select(OutboxMail.template, OutboxMail.lane))}
    assert (lanes["alert_confirm"], lanes["alert_digest"]) == (2, 3)
    sent = []
    real = outbox._message
    monkeypatch.setattr(outbox, "_message", lambda claim: sent.append(real(claim)) or sent[-1])
    db_session.commit()
    outbox.deliver_waiting()
    digest_mail = sent[-1]
    link = digest_mail.extra_headers["List-Unsubscribe"]
    assert digest_mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("<http")
    assert link.endswith("/stop>")
    assert link.removeprefix("<").removesuffix("/stop>") in digest_mail.body
    db_session.expire_all()
    assert db_session.scalar(select(OutboxMail.sealed).where(DIGEST)) is None
    token = link.rpartition("/alerts/")[2].removesuffix("/stop>")
    assert token not in "".join(db_session.execute(select(OutboxMail.body)).scalars())
    assert token != db_session.get_one(SearchAlert, alert.id).salt


def test_a_changed_pace_begins_with_the_next_morning(db_session: Session, clock: MovableClock) -> None:
    from keynet_admin.services.alert import subscription

    alert = factories.search_alert(pace=AlertPace.weekly)
    clock.set("2021-05-12 12:00")
    subscription.change(alert.id, AlertPace.daily)
    db_session.commit()
    assert digest.due() == []
    clock.advance(hours=19)
    assert digest.due() == [alert.id]
    assert alert.told_until <= clock.now - timedelta(days=5)
