"""The service center's list of silent rows: as many as its number says, nothing of the person, a call that is noted."""

from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import Candidate
from keynet_admin.services import overview, settings, workflow
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


def silent(session: Session, clock: MovableClock) -> list[Candidate]:
    """Two that wait for a call, beside one that does not."""
    posting = factories.posting(PostingStatus.live)
    posting.organization.details = {**posting.organization.details, "org_tel": "0982-00-0000"}
    rows = [factories.candidate(posting=posting), factories.candidate(S.open, posting=posting)]
    factories.candidate(S.selection, posting=posting)
    for moment in ("2021-05-13 10:00", "2021-05-17 10:00"):
        session.commit()
        clock.set(moment)
        jobs.follow_candidates()
    session.expire_all()
    return rows


def test_the_list_and_its_number(db_session: Session, clock: MovableClock, client: Client) -> None:
    rows = silent(db_session, clock)
    client.sign_in(Role.operator)
    page = client.get("/admin/candidate/").text
    assert page.count("KN-") >= 2
    assert overview.now().silent == 2
    assert all(row.candidate_no in page for row in rows)
    assert "0982-00-0000" in page
    assert "見本" not in page
    assert "sakura@mail.example" not in page
    home = client.get("/admin/").text
    assert "返答のない応募" in home
    assert client.get("/admin/candidate/?q=sakura").text.count(rows[0].candidate_no) == 0


def test_a_call_is_noted_on_its_page(db_session: Session, clock: MovableClock, client: Client) -> None:
    row = silent(db_session, clock)[0]
    client.sign_in(Role.operator)
    path = f"/admin/candidate/{row.id}/asked"
    page = client.get(path).text
    assert row.organization.name in page
    assert "見本" not in page
    assert client.post(path, data={"version": row.version, "reason": ""}).status_code == 422
    assert client.post(path, data={"version": row.version, "reason": "係長より、本日中に連絡するとのこと。"}).status_code == 303
    db_session.expire_all()
    assert (overview.now().silent, row.task_at) == (1, None)
    assert row.candidate_no in client.get("/admin/candidate/?tab=asked").text
    assert client.post(path, data={"version": row.version + 1, "reason": "もう一度"}).status_code == 409
    assert settings.get("candidate_tell_days") == 2
    event = workflow.last_event(row, "asked")
    assert event is not None
    assert "係長" not in str(event.codes)
