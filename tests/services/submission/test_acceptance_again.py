"""Accepting a case again after a correction: nothing is lost, and what cannot follow is said before."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock
from keynet_admin.models import AuditEvent, Listing, Organization, Posting, PostingRevision, ReturnLink, Submission
from keynet_admin.rules import evaluate
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.submission import acceptance, intake, review
from keynet_admin.vocabulary import PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.rules.base_submission import put
from tests.support.web import Client


def two_postings() -> dict[str, Any]:
    """A form with two postings."""
    typed = factories.document()
    typed["postings"].append(factories.document()["postings"][0] | {"title": "もう一つの募集"})
    return typed


def corrected(db_session: Session, case: Submission, changes: Mapping[str, Any], *, drop: int | None = None) -> None:
    """Reopen an accepted case, return it, and send it again with changes."""
    lead = factories.actor(Role.lead)
    review.reopen(case, lead, seen_version=case.version, reason="確認のため。")
    review.return_(case, lead, seen_version=case.version, message="人数をご確認ください。", items=[])
    db_session.flush()
    link = db_session.execute(select(ReturnLink).where(ReturnLink.submission_id == case.id, ReturnLink.closed_at.is_(None))).scalar_one()
    typed = intake.whole(intake.current_revision(case), "typed")
    for path, value in changes.items():
        put(typed, path, value)
    if drop is not None:
        del typed["postings"][drop]
    today = clock.today()
    intake.resubmit(link, typed, evaluate(typed, on=today), reference_date=today.isoformat(), form_key=f"again-{case.id}-{case.version}")
    db_session.flush()


def postings_of(db_session: Session, case: Submission) -> list[Posting]:
    return list(db_session.execute(select(Posting).where(Posting.submission_id == case.id).order_by(Posting.submission_index)).scalars())


def accept(case: Submission) -> None:
    acceptance.accept(case, factories.actor(Role.operator), seen_version=case.version)


@pytest.fixture
def case(db_session: Session, clock: Any) -> Submission:
    """An accepted case with two drafts."""
    return factories.submission(SubmissionStatus.accepted, typed=two_postings())


def test_a_corrected_posting_becomes_a_new_revision_of_its_draft(db_session: Session, case: Submission) -> None:
    first, second = postings_of(db_session, case)
    corrected(db_session, case, {"postings.0.headcount": 77})
    plan = acceptance.plan(case)
    assert plan.postings == ()
    assert plan.again == (
        f"{first.posting_no}「{first.title}」の下書きを、今回の内容に改めます。",
        f"{second.posting_no}「{second.title}」は、前回の承認でお渡しした内容のままです。",
    )
    before = first.version
    accept(case)
    assert postings_of(db_session, case) == [first, second]
    assert (first.headcount, first.current, first.status, first.version) == (77, 2, PostingStatus.draft, before + 1)
    assert revisions.current_revision(first).normalized["headcount"] == 77
    assert (second.current, second.headcount) == (1, 15)
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(first), AuditEvent.action == "edit")).scalar_one()
    assert event.codes["fields"] == ["headcount"]


def test_a_published_or_edited_posting_is_left_and_said(db_session: Session, case: Submission) -> None:
    first, second = postings_of(db_session, case)
    owner = factories.actor(Role.municipality, organization=first.organization)
    publication.publish(first, owner, seen_version=first.version)
    typed = dict(revisions.current_revision(second).typed) | {"headcount": "3"}
    drafts.save(second, typed, revisions.check(second.organization, typed), owner, seen_version=second.version)
    db_session.flush()
    corrected(db_session, case, {"postings.0.headcount": 77, "postings.1.headcount": 78})
    said = acceptance.plan(case).again
    assert f"いまの状態が「{first.status.label}」のため、今回の内容を反映しません" in said[0]
    assert "団体が内容を変更したため、今回の内容を反映しません" in said[1]
    accept(case)
    assert (first.headcount, second.headcount) == (15, 3)
    assert [revisions.current_revision(row).normalized["headcount"] for row in (first, second)] == [15, 3]


def test_a_dropped_posting_stays_and_a_further_one_is_made(db_session: Session, case: Submission) -> None:
    first, second = postings_of(db_session, case)
    corrected(db_session, case, {}, drop=1)
    assert "今回の申請にありません" in acceptance.plan(case).again[1]
    accept(case)
    assert postings_of(db_session, case) == [first, second]
    corrected(db_session, case, {"postings.1": dict(factories.document()["postings"][0]) | {"title": "三つ目の募集"}})
    assert "下書きを、今回の内容に改めます" in acceptance.plan(case).again[1]
    accept(case)
    assert second.title == "三つ目の募集"


def test_the_same_case_again_changes_nothing(db_session: Session, case: Submission) -> None:
    rows = postings_of(db_session, case)
    lead = factories.actor(Role.lead)
    review.reopen(case, lead, seen_version=case.version, reason="確認のため。")
    accept(case)
    assert postings_of(db_session, case) == rows
    assert len(db_session.execute(select(PostingRevision)).scalars().all()) == 2


def test_the_accept_page_says_what_becomes_of_them(client: Client, db_session: Session, case: Submission) -> None:
    first, _second = postings_of(db_session, case)
    corrected(db_session, case, {"postings.0.headcount": 77})
    client.sign_in(Role.operator)
    page = client.get(f"/admin/submission/{case.id}/accept").get_data(as_text=True)
    assert f"{first.posting_no}「{first.title}」の下書きを、今回の内容に改めます。" in page
    assert "0件、下書きとして渡します" not in page


def test_the_registered_body_follows_the_accepted_form(db_session: Session, clock: Any) -> None:
    live = factories.posting(PostingStatus.live)
    organization = live.organization
    version = organization.version
    again = factories.submission(changes={"organization.org_kana": "ニューヒュウガシ", "organization.department": "新しい予防接種課"})
    accept(again)
    assert (organization.kana, organization.details["department"], organization.version) == (
        "ニューヒュウガシ",
        "新しい予防接種課",
        version + 1,
    )
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(organization), AuditEvent.action == "edit")).scalar_one()
    assert event.codes["fields"] == ["organization.department", "organization.org_kana"]
    assert event.codes["version"] == version + 1
    content = db_session.execute(select(Listing.content).where(Listing.posting_id == live.id)).scalar_one()
    assert "新しい予防接種課" in str(content)


def test_an_equal_form_does_not_touch_the_body(db_session: Session, clock: Any) -> None:
    factories.submission(SubmissionStatus.accepted)
    organization = db_session.execute(select(Organization)).scalar_one()
    version = organization.version
    accept(factories.submission())
    db_session.flush()
    assert organization.version == version
    actions = db_session.execute(select(AuditEvent.action).where(AuditEvent.about(organization))).scalars().all()
    assert actions == ["create"]


def test_all_other_cases_of_the_body_are_counted(client: Client, db_session: Session, clock: Any) -> None:
    cases = [factories.submission() for _ in range(9)]
    client.sign_in(Role.operator)
    page = client.get(f"/admin/submission/{cases[0].id}/").get_data(as_text=True)
    assert "同じ団体の申請がほかに8件あります" in page
