"""A row whose keeping time is over: number and stage, no name, by page, list, search and decision."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.errors import Refused
from keynet_admin.models import Candidate, OutboxMail
from keynet_admin.services.candidate import contact, messages, stages
from keynet_admin.services.posting import closing, duties, publication
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


def test_only_number_and_stage(db_session: Session, client: Client, clock: MovableClock) -> None:
    row = factories.candidate(S.rejected, posting=factories.posting(PostingStatus.live))
    own = factories.account(Role.municipality, organization=row.organization)
    publication.close(row.posting, factories.actor(Role.municipality, organization=row.organization), seen_version=row.posting.version)
    db_session.commit()
    client.sign_in(own)
    page = client.get(f"/office/candidate/{row.id}/").text
    assert "見本" in page
    assert f"{date(2021, 11, 3):%Y-%m-%d}" in page
    row.locked = True
    db_session.commit()
    for path in (f"/office/candidate/{row.id}/", "/office/candidate/?tab=all"):
        page = client.get(path).text
        assert row.candidate_no in page
        assert "見本" not in page
        assert "sakura@mail.example" not in page
    assert row.candidate_no not in client.get("/office/candidate/?tab=all&q=sakura").text


def locked(state: S = S.received) -> Candidate:
    """A row at a live posting, as after a recruitment that went on once more."""
    row = factories.candidate(state)
    row.locked = True
    return row


def test_one_text_to_many_tells_nothing(db_session: Session, client: Client, clock: MovableClock) -> None:
    row = locked()
    text = factories.message_template(row.organization)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    db_session.commit()
    shown = client.get(f"/office/candidate/write?row={row.id}.{row.version}&template={text.id}").text
    done = client.get(f"/office/candidate/written?sent={row.id}&left={row.id}").text
    for page in (shown, done, client.get("/office/").text):
        assert row.candidate_no in page
        assert "見本 さくら" not in page
        assert "sakura@mail.example" not in page


@pytest.mark.parametrize("step", [stages.see, stages.contact, stages.reject, stages.to_inquiry, stages.record_withdrawal])
def test_nobody_decides_about_a_row_that_they_cannot_read(db_session: Session, clock: MovableClock, step: object) -> None:
    """And nobody is written to."""
    row = locked()
    who = factories.actor(Role.municipality, organization=row.organization)
    before = db_session.execute(select(func.count(OutboxMail.id))).scalar_one()
    with pytest.raises(Refused, match="保存期間が終わったか"):
        step(row, who, seen_version=row.version)  # type: ignore[operator]
    with pytest.raises(Refused, match="保存期間が終わったか"):
        messages.send(row, who, "ご連絡します。", seen_version=row.version)
    assert (row.status, db_session.execute(select(func.count(OutboxMail.id))).scalar_one()) == (S.received, before)
    assert closing.waiting(row.posting)["received"] == []


def test_nobody_waits_of_whom_nothing_is_left(db_session: Session, clock: MovableClock) -> None:
    """A row whose data ended while its way had no end: neither the home nor its mail asks for it, and no page leads to it."""
    row, other = factories.candidate(), factories.candidate(S.open)
    other.organization_id, who = row.organization_id, factories.actor(Role.municipality, organization=row.organization)
    row.erased_at = program_clock.now()
    db_session.flush()
    assert [duty.name for duty in duties.of_candidates(who, "/")] == ["unanswered"]
    assert [person.id for person in duties.waiting(who)] == [other.id]
    assert row.id not in contact.neighbours(other)
    assert closing.waiting(row.posting)["received"] == []
