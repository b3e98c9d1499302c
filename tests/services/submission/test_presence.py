"""Who has a case open, and the claim that lets go by itself."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import AuditEvent, CasePresence
from keynet_admin.services.submission import presence, review
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.web import Client


def test_visits_begin_and_end(app: Flask, db_session: Session, clock: Any) -> None:
    """Listed for 90 seconds, as writing while one writes; the end of the visit before stays readable through the present one."""
    case, me, colleague = factories.submission(), factories.actor(name="佐藤 直子"), factories.actor(name="高橋 健")
    assert presence.before(case, me) is None
    presence.look(case, me)
    first = presence.clock.now()
    assert [(p.name, p.word) for p in presence.others(case, colleague)] == [("佐藤 直子", "閲覧中")]
    assert presence.others(case, me) == []
    clock.advance(seconds=30)
    presence.look(case, me, writing=True)
    assert [(p.name, p.word) for p in presence.others(case, colleague)] == [("佐藤 直子", "入力中")]
    presence.look(case, me)  # back from the decision page
    assert [p.word for p in presence.others(case, colleague)] == ["閲覧中"]
    left = presence.clock.now()
    assert (presence.before(case, me), left > first) == (None, True)
    clock.advance(seconds=91)
    assert presence.others(case, colleague) == []
    assert presence.before(case, me) == left, "as the page sees it that begins the visit"
    presence.look(case, me)
    clock.advance(seconds=60)
    presence.look(case, me)
    assert presence.before(case, me) == left, "as long as the visit lasts"
    clock.advance(days=91)
    db_session.commit()
    jobs.purge()
    assert db_session.query(CasePresence).count() == 0


def test_a_claim_lives_while_its_holder_is_seen(app: Flask, db_session: Session, clock: Any) -> None:
    holder, colleague = factories.actor(), factories.actor()
    case = factories.submission()
    review.take(case, holder, seen_version=case.version)
    version = case.version
    db_session.commit()
    for minutes in (29, 29):
        clock.advance(minutes=minutes)
        presence.look(case, holder)
        db_session.commit()
    clock.advance(minutes=29)
    presence.look(case, colleague)  # somebody else renews nothing
    db_session.commit()
    jobs.follow_up_cases()
    db_session.refresh(case)
    assert case.assignee_id == holder.account_id
    clock.advance(minutes=2)
    jobs.follow_up_cases()
    jobs.follow_up_cases()
    db_session.refresh(case)
    assert (case.status, case.assignee_id, case.version) == (SubmissionStatus.received, None, version), "open pages stay good"
    assert db_session.query(AuditEvent).filter_by(action="let_go").count() == 1


def test_the_page_tells_and_is_told(client: Client, db_session: Session, clock: Any) -> None:
    case, colleague = factories.submission(), factories.actor(name="高橋 健")
    presence.look(case, colleague, writing=True)
    db_session.commit()
    client.sign_in(Role.operator)
    assert db_session.query(CasePresence).count() == 1
    for address in ("", "reject"):
        assert "高橋 健 入力中" in client.get(f"/admin/submission/{case.id}/{address}").get_data(as_text=True)
    assert db_session.query(CasePresence).count() == 1, "a GET writes nothing"
    answer = client.post(f"/admin/submission/{case.id}/here", data={"writing": "1"})
    assert "高橋 健 入力中" in answer.get_data(as_text=True)
    assert [p.word for p in presence.others(case, colleague)] == ["入力中"]
