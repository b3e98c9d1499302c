"""PUB-007: a released change of the conditions is told to who waits, old and new; small ones are not; the office knows how many before."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail, Posting, ThreadMessage
from keynet_admin.permissions import Actor
from keynet_admin.services import threads
from keynet_admin.services.candidate import changes
from keynet_admin.services.posting import drafts, revisions
from keynet_admin.services.posting.moderation import decide
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories


def edit(row: Posting, own: Actor, **typed: object) -> tuple[str, list[str]]:
    content = dict(revisions.current_revision(row).typed) | typed
    result = revisions.check(row.organization, content)
    says = [f.message for f in drafts.judged(row, result).findings if f.rule == "PUB-007"]
    return drafts.save(row, content, result, own, seen_version=row.version), says


def mails(session: Session) -> list[OutboxMail]:
    return list(session.execute(select(OutboxMail).filter_by(template="candidate_changed")).scalars())


def test_a_released_change_is_told(db_session: Session, clock: object) -> None:
    row = factories.posting(PostingStatus.live)
    own = factories.actor(Role.municipality, organization=row.organization)
    waiting = [factories.candidate(S.selection, posting=row), factories.candidate(S.offered, posting=row)]
    for state in (S.withdrawn, S.rejected, S.open):
        factories.candidate(state, posting=row)
    assert edit(row, own, title="集団接種会場の看護師（午後の部）") == ("live", [])
    assert mails(db_session) == []
    old = revisions.current_revision(row).normalized["term_end"]
    outcome, says = edit(row, own, term_end="2021-12-28")
    assert outcome == "waiting"
    assert "選考中の方が2名います" in says[0]
    assert mails(db_session) == []
    decide.release(row, factories.actor(Role.operator), seen_version=row.version)
    sent = mails(db_session)
    assert sorted(mail.subject_id for mail in sent) == sorted(person.id for person in waiting)
    for mail in sent:
        text = "".join(mail.body.split())
        assert old in text
        assert "2021-12-28" in text
        assert text.index(old) < text.index("2021-12-28")
    assert "2021-12-28" in threads.of(waiting[0])[-1].body
    assert db_session.query(ThreadMessage).count() == 2 + 1  # the question is one
    assert any("本人にお知らせしました" in entry.text for entry in history.of_candidate(waiting[0]))


def test_what_a_masked_posting_hides_is_not_told(db_session: Session) -> None:
    row = factories.posting(PostingStatus.live)
    factories.candidate(posting=row)
    content = revisions.current_revision(row).normalized | {"visibility": "masked"}
    assert changes.told_fields(content, content | {"venue_address": "別の町1-1"}) == []
