"""What was booked on the wrong body goes to the right one: what goes, what ends, who is told, what is refused."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, Refused
from keynet_admin.models import AuditEvent, Listing, OutboxMail, Posting
from keynet_admin.services.invariants import check
from keynet_admin.services.posting import publication
from keynet_admin.services.report import figures
from keynet_admin.services.submission import acceptance
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.support import transfer
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import (
    AccountStatus,
    CandidateStatus,
    ListingEnd,
    ListingState,
    PartnerItemStatus,
    PostingStatus,
    Role,
    SubmissionStatus,
)
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


def mails(session: Session, template: str) -> list[tuple[str, str]]:
    """Address and body of every mail of a template."""
    query = select(OutboxMail.recipient, OutboxMail.body).where(OutboxMail.template == template).order_by(OutboxMail.id)
    return [(to, body) for to, body in session.execute(query)]


def test_a_live_posting_begins_anew_at_the_right_body(db_session: Session, client: Client, clock: MovableClock) -> None:
    """By the page: the old one ends before the public and at the partner, the new one is a draft with its own number; both are told.

    It stays in the first body's report as one that was public; its places are wanted there no more.
    """
    posting = factories.posting(PostingStatus.live)
    item = factories.partner_item(posting)
    wrong, right = posting.organization, factories.make_organization("131016", "千代田区")
    loser, winner = factories.account(Role.municipality, organization=wrong), factories.account(Role.municipality, organization=right)
    db_session.commit()
    client.sign_in(Role.operator)
    assert client.get(f"/admin/posting/{posting.id}/transfer").status_code == 403
    client.sign_in(Role.lead)
    path, typed = (
        f"/admin/posting/{posting.id}/transfer",
        {"version": str(posting.version), "to": "千代田区", "reason": "団体を取り違えていました。"},
    )
    assert "ほかの団体" not in client.get(f"/admin/posting/{posting.id}/").text
    assert path in client.get(f"/admin/posting/{posting.id}/").text
    for wrong_to in ("", "999999", "日向市", "ない町"):
        answer = client.post(path, data=typed | {"to": wrong_to})
        assert answer.status_code == 422, wrong_to
        assert typed["reason"] in answer.text
    assert winner.email in client.post(path, data=typed | {"do": "preview"}).text
    assert client.post(path, data=typed | {"reason": " "}).status_code == 422

    def wanted() -> dict[int, tuple[int, int]]:
        return {body: (cell.postings, cell.wanted) for (body, _job), cell in figures.figures(clock.now).items()}

    assert wanted() == {wrong.id: (1, posting.revisions[-1].headcount)}
    assert client.post(path, data=typed).status_code == 303
    assert "先ほど行っています" in client.get(client.post(path, data=typed).location).text, "pressed again it is done once"
    made = db_session.execute(select(Posting).where(Posting.organization_id == right.id)).scalar_one()
    assert (made.status, posting.status) == (PostingStatus.draft, PostingStatus.closed)
    assert made.revisions[0].typed == posting.revisions[-1].typed
    assert made.revisions[0].author_id is None, "whoever moved it may still release it"
    row = db_session.execute(select(Listing).where(Listing.posting_id == posting.id)).scalar_one()
    assert (row.state, row.ended_by) == (ListingState.closed, ListingEnd.stopped)
    db_session.refresh(item)
    assert item.status is not PartnerItemStatus.acknowledged
    told = dict(mails(db_session, "posting_moved_away") + mails(db_session, "posting_moved_here"))
    assert f"/office/posting/{posting.id}/" in told[loser.email]
    assert f"/office/posting/{made.id}/" in told[winner.email]
    assert all("団体を取り違えていました。" in told[who.email] for who in (loser, winner))
    client.sign_in(loser)
    page = client.get(f"/office/posting/{posting.id}/")
    assert page.status_code == 200
    assert made.posting_no in page.text
    assert "reopen" not in page.text
    assert client.get(f"/office/posting/{made.id}/").status_code == 404
    client.sign_in(winner)
    assert posting.posting_no in client.get(f"/office/posting/{made.id}/").text
    assert client.get(f"/office/posting/{posting.id}/").status_code == 404
    assert wanted() == {wrong.id: (1, 0)}


def test_what_cannot_go(db_session: Session, clock: MovableClock) -> None:
    """People who wait, people who are secured, a body with nobody in it, a union's ambiguous name; nothing is changed."""
    posting, lead = factories.posting(PostingStatus.live), factories.actor(Role.lead)
    right = factories.make_organization("131016", "千代田区")

    def refused(words: str, kind: type[Exception] = Refused) -> None:
        version = posting.version
        with pytest.raises(kind, match=words):
            transfer.posting(posting, lead, seen_version=posting.version, to="131016", reason="取り違え。")
        assert (posting.version, posting.status) == (version, PostingStatus.live)

    refused("使えるアカウントがまだありません", BadField)
    factories.account(Role.municipality, organization=right)
    db_session.expire(right, ["accounts"])
    applied = factories.candidate(posting=posting)
    refused("返事を待つ応募・問い合わせが1件")
    own = factories.actor(Role.municipality, organization=posting.organization)
    factories.candidate(CandidateStatus.secured, posting=posting, by=own)
    applied.status = CandidateStatus.rejected
    db_session.flush()
    refused("すでに1名を確保")
    publication.close(posting, own, seen_version=posting.version)
    assert transfer.obstacle(posting)


def test_an_accepted_case_is_taken_up_again_as_the_right_bodys(db_session: Session, client: Client, clock: MovableClock) -> None:
    """Postings and the account that the acceptance made end; the case waits with the right code; its second acceptance makes all anew there."""
    case = factories.submission(SubmissionStatus.accepted)
    wrong = case.organization
    assert wrong is not None
    (account,) = wrong.accounts
    address, postings = account.email, list(wrong.postings)
    db_session.commit()
    client.sign_in(Role.lead)
    path = f"/admin/submission/{case.id}/transfer"
    page = client.get(path).text
    assert address in page
    assert postings[0].posting_no in page
    typed = {"version": str(case.version), "to": "45206", "reason": "別の市の申請でした。"}
    assert client.post(path, data=typed).status_code == 422
    assert client.post(path, data=typed | {"to": "452068"}).status_code == 422, "the same body"
    assert client.post(path, data=typed | {"to": "452033"}).status_code == 303
    db_session.refresh(case)
    assert (case.status, case.lg_code, case.org_name, case.organization_id) == (SubmissionStatus.in_review, "452033", "延岡市", None)
    assert account.is_erased
    assert [one.status for one in postings] == [PostingStatus.closed] * len(postings)
    ((to, body),) = mails(db_session, "case_moved")
    assert to == submissions.address_of(submissions.current_revision(case))
    assert "別の市の申請でした。" in body
    assert "新しい" in body
    plan = acceptance.plan(case)
    assert not plan.refused, plan.refused
    assert [way.account for way in plan.ways] == [acceptance.NEW], "its account is proven and issued anew"
    assert plan.ways[0].email == address
    assert len(plan.postings) == len(postings)
    assert client.get(f"/admin/submission/{case.id}/").status_code == 200
    clock.advance(hours=1)  # the lead's turn with the case is over
    colleague = factories.actor(Role.operator)
    if acceptance.proof_of(case, plan).missing(colleague):
        factories.called(case, colleague)
    with transaction():
        acceptance.accept(case, colleague, seen_version=case.version)
    body = case.organization
    assert body is not None
    assert (case.status, body.name, body.lg_code) == (SubmissionStatus.accepted, "延岡市", "452033")
    assert [(one.email, one.status) for one in body.accounts] == [(address, AccountStatus.invited)]
    assert {one.status for one in body.postings} == {PostingStatus.draft}
    assert not {one.posting_no for one in body.postings} & {one.posting_no for one in postings}
    assert len(body.postings) == len(postings)
    assert mails(db_session, "first_login")[-1][0] == address
    assert check.broken() == {}
    events = select(AuditEvent.action).where(AuditEvent.subject == "posting", AuditEvent.subject_id == postings[0].id)
    assert "transfer_case" in set(db_session.execute(events).scalars())


def test_a_case_whose_account_is_needed_elsewhere_stays(db_session: Session, clock: MovableClock) -> None:
    """The account was there before the case, or is the last one for other postings of the body."""
    first = factories.submission(SubmissionStatus.accepted)
    clock.advance(hours=1)
    second = factories.submission(SubmissionStatus.accepted, {"postings.0.title": "接種会場の受付を手伝う事務職員"})
    db_session.flush()
    assert "この申請の前から" in transfer.case_obstacle(second)
    assert "最後のアカウント" in transfer.case_obstacle(first)
    with pytest.raises(Refused, match="最後のアカウント"):
        transfer.case(first, factories.actor(Role.lead), seen_version=first.version, to="452033", reason="取り違え。")
    assert first.status is SubmissionStatus.accepted
